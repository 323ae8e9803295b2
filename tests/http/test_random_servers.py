"""Servers that do anything at any time: every call ends, and nothing is left.

Each case is a story that a number tells: requests of all kinds, and between them
answers that are right, damaged or out of place, closes, cancels, and time that passes.
A story that fails is told again by its number alone.
"""

from __future__ import annotations

import gzip
from random import Random
from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from tests.wire.answers import CORPUS
from twinet.errors import InternetError
from twinet.flags import FindMethod
from twinet.options import Option
from twinet.records import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

STORIES = range(500)
URL = "http://127.0.0.1:8080/x"
_PACKED = gzip.compress(b"hello world" * 20)

#: Answers that make a client do something.
MOVING = [
    b"HTTP/1.1 302 F\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
    (
        b"HTTP/1.1 307 F\r\nLocation: http://127.0.0.1:81/\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    b"HTTP/1.1 401 W\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
    (
        b"HTTP/1.1 401 W\r\nWWW-Authenticate: Digest realm=x, nonce=n, qop=auth-int, "
        b"stale=true\r\nContent-Length: 0\r\n\r\n"
    ),
    b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 408 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 413 No\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"hello",
    b"HTTP/1.1 103 Early Hints\r\n\r\n",
    b"HTTP/1.1 206 P\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nlo",
    b"HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n",
    b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5\r\n\r\nhello',
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    % (len(_PACKED), _PACKED),
]
LIKELY = [*MOVING, *[OK + b"hello"] * 6, *(answer.raw for answer in CORPUS[:38])]
UNLIKELY = [*MOVING, *(answer.raw for answer in CORPUS)]


class Sink:
    """Takes everything."""

    def write(self, data: bytes) -> None:
        """Take it."""


class Story:
    """What happens between one session and its servers.

    :ivar ends: what became of each call.
    """

    def __init__(self, number: int) -> None:
        self.random = random = Random(number)
        options = self.options()
        if random.random() < 0.3:
            options["trace"] = lambda record: None
        cap = random.choice((1, 2, 6))
        self.net = MemoryNet(connections_per_host=cap, **options)
        self.session = self.net.session
        self.session.options[Option.HTTP_DECODING] = random.random() < 0.5
        if random.random() < 0.3:
            self.session.set_status_callback(None)
        self.limits = Limits(
            slot=5,
            connect=5,
            send=5,
            first_byte=5,
            idle=5,
            unread_body=9,
            lowest_speed=random.choice((None, 5)),
            lowest_speed_time=4,
        )
        self.connection = self.session.http(
            "127.0.0.1", 8080, username="u", password="p"
        )
        self.peers: list[Peer] = []
        self.handles: list[Any] = []
        self.started = 0
        self.ends: list[Any] = []

    def options(self) -> dict[str, Any]:
        """Return options of the session."""
        return {}

    def tell(self) -> None:
        """Let it happen, and then let enough time pass for every limit."""
        if self.random.random() < 0.5:
            self.net.react = self.react
        steps = self.steps()
        for _ in range(self.random.randrange(5, 90)):
            self.random.choice(steps)()
        self.net.react = lambda news: None
        for _ in range(60):
            self.net.advance(1)
            while self.net.attempts:
                self.accept()
        for _ in range(30):
            self.net.advance(3)

    def steps(self) -> list[Callable[[], None]]:
        """Return what may happen next, the likelier the oftener."""
        return [
            *(self.start, self.start, self.accept, self.answer, self.answer),
            *(self.interrupt, self.close, self.wait),
        ]

    def react(self, news: Any) -> None:
        """Do something inside a notification, now and then."""
        if news.status.name == "HANDLE_CREATED" or self.random.random() > 0.07:
            return
        what = self.random.randrange(3)
        if what == 0:
            news.handle.close()
        elif what == 1:
            self.start()
        elif self.handles:
            self.random.choice(self.handles).read(3).addErrback(lambda _: None)

    # -- the client

    def start(self) -> None:
        """Start a call of some kind."""
        random = self.random
        self.started += 1
        pending: Deferred[Any]
        if random.random() < 0.5:
            pending = self.session.get(URL, limits=self.limits)
        else:
            request = self.connection.open_request(
                random.choice(("GET", "PUT", "POST", "HEAD")),
                "/x",
                headers={"Expect": "100-continue"} if random.random() < 0.3 else (),
                limits=self.limits,
            )
            if random.random() < 0.3:
                pending = request.start(random.choice((None, 10)))
                pending.addCallback(self.hand_over)
            else:
                body = random.choice((None, b"abc", b"x" * 200_000))
                pending = request.send(body)
        pending.addCallback(self.go_on)
        pending.addBoth(self.ends.append)
        if random.random() < 0.1:
            self.net.reactor.callLater(random.random() * 3, pending.cancel)

    def hand_over(self, request: Any) -> Any:
        pending = request.write(b"12345")
        pending.addCallback(lambda _: request.write(b"67890"))
        return pending.addCallback(lambda _: request.finish())

    def go_on(self, request: Any) -> Any:
        """Do something with an answer, or nothing."""
        self.handles.append(request)
        match self.random.randrange(7):
            case 0:
                return request.read(1 << 20)
            case 1:
                return request.deliver(Sink())
            case 2:
                request.close()
            case 3:
                place, method = self.random.choice((0, 3, 100)), FindMethod.BEGIN
                pending = request.seek(place, method)
                return pending.addCallback(lambda _: request.read(1 << 20))
            case 4:
                pending = request.read(3).addCallback(lambda _: request.seek(0))
                return pending.addCallback(lambda _: request.read(1 << 20))
            case 5:
                pending = request.available().addCallback(lambda _: request.send())
                return pending.addCallback(lambda _: request.read(9))
        return None

    # -- the servers

    def accept(self) -> None:
        """Let an attempt to connect succeed, if there is one."""
        while self.net.attempts:
            try:
                self.peers.append(self.net.accept())
            except IndexError:
                # The last of them were given up.
                return
            if self.random.random() < 0.7:
                return

    def answer(self) -> None:
        """Answer every request that came, for the most part as it should be."""
        for peer in self.peers:
            if not peer.closed and peer.request():
                answer = self.random.choice(LIKELY)
                if self.random.random() < 0.2:
                    answer = self.damaged(answer)
                self.say(peer, answer)

    def interrupt(self) -> None:
        """Say something, whether asked or not."""
        if self.peers:
            peer = self.random.choice(self.peers)
            self.say(peer, self.damaged(self.random.choice(UNLIKELY)))

    def say(self, peer: Peer, data: bytes) -> None:
        size = self.random.choice((1, 7, len(data), len(data))) or 1
        for start in range(0, len(data), size):
            if peer.closed or self.random.random() < 0.02:
                return
            peer.send(data[start : start + size])

    def damaged(self, data: bytes) -> bytes:
        """Change some bytes, or none."""
        random = self.random
        damaged = bytearray(data)
        for _ in range(random.choice((0, 0, 1, 1, 2, 5))):
            place = random.randrange(len(damaged) + 1)
            end = place + random.choice((0, 1, 8))
            new = (b"", b"\r\n", b"\r\n\r\n", b"\0", b"0", random.randbytes(1))
            damaged[place:end] = random.choice(new)
        return bytes(damaged)

    def close(self) -> None:
        """Close a connection, in order or not."""
        if self.peers:
            reason = self.random.choice((ConnectionDone(), ConnectionLost()))
            self.random.choice(self.peers).close(reason)

    def wait(self) -> None:
        """Let some time pass."""
        self.net.advance(self.random.choice((0, 0, 0.1, 1, 3)))


class RandomTests(SynchronousTestCase):
    """No fault may be logged either: trial sees to that."""

    def test_every_call_ends_and_nothing_is_left(self) -> None:
        """With data or an error of ours, whatever the servers did."""
        good = bad = 0
        for number in STORIES:
            story = Story(number)
            story.tell()
            self.assertEqual(len(story.ends), story.started, f"story {number}")
            errors = [e.value for e in story.ends if hasattr(e, "value")]
            for error in errors:
                self.assertIsInstance(error, InternetError, f"story {number}")
            closed = story.session.close()
            for _ in range(4):
                story.net.advance(1)
            self.successResultOf(closed)
            self.assertEqual(
                (story.net.reactor.getDelayedCalls(), repr(story.session.engine.pool)),
                ([], "<Pool 0 channels, 0 idle, 0 waiting>"),
                f"story {number}",
            )
            bad += len(errors)
            good += story.started - len(errors)
        # They are no monotonous stories.
        self.assertGreater(min(good, bad), len(STORIES))
