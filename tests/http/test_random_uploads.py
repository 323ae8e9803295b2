"""Bodies of all kinds and servers that do anything: nothing is left, nothing leaks.

As in ``test_random_servers``, a number tells each story.  Here every request has a
body, transports pause and resume their producers, and producers write, end, fail and
say too much or too little when they like.  Each request's body consists of one byte
of its own, so that a byte of another one is seen; h11 reads what went out.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import h11
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from tests.http.memory import OK, Peer
from tests.http.test_random_servers import Sink, Story
from twinet._http.order import Turn
from twinet._net.deliveries import QueueDelivery
from twinet.errors import InternetError

if TYPE_CHECKING:
    from collections.abc import Callable

STORIES = range(200)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
#: Answers, most of which come early at one time or another.
ANSWERS = [
    *[OK + b"hello"] * 20,
    *[CONTINUE] * 4,
    CONTINUE + OK + b"hello",
    b"HTTP/1.1 103 Early Hints\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe",
    b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\n\r\nuntil it closes",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 303 See\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 307 Go\r\nLocation: /y\r\nContent-Length: 2\r\n\r\ngo",
    b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:81/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 307 Go\r\nLocation: /y\r\nContent-Length: 99999\r\n\r\ngo",
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 408 Late\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno",
    b"HTTP/1.1 413 Large\r\nConnection: close\r\n\r\nno",
    b"HTTP/1.1 417 What\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh",
]


@implementer(IBodyProducer)
class Producer:
    """Does what the story says, and notes what it should not have been told."""

    def __init__(self, story: UploadStory, tag: bytes, length: Any) -> None:
        self.length = length
        self.left = 99999 if length is UNKNOWN_LENGTH else length
        self.story = story
        self.tag = tag
        self.done: Deferred[None] = Deferred()
        self.consumer: Any = None
        self.state = "new"
        self.paused = False
        self.lost = False
        story.producers.append(self)

    def startProducing(self, consumer: Any) -> Deferred[None]:
        self.story.check(self.state == "new", "started when it was", self)
        self.state = "started"
        self.consumer = consumer
        for _ in range(self.story.random.choice((0, 0, 1, 9))):
            self.act()
        return self.done

    def pauseProducing(self) -> None:
        self.story.check(self.state == "started", "paused when it was", self)
        self.paused = True

    def resumeProducing(self) -> None:
        self.story.check(self.state == "started", "resumed when it was", self)
        self.paused = False
        self.act()

    def stopProducing(self) -> None:
        if self.state == "stopped" and self.lost:
            # The transport has been the first to stop it, as they do.
            return
        self.story.check(self.state == "started", "stopped when it was", self)
        self.state = "stopped"
        self.lost = self.story.losing
        if self.story.random.random() < 0.05:
            self.story.start()

    def act(self) -> None:
        """Write something, or end, as it should be or not."""
        random = self.story.random
        if self.state == "stopped" and random.random() < 0.1:
            # Late words.
            self.consumer.write(b"!")
        if self.state != "started" or self.paused:
            return
        count = min(random.choice((0, 1, 1000, 70_000)), self.left)
        self.left -= count
        self.consumer.write(self.tag * count)
        if self.state != "started":
            return
        fate = random.random()
        if fate < 0.02:
            self.consumer.write(self.tag * (self.left + 1))
        elif fate < 0.04:
            self.state = "failed"
            self.done.errback(ValueError("no more"))
        elif fate < 0.06 or not self.left or (self.left > 70_000 and fate < 0.2):
            self.state = "ended"
            self.done.callback(None)


class UploadStory(Story):
    """What happens between one session, its bodies and its servers.

    :ivar faults: what should not have happened.
    """

    #: whether a connection is being lost.
    losing = False
    _queue: QueueDelivery | None = None

    def __init__(self, number: int) -> None:
        super().__init__(number)
        reactor: Any = self.net.reactor
        reactor.callFromThread = partial(reactor.callLater, 0)
        # In turn, not in a thread: the reactor here knows none.
        self.net.session.disk.run = maybeDeferred
        self.producers: list[Producer] = []
        self.faults: list[str] = []
        self.wires: dict[Peer, bytearray] = {}
        self.paused: set[Peer] = set()
        self.tags = 0

    def options(self) -> dict[str, Any]:
        """Have every third session's news told from a queue, some with a veto."""
        if self.random.random() < 0.7:
            return {}
        self._queue = queue = QueueDelivery()
        queue.vetoes = self.random.random() < 0.7
        return {"delivery": queue}

    def deliver(self) -> None:
        """Let the listener hear what is queued."""
        if self._queue is not None:
            self._queue.deliver()

    def react(self, news: Any) -> None:
        """Do something inside a notification, now and then."""
        if self.random.random() < 0.003:
            self.session.close()
        elif self.random.random() < 0.05:
            self.random.choice((self.hold, self.let_go))()
        super().react(news)

    def check(self, good: bool, what: str, producer: Producer) -> None:
        if not good:
            self.faults.append(f"a producer was {what} {producer.state}")

    def steps(self) -> list[Callable[[], None]]:
        return [
            *(self.start, self.start, self.start, self.accept, self.accept),
            *[self.answer] * 10,
            *[self.produce] * 8,
            *(self.hold, self.hold, self.let_go, self.let_go),
            *(self.interrupt, self.close, self.wait),
            *[self.deliver] * 5,
        ]

    # -- the client

    def start(self) -> None:
        """Send a body of some kind."""
        random = self.random
        self.started += 1
        if self.started > 60 or not self.session.alive:
            self.ends.append(None)
            return
        self.tags += 1
        tag = bytes([33 + self.tags % 90])
        headers = [("X-Tag", tag.decode())]
        if random.random() < 0.4:
            headers.append(("Expect", "100-continue"))
        request = self.connection.open_request(
            random.choice(("PUT", "POST", "PUT", "GET")),
            "/x",
            headers=headers,
            limits=self.limits,
        )
        if random.random() < 0.3:
            request.turn = Turn(random.choice((0, 1)), random.random() < 0.5)
        pending: Deferred[Any]
        kind = random.randrange(8)
        if kind < 2:
            length = random.choice((None, 10, 70_000))
            pending = request.start(length, tag * random.choice((0, 0, 5)))
            pending.addCallback(self.write_body, tag)
        elif kind == 7:
            request.headers.replace("X-Tag", "form")
            pending = request.send(
                form={"a": "b"},
                files={"f": random.choice((b"1", self.producer(tag), BytesIO(b"2")))},
            )
        else:
            pending = request.send(self.body(kind, tag))
        pending.addCallback(self.go_on)
        pending.addBoth(self.ends.append)
        if random.random() < 0.1:
            self.net.reactor.callLater(random.random() * 3, pending.cancel)

    def producer(self, tag: bytes) -> Producer:
        length = self.random.choice((UNKNOWN_LENGTH, 0, 10, 70_000, 200_000))
        return Producer(self, tag, length)

    def body(self, kind: int, tag: bytes) -> Any:
        many = tag * self.random.choice((0, 1, 65_536, 65_537, 500_000))
        if kind == 2:
            return many
        if kind == 3:
            return BytesIO(many)
        if kind == 4:
            made = self.producer(tag)
            return lambda: Producer(self, tag, made.length)
        return self.producer(tag)

    def write_body(self, request: Any, tag: bytes) -> Any:
        """Write all of the body, or too little, or stop in the middle of it."""
        random = self.random
        pending: Any = request.write(tag * 5)
        for _ in range(random.randrange(4)):
            count = random.choice((1, 2, 65_000))
            pending.addCallback(lambda _, c=count: request.write(tag * c))
            if random.random() < 0.3:
                wait = random.random() * 6
                pending.addCallback(lambda _, w=wait: self.later(w))
        if random.random() < 0.9:
            pending.addCallback(lambda _: request.finish())
        else:
            pending.addCallback(lambda _: request)
        return pending

    def later(self, seconds: float) -> Deferred[None]:
        later: Deferred[None] = Deferred(_end)
        self.net.reactor.callLater(seconds, _end, later)
        return later

    def go_on(self, request: Any) -> Any:
        self.handles.append(request)
        match self.random.randrange(6):
            case 0 | 1:
                return request.read(1 << 20)
            case 2:
                return request.deliver(Sink())
            case 3:
                request.close()
            case 4:
                pending = request.send(self.body(2, b"#"))
                return pending.addCallback(lambda _: request.read(9))
        return None

    def produce(self) -> None:
        """Let some producer act."""
        running = [p for p in self.producers if p.state == "started"]
        if running:
            self.random.choice(running).act()
        elif self.producers:
            self.random.choice(self.producers).act()

    # -- the servers and the transports

    def hold(self) -> None:
        """Let a transport be full."""
        peer = self.peer()
        if peer and peer.transport.producer and not peer.closed:
            self.paused.add(peer)
            peer.transport.producer.pauseProducing()

    def let_go(self) -> None:
        """Let a transport have room again."""
        peer = self.peer()
        if peer in self.paused:
            self.paused.remove(peer)
            if peer and peer.transport.producer and not peer.closed:
                peer.transport.producer.resumeProducing()

    def peer(self) -> Peer | None:
        return self.random.choice(self.peers[-4:]) if self.peers else None

    def take(self, peer: Peer) -> bytes:
        data = peer.request()
        self.wires.setdefault(peer, bytearray()).extend(data)
        return data

    def close(self) -> None:
        """Close a connection, in order or not; the transport stops its producer."""
        peer = self.peer()
        if peer and not peer.closed:
            producer = peer.transport.producer
            if producer:
                self.losing = True
                producer.stopProducing()
                self.losing = False
            peer.close(self.random.choice((ConnectionDone(), ConnectionLost())))

    def answer(self) -> None:
        """Answer something that came, mostly."""
        asked = [p for p in self.peers if not p.closed and self.take(p)]
        peer = self.random.choice(asked) if asked else self.peer()
        if peer and not peer.closed and (asked or self.random.random() < 0.1):
            answer = self.random.choice(ANSWERS)
            if self.random.random() < 0.05:
                answer = self.damaged(answer)
            self.say(peer, answer)

    def tell(self) -> None:
        """Tell it, and let the last words be heard."""
        super().tell()
        self.deliver()
        for _ in range(3):
            self.net.advance(100)
            self.deliver()

    def check_wires(self) -> None:
        """Read what every server got."""
        for peer in self.peers:
            self.take(peer)
            try:
                requests = _read(bytes(self.wires[peer]))
            except h11.RemoteProtocolError as error:
                self.faults.append(f"h11: {error}")
                continue
            for tag, body in requests:
                if tag != b"form" and body.strip(tag) and body.strip(b"#"):
                    self.faults.append(f"{tag!r} has sent {body.strip(tag)[:50]!r}")

    def check_producers(self) -> None:
        for producer in self.producers:
            if producer.state == "started":
                self.faults.append("a producer was neither stopped nor has it ended")


