"""From a turn to a data connection: the ways are tried until one works.

Which one has worked is remembered of the server, for all sessions' connections to it.
A way that the server does not know, or that it refuses, leads to the next one, as does
a passive connection that is refused; one that nobody answers ends in its limit, since
the next would hardly fare better.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from twinet._ftp.active import Awaited, await_active
from twinet._ftp.passive import open_passive
from twinet._ftp.way import ways
from twinet._net.resuming import ResumingCreator
from twinet._net.securing import Securing
from twinet.errors import (
    CannotConnect,
    ExtendedError,
    FtpNoPassiveMode,
    PolicyRefused,
)

if TYPE_CHECKING:
    from twinet._ftp.data_line import DataLine
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet._ftp.way import Way
    from twinet.errors import InternetError

__all__ = ["Data", "prepare"]


class Data:
    """A data connection that stands, or that the server will open."""

    def __init__(self, login: Login, prepared: DataLine | Awaited) -> None:
        self._login = login
        self._prepared = prepared

    async def ready(self, operation: Operation) -> DataLine:
        """Return it when data can flow: it has come, and TLS is done.

        Called when the server has accepted the command.

        :raises Timeout: 12002, it did not come, or the handshake took too long.
        :raises InternetError: what is wrong about TLS.
        """
        prepared = self._prepared
        if isinstance(prepared, Awaited):
            line = await operation.wait(prepared.wait())
        else:
            line = prepared
        if self._login.protected:
            await self._secure(operation, line)
        return line

    def forget(self) -> None:
        """Close it, and tell nobody."""
        self._prepared.forget()

    async def _secure(self, operation: Operation, line: DataLine) -> None:
        login = self._login
        site, first = login.site, login.control.tls_creator
        assert site.tls is not None
        assert first is not None
        creator = ResumingCreator(site.tls, site.host, first)
        engine = login.engine
        line.listen()
        securing = Securing(line, creator, engine.deadlines, operation.limits.tls)
        await operation.wait(securing.start())
        line.tls_creator = creator


async def prepare(login: Login, operation: Operation) -> Data:
    """Prepare a data connection by a way that works.

    :raises FtpNoPassiveMode: 12112, the server has no passive mode, and no other was
        to be used.
    :raises CannotConnect: 12029, no way works.
    :raises Timeout: 12002, the data connection was not answered.
    """
    engine, site = login.engine, login.site
    refusals: list[InternetError] = []
    proxied = login.control.proxy is not None
    order = ways(
        # Nobody could come to us through a proxy.
        passive=True if proxied else site.passive,
        ipv6=not proxied and _is_ipv6(login.control.address),
        known=engine.known_way(site),
    )
    for way in order:
        try:
            prepared = await _try(login, operation, way)
        except PolicyRefused:
            # No other way may lead past the policy.
            raise
        except (CannotConnect, ExtendedError, FtpNoPassiveMode) as error:
            if login.control.over is not None:
                raise
            refusals.append(error)
            continue
        if prepared is not None:
            engine.remember_way(site, way)
            return Data(login, prepared)
    raise _no_way(order, refusals)


async def _try(
    login: Login, operation: Operation, way: Way
) -> DataLine | Awaited | None:
    if way.passive:
        return await open_passive(login, operation, way)
    return await await_active(login, operation, way)


def _no_way(order: tuple[Way, ...], refusals: list[InternetError]) -> InternetError:
    """Return the error of a server to which no way leads."""
    if refusals:
        # The first that was tried is what the server should know best.
        return refusals[0]
    names = ", ".join(way.value for way in order)
    passive = all(way.passive for way in order)
    kind: type[InternetError] = FtpNoPassiveMode if passive else CannotConnect
    return kind(f"the server knows none of {names}; there is no other way to its data")


@lru_cache(maxsize=256)
def _is_ipv6(address: str) -> bool:
    try:
        plain = ip_address(address.partition("%")[0])
    except ValueError:
        # The host's name, where an endpoint of the program's connects.
        return False
    return plain.version == 6 and plain.ipv4_mapped is None  # noqa: PLR2004
