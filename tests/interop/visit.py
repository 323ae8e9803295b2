"""A session on a real server, asked in one line: verb, target, body, answer."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor

import twinet
from tests.interop.webserver import OTHER_NAME
from tests.net.openings import Resolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.interop.serverprocess import ServerProcess
    from twinet import HttpConnection, HttpRequest, Response


class Visit:
    """A session, a connection handle to one of the server's ports, and what was told.

    :ivar news: every notification of the session's handles.
    """

    def __init__(self, session: twinet.Session, connection: HttpConnection) -> None:
        self.session = session
        self.connection = connection
        self.news: list[twinet.Notification] = []
        for handle in (session, connection):
            handle.set_status_callback(self.news.append)

    def told(self, status: twinet.Status) -> list[Any]:
        """Return what the notifications of one status carried."""
        return [news.info for news in self.news if news.status is status]

    def open(
        self, verb: str, target: str, *fields: tuple[str, str], **options: Any
    ) -> HttpRequest:
        """Make a request handle."""
        return self.connection.open_request(verb, target, headers=fields, **options)

    async def ask(
        self,
        verb: str,
        target: str,
        *fields: tuple[str, str],
        body: Any = None,
        **options: Any,
    ) -> Response:
        """Send a request, and return its answer with the whole body."""
        async with self.open(verb, target, *fields, **options) as request:
            await request.send(body)
            response = request.response
            response.body = b"".join([chunk async for chunk in request])
            return response

    async def get(self, target: str, *fields: tuple[str, str]) -> Response:
        """Get something."""
        return await self.ask("GET", target, *fields)


def said(response: Response) -> dict[str, Any]:
    """Return what ``/cgi/told``, or httpbin, says of a request."""
    assert response.status_code == 200, response
    assert response.body is not None
    told: dict[str, Any] = json.loads(response.body)
    return told


def field(response: Response, name: str) -> str:
    """Return a header field that must be there once."""
    [value] = response.headers.get_all(name)
    return value


@asynccontextmanager
async def visit(
    server: ServerProcess,
    port: str = "http",
    *,
    host: str | None = None,
    username: str | None = None,
    password: str | None = None,
    **options: Any,
) -> AsyncIterator[Visit]:
    """Open a session that trusts the server's authority, to one of its ports.

    :param port: a name of one of its ports; all but ``http`` and ``brief`` are TLS.
    """
    tls = port not in {"http", "brief"}
    book = {"localhost": ["127.0.0.1"], OTHER_NAME: ["127.0.0.1"]}
    session = twinet.Session(
        reactor, trust_roots=server.ca_pem, resolver=Resolver(book), **options
    )
    async with session:
        connection = session.http(
            host or ("localhost" if tls else "127.0.0.1"),
            server.ports[port],
            tls=tls,
            username=username,
            password=password,
        )
        yield Visit(session, connection)
