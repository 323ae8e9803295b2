"""The circuit: what is known of a channel's connection, also when that is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinet._net.stream import Stream
from twinet.records import SocketInfo

if TYPE_CHECKING:
    from twinet._http.channel import Channel
    from twinet._net.tls import TlsCreator
    from twinet.proxy import Proxy
    from twinet.tls import TlsInfo

__all__ = ["Circuit"]


class Circuit:
    """The two ends of one connection, and its TLS; each answer keeps its own.

    It holds neither the channel nor the socket.

    :ivar address: the server's address as text, as the channel has it.
    """

    __slots__ = ("_ends", "_passage", "_tls_creator", "address")

    def __init__(self, channel: Channel) -> None:
        self.address = channel.address
        transport = channel.transport
        #: both ends, as address and port.
        self._ends: tuple[tuple[str, int], tuple[str, int]] = (
            transport.ends()
            if type(transport) is Stream
            else (_end(transport.getHost()), _end(transport.getPeer()))
        )
        self._tls_creator: TlsCreator | None = channel.tls_creator
        self._passage = channel.passage

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that it leads through, without its credentials."""
        passage = self._passage
        return None if passage is None else replace(passage.proxy, credentials=None)

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
        near, far = self._ends
        passage = self._passage
        return SocketInfo(
            *near,
            *far,
            keep_alive,
            secure=self._tls_creator is not None,
            proxy=passage is not None,
            tunnel=passage is not None and passage.greeting is not None,
        )


def _end(address: Any) -> tuple[str, int]:
    """Return host and port; what is no internet address has neither."""
    return getattr(address, "host", ""), getattr(address, "port", 0)
