"""Where the head of an HTTP/1.x answer ends, in the raw bytes.

Theory of operation.  The bytes of a head are held until its first empty line has come;
what follows is given back.  Lines may end with CRLF or with LF.  (To look for CRLF
CRLF alone would be wrong: the body of a head with LF ends may contain that.)  A few
blank lines before the head are dropped, since some servers send one after a body.

All limits are on raw bytes, before anything is parsed.  Each byte is searched once,
however small the pieces are, because a search begins where the last one ended.  What
cannot become ``HTTP/1.`` is refused at its first wrong byte: such a server would
otherwise be waited for until a time limit ends it.
"""

from __future__ import annotations

from twinet._wire.http_head import excerpt

_START = b"HTTP/1."
#: What answers that are not HTTP/1 begin with, and what to try then.
_STRANGERS = (
    (b"\x15", "it looks like TLS: try https"),
    (b"\x16", "it looks like TLS: try https"),
    (b"ICY", "it is a SHOUTcast stream, not HTTP"),
    (b"HTTP/", "it is another version of HTTP"),
    (b"\x00\x00", "it looks like HTTP/2, which was not agreed upon"),
    (b"SSH-", "it is an SSH server: check the port"),
    (b"220", "it looks like an FTP or mail server: check scheme and port"),
)


class HeadSearch:
    """Collects bytes until a head is whole.

    :param head_limit: the longest head, its closing blank line included (bytes); it
        may be changed between two answers.
    :param field_limit: the most lines that the fields of a head may have.
    :param blank_limit: the most blank lines before the heads of one answer.
    :ivar started: a byte of the present answer has come, other than blank lines
    """

    __slots__ = (
        "_blank_limit",
        "_blanks",
        "_field_limit",
        "_held",
        "_searched",
        "head_limit",
        "started",
    )

    def __init__(self, *, head_limit: int, field_limit: int, blank_limit: int) -> None:
        self.head_limit = head_limit
        self._field_limit = field_limit
        self._blank_limit = blank_limit
        self._held = bytearray()  # the beginning of a head that is not whole
        self._searched = 0  # how much of it is known to hold no end
        self._blanks = 0
        self.started = False

    @property
    def unfinished(self) -> bytes:
        """What has come of a head that is not whole."""
        return bytes(self._held)

    def begin(self) -> None:
        """Forget the answer before; a new one is expected."""
        self.clear()
        self._blanks = 0
        self.started = False

    def clear(self) -> None:
        """Let go of the bytes that are held."""
        self._held = bytearray()
        self._searched = 0

    def take(self, data: bytes) -> tuple[bytes, bytes] | str | None:
        """Add bytes.

        :returns: the whole head and the bytes after it; ``None`` while it is not
            whole; or what is wrong, in words.
        """
        raw: bytes | bytearray = data
        if self._held:
            self._held += data
            raw = self._held
        if not (self._searched or raw.startswith(_START)):
            raw = self._without_blank_lines(raw)
            if self._blanks > self._blank_limit:
                return f"more than {self._blank_limit} blank lines before the head"
            if raw in (b"", b"\r"):
                self._held = bytearray(raw)
                return None
        self.started = True
        if self._searched < len(_START) and not _begins_well(raw):
            return _stranger(raw)
        end = self._find_end(raw)
        if end < 0:
            if len(raw) > self.head_limit:
                return f"a head longer than {self.head_limit} bytes (limits.head_bytes)"
            if raw is not self._held:
                self._held = bytearray(raw)
            self._searched = len(raw)
            return None
        head, rest = bytes(raw[:end]), bytes(raw[end:])
        if self._held:
            self.clear()
        # Less the status line and the blank line.
        if head.count(b"\n") - 2 > self._field_limit:
            return f"a head with more than {self._field_limit} field lines"
        return head, rest

    def _without_blank_lines(self, raw: bytes | bytearray) -> bytes | bytearray:
        """Drop the blank lines at the beginning, counting them."""
        at = 0
        while self._blanks <= self._blank_limit:
            if raw.startswith(b"\r\n", at):
                at += 2
            elif raw.startswith(b"\n", at):
                at += 1
            else:
                break
            self._blanks += 1
        return raw[at:] if at else raw

    def _find_end(self, raw: bytes | bytearray) -> int:
        """Find the end of the first empty line, within the limit; -1 if nowhere."""
        start = max(0, self._searched - 2)
        stop = self.head_limit
        end = raw.find(b"\n\r\n", start, stop)
        bare = raw.find(b"\n\n", start, stop if end < 0 else end + 1)
        if bare >= 0:
            return bare + 2
        return end + 3 if end >= 0 else -1


def _begins_well(raw: bytes | bytearray) -> bool:
    """Tell whether the bytes can be the beginning of an HTTP/1 status line."""
    return raw[: len(_START)] == _START[: len(raw)]


def _stranger(raw: bytes | bytearray) -> str:
    """Say what the bytes look like instead."""
    for prefix, hint in _STRANGERS:
        if raw.startswith(prefix):
            return f"it begins with {excerpt(raw)}; {hint}"
    return f"it begins with {excerpt(raw)}"
