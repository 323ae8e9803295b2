"""The menu: lines up to one with a dot alone, or to the end of the answer.

Theory of operation.  While it comes, lines are only counted and looked through for the
end, at the speed of C: entries are made when they are read, some at a time.  So a menu
of a million lines costs its own length until somebody reads it.  The first line is read
at once, as it tells whether this is a menu at all, or what went wrong.
"""

from __future__ import annotations

from collections import deque

from twinet import errors
from twinet._wire.gopher_item import decoded, read_item
from twinet.gopher import GopherEntry, GopherType

__all__ = ["Menu"]

#: So much of a line that is no menu's is shown (bytes; our own).
_LONGEST_WORDS = 200


class Menu:
    """Bytes in, entries out.

    :param line_limit: the longest line (bytes).
    :param limit: the longest menu (bytes); ``None`` is no limit.
    :ivar over: a dot alone has come, behind which nothing counts.
    :ivar size: how much has come (bytes).
    :ivar unknown: how many lines were not understood, so far as they have been read.
    """

    def __init__(self, line_limit: int, limit: int | None) -> None:
        self.over = False
        self.size = 0
        self.unknown = 0
        self._line_limit = line_limit
        self._limit = limit
        #: whole lines, as they came.
        self._chunks: deque[bytes] = deque()
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._known = False
        self._entries: deque[GopherEntry] = deque()

    def feed(self, data: bytes) -> None:
        """Take a piece.

        :raises GopherProtocolError: 12130, this is no menu, or a line has no end.
        :raises GopherDataError: 12132, the server says what went wrong, or the menu
            is too long.
        """
        if self.over:
            return
        self.size += len(data)
        if self._limit is not None and self.size > self._limit:
            msg = (
                f"the menu is longer than limits.menu_bytes, {self._limit} bytes; "
                "raise it for longer ones"
            )
            raise errors.GopherDataError(msg)
        cut = data.rfind(b"\n") + 1
        if not cut:
            self._keep(data)
            return
        whole = b"".join((*self._rest, data[:cut]))
        self._rest, self._rest_size = [], 0
        self._take(whole)
        if not self.over:
            self._keep(data[cut:])

    def end(self) -> None:
        """Take note that nothing more comes.

        :raises InternetError: as :meth:`feed`; 12132 when nothing came at all.
        """
        if not self.over and self._rest:
            rest = b"".join(self._rest)
            self._rest, self._rest_size = [], 0
            self._take(rest)
        if not (self._known or self.over):
            msg = "the server closed the connection without a word"
            raise errors.GopherDataError(msg)
        self.over = True

    def next_entry(self) -> GopherEntry | None:
        """Return the next entry of what has come; ``None`` when there is none."""
        while not self._entries:
            if not self._chunks:
                return None
            self._parse(self._chunks.popleft())
        return self._entries.popleft()

    # -- inside

    def _keep(self, data: bytes) -> None:
        if data:
            self._rest.append(data)
            self._rest_size += len(data)
            if self._rest_size > self._line_limit:
                raise self._too_long()

    def _take(self, whole: bytes) -> None:
        """Take whole lines; the last may have no end."""
        lines = whole.split(b"\n")
        end = _place_of_dot(lines)
        if end is not None:
            self.over = True
            del lines[end:]
            whole = b"\n".join(lines)
        if max(map(len, lines), default=0) > self._line_limit:
            raise self._too_long()
        if not self._known:
            self._look(lines)
        if whole:
            self._chunks.append(whole)

    def _look(self, lines: list[bytes]) -> None:
        """Judge by the first line."""
        for line in lines:
            text = line.rstrip(b"\r")
            if not text:
                continue
            self._known = True
            entry = read_item(text)
            if entry is None:
                # Some servers say so what went wrong.
                words = decoded(text[:_LONGEST_WORDS])
                msg = f"what the server answered is no menu: it begins with {words!r}"
                raise errors.GopherProtocolError(msg, server_text=words)
            if entry.type & GopherType.ERROR:
                words = entry.display_string
                msg = f"the server answered with an error: {words[:200]}"
                raise errors.GopherDataError(msg, server_text=words)
            return

    def _parse(self, chunk: bytes) -> None:
        for line in chunk.split(b"\n"):
            text = line.rstrip(b"\r")
            if not text:
                continue
            entry = read_item(text)
            if entry is None:
                self.unknown += 1
            else:
                self._entries.append(entry)

    def _too_long(self) -> errors.InternetError:
        return errors.GopherProtocolError(
            f"a line of the menu is longer than limits.head_bytes, {self._line_limit} "
            "bytes, or has no end"
        )


def _place_of_dot(lines: list[bytes]) -> int | None:
    places = [lines.index(dot) for dot in (b".\r", b".") if dot in lines]
    return min(places, default=None)
