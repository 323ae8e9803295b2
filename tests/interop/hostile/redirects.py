"""Redirects that lead nowhere, round in a circle, or elsewhere than they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.hostile.case import PATIENT, Case, Right, Wrong, ok, saying
from twinet.errors import (
    CannotConnect,
    HttpInvalidServerResponse,
    HttpRedirectFailed,
    InvalidUrl,
)

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["REDIRECTS"]


def _to(location: bytes, body: bytes = b"moved", status: bytes = b"302 Found") -> bytes:
    return ok(body, b"Location: " + location, status=status)


def _leading(location: bytes) -> Script:
    """Redirect the first request, and give the page that the second asks for."""

    async def script(peer: Peer) -> None:
        if peer.target == "/bad":
            peer.send(_to(location))
        else:
            peer.send(ok(b"at " + peer.target.encode("latin-1")))

    return script


async def _chain(peer: Peer) -> None:
    """Lead on and on, each time to another place."""
    number = int(peer.target.partition("?")[2] or 0)
    peer.send(_to(b"/bad?%d" % (number + 1)))


async def _long_chain(peer: Peer) -> None:
    """Lead to a place that is twice as long each time."""
    peer.send(_to(b"." + peer.target.encode() + b"/" + b"x" * 1000 + b"/"))


async def _endless_body(peer: Peer) -> None:
    if peer.target == "/bad":
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
        await peer.flood(b"x" * 8192)
    peer.send(ok(b"there"))


async def _long_body(peer: Peer) -> None:
    if peer.target == "/bad":
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /there\r\n"
            b"Content-Length: 99999999\r\n\r\n"
        )
        await peer.flood(b"x" * 8192)
    peer.send(ok(b"there"))


async def _cut_body(peer: Peer) -> None:
    if peer.target == "/bad":
        await peer.sent(_to(b"/there")[:-3])
        peer.close()
    else:
        peer.send(ok(b"there"))


async def _reset_body(peer: Peer) -> None:
    if peer.target == "/bad":
        await peer.sent(_to(b"/there")[:-3])
        await peer.pause(0.01)
        peer.reset()
    else:
        peer.send(ok(b"there"))


async def _broken_chunks(peer: Peer) -> None:
    if peer.target == "/bad":
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /there\r\nTransfer-Encoding: chunked"
            b"\r\n\r\nzz\r\n"
        )
    else:
        peer.send(ok(b"there"))


async def _surplus(peer: Peer) -> None:
    """Slip in an answer to the request that the client is about to send."""
    if peer.target == "/bad":
        peer.send(_to(b"/there") + ok(b"evil page"))
    else:
        peer.send(ok(b"there"))


_FAILED = Wrong(HttpRedirectFailed, "after 30 redirects", kept=True)


def _not_followed(name: str, location: bytes) -> Case:
    """Make a case of a redirect whose answer is the last one."""
    return Case(name, saying(_to(location)), Right(b"moved", kept=True, status=302))


REDIRECTS = [
    Case("a redirect to itself", saying(_to(b"/bad")), _FAILED),
    Case("a redirect to itself, 307", saying(_to(b"/bad", b"", b"307 x")), _FAILED),
    Case("a redirect to a fragment", saying(_to(b"#there")), _FAILED),
    Case("a chain without an end", _chain, _FAILED),
    Case(
        "a chain of longer and longer places",
        _long_chain,
        Wrong(InvalidUrl, "65536 are the most", kept=True),
    ),
    Case(
        "one redirect where none is allowed",
        saying(_to(b"/there")),
        Wrong(HttpRedirectFailed, "limits.redirects", kept=True),
        limits=PATIENT.but(redirects=0),
    ),
    _not_followed("a redirect to nothing at all", b""),
    _not_followed("a redirect to a file", b"file:///etc/passwd"),
    _not_followed("a redirect to a script", b"javascript:alert(1)"),
    _not_followed("a redirect to data", b"data:text/html,hello"),
    _not_followed("a redirect to FTP", b"ftp://127.0.0.1/x"),
    _not_followed("a redirect to Gopher", b"gopher://127.0.0.1:25/_HELO"),
    _not_followed("a redirect to a scheme of one letter", b"x:y"),
    Case(
        "a redirect with CR",
        saying(_to(b"/a\rb")),
        Wrong(HttpInvalidServerResponse, ""),
    ),
    Case(
        "a redirect with NUL",
        saying(_to(b"/a\0b")),
        Wrong(HttpInvalidServerResponse, ""),
    ),
    Case(
        "a redirect to a port that is none",
        saying(_to(b"http://127.0.0.1:99999/")),
        Wrong(InvalidUrl, "", kept=True),
    ),
    Case(
        "a redirect to port 0",
        saying(_to(b"http://127.0.0.1:0/")),
        Wrong(InvalidUrl, "the port 0", kept=True),
    ),
    Case(
        "a redirect to no host",
        saying(_to(b"http:///there")),
        Wrong(InvalidUrl, "", kept=True),
    ),
    Case(
        "a redirect to half an address",
        saying(_to(b"http://[::1/there")),
        Wrong(InvalidUrl, "", kept=True),
    ),
    Case(
        "a redirect with a user name",
        saying(_to(b"http://user:secret@127.0.0.1:1/")),
        Wrong(CannotConnect, "", kept=True),
    ),
    Case(
        "a redirect with CR and LF, escaped",
        _leading(b"/there%0d%0aX-Evil:%201"),
        Right(b"at /there%0d%0aX-Evil:%201", kept=True),
    ),
    Case(
        "a redirect above the root",
        _leading(b"../../../../etc/passwd"),
        Right(b"at /etc/passwd", kept=True),
    ),
    Case(
        "a redirect with raw bytes",
        _leading(b"/\xe4\xff there"),
        Right(b"at /%E4%FF%20there", kept=True),
    ),
    Case("a redirect of an endless body", _endless_body, Right(b"there", kept=True)),
    Case("a redirect of a huge body", _long_body, Right(b"there", kept=True)),
    Case("a redirect whose body is cut", _cut_body, Right(b"there", kept=True)),
    Case("a redirect whose body is reset", _reset_body, Right(b"there", kept=True)),
    Case("a redirect of broken chunks", _broken_chunks, Right(b"there", kept=True)),
    Case("a redirect and an answer at once", _surplus, Right(b"there", kept=True)),
]
