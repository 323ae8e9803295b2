"""What was measured of WinINet's cookies, where it does as RFC 6265bis says.

Where it does not, the RFC's word is expected, and the source says so: a path is taken
for a plain beginning there, Max-Age is not known, and session cookies for a domain are
refused by Microsoft's text and not by what was measured.
"""

from __future__ import annotations

from tests.http.cookie_corpus.case import Case

__all__ = ["CASES"]

_AT = "http://www.example.com"
_PAST = "Thu, 01 Jan 1998 00:00:00 GMT"
_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


def _case(source: str, *received: str, sent: str | None, to: str = "/bar") -> Case:
    return Case(f"WinINet: {source}", received, sent, f"{_AT}{to}", f"{_AT}/bar")


def _domain(domain: str, host: str, *, legal: bool) -> Case:
    """Return a row of the table of legal domains."""
    return Case(
        f"WinINet: domain {domain or 'empty'} of {host}",
        (f"a=1; domain={domain}",),
        "a=1" if legal else None,
        f"http://{host}/",
        f"http://{host}/",
    )


def _path(path: str, to: str, *, sent: bool, source: str = "") -> Case:
    return _case(
        f"path {path} for {to}{source}",
        f"a=1; path={path}",
        sent="a=1" if sent else None,
        to=to,
    )


def _default(target: str, to: str, *, sent: bool) -> Case:
    return Case(
        f"WinINet: default path of {target} for {to}",
        ((f"{_AT}{target}", "a=1"),),
        "a=1" if sent else None,
        f"{_AT}{to}",
    )


CASES = (
    _case("pairs with a semicolon and a blank", "a=1", "b=2", sent="a=1; b=2"),
    _default("/bar", "/x", sent=True),
    _default("/bar.html", "/x", sent=True),
    _default("/bar/", "/bar/x", sent=True),
    _default("/bar/", "/x", sent=False),
    _path("/foo", "/foo/bar", sent=True),
    _path("/foo", "/foobar", sent=False),
    _path("/foo", "/foobar/", sent=False, source="; sent there, the RFC says no"),
    _path("/foo/", "/foo/bar", sent=True),
    _path("/foo/", "/foobar/", sent=False),
    _domain("gmail.com", "gmail.com", legal=True),
    _domain("gmail.com", "www.gmail.com", legal=True),
    _domain("gmail.com", "www.mail.gmail.com", legal=True),
    _domain(".gmail.com", "www.gmail.com", legal=True),
    _domain("com", "gmail.com", legal=False),
    _domain("uk", "co.uk", legal=False),
    _domain("mail.gmail.com", "gmail.com", legal=False),
    _domain("co.uk", "gmail.co.uk", legal=False),
    _domain("com.pl", "x.com.pl", legal=False),
    _domain("example.org", "example.com", legal=False),
    _case("secure is not for http", "a=1; secure", sent=None),
    _case("an end in the future", f"a=1; expires={_FUTURE}", sent="a=1"),
    _case("an empty end", "a=1; expires=", sent="a=1"),
    _case("an end that is none", "a=1; expires=soon", sent="a=1"),
    _case("the past deletes", "a=1", f"a=2; expires={_PAST}", sent=None),
    _case("again without an end", f"a=1; expires={_FUTURE}", "a=2", sent="a=2"),
    _case("Max-Age; not known there", "a=1; max-age=0", sent=None),
    _case("unknown attributes", "a=1; never=heard; of=it", sent="a=1"),
    _case("HttpOnly goes to servers", "a=1; HttpOnly", sent="a=1"),
    _case("a session's for a domain", "a=1; domain=example.com", sent="a=1"),
    _case("a long URL", "a=1; path=/", sent="a=1", to=f"/{'x' * 4100}"),
    Case(
        "WinINet: ports and schemes are ignored",
        (("https://www.example.com:444/", "a=1"),),
        "a=1",
        f"{_AT}:81/",
    ),
    # the recorded scenarios
    Case(
        "recording http_cookie_set_and_sent",
        ("ckA=v1; path=/",),
        "ckA=v1",
        "http://127.0.0.1/2",
        "http://127.0.0.1/1",
    ),
    Case(
        "recording http_cookie_path_expires",
        (
            "c1=a; path=/elsewhere",
            "c2=b; expires=Thu, 01 Jan 1998 00:00:00 GMT",
            "c3=c; path=/; HttpOnly",
        ),
        "c3=c",
        "http://127.0.0.1/2",
        "http://127.0.0.1/1",
    ),
)
