"""An HTTP server on trial's reactor whose answers are told by functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.web import resource, server

if TYPE_CHECKING:
    from collections.abc import Callable


class Origin(resource.Resource):
    """The server.  ``pages`` has a function for each path; it answers the request.

    :ivar asked: the paths that were asked for, in order.
    :ivar most: the most requests that were ever unanswered at a time.
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.pages: dict[str, Callable[[Any], Any]] = {}
        self.requests: list[Any] = []
        self.most = 0
        self._open = 0
        self._waiting: list[tuple[int, Deferred[None]]] = []
        self._port: Any = None

    def listen(self, reactor: Any) -> str:
        """Begin; return the base URL."""
        self._port = reactor.listenTCP(0, server.Site(self), interface="127.0.0.1")
        return f"http://127.0.0.1:{self._port.getHost().port}"

    def close(self) -> Any:
        """End."""
        return self._port.stopListening()

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.uri.decode() for request in self.requests]

    def when_asked(self, count: int) -> Deferred[None]:
        """Fire when so many requests have come in all."""
        waiting: Deferred[None] = Deferred()
        self._waiting.append((count, waiting))
        self._tell()
        return waiting

    def _tell(self) -> None:
        due = [each for each in self._waiting if each[0] <= len(self.requests)]
        self._waiting = [each for each in self._waiting if each not in due]
        for _, waiting in due:
            waiting.callback(None)

    def render(self, request: Any) -> Any:
        """Answer by the path's function; without one by 404."""
        self._open += 1
        self.most = max(self.most, self._open)
        request.notifyFinish().addBoth(self._closed)
        self.requests.append(request)
        page: Callable[[Any], Any] = self.pages.get(request.path.decode(), missing)
        self._tell()
        answer = page(request)
        return server.NOT_DONE_YET if answer is None else answer

    def _closed(self, _: object) -> None:
        self._open -= 1


def content(body: bytes) -> Callable[[Any], bytes]:
    """Answer with that body."""
    return lambda _request: body


def status(code: int, **fields: str) -> Callable[[Any], bytes]:
    """Answer with that status."""

    def answer(request: Any) -> bytes:
        request.setResponseCode(code)
        for name, value in fields.items():
            request.setHeader(name.replace("_", "-"), value)
        return b"a page about it"

    return answer


def in_turn(*answers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answer the first request by the first, and so on; the last one stays."""
    left = list(answers)

    def answer(request: Any) -> Any:
        return (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def half(body: bytes) -> Callable[[Any], None]:
    """Announce the body, send half of it and say nothing more."""

    def answer(request: Any) -> None:
        request.setHeader("Content-Length", str(len(body)))
        request.write(body[: len(body) // 2])

    return answer


def cut(body: bytes) -> Callable[[Any], None]:
    """Announce the body, send half of it and close."""

    def answer(request: Any) -> None:
        half(body)(request)
        request.transport.loseConnection()

    return answer


def silent(_request: Any) -> None:
    """Take the request and say nothing."""


missing = status(404)
