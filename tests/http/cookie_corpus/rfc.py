"""The examples of RFC 6265 and RFC 6265bis, and what their rules say."""

from __future__ import annotations

from tests.http.cookie_corpus.case import SETS, SHOWS, Case

__all__ = ["CASES"]

#: A day on which the dates of the examples are still to come: 1 January 2021.
_THEN = 1_609_459_200.0
_SID = "SID=31d4d96e407aad42"
_HTTPS = "https://www.example.com/"
_SITE = "https://foo.site.example/"
_ROOT = SETS.removesuffix("/set")


def _prefix(field: str, *, kept: bool) -> Case:
    """Return an example of 6265bis, 5.4."""
    at = "https://www.site.example/"
    sent = field.partition(";")[0] if kept else None
    return Case(f"6265bis 5.4: {field}", (field,), sent, at, at)


def _secure(path: str, *, kept: bool) -> Case:
    """Return the example of 6265bis, 5.7, step 16: ``a`` is Secure for /login."""
    sent = "a=theirs; a=mine" if kept and path == "/" else "a=theirs"
    return Case(
        f"6265bis 5.7, step 16: {path}",
        (
            ("https://s.example/", "a=theirs; Secure; Path=/login"),
            ("http://s.example/", f"a=mine; Path={path}"),
        ),
        sent,
        "https://s.example/login/en",
    )


def _domain(domain: str, to: str, *, sent: bool, at: str = _SITE) -> Case:
    """Return an example of 6265bis, 4.1.2.3."""
    return Case(
        f"6265bis 4.1.2.3: {domain or 'none'} from {at} to {to}",
        (f"a=1; Domain={domain}" if domain else "a=1",),
        "a=1" if sent else None,
        f"https://{to}/",
        at,
    )


def _date(text: str, *, lasts: bool) -> Case:
    """Return a date of 5.1.1: one in the future lasts, one that is none as well."""
    return Case(
        f"6265bis 5.1.1: {text}",
        ("a=1", f"a=2; Expires={text}"),
        "a=2" if lasts else None,
    )


