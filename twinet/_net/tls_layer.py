"""TLS between a line and its transport.

Twisted's TLS layer asks a creator for the OpenSSL connection in the middle of taking
over the transport, where an exception would end in the reactor's log; so here it is
kept for whoever opens the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.protocol import Factory
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IAddress, IReactorTime

    from twinet._net.line import Line
    from twinet._net.tls import TlsCreator


def over_tls(
    line: Line,
    creator: TlsCreator,
    clock: IReactorTime,
    refused: Callable[[Exception], None],
) -> TLSMemoryBIOProtocol:
    """Return the protocol that speaks TLS to the transport, and bytes to the line.

    :param refused: told what the creator raised, before the line hears that it is
        connected; the line must then be aborted.
    """
    # The clock is given, else the factory would install the default reactor.
    factory = TLSMemoryBIOFactory(
        _GuardedCreator(creator, refused), True, _Ready(line), clock
    )
    # Its default gathers small writes by a timer each time; requests are written in
    # one piece, and shall go out in the same turn.
    factory.protocol = _Layer
    layer = factory.buildProtocol(None)
    assert isinstance(layer, TLSMemoryBIOProtocol)
    return layer


class _Layer(TLSMemoryBIOProtocol):
    """Lets the line know which bytes came together.

    A read of the socket may bring several records, and each is given to the line by
    itself.  What came with the end of an answer is no answer to a request that was
    sent when that end was told.
    """

    _reads = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Give the records of a read on, under its number."""
        line: Any = self.wrappedProtocol
        self._reads += 1
        line.read_number = self._reads
        try:
            super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted's
        finally:
            line.read_number = 0


class _Ready(Factory):
    """Gives the TLS layer the line that it shall wrap."""

    noisy = False

    def __init__(self, line: Line) -> None:
        self._line = line

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: ARG002, N802
        """Return it."""
        return self._line


@implementer(IOpenSSLClientConnectionCreator)
class _GuardedCreator:
    """Keeps an exception of the creator from escaping into the reactor."""

    def __init__(
        self, creator: TlsCreator, refused: Callable[[Exception], None]
    ) -> None:
        self._creator = creator
        # Forgotten when it has served: the layer keeps this object as long as the
        # connection lasts, and must not keep what it was made for.
        self._refused: Callable[[Exception], None] | None = refused

    def clientConnectionForTLS(  # noqa: N802  Twisted's name
        self,
        tlsProtocol: TLSMemoryBIOProtocol,  # noqa: N803  Twisted's name
    ) -> SSL.Connection:
        """Return the creator's connection, or one that is never used."""
        refused, self._refused = self._refused, None
        try:
            return self._creator.clientConnectionForTLS(tlsProtocol)
        except Exception as fault:  # noqa: BLE001  told to the opener
            assert refused is not None  # one layer asks once
            refused(fault)
            return SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
