"""A body that is here already is handed over at once: the same as by a ``deliver``.

Each story is told twice: once as it is, and once with the short way closed, so that
the body is delivered.  What the protocol gets, and what becomes of the connection, must
be the same.
"""

from __future__ import annotations

import gc
from io import BytesIO
from itertools import product
from typing import Any
from unittest.mock import patch
from weakref import ref

from treq.client import HTTPClient
from twisted.internet.defer import CancelledError
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone, ResponseFailed, readBody
from twisted.web.http import PotentialDataLoss

from tests.http.memory import MemoryNet
from twinet import Agent, Status, errors
from twinet._handles.agent_body import BodyTransport
from twinet.flags import Flag

URL = b"http://127.0.0.1:8080/"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#: What a server says, read by read; ``None`` is the end of the connection.
ANSWERS: dict[str, tuple[bytes | None, ...]] = {
    "whole": (HELLO,),
    "empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",),
    "none": (b"HTTP/1.1 204 No Content\r\n\r\n",),
    # Small ones are joined while they wait.
    "in large pieces": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 150000\r\n\r\n",
        *(each * 50000 for each in (b"a", b"b", b"c")),
    ),
    "in pieces": (HELLO[:-3], b"l", b"lo"),
    "head first": (HELLO[:-5], b"hello"),
    "chunked": (CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n",),
    "closing": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    ),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\nhe", b"llo", None),
    "cut": (HELLO[:-2], None),
    "broken": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nx\r\n",
    ),
}

#: What a protocol hears that has closed the connection.
ABORTED = str(
    errors.OperationCancelled(
        "GET http://127.0.0.1:8080/ was closed while a call was pending"
    )
)


class Recorder(Protocol):
    """What a body protocol gets, line by line; it does nothing by itself."""

    transport: Any

    def __init__(self) -> None:
        self.got: list[str] = []
        self.reason: Failure | None = None

    def connectionMade(self) -> None:
        self.got.append("made")

    def dataReceived(self, data: bytes) -> None:
        text = data.decode()
        self.got.append(text if len(text) < 10 else f"{len(text)} {text[0]}")
        self.act()

    def act(self) -> None:
        """Do what this kind does when data come."""

    def connectionLost(self, reason: Failure = Failure(ResponseDone())) -> None:  # noqa: B008  Twisted's
        self.reason = reason
        self.got.append(f"{type(reason.value).__name__}: {reason.getErrorMessage()}")


class Pausing(Recorder):
    """Wants no more after each piece, until it is told to go on."""

    def act(self) -> None:
        self.transport.pauseProducing()


class PausingFirst(Pausing):
    """Wants nothing before it is told to go on."""

    def connectionMade(self) -> None:
        super().connectionMade()
        self.transport.pauseProducing()


class Undecided(Recorder):
    """Pauses, and goes on at once."""

    def act(self) -> None:
        self.transport.pauseProducing()
        self.transport.resumeProducing()


class Aborting(Recorder):
    """Has had enough after the first piece."""

    def act(self) -> None:
        self.transport.abortConnection()


class AbortingFirst(Recorder):
    """Wants nothing at all."""

    def connectionMade(self) -> None:
        super().connectionMade()
        self.transport.loseConnection()


class PausingAndAborting(Recorder):
    """Pauses, and has had enough when it is told to go on."""

    def act(self) -> None:
        self.transport.pauseProducing()
        self.transport.abortConnection()


class Raising(Recorder):
    """Fails at the first piece."""

    def act(self) -> None:
        msg = "no more"
        raise ValueError(msg)


KINDS = (
    Recorder,
    Pausing,
    PausingFirst,
    Undecided,
    Aborting,
    AbortingFirst,
    PausingAndAborting,
    Raising,
)


