"""An attempt at one address through the reactor's ``connectTCP``.

Any reactor can do it; :mod:`twinet._net.stream` is the short way of those that watch
file descriptors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import NotConnectingError
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress, IConnector, IReactorTCP
    from twisted.python.failure import Failure

    from twinet._net.race import Address, Race

__all__ = ["Attempt", "Unwanted"]


class Attempt(ClientFactory):
    """One address; Twisted's connector reports to it.

    The connector, and through it the transport, keeps this as long as the connection
    lasts. So it lets go of the race, which knows what the connection was made for.

    :ivar text: the address as text.
    :ivar started: the race has started it and goes on by itself.
    """

    noisy = False

    def __init__(self, race: Race, address: Address) -> None:
        self.address = address
        self.text = str(address)
        self.started = False
        self._race: Race | None = race
        self._connector: IConnector | None = None

    def start(
        self, reactor: IReactorTCP, port: int, bind: tuple[str, int] | None
    ) -> None:
        """Begin to connect; the race may hear the end before this returns."""
        reactor.connectTCP(
            self.text,
            port,
            self,
            timeout=None,  # type: ignore[arg-type]  # means none: ours count
            bindAddress=bind,
        )

    def stop(self) -> None:
        """Stop connecting."""
        self._race = None
        connector, self._connector = self._connector, None
        if connector is not None:
            try:
                connector.stopConnecting()
            except NotConnectingError:
                connector.disconnect()  # it came through in this very moment

    def startedConnecting(self, connector: IConnector) -> None:  # noqa: N802
        """Keep the connector, to stop it."""
        self._connector = connector

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: ARG002, N802
        """Ask the race whether this one is wanted."""
        race, self._race, self._connector = self._race, None, None
        return Unwanted() if race is None else race.connected(self)

    def clientConnectionFailed(  # noqa: N802  Twisted's name
        self,
        connector: IConnector,  # noqa: ARG002
        reason: Failure,
    ) -> None:
        """Tell the race."""
        race, self._race, self._connector = self._race, None, None
        if race is not None:
            race.failed(self, reason)


class Unwanted(Protocol):
    """Aborts a connection that came too late."""

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Abort it."""
        transport: Any = self.transport
        getattr(transport, "abortConnection", transport.loseConnection)()

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Let it go."""
