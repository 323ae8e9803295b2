"""What a client has asked an HTTP peer."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from twinet.records import Fields

__all__ = ["BadRequest", "ReceivedRequest", "RequestReader"]

#: Longer heads are refused (bytes).
LONGEST_HEAD = 1 << 20


class ReceivedRequest:
    """One request, as it came.

    :ivar method: the verb.
    :ivar target: what stands in the request line: a path and a query, or a whole URL
        as proxies are asked.
    :ivar version: ``HTTP/1.1`` or ``HTTP/1.0``.
    :ivar headers: the fields.
    :ivar head: the head as it came, with the empty line.
    :ivar body: the body, without the framing of chunks.
    """

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.body = b""
        line, *fields = head.decode("latin-1").split("\r\n")[:-2]
        words = line.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004
            msg = f"{line!r} is no request line of HTTP/1"
            raise BadRequest(msg)
        self.method, self.target, self.version = words
        pairs = []
        for field in fields:
            name, colon, value = field.partition(":")
            if not colon or not name or name != name.strip():
                msg = f"{field!r} is no header field"
                raise BadRequest(msg)
            pairs.append((name.encode("latin-1"), value.strip().encode("latin-1")))
        self.headers = Fields(pairs)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The values of each name in the query, decoded."""
        found: dict[str, list[str]] = {}
        pairs = parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        return found

    @property
    def host(self) -> str:
        """The Host field; empty if there is none."""
        return self.headers.get("host", "")

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body as JSON has it."""
        return json.loads(self.body)

    @property
    def keeps_alive(self) -> bool:
        """Whether the client would go on with the connection."""
        wish = self.headers.get("connection", "").lower()
        return "close" not in wish and (
            self.version != "HTTP/1.0" or "keep-alive" in wish
        )

    def __str__(self) -> str:
        return f"{self.method} {self.target}"

    def __repr__(self) -> str:
        return f"<ReceivedRequest {self} ({len(self.body)} bytes)>"


class BadRequest(ValueError):  # noqa: N818  named after its status, 400
    """What came is no HTTP/1 request."""


class RequestReader:
    """Cuts what comes on a connection into requests.

    :ivar expects: the request whose body is not here yet waits for a 100.
    """

    def __init__(self) -> None:
        self.expects = False
        self._buffer = b""
        self._request: ReceivedRequest | None = None
        self._length: int | None = 0

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._buffer += data

    def next(self) -> ReceivedRequest | None:
        """Return the next whole request; ``None`` while there is none.

        :raises BadRequest: there will be none.
        """
        if self._request is None and not self._read_head():
            return None
        request = self._request
        assert request is not None
        if self._length is None:
            if not self._read_chunks(request):
                return None
        elif len(self._buffer) < self._length:
            return None
        else:
            request.body = self._buffer[: self._length]
            self._buffer = self._buffer[self._length :]
        self._request = None
        self.expects = False
        return request

    def _read_head(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            if len(head) > LONGEST_HEAD:
                msg = f"the head is longer than {LONGEST_HEAD} bytes"
                raise BadRequest(msg)
            return False
        request = self._request = ReceivedRequest(head + end)
        self._buffer = rest
        coding = request.headers.get("transfer-encoding")
        length = request.headers.get("content-length", "0")
        if coding is not None and coding.lower() != "chunked":
            msg = f"Transfer-Encoding: {coding} is not known here"
            raise BadRequest(msg)
        if not length.isdecimal():
            msg = f"Content-Length: {length} is no number"
            raise BadRequest(msg)
        self._length = int(length) if coding is None else None
        expected = request.headers.get("expect", "").lower() == "100-continue"
        self.expects = expected and not self._buffer
        return True

    def _read_chunks(self, request: ReceivedRequest) -> bool:
        """Take whole chunks; tell whether the last one has come."""
        while True:
            line, end, rest = self._buffer.partition(b"\r\n")
            if not end:
                return False
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError as fault:
                msg = f"{line!r} is no length of a chunk"
                raise BadRequest(msg) from fault
            if size == 0:
                trailers, end, behind = (b"\r\n" + rest).partition(b"\r\n\r\n")
                if not end:
                    return False
                del trailers
                self._buffer = behind
                return True
            if len(rest) < size + 2:
                return False
            request.body += rest[:size]
            self._buffer = rest[size + 2 :]
