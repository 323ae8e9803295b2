"""A server that has closed behind what it sent: data and end come together."""

from __future__ import annotations

import gc
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase

import twinet
from tests.gopher.memory import BINARY, FILE, MENU, GopherTestCase
from tests.http.loopback import until
from tests.http.memory import MemoryNet
from twinet import errors
from twinet._gopher.line import GopherLine

reactor: Any = _reactor

CLOSED = ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]
WORDS = b"3no such item\t\terror.host\t1\r\n"


async def read_all(file: Any) -> tuple[Any, ...]:
    """Read what there is; the error comes behind it."""
    data = b""
    try:
        while piece := await file.read_some():
            data += piece
    except errors.InternetError as error:
        return data, str(error)
    return data, file.ended_with_dot


async def opened(gopher: Any, locator: str, view: str | None = None) -> tuple[Any, ...]:
    async with await gopher.open_file(locator, view) as file:
        return await read_all(file)


async def entries(gopher: Any) -> list[str]:
    async with await gopher.find() as find:
        return [entry.display_string async for entry in find]


def begin(call: Any, gopher: Any) -> Deferred[Any]:
    called = call(gopher)
    return called if isinstance(called, Deferred) else Deferred.fromCoroutine(called)


#: Calls, and what they are answered with.
STORIES: tuple[tuple[Any, bytes], ...] = (
    (lambda it: opened(it, BINARY), b"abc"),
    (lambda it: opened(it, BINARY), b"3bc"),
    (lambda it: opened(it, BINARY), WORDS),
    (lambda it: opened(it, BINARY), WORDS + b".\r\n"),
    (lambda it: opened(it, FILE), b"one\r\n..two\r\n.\r\n"),
    (lambda it: opened(it, FILE), b"one\r\ntwo"),
    (lambda it: opened(it, FILE), b"one\r\n."),
    (lambda it: opened(it, FILE), b"one\r\n.\r\nbehind"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+3\r\nabc"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+3\r\nabcdef"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+9\r\nabc"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+-1\r\nabc\r\n.\r\n"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+-2\r\nabc"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+-2\r\n"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"--1\r\n1 none\r\n.\r\n"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"--1\r\n1 none"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"no head"),
    (lambda it: opened(it, BINARY + "\t+", ""), b"+"),
    (entries, MENU),
    (entries, MENU + b".\r\n"),
    (entries, b"no menu at all"),
    (lambda it: it.caps(), b"CAPS\r\nServerSoftware=x\r\n"),
    (lambda it: it.attributes(BINARY + "\t+"), b"+-2\r\n+INFO: 9a\tb\tc\t70\t+\r\n"),
)


class AheadTests(GopherTestCase):
    def play(self, call: Any, answer: bytes) -> list[Any]:
        """Make a call, give it its answer, and return what it came to."""
        outcome: list[Any] = []
        gopher = self.gopher()
        ended = begin(call, gopher)
        ended.addBoth(lambda it: getattr(it, "value", it)).addBoth(outcome.append)
        if self.net.attempts:
            peer = self.net.accept()
            if not peer.closed:
                peer.send(answer)
            peer.close()
            self.check_all_closed(peer)
        return [repr(it) for it in outcome]

    def look_ahead(self, sees: bool = True) -> None:
        self.patch(GopherLine, "_look_ahead", lambda line: sees)

    def test_it_comes_to_the_same(self) -> None:
        """Whether the end is seen with the data or in another turn."""
        for call, answer in STORIES:
            outcomes = []
            for sees in (False, True):
                self.net = MemoryNet()
                self.look_ahead(sees)
                outcomes.append(self.play(call, answer))
            self.assertEqual(len(outcomes[0]), 1, answer)
            self.assertEqual(outcomes[0], outcomes[1], answer)

    def test_what_came_before_a_fault_is_read_first(self) -> None:
        self.look_ahead()
        call, answer = next(it for it in STORIES if it[1].startswith(b"+9"))
        (outcome,) = self.play(call, answer)
        self.assertIn("b'abc'", outcome)
        self.assertIn("3 bytes of 9", outcome)

    def test_a_listener_may_close_in_any_notification(self) -> None:
        """Each call ends once, and nothing is left."""
        self.look_ahead()
        for call, answer in STORIES:
            self.net = MemoryNet()
            self.play(call, answer)
            for place in range(1, len(self.net.news)):
                for whom in ("handle", "parent", "session"):
                    self.net = MemoryNet()
                    self.close_at(place, whom)
                    outcome = self.play(call, answer)
                    self.assertEqual(len(outcome), 1, (answer, place, whom))
                    told = self.net.told
                    self.assertEqual(
                        told.count("CONNECTED_TO_SERVER 127.0.0.1"),
                        told.count("CONNECTION_CLOSED"),
                        (answer, place, whom, told),
                    )

    def close_at(self, place: int, whom: str) -> None:
        """Let a notification close something."""
        seen = [0]

        def react(news: Any) -> None:
            seen[0] += 1
            if seen[0] == place + 1:
                created = news.status.name == "HANDLE_CREATED"
                handle = news.info if created else news.handle
                if whom == "parent":
                    handle = handle.parent or handle
                elif whom == "session":
                    handle = self.net.session
                handle.close()

        self.net.react = react

    def test_no_ring_is_left_to_the_collector(self) -> None:
        """What a file, or a menu, is made of goes with it, at once."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        for sees in (False, True):
            self.look_ahead(sees)
            for call, answer in STORIES[0], STORIES[18]:
                gopher = self.gopher()
                for _ in range(2):
                    ended = begin(call, gopher)
                    peer = self.net.accept()
                    peer.send(answer)
                    peer.close()
                    self.successResultOf(ended)
                self.net.news.clear()
        gc.set_debug(gc.DEBUG_SAVEALL)
        self.addCleanup(gc.garbage.clear)
        self.addCleanup(gc.set_debug, 0)
        gc.collect()
        ours = [it for it in gc.garbage if type(it).__module__.startswith("twinet.")]
        self.assertEqual([type(it).__name__ for it in ours], [])


class Server(Protocol):
    """It sends something, and closes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def dataReceived(self, data: bytes) -> None:
        transport: Any = self.transport
        transport.write(self.answer)
        transport.loseConnection()


class LoopbackTests(TestCase):
    """With real sockets, where the system is asked."""

    timeout = 60

    async def test_small_file(self) -> None:
        """It is closed when the call that opens it ends."""
        factory: Any = Factory()
        factory.noisy = False
        factory.buildProtocol = lambda _: Server(b"abc")
        port = reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        told: list[str] = []
        session = twinet.Session(reactor, proxy="")
        self.addCleanup(session.close)
        session.set_status_callback(lambda news: told.append(news.status.name))
        url = f"gopher://127.0.0.1:{port.getHost().port}/9/a.bin"
        async with await session.open_url(url) as file:
            self.assertEqual(
                told[-4:], ["RESPONSE_RECEIVED", *CLOSED, "REQUEST_COMPLETE"]
            )
            self.assertEqual(await read_all(file), (b"abc", False))
        await until(lambda: told[-1] == "HANDLE_CLOSING")
        self.assertEqual(told.count("REQUEST_COMPLETE"), 1)
