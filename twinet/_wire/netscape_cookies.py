"""Netscape's cookies.txt, as curl, wget, browsers and Python's library have it.

One cookie is one line of seven parts with tabs between them: the domain, whether it
goes to the hosts below (TRUE, FALSE), the path, whether it is Secure, when it ends (in
seconds since 1970; 0 with the session), name and value.  ``#HttpOnly_`` before the
domain marks those; other lines that begin with ``#``, and empty ones, say nothing.
There is no text that says it all; what is here is read from what those programs do.
"""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

from twinet._wire.host_name import host_name, ipv6_host
from twinet._wire.set_cookie import unfit
from twinet.cookie import Cookie
from twinet.errors import IncorrectFormat, InvalidUrl

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_netscape", "write_netscape"]

#: Python's library reads nothing else than what begins so.
_HEAD = (
    b"# Netscape HTTP Cookie File\n"
    b"# Written by twinet.  Whoever has this file may be logged in with it.\n\n"
)
_HTTP_ONLY = "#HttpOnly_"
_BOM = b"\xef\xbb\xbf"
_PARTS = 7
_FLAGS = {"TRUE": True, "FALSE": False}


def write_netscape(cookies: Iterable[Cookie]) -> tuple[bytes, int]:
    """Write a file; return it, and how many cookies it has.

    Those with a tab in them have no form in it, and are left out.
    """
    lines = [
        _line(cookie)
        for cookie in cookies
        if "\t" not in cookie.name + cookie.value + cookie.path
    ]
    return _HEAD + b"".join(lines), len(lines)


def read_netscape(data: bytes, where: str) -> list[Cookie]:
    """Read a file.

    :param where: its name, for errors.
    :raises IncorrectFormat: 12027, a line is no cookie; the text names it.
    """
    cookies = []
    for number, raw in enumerate(data.removeprefix(_BOM).split(b"\n"), 1):
        line = raw.removesuffix(b"\r").decode("latin-1")
        hidden = line.startswith(_HTTP_ONLY)
        if hidden:
            line = line.removeprefix(_HTTP_ONLY)
        elif not line.strip() or line.startswith("#"):
            continue
        cookie = _cookie(line, hidden=hidden)
        if isinstance(cookie, str):
            # The line is not shown: it holds secrets.
            msg = (
                f"{where}, line {number}: this is no cookie of a cookies.txt: {cookie}"
            )
            raise IncorrectFormat(msg)
        cookies.append(cookie)
    return cookies


def _line(cookie: Cookie) -> bytes:
    parts = (
        cookie.domain if cookie.host_only else f".{cookie.domain}",
        "FALSE" if cookie.host_only else "TRUE",
        cookie.path,
        "TRUE" if cookie.secure else "FALSE",
        # Before 1970, and in it, is the past, and 0 would be the session.
        "0" if cookie.expires is None else str(max(int(cookie.expires), 1)),
        # These two as in a Cookie field, so that the same bytes are sent later.
        f"{cookie.name}\t{cookie.value}",
    )
    mark = _HTTP_ONLY.encode() if cookie.http_only else b""
    return mark + b"\t".join(map(_bytes, parts)) + b"\n"


def _bytes(text: str) -> bytes:
    """Return the bytes that would be sent."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _cookie(line: str, *, hidden: bool) -> Cookie | str:
    """Read a line; return why it is none."""
    parts = line.split("\t")
    if len(parts) == _PARTS - 1:
        # curl writes so what has no value.
        parts.append("")
    if len(parts) != _PARTS:
        return f"it has {len(parts)} parts between tabs, not {_PARTS}"
    domain, below, path, secure, end, name, value = parts
    if below.upper() not in _FLAGS or secure.upper() not in _FLAGS:
        return "its second and fourth parts are TRUE or FALSE"
    try:
        # Some programs write fractions, and Python's nothing for the session.
        expires = float(end) if end else 0.0
    except ValueError:
        expires = nan
    if not isfinite(expires):
        return "its fifth part is a number of seconds since 1970"
    try:
        # Names outside ASCII are UTF-8 by now.
        host = domain.removeprefix(".").encode("latin-1").decode()
        if host.count(":") == 1:
            # wget writes the port; it does not count.
            host = host.partition(":")[0]
        host = ipv6_host(host) if ":" in host else host_name(host)
    except (InvalidUrl, UnicodeDecodeError):
        return "its first part is no domain"
    cookie = Cookie(
        name,
        value,
        host,
        path,
        host_only=not _FLAGS[below.upper()],
        secure=_FLAGS[secure.upper()],
        http_only=hidden,
        expires=expires or None,
    )
    return unfit(cookie) or cookie
