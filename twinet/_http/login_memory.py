"""What a session remembers of those who asked who it is, and what it was told before.

It is told by each :class:`~twinet._http.login.Login` and asked by each.  What a place
took is used again for requests that bring nothing of their own, until it is refused or
forgotten (``END_BROWSER_SESSION``).  Nothing of it is written anywhere.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from twinet._http.protection_space import ProtectionSpace
from twinet._wire.digest import DigestSession

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from twinet._http.offer import Offer
    from twinet._http.protection_space import Place
    from twinet.records import Credentials

__all__ = ["KnownHosts", "LoginMemory"]

#: How many places, and realms of each, are remembered; the oldest go (our own choice).
_MOST_PLACES = 1024
_MOST_REALMS = 32


class KnownHosts(Protocol):
    """User names and passwords that were there before, as in a .netrc file."""

    @property
    def hosts(self) -> Container[str]:
        """The hosts that somebody is known at."""

    def credentials_for(
        self, host: str, username: str | None = None, *, by_name: bool = False
    ) -> Credentials | None:
        """Return who one is at a host; ``None`` when nobody is known there.

        :param username: only this one is asked for.
        :param by_name: who one is everywhere does not count.
        """


def _cnonce() -> bytes:
    """Return 128 bits that nobody can guess."""
    return token_hex(16).encode()


class LoginMemory:
    """The protection spaces of a session.

    :param known: who one is where nothing else is said.
    :param shares: whether what was taken from one request answers for others that
        bring nothing.
    :param cnonce: makes our part of Digest's hashes.
    :ivar hosts: those that a request may have something to say to before they ask.
    :ivar proxies: whether there are proxies of which the same is true.
    """

    def __init__(
        self,
        known: KnownHosts | None = None,
        *,
        shares: bool = True,
        cnonce: Callable[[], bytes] = _cnonce,
    ) -> None:
        self._known = known
        self._shares = shares
        self._cnonce = cnonce
        self._places: dict[Place, dict[bytes, ProtectionSpace]] = {}
        self.hosts: Container[str]
        self.proxies: bool
        self._count_hosts()

    def __repr__(self) -> str:
        return f"<LoginMemory of {len(self._places)} places>"

    def space_for(self, place: Place, target: str) -> ProtectionSpace | None:
        """Return the space that a target lies in, as far as is known."""
        spaces = self._places.get(place)
        if spaces is None:
            return None
        if place.proxy:
            # All that goes through it is in one space; the one that asked last.
            return next(reversed(spaces.values()))
        # Of equals the one that asked last.
        best, reach = None, -1
        for space in reversed(spaces.values()):
            found = space.reach(target)
            if found > reach:
                best, reach = space, found
        return best

    def credentials_for(self, place: Place, realm: bytes) -> Credentials | None:
        """Return who one is there, for a request that does not say."""
        space = self._places.get(place, {}).get(realm)
        if space is not None and space.credentials is not None:
            return space.credentials
        return self.known_at(place)

    def known_in_ftp(
        self, host: str, username: str | None = None
    ) -> Credentials | None:
        """Return who one was at an FTP server from the beginning, or everywhere.

        :param username: only this one is asked for.
        """
        if self._known is None:
            return None
        return self._known.credentials_for(host, username)

    def known_at(
        self, place: Place, username: str | None = None, *, by_name: bool = False
    ) -> Credentials | None:
        """Return who one was at this place from the beginning.

        :param username: and ``by_name``: as for :meth:`KnownHosts.credentials_for`.
        """
        if self._known is None or place.proxy:
            return None
        return self._known.credentials_for(place.host, username, by_name=by_name)

    def asked(self, place: Place, offer: Offer, target: str) -> ProtectionSpace:
        """Take note of a challenge that is going to be met; return its space."""
        known = self._places.pop(place, None)
        spaces = known or {}
        space = spaces.pop(offer.realm, None) or ProtectionSpace()
        # At the end, as the one that was seen last.
        spaces[offer.realm] = space
        self._places[place] = spaces
        if len(spaces) > _MOST_REALMS:
            del spaces[next(iter(spaces))]
        if len(self._places) > _MOST_PLACES:
            del self._places[next(iter(self._places))]
        space.digest = None
        if offer.digest is not None:
            space.digest = DigestSession(offer.digest, self._cnonce())
        space.asked(offer, target, place)
        if known is None:
            self._count_hosts()
        return space

    def accepted(self, space: ProtectionSpace, who: Credentials) -> None:
        """Take note of whom a space has taken a request for."""
        if self._shares:
            space.credentials = who

    def forget(self) -> None:
        """Forget whom everybody took, and what they wanted."""
        self._places.clear()
        self._count_hosts()

    def forget_digest(self) -> None:
        """Forget those that want Digest, and whom they took."""
        for place, spaces in list(self._places.items()):
            kept = {r: space for r, space in spaces.items() if space.digest is None}
            if kept:
                self._places[place] = kept
            else:
                del self._places[place]
        self._count_hosts()

    def _count_hosts(self) -> None:
        self.proxies = any(place.proxy for place in self._places)
        hosts = {place.host for place in self._places if not place.proxy}
        if self._known is None:
            self.hosts = hosts
        else:
            self.hosts = _Either(hosts, self._known.hosts)


class _Either:
    """What is in one or the other."""

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self._one = one
        self._other = other

    def __contains__(self, host: object) -> bool:
        return host in self._one or host in self._other
