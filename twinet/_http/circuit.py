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

__all__ = ["Circuit", "NoCircuit"]


class Circuit:
    """The two ends of one connection, and its TLS; each answer keeps its own.

    It holds neither the channel nor the socket.

    :ivar address: the server's address as text, as the channel has it.
    """

    __slots__ = ("_ends", "_proxy", "_tls_creator", "_tunnel", "address")

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
        self._proxy = channel.proxy
        self._tunnel = channel.tunnel

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that it leads through, without its credentials."""
        proxy = self._proxy
        return None if proxy is None else replace(proxy, credentials=None)

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
        return SocketInfo(
            *near,
            *far,
            keep_alive,
            secure=self._tls_creator is not None,
            proxy=self._proxy is not None,
            tunnel=self._tunnel,
        )


class NoCircuit:
    """What is known of a connection that ended at a proxy, and led to no server."""

    __slots__ = ("_proxy",)
    tls = None

    def __init__(self, proxy: Proxy | None) -> None:
        self._proxy = proxy

    @property
    def proxy(self) -> Proxy | None:
        """The proxy, without its credentials."""
        proxy = self._proxy
        return None if proxy is None else replace(proxy, credentials=None)

    def socket_info(self, *, keep_alive: bool) -> None:
        """Know nothing of its ends: it was closed before anything was sent."""


def _end(address: Any) -> tuple[str, int]:
    """Return host and port; what is no internet address has neither."""
    return getattr(address, "host", ""), getattr(address, "port", 0)
