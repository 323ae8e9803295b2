"""Cases of web-platform-tests, and what curl, Chromium and Firefox have met."""

from __future__ import annotations

from tests.http.cookie_corpus.case import SHOWS, Case

__all__ = ["CASES"]

_HTTP = "http://www.host.test/"
_HTTPS = "https://www.host.test/"


def _wpt(
    name: str, *received: str, sent: str | None, to: str = SHOWS, at: str = SHOWS
) -> Case:
    return Case(f"wpt cookies/{name}", received, sent, to, at)


def _from(source: str, at: str, *received: str, sent: str | None) -> Case:
    return Case(source, received, sent, at, at)


CASES = (
    # web-platform-tests
    _wpt("attributes/invalid.html 3", "t=3; Path=/; 'hm'", sent="t=3"),
    _wpt("attributes/invalid.html 5", "t=5; Path=/; hm=", sent="t=5"),
    _wpt("attributes/invalid.html 7", 't=7; Path=/; hm="a;b"', sent="t=7"),
    _wpt("attributes/max-age.html 1", "t=1; Max-Age=50,399", sent="t=1"),
    _wpt("attributes/max-age.html 10", "t=1; max-age=0", "u; max-age=0", sent=None),
    _wpt(
        "attributes/secure.https.html", "t=1; Secure", sent="t=1", to=_HTTPS, at=_HTTPS
    ),
    _wpt("attributes/secure-non-secure.html", "t=1; Secure", sent=None),
    *(
        _wpt(
            f"path/match.html {path}",
            f"t=1; Path={path}",
            sent="t=1" if sent else None,
            to="http://host.test/cookies/path/echo.html",
            at="http://host.test/cookies/path/echo.html",
        )
        for path, sent in (
            ("/", True),
            ("match.html", True),
            ("cookies", True),
            ("/cookies", True),
            ("/cookies/", True),
            ("/cookies/path/echo.html", True),
            ("/cook", False),
            ("/w/", False),
        )
    ),
    _wpt(
        "prefix/__host.header.html, not secure",
        "__Host-t=1; Path=/; Max-Age=10",
        "__HoSt-t=1; Secure; Path=/",
        sent=None,
    ),
    *(
        _wpt(
            f"prefix/__host.header.https.html {rest}",
            f"__Host-t=1; {rest}",
            sent="__Host-t=1" if kept else None,
            to=_HTTPS,
            at=_HTTPS,
        )
        for rest, kept in (
            ("Path=/", False),
            ("Secure; Path=/", True),
            ("Secure; Path=/; Domain=www.host.test", False),
            ("Secure; Path=/; Max-Age=10; HttpOnly", True),
            ("Secure; Path=/cookies/resources/list.py", False),
            ("Secure", False),
        )
    ),
    *(
        _wpt(
            f"prefix/ nameless {value}",
            f"={value}; Secure; Path=/",
            sent=None,
            to=_HTTPS,
            at=_HTTPS,
        )
        for value in ("__Host-t=1", "__Secure-t=1", "__host-", "__SECURE-t")
    ),
    _wpt(
        "domain/domain-attribute-missing.sub.html",
        "t=1",
        sent=None,
        to="http://sub.home.example.org:8888/show",
    ),
    _wpt(
        "domain/domain-attribute-idn-host.sub.https.html",
        "t=1; Domain=xn--lve-6lad.host.test",
        sent="t=1",
        to="http://a.\xe9l\xe8ve.host.test/",
        at="http://xn--lve-6lad.host.test/",
    ),
    _wpt("size/name-and-value.html", "t=" + "x" * 4095, sent="t=" + "x" * 4095),
    _wpt("size/name-and-value.html, one more", "t=" + "x" * 4096, sent=None),
    _wpt("size/attributes.www.sub.html", "t=1; Path=/" + "x" * 1023, sent=None),
    _wpt(
        "size/attributes.www.sub.html, one more", "t=1; Path=/" + "x" * 1024, sent="t=1"
    ),
    _wpt("value/value.html", "t=13    ;", sent="t=13"),
    _wpt("name/name.html", "=t=1", sent="t=1"),
    _wpt("samesite/setcookie-navigation", "t=1; SameSite=Strict", sent="t=1"),
    # WPT cookies/secure, Chromium's "leave secure cookies alone"
    Case(
        "Chromium strict-secure-cookies: http does not overwrite",
        ((_HTTPS, "a=https; Secure; Path=/"), (_HTTP, "a=http; Path=/")),
        "a=https",
        _HTTPS,
    ),
    Case(
        "Chromium strict-secure-cookies: nor from a host below",
        (
            (_HTTPS, "a=https; Secure; Domain=host.test; Path=/"),
            ("http://evil.host.test/", "a=http; Domain=host.test; Path=/"),
        ),
        "a=https",
        _HTTPS,
    ),
    Case(
        "Chromium strict-secure-cookies: nor delete",
        ((_HTTPS, "a=https; Secure; Path=/"), (_HTTP, "a=; Max-Age=0; Path=/")),
        "a=https",
        _HTTPS,
    ),
    Case(
        "Chromium strict-secure-cookies: https may",
        ((_HTTPS, "a=1; Secure; Path=/"), (_HTTPS, "a=2; Path=/")),
        "a=2",
        _HTTP,
    ),
    # curl
    _from(
        "curl test 31, an address as a domain",
        "http://127.0.0.1/we/want/31",
        "ismatch=this  ; domain=127.0.0.1; path=/silly/",
        "partmatch=present; domain=127.0.0.1 ; path=/;",
        "eat=this; domain=moo.foo.moo;",
        "nodomain=value; expires=Fri Feb 2 11:56:27 GMT 2035",
        "novalue; domain=reallysilly",
        "test2=yes; domain=se; expires=Sat Feb 2 11:56:27 GMT 2030",
        sent="nodomain=value; partmatch=present",
    ),
    _from(
        "curl CVE-2014-3613, part of an address",
        "http://168.1.2.3/",
        "a=1; domain=1.2.3",
        "b=2; domain=.2.3",
        sent=None,
    ),
    _from(
        "curl CVE-2014-3620, a top-level domain",
        "http://x.example.net/",
        "a=1; domain=net",
        "b=2; domain=.net",
        sent=None,
    ),
    _from(
        "curl CVE-2015-3145, an empty path",
        "http://x.example.net/",
        "a=1; path=",
        'b=2; path="',
        'c=3; path=""',
        sent="a=1; b=2; c=3",
    ),
    Case(
        "curl CVE-2022-27779, a dot at the end",
        (("http://me.co.uk./", "a=1; domain=co.uk."),),
        None,
        "http://you.co.uk./",
    ),
    Case(
        "curl CVE-2023-46218, another case of the suffix",
        (("http://curl.co.uk/", "a=1; domain=co.UK"),),
        None,
        "http://victim.co.uk/",
    ),
    Case(
        "curl CVE-2022-27779, with and without the dot are two hosts",
        (("http://host.test./", "a=1"),),
        None,
        "http://host.test/",
    ),
    Case(
        "curl test 1105 and 27: a host is no beginning of another",
        (("http://example.fake/", "a=1; domain=example.fake"),),
        None,
        "http://notexample.fake/",
    ),
    Case(
        "curl test 61, HttpOnly and its look-alikes",
        (
            ("http://a.host.test/", "t=1; path=/; HttpOnly; silly"),
            ("http://a.host.test/", "u=2; path=/; HttpOnly-not"),
        ),
        "t=1; u=2",
        "http://a.host.test/",
    ),
    Case(
        "curl test 1258, 1259: an empty value",
        (("http://h.test/", "trackyou=;path=/"),),
        "trackyou=",
        "http://h.test/",
    ),
    # Firefox
    _from(
        "Mozilla bug 1189, addresses of version 6",
        "http://[2001:db8::1]/",
        "a=1; domain=2001:db8::1",
        "b=2; domain=[2001:db8::1]",
        sent="a=1",
    ),
    _from(
        "Mozilla TestCookie.cpp, localhost",
        "http://localhost/",
        "a=1; domain=localhost",
        "b=2; domain=.local",
        sent="a=1",
    ),
    _from(
        "Mozilla TestCookie.cpp, a comma ends nothing",
        "http://h.test/",
        "a=1,b=2",
        sent="a=1,b=2",
    ),
    Case(
        "Mozilla bug 169091, a path is asked with its query left out",
        (("http://h.test/a/b?x=/c", "a=1"),),
        "a=1",
        "http://h.test/a/?/z",
    ),
    # Chromium
    _from(
        "Chromium CookieMonster, dots around a domain",
        "http://www.h.test/",
        "a=1; domain=.h.test.",
        "b=2; domain=h.test..",
        sent=None,
    ),
    _from(
        "Chromium ParsedCookie, quotes stay",
        "http://h.test/",
        'a="1 ; Path=/',
        sent='a="1',
    ),
    _from(
        "Chromium bug 238041, semicolons in quotes",
        "http://h.test/",
        'a="1;2"',
        sent='a="1',
    ),
    Case(
        "Chromium CanonicalCookie, expiry of a second ago",
        (
            ("http://h.test/", "a=1"),
            ("http://h.test/", "a=2; Expires=Thu, 26 Nov 2026 23:59:59 GMT"),
        ),
        None,
        "http://h.test/",
    ),
)
