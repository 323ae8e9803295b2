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
    _from(
        "curl test 8, paths and cases",
        "http://127.0.0.1/we/want/8",
        "foobar=name; domain=127.0.0.1; path=/;",
        'mismatch=this; domain=127.0.0.1; path="/silly/";',
        "duplicate=test; domain=.0.0.1; domain=.0.0.1; path=/donkey;",
        "cookie=yes; path=/we;",
        "cookie=perhaps; path=/we/want;",
        "nocookie=yes; path=/WE;",
        # curl took the one with the quoted path for one of another place.
        sent="mismatch=this; cookie=perhaps; cookie=yes; foobar=name",
    ),
    Case(
        "curl test 61, HttpOnly and domains above a suffix",
        (
            "test=yes; httponly; domain=foo.test; expires=Fri Feb 13 11:56:27 GMT 2037",
            "test2=yes; domain=host.foo.test; expires=Fri Feb 13 11:56:27 GMT 2037",
            "test3=maybe; domain=foo.test; path=/moo; secure",
            "test4=no; domain=nope.foo.test; path=/moo; secure",
            "fake=fooledyou; domain=..test; path=/;",
            "supercookie=fooledyou; domain=.test; path=/;",
        ),
        "test=yes; test2=yes",
        "http://host.foo.test/we/want/x",
        "http://www.host.foo.test/we/want/61",
    ),
    _from(
        "curl test 1105, a quoted path and a part of an address",
        "http://127.0.0.1/we/want/1105",
        "foobar=name;",
        'mismatch=this; domain=127.0.0.1; path="/silly/";',
        "partmatch=present; domain=.0.0.1; path=/;",
        "bar=foo\tbar",
        # curl refuses the tab, which RFC 6265bis does not (5.6).
        sent="foobar=name; mismatch=this; bar=foo\tbar",
    ),
    _from(
        "curl test 1258, localhost",
        "http://localhost/we/want/1258",
        "I-am=here; domain=localhost;",
        sent="I-am=here",
    ),
    # Firefox, in its TestCookie.cpp
    *(
        Case(
            f"Mozilla TestCookie.cpp, domain={domain}",
            (("http://www.domain.test/", f"a=1; domain={domain}"),),
            "a=1" if kept else None,
            f"http://{to}/",
        )
        for domain, to, kept in (
            ("domain.test", "domain.test", True),
            ("domain.test", "domain.test.", False),
            ("domain.test", "foo.domain.test", True),
            (".domain.test", "bah.domain.test", True),
            (".foo.domain.test", "foo.domain.test", False),
            ("moose.test", "foo.domain.test", False),
            ("domain.test.", "foo.domain.test", False),
            ("..domain.test", "foo.domain.test", False),
            ("..domain.test.", "foo.domain.test", False),
        )
    ),
    _from(
        "Mozilla TestCookie.cpp, a quoted path",
        "http://path.test/path/file",
        'a=1; path="/bogus"',
        sent="a=1",
    ),
    *(
        Case(
            f"Mozilla TestCookie.cpp, path=/path for {to}",
            (("http://path.test/path/file", "a=1; path=/path"),),
            "a=1" if sent else None,
            f"http://path.test{to}",
        )
        for to, sent in (
            ("/path/hithere.foo", True),
            ("/path?hithere/foo", True),
            ("/path2", False),
            ("/path2/", False),
        )
    ),
    Case(
        "Mozilla TestCookie.cpp, a path it is not on",
        (("http://path.test/path/file", "a=1; path=/foo/"),),
        "a=1",
        "http://path.test/foo/",
    ),
    Case(
        "Mozilla bug 373228, the URL's own path is too long",
        ((f"http://path.test/{'x' * 1100}/", "a=1"),),
        None,
        f"http://path.test/{'x' * 1100}/",
    ),
    _from(
        "Mozilla bug 373228, a tab in a value",
        "http://path.test/",
        "a=tab\ttest",
        sent="a=tab\ttest",
    ),
    *(
        _from(
            f"Mozilla TestCookie.cpp, expires={end}",
            "http://expireme.test/",
            "a=1",
            f"a=2; expires={end}",
            sent=sent,
        )
        for end, sent in (
            ("bad", "a=2"),
            ("Thu, 10 Apr 1980 16:33:12 GMT", None),
            ('"Thu, 10 Apr 1980 16:33:12 GMT', None),
            ('"Thu, 10 Apr 1980 16:33:12 GMT"', None),
        )
    ),
    # Chromium, in its parsed_cookie_unittest.cc
    _from("Chromium ParsedCookieTest.TestBasic", "http://h.test/", "a=b", sent="a=b"),
    *(
        _from(
            f"Chromium ParsedCookieTest.TestEmpty {field!r}",
            "https://h.test/",
            field,
            sent=None,
        )
        for field in ("", "     ", "=;", "=; path=/; secure;", "; path=/; secure;")
    ),
)
