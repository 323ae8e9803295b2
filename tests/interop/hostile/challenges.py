"""Challenges that never end, are broken, or come from where none may come.

The client knows a user and a password for the server (``credentials``), so each
challenge is an attempt to get at them, or to keep it busy.  The scripts look after what
it may say at most: a request too many, or a secret where none belongs, is a fault.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.interop.hostile.case import PATIENT, SHORT, Case, Right, Wrong, ok
from twinet.errors import HttpInvalidServerResponse, HttpRedirectFailed, Timeout

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["CHALLENGES"]

#: One may be said ahead, one in answer, and one more because a nonce was stale.
MOST = 4
PAGE = b"who are you?"
OPEN = b"come in"
BASIC = b'Basic realm="x"'
DIGEST = b'Digest realm="x", nonce="abc", qop="auth"'
#: What Basic says of them.
KNOWN = b"Authorization: Basic " + b64encode(b"u:p")


def _asking(*challenges: bytes, body: bytes = PAGE, fields: bytes = b"") -> bytes:
    lines = [b"WWW-Authenticate: " + one for one in challenges]
    if fields:
        lines.append(fields)
    return ok(body, *lines, status=b"401 Unauthorized")


def _said(peer: Peer) -> bytes:
    """Return what a request says of its user; no more than one line may.

    What is for a proxy has to be said to one, and nothing else.
    """
    found: list[bytes] = re.findall(rb"(?im)^(?:proxy-)?authorization:.*$", peer.head)
    assert len(found) < 2, found
    said = found[0].rstrip() if found else b""
    assert not said or said.startswith(b"Proxy-") is ("://" in peer.target), said
    return said.removeprefix(b"Proxy-")


def _nothing(peer: Peer) -> None:
    assert not _said(peer), "credentials were given away"


def _for_ever(*rounds: bytes) -> Script:
    """Ask, whatever was said; ``%d`` in a challenge is the number of the request."""

    async def script(peer: Peer) -> None:
        number = len(peer.server.asked)
        assert number <= MOST, "it never ends"
        challenge = rounds[number % len(rounds)].replace(b"%d", b"%d" % number)
        peer.send(_asking(challenge))

    return script


def _unanswered(*challenges: bytes, fields: bytes = b"") -> Script:
    """Ask in a way to which there is no answer."""

    async def script(peer: Peer) -> None:
        _nothing(peer)
        assert len(peer.server.asked) == 1, "asked again"
        peer.send(_asking(*challenges, fields=fields))

    return script


def _answered(*challenges: bytes, by: bytes) -> Script:
    """Ask, and let in whoever answers with what begins so."""

    async def script(peer: Peer) -> None:
        said = _said(peer)
        if not said:
            peer.send(_asking(*challenges))
        else:
            assert said.startswith(by), said
            peer.send(ok(OPEN))

    return script


def _then(*first: bytes) -> Script:
    """Ask in some pieces, break off as they do, and let in whoever comes back."""

    async def script(peer: Peer) -> None:
        if _said(peer):
            peer.send(ok(OPEN))
        else:
            for piece in first:
                await peer.sent(piece)
            peer.close()

    return script


def _asking_head(fields: bytes) -> bytes:
    return b"HTTP/1.1 401 x\r\nWWW-Authenticate: %b\r\n%b\r\n\r\n" % (BASIC, fields)


async def _endless(peer: Peer) -> None:
    if _said(peer):
        peer.send(ok(OPEN))
    else:
        peer.send(_asking_head(b"X: y"))
        await peer.flood(b"x" * 8192)


async def _huge(peer: Peer) -> None:
    if _said(peer):
        peer.send(ok(OPEN))
    else:
        peer.send(_asking_head(b"Content-Length: 99999999"))
        await peer.flood(b"x" * 8192)


async def _endless_and_final(peer: Peer) -> None:
    """Refuse what is known, in a body that is as long as one likes to read."""
    peer.send(_asking_head(b"Content-Length: 9000000"))
    await peer.flood(b"x" * 100_000, 9_000_000)


async def _silent_when_answered(peer: Peer) -> None:
    if not _said(peer):
        peer.send(_asking(BASIC))


async def _silent_in_the_body(peer: Peer) -> None:
    if _said(peer):
        peer.send(ok(OPEN))
    else:
        peer.send(_asking(BASIC)[:-2])


async def _reset(peer: Peer) -> None:
    if _said(peer):
        peer.send(ok(OPEN))
    else:
        await peer.sent(_asking(BASIC)[:-2])
        await peer.pause(0.01)
        peer.reset()


async def _surplus(peer: Peer) -> None:
    """Slip in an answer to the request that the client is about to repeat."""
    if _said(peer):
        peer.send(ok(OPEN))
    else:
        peer.send(_asking(BASIC) + ok(b"evil page"))


async def _closing(peer: Peer) -> None:
    assert len(peer.server.asked) <= MOST
    peer.send(_asking(BASIC, fields=b"Connection: close"))
    peer.close()


async def _round(peer: Peer) -> None:
    """Ask for a password, and lead back to where it was asked for."""
    assert len(peer.server.asked) <= 31 * MOST
    if _said(peer):
        peer.send(ok(b"", b"Location: /bad", status=b"302 Found"))
    else:
        peer.send(_asking(BASIC))


async def _elsewhere(peer: Peer) -> None:
    """Ask for a password, and lead to a name that is another server."""
    host = re.search(rb"(?im)^host: *([^\r]*)", peer.head)
    assert host is not None
    if host[1].startswith(b"localhost"):
        _nothing(peer)
        peer.send(_asking(BASIC, b'Digest realm="x", nonce="n", qop="auth"'))
    elif _said(peer):
        where = b"Location: http://localhost:%d/bad" % peer.server.port
        peer.send(ok(b"", where, status=b"302 Found"))
    else:
        peer.send(_asking(BASIC))


async def _early_hints(peer: Peer) -> None:
    _nothing(peer)
    hint = b"HTTP/1.1 103 Early\r\nWWW-Authenticate: %b\r\n\r\n" % BASIC
    peer.send(hint * 20 + ok(OPEN, b"WWW-Authenticate: " + BASIC))


async def _injecting(peer: Peer) -> None:
    """Have the answer carry what would end its quotes, or its line."""
    said = _said(peer)
    if not said:
        peer.send(
            _asking(
                b'Digest realm="a\\"b\\\\", nonce="c\\", evil=\\"d", qop="auth", '
                b'opaque="\\"e\\", f\\\\"'
            )
        )
        return
    for part in (
        b'realm="a\\"b\\\\"',
        b'nonce="c\\", evil=\\"d"',
        b'opaque="\\"e\\", f\\\\"',
    ):
        assert part in said, said
    peer.send(ok(OPEN))


def _of_a_proxy(status: bytes, field: bytes) -> Script:
    """Ask as only a proxy may, where there is none."""

    async def script(peer: Peer) -> None:
        _nothing(peer)
        assert len(peer.server.asked) == 1, "asked again"
        peer.send(ok(PAGE, field, status=status))

    return script


def _informing(info: bytes) -> Script:
    """Let the client in by Digest, with some information about it."""

    async def script(peer: Peer) -> None:
        if _said(peer):
            peer.send(ok(OPEN, b"Authentication-Info: " + info))
        else:
            peer.send(_asking(DIGEST))

    return script


async def _early_refusal(peer: Peer) -> None:
    """Ask before the body has come, which is one that cannot be sent again."""
    _nothing(peer)
    peer.send(_asking(BASIC))
    await peer.body(100)


_REFUSED = Right(PAGE, kept=True, status=401)
_LET_IN = Right(OPEN, kept=True)


def _known(name: str, script: Script, expected: Right | Wrong, **more: Any) -> Case:
    return Case(f"challenge: {name}", script, expected, credentials=True, **more)


def _refused(name: str, *challenges: bytes) -> Case:
    return _known(name, _unanswered(*challenges), _REFUSED)


def _let_in(name: str, *challenges: bytes, by: bytes = b"Authorization: Dig") -> Case:
    return _known(name, _answered(*challenges, by=by), _LET_IN)


def _came_back(name: str, *first: bytes) -> Case:
    return _known(name, _then(*first), _LET_IN)


_TOO_LONG = Wrong(HttpInvalidServerResponse, "limits.head_bytes")
_STALE = b'Digest realm="x", nonce="n%d", qop="auth", stale=true'

ENDLESS = [
    _known("Basic for ever", _for_ever(BASIC), _REFUSED),
    _known("Digest for ever", _for_ever(DIGEST), _REFUSED),
    _known("a new nonce, stale, for ever", _for_ever(_STALE), _REFUSED),
    _known(
        "the same nonce, stale, for ever",
        _for_ever(b'Digest realm="x", nonce="n", qop="auth", stale=true'),
        _REFUSED,
    ),
    _known("a new realm for ever", _for_ever(b'Basic realm="r%d"'), _REFUSED),
    _known(
        "a new realm and nonce, stale, for ever",
        _for_ever(b'Digest realm="r%d", nonce="n%d", stale=true, qop="auth"'),
        _REFUSED,
    ),
    _known("now Basic, now Digest", _for_ever(BASIC, DIGEST), _REFUSED),
    _known("now Digest, stale, now Basic", _for_ever(_STALE, BASIC), _REFUSED),
    _known(
        "a new algorithm for ever",
        _for_ever(
            DIGEST + b", algorithm=MD5",
            DIGEST + b", algorithm=SHA-256, stale=true",
            DIGEST + b", algorithm=SHA-512-256, stale=true",
        ),
        _REFUSED,
    ),
    _known("a close each time", _closing, Right(PAGE, status=401)),
    _known(
        "round in a circle",
        _round,
        Wrong(HttpRedirectFailed, "after 30 redirects", kept=True),
    ),
]

BROKEN = [
    _refused("none at all"),
    _refused("an empty one", b""),
    _refused("commas", b", ,,\t,"),
    _refused("an unclosed quote", b'Basic realm="x'),
    _refused("an unclosed quote of 50 KiB", b'Digest realm="' + b"x" * 50_000),
    _refused("25,000 backslashes", b'Digest realm="' + b"\\" * 50_000 + b'"'),
    _refused("25,000 quotes", b'Digest realm="' + b'""' * 25_000),
    _refused("25,000 commas", b"Digest " + b", " * 25_000),
    _refused("5,000 unknown schemes", b", ".join(b"S%d" % n for n in range(5_000))),
    _refused("900 fields", *[b'Digest realm="%d"' % n for n in range(900)]),
    _refused(
        "5,000 parameters", b"Digest " + b", ".join(b"p%d=1" % n for n in range(5_000))
    ),
    _refused("schemes that nobody here speaks", b"Negotiate", b"NTLM", b"Bearer"),
    _refused("a token in place of parameters", b"Digest cmVhbG0="),
    _refused("no realm", b'Digest nonce="n", qop="auth"'),
    _refused("no nonce", b'Digest realm="x", qop="auth"'),
    _refused("an empty nonce", b'Digest realm="x", nonce="", qop="auth"'),
    _refused("a nonce of 50 KiB", b'Digest realm="x", nonce="%b"' % (b"n" * 50_000)),
    _refused("a realm of 50 KiB", b'Digest nonce="x", realm="%b"' % (b"n" * 50_000)),
    _refused("an opaque of 50 KiB", DIGEST + b', opaque="%b"' % (b"o" * 50_000)),
    _refused("two realms", DIGEST + b', realm="y"'),
    _refused("two nonces", DIGEST + b', nonce="def"'),
    _refused("two algorithms", DIGEST + b", algorithm=MD5, algorithm=SHA-256"),
    _refused("an unknown algorithm", DIGEST + b", algorithm=ROT13"),
    _refused("a broken algorithm", DIGEST + b', algorithm="MD5, SHA-256"'),
    _refused("an unknown qop", b'Digest realm="x", nonce="n", qop="auth-conf"'),
    _refused("a qop of nonsense", b'Digest realm="x", nonce="n", qop=";;,&"'),
    _refused(
        "a session without a qop", b'Digest realm="x", nonce="n", algorithm=MD5-sess'
    ),
    _refused("a line in a parameter", b'Digest realm="x\ty", nonce=a b, qop="auth"'),
    _let_in("an empty qop", b'Digest realm="x", nonce="n", qop=""'),
    _let_in("a qop among nonsense", b'Digest realm="x", nonce="n", qop=",x ,auth,"'),
    _let_in("nonsense for a domain", DIGEST + b', domain="http://[:: //// %zz"'),
    _let_in("nonsense for stale", DIGEST + b', stale="perhaps"'),
    _let_in("stale at first", DIGEST + b", stale=true"),
    _let_in("nonsense for a charset", DIGEST + b', charset="EBCDIC"'),
    _let_in("nonsense for userhash", DIGEST + b', userhash="maybe"'),
    _let_in("a broken Digest before Basic", b"Digest nonce=;", BASIC, by=KNOWN),
    _let_in("an unclosed Digest before Basic", b'Digest realm="x', BASIC, by=KNOWN),
    _let_in("an unknown algorithm before MD5", DIGEST + b", algorithm=X", DIGEST),
    _let_in("nonsense for a charset in Basic", BASIC + b', charset="\xff"', by=KNOWN),
    _let_in("Basic without a realm", b"Basic", by=KNOWN),
    _let_in("the weaker one first", BASIC, DIGEST),
    _known("quotes to be escaped", _injecting, _LET_IN),
    _known(
        "NUL",
        _unanswered(b'Basic realm="x\0y"'),
        Wrong(HttpInvalidServerResponse, "control"),
    ),
    _known(
        "CR",
        _unanswered(b'Basic realm="x\ry"'),
        Wrong(HttpInvalidServerResponse, ""),
    ),
    _known(
        "1 MiB of quotes", _unanswered(b'Basic realm="' + b'"' * (1 << 20)), _TOO_LONG
    ),
    _known("5,000 fields", _unanswered(*[BASIC] * 5_000), _TOO_LONG),
    _known("interim answers with challenges", _early_hints, _LET_IN),
]

BODIES = [
    _known("an endless body", _endless, _LET_IN),
    _known("a huge body", _huge, _LET_IN),
    _known(
        "the last one is long",
        _endless_and_final,
        Right(b"x" * 9_000_000, kept=True, status=401),
    ),
    _came_back("a cut body", _asking(BASIC)[:-3]),
    _came_back(
        "broken chunks", _asking_head(b"Transfer-Encoding: chunked") + b"zz\r\n"
    ),
    _came_back("a body until close", _asking_head(b"X: y"), b"who", b" are you"),
    _known("a body that is reset", _reset, _LET_IN),
    _known("an answer to what was not asked", _surplus, _LET_IN),
    _known("silence in the body", _silent_in_the_body, _LET_IN),
    _known(
        "silence when it is answered",
        _silent_when_answered,
        Wrong(Timeout, "limits.first_byte"),
        limits=PATIENT.but(first_byte=SHORT),
    ),
    _known(
        "a body that cannot be sent again",
        _early_refusal,
        Right(PAGE, kept=True, status=401),
        verb="PUT",
        body=lambda: b"x" * 100,
        pushed=True,
    ),
]

STRANGERS = [
    _known(
        "407 from a server",
        _of_a_proxy(b"407 x", b"Proxy-Authenticate: " + BASIC),
        Right(PAGE, kept=True, status=407),
    ),
    _known(
        "407 from a server, by Digest",
        _of_a_proxy(b"407 x", b"Proxy-Authenticate: " + DIGEST),
        Right(PAGE, kept=True, status=407),
    ),
    _known(
        "407 with a server's challenge",
        _of_a_proxy(b"407 x", b"WWW-Authenticate: " + BASIC),
        Right(PAGE, kept=True, status=407),
    ),
    _known(
        "401 with a proxy's challenge",
        _of_a_proxy(b"401 x", b"Proxy-Authenticate: " + BASIC),
        _REFUSED,
    ),
    _known(
        "403 with a challenge",
        _of_a_proxy(b"403 x", b"WWW-Authenticate: " + BASIC),
        Right(PAGE, kept=True, status=403),
    ),
    _known("another server asks as well", _elsewhere, _REFUSED),
]

INFORMATION = [
    _known(f"then {name}", _informing(info), _LET_IN)
    for name, info in {
        "nothing": b"",
        "a broken list": b'nextnonce="',
        "a next nonce of 50 KiB": b'nextnonce="%b"' % (b"n" * 50_000),
        "a next nonce with quotes": b'nextnonce="a\\"b"',
        "a proof that is none": b'rspauth="0000", qop=auth, nc=00000001, cnonce="x"',
        "a proof of 10 KiB": b'rspauth="%b"' % (b"0" * 10_000),
        "5,000 parameters": b", ".join(b"p%d=1" % n for n in range(5_000)),
    }.items()
]


class _AsProxy:
    """A peer whose words are those of a proxy."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._peer, name)

    def send(self, data: bytes) -> None:
        self._peer.send(_as_proxys(data))

    async def sent(self, data: bytes) -> None:
        await self._peer.sent(_as_proxys(data))


