"""Secrets go to the server that they are for, and nowhere else.

A session is given every kind of secret, and is led through success and every kind of
failure.  Everything that it tells, logs, traces, raises or shows of itself is kept, and
none of it may have a secret in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.http.ears import Canary, Ears
from tests.http.memory import MemoryNet
from twinet import Limits, Option, Trace
from twinet._http.bytes_producer import BytesProducer
from twinet.flags import FindMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: No part of it stands in anything that is not one.
CANARY = Canary("xyzzyplugh", "joe", ("x",))
SECRET = CANARY.secret
HERE = "127.0.0.1:8080"
#: Every field with a secret that a program may give.
FIELDS = {
    "Authorization": f"Bearer {SECRET}",
    "X-Api-Key": SECRET,
    "Cookie": f"own={SECRET}",
    "Referer": f"http://joe:{SECRET}@elsewhere.test/",
    "X": "1",
}
COOKIE = b"Set-Cookie: sid=" + SECRET.encode() + b"; Path=/\r\n"
OK = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nAccept-Ranges: bytes\r\n' + COOKIE
BODY = SECRET.encode()
WHOLE = OK + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
LONG = OK + b"Content-Length: 200000\r\n\r\n" + BODY
DENIED = (
    b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n'
    + COOKIE
    + b"Content-Length: 0\r\n\r\n"
)

DIGEST = DENIED.replace(b"Basic", b'Digest nonce="abc", algorithm=SHA-256, qop="auth",')


def moved(place: str, status: int = 302) -> bytes:
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\n%bContent-Length: 0\r\n\r\n" % (
        status,
        place.encode("latin-1"),
        COOKIE,
    )


#: What the server says to the first request, and to the next ones; an exception breaks
#: the connection, a number lets so many seconds pass.
ANSWERS: dict[str, tuple[Any, ...]] = {
    "success": (WHOLE,),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nb\r\n" + BODY + b"\r\n0\r\n\r\n",
    ),
    "until close": (OK + b"\r\n" + BODY, "close"),
    "challenge": (DENIED, WHOLE),
    "challenge refused": (DENIED, DENIED),
    "digest": (DIGEST, WHOLE),
    "digest, stale": (DIGEST, DIGEST.replace(b"qop", b"stale=true, qop"), WHOLE),
    "digest refused": (DIGEST, DIGEST),
    "digest, and another nonce": (
        DIGEST,
        WHOLE.replace(b"\r\n", b'\r\nAuthentication-Info: nextnonce="n"\r\n', 1),
    ),
    "both": (
        DENIED.replace(b"\r\n", b'\r\nWWW-Authenticate: Digest realm="x"\r\n', 1),
        WHOLE,
    ),
    "a proxy's, and there is none": (DENIED.replace(b"401", b"407"),),
    "challenge broken": (DENIED, OK + BODY + b"\r\n\r\n"),
    "redirect": (moved("/y"), WHOLE),
    "redirect with a password": (moved(f"http://joe:{SECRET}@{HERE}/y"), WHOLE),
    "redirect elsewhere": (moved(f"http://joe:{SECRET}@127.0.0.2/"), WHOLE),
    "redirect with the body": (moved("/y", 307), WHOLE),
    "redirect to nowhere": (moved(f"http://joe:{SECRET}@:x/"),),
    "redirect to a bad port": (moved(f"http://joe:{SECRET}@h:port/"),),
    "redirect to a bad host": (moved(f"http://joe:{SECRET}@h..h/"),),
    "redirect with a control": (moved(f"http://joe:{SECRET}\x80\x01@h/"),),
    "redirect in a circle": tuple(moved("/y") for _ in range(4)),
    "two places": (moved("/y").replace(b"Location", b"Location: /z\r\nLocation"),),
    "expectation failed": (b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", WHOLE),
    "interim": (b"HTTP/1.1 103 Early\r\n" + COOKIE + b"\r\n" + WHOLE,),
    "refused early": (b"HTTP/1.1 413 No\r\n" + COOKIE + b"Content-Length: 0\r\n\r\n",),
    "no colon": (OK + BODY + b"\r\n\r\n",),
    "blank before the colon": (OK + b"Bad : x\r\n\r\n",),
    "no token": (OK + BODY + b"; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",),
    "control": (OK.removesuffix(b"\r\n") + b"\x01\r\n\r\n",),
    "control in a fold": (OK + b" " + BODY + b"\x01\r\n\r\n",),
    "two lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",),
    "head too long": (OK + b"X: " + b"x" * 66000,),
    "too many fields": (OK + COOKIE * 1001 + b"\r\n",),
    "too many interim": ((b"HTTP/1.1 103 Early\r\n" + COOKIE + b"\r\n") * 70,),
    "half a head": (OK, "close"),
    "half a head, broken": (OK, ConnectionLost()),
    "bad chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n" + BODY + b"\r\n",),
    "bad trailer": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + COOKIE + BODY + b"\r\n\r\n",
    ),
    "cut": (LONG, "close"),
    "broken": (LONG, ConnectionLost()),
    "damaged": (OK + b"Content-Encoding: gzip\r\nContent-Length: 11\r\n\r\n" + BODY,),
    "silence": (100,),
    "silence in a head": (OK, 100),
    "silence in a body": (LONG, 100),
    "nothing": ("close",),
    "reset": (ConnectionLost(),),
    "surplus": (WHOLE + WHOLE,),
    "not HTTP": (b"220 joe\r\n",),
}


class SecrecyCase(SynchronousTestCase):
    """Keeps everything that is told."""

    def setUp(self) -> None:
        self.ears = Ears(fail=True)
        self.addCleanup(self.ears.listen_to_logs())
        self.shown = self.ears.shown
        self.failed = self.ears.failed

    def open(self, **options: Any) -> MemoryNet:
        net = MemoryNet(
            trace=Trace(self.ears.traced),
            limits=Limits(redirects=3, whole=500),
            decoding=True,
            **options,
        )
        net.react = self.ears.heard
        return net

    def check(self, what: str) -> None:
        """See that there was something, and no secret in it."""
        self.assertEqual(self.ears.sung(CANARY), [], what)
        self.flushLoggedErrors(ValueError)


class JourneyTests(SecrecyCase):
    """Through a session's own doors."""

    def ways(self, net: MemoryNet) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Yield each way to send secrets."""
        session = net.session
        url = f"http://joe:{SECRET}@{HERE}/x"
        yield "URL", lambda: session.get(url)
        yield "fields", lambda: session.get(f"http://{HERE}/x", headers=FIELDS)

        def connection(**options: Any) -> Any:
            handle = session.http("127.0.0.1", 8080, **options)
            self.shown(handle)
            return handle

        def by_connection() -> Any:
            handle = connection(username="joe", password=SECRET)
            return handle.open_request("POST", "/x", headers={"X": "1"}).send(BODY)

        def by_options() -> Any:
            handle = connection()
            handle.options[Option.USERNAME] = "joe"
            handle.options[Option.PASSWORD] = SECRET
            request = handle.open_request("PUT", "/x", headers={"X-Api-Key": SECRET})
            self.shown(request.headers)
            return request.send(BODY * 20000)

        def in_pieces() -> Any:
            handle = connection(username="joe", password=SECRET)
            request = handle.open_request("POST", "/x")
            started = request.start(None, BODY)
            started.addCallback(lambda _: request.write(BODY))
            return started.addCallback(lambda _: request.finish())

        yield "connection", by_connection
        yield "options", by_options
        yield "pieces", in_pieces
        yield (
            "expect",
            lambda: session.post(url, BODY, headers={"Expect": "100-continue"}),
        )
        yield "producer", lambda: session.post(url, lambda: BytesProducer(BODY))
        yield "form", lambda: session.post(url, form={"password": SECRET})
        yield "files", lambda: session.post(url, form={"a": SECRET}, files={"f": BODY})
        yield "json", lambda: session.post(url, json={"password": SECRET})
        treq: Any = session.treq()
        self.shown(treq)
        yield (
            "treq",
            lambda: treq.get(
                f"http://{HERE}/x", auth=("joe", SECRET), cookies={"a": SECRET}
            ),
        )
        yield "treq URL", lambda: treq.post(url, data={"a": SECRET}, headers=FIELDS)
        agent = twinet.Agent(session=session)
        yield "agent", lambda: agent.request(b"GET", url.encode())

    def play(self, net: MemoryNet, answers: tuple[Any, ...]) -> None:
        """Be the server."""
        if not net.attempts:
            return
        peer = net.accept()
        for answer in answers:
            net.advance(0.01)
            if net.attempts:
                # The other origin of a redirect, or a dead connection's successor.
                peer = net.accept()
            if answer == "close":
                peer.close()
            elif isinstance(answer, Exception):
                peer.close(answer)
            elif isinstance(answer, int):
                net.advance(answer)
            elif not peer.closed:
                peer.send(answer)
            net.advance(0.01)

    def read(self, net: MemoryNet, result: Any) -> None:
        """Read what there is, and look at everything on the way."""
        self.shown(result)
        if isinstance(result, twinet.HttpRequest):
            response = result.response
            self.shown(response, response.headers, response.trailers, *response.history)
            self.shown(response.socket_info, result.headers, result._sent)
            for reading in (
                lambda: result.read(100000),
                lambda: result.seek(0, FindMethod.BEGIN),
                lambda: result.seek(150000, FindMethod.BEGIN),
            ):
                pending: Any = reading()
                if pending is not None:
                    pending.addErrback(self.failed)
                    self.play(net, (LONG,))
            result.close()

    def test_no_secret_is_told(self) -> None:
        """Each way to send one, with each answer."""
        count = len(list(self.ways(self.open())))
        for name, answers in ANSWERS.items():
            for number in range(count):
                net = self.open()
                way, ask = list(self.ways(net))[number]
                pending: Any = ask()
                results: list[Any] = []
                pending.addCallbacks(results.append, self.failed)
                self.play(net, answers)
                for result in results:
                    self.read(net, result)
                self.shown(net.session, net.session.cookies, *net.session.cookies)
                self.shown(net.session.engine, net.session.engine.pool)
                net.session.close()
                net.advance(100)
                self.check(f"{name}, {way}")
