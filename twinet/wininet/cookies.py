"""The cookie functions, over one jar that all sessions of this door share."""

from __future__ import annotations

from twinet._http.cookies import CookieJar

__all__ = ["JAR", "InternetGetCookie", "InternetSetCookie"]

#: WinINet's cookies belong to the process and not to a session.
JAR = CookieJar()


def InternetSetCookie(url: str, name: str, data: str) -> bool:
    """Set a cookie for a URL.

    :param name: its name.
    :param data: its value, and what a Set-Cookie field may say after that:
        ``"1; path=/; expires=Thu, 01 Jan 2032 00:00:00 GMT"``.
    :raises InvalidParameter: 87, it may not be set for this URL.
    :source: InternetSetCookie.
    """
    JAR.set(url, name, data)
    return True


def InternetGetCookie(url: str) -> str:
    """Return the cookies that a request to a URL would carry: ``a=1; b=2``.

    Those marked HttpOnly are left out.

    :raises NoMoreItems: 259, there are none.
    :source: InternetGetCookie.
    """
    return JAR.get(url)
