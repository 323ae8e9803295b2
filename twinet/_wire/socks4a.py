"""SOCKS4a: asking a proxy of that kind to connect.

Theory of operation.  One message goes out, one of eight bytes comes back::

    begin(): request --> REPLY --90--> opened
                           '-----------> fault

The first two bytes decide; the others, an address, are read over.  A name is given to
the proxy, which looks it up: that is the "a", and is asked for by an address that is
none, 0.0.0.1.

:source: the memoranda "SOCKS: A protocol for TCP proxy across firewalls" (Ying-Da Lee)
    and "SOCKS 4A: A Simple Extension to SOCKS 4 Protocol".
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from twinet._wire.greeting import Greeting
from twinet.errors import (
    CannotConnect,
    InvalidParameter,
    LoginFailure,
    NotProxyRequest,
)

if TYPE_CHECKING:
    from twinet.proxy import Proxy

__all__ = ["Socks4a"]

_VERSION = 4
_CONNECT = 1
_REPLY = 8
_GRANTED = 90
#: "a deliberate invalid address": the name follows.
_LOOK_UP = bytes([0, 0, 0, 1])
#: What is a login's fault and what is not.
_REPLIES = {
    91: "it refused, or failed",
    92: "it cannot ask the identd of this machine who we are",
    93: "the identd of this machine gives another user name",
}
_LOGIN_FAULTS = frozenset((92, 93))
#: No user name is as long (bytes; our own choice).
_MOST = 255


class Socks4a(Greeting):
    """The conversation with a SOCKS4a server.

    :raises InvalidParameter: 87, there is a password, which SOCKS4a has no place for,
        or the user name is too long or holds a NUL.
    :raises NotProxyRequest: 12020, the host is an IPv6 address.
    """

    def __init__(self, proxy: Proxy, host: str, port: int) -> None:
        super().__init__(proxy, host, port)
        self._user = _user(proxy)
        self._address, self._name = _destination(host)
        self._buffer = b""

    def begin(self) -> bytes:
        """Return the request."""
        self._buffer = b""
        return b"%c%c%b%b%b\x00%b" % (
            _VERSION,
            _CONNECT,
            self.port.to_bytes(2, "big"),
            self._address,
            self._user,
            self._name,
        )

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came; nothing is said any more."""
        if self.over:
            return b""
        data = self._buffer = self._buffer + data
        # By the memorandum it is 0; some send the version.
        if data[:1] not in (b"", b"\x00", b"\x04"):
            if b"HTTP/".startswith(data[:5]):
                self._invalid("it is HTTP, not SOCKS4")
            else:
                self._invalid(f"a SOCKS4 reply begins with 0, not {data[0]}")
        elif len(data) > 1 and data[1] != _GRANTED:
            self._refused(data[1])
        elif len(data) >= _REPLY:
            self.rest = data[_REPLY:]
            self.opened = True
        return b""

    def _refused(self, code: int) -> None:
        words = _REPLIES.get(code)
        if words is None:
            self._invalid(f"SOCKS4 has no reply {code}")
            return
        kind = LoginFailure if code in _LOGIN_FAULTS else CannotConnect
        self.fault = kind(
            f"{self.proxy} does not lead to {self.where}: {words} (SOCKS reply {code})",
            server_text=f"SOCKS reply {code}",
        )


def _user(proxy: Proxy) -> bytes:
    credentials = proxy.credentials
    if credentials is None:
        return b""
    if credentials.password:
        msg = f"{proxy} can be told no password; use socks5, or leave it out"
        raise InvalidParameter(msg)
    name = credentials.username.encode("utf-8", "surrogateescape")
    if b"\x00" in name or len(name) > _MOST:
        msg = f"the user name for {proxy} must have 255 bytes at most, and no NUL"
        raise InvalidParameter(msg)
    return name


def _destination(host: str) -> tuple[bytes, bytes]:
    """Return the address, and the name if the address is to be looked up."""
    try:
        address = ip_address(host)
    except ValueError:
        return _LOOK_UP, host.encode("ascii") + b"\x00"
    if isinstance(address, IPv4Address):
        return address.packed, b""
    msg = f"SOCKS4a knows no IPv6 addresses such as {host}; use socks5"
    raise NotProxyRequest(msg)
