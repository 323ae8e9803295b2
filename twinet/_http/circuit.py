"""The circuit: what is known of a channel's connection, also when that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet.records import SocketInfo

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress

    from twinet._http.channel import Channel
    from twinet._net.tls import TlsCreator
    from twinet.tls import TlsInfo

__all__ = ["Circuit"]


class Circuit:
    """The two ends of one connection, and its TLS; each answer keeps its own.

    It holds neither the channel nor the socket.

    :ivar address: the server's address as text, as the channel has it.
    """

    __slots__ = ("_far", "_near", "_tls_creator", "address")

    def __init__(self, channel: Channel) -> None:
        self.address = channel.address
        self._near: IAddress = channel.transport.getHost()
        self._far: IAddress = channel.transport.getPeer()
        self._tls_creator: TlsCreator | None = channel.tls_creator

    @property
    def tls(self) -> TlsInfo | None:
        """What its TLS handshake came to; ``None`` without TLS.

        :raises SecInvalidCert: 12169, a certificate cannot be read.
        """
        creator = self._tls_creator
        facts = None if creator is None else creator.facts
        return None if facts is None else facts.info()

    def socket_info(self, *, keep_alive: bool) -> SocketInfo:
        """Return what DIAGNOSTIC_SOCKET_INFO tells."""
        return SocketInfo(
            *_ends(self._near),
            *_ends(self._far),
            keep_alive,
            secure=self._tls_creator is not None,
        )


def _ends(address: Any) -> tuple[str, int]:
    """Return host and port; what is no internet address has neither."""
    return getattr(address, "host", ""), getattr(address, "port", 0)
