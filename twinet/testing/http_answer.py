"""What an HTTP peer answers."""

from __future__ import annotations

import json as _json
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from twinet.errors import InvalidParameter
from twinet.testing.script import End, Script, Step

if TYPE_CHECKING:
    from twinet.testing.received_request import ReceivedRequest

__all__ = ["Answer", "Headers", "HttpAnswer"]

#: Header fields: by name, or in pairs when a name comes more than once.
Headers = Mapping[str, str] | Iterable[tuple[str, str]]
#: A body: whole, or in pieces with waits (seconds) between them.
Body = bytes | str | Sequence[bytes | str | float]

#: What has no body, whatever its fields say (RFC 9112, section 6.3).
_BODILESS = frozenset((204, 304))


class HttpAnswer:
    """An answer: a status, fields, a body, and how they come.

    :param body: bytes, or text (UTF-8), or a list of both with waits in seconds among
        them: ``[b"half", 2.0, b"the rest"]``.
    :param headers: fields beside those that frame the body (and a Content-Type for
        text); what stands here takes their place.
    :param reason: the words behind the status; the usual ones when left out.
    :param json: a value to answer as JSON, in the place of a body.
    :param delay: how long the peer thinks before it answers (seconds).
    :param chunked: send the body in chunks, each piece one, instead of with a length.
    :param close: close the connection behind the answer.
    :raises InvalidParameter: 87, something cannot be sent.
    """

    def __init__(
        self,
        status: int = 200,
        body: Body = b"",
        headers: Headers = (),
        *,
        reason: str | None = None,
        json: Any = None,
        delay: float = 0.0,
        chunked: bool = False,
        close: bool = False,
    ) -> None:
        if not isinstance(status, int) or not 100 <= status <= 999:  # noqa: PLR2004
            msg = f"{status!r} is no status of HTTP; give a number such as 404"
            raise InvalidParameter(msg)
        given = list(headers.items() if isinstance(headers, Mapping) else headers)
        kind = "text/plain; charset=utf-8" if isinstance(body, str) else ""
        if json is not None:
            body, kind = _json.dumps(json).encode(), "application/json"
        self.status = status
        self.reason = _reason(status) if reason is None else reason
        self.headers = given
        names = {name.lower() for name, _ in given}
        if kind and "content-type" not in names:
            given.append(("Content-Type", kind))
        self.pieces = _pieces(body)
        self.delay = delay
        self.chunked = chunked
        self.close = close
        for each in (self.reason, *(text for pair in given for text in pair)):
            if "\r" in each or "\n" in each:
                msg = f"{each!r} would end the line; to send such a thing use a Script"
                raise InvalidParameter(msg)

    def __repr__(self) -> str:
        size = sum(len(piece) for piece in self.pieces if isinstance(piece, bytes))
        return f"<HttpAnswer {self.status} ({size} bytes)>"

    def steps(self, request: ReceivedRequest) -> list[Step]:
        """Return what is sent, and when, to answer a request."""
        closes = self.close or not request.keeps_alive
        size = sum(len(piece) for piece in self.pieces if isinstance(piece, bytes))
        fields = list(self.headers)
        names = {name.lower() for name, _ in fields}
        chunked = self.chunked and request.version != "HTTP/1.0"
        bodiless = self.status in _BODILESS or self.status < 200  # noqa: PLR2004
        if not bodiless and not names & {"content-length", "transfer-encoding"}:
            framing = ("Transfer-Encoding", "chunked")
            fields.append(framing if chunked else ("Content-Length", str(size)))
        if closes and "connection" not in names:
            fields.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in fields]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        steps: list[Step] = [self.delay]
        if bodiless or request.method == "HEAD":
            steps.append(head)
        else:
            steps += _framed(head, self.pieces, chunked=chunked)
        if closes:
            steps.append(End.CLOSE)
        return steps


#: What a rule answers: an :class:`HttpAnswer`; a body, with 200; a
#: :class:`~twinet.testing.Script`; or a function of the request that gives one of them.
Answer = HttpAnswer | bytes | str | Script | Callable[["ReceivedRequest"], Any]


def _framed(head: bytes, pieces: list[bytes | float], *, chunked: bool) -> list[Step]:
    """Frame a body; what needs no waiting goes out together."""
    steps: list[Step] = [head]
    for piece in pieces:
        if not isinstance(piece, bytes):
            steps.append(float(piece))
            continue
        data = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece
        _append(steps, data)
    if chunked:
        _append(steps, b"0\r\n\r\n")
    return steps


def _append(steps: list[Step], data: bytes) -> None:
    last = steps[-1]
    if isinstance(last, bytes):
        steps[-1] = last + data
    else:
        steps.append(data)


def _pieces(body: Body) -> list[bytes | float]:
    if isinstance(body, bytes | str):
        body = [body]
    pieces: list[bytes | float] = []
    for piece in body:
        if isinstance(piece, str):
            pieces.append(piece.encode())
        elif isinstance(piece, bytes | int | float):
            pieces.append(piece)
        else:
            msg = f"{piece!r} cannot be in a body; give bytes, text or seconds to wait"
            raise InvalidParameter(msg)
    return pieces


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Something"
