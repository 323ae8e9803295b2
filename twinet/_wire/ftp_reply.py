"""Replies of an FTP server (RFC 959, section 4.2): bytes to ``FtpReply``.

Theory of operation.  The control connection is cut into lines, and lines make
replies::

    begin --"ddd text"-----------------------------------> a reply
      ^   --"ddd-text"--> inside ddd --"ddd text", "ddd"--> a reply
      |                       |  ^
      |                       '--'  any other line, also one of another code
      '---- empty line (some servers pad with them)

Only the code that began a reply ends it: inside ``211-`` a line ``226 done`` is text.
A line ends with CR LF, or with LF alone, as old servers have it.  What is neither is no
FTP, and after it nothing can be trusted: the reader keeps the fault and takes no more.

Telnet commands are taken out of a line (RFC 959, section 5.3.1; RFC 854), and a doubled
IAC is one byte 255.  A byte 255 that no command follows is a letter of Latin-1, sent by
a server that knows no Telnet, and stays.  No option is ever agreed to, as RFC 1123,
section 4.1.2.12, lets us.
"""

from __future__ import annotations

import re

from twinet.errors import ExtendedError
from twinet.ftp import FtpReply

__all__ = ["ReplyReader", "readable"]

#: A whole reply may take so much [bytes]; a long HELP or STAT has some ten thousand.
_LIMIT = 262144
#: The first line of a reply. 6yz are those of RFC 2228.
_FIRST = re.compile(rb"[1-6][0-9][0-9](?=[ -]|$)")
#: A reply that is one line in plain ASCII: nearly all are.
_PLAIN = re.compile(rb"([1-6][0-9][0-9]) ([ -~]*)\r\n")
#: Telnet: data byte, option (with its byte), subnegotiation, any other command.
_TELNET = re.compile(
    rb"\xff(?:(\xff)|[\xfb-\xfe].|\xfa[^\xff]*\xff\xf0|[\xf0-\xf9])", re.DOTALL
)
#: What would move a terminal's cursor, or worse.
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
_CODE = 3
_SHOWN = 80


class ReplyReader:
    """Takes what comes on a control connection.

    :param limit: how much a reply may take [bytes].
    :ivar fault: why nothing more is taken; ``None`` while all is well.
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self.fault: ExtendedError | None = None
        self._limit = limit
        self._buffer = bytearray()
        # Where to look for the next line feed: what lies before has been looked at.
        self._searched = 0
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def amid(self) -> bool:
        """Whether a reply has begun to come and is not complete."""
        return bool(self._buffer or self._lines)

    def feed(self, data: bytes) -> list[FtpReply]:
        """Take bytes; return the replies that are complete.

        Replies that came before nonsense are returned; the fault is then in
        :attr:`fault`, and raised by the next call.

        :raises ExtendedError: 12003, this is not FTP, or a reply has no end; its
            ``server_text`` is the beginning of what came.
        """
        replies: list[FtpReply] = []
        if self.fault is None:
            if not (self._buffer or self._lines) and len(data) <= self._limit:
                data = _take_plain(data, replies)
            if data:
                self._buffer += data
                self._take_lines(replies)
        if self.fault is not None and not replies:
            raise self.fault
        return replies

    def _take_lines(self, replies: list[FtpReply]) -> None:
        buffer = self._buffer
        start = 0
        while (end := buffer.find(b"\n", max(start, self._searched))) >= 0:
            size = end + 1 - start
            line = bytes(buffer[start:end]).removesuffix(b"\r")
            start = end + 1
            self._take_line(line, size, replies)
            if self.fault is not None:
                buffer.clear()
                return
        del buffer[:start]
        self._searched = len(buffer)
        if self._size + len(buffer) > self._limit:
            self._too_long(bytes(buffer[:_SHOWN]))

    def _take_line(self, line: bytes, size: int, replies: list[FtpReply]) -> None:
        self._size += size
        if self._size > self._limit:
            self._too_long(line)
            return
        if b"\xff" in line:
            line = _TELNET.sub(_data_byte, line)
        lines = self._lines
        if not lines:
            if not line.strip():
                self._size = 0
                return
            if _FIRST.match(line) is None:
                self._nonsense(line)
                return
        lines.append(line)
        # A line that is not the first ends the reply if it has the code of the first.
        if line[:_CODE] == lines[0][:_CODE] and line[_CODE : _CODE + 1] in (b" ", b""):
            replies.append(_reply(lines))
            self._lines = []
            self._size = 0

    def _too_long(self, line: bytes) -> None:
        begin = self._lines[0] if self._lines else line
        self._fail(
            f"the server's reply has no end: {self._limit} bytes came without one",
            begin,
        )

    def _nonsense(self, line: bytes) -> None:
        what = "a reply begins with three digits and a blank"
        if line.startswith(b"SSH-"):
            what = "this is an SSH server; its file transfer is SFTP, another protocol"
        elif line.startswith(b"HTTP/"):
            what = "this is a web server; use http:// or another port"
        elif line[:1] in (b"\x15", b"\x16"):
            what = "this is TLS; connect with tls='implicit'"
        self._fail(f"what the server said is no FTP: {what}", line)

    def _fail(self, message: str, line: bytes) -> None:
        self.fault = ExtendedError(message, server_text=readable(line[:_SHOWN]))
        self._lines = []


def _take_plain(data: bytes, replies: list[FtpReply]) -> bytes:
    """Take the replies in the beginning that need no thought; return the rest.

    What the lines come to is the same.
    """
    begin = 0
    while (found := _PLAIN.match(data, begin)) is not None:
        code, text = found.groups()
        end = found.end()
        reply = FtpReply(int(code), text.decode("ascii"), (data[begin : end - 2],))
        replies.append(reply)
        if end == len(data):
            return b""
        begin = end
    return data[begin:]


def readable(data: bytes) -> str:
    """Return a server's words to be shown: UTF-8, else Latin-1; no control characters.

    For names and paths this is not good enough, as it forgets bytes.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.translate(_CONTROLS)


def _data_byte(found: re.Match[bytes]) -> bytes:
    return found[1] or b""


def _reply(lines: list[bytes]) -> FtpReply:
    code = lines[0][:_CODE]
    spoken = [
        line[_CODE + 1 :] if line[:_CODE] == code and line[3:4] in b"- " else line
        for line in lines
    ]
    return FtpReply(int(code), readable(b"\n".join(spoken)).strip("\n"), tuple(lines))
