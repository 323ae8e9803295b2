"""Authentication: what a request says to its server, and to the proxy on the way.

Credentials are not sent before the server asks for them, as recorded from WinINet,
unless the program wants that (``Flag.PRE_AUTH``).  What gives away nothing is sent
again without being asked: the answer to a Digest challenge, with the next count.  A
proxy is answered ahead once it has asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.body import BytesBody
from twinet._http.login import Eagerness, Login
from twinet._http.protection_space import place_of, place_of_proxy
from twinet._wire.digest import DigestSubject
from twinet.flags import Flag

if TYPE_CHECKING:
    from twinet._http.login_memory import LoginMemory
    from twinet._http.order import Order
    from twinet._wire.http1 import Head
    from twinet._wire.http_request import FieldLines
    from twinet.proxy import Proxy

__all__ = ["CHALLENGES", "RequestLogin", "connect_login", "tunnel_login"]

#: The answers that ask for credentials: a server's and a proxy's.
UNAUTHORIZED, PROXY_UNAUTHORIZED = CHALLENGES = (401, 407)

#: Nothing is said before the server asks, but what gives nothing away.
_PATIENT = Eagerness()
#: ``Flag.PRE_AUTH``.
_EAGER = Eagerness(again=True, at_once=True)
#: A proxy has asked once; each tunnel to it would otherwise cost two connections.
_TO_PROXIES = Eagerness(again=True)


class RequestLogin:
    """What one request says, at each of its redirects, to those who may ask.

    :param memory: the session's.
    """

    def __init__(self, memory: LoginMemory) -> None:
        self._memory = memory
        self._hop = -1
        self._server: Login | None = None
        self._proxy: Login | None = None

    def lines(self, order: Order) -> FieldLines:
        """Return the fields that an order goes out with; each call is a sending."""
        self._turn_to(order)
        lines = []
        for name, login in (
            (b"Proxy-Authorization", self._proxy),
            (b"Authorization", self._server),
        ):
            value = b"" if login is None else login.value()
            if value:
                lines.append((name, value))
        return tuple(lines)

    def met(self, order: Order, head: Head) -> bool:
        """Tell whether a challenge is met by sending the order once more.

        It is not when nobody is known, with ``Flag.NO_AUTH``, when the program sends
        such a field of its own, when the body cannot be sent again, when no scheme is
        offered that we speak, or when the answer to the last challenge was refused.

        :source: RFC 9110, section 11.6.
        """
        self._turn_to(order)
        asked = self._server if head.status == UNAUTHORIZED else self._proxy
        # A body that cannot be sent again leaves it at that, but the next one may be
        # answered for ahead.
        return asked is not None and asked.met(head) and order.again

    def take(self, head: Head) -> None:
        """Take note of an answer: who did not ask has accepted what he was told."""
        if head.status == PROXY_UNAUTHORIZED:
            return
        if self._proxy is not None:
            self._proxy.accepted(head)
        if self._server is not None and head.status != UNAUTHORIZED:
            self._server.accepted(head)

    def _turn_to(self, order: Order) -> None:
        """Begin anew with each URL."""
        if order.hop == self._hop:
            return
        self._hop = order.hop
        self._server = self._proxy = None
        flags = order.flags
        if flags & Flag.NO_AUTH:
            return
        subject = _subject(order)
        target = order.url.target
        if not (flags & Flag.SUPPRESS_SERVER_AUTH or order.has_field(b"authorization")):
            self._server = Login(
                self._memory,
                place_of(order.url),
                subject,
                target,
                order.credentials,
                _EAGER if flags & Flag.PRE_AUTH else _PATIENT,
            )
        proxy = order.proxy
        if (
            proxy is not None
            # Else it has been asked for a tunnel, and this goes through that.
            and not proxy.tunnels(order.url.scheme)
            and not order.has_field(b"proxy-authorization")
        ):
            self._proxy = Login(
                self._memory,
                place_of_proxy(proxy),
                subject,
                target,
                proxy.credentials,
                _TO_PROXIES,
            )


def tunnel_login(memory: LoginMemory, order: Order) -> Login | None:
    """Return what a CONNECT for an order says to the order's proxy.

    :returns: None when nothing is to be said: ``Flag.NO_AUTH``.
    """
    proxy = order.proxy
    assert proxy is not None, "a tunnel leads through one"
    if order.flags & Flag.NO_AUTH:
        return None
    return connect_login(memory, proxy, order.url.host, order.url.port)


def connect_login(memory: LoginMemory, proxy: Proxy, host: str, port: int) -> Login:
    """Return what a CONNECT to a server says to a proxy.

    Ask it for the ``value`` of the Proxy-Authorization before each CONNECT; tell it of
    each answer, by ``met`` (407; when it returns True, send another CONNECT) or by
    ``accepted``.
    """
    uri = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return Login(
        memory,
        place_of_proxy(proxy),
        DigestSubject(b"CONNECT", uri.encode("ascii")),
        "",
        proxy.credentials,
        _TO_PROXIES,
    )


def _subject(order: Order) -> DigestSubject:
    """Return what Digest takes into its hashes."""
    body = order.body
    if body is None:
        body = b""
    elif not isinstance(body, bytes):
        # Nobody but the program knows the others, and they may be long.
        body = body.data if isinstance(body, BytesBody) else None
    return DigestSubject(order.verb, order.url.target.encode("ascii"), body)
