"""HTTP proxies that lie, or stop midway, when they are asked for a tunnel."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from tests.interop.hostile.case import PATIENT, SHORT, Case, Right, Wrong, ok
from tests.interop.hostile.run import BAD_HOST
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    HttpInvalidServerResponse,
    InvalidProxyRequest,
    SecurityChannelError,
    Timeout,
)

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script
    from twinet.errors import InternetError

__all__ = ["TUNNELS"]

#: One may be said ahead, one in answer, and one more because a nonce was stale.
MOST = 4
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
KNOWN = b"\r\nProxy-Authorization: Basic " + b64encode(b"u:p")
LONG_FIELD = b"X: %b\r\n" % (b"y" * 60)
BASIC = b'Proxy-Authenticate: Basic realm="x"'


def _opening(bad: Script) -> Script:
    """Open every tunnel, but the one to the bad server only if the script returns."""

    async def opening(peer: Peer) -> None:
        head = await peer.until(b"\r\n\r\n")
        assert head.startswith(b"CONNECT "), head
        assert b"\r\nAuthorization:" not in head, "the server's, given to the proxy"
        peer.head = head
        if head.startswith(b"CONNECT %b:443 " % BAD_HOST.encode()):
            await bad(peer)
        else:
            peer.send(OPEN)

    return opening


async def _page(peer: Peer) -> None:
    assert b"Proxy-" not in peer.head, "the proxy's, given to the server"
    peer.send(ok(b"hello"))


def _saying(*pieces: bytes, then: str = "for_ever") -> Script:
    """Answer CONNECT, and end as is said; ``go_on`` opens the tunnel."""

    async def script(peer: Peer) -> None:
        for piece in pieces:
            await peer.sent(piece)
        if then == "go_on":
            return
        if then == "reset":
            # In this turn of the reactor the client reads them.
            await peer.pause(0.01)
        if then != "for_ever":
            getattr(peer, then)()
        await peer.for_ever()

    return script


def _case(name: str, bad: Script, expected: Right | Wrong, **more: Any) -> Case:
    return Case(
        f"tunnel: {name}",
        _page,
        expected,
        proxy="http",
        tls=True,
        opening=_opening(bad),
        **more,
    )


def _opened(name: str, *pieces: bytes) -> Case:
    """Make a case of what may be odd, but opens the tunnel."""
    return _case(name, _saying(*pieces, then="go_on"), Right(b"hello", kept=True))


def _wrong(
    name: str, answer: bytes, kind: type[InternetError], words: str, **more: Any
) -> Case:
    return _case(name, _saying(answer), Wrong(kind, words), **more)


def _refused(status: bytes, kind: type[InternetError], *lines: bytes) -> Case:
    """Make a case of an answer that leads nowhere, and of nowhere else."""
    answer = ok(b"no", *lines, status=status)
    return _wrong(f"{status.decode()} to CONNECT", answer, kind, status.decode())


def _silent(name: str, *pieces: bytes) -> Case:
    return _case(
        f"silence {name}",
        _saying(*pieces),
        Wrong(Timeout, "the limit 'connect'"),
        limits=PATIENT.but(connect=SHORT),
    )


async def _interims(peer: Peer) -> None:
    while True:
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await peer.pause(0.001)


async def _dripping_head(peer: Peer) -> None:
    await peer.drip(OPEN, 0.001)


async def _endless_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nX: ")
    await peer.flood(b"x" * 8192)


async def _endless_lines(peer: Peer) -> None:
    await peer.flood(b"\r\n" * 4096)


async def _endless_refusal(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 403 No\r\nContent-Length: 99999999\r\n\r\n")
    await peer.flood(b"x" * 8192)


def _asking(*lines: bytes, body: bytes = b"who are you?") -> bytes:
    return ok(body, *lines, status=b"407 x")


def _for_ever(*rounds: bytes, close: bool = False) -> Script:
    """Ask for a password, whatever was said."""

    async def script(peer: Peer) -> None:
        server = peer.server
        while True:
            server.asked.append("CONNECT")
            number = len(server.asked)
            assert number <= MOST + 1, "it never ends"
            line = rounds[number % len(rounds)].replace(b"%d", b"%d" % number)
            await peer.sent(_asking(line))
            if close:
                peer.close()
                await peer.for_ever()
            await peer.until(b"\r\n\r\n")

    return script


def _answered(first: bytes, *, close: bool = False) -> Script:
    """Ask for a password, and open the tunnel to whoever knows it."""

    async def script(peer: Peer) -> None:
        if KNOWN not in peer.head:
            await peer.sent(first)
            if close:
                peer.close()
                await peer.for_ever()
            peer.head = await peer.until(b"\r\n\r\n")
            assert KNOWN in peer.head, peer.head
        peer.send(OPEN)

    return script


async def _endless_challenge(peer: Peer) -> None:
    if KNOWN in peer.head:
        peer.send(OPEN)
        return
    peer.send(b"HTTP/1.1 407 x\r\n%b\r\nContent-Length: 9999999\r\n\r\n" % BASIC)
    await peer.flood(b"x" * 8192)


def _instead_of_tls(data: bytes) -> Script:
    """Open the tunnel, and answer what the client begins TLS with."""

    async def script(peer: Peer) -> None:
        peer.send(OPEN)
        await peer.all()
        peer.send(data)
        await peer.for_ever()

    return script


_DIGEST = b'Proxy-Authenticate: Digest realm="x", nonce="n%d", qop="auth", stale=true'
#: Its page is not read: it might be anything, and is the proxy's.
_ASKED = Right(b"", status=407)

ODD = [
    _opened("plain", OPEN),
    _opened("201", b"HTTP/1.1 201 Created\r\n\r\n"),
    _opened("204", b"HTTP/1.1 204 No Content\r\n\r\n"),
    _opened("299 without a reason", b"HTTP/1.1 299 \r\n\r\n"),
    _opened("HTTP/1.0", b"HTTP/1.0 200 OK\r\n\r\n"),
    _opened("a length", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    _opened("a length of a body", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    _opened("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    _opened("a close", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
    _opened("line feeds alone", b"HTTP/1.1 200 OK\nX: y\n\n"),
    _opened("50 KiB of fields", b"HTTP/1.1 200 OK\r\n" + LONG_FIELD * 800 + b"\r\n"),
    _opened("interim answers", b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 x\r\n\r\n", OPEN),
    _opened("cookies", b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n\r\n"),
    _opened("a challenge", b"HTTP/1.1 200 OK\r\n" + BASIC + b"\r\n\r\n"),
    _case("byte by byte", _dripping_head, Right(b"hello", kept=True)),
]

REFUSALS = [
    _refused(b"302 Found", CannotConnect, b"Location: https://127.0.0.1:1/"),
    _refused(b"307 x", CannotConnect, b"Location: http://bad.test/bad"),
    _refused(b"401 x", CannotConnect, b'WWW-Authenticate: Basic realm="x"'),
    _refused(b"401 y", CannotConnect, BASIC),
    _refused(b"403 Forbidden", CannotConnect),
    _refused(b"404 Not Found", CannotConnect),
    _refused(b"429 Later", CannotConnect, b"Retry-After: 0"),
    _refused(b"500 x", CannotConnect),
    _refused(b"502 Bad Gateway", CannotConnect),
    _refused(b"503 x", CannotConnect),
    _refused(b"400 Bad Request", InvalidProxyRequest),
    _refused(b"405 x", InvalidProxyRequest),
    _refused(b"501 x", InvalidProxyRequest),
    _refused(b"505 x", InvalidProxyRequest),
    _refused(b"304 x", CannotConnect),
    _refused(b"600 x", CannotConnect),
    _case("an endless refusal", _endless_refusal, Wrong(CannotConnect, "403")),
    _case(
        "a refusal with a close",
        _saying(ok(b"no", status=b"403 No")[:-1], then="close"),
        Wrong(CannotConnect, "403"),
    ),
]

STOPS = [
    _silent("at CONNECT"),
    _silent("in the status line", b"HTTP/1.1 2"),
    _silent("in a field", b"HTTP/1.1 200 OK\r\nX: "),
    _silent("before the blank line", OPEN[:-2]),
    _silent("after interim answers", b"HTTP/1.1 100 Go\r\n\r\n"),
    *(
        _case(
            f"{end} after {place} bytes",
            _saying(OPEN[:place], then=end),
            Wrong(ConnectionAborted, "closed the connection before"),
        )
        for end in ("close", "reset")
        for place in (0, 1, 9, 12, 17, len(OPEN) - 1)
    ),
    *(
        _case(
            f"a {end} when it is open",
            _saying(OPEN, then=end),
            Wrong(SecurityChannelError, "bad.test"),
        )
        for end in ("close", "reset")
    ),
    _case(
        "silence when it is open",
        _saying(OPEN),
        Wrong(Timeout, "the limit 'tls'"),
        limits=PATIENT.but(tls=SHORT),
    ),
    _case(
        "interim answers for ever",
        _interims,
        Wrong(HttpInvalidServerResponse, "interim"),
    ),
    _case("an endless head", _endless_head, Wrong(HttpInvalidServerResponse, "head")),
    _case("blank lines", _endless_lines, Wrong(HttpInvalidServerResponse, "")),
]

NONSENSE = [
    _wrong(f"{name} instead of HTTP", data, HttpInvalidServerResponse, "CONNECT")
    for name, data in {
        "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
        "FTP": b"220 ready\r\n",
        "SOCKS": b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
        "TLS": b"\x15\x03\x01\x00\x02\x02\x28",
        "HTTP/2": b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        "HTML": b"<html>\r\n\r\n",
        "NUL": b"\0" * 100,
        "ICY": b"ICY 200 OK\r\n\r\n",
        "a version of HTTP": b"HTTP/3.7 200 OK\r\n\r\n",
        "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
        "a status below 100": b"HTTP/1.1 099 OK\r\n\r\n",
        "a field without a colon": b"HTTP/1.1 200 OK\r\nevil\r\n\r\n",
        "a control in a field": b"HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n",
        "101": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    }.items()
]

OPEN_AND_WRONG = [
    *(
        _case(f"open, and {name}{when}", script, expected)
        for name, data in {
            "a page": ok(b"evil page"),
            "a body": b"hello",
            "NUL": b"\0" * 1000,
            "an alert": b"\x15\x03\x03\x00\x02\x02\x28",
        }.items()
        for when, script, expected in (
            (
                " at once",
                _saying(OPEN + data),
                Wrong(HttpInvalidServerResponse, "before the server's turn"),
            ),
            (
                " later",
                _instead_of_tls(data),
                Wrong(SecurityChannelError, "bad.test"),
            ),
        )
    ),
]

CHALLENGED = [
    _case("407 to nobody", _saying(_asking(BASIC)), _ASKED),
    _case("407 without a challenge", _saying(_asking()), _ASKED, credentials=True),
    _case("Basic for ever", _for_ever(BASIC), _ASKED, credentials=True),
    _case("Digest for ever", _for_ever(_DIGEST), _ASKED, credentials=True),
    _case("now this, now that", _for_ever(BASIC, _DIGEST), _ASKED, credentials=True),
    _case("and a close", _for_ever(BASIC, close=True), _ASKED, credentials=True),
    _case(
        "Digest for ever, and a close",
        _for_ever(_DIGEST, close=True),
        _ASKED,
        credentials=True,
    ),
    *(
        _case(
            f"407, {name}",
            _answered(first, close=close),
            Right(b"hello", kept=True),
            credentials=True,
        )
        for name, first, close in (
            ("and open", _asking(BASIC), False),
            ("and a close", _asking(BASIC), True),
            ("and half a body", _asking(BASIC)[:-3], True),
            (
                "and broken chunks",
                b"HTTP/1.1 407 x\r\n%b\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
                % BASIC,
                True,
            ),
            ("of HTTP/1.0", b"HTTP/1.0 407 x\r\n%b\r\n\r\nwho?" % BASIC, True),
        )
    ),
    _case(
        "407, and an endless body",
        _endless_challenge,
        Right(b"hello", kept=True),
        credentials=True,
    ),
    _case(
        "407, and silence",
        _saying(_asking(BASIC)),
        Wrong(Timeout, "the limit 'connect'"),
        limits=PATIENT.but(connect=SHORT),
        credentials=True,
    ),
    _case(
        "a challenge of a server's in 407",
        _saying(_asking(b'WWW-Authenticate: Basic realm="x"')),
        _ASKED,
        credentials=True,
    ),
]

TUNNELS = [*ODD, *REFUSALS, *STOPS, *NONSENSE, *OPEN_AND_WRONG, *CHALLENGED]
