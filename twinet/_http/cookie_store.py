"""The cookie store of RFC 6265bis: what goes into it, and what comes out.

A cookie without a Domain attribute goes back to its host alone, one with it to the
hosts below as well; no cookie can be set for a public suffix such as ``co.uk``.  Ports
do not count, and http and https share, but for cookies marked Secure.

A request of a program has no page that it comes from, so it is of the same site
(section 5.2), redirects included, and SameSite keeps nothing back; unless the program
says that it stands for a page of another site (``third_party``).
"""

from __future__ import annotations

import re
import time
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from twinet._http.cookie_rules import (
    domains_of,
    path_matches,
    place_of,
    refusal,
)
from twinet._http.cookie_shelf import PER_DOMAIN, CookieShelf, has_ended
from twinet._wire.set_cookie import parse_set_cookie
from twinet.cookie import Cookie

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinet._wire.set_cookie import SetCookie
    from twinet.urls import HttpUrl

__all__ = ["LONGEST", "UNREADABLE", "CookieStore", "sets_cookies"]

#: Why the text of a Set-Cookie field makes no cookie.
UNREADABLE = "it is empty, longer than 4,096 bytes, or holds a control character"

#: Whether a head may set cookies: a search of the raw bytes costs a tenth of taking
#: the fields apart.
sets_cookies = re.compile(rb"\nset-cookie", re.IGNORECASE).search

#: No cookie lasts longer, in seconds (RFC 6265bis, 5.5).
LONGEST = 400 * 24 * 3600


class CookieStore(CookieShelf):
    """Cookies, by the rules.

    :ivar lock: held while it is read or changed: programs do so from any thread, the
        engine from its own.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.lock = Lock()

    def header_for(self, url: HttpUrl, *, third_party: bool = False) -> bytes | None:
        """Return the value of the Cookie field for a request; ``None`` for no field.

        :param third_party: the request is made for what another site has on its page.
        :source: RFC 6265bis, section 5.8.
        """
        if not self.size:
            return None
        with self.lock:
            found = self.match(url, third_party=third_party)
        return b"; ".join(map(_pair, found)) if found else None

    def take(
        self,
        url: HttpUrl,
        fields: Sequence[tuple[bytes, bytes]],
        *,
        third_party: bool = False,
        note: Callable[[str], object] = lambda _: None,
    ) -> int:
        """Take what an answer sets; what may not be set is left out.

        Of one answer no more are looked at than one domain may have: each may have to
        be compared with all others, which would hold up whoever waits.

        :param fields: all fields of the answer.
        :param note: told of each that was left out, and why; its name may be a secret
            as well, and is not among that.
        :returns: how many cookies it brought, those that were left out among them.
        :source: RFC 6265bis, section 5.7.
        """
        brought = [value for name, value in fields if name.lower() == b"set-cookie"]
        for number, value in enumerate(islice(brought, PER_DOMAIN), 1):
            given = parse_set_cookie(value.decode("latin-1"))
            if given is None:
                why = UNREADABLE
            else:
                with self.lock:
                    why = self.put(url, given, third_party=third_party)
            if why:
                note(f"Cookie {number} of {len(brought)} was not kept: {why}")
        if len(brought) > PER_DOMAIN:
            note(f"Of {len(brought)} cookies only {PER_DOMAIN} were looked at")
        return len(brought)

    # -- with the lock held

    def match(self, url: HttpUrl, *, third_party: bool = False) -> list[Cookie]:
        """Return what goes to a URL, in its order (5.8.3).

        No more than one domain may have: each one above the host has as many, and all
        of them together would make a request of some megabytes.
        """
        now = self.clock()
        path = url.target.partition("?")[0]
        path = path if path.startswith("/") else "/"
        host, https = url.host, url.scheme == "https"
        found = []
        for domain in domains_of(host):
            for cookie in self.of_domain(domain):
                if has_ended(cookie, now):
                    self.drop(cookie)
                elif (
                    (domain == host or not cookie.host_only)
                    and (https or not cookie.secure)
                    and (not third_party or cookie.same_site == "none")
                    and path_matches(path, cookie.path)
                ):
                    found.append(cookie)
        found.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
        del found[PER_DOMAIN:]
        for cookie in found:
            self.touch(cookie)
        return found

    def put(self, url: HttpUrl, given: SetCookie, *, third_party: bool = False) -> str:
        """Store a cookie; return why not, and nothing if it was."""
        if third_party and given.same_site != "none":
            return "a third party's has to say SameSite=None"
        place = place_of(url, given)
        if isinstance(place, str):
            return place
        domain, host_only, path = place
        why = refusal(url, given, host_only=host_only, path=path)
        if why:
            return why
        now = self.clock()
        old = self.find((domain, given.name, path, host_only))
        if old is not None and has_ended(old, now):
            self.drop(old)
            old = None
        if url.scheme != "https" and self.hides_secure(given.name, domain, path, now):
            return "it would stand before a Secure one, which http may not do"
        expires = _end(given, now)
        if expires is not None and expires <= now:
            if old is not None:
                self.drop(old)
            return ""
        cookie = Cookie(
            given.name,
            given.value,
            domain,
            path,
            host_only,
            given.secure,
            given.http_only,
            given.same_site,
            expires,
        )
        self.place(cookie, now)
        return ""


def _pair(cookie: Cookie) -> bytes:
    text = f"{cookie.name}={cookie.value}" if cookie.name else cookie.value
    try:
        # As it came from the server, byte by byte.
        return text.encode("latin-1")
    except UnicodeEncodeError:
        # A program has set it.
        return text.encode()


def _end(given: SetCookie, now: float) -> float | None:
    if given.max_age is not None:
        return now + min(given.max_age, LONGEST) if given.max_age > 0 else 0.0
    return None if given.expires is None else min(given.expires, now + LONGEST)