CASES = (
    # RFC 6265, section 3.1
    Case("6265 3.1, session", (_SID,), _SID, _HTTPS, _HTTPS),
    Case(
        "6265 3.1, Path and Domain",
        (f"{_SID}; Path=/; Domain=example.com",),
        _SID,
        "https://other.example.com/any/where",
        _HTTPS,
    ),
    Case(
        "6265 3.1, Secure and HttpOnly beside another",
        (f"{_SID}; Path=/; Secure; HttpOnly", "lang=en-US; Path=/; Domain=example.com"),
        f"{_SID}; lang=en-US",
        _HTTPS,
        _HTTPS,
    ),
    Case(
        "6265 3.1, Expires",
        (
            f"{_SID}; Path=/; Secure; HttpOnly",
            "lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT",
        ),
        f"{_SID}; lang=en-US",
        _HTTPS,
        _HTTPS,
        _THEN,
    ),
    Case(
        "6265 3.1, Expires, when the day has passed",
        ("lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT",),
        None,
        _HTTPS,
        _HTTPS,
    ),
    Case(
        "6265 3.1, removed",
        (
            f"{_SID}; Path=/; Secure; HttpOnly",
            "lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT",
            "lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
        ),
        _SID,
        _HTTPS,
        _HTTPS,
        _THEN,
    ),
    # RFC 6265bis, section 4.1.2.3
    _domain("site.example", "site.example", sent=True),
    _domain("site.example", "www.site.example", sent=True),
    _domain("site.example", "www.corp.site.example", sent=True),
    _domain("foo.site.example", "foo.site.example", sent=True),
    _domain("bar.site.example", "bar.site.example", sent=False),
    _domain("baz.foo.site.example", "baz.foo.site.example", sent=False),
    _domain("", "foo.site.example", sent=True),
    _domain("", "baz.foo.site.example", sent=False),
    _domain("", "site.example", sent=False),
    # RFC 6265bis, section 5.1.1: the grammar, corner by corner
    _date("31-Dec-2099 23:59:59", lasts=True),
    _date("Thu, 31 Dec 99 23:59:59", lasts=False),
    _date("31 Dec 69 23:59:59", lasts=True),
    _date("31 Dec 70 23:59:59", lasts=False),
    _date("1 1:1:1 Jan 2099", lasts=True),
    _date("32 Jan 1999 00:00:00", lasts=True),
    _date("31 Jan 1600 00:00:00", lasts=True),
    _date("31 Jan 1601 00:00:00", lasts=False),
    _date("31 Jan 1999 24:00:00", lasts=True),
    _date("31 Jan 1999 00:60:00", lasts=True),
    _date("31 Jan 1999 00:00:60", lasts=True),
    _date("31 Feb 1999 00:00:00", lasts=True),
    _date("1999 Jan 31 00:00:00 2099 Feb 1 01:01:01", lasts=False),
    _date("Tuesday 01/Jan/1999@00:00:00 +0900", lasts=False),
    _date("january 1 1999 0:0:0", lasts=False),
    _date("0", lasts=True),
    # RFC 6265bis, section 5.1.4
    *(
        Case(
            f"6265bis 5.1.4: {path} for {target}",
            (f"a=1; Path={path}",),
            "a=1" if sent else None,
            f"{_ROOT}{target}",
        )
        for path, target, sent in (
            ("/a", "/a", True),
            ("/a/", "/a/b", True),
            ("/a", "/a/b", True),
            ("/a", "/ab", False),
            ("/a", "/A", False),
        )
    ),
    *(
        Case(
            f"6265bis 5.1.4: the default path of {target}",
            ((f"{_ROOT}{target}", "a=1"),),
            "a=1" if sent else None,
            f"{_ROOT}{to}",
        )
        for target, to, sent in (
            ("", "/x", True),
            ("/a", "/x", True),
            ("/a/", "/a", True),
            ("/a/b", "/a/c", True),
            ("/a/b", "/x", False),
            ("/a/b?/c/d", "/a/x", True),
        )
    ),
    # RFC 6265bis, section 5.4: what is refused, and what is kept
    _prefix("__Secure-SID=12345; Domain=site.example", kept=False),
    _prefix("__secure-SID=12345; Domain=site.example", kept=False),
    _prefix("__SECURE-SID=12345; Domain=site.example", kept=False),
    _prefix("__Host-SID=12345", kept=False),
    _prefix("__host-SID=12345; Secure", kept=False),
    _prefix("__host-SID=12345; Domain=site.example", kept=False),
    _prefix("__HOST-SID=12345; Domain=site.example; Path=/", kept=False),
    _prefix("__Host-SID=12345; Secure; Domain=site.example; Path=/", kept=False),
    _prefix("__Secure-SID=12345; Domain=site.example; Secure", kept=True),
    _prefix("__secure-SID=12345; Domain=site.example; Secure", kept=True),
    _prefix("__SECURE-SID=12345; Domain=site.example; Secure", kept=True),
    _prefix("__Host-SID=12345; Secure; Path=/", kept=True),
    _prefix("__host-SID=12345; Secure; Path=/", kept=True),
    _prefix("__HOST-SID=12345; Secure; Path=/", kept=True),
    # RFC 6265bis, section 5.7
    _secure("/", kept=True),
    _secure("/foo", kept=True),
    _secure("/login", kept=False),
    _secure("/login/en", kept=False),
    Case("6265bis 5.7, step 19", ("a=1; SameSite=None",), None, _HTTPS, _HTTPS),
    Case(
        "6265bis 5.7, step 19", ("a=1; SameSite=None; Secure",), "a=1", _HTTPS, _HTTPS
    ),
    Case("6265bis 5.7, step 8", ("a=1; Domain=ex\xe4mple.org",), None),
    Case("6265bis 5.7, step 23", ("a=1", "b=2", "a=3"), "a=3; b=2"),
    Case(
        "6265bis 5.7, step 23: hosts and domains are two",
        ("a=1", "a=2; Domain=home.example.org"),
        "a=1; a=2",
    ),
    # RFC 6265bis, section 5.6
    Case("6265bis 5.6: a tab is no control character", ("a=1\t2",), "a=1\t2"),
    Case("6265bis 5.6: 4096 are not too many", ("a=" + "x" * 4095,), "a=" + "x" * 4095),
    Case("6265bis 5.6: 4097 are", ("a=" + "x" * 4096,), None),
    Case("6265bis 5.6: 1024 in an attribute", ("a=1; Path=/" + "x" * 1024,), "a=1"),
    # RFC 6265bis, section 5.8.3
    Case(
        "6265bis 5.8.3: longer paths, then earlier times",
        ("a=1; Path=/", "b=2; Path=/show", "c=3; Path=/"),
        "b=2; a=1; c=3",
    ),
    Case(
        "6265bis 8.5 and 8.6: ports and schemes share",
        (("https://home.example.org:1/", "a=1"),),
        "a=1",
        SHOWS,
    ),
)
