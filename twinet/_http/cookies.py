"""The cookie jar: what servers set, and what goes back to them (RFC 6265bis).

The jar keeps cookies in memory, by host.  A cookie without a Domain attribute goes
back to its host alone, one with it to the hosts below as well; no cookie can be set
for a public suffix such as ``co.uk``.  Ports do not count, and http and https share,
but for cookies marked Secure.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from itertools import count, islice
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

from twinet._wire.set_cookie import parse_set_cookie
from twinet.errors import InvalidParameter, NoMoreItems
from twinet.urls import crack_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinet._wire.set_cookie import SetCookie
    from twinet.urls import HttpUrl

__all__ = ["Cookie", "CookieJar", "sets_cookies"]

#: Whether a head may set cookies: a search of the raw bytes costs a tenth of taking
#: the fields apart.
sets_cookies = re.compile(rb"\nset-cookie", re.IGNORECASE).search

#: The most cookies of one domain, and of all (RFC 6265bis, 6.1, asks for 50 and 3000).
PER_DOMAIN = 180
IN_ALL = 3000
#: The longest path of a cookie, as in Firefox: that of a URL may be of any length.
LONGEST_PATH = 1024
#: What has no form in bytes.
_SURROGATE = re.compile("[\ud800-\udfff]")
#: No cookie lasts longer, in seconds (RFC 6265bis, 5.5).
LONGEST = 400 * 24 * 3600


@dataclass(slots=True, repr=False, eq=False)
class Cookie:
    """One cookie in the jar.

    :ivar domain: the host it was set by, or the domain it was set for.
    :ivar host_only: whether it goes back to that host alone.
    :ivar expires: in seconds since 1970; ``None`` ends with the jar.
    """

    name: str
    value: str
    domain: str
    path: str
    host_only: bool
    secure: bool
    http_only: bool
    same_site: str | None
    expires: float | None
    created: int
    last_access: int

    def __repr__(self) -> str:
        # The value is a secret more often than not.
        return f"<Cookie {self.name} of {self.domain}{self.path}>"


class CookieJar:
    """Cookies of one session, or of several that share it.

    :param clock: tells the time, in seconds since 1970.
    :ivar size: how many there are, also the expired ones that nobody has met yet.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        #: programs set and get from any thread, the engine from its own.
        self._lock = Lock()
        self._by_domain: dict[str, dict[tuple[str, str, bool], Cookie]] = {}
        self.size = 0
        #: how many Secure ones of a name there are: most names have none.
        self._secure_names: Counter[str] = Counter()
        #: tells which of two was made or used first, even in the same tick.
        self._order = count()

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Cookie]:
        for cookies in list(self._by_domain.values()):
            yield from list(cookies.values())

    def clear(self) -> None:
        """Throw all cookies away."""
        with self._lock:
            self._by_domain.clear()
            self._secure_names.clear()
            self.size = 0

    def end_session(self) -> None:
        """Throw away the cookies that say nothing of when they expire.

        :source: INTERNET_OPTION_END_BROWSER_SESSION; RFC 6265bis, section 5.7.
        """
        with self._lock:
            for cookies in list(self._by_domain.values()):
                for cookie in list(cookies.values()):
                    if cookie.expires is None:
                        self._drop(cookie)

    # -- what the engine asks

    def header_for(self, url: HttpUrl) -> bytes | None:
        """Return the value of the Cookie field for a request; ``None`` for no field.

        :source: RFC 6265bis, section 5.8.
        """
        if not self.size:
            return None
        found = self._matching(url)
        if not found:
            return None
        text = _joined(found)
        try:
            # As it came from the server, byte by byte.
            return text.encode("latin-1")
        except UnicodeEncodeError:
            # A program has set it.
            return text.encode()

    def take(self, url: HttpUrl, fields: Sequence[tuple[bytes, bytes]]) -> None:
        """Take what an answer sets; what may not be set is left out.

        Of one answer no more are looked at than one domain may have: each may have to
        be compared with all others, which would hold up whoever waits.

        :param fields: all fields of the answer.
        :source: RFC 6265bis, section 5.7.
        """
        set_here = (v for name, v in fields if name.lower() == b"set-cookie")
        for value in islice(set_here, PER_DOMAIN):
            cookie = parse_set_cookie(value.decode("latin-1"))
            if cookie is not None:
                self._store(url, cookie, api=False)

    # -- what programs ask

    def set(self, url: str, name: str, value: str) -> None:
        """Set a cookie, as the server of a URL would.

        :param value: its value, and attributes as in a Set-Cookie field.
        :raises InvalidParameter: 87, it may not be set for this URL.
        :source: InternetSetCookie.
        """
        if not (isinstance(name, str) and isinstance(value, str)):
            msg = f"a cookie's name and value are text; those of {name!r} are not"
            raise InvalidParameter(msg)
        text = f"{name}={value}" if name else value
        cookie = None if _SURROGATE.search(text) else parse_set_cookie(text)
        if cookie is None or not self._store(crack_http(url), cookie, api=True):
            msg = (
                f"the cookie {name!r} cannot be set for this URL; its domain must be "
                "that of the URL or one above it, and no public suffix, and it must "
                "hold no control character"
            )
            raise InvalidParameter(msg)

    def get(self, url: str) -> str:
        """Return what would go to a URL, but for cookies marked HttpOnly.

        :raises NoMoreItems: 259, there is none.
        :source: InternetGetCookie.
        """
        found = [c for c in self._matching(crack_http(url)) if not c.http_only]
        if not found:
            msg = "there is no cookie for this URL"
            raise NoMoreItems(msg)
        return _joined(found)

    # -- inside

    def _matching(self, url: HttpUrl) -> list[Cookie]:
        with self._lock:
            return self._match(url)

    def _store(self, url: HttpUrl, given: SetCookie, *, api: bool) -> bool:
        with self._lock:
            return self._put(url, given, api=api)

    def _match(self, url: HttpUrl) -> list[Cookie]:
        now = self._clock()
        path = url.target.partition("?")[0]
        path = path if path.startswith("/") else "/"
        found = []
        for domain in _domains_of(url.host):
            for cookie in list(self._by_domain.get(domain, {}).values()):
                if cookie.expires is not None and cookie.expires <= now:
                    self._drop(cookie)
                elif (
                    (domain == url.host or not cookie.host_only)
                    and (url.scheme == "https" or not cookie.secure)
                    and _path_matches(path, cookie.path)
                ):
                    cookie.last_access = next(self._order)
                    found.append(cookie)
        found.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
        return found

    def _put(self, url: HttpUrl, given: SetCookie, *, api: bool) -> bool:
        host = url.host
        domain = host
        host_only = True
        if given.domain and given.domain != host:
            if given.domain not in _domains_of(host) or _is_public(given.domain):
                return False
            domain, host_only = given.domain, False
        elif given.domain and not _is_address(host) and not _is_public(host):
            host_only = False
        path = given.path or _default_path(url.target)
        if len(path) > LONGEST_PATH:
            return False
        if not _may_be_set(url, given, host_only=host_only, path=path):
            return False
        now = self._clock()
        expires = _end(given, now)
        cookies = self._by_domain.get(domain, {})
        key = (given.name, path, host_only)
        old = cookies.get(key)
        if old is not None and old.expires is not None and old.expires <= now:
            self._drop(old)
            old = None
        if url.scheme != "https" and self._hides_secure(given.name, host, domain, path):
            return False
        if old is not None:
            if old.http_only and api and not given.http_only:
                # What a page's script may not see, a program may not overwrite.
                return False
            self._drop(old)
        if expires is not None and expires <= now:
            return True
        number = next(self._order)
        self._make_room(domain, now)
        self._by_domain.setdefault(domain, {})[key] = Cookie(
            given.name,
            given.value,
            domain,
            path,
            host_only,
            given.secure,
            given.http_only,
            given.same_site,
            expires,
            number if old is None else old.created,
            number,
        )
        self.size += 1
        if given.secure:
            self._secure_names[given.name] += 1
        return True

    def _hides_secure(self, name: str, host: str, domain: str, path: str) -> bool:
        """Tell whether a cookie from http would stand before a Secure one (5.7)."""
        if not self._secure_names[name]:
            return False
        now = self._clock()
        above = _domains_of(host)
        tail = f".{domain}"
        below = (d for d in self._by_domain if d.endswith(tail))
        return any(
            cookie.secure
            and cookie.name == name
            and (cookie.expires is None or cookie.expires > now)
            and _path_matches(path, cookie.path)
            for place in {*above, *below}
            for cookie in self._by_domain.get(place, {}).values()
        )

    def _make_room(self, domain: str, now: float) -> None:
        """Keep the limits: what has expired goes first, then what was used least."""
        if len(self._by_domain.get(domain, ())) >= PER_DOMAIN:
            self._evict(list(self._by_domain[domain].values()), PER_DOMAIN, now)
        if self.size >= IN_ALL:
            self._evict(list(self), IN_ALL, now)

    def _evict(self, cookies: list[Cookie], limit: int, now: float) -> None:
        for cookie in cookies:
            if cookie.expires is not None and cookie.expires <= now:
                self._drop(cookie)
        left = [c for c in cookies if self._holds(c)]
        # A tenth at a time: a server that sets thousands must not sort for each.
        spare = len(left) - limit + limit // 10
        if len(left) >= limit:
            left.sort(key=attrgetter("secure", "last_access"))
            for cookie in left[:spare]:
                self._drop(cookie)

    def _holds(self, cookie: Cookie) -> bool:
        key = (cookie.name, cookie.path, cookie.host_only)
        return self._by_domain.get(cookie.domain, {}).get(key) is cookie

    def _drop(self, cookie: Cookie) -> None:
        cookies = self._by_domain[cookie.domain]
        del cookies[cookie.name, cookie.path, cookie.host_only]
        if not cookies:
            del self._by_domain[cookie.domain]
        self.size -= 1
        if cookie.secure:
            self._secure_names[cookie.name] -= 1
            if not self._secure_names[cookie.name]:
                del self._secure_names[cookie.name]

    def __repr__(self) -> str:
        return f"<CookieJar of {self.size} cookies>"


