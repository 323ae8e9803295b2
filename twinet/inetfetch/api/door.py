"""The door: an HTTP resource that speaks JSON and lets only the right people in.

A :class:`Door` answers each method by a coroutine that returns a :class:`Reply` or
raises a :class:`~twinet.inetfetch.api.problem.Problem`; everything about HTTP itself
(the guard, content types, sizes, HEAD, wrong methods, clients that have left) is
done here, once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web import http, resource, server

from twinet.inetfetch.api.problem import Problem
from twinet.inetfetch.queue.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinet.inetfetch.api.guard import Guard

_log = Logger(namespace="inetfetch")

#: The largest body that is taken (bytes).
MAX_BODY = 2 * 1024 * 1024

#: A body that is too large is read to its end, so that the client sees the answer,
#: but not further than this many times the limit.
_PATIENCE = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door answers.

    :ivar body: anything that JSON can hold.
    """

    body: Any
    status: int = http.OK
    headers: dict[str, str] = field(default_factory=dict)


class LimitedRequest(server.Request):
    """A request whose body is bounded: what is too much is thrown away."""

    #: the bytes of the body, kept or not.
    body_bytes = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        """Keep a piece of the body, unless there is too much."""
        self.body_bytes += len(data)
        if self.body_bytes <= MAX_BODY:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]
        elif self.body_bytes > MAX_BODY * _PATIENCE:
            self.channel.loseConnection()


class QuietSite(server.Site):
    """A site that logs no line for each request: the jobs log themselves.

    :param root: the first door.
    """

    noisy = False

    def __init__(self, root: resource.Resource) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            root, requestFactory=LimitedRequest, parsePOSTFormSubmission=False
        )

    def log(self, request: http.Request) -> None:
        """Log nothing."""


class Door(resource.Resource):
    """One path of the API.

    :ivar methods: the coroutine for each method, ``HEAD`` aside.
    """

    #: whether the token is needed.
    private = True

    def __init__(self, guard: Guard) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._guard = guard
        self.methods: dict[str, Callable[[LimitedRequest], Awaitable[Reply]]] = {}

    def getChild(  # noqa: N802  Twisted's name
        self, path: bytes, request: server.Request
    ) -> resource.Resource:
        """Return the door for a path below; there is none."""
        del path, request
        return NoDoor(self._guard)

    def render(self, request: LimitedRequest) -> int:
        """Answer, later."""
        answering = Deferred.fromCoroutine(self._answer(request))
        left = request.notifyFinish()
        # A client that leaves gets no answer, but what it asked for is done.
        gone: list[object] = []
        left.addErrback(gone.append)
        answering.addCallback(
            lambda reply: None if gone else self._write(request, reply)
        )
        answering.addErrback(
            lambda failure: _log.failure("a fault in the API", failure)
        )
        return server.NOT_DONE_YET

    async def _answer(self, request: LimitedRequest) -> Reply:
        try:
            self._check(request)
            method = request.method.decode("latin-1")
            if method == "OPTIONS":
                return self._options()
            answer = self.methods.get("GET" if method == "HEAD" else method)
            return await answer(request) if answer else self._refuse(method)
        except Problem as problem:
            return _problem(problem)
        except StoreError as reason:
            _log.error("{reason}", reason=reason)
            return _problem(Problem(503, str(reason)))
        except Exception:  # noqa: BLE001  the client must get an answer
            _log.failure("a fault in the API")
            return _problem(
                Problem(500, "a fault in the daemon; its log has the details")
            )

    def _check(self, request: LimitedRequest) -> None:
        guard = self._guard
        here = request.getHost()  # type: ignore[no-untyped-call]
        guard.check_host(fields_of(request, "host"), getattr(here, "host", None))
        guard.check_origin(fields_of(request, "origin"))
        # A browser asks with OPTIONS, without the token, whether it may ask.
        if self.private and request.method != b"OPTIONS":
            guard.check_token(fields_of(request, "authorization"))
        if request.body_bytes > MAX_BODY:
            raise Problem(413, f"the body is larger than {MAX_BODY} bytes")

    def _allowed(self) -> str:
        methods = set(self.methods) | {"OPTIONS"}
        if "GET" in methods:
            methods.add("HEAD")
        return ", ".join(sorted(methods))

    def _refuse(self, method: str) -> Reply:
        allowed = self._allowed()
        detail = f"{method} is not possible here, only {allowed}"
        return _problem(Problem(405, detail, headers={"Allow": allowed}))

    def _options(self) -> Reply:
        allowed = self._allowed()
        headers = {
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Max-Age": "600",
        }
        return Reply(None, http.NO_CONTENT, headers)

    def _write(self, request: server.Request, reply: Reply) -> None:
        request.setResponseCode(reply.status)
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "Server": "inetfetch",
            "X-Content-Type-Options": "nosniff",
            **reply.headers,
        }
        origins = fields_of(request, "origin")
        if origins and origins[0] in self._guard.origins:
            headers["Access-Control-Allow-Origin"] = origins[0]
            headers["Vary"] = "Origin"
        if reply.status == http.NO_CONTENT:
            del headers["Content-Type"]
        for name, value in headers.items():
            request.setHeader(name, value)
        if reply.status != http.NO_CONTENT:
            body = json.dumps(reply.body) + "\n"
            request.setHeader("Content-Length", str(len(body.encode())))
            request.write(body.encode())
        request.finish()


class NoDoor(Door):
    """A path that the API does not have."""

    async def _answer(self, request: LimitedRequest) -> Reply:
        try:
            self._check(request)
        except Problem as problem:
            return _problem(problem)
        path = request.path.decode("latin-1")
        return _problem(Problem(404, f"there is nothing at {path!r}"))


def fields_of(request: server.Request, name: str) -> list[str]:
    """Return the values of a header field, each byte a character."""
    values = request.requestHeaders.getRawHeaders(name.encode("ascii"), [])
    return [value.decode("latin-1") for value in values]


def read_json_body(request: LimitedRequest) -> bytes:
    """Return the body of a request that says that it is JSON.

    :raises Problem: 415, it says something else, or nothing.
    """
    kinds = fields_of(request, "content-type")
    kind = kinds[0].partition(";")[0].strip().lower() if len(kinds) == 1 else ""
    if kind != "application/json":
        raise Problem(415, "send the body as 'Content-Type: application/json'")
    assert request.content is not None  # the body has been received
    body: bytes = request.content.read()
    return body


def _problem(problem: Problem) -> Reply:
    headers = {"Content-Type": "application/problem+json", **problem.headers}
    return Reply(problem.as_json(), problem.status, headers)