def story(
    kind: type[Recorder],
    answer: tuple[bytes | None, ...],
    *,
    at_once: bool,
    late: bool,
    kept: bool = False,
) -> list[str]:
    """Let a protocol have a body; return what it got, and how the connection went.

    :param at_once: whether what is here already may go the short way.
    :param late: the protocol is given when all of the answer is here.
    :param kept: it is the second answer on its connection.
    """
    net = MemoryNet()
    agent = Agent(session=net.session)
    answers: list[Any] = []
    if kept:
        agent.request(b"GET", URL).addCallback(
            lambda first: first.deliverBody(Recorder())
        )
        peer = net.accept()
        peer.send(HELLO)
        agent.request(b"GET", URL).addBoth(answers.append)
    else:
        agent.request(b"GET", URL).addBoth(answers.append)
        peer = net.accept()
    protocol = kind()
    given = False

    def give() -> bool:
        if given or not answers:
            return given
        way = BodyTransport.start if at_once else BodyTransport._have_delivered
        with patch.object(BodyTransport, "start", way):
            answers[0].deliverBody(protocol)
        return True

    for data in answer:
        if data is None:
            peer.close()
        elif not peer.closed:
            peer.send(data)
        if not late:
            given = give()
    given = give()
    net.advance()
    for _ in range(len(answer) + 3):
        if protocol.transport is not None and protocol.reason is None:
            protocol.got.append("go on")
            protocol.transport.resumeProducing()
    closed = "closed" if peer.closed else "open"
    sockets = repr(net.session.engine.pool)
    children = len(list(net.session._subtree())) - 1
    return [*protocol.got, closed, sockets, f"{children} handles"]


class BothWaysTests(SynchronousTestCase):
    """The short way and the long one."""

    def test_all_protocols_and_answers(self) -> None:
        """They get the same, and so does the connection."""
        for name, kind, late, kept in product(
            ANSWERS, KINDS, (False, True), (False, True)
        ):
            answer = ANSWERS[name]
            with self.subTest(answer=name, kind=kind.__name__, late=late, kept=kept):
                self.assertEqual(
                    story(kind, answer, at_once=True, late=late, kept=kept),
                    story(kind, answer, at_once=False, late=late, kept=kept),
                )

    def test_what_they_get(self) -> None:
        """In some cases word for word: both ways could be wrong alike."""
        kept = ["open", "<Pool 1 channels, 1 idle, 0 waiting>", "0 handles"]
        done = "ResponseDone: "
        whole = ["made", "hello", done, *kept]
        for kind in (Recorder, Undecided):
            self.assertEqual(
                story(kind, ANSWERS["whole"], at_once=True, late=False), whole
            )
        self.assertEqual(
            story(PausingFirst, ANSWERS["whole"], at_once=True, late=False),
            ["made", "go on", "hello", "go on", done, *kept],
        )
        self.assertEqual(
            story(Pausing, ANSWERS["in large pieces"], at_once=True, late=True),
            [
                "made",
                *("50000 a", "go on", "50000 b", "go on", "50000 c", "go on"),
                done,
                *kept,
            ],
        )
        self.assertEqual(
            story(Aborting, ANSWERS["in large pieces"], at_once=True, late=True)[:-3],
            ["made", "50000 a", f"OperationCancelled: {ABORTED}"],
        )
        self.assertEqual(
            story(Raising, ANSWERS["whole"], at_once=True, late=False),
            ["made", "hello", "ValueError: no more", *kept],
        )

    def test_reasons(self) -> None:
        """They are those that Twisted's own agent gives."""
        for name, wanted in (
            ("whole", ResponseDone),
            ("chunked", ResponseDone),
            ("until close", PotentialDataLoss),
            ("cut", ResponseFailed),
        ):
            net = MemoryNet()
            net.session.set_status_callback(None)
            pending = Agent(session=net.session).request(b"GET", URL)
            peer = net.accept()
            for data in ANSWERS[name]:
                peer.send(data) if data is not None else peer.close()
            protocol = Recorder()
            self.successResultOf(pending).deliverBody(protocol)
            reason = protocol.reason
            assert reason is not None
            self.assertIs(reason.check(ResponseDone, wanted), wanted)
            self.assertIsNone(reason.check(ValueError))


