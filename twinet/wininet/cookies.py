"""The cookie functions, over one jar that all sessions of this door share.

Nothing is written to a disk unless the program asks for it, with :func:`keep_cookies`:
WinINet keeps the persistent ones for the user.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from twinet._http.cookies import CookieJar
from twinet.errors import (
    InvalidParameter,
    InvalidUrl,
    NoMoreItems,
    OperationNotAllowed,
    UnrecognizedScheme,
)
from twinet.flags import CookieFlag

if TYPE_CHECKING:
    from os import PathLike

    from twinet.cookie import Cookie

__all__ = [
    "JAR",
    "CookieState",
    "InternetGetCookie",
    "InternetGetCookieEx",
    "InternetSetCookie",
    "InternetSetCookieEx",
    "keep_cookies",
]

#: WinINet's cookies belong to the process and not to a session.
JAR = CookieJar()

#: What a flag may be besides what these functions act on: INTERNET_FLAG_RESTRICTED_ZONE
#: names a zone of Windows.
_RESTRICTED_ZONE = 0x20000
_KNOWN = int(CookieFlag.HTTPONLY | CookieFlag.THIRD_PARTY) | _RESTRICTED_ZONE


class CookieState(IntEnum):
    """What became of a cookie (``InternetCookieState``).

    Only ``ACCEPT`` and ``REJECT`` come: the others are of P3P and of dialogs.
    """

    UNKNOWN = 0
    ACCEPT = 1
    PROMPT = 2
    LEASH = 3
    DOWNGRADE = 4
    REJECT = 5


def keep_cookies(path: str | PathLike[str]) -> None:
    """Keep the process's cookies in a file from now on, and take in what it has.

    WinINet does so for each user by itself; here nothing is written to anybody's disk
    unless it is asked for.  The file is as for ``twinet.CookieJar.keep_in``.

    :raises InternetError: as there.
    :source: our own.
    """
    JAR.keep_in(path)


def InternetSetCookie(url: str, name: str | None, data: str) -> bool:
    """Set a cookie for a URL.

    :param name: its name; ``None``: it is in the data, ``name=value``.
    :param data: its value, and what a Set-Cookie field may say after that:
        ``"1; path=/; expires=Thu, 01 Jan 2032 00:00:00 GMT"``.
    :raises InvalidParameter: 87, it may not be set for this URL.
    :raises OperationNotAllowed: 4317, it is HttpOnly, or would take the place of one
        that is; that needs ``InternetSetCookieEx``.
    :source: InternetSetCookie.
    """
    text = _text(name, data)
    _found(url)
    JAR.add(url, text, script=True)
    return True


def InternetSetCookieEx(
    url: str, name: str | None, data: str, flags: int = 0, reserved: object = None
) -> CookieState:
    """Set a cookie for a URL; tell what became of it.

    :param flags: ``INTERNET_COOKIE_HTTPONLY`` sets such as are HttpOnly; with
        ``INTERNET_COOKIE_THIRD_PARTY`` only one that says ``SameSite=None`` is set;
        ``INTERNET_FLAG_RESTRICTED_ZONE`` changes nothing: there are no zones.
    :raises InvalidParameter: 87, the URL is none, or there are other flags.
    :source: InternetSetCookieEx.
    """
    _check(flags)
    text = _text(name, data)
    _found(url)
    try:
        JAR.add(
            url,
            text,
            script=not flags & CookieFlag.HTTPONLY,
            third_party=bool(flags & CookieFlag.THIRD_PARTY),
        )
    except (InvalidParameter, OperationNotAllowed):
        return CookieState.REJECT
    return CookieState.ACCEPT


def InternetGetCookie(url: str, name: str | None = None) -> str:
    """Return the cookies that a request to a URL would carry: ``a=1; b=2``.

    Those marked HttpOnly are left out.

    :param name: says nothing, as on Windows.
    :raises NoMoreItems: 259, there are none.
    :source: InternetGetCookie.
    """
    return _joined([c for c in _found(url) if not c.http_only])


def InternetGetCookieEx(
    url: str, name: str | None = None, flags: int = 0, reserved: object = None
) -> str:
    """Return the cookies that a request to a URL would carry, or one of them.

    :param name: only those of this name.
    :param flags: ``INTERNET_COOKIE_HTTPONLY`` gives those that are HttpOnly as well;
        with ``INTERNET_COOKIE_THIRD_PARTY`` only those that say ``SameSite=None`` are
        given; ``INTERNET_FLAG_RESTRICTED_ZONE`` changes nothing.
    :raises NoMoreItems: 259, there are none.
    :raises InvalidParameter: 87, the URL is none, or there are other flags.
    :source: InternetGetCookieEx.
    """
    _check(flags)
    hidden = bool(flags & CookieFlag.HTTPONLY)
    return _joined(
        [
            cookie
            for cookie in _found(url, third_party=bool(flags & CookieFlag.THIRD_PARTY))
            if (hidden or not cookie.http_only) and name in (None, "", cookie.name)
        ]
    )


def _found(url: str, *, third_party: bool = False) -> list[Cookie]:
    try:
        return JAR.for_url(url, third_party=third_party)
    except (InvalidUrl, UnrecognizedScheme) as error:
        msg = f"there are no cookies for this URL: {error.message or error.meaning}"
        raise InvalidParameter(msg) from error


def _check(flags: int) -> None:
    if flags & ~_KNOWN:
        msg = f"{flags:#x} are no flags of a cookie function"
        raise InvalidParameter(msg)


def _text(name: str | None, data: str) -> str:
    if not (isinstance(name, str | None) and isinstance(data, str)):
        msg = "a cookie's name and data are text (its name may be None)"
        raise InvalidParameter(msg)
    return f"{name}={data}" if name else data


def _joined(cookies: list[Cookie]) -> str:
    if not cookies:
        msg = "there is no cookie for this URL"
        raise NoMoreItems(msg)
    return "; ".join(f"{c.name}={c.value}" if c.name else c.value for c in cookies)
