"""A session of ours, logged in on one of the FTP servers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from twisted.internet import reactor as _reactor

import twinet
from tests.net.openings import Resolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.interop.ftpserver import FtpServer
    from twinet._handles.ftp_connection import FtpConnection

reactor: Any = _reactor


@asynccontextmanager
async def visit(
    server: FtpServer,
    login: tuple[str, str] | None = None,
    *,
    tls: bool = False,
    certificate: bool = True,
    **options: Any,
) -> AsyncIterator[FtpConnection]:
    """Log in, for reading as anybody; leave politely behind it.

    :param tls: also where the server would do without.
    :param certificate: show one, where it is asked for.
    :param options: of ``Session.ftp``.
    """
    door = server.door
    wanted: Literal["explicit", "implicit"] | None = None
    if door.implicit:
        wanted = "implicit"
    elif door.secure or tls:
        wanted = "explicit"
    session = twinet.Session(
        reactor,
        trust_roots=server.ca_pem,
        # one name for both families, so that there is one to check
        resolver=Resolver({"localhost": [server.host]}),
        client_certificate=server.client_pem if door.asks and certificate else None,
    )
    async with session:
        username, password = login or (None, None)
        connection = await session.ftp(
            "localhost",
            server.port,
            username=username,
            password=password,
            tls=wanted,
            **options,
        )
        yield connection
        await connection.quit()