def _end(later: Deferred[None]) -> None:
    if not later.called:
        later.callback(None)


def _read(wire: bytes) -> list[tuple[bytes, bytes]]:
    """Return the tag and the body of each request, as h11 understands them."""
    server = h11.Connection(h11.SERVER)
    if wire:
        # Nothing would be the end.
        server.receive_data(wire)
    requests: list[tuple[bytes, bytes]] = []
    while True:
        event = server.next_event()
        if event is h11.NEED_DATA:
            return requests
        if isinstance(event, h11.Request):
            requests.append((dict(event.headers).get(b"x-tag", b""), b""))
        elif isinstance(event, h11.Data):
            tag, body = requests[-1]
            requests[-1] = (tag, body + event.data)
        elif isinstance(event, h11.EndOfMessage):
            server.send(h11.Response(status_code=204, headers=[]))
            server.send(h11.EndOfMessage())
            server.start_next_cycle()


class RandomUploadTests(SynchronousTestCase):
    """No fault may be logged either: trial sees to that."""

    def test_every_call_ends_and_nothing_is_left(self) -> None:
        """Nor is any producer left running, or any byte where it does not belong."""
        good = bad = 0
        for number in STORIES:
            story = UploadStory(number)
            story.tell()
            name = f"story {number}"
            engine = story.session.engine
            story.net.advance(100)
            story.net.advance(100)
            story.check_producers()
            story.check_wires()
            self.assertEqual(story.faults, [], name)
            self.assertEqual(len(story.ends), story.started, name)
            errors = [e.value for e in story.ends if hasattr(e, "value")]
            for error in errors:
                self.assertIsInstance(error, InternetError, name)
            left = (engine.pool._origins, engine.pool._channels)
            self.assertEqual(left, ({}, set()), name)
            self.assertEqual(engine.deadlines._bucket_of, {}, name)
            self.assertEqual(story.net.reactor.getDelayedCalls(), [], name)
            story.session.close()
            bad += len(errors)
            good += story.started - len(errors)
        # They are no monotonous stories.
        self.assertGreater(min(good, bad), len(STORIES) // 2)
