"""The cookie jar, as programs have it: ``session.cookies``."""

from __future__ import annotations

import re
import time
from math import isnan
from threading import Lock
from typing import TYPE_CHECKING

from twinet._http.cookie_file import CookieFile, read_file, replace_file
from twinet._http.cookie_rules import domains_of, is_address, is_public, place_of
from twinet._http.cookie_shelf import has_ended, key_of
from twinet._http.cookie_store import UNREADABLE, CookieStore
from twinet._net.disk import path_of
from twinet._wire.http_url import crack_http
from twinet._wire.netscape_cookies import read_netscape, write_netscape
from twinet._wire.set_cookie import SetCookie, parse_set_cookie, unfit
from twinet.errors import InvalidParameter, OperationNotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from os import PathLike
    from pathlib import Path

    from twinet._http.cookie_shelf import Key
    from twinet.cookie import Cookie, SameSite
    from twinet.urls import HttpUrl

__all__ = ["CookieJar"]

#: What has no form in bytes.
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBERS = (int, float)


class CookieJar:
    """Cookies of one session, or of several that share it.

    All methods may be called from any thread.  Iterating gives each
    :class:`~twinet.Cookie`, in no particular order.

    :param path: a file to keep the cookies in, as :meth:`keep_in` does; without one
        they are in memory alone.
    :param session_cookies: whether those that end with the session are kept there too.
    :param clock: tells the time, in seconds since 1970.
    :raises InternetError: as :meth:`keep_in`.
    """

    def __init__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        session_cookies: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        #: what the engine asks.
        self.store = CookieStore(clock)
        self._file: CookieFile | None = None
        #: whether the file has nothing that is to stay.
        self._emptied = False
        #: held while the file is written: one at a time.
        self._saving = Lock()
        if path is not None:
            self.keep_in(path, session_cookies=session_cookies)

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
        _check_text(name, value, domain, "" if path is None else path)
        for number in (max_age, expires):
            if number is not None and (type(number) not in _NUMBERS or isnan(number)):
                msg = f"when a cookie ends is a number of seconds, not {number!r}"
                raise InvalidParameter(msg)
        if not (type(secure) is type(http_only) is bool):
            msg = "secure and http_only are True or False"
            raise InvalidParameter(msg)
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

    def add(
        self, url: str, text: str, *, script: bool = False, third_party: bool = False
    ) -> None:
        """Set a cookie by the text of a Set-Cookie field: ``"a=1; Path=/; Secure"``.

        :param script: as for the scripts of a page: none that is HttpOnly is set or
            overwritten.
        :param third_party: as for what another site has on its page: only one that says
            ``SameSite=None`` is set.
        :raises InvalidParameter: 87, it may not be set for this URL; the text says why.
        :raises InvalidUrl: 12005, the URL is none.
        :raises OperationNotAllowed: 4317, ``script`` forbids it.
        :source: InternetSetCookie; RFC 6265bis, sections 5.6 and 5.7.
        """
        _check_text(text)
        given = parse_set_cookie(text)
        if given is None:
            name, equals, _ = text.partition(";")[0].partition("=")
            known = SetCookie(name.strip() if equals else "", "")
            self._set(url, known, UNREADABLE)
        else:
            self._set(url, given, script=script, third_party=third_party)

    def for_url(self, url: str, *, third_party: bool = False) -> list[Cookie]:
        """Return the cookies that a request to a URL would carry, in their order.

        :param third_party: as with ``Flag.THIRD_PARTY``.
        :raises InvalidUrl: 12005, the URL is none.
        """
        with self.store.lock:
            return self.store.match(crack_http(url), third_party=third_party)

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
            if not domain and self._file is not None:
                # Those of other programs as well that are in the file by now.
                self._emptied = True
                self.store.tell_changed()
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

    # -- files

    @property
    def path(self) -> Path | None:
        """The file that keeps the cookies; ``None`` for memory alone."""
        return None if self._file is None else self._file.path

    @property
    def unsaved(self) -> bool:
        """Whether something is not in the file yet."""
        return bool(self.store.log) or self._emptied

    def keep_in(
        self, path: str | PathLike[str], *, session_cookies: bool = False
    ) -> None:
        """Keep the cookies in a file from now on, and take in what it has.

        The file need not exist; it is made for its owner alone (0600).  A session
        writes to it, off the reactor's thread, a second after a change and when it is
        closed; other programs may have the same file.  This call blocks while it reads.

        :param session_cookies: whether those that end with the session are kept too.
        :raises InvalidParameter: 87, the path is none, or there is a file already.
        :raises IncorrectFormat: 12027, the file is another kind of file, or broken;
            the text names the line, and nothing is changed.
        :raises FileNotFound: 2, its folder does not exist.
        :raises AccessDenied: 5, it may not be read.
        """
        if self._file is not None:
            msg = f"the cookies are kept in {self._file.path} already"
            raise InvalidParameter(msg)
        file = CookieFile(path_of(path), session_cookies=session_cookies)
        there = file.read()
        store = self.store
        with store.lock:
            mine = {key_of(cookie): cookie for cookie in store.everything()}
            self._take_in(there, mine)
            store.log = {**mine}
            self._file = file
            if mine:
                store.tell_changed()

    def save(self) -> None:
        """Write to the file what has changed, if anything has; blocks.

        A session does so by itself: this is for who wants to know that it is done, or
        has no session.

        :raises InvalidParameter: 87, the cookies are kept in no file.
        :raises InternetError: it could not be written, or has been broken by somebody
            (12027); nothing is lost, and it will be tried again.
        """
        file, store = self._file, self.store
        if file is None:
            msg = "the cookies are in memory alone; keep_in(path) gives them a file"
            raise InvalidParameter(msg)
        with self._saving:
            with store.lock:
                changes, store.log = store.log or {}, {}
                emptied, self._emptied = self._emptied, False
            if not (changes or emptied):
                return
            try:
                file.update(changes, now=store.clock(), everything=emptied)
            except BaseException:
                with store.lock:
                    store.log = {**changes, **store.log}
                    self._emptied = self._emptied or emptied
                raise

    def import_netscape(self, path: str | PathLike[str]) -> int:
        """Take in the cookies of a ``cookies.txt``; blocks.

        Those that have expired are left out.  One for a public suffix is taken as one
        of that host alone.

        :returns: how many were taken in.
        :raises IncorrectFormat: 12027, a line is no cookie; the text names it, and
            none is taken in.
        :raises FileNotFound: 2, there is no such file.
        :raises AccessDenied: 5, it may not be read.
        :source: our own; the format is Netscape's, as curl reads and writes it.
        """
        file = path_of(path)
        cookies = read_netscape(read_file(file), str(file))
        with self.store.lock:
            return self._take_in(cookies, {})

    def export_netscape(
        self, path: str | PathLike[str], *, session_cookies: bool = True
    ) -> int:
        """Write the cookies into a ``cookies.txt``, for its owner alone; blocks.

        A file of that name is replaced, when the new one is whole.  A cookie that holds
        a tab has no form there, and is left out.

        :param session_cookies: whether those that end with the session are written too.
        :returns: how many were written.
        :raises InternetError: it cannot be written; then nothing is changed.
        :source: as :meth:`import_netscape`.
        """
        now = self.store.clock()
        with self.store.lock:
            wanted = [
                cookie
                for cookie in sorted(self.store.everything(), key=_age)
                if (session_cookies or cookie.persistent) and not has_ended(cookie, now)
            ]
        data, count = write_netscape(wanted)
        replace_file(path_of(path), data)
        return count

    # -- inside

    def _take_in(self, cookies: list[Cookie], mine: Mapping[Key, Cookie]) -> int:
        """Place the cookies of a file, but for those that there are; count them."""
        now = self.store.clock()
        count = 0
        for cookie in cookies:
            if not cookie.host_only and (
                is_address(cookie.domain) or is_public(cookie.domain)
            ):
                # The list has changed, or somebody has written it (5.7, step 9).
                cookie.host_only = True
            if not (has_ended(cookie, now) or key_of(cookie) in mine):
                self.store.place(cookie, now)
                count += 1
        return count

    def _set(
        self,
        url: str,
        given: SetCookie,
        why: str = "",
        *,
        script: bool = False,
        third_party: bool = False,
    ) -> None:
        where = crack_http(url)
        if _SURROGATE.search(given.name + given.value + (given.path or "")):
            why = "it holds half of a character"
        if not why and script and self._is_hidden(where, given):
            msg = f"the cookie {given.name!r} is HttpOnly: scripts may not set it"
            raise OperationNotAllowed(msg)
        if not why:
            with self.store.lock:
                why = self.store.put(where, given, third_party=third_party)
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


def _age(cookie: Cookie) -> int:
    return cookie.created


def _check_text(*given: object) -> None:
    for each in given:
        if not isinstance(each, str):
            # Not shown: it may be the value.
            msg = f"all that a cookie says is text, not {type(each).__name__}"
            raise InvalidParameter(msg)
