"""The functions for URLs, over :mod:`twinet.urls`."""

from __future__ import annotations

from twinet import urls
from twinet.errors import InvalidParameter
from twinet.flags import Icu
from twinet.urls import UrlComponents

__all__ = [
    "InternetCanonicalizeUrl",
    "InternetCombineUrl",
    "InternetCrackUrl",
    "InternetCreateUrl",
]


def InternetCrackUrl(url: str, flags: int = 0) -> UrlComponents:
    """Take a URL apart.

    :param flags: ICU_DECODE or ICU_ESCAPE.
    :raises InternetError: as :func:`twinet.urls.crack` (12005, 12006); 87, no text.
    :source: InternetCrackUrl.
    """
    return urls.crack(_text(url), Icu(flags))


def InternetCreateUrl(components: UrlComponents, flags: int = 0) -> str:
    """Put a URL together.

    :param flags: have no effect: WinINet takes ICU_ESCAPE and escapes nothing
        (measured), and there is no user to add.
    :raises InternetError: as :func:`twinet.urls.create` (12005, 87).
    :source: InternetCreateUrl.
    """
    if not isinstance(components, UrlComponents):
        msg = f"a URL is made of UrlComponents, not of {type(components).__name__}"
        raise InvalidParameter(msg)
    return urls.create(components)


def InternetCombineUrl(base: str, relative: str, flags: int = 0) -> str:
    """Resolve a relative URL against a base.

    :param flags: ICU_*, as for InternetCanonicalizeUrl.
    :raises InternetError: as :func:`twinet.urls.combine` (161); 87, no text.
    :source: InternetCombineUrl.
    """
    return urls.combine(_text(base), _text(relative), Icu(flags))


def InternetCanonicalizeUrl(url: str, flags: int = 0) -> str:
    """Bring a URL into its canonical form.

    :param flags: ICU_*.
    :raises InternetError: as :func:`twinet.urls.canonicalize` (161); 87, no text.
    :source: InternetCanonicalizeUrl.
    """
    return urls.canonicalize(_text(url), Icu(flags))


def _text(url: str) -> str:
    """Refuse what WinINet calls NULL, and bytes."""
    if not isinstance(url, str):
        msg = f"a URL is a text, not {type(url).__name__}"
        raise InvalidParameter(msg)
    return url
