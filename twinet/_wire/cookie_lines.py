r"""The file of a jar: a line that names the format, then a line for each cookie.

Each line is JSON of ASCII characters::

    {"format": "twinet cookies", "version": 1}
    {"domain": "example.com", "name": "a", "value": "1", "path": "/", "expires": 1.9e9}

What a cookie has as it is by default is left out.  They stand in the order in which
they were set.  Netscape's format, which every program reads, has no place for SameSite,
nor for a tab in a value, so it is for going in and out (``netscape_cookies``).
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from math import isfinite
from typing import TYPE_CHECKING, Any

from twinet._wire.set_cookie import unfit
from twinet.cookie import Cookie
from twinet.errors import IncorrectFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_cookie_lines", "write_cookie_lines"]

_FORMAT = "twinet cookies"
_VERSION = 1
_HEAD = json.dumps({"format": _FORMAT, "version": _VERSION})
#: What is kept of a cookie, and what it may be.
_KINDS: dict[str, tuple[type, ...]] = {
    "domain": (str,),
    "name": (str,),
    "value": (str,),
    "path": (str,),
    "host_only": (bool,),
    "secure": (bool,),
    "http_only": (bool,),
    "same_site": (str, type(None)),
    "expires": (int, float, type(None)),
}
_USUAL = {f.name: f.default for f in fields(Cookie) if f.default is not MISSING}


def write_cookie_lines(cookies: Iterable[Cookie]) -> bytes:
    """Write the file of a jar."""
    lines = [_HEAD, *map(_line, cookies), ""]
    return "\n".join(lines).encode("ascii")


def read_cookie_lines(data: bytes, where: str) -> list[Cookie]:
    """Read the file of a jar; one of no bytes has no cookies.

    :param where: the name of the file, for errors.
    :raises IncorrectFormat: 12027, it is another kind of file, or broken; the text
        names the line.
    """
    if not data:
        return []
    head, *lines = data.split(b"\n")
    _check_head(head, where)
    if lines and not lines[-1]:
        lines.pop()
    return [_cookie(line, f"{where}, line {n}") for n, line in enumerate(lines, 2)]


def _line(cookie: Cookie) -> str:
    said = {key: getattr(cookie, key) for key in _KINDS}
    unusual = {
        key: value
        for key, value in said.items()
        if key not in _USUAL or value != _USUAL[key]
    }
    return json.dumps(unusual)


def _check_head(line: bytes, where: str) -> None:
    said = _object(line)
    if said is None or said.get("format") != _FORMAT:
        msg = (
            f"{where}, line 1: this is not the file of a cookie jar, and is left as it "
            "is; give another name, or take the cookies of a Netscape file in with "
            "import_netscape()"
        )
        raise IncorrectFormat(msg)
    if said.get("version") != _VERSION:
        msg = (
            f"{where}, line 1: the file is of version {said.get('version')!r}, and "
            f"only {_VERSION} is known here; it is left as it is"
        )
        raise IncorrectFormat(msg)


def _cookie(line: bytes, where: str) -> Cookie:
    said = _object(line)
    if said is None:
        raise _broken(where, "it is no JSON object")
    for key, value in said.items():
        if type(value) not in _KINDS.get(key, ()):
            raise _broken(where, f"{key!r} is not known, or cannot be what it is")
    if not isfinite(said.get("expires") or 0):
        raise _broken(where, "'expires' is no time")
    try:
        cookie = Cookie(**said)
    except TypeError:
        raise _broken(where, "domain, name or value is missing") from None
    why = "its domain is empty" if not cookie.domain else unfit(cookie)
    if why:
        raise _broken(where, why)
    return cookie


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _broken(where: str, why: str) -> IncorrectFormat:
    # The line is not shown: it holds secrets.
    return IncorrectFormat(
        f"{where}: this is no cookie ({why}); mend or remove the line, the file is "
        "left as it is"
    )