def told(
    answer: tuple[bytes | None, ...], *, by_agent: bool, kept: bool, closing: str
) -> list[str]:
    """Return what a listener hears of an answer with its body.

    :param by_agent: a protocol has it; else the program reads it, or has it delivered.
    :param kept: it is the second answer on its connection.
    :param closing: the status in which the listener closes the handle.
    """
    net = MemoryNet()
    agent = Agent(session=net.session)
    peer = None
    if kept:
        agent.request(b"GET", URL).addCallback(
            lambda first: first.deliverBody(Recorder())
        )
        peer = net.accept()
        peer.send(HELLO)
    net.news.clear()

    def react(news: Any) -> None:
        if news.status.name == closing and news.handle is not net.session:
            news.handle.close()

    net.react = react
    pending: Any
    if by_agent:
        pending = agent.request(b"GET", URL)
        pending.addCallback(lambda answer: answer.deliverBody(Recorder()))
    else:
        pending = net.session.get(URL.decode(), flags=Flag.NO_AUTO_REDIRECT)

        def deliver(handle: Any) -> None:
            # What is here need not be waited for, and is read without a word.
            here = handle._complete
            body = handle.read(99) if here else handle.deliver(BytesIO())
            body.addBoth(lambda _: handle.close() and None)

        pending.addCallback(deliver)
    pending.addErrback(lambda _: None)
    if net.attempts:
        peer = net.accept()
    for data in answer:
        if peer is None or peer.closed:
            break
        if data is None:
            peer.close()
        else:
            peer.send(data)
    net.advance()
    return net.told


class HeardTests(SynchronousTestCase):
    """What a listener hears of a body."""

    def test_as_of_any_delivery(self) -> None:
        """The same as when the program reads the body, or hands it over, by itself."""
        for name, kept, closing in product(
            ANSWERS, (False, True), ("", *Status.__members__)
        ):
            with self.subTest(answer=name, kept=kept, closing=closing):
                one, other = (
                    told(ANSWERS[name], by_agent=by, kept=kept, closing=closing)
                    for by in (True, False)
                )
                self.assertEqual(one, other)

    def test_the_last_words(self) -> None:
        """Both could be wrong alike."""
        self.assertEqual(
            told(ANSWERS["whole"], by_agent=True, kept=True, closing="")[-3:],
            ["RESPONSE_RECEIVED 38", "REQUEST_COMPLETE ok", "HANDLE_CLOSING"],
        )
        self.assertEqual(
            told(ANSWERS["head first"], by_agent=True, kept=True, closing="")[-4:],
            [
                "RECEIVING_RESPONSE",
                "RESPONSE_RECEIVED 5",
                "REQUEST_COMPLETE ok",
                "HANDLE_CLOSING",
            ],
        )


class EndTests(SynchronousTestCase):
    """Nothing is left when a body has come."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.net.session.set_status_callback(None)
        self.agent = Agent(session=self.net.session)

    def test_nothing_is_left_to_the_garbage_collector(self) -> None:
        """A program of many small requests would be slowed down by it."""
        peer = None
        for name in ("whole", "whole", "in pieces"):
            protocol = Recorder()
            pending = self.agent.request(b"GET", URL)
            peer = peer or self.net.accept()
            first, *rest = ANSWERS[name]
            peer.send(first or b"")
            answer = self.successResultOf(pending)
            answer.deliverBody(protocol)
            for data in rest:
                peer.send(data or b"")
            self.assertEqual(protocol.got[-1], "ResponseDone: ")
            gone = ref(answer), ref(protocol)
            gc.disable()
            self.addCleanup(gc.enable)
            del answer, protocol, pending
            self.assertEqual([each() for each in gone], [None, None])

    def test_cancelling_read_body_closes_the_connection(self) -> None:
        """Twisted's ``readBody`` asks the protocol's transport to."""
        pending = self.agent.request(b"GET", URL)
        peer = self.net.accept()
        peer.send(HELLO[:-2])
        reading = readBody(self.successResultOf(pending))
        reading.cancel()
        self.failureResultOf(reading, CancelledError, errors.OperationCancelled)
        self.assertTrue(peer.closed)

    def test_cancelling_treqs_reading_reads_on(self) -> None:
        """A cancelled treq tells nobody; no body lasts for ever, though.

        On Twisted's own agent it is the same, but that a silent server keeps its
        connection.
        """
        client = HTTPClient(self.agent)
        for rest in (HELLO[-2:], b""):
            pending = client.get(URL.decode())
            if self.net.attempts:
                peer = self.net.accept()
            peer.send(HELLO[:-2])
            reading = self.successResultOf(pending).content()
            reading.cancel()
            self.failureResultOf(reading, CancelledError)
            peer.send(rest)
            self.assertFalse(peer.closed)
        self.net.advance(self.net.session.limits.idle or 0)
        self.assertTrue(peer.closed)
