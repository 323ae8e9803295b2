"""The cookie jar, as programs have it: ``session.cookies``."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from twinet._http.cookie_rules import domains_of, place_of, unfit
from twinet._http.cookie_shelf import has_ended, key_of
from twinet._http.cookie_store import CookieStore
from twinet._wire.set_cookie import SetCookie, parse_set_cookie
from twinet.errors import InvalidParameter, OperationNotAllowed
from twinet.urls import crack_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinet.cookie import Cookie, SameSite
    from twinet.urls import HttpUrl

__all__ = ["CookieJar"]

#: What has no form in bytes.
_SURROGATE = re.compile("[\ud800-\udfff]")


class CookieJar:
    """Cookies of one session, or of several that share it.

    All methods may be called from any thread.  Iterating gives each
    :class:`~twinet.Cookie`, in no particular order.

    :param clock: tells the time, in seconds since 1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        #: what the engine asks.
        self.store = CookieStore(clock)

    def __len__(self) -> int:
        return self.store.size

    def __iter__(self) -> Iterator[Cookie]:
        return self.store.everything()

    def set(
        self,
        url: str,
        name: str,
        value: str,
        *,
        domain: str = "",
        path: str | None = None,
        max_age: float | None = None,
        expires: float | None = None,
        secure: bool = False,
        http_only: bool = False,
        same_site: SameSite | None = None,
    ) -> None:
        """Set a cookie, as the server of a URL would.

        :param domain: opens it for the hosts below as well; the URL's own host alone
            when left out.
        :param path: the beginning of the paths that it goes to; the URL's directory
            when left out.
        :param max_age: how long it lasts (seconds); 0 deletes it.
        :param expires: when it ends (seconds since 1970); without both it ends with the
            session.  No cookie lasts longer than 400 days.
        :raises InvalidParameter: 87, it may not be set for this URL, or cannot be sent;
            the text says why.
        :raises InvalidUrl: 12005, the URL is none.
        :source: RFC 6265bis, section 5.7.
        """
        _check_text(name, value, domain, path or "")
        given = SetCookie(
            name,
            value,
            expires=expires,
            max_age=max_age,
            domain=domain.removeprefix(".").lower(),
            path=path,
            secure=secure,
            http_only=http_only,
            same_site=same_site,
        )
        self._set(url, given, unfit(given))

    def add(self, url: str, text: str, *, script: bool = False) -> None:
        """Set a cookie by the text of a Set-Cookie field: ``"a=1; Path=/; Secure"``.

        :param script: as for the scripts of a page: none that is HttpOnly is set or
            overwritten.
        :raises InvalidParameter: 87, it may not be set for this URL; the text says why.
        :raises InvalidUrl: 12005, the URL is none.
        :raises OperationNotAllowed: 4317, ``script`` forbids it.
        :source: InternetSetCookie; RFC 6265bis, sections 5.6 and 5.7.
        """
        _check_text(text)
        given = parse_set_cookie(text)
        if given is None:
            name, equals, _ = text.partition(";")[0].partition("=")
            why = "it is empty, longer than 4,096 bytes, or holds a control character"
            self._set(url, SetCookie(name.strip() if equals else "", ""), why)
        else:
            self._set(url, given, script=script)

    def for_url(self, url: str) -> list[Cookie]:
        """Return the cookies that a request to a URL would carry, in their order.

        :raises InvalidUrl: 12005, the URL is none.
        """
        with self.store.lock:
            return self.store.match(crack_http(url))

    def get(self, url: str, name: str) -> str | None:
        """Return the value of a cookie as a request to a URL would carry it.

        :returns: that of the first one of this name; ``None`` if there is none.
        :raises InvalidUrl: 12005, the URL is none.
        """
        return next((c.value for c in self.for_url(url) if c.name == name), None)

    def delete(self, url: str, name: str) -> int:
        """Throw away what :meth:`get` finds, and all others of that name for the URL.

        :returns: how many there were.
        :raises InvalidUrl: 12005, the URL is none.
        """
        with self.store.lock:
            found = [c for c in self.store.match(crack_http(url)) if c.name == name]
            for cookie in found:
                self.store.drop(cookie)
        return len(found)

    def remove(self, cookie: Cookie) -> bool:
        """Throw one away, as iterating gave it; tell whether it was still there."""
        with self.store.lock:
            there = self.store.find(key_of(cookie)) is cookie
            if there:
                self.store.drop(cookie)
        return there

    def clear(self, domain: str = "") -> None:
        """Throw all cookies away, or those of a domain and the hosts below it."""
        domain = domain.removeprefix(".").lower()
        with self.store.lock:
            for cookie in list(self.store.everything()):
                if not domain or domain in domains_of(cookie.domain):
                    self.store.drop(cookie)

    def end_session(self) -> None:
        """Throw away the cookies that say nothing of when they expire.

        :source: INTERNET_OPTION_END_BROWSER_SESSION; RFC 6265bis, section 5.7.
        """
        with self.store.lock:
            for cookie in list(self.store.everything()):
                if not cookie.persistent:
                    self.store.drop(cookie)

    # -- inside

    def _set(
        self, url: str, given: SetCookie, why: str = "", *, script: bool = False
    ) -> None:
        where = crack_http(url)
        if _SURROGATE.search(given.name + given.value):
            why = "it holds half of a character"
        if not why and script and self._is_hidden(where, given):
            msg = f"the cookie {given.name!r} is HttpOnly: scripts may not set it"
            raise OperationNotAllowed(msg)
        if not why:
            with self.store.lock:
                why = self.store.put(where, given)
        if why:
            # The value is not shown: it may be a secret.
            msg = f"the cookie {given.name!r} cannot be set for this URL: {why}"
            raise InvalidParameter(msg)

    def _is_hidden(self, url: HttpUrl, given: SetCookie) -> bool:
        """Tell whether a cookie, or the one in its place, is HttpOnly (5.7, 15, 23)."""
        place = place_of(url, given)
        if given.http_only or isinstance(place, str):
            return given.http_only
        domain, host_only, path = place
        with self.store.lock:
            old = self.store.find((domain, given.name, path, host_only))
            return (
                old is not None
                and old.http_only
                and not has_ended(old, self.store.clock())
            )

    def __repr__(self) -> str:
        return f"<CookieJar of {len(self)} cookies>"


def _check_text(*given: object) -> None:
    for each in given:
        if not isinstance(each, str):
            # Not shown: it may be the value.
            msg = f"all that a cookie says is text, not {type(each).__name__}"
            raise InvalidParameter(msg)
