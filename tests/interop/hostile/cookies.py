"""Cookies that are too many, too long, not the server's to set, or no cookies at all.

Each of these answers is a redirect, and the request that follows shows what was taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.interop.hostile.case import Case, Right, Wrong, ok
from twinet.errors import HttpInvalidServerResponse, HttpRedirectFailed

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["COOKIES"]

#: The most of one server's that are kept (``CookieJar``), and of their bytes.
MOST = 180
LONGEST = 4096


def _came(peer: Peer) -> list[bytes]:
    """Return the cookies that a request brings."""
    found: list[bytes] = re.findall(rb"(?im)^cookie: *([^\r]*)", peer.head)
    assert len(found) < 2, found
    return found[0].split(b"; ") if found else []


def _setting(*values: bytes, taken: tuple[bytes, ...] = ()) -> Script:
    """Set these, and look what comes back."""

    async def script(peer: Peer) -> None:
        if peer.target.endswith("/bad"):
            lines = [b"Set-Cookie: " + value for value in values]
            peer.send(ok(b"", b"Location: /there", *lines, status=b"302 x"))
        else:
            assert sorted(_came(peer)) == sorted(taken), _came(peer)
            peer.send(ok(b"there"))

    return script


async def _ever_more(peer: Peer) -> None:
    """Lead on and on, and set 300 others each time."""
    number = len(peer.server.asked)
    came = _came(peer)
    assert len(came) <= MOST, len(came)
    assert number == 1 or came, "all are gone"
    lines = [b"Set-Cookie: c%d-%d=v" % (number, each) for each in range(300)]
    peer.send(ok(b"", b"Location: /bad?%d" % number, *lines, status=b"302 x"))


async def _ever_longer(peer: Peer) -> None:
    """Lead on and on, and set 15 of 4 KiB each time."""
    number = len(peer.server.asked)
    assert len(peer.head) < MOST * (LONGEST + 9), len(peer.head)
    lines = [
        b"Set-Cookie: %d-%d=%b" % (number, each, b"x" * 4000) for each in range(15)
    ]
    peer.send(ok(b"", b"Location: /bad?%d" % number, *lines, status=b"302 x"))


def _case(name: str, script: Script, expected: Right | Wrong, **more: Any) -> Case:
    return Case(f"cookies: {name}", script, expected, **more)


def _taken(name: str, *values: bytes, taken: tuple[bytes, ...] = ()) -> Case:
    return _case(name, _setting(*values, taken=taken), Right(b"there", kept=True))


def _of_a_name(name: str, *values: bytes, taken: tuple[bytes, ...] = ()) -> Case:
    """Make a case of a server that has a name: ``bad.test``, behind a proxy."""
    script = _setting(*values, taken=taken)
    return _case(name, script, Right(b"there", kept=True), proxy="http")


_TOO_LONG = Wrong(HttpInvalidServerResponse, "limits.head_bytes")
_TOO_OFTEN = Wrong(HttpRedirectFailed, "after 30 redirects", kept=True)

COOKIES = [
    _case("one of 1 MiB", _setting(b"a=" + b"x" * (1 << 20)), _TOO_LONG),
    _case("10,000", _setting(*[b"c%d=v" % n for n in range(10_000)]), _TOO_LONG),
    _case(
        "a control in one", _setting(b"a=\x01"), Wrong(HttpInvalidServerResponse, "")
    ),
    _case("NUL in one", _setting(b"a=\0"), Wrong(HttpInvalidServerResponse, "")),
    _case("300 more with each redirect", _ever_more, _TOO_OFTEN),
    _case("60 KiB more with each redirect", _ever_longer, _TOO_OFTEN),
    _taken("one of 60 KiB", b"a=" + b"x" * 60_000),
    _taken("a name of 60 KiB", b"x" * 60_000 + b"=a"),
    _taken("60,000 semicolons", b"a=b" + b";" * 60_000, taken=(b"a=b",)),
    _taken("10,000 attributes", b"a=b" + b"; x=y" * 10_000, taken=(b"a=b",)),
    _taken("60,000 equals", b"=" * 60_000),
    _taken("an attribute of 60 KiB", b"a=b; Path=/" + b"x" * 60_000, taken=(b"a=b",)),
    _taken(
        "a Max-Age of 1,000 digits", b"a=b; Max-Age=" + b"9" * 1000, taken=(b"a=b",)
    ),
    _taken(
        "a Max-Age of 60,000 digits", b"a=b; Max-Age=" + b"9" * 60_000, taken=(b"a=b",)
    ),
    _taken("a Max-Age below 0 by far", b"a=b; Max-Age=-" + b"9" * 1000),
    _taken(
        "an Expires of 60,000 digits", b"a=b; Expires=" + b"9" * 60_000, taken=(b"a=b",)
    ),
    _taken("nothing", b"", b";", b"=", b" ; Secure"),
    _taken("a name alone", b"a", taken=(b"a",)),
    _taken("a value alone", b"=a", taken=(b"a",)),
    _taken("a hidden prefix", b"=__Host-a=b; Path=/", b"__HOST-a=b; Path=/"),
    _taken(
        "prefixes in the clear", b"__Host-a=b; Secure; Path=/", b"__Secure-a=b; Secure"
    ),
    _taken("Secure in the clear", b"a=b; Secure"),
    _taken("SameSite=None in the clear", b"a=b; SameSite=None"),
    _taken(
        "a domain for an address",
        b"a=b; Domain=.0.0.1",
        b"c=d; Domain=127.0.0.1",
        taken=(b"c=d",),
    ),
    _taken("a comma between two", b"a=b, c=d", taken=(b"a=b, c=d",)),
    _taken("bytes outside ASCII", b"a=\xe4\xff", taken=(b"a=\xe4\xff",)),
    _taken("the same 900 times", *[b"a=%d" % n for n in range(900)], taken=(b"a=179",)),
    _of_a_name(
        "for the suffix", b"a=b; Domain=test", b"c=d; Domain=.TEST", b"e=f; Domain=.."
    ),
    _of_a_name(
        "for another server", b"a=b; Domain=good.test", b"c=d; Domain=sub.bad.test"
    ),
    _of_a_name(
        "for no server",
        b"a=b; Domain=bad..test",
        b"c=d; Domain=*.test",
        b"e=f; Domain=%00",
    ),
    _of_a_name("for its own name with a dot behind", b"a=b; Domain=bad.test."),
    _of_a_name("for itself and below", b"a=b; Domain=.bad.TEST", taken=(b"a=b",)),
    _of_a_name(
        "for all, then for itself",
        b"a=b; Domain=test; Domain=bad.test",
        taken=(b"a=b",),
    ),
    _of_a_name("for itself, then for all", b"a=b; Domain=bad.test; Domain=test"),
]
