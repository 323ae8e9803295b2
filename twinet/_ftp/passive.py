"""Data connections that the client opens: EPSV and PASV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.data_line import DataLine
from twinet._ftp.opened import opened
from twinet._ftp.refusal import refusal
from twinet._ftp.way import Way
from twinet._net.dispatch import Voice
from twinet._wire.ftp_address import read_227, read_229

if TYPE_CHECKING:
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet._net.line import Line

__all__ = ["open_passive"]


async def open_passive(login: Login, operation: Operation, way: Way) -> DataLine | None:
    """Open a data connection; ``None`` when the server does not know this way.

    It leads to the host of the control connection, whatever the server says: another
    one would be that of somebody else (RFC 2577), or one behind a NAT.  It is not told:
    what is told of a transfer are its commands and its data.

    :raises FtpNoPassiveMode: 12112, the server refuses, or its answer names no port.
    :raises CannotConnect: 12029.
    """
    reply = await login.attempt(operation, way.value)
    if reply is None:
        return None
    if not reply.completed:
        raise refusal(way.value, reply)
    read = read_229 if way is Way.EPSV else read_227
    port = read(reply.text)
    engine, site, control = login.engine, login.site, login.control
    proxy = control.proxy
    # A proxy's address is not the server's.
    host = control.address if proxy is None else site.host
    line: Line | None

    def build() -> DataLine:
        return DataLine(engine.deadlines, engine.sockets, operation.limits)

    straight = None
    if proxy is None:
        straight = engine.connector.straight(host, port, build, operation.limits)
    if straight is not None:
        line = straight.connect()
        if line is None:
            line = await operation.wait(straight.wait())
    else:
        voice = Voice(operation.voice.handle or engine, None, None)
        line = await opened(
            operation, engine, site, (host, port), build, proxy=proxy, voice=voice
        )
    assert isinstance(line, DataLine)
    return line
