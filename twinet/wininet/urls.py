"""The functions for URLs, over :mod:`twinet.urls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet import urls
from twinet.flags import Icu

if TYPE_CHECKING:
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
    :raises InternetError: as :func:`twinet.urls.crack` (12005, 12006, 87).
    :source: InternetCrackUrl.
    """
    return urls.crack(url, Icu(flags))


def InternetCreateUrl(components: UrlComponents, flags: int = 0) -> str:
    """Put a URL together.

    :param flags: have no effect: WinINet takes ICU_ESCAPE and escapes nothing
        (measured), and there is no user to add.
    :raises InternetError: as :func:`twinet.urls.create`.
    :source: InternetCreateUrl.
    """
    return urls.create(components)


def InternetCombineUrl(base: str, relative: str, flags: int = 0) -> str:
    """Resolve a relative URL against a base.

    :param flags: ICU_*, as for InternetCanonicalizeUrl.
    :raises InternetError: as :func:`twinet.urls.combine`.
    :source: InternetCombineUrl.
    """
    return urls.combine(base, relative, Icu(flags))


def InternetCanonicalizeUrl(url: str, flags: int = 0) -> str:
    """Bring a URL into its canonical form.

    :param flags: ICU_*.
    :raises InternetError: as :func:`twinet.urls.canonicalize`.
    :source: InternetCanonicalizeUrl.
    """
    return urls.canonicalize(url, Icu(flags))
