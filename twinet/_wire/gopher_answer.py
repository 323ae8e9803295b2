"""The answer: what of the bytes of a connection is the content of an item.

Theory of operation.  There are three ways for an answer to end, and a head of Gopher+
says which::

    no head, a binary item    +-2    when the server closes
    no head, a text           +-1    a line with a dot, or when the server closes
                              +N     after so many bytes

A server that has no such item answers with words: in Gopher+ behind a head that
begins with ``-``, else with a menu of one line, of type 3.  That line is looked for
where a content begins like it; it is held back until it is clear what it is.
"""

from __future__ import annotations

import re

from twinet import errors
from twinet._wire.gopher_item import decoded, read_item
from twinet._wire.gopher_text import TextReader
from twinet.gopher import GopherType

__all__ = ["Answer"]

_HEAD = re.compile(rb"([+-])(-[12]|[0-9]{1,18})[ \t]*\r?")
#: A head is no longer (bytes; our own: the numbers take 20).
_LONGEST_HEAD = 64
#: What may be the words of a refusal is held back up to here (bytes; our own).
_LONGEST_WORDS = 4096
#: How much is read of what went wrong, in Gopher+ (bytes; our own).
_LONGEST_ERROR = 8192


class Answer:
    """Bytes in, content out.

    :param text: without a head, it is a text.
    :param plus: there is a head.
    :ivar begun: it is known that there is such an item.
    :ivar over: the content is complete; what follows does not count.
    :ivar length: how long it is (bytes), where the head says so.
    :ivar dotted: it was a text, and has ended with a dot.
    """

    def __init__(self, *, text: bool = False, plus: bool = False) -> None:
        self.begun = False
        self.over = False
        self.length: int | None = None
        self.dotted = False
        self._text = TextReader() if text else None
        self._plus = plus
        self._left = 0
        #: what has come and is not understood yet.
        self._held = b""
        self._refused = False
        self._words = b""

    @property
    def held(self) -> bool:
        """Whether it is complete if nothing more comes."""
        return self._text is not None and self._text.held

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what is certain of the content.

        :raises GopherNotGopherPlus: 12136, there is no head.
        :raises GopherDataError: 12132, the server has no such item.
        """
        if not self.begun:
            data = self._begin(data)
            if not data:
                return data
        if self.length is not None:
            data = data[: self._left]
            self._left -= len(data)
            self.over = not self._left
            return data
        return data if self._text is None else self._text.feed(data)

    def end(self) -> bytes:
        """Take note that the server has closed; return what is left.

        :raises GopherDataError: 12132, this was not the end, or the server has no such
            item.
        :raises GopherNotGopherPlus: 12136, there was no head.
        """
        if self.over:
            return b""
        if self._refused:
            raise self._refusal()
        if self._plus and not self.begun:
            raise self._no_head()
        if self.length is not None:
            msg = (
                f"the connection ended after {self.length - self._left} bytes "
                f"of {self.length}"
            )
            raise errors.GopherDataError(msg)
        held, self._held = self._held, b""
        if held:
            self._check_words(held)
        self.over = self.begun = True
        if self._text is None:
            return held
        rest = self._text.feed(held) + self._text.end()
        self.dotted = self._text.dotted
        return rest

    # -- how it begins

    def _begin(self, data: bytes) -> bytes:
        if self._refused:
            return self._read_refusal(data)
        data = self._held + data
        self._held = b""
        if self._plus:
            return self._read_head(data)
        if not data.startswith(b"3"):
            self.begun = bool(data)
            return data
        line, end, _ = data.partition(b"\n")
        if (end and not _is_error(line)) or len(data) > _LONGEST_WORDS:
            self.begun = True
            return data
        self._held = data
        return b""

    def _check_words(self, held: bytes) -> None:
        """Raise what the server says, if it is words for people and no content."""
        first, *lines = (line.rstrip(b"\r") for line in held.split(b"\n"))
        if _is_error(first) and all(
            line[:1] in (b"", b".", b"i", b"3") for line in lines
        ):
            words = decoded(first[1:].partition(b"\t")[0])
            raise _refused(words)

    def _read_head(self, data: bytes) -> bytes:
        line, end, rest = data.partition(b"\n")
        if not end:
            if line[:1] not in (b"", b"+", b"-") or len(line) > _LONGEST_HEAD:
                raise self._no_head()
            self._held = data
            return b""
        match = _HEAD.fullmatch(line)
        if match is None:
            raise self._no_head()
        length = int(match[2])
        if match[1] == b"-":
            self._refused = True
            return self._read_refusal(rest)
        self.begun = True
        self._text = TextReader() if length == -1 else None
        if length >= 0:
            self.length = self._left = length
            self.over = not length
        return rest

    def _read_refusal(self, data: bytes) -> bytes:
        """Gather what went wrong: it ends with a dot, or with the connection."""
        self._words += data
        whole = self._words.split(b"\n")[:-1]
        if any(line.rstrip(b"\r") == b"." for line in whole):
            raise self._refusal()
        if len(self._words) > _LONGEST_ERROR:
            raise self._refusal()
        return b""

    def _refusal(self) -> errors.InternetError:
        """Make an error of ``code words``, and the lines behind it."""
        lines = []
        for line in self._words[:_LONGEST_ERROR].split(b"\n"):
            text = line.strip()
            if text == b".":
                break
            if text:
                lines.append(decoded(text))
        return _refused(" / ".join(lines))

    def _no_head(self) -> errors.InternetError:
        return errors.GopherNotGopherPlus(
            "the server's answer has no head of Gopher+; ask it without attributes, "
            "views and forms"
        )


def _is_error(line: bytes) -> bool:
    """Tell whether a whole line is a menu's, of type 3."""
    entry = read_item(line.rstrip(b"\r"))
    # Three tabs: a text may begin with a 3, and have a tab.
    return (
        entry is not None
        and bool(entry.type & GopherType.ERROR)
        and line.count(b"\t") >= 3  # noqa: PLR2004  as RFC 1436 has it
    )


def _refused(words: str) -> errors.InternetError:
    msg = f"the server answered with an error: {words[:200] or 'it says nothing more'}"
    return errors.GopherDataError(msg, server_text=words)
