"""Addresses of data connections: PASV, EPSV, PORT, EPRT (RFC 959, RFC 2428).

Of what a server says only the port is taken: the data connection goes to the host of
the control connection.  Another host would be an attack (FTP bounce), or the private
address of a server behind NAT, where nothing listens for us.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from twinet.errors import FtpNoPassiveMode, InvalidParameter

__all__ = ["eprt_argument", "port_argument", "read_227", "read_229"]

#: RFC 1123, section 4.1.2.6: the brackets may not be there; look for the first digit.
_SIX = re.compile(r"(?<![\d,])" + r"\s*,\s*".join([r"(\d{1,3})"] * 6) + r"(?![\d,])")
#: RFC 2428, section 3; the delimiter may be any character but a digit.
_EXTENDED = re.compile(r"\(([!-/:-~])([!-~]{3,80})\)")
_PORT = re.compile(r"[0-9]{1,5}")
_BYTE = 256
_PORTS = 65536


def read_227(text: str) -> int:
    """Return the port that PASV's reply names.

    :raises FtpNoPassiveMode: 12112, it names none.
    """
    found = _SIX.search(text)
    if found is not None:
        numbers = [int(each) for each in found.groups()]
        port = numbers[4] * _BYTE + numbers[5]
        if max(numbers) < _BYTE and port:
            return port
    msg = "the server's answer to PASV names no port, as (127,0,0,1,4,1) would"
    raise FtpNoPassiveMode(msg, server_text=text)


def read_229(text: str) -> int:
    """Return the port that EPSV's reply names.

    :raises FtpNoPassiveMode: 12112, it names none.
    """
    for found in _EXTENDED.finditer(text):
        # Family and host must be empty, and are filled in by some.
        fields = found[2].split(found[1])
        if len(fields) == 4 and not fields[3] and _PORT.fullmatch(fields[2]):  # noqa: PLR2004  family, host, port, end
            port = int(fields[2])
            if 0 < port < _PORTS:
                return port
    msg = "the server's answer to EPSV names no port, as (|||1025|) would"
    raise FtpNoPassiveMode(msg, server_text=text)


def port_argument(address: str | IPv4Address | IPv6Address, port: int) -> str:
    """Return what PORT is to be given, for where we listen.

    :raises InvalidParameter: 87, PORT cannot say an IPv6 address; EPRT can.
    """
    plain = _plain(address)
    if isinstance(plain, IPv6Address):
        raise InvalidParameter(f"PORT cannot name the IPv6 address {plain}; use EPRT")
    return ",".join(map(str, (*plain.packed, *divmod(port, _BYTE))))


def eprt_argument(address: str | IPv4Address | IPv6Address, port: int) -> str:
    """Return what EPRT is to be given, for where we listen (RFC 2428, section 2)."""
    plain = _plain(address)
    return f"|{1 if plain.version == 4 else 2}|{plain}|{port}|"  # noqa: PLR2004


def _plain(address: str | IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return an address as a server can reach it.

    The zone of a link-local address is ours alone, and an IPv4 peer of a socket for
    both families is one of IPv4.
    """
    plain = ip_address(str(address).partition("%")[0])
    mapped = plain.ipv4_mapped if isinstance(plain, IPv6Address) else None
    return mapped or plain
