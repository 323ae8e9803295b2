"""WinINet's list of proxies, and the one proxy of an environment variable.

The entries of the list (InternetOpen) stand between blanks or semicolons::

    [protocol=][scheme://][user:password@]host[:port]

The protocol is that of the URLs that the proxy serves: http, https, ftp or gopher.  An
entry without one serves all that have none of their own, and ``socks=`` those that
then still have none.

The scheme says how the proxy is spoken to.  That, users with passwords and IPv6
addresses in brackets are our own: WinINet looks at no scheme, knows HTTP proxies, and
SOCKS 4 behind ``socks=``.

==========================  =======================================  ============
scheme                      spoken                                   usual port
==========================  =======================================  ============
``http://``, or none        HTTP: absolute form, CONNECT             80
``https://``                the same inside TLS                      443
``socks5h://``,             SOCKS 5; the proxy looks the names up    1080
``socks5://``, ``socks://``
``socks4a://``,             SOCKS 4a, likewise                       1080
``socks=`` without scheme
==========================  =======================================  ============

The usual ports are those of the schemes, as in WinINet and in browsers; curl takes
1080 for all but ``https://``.

No error shows what may be a piece of a password, not even one that was torn apart by
the blank in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote

from twinet._wire.host_name import host_name, ipv6_host
from twinet._wire.proxy_bypass import port_of, split_port
from twinet.errors import InvalidParameter, InvalidUrl
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from twinet.proxy import Speech

__all__ = ["PROTOCOLS", "SOCKS", "checked_proxy", "read_proxy", "read_proxy_list"]

#: What a proxy may be named for; ``socks`` stands in for all of them.
PROTOCOLS = ("http", "https", "ftp", "gopher")
SOCKS = "socks"

_SPEECHES: dict[str, Speech] = {
    "http": "http",
    "https": "https",
    "socks": "socks5",
    "socks5": "socks5",
    "socks5h": "socks5",
    "socks4a": "socks4a",
}
_PORTS: dict[Speech, int] = {
    "http": 80,
    "https": 443,
    "socks5": 1080,
    "socks4a": 1080,
}
_SEPARATORS = re.compile(r"[\s;]+")
_PROTOCOL = re.compile(r"([A-Za-z0-9]+)=")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
#: RFC 7617, section 2, and what UTF-8 cannot write; RFC 1929 says nothing.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def read_proxy_list(text: str) -> dict[str, Proxy]:
    """Read a list.

    :returns: the proxy of each protocol that is named; ``""`` is the one for those
        that are not, ``socks`` the one for what is left.
    :raises InvalidParameter: 87, an entry cannot be, or is not the only one for its
        protocol; the text names it.
    """
    entries = [entry for entry in _SEPARATORS.split(text) if entry]
    found: dict[str, Proxy] = {}
    for number, entry in enumerate(entries, 1):
        name = f"entry {number} of the proxy list"
        if "@" in entry or "@" not in text:
            name = f"{_shown(entry)!r} in the proxy list"
        protocol = ""
        if (match := _PROTOCOL.match(entry)) is not None:
            protocol = match[1].lower()
            if protocol not in (*PROTOCOLS, SOCKS):
                words = ", ".join((*PROTOCOLS, SOCKS))
                _refuse(name, f"the protocol before = is none of {words}")
            entry = entry[match.end() :]  # noqa: PLW2901  what is left of it
        proxy = _read(entry, name, "socks4a" if protocol == SOCKS else "http")
        if protocol == SOCKS and not proxy.speech.startswith(SOCKS):
            _refuse(name, "after socks= stands socks5:// or socks4a://, or no scheme")
        if protocol in found:
            words = f"for {protocol}" if protocol else "for all protocols"
            _refuse(
                name,
                f"it is the second proxy {words}, and none takes over from another; "
                "give one, and write %20 or %3B for a blank or ; in a password",
            )
        found[protocol] = proxy
    return found


def read_proxy(text: str, name: str) -> Proxy:
    """Read one entry without protocol.

    :param name: what errors call it.
    :raises InvalidParameter: 87, it cannot be.
    """
    return _read(text, name, "http")


def checked_proxy(proxy: Proxy) -> Proxy:
    """Return a proxy whose host is as for connecting.

    :raises InvalidParameter: 87, one of its parts cannot be.
    """
    name = "the proxy"
    if proxy.speech not in _PORTS:
        _refuse(name, f"its speech is one of {', '.join(_PORTS)}")
    if type(proxy.port) is not int or port_of(str(proxy.port)) is None:
        _refuse(name, "its port is not a number from 1 to 65535")
    if not isinstance(proxy.host, str):
        _refuse(name, "its host is no text")
    given = proxy.credentials
    if given is not None:
        if not isinstance(given, Credentials):
            _refuse(name, "its credentials are no twinet.records.Credentials")
        _check_credentials(given.username, given.password, proxy.speech, name)
    host = _host(proxy.host.strip("[]"), name, bracketed=":" in proxy.host)
    return Proxy(proxy.speech, host, proxy.port, given)


def _read(text: str, name: str, usual: Speech) -> Proxy:
    speech = usual
    if (match := _SCHEME.match(text)) is not None:
        scheme = match[1].lower()
        if scheme not in _SPEECHES:
            more = ""
            if scheme == "socks4":
                more = "; SOCKS 4 cannot take names: if the proxy knows 4a, say so"
            words = ", ".join(f"{each}://" for each in _SPEECHES)
            _refuse(name, f"its scheme is none of {words}{more}")
        speech = _SPEECHES[scheme]
        text = text[match.end() :]
    userinfo, _, place = text.rpartition("@")
    place, _, path = place.partition("/")
    if path or "?" in place or "#" in place:
        _refuse(
            name,
            "nothing may follow the port; write %2F, %3F or %23 if it is one "
            "of a password",
        )
    host, port_text = split_port(place)
    port = _PORTS[speech] if not port_text else port_of(port_text)
    if port is None:
        _refuse(name, "its port is not a number from 1 to 65535")
    host = _host(host, name, bracketed=place.startswith("["))
    return Proxy(speech, host, port, _credentials(userinfo, speech, name))


def _host(text: str, name: str, *, bracketed: bool) -> str:
    if not text:
        _refuse(name, "it names no host; write host:port")
    try:
        return ipv6_host(text) if bracketed else host_name(text)
    except InvalidUrl:
        _refuse(name, "its host is none; write a name or an address, IPv6 in brackets")


def _credentials(userinfo: str, speech: Speech, name: str) -> Credentials | None:
    username, _, password = userinfo.partition(":")
    try:
        username = unquote(username, errors="strict")
        password = unquote(password, errors="strict")
    except UnicodeError:
        _refuse(name, "its user name or password is not percent-encoded from UTF-8")
    _check_credentials(username, password, speech, name)
    return Credentials(username, password) if username or password else None


def _check_credentials(
    username: object, password: object, speech: Speech, name: str
) -> None:
    """Check that they can be sent, as far as one knows before it is asked how."""
    for text in (username, password):
        if not isinstance(text, str) or _UNSAFE.search(text) is not None:
            _refuse(name, "its user name or password holds a control character")
    if password and speech == "socks4a":
        _refuse(name, "SOCKS 4a knows user names and no passwords; leave it out")
    if ":" in str(username) and speech in ("http", "https"):
        _refuse(name, "a user name must not hold a colon: the proxy would cut it there")


def _shown(entry: str) -> str:
    """Return an entry as it may be shown."""
    front, at, place = entry.rpartition("@")
    if at:
        match = re.match(r"(?:[A-Za-z0-9]+=)?(?:[A-Za-z][A-Za-z0-9+.-]*://)?", front)
        place = f"{match[0] if match and '://' in match[0] else ''}***@{place}"
    # A port that is none may be the beginning of a password, its host left out.
    host, colon, port = place.rpartition(":")
    if colon and port_of(port) is None and not port.startswith("//"):
        place = f"{host}:***"
    return place


def _refuse(name: str, reason: str) -> NoReturn:
    msg = f"{name} cannot be used: {reason}"
    raise InvalidParameter(msg)
