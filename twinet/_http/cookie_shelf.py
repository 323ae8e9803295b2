"""The shelf: cookies by their domain, within limits (RFC 6265bis, 5.7 and 6.1).

What a domain and what all domains together may have is limited, so that no server
fills the memory, or makes a request search for long.  What has expired goes first,
then what has not been used for the longest time; of one domain that has too many,
those that are not Secure before those that are.

A shelf with a log writes down what changes, for the file behind it.
"""

from __future__ import annotations

from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING

from twinet._http.cookie_rules import domains_of, path_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinet.cookie import Cookie

    #: What tells two cookies apart: domain, name, path and host-only flag.
    Key = tuple[str, str, str, bool]

__all__ = ["IN_ALL", "PER_DOMAIN", "CookieShelf", "key_of"]

#: The most cookies of one domain, and of all (RFC 6265bis, 6.1, asks for 50 and 3000).
PER_DOMAIN = 180
IN_ALL = 3000


def key_of(cookie: Cookie) -> Key:
    """Return what tells a cookie apart from others."""
    return cookie.domain, cookie.name, cookie.path, cookie.host_only


class CookieShelf:
    """Cookies by their domain.

    :ivar size: how many there are, also the expired ones that nobody has met yet.
    :ivar log: what has changed since somebody took it: cookies, and ``None`` for those
        that are gone; itself ``None`` when nobody wants to know.
    """

    def __init__(self) -> None:
        self.size = 0
        self.log: dict[Key, Cookie | None] | None = None
        #: called when the log is no longer empty.
        self.on_change: list[Callable[[], object]] = []
        self._by_domain: dict[str, dict[tuple[str, str, bool], Cookie]] = {}
        #: the Secure ones of each name: most names have none.
        self._secure: dict[str, set[Cookie]] = {}
        #: tells which of two was made or used first, even in the same tick.
        self._order = count()

    def of_domain(self, domain: str) -> list[Cookie]:
        """Return those of one domain alone."""
        cookies = self._by_domain.get(domain)
        return list(cookies.values()) if cookies else []

    def everything(self) -> Iterator[Cookie]:
        """Iterate over all of them; they may change meanwhile."""
        for domain in list(self._by_domain):
            yield from self.of_domain(domain)

    def find(self, key: Key) -> Cookie | None:
        """Return the one of this key."""
        domain, *rest = key
        return self._by_domain.get(domain, {}).get(tuple(rest))  # type: ignore[arg-type]  # the same three

    def place(self, cookie: Cookie, now: float) -> None:
        """Put one in the place of that with its key; others may have to make room."""
        old = self.find(key_of(cookie))
        if old is not None:
            self.drop(old)
        cookie.last_access = next(self._order)
        cookie.created = cookie.last_access if old is None else old.created
        self._make_room(cookie.domain, now)
        cookies = self._by_domain.setdefault(cookie.domain, {})
        cookies[cookie.name, cookie.path, cookie.host_only] = cookie
        self.size += 1
        if cookie.secure:
            self._secure.setdefault(cookie.name, set()).add(cookie)
        if self.log is not None:
            self._note(key_of(cookie), cookie)

    def drop(self, cookie: Cookie) -> None:
        """Take one away; it is there."""
        cookies = self._by_domain[cookie.domain]
        del cookies[cookie.name, cookie.path, cookie.host_only]
        if not cookies:
            del self._by_domain[cookie.domain]
        self.size -= 1
        if cookie.secure:
            alike = self._secure[cookie.name]
            alike.discard(cookie)
            if not alike:
                del self._secure[cookie.name]
        if self.log is not None:
            self._note(key_of(cookie), None)

    def touch(self, cookie: Cookie) -> None:
        """Take note that one is used."""
        cookie.last_access = next(self._order)

    def hides_secure(self, name: str, domain: str, path: str, now: float) -> bool:
        """Tell whether a cookie from http would stand before a Secure one.

        :source: section 5.7, step 16.
        """
        alike = self._secure.get(name)
        if not alike:
            return False
        above = domains_of(domain)
        tail = f".{domain}"
        return any(
            (cookie.domain in above or cookie.domain.endswith(tail))
            and path_matches(path, cookie.path)
            and not has_ended(cookie, now)
            for cookie in alike
        )

    def _note(self, key: Key, cookie: Cookie | None) -> None:
        assert self.log is not None, "it has been asked"
        first = not self.log
        self.log[key] = cookie
        if first:
            self.tell_changed()

    def tell_changed(self) -> None:
        """Tell that there is something for the file."""
        for tell in self.on_change:
            tell()

    def _make_room(self, domain: str, now: float) -> None:
        if len(self._by_domain.get(domain, ())) >= PER_DOMAIN:
            self._evict(
                self.of_domain(domain), PER_DOMAIN, now, ("secure", "last_access")
            )
        if self.size >= IN_ALL:
            self._evict(list(self.everything()), IN_ALL, now, ("last_access",))

    def _evict(
        self, cookies: list[Cookie], limit: int, now: float, order: tuple[str, ...]
    ) -> None:
        left = []
        for cookie in cookies:
            if has_ended(cookie, now):
                self.drop(cookie)
            else:
                left.append(cookie)
        if len(left) >= limit:
            left.sort(key=attrgetter(*order))
            # A tenth at a time: a server that sets thousands must not sort for each.
            for cookie in left[: len(left) - limit + limit // 10]:
                self.drop(cookie)


def has_ended(cookie: Cookie, now: float) -> bool:
    """Tell whether a cookie has expired."""
    return cookie.expires is not None and cookie.expires <= now
