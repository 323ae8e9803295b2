"""A greeting: what is said to a proxy before a connection leads to the server.

Sans-IO: bytes go in, bytes to be sent come out, and in the end the way is open, or
there is a fault; nothing is ever raised because of what a proxy said.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from twinet.errors import ConnectionAborted, HttpInvalidServerResponse

if TYPE_CHECKING:
    from twinet._wire.answer_events import Head
    from twinet.errors import InternetError
    from twinet.proxy import Proxy

__all__ = ["Greeting", "authority"]


class Greeting(ABC):
    """What is said to one proxy to be led to one server.

    :param proxy: who is spoken to.
    :param host: the server, as for connecting; a name is looked up by the proxy.
    :ivar opened: the proxy leads to the server.
    :ivar fault: why it does not and will not.
    :ivar again: it has to be said on a fresh connection, beginning with
        :meth:`begin`; the proxy does not go on with this one.
    :ivar unanswered: the head of a 407 that could not be answered, for which there is
        no fault.
    :ivar rest: what came in one piece with the proxy's last word, behind it.
    :ivar read: the heads that came, for a trace; whoever feeds it empties that.
    """

    #: whether what is said are heads of HTTP, which can be shown.
    legible = False
    opened = False
    again = False
    fault: InternetError | None = None
    unanswered: Head | None = None
    rest = b""

    def __init__(self, proxy: Proxy, host: str, port: int) -> None:
        self.proxy = proxy
        self.host = host
        self.port = port
        self.read: list[bytes] = []

    @property
    def over(self) -> bool:
        """Whether nothing more is to be said on this connection."""
        return (
            self.opened
            or self.again
            or self.fault is not None
            or self.unanswered is not None
        )

    @property
    def where(self) -> str:
        """Where it leads, as host and port."""
        return authority(self.host, self.port)

    @abstractmethod
    def begin(self) -> bytes:
        """Return the first words, on a fresh connection."""

    @abstractmethod
    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came; return what is to be sent now."""

    def ended(self) -> None:
        """Take note that the proxy has closed the connection."""
        if not self.over:
            self.fault = ConnectionAborted(
                f"{self.proxy} closed the connection before it led to {self.where}"
            )

    def _invalid(self, what: str) -> None:
        """End it: the proxy's words are none of its protocol's."""
        self.fault = HttpInvalidServerResponse(
            f"what {self.proxy} answered makes no sense: {what}"
        )


def authority(host: str, port: int) -> str:
    """Write host and port as CONNECT does (RFC 9110, section 9.3.6)."""
    bare = f"[{host}]" if ":" in host else host
    return f"{bare}:{port}"
