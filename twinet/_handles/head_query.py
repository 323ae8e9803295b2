"""Questions to a head: what ``HttpQueryInfo`` gives of a request or of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twinet._wire.http_date import parse_http_date
from twinet.errors import (
    HttpHeaderNotFound,
    HttpInvalidHeader,
    HttpInvalidQueryRequest,
    InvalidParameter,
)
from twinet.query import Query, QueryFlag

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["DECODED_AWAY", "HeadQuery"]

_NUMBERS = QueryFlag.NUMBER | QueryFlag.NUMBER64
#: 2**64 has 20 digits; int() refuses thousands of them with an error of its own.
_LONGEST = 20
#: What is round a value and none of it (RFC 9110, section 5.5); no other blanks, since
#: half of a UTF-8 letter may look like one.
_BLANKS = " \t"
_COALESCE = QueryFlag.COALESCE | QueryFlag.COALESCE_WITH_COMMA
#: What decoding takes away: it describes a body that the program does not see.
DECODED_AWAY = frozenset(("content-encoding", "content-length"))


class HeadQuery:
    """One head, as it was received or sent, and what can be asked of it.

    :param raw: the head; its lines end with CRLF or a lone LF.
    :param hidden: names of fields, in lower case, that are not there for anybody.
    """

    def __init__(self, raw: bytes, hidden: Container[str] = ()) -> None:
        text = raw.decode("latin-1")
        self._lines = [line.rstrip("\r") for line in text.split("\n")]
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        self._first = self._lines[0].split(" ", 2) if self._lines else []
        self._hidden = hidden

    def ask(
        self, query: int, name: str | None, index: int, flags: QueryFlag
    ) -> str | int | datetime:
        """Return the value, as the flags want it.

        :param name: of the field, with ``Query.CUSTOM``.
        :param index: which of several fields of that name.
        :raises HttpHeaderNotFound: 12150, it is not there, or not so often.
        :raises HttpInvalidHeader: 12153, it is no number that fits, or no time.
        :raises HttpInvalidQueryRequest: 12154, there is nothing of that number, or
            the head has no such thing.
        """
        try:
            query = Query(query)
        except ValueError:
            msg = f"{query} is no attribute of a head; see twinet.Query"
            raise HttpInvalidQueryRequest(msg) from None
        text = self._text(query, name, index, flags)
        if flags & (_NUMBERS | QueryFlag.SYSTEMTIME):
            what = name if query is Query.CUSTOM else query.name
            return _as_asked(text, f"the value of {what}", flags)
        return text

    def _text(
        self, query: Query, name: str | None, index: int, flags: QueryFlag
    ) -> str:
        match query:
            case Query.RAW_HEADERS:
                return "".join(f"{line}\0" for line in self._lines)
            case Query.RAW_HEADERS_CRLF:
                return "".join(f"{line}\r\n" for line in self._lines) + "\r\n"
            case Query.VERSION:
                return self._of_first_line(query, flags, 2, 0)
            case Query.STATUS_CODE:
                if index:
                    raise _not_there("status", index)
                return self._of_first_line(query, flags, None, 1)
            case Query.STATUS_TEXT:
                return self._of_first_line(query, flags, None, 2)
            case Query.REQUEST_METHOD:
                return self._of_first_line(query, flags, 0, None)
            case Query.CUSTOM if not name:
                msg = "Query.CUSTOM wants the name of a header field"
                raise HttpInvalidQueryRequest(msg)
        wanted = (
            name if query is Query.CUSTOM and name else query.name.replace("_", "-")
        )
        values = self._values(wanted.lower())
        if flags & _COALESCE and values and not index:
            return ", ".join(values)
        if not 0 <= index < len(values):
            raise _not_there(wanted, index)
        return values[index]

    def _of_first_line(
        self, query: Query, flags: QueryFlag, asked: int | None, answered: int | None
    ) -> str:
        """Return a part of the request line or of the status line."""
        place = asked if flags & QueryFlag.REQUEST_HEADERS else answered
        if place is None:
            where = "a request" if flags & QueryFlag.REQUEST_HEADERS else "an answer"
            msg = f"{query.name} is nothing that the head of {where} has"
            raise HttpInvalidQueryRequest(msg)
        return self._first[place] if place < len(self._first) else ""

    def _values(self, name: str) -> list[str]:
        if name in self._hidden:
            return []
        values: list[str] = []
        here = False
        for line in self._lines[1:]:
            if line[:1] in {" ", "\t"}:
                # A folded line goes on (RFC 9112, section 5.2).
                if here:
                    values[-1] += " " + line.lstrip(_BLANKS)
                continue
            given, colon, value = line.partition(":")
            here = bool(colon) and given.strip(_BLANKS).lower() == name
            if here:
                values.append(value)
        return [value.strip(_BLANKS) for value in values]


def check_question(name: object, index: object, flags: object) -> None:
    """Check the types of what is asked with.

    :raises InvalidParameter: 87, one of them is something else.
    """
    if not (name is None or isinstance(name, str)):
        msg = f"name is the text of a field's name, not {name!r}"
    elif not isinstance(index, int):
        msg = f"index is a whole number from 0 on, not {index!r}"
    elif not isinstance(flags, int):
        msg = f"flags are members of twinet.QueryFlag, joined by |; not {flags!r}"
    else:
        return
    raise InvalidParameter(msg)


def _as_asked(text: str, what: str, flags: QueryFlag) -> int | datetime:
    """Return a text as a number or a time; it is not shown: it may be a secret."""
    if flags & _NUMBERS:
        highest = 2**64 if flags & QueryFlag.NUMBER64 else 2**32
        digits = text.lstrip("0") or text[-1:]
        if (
            not (text.isascii() and text.isdigit())
            or len(digits) > _LONGEST
            or int(digits) >= highest
        ):
            msg = f"{what} is no number below {highest}"
            raise HttpInvalidHeader(msg)
        return int(digits)
    try:
        return parse_http_date(text, datetime.now(UTC))
    except ValueError:
        msg = f"{what} is no date of HTTP, as 'Sun, 06 Nov 1994 08:49:37 GMT' is"
        raise HttpInvalidHeader(msg) from None


def _not_there(name: str, index: int) -> HttpHeaderNotFound:
    times = f" at index {index}" if index else ""
    return HttpHeaderNotFound(f"the head has no {name}{times}")
