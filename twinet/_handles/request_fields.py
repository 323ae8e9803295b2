"""The header fields of a request, as the program changes them before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.http_request import check_field, check_name
from twinet.errors import (
    HttpHeaderAlreadyExists,
    HttpHeaderNotFound,
    InvalidParameter,
)
from twinet.query import AddRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinet._wire.http_request import FieldLines

__all__ = ["RequestFields"]

_COALESCE = AddRequest.COALESCE | AddRequest.COALESCE_WITH_SEMICOLON
#: The low half of the modifiers: which of several equal fields is meant.
_INDEX = 0xFFFF


class RequestFields:
    """A request's own header fields, in the order in which they go out.

    Names are compared without regard to case.  What is changed acts on the next send;
    fields that the library adds (``Host``, ``User-Agent`` …) are not among them.
    """

    __slots__ = ("lines",)

    def __init__(self, lines: FieldLines) -> None:
        #: name and value of each field as they go out.
        self.lines = lines

    def add(self, name: str | bytes, value: str | bytes) -> None:
        """Append a field, whatever is there.

        :raises InvalidParameter: 87, it cannot be sent.
        """
        self.lines = (*self.lines, check_field(name, value))

    def replace(self, name: str | bytes, value: str | bytes) -> None:
        """Put one field in the place of all of that name.

        :raises InvalidParameter: 87, it cannot be sent.
        """
        line = check_field(name, value)
        self.lines = (*self._without(line[0]), line)

    def remove(self, name: str | bytes) -> None:
        """Remove all fields of a name.

        :raises HttpHeaderNotFound: 12150, there is none.
        """
        raw = check_name(name)
        kept = self._without(raw)
        if len(kept) == len(self.lines):
            raise _not_there(raw)
        self.lines = kept

    def get_all(self, name: str) -> list[str]:
        """Return the value of each field of a name."""
        if not isinstance(name, str):
            msg = f"the name of a header field is text, not {name!r}"
            raise InvalidParameter(msg)
        key = name.lower().encode("latin-1", "replace")
        return [v.decode("latin-1") for n, v in self.lines if n.lower() == key]

    def __contains__(self, name: object) -> bool:
        """Whether there is a field of that name."""
        return isinstance(name, str) and bool(self.get_all(name))

    def apply(self, pairs: Iterable[tuple[bytes, bytes]], modifiers: int) -> None:
        """Add or change fields by WinINet's rules: all of them, or none.

        :param modifiers: ``AddRequest`` flags, and in the low half which of several
            fields of that name is meant.
        :raises HttpHeaderAlreadyExists: 12155, ADD_IF_NEW, and there is one.
        :raises HttpHeaderNotFound: 12150, there is none to remove.
        :raises InvalidParameter: 87, it cannot be sent, or an empty value is added.
        :source: HttpAddRequestHeaders.
        """
        if not isinstance(modifiers, int):
            msg = f"modifiers are of twinet.query.AddRequest; not {modifiers!r}"
            raise InvalidParameter(msg)
        how, index = AddRequest(modifiers & ~_INDEX), modifiers & _INDEX
        lines = self.lines
        for name, value in pairs:
            line = check_field(name, value) if value else (check_name(name), b"")
            lines = _applied(lines, line, how, index)
        self.lines = lines

    def _without(self, name: bytes) -> FieldLines:
        key = name.lower()
        return tuple(line for line in self.lines if line[0].lower() != key)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name, value in self.lines:
            yield name.decode("latin-1"), value.decode("latin-1")

    def __len__(self) -> int:
        return len(self.lines)

    def __repr__(self) -> str:
        # Values may be cookies or tokens: names alone.
        return f"<RequestFields {' '.join(name for name, _ in self)}>"


def _applied(
    lines: FieldLines, line: tuple[bytes, bytes], how: AddRequest, index: int
) -> FieldLines:
    name, value = line
    key = name.lower()
    places = [n for n, (given, _) in enumerate(lines) if given.lower() == key]
    place = places[index] if index < len(places) else None
    if how & AddRequest.ADD_IF_NEW and places:
        shown = name.decode("latin-1")
        msg = f"the header field {shown} is there already; use REPLACE to change it"
        raise HttpHeaderAlreadyExists(msg)
    if how & AddRequest.REPLACE:
        if place is None and not value:
            raise _not_there(name)
        kept = lines if place is None else (*lines[:place], *lines[place + 1 :])
        return (*kept, line) if value else kept
    if not value:
        msg = f"a field of the name {name.decode('latin-1')} needs a value to be added"
        raise InvalidParameter(msg)
    if how & _COALESCE and place is not None:
        mark = b"; " if how & AddRequest.COALESCE_WITH_SEMICOLON else b", "
        joined = (lines[place][0], lines[place][1] + mark + value)
        return (*lines[:place], joined, *lines[place + 1 :])
    return (*lines, line)


def _not_there(name: bytes) -> HttpHeaderNotFound:
    msg = f"the request has no header field {name.decode('latin-1')}"
    return HttpHeaderNotFound(msg)
