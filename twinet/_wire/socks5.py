"""SOCKS5: asking a proxy of that name to connect (RFC 1928; login by RFC 1929).

Theory of operation.  Each side says one message at a time, so what is awaited is
always one message of a known kind::

    begin(): methods --> METHOD --no login--------> request --> REPLY --> opened
                            |                         ^           |
                            '--login--> name, password            '--code--> fault
                                            '--> LOGIN --granted--'
                                                    '--refused--> fault

A name is given to the proxy, which looks it up; an address is given as one.  The
reply's code counts as soon as it is there: some servers close behind it.  The address
that a reply names is read over, as nobody needs it.
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from twinet._wire.greeting import Greeting
from twinet.errors import (
    CannotConnect,
    IncorrectPassword,
    InvalidParameter,
    LoginFailure,
    NotProxyRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.proxy import Proxy

__all__ = ["Socks5"]

_VERSION = 5
_LOGIN_VERSION = 1
_NO_LOGIN, _LOGIN, _NONE_ACCEPTED = 0, 2, 0xFF
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
#: The length of what names the server, for the kinds that have a fixed one.
_LENGTHS = {_IPV4: 4, _IPV6: 16}
#: Version, code, reserved, kind of address.
_FIXED = 4
_PORT = 2
_MOST = 255

#: RFC 1928, section 6.
_REPLIES = {
    1: "it failed (general SOCKS server failure)",
    2: "its rules do not allow it",
    3: "the network is unreachable",
    4: "the host is unreachable, or its name has no address",
    5: "the connection was refused",
    6: "the connection took too long (TTL expired)",
    7: "it does not know the command CONNECT",
    8: "it does not take addresses of this kind",
}


class Socks5(Greeting):
    """The conversation with a SOCKS5 server.

    :raises InvalidParameter: 87, user name or password are longer than 255 bytes, or
        there is no user name.
    :raises NotProxyRequest: 12020, the host cannot be given to a proxy.
    """

    def __init__(self, proxy: Proxy, host: str, port: int) -> None:
        super().__init__(proxy, host, port)
        self._login = _login(proxy)
        self._destination = _destination(host, port)
        self._awaits: Callable[[bytes], bytes | None] = self._take_method
        self._buffer = b""

    def begin(self) -> bytes:
        """Return the methods that can be had."""
        self._buffer = b""
        self._awaits = self._take_method
        methods = bytes([_NO_LOGIN] if self._login is None else [_NO_LOGIN, _LOGIN])
        return bytes([_VERSION, len(methods)]) + methods

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came; return what is to be sent now."""
        self._buffer += data
        out = b""
        while not self.over:
            answer = self._awaits(self._buffer)
            if answer is None:
                break
            out += answer
        return out

    # -- what is awaited; None when it has not come

    def _take_method(self, data: bytes) -> bytes | None:
        if data[:1] not in (b"", b"\x05"):
            if b"HTTP/".startswith(data[:5]):
                what = "it is HTTP, not SOCKS5"
            else:
                what = f"SOCKS5 begins with 5, not {data[0]}"
            self._invalid(what)
            return b""
        if len(data) < 2:  # noqa: PLR2004  version, method
            return None
        method = data[1]
        self._buffer = data[2:]
        if method == _NO_LOGIN:
            return self._request()
        if method == _LOGIN and self._login is not None:
            self._awaits = self._take_login
            return self._login
        if method == _NONE_ACCEPTED:
            wants = "wants a login; give it user name and password"
            if self._login is not None:
                wants = "takes neither no login nor one by user name and password"
            self.fault = LoginFailure(f"{self.proxy} {wants}")
        else:
            self._invalid(f"it chose the login method {method}, which was not offered")
        return b""

    def _take_login(self, data: bytes) -> bytes | None:
        if len(data) < 2:  # noqa: PLR2004  version, status
            return None
        # Some servers put 5 there, the version of the whole.
        if data[0] not in (_LOGIN_VERSION, _VERSION):
            self._invalid(f"the answer to a login begins with 1, not {data[0]}")
            return b""
        self._buffer = data[2:]
        if data[1] != 0:
            self.fault = IncorrectPassword(
                f"{self.proxy} does not accept the user name or its password"
            )
            return b""
        return self._request()

    def _request(self) -> bytes:
        self._awaits = self._take_reply
        return bytes([_VERSION, _CONNECT, 0]) + self._destination

    def _take_reply(self, data: bytes) -> bytes | None:
        if data[:1] not in (b"", b"\x05"):
            self._invalid(f"the reply begins with {data[0]}, not 5")
            return b""
        if len(data) < 2:  # noqa: PLR2004  version, code
            return None
        code = data[1]
        if code != 0:
            words = _REPLIES.get(code, "for a reason that no RFC knows")
            self.fault = CannotConnect(
                f"{self.proxy} does not lead to {self.where}: "
                f"{words} (SOCKS reply {code})",
                server_text=f"SOCKS reply {code}",
            )
            return b""
        if len(data) <= _FIXED:
            return None
        kind = data[3]
        length = _LENGTHS.get(kind)
        if kind == _NAME:
            length = 1 + data[4]
        elif length is None:
            self._invalid(f"the reply has an address of the unknown kind {kind}")
            return b""
        assert length is not None, "each kind that is known has one"
        end = _FIXED + length + _PORT
        if len(data) < end:
            return None
        self.rest = data[end:]
        self.opened = True
        return b""


def _login(proxy: Proxy) -> bytes | None:
    """Return the message that logs in; None when there is nothing to say in it."""
    credentials = proxy.credentials
    if credentials is None:
        return None
    name = credentials.username.encode("utf-8", "surrogateescape")
    secret = credentials.password.encode("utf-8", "surrogateescape")
    if not 0 < len(name) <= _MOST or len(secret) > _MOST:
        msg = (
            f"user name and password for {proxy} must have 255 bytes at most, and the "
            "name one at least (RFC 1929)"
        )
        raise InvalidParameter(msg)
    return b"\x01%c%b%c%b" % (len(name), name, len(secret), secret)


def _destination(host: str, port: int) -> bytes:
    """Return kind, address and port."""
    try:
        address = ip_address(host)
    except ValueError:
        name = host.encode("ascii")
        if len(name) > _MOST:
            msg = f"the name {host:.40}... is longer than SOCKS5 can say"
            raise NotProxyRequest(msg) from None
        where = b"\x03%c%b" % (len(name), name)
    else:
        kind = _IPV4 if isinstance(address, IPv4Address) else _IPV6
        where = bytes([kind]) + address.packed
    return where + port.to_bytes(_PORT, "big")