def _joined(cookies: list[Cookie]) -> str:
    return "; ".join(f"{c.name}={c.value}" if c.name else c.value for c in cookies)


def _end(given: SetCookie, now: float) -> float | None:
    if given.max_age is not None:
        return now + min(given.max_age, LONGEST) if given.max_age > 0 else 0.0
    return None if given.expires is None else min(given.expires, now + LONGEST)


def _may_be_set(url: HttpUrl, given: SetCookie, *, host_only: bool, path: str) -> bool:
    """Tell whether a cookie may be set from here (5.7, steps 8 to 21)."""
    if given.secure and url.scheme != "https":
        return False
    if given.same_site == "none" and not given.secure:
        return False
    name = (given.name or given.value).lower()
    if name.startswith("__secure-"):
        return bool(given.name) and given.secure
    if name.startswith("__host-"):
        whole = given.secure and host_only and path == "/" and given.path is not None
        return bool(given.name) and whole
    return True


def _domains_of(host: str) -> tuple[str, ...]:
    """Return a host and all domains above it; of an address itself alone."""
    if _is_address(host):
        return (host,)
    labels = host.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _default_path(target: str) -> str:
    """Return the directory of a URL (5.1.4)."""
    path = target.partition("?")[0]
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def _path_matches(path: str, cookie_path: str) -> bool:
    """Tell whether a cookie's path covers a request's (5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    rest = path[len(cookie_path) :]
    return not rest or cookie_path.endswith("/") or rest.startswith("/")


def _is_public(domain: str) -> bool:
    """Tell whether anybody can have a name directly below."""
    return bool(_suffixes().is_public(domain))


@cache
def _suffixes() -> Any:
    # Late: reading the list takes time, and most programs never need it.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList(accept_unknown=True)
