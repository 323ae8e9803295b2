"""The ways to a data connection, and in which order they are tried."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Way", "ways"]


class Way(Enum):
    """A command that prepares a data connection (RFC 959, RFC 2428)."""

    EPSV = "EPSV"
    PASV = "PASV"
    EPRT = "EPRT"
    PORT = "PORT"

    @property
    def passive(self) -> bool:
        """Whether the client opens the connection."""
        return self in (Way.EPSV, Way.PASV)


@lru_cache(maxsize=32)
def ways(*, passive: bool | None, ipv6: bool, known: Way | None) -> tuple[Way, ...]:
    """Return the ways in the order in which they are tried.

    :param passive: only such, only others, or (``None``) all.
    :param ipv6: the control connection is one of IPv6, which PASV and PORT cannot say.
    :param known: the way that has worked with this server.
    """
    fitting = tuple(
        way
        for way in Way
        if (passive is None or way.passive is passive)
        and not (ipv6 and way in (Way.PASV, Way.PORT))
    )
    if known in fitting:
        return _first(known, fitting)
    return fitting


def _first(known: Way, fitting: Iterable[Way]) -> tuple[Way, ...]:
    return (known, *(way for way in fitting if way is not known))