def _as_proxys(data: bytes) -> bytes:
    for ours, theirs in (
        (b"WWW-Authenticate:", b"Proxy-Authenticate:"),
        (b"Authentication-Info:", b"Proxy-Authentication-Info:"),
        (b"HTTP/1.1 401 ", b"HTTP/1.1 407 "),
    ):
        data = data.replace(ours, theirs)
    return data


def _of_proxy(case: Case) -> Case:
    """Make a case in which it is a proxy that asks, of requests in absolute form."""

    async def script(peer: Peer) -> None:
        as_proxy: Any = _AsProxy(peer)
        await case.script(as_proxy)

    expected = case.expected
    if isinstance(expected, Right) and expected.status == 401:
        expected = replace(expected, status=407)
    name = case.name.replace("challenge:", "a proxy's challenge:")
    return replace(case, name=name, script=script, expected=expected, proxy="http")


#: A proxy gets no body here, and its silence is that of any server.
_OF_PROXIES = [
    _of_proxy(case)
    for case in (*ENDLESS, *BROKEN, *BODIES, *INFORMATION)
    if case.verb == "GET" and "silence" not in case.name
]

CHALLENGES = [*ENDLESS, *BROKEN, *BODIES, *STRANGERS, *INFORMATION, *_OF_PROXIES]
