"""A chunked body, taken apart by llhttp.

Theory of operation.  A parser is made and given a head of our own,
``Transfer-Encoding: chunked`` and nothing else; from then on it gets the raw body.  So
the chunk parser has never seen a byte of the real head: no ``Connection``, ``Upgrade``
or version of the server changes how it reads.  No leniency flag is set: LF alone, a
blank after a chunk size, or anything but CRLF after the data is a fault.

llhttp goes on reading after the last chunk: it eats CR and LF without a word, takes
any further answer for the next one, and raises for the rest.  What follows the body is
*surplus* for us, and must be noticed in both of these ways:

* a second message begins, with whatever byte: the callback stops the parser by
  raising, so that the body of a second answer is never taken for ours;
* nothing of this, but the body ends with more than its own CRLF CRLF.  The line of the
  last chunk and each trailer line ends with some other byte before its CRLF, so a run
  of CR and LF at the end that is longer than four has surplus in it.

llhttp keeps silent during chunk extensions and joins a growing trailer field again and
again, without a limit.  So the bytes that are not body are counted on the raw input
(the idea is that of Go's ``net/http``): each chunk may bring 20 bytes and twice its
own size; what goes beyond is the excess, and the excess has a limit.
"""

from __future__ import annotations

import re

import httptools

#: What the framing of an ordinary chunk costs: 16 digits, CRLF, CRLF.
_ORDINARY = 20
#: Bytes of framing that a byte of body allows.
_ALLOWANCE = 2
_PREAMBLE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_LINE_ENDS = b"\r\n"
#: How many of them close a chunked body.
_CLOSING = 4
#: A chunk of a size that needs no second look; a size has no limit on its zeros.
_PLAIN_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n").match
_PLAIN_END = b"0\r\n\r\n"
#: A small answer has one or two chunks; where there are many, the parser is faster.
_PLAIN_CHUNKS = 8
_FORBIDDEN = frozenset((b"content-length", b"transfer-encoding"))


def plain_chunks(data: bytes) -> bytes | None:
    """Take apart a whole chunked body of a few plain chunks.

    :returns: the body; None where there is anything else, such as an extension, a
        trailer, surplus or a fault, or where the body is not whole.
    """
    if not data.endswith(_PLAIN_END):
        return None
    at = 0
    stop = len(data) - len(_PLAIN_END)
    pieces: list[bytes] = []
    while at < stop and len(pieces) < _PLAIN_CHUNKS:
        size = _PLAIN_SIZE(data, at)
        if size is None:
            return None
        begin = size.end()
        end = begin + int(size[1], 16)
        if end == begin or not data.startswith(_LINE_ENDS, end):
            return None
        pieces.append(data[begin:end])
        at = end + len(_LINE_ENDS)
    return b"".join(pieces) if at == stop else None


class ChunkedBody:
    """Reader of one chunked body.

    :ivar complete: the body and its trailers have come to their end
    :ivar surplus: bytes came after that end
    :ivar fault: what is wrong with the framing, in words; empty while nothing is
    :ivar received: how much body has come (bytes)
    """

    __slots__ = (
        "_excess",
        "_extension_limit",
        "_parser",
        "_sink",
        "_tail",
        "_trailer_limit",
        "complete",
        "fault",
        "received",
        "surplus",
    )

    def __init__(self, *, extension_limit: int, trailer_limit: int) -> None:
        self._extension_limit = extension_limit
        self._trailer_limit = trailer_limit
        self._sink = _ChunkSink()
        self._parser = httptools.HttpResponseParser(self._sink)
        self._parser.feed_data(_PREAMBLE)
        self._sink.trailers.clear()
        self._excess = 0
        self._tail = b""
        self.complete = False
        self.surplus = False
        self.fault = ""
        self.received = 0

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """The trailer fields, once the body is complete."""
        return self._sink.trailers

    def feed(self, data: bytes) -> bytes:
        """Take raw bytes and return the body bytes in them, perhaps none.

        Look at :attr:`fault` and :attr:`complete` afterwards; after either the reader
        takes nothing more.
        """
        sink = self._sink
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            if sink.complete:
                self.surplus = True
            elif isinstance(error, httptools.HttpParserCallbackError):
                raise  # a fault of ours or of the machine, never of the bytes
            else:
                self.fault = f"the chunked body is malformed: {error}"
        pieces = sink.pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self.received += len(body)
        if sink.complete:
            self.complete = True
            self._conclude(data)
        elif not self.fault:
            self._tail = (self._tail + data[-_CLOSING:])[-_CLOSING:]
            self._account(len(data), len(body))
        return body

    def _account(self, taken: int, body: int) -> None:
        """Hold the bytes that are not body against the limit."""
        ordinary = (1 + _ALLOWANCE) * body + _ORDINARY * self._sink.chunks
        self._sink.chunks = 0
        self._excess = max(0, self._excess + taken - ordinary)
        # Until a trailer field is whole, nothing tells it from an extension.
        limit = self._extension_limit + self._trailer_limit
        if self._excess > limit:
            self.fault = (
                "the chunked body has too long extensions or trailers: "
                f"over {limit} bytes"
            )

    def _conclude(self, data: bytes) -> None:
        """Look at the trailers, and for line ends that llhttp swallowed after them."""
        sink = self._sink
        size = sum(len(name) + len(value) + 4 for name, value in sink.trailers)
        if size > self._trailer_limit:
            self.fault = f"the trailers are longer than {self._trailer_limit} bytes"
        for name, _ in sink.trailers:
            if name.lower() in _FORBIDDEN:
                # RFC 9110 6.5.1: framing is not a trailer's to change.
                self.fault = f"{name.decode('ascii')} stands among the trailers"
        if not self.surplus:
            run = _CLOSING + 1
            end = (self._tail + data[-run:])[-run:]
            self.surplus = len(end) == run and not end.strip(_LINE_ENDS)


class _ChunkSink:
    """What the parser of a body calls; it does not know the parser, so no cycle."""

    __slots__ = ("chunks", "complete", "on_body", "pieces", "trailers")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        #: bound straight to the list: no Python frame for a piece of body.
        self.on_body = self.pieces.append
        self.trailers: list[tuple[bytes, bytes]] = []
        self.chunks = 0
        self.complete = False

    def on_message_begin(self) -> None:
        if self.complete:
            raise _NextMessageError

    def on_header(self, name: bytes, value: bytes) -> None:
        self.trailers.append((name, value.rstrip(b" \t")))

    def on_chunk_header(self) -> None:
        self.chunks += 1

    def on_message_complete(self) -> None:
        self.complete = True


class _NextMessageError(Exception):
    """Stops llhttp where the answer ends."""
