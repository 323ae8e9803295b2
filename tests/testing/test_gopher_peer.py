"""The Gopher peer: menus, files, searches, and what goes wrong there."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from twinet import errors
from twinet.errors import InvalidParameter
from twinet.testing import End, GopherPeer, MemoryNetwork, Script

reactor: Any = _reactor
HOLES: dict[str, Any] = {
    "": ["iWelcome.", "0Prices\t/prices.txt", "7Search\t/find", "1Other\t/x\tother\t7"],
    "/prices.txt": "coffee\n.5\n",
    "/bytes": b"\0.\r\n",
    "/find": lambda words: [f"i{words}?"],
    "/plus\t!": "+INFO",
}


class GopherPeerTests(SynchronousTestCase):
    """A hole on a network, and a session."""

    def setUp(self):
        self.network = MemoryNetwork()
        self.hole = GopherPeer(HOLES)
        self.network.add("hole.example", self.hole)
        self.session = self.network.session()

    def menu(self, selector: str = "") -> list[Any]:
        """Return the entries of a menu."""

        async def find() -> list[Any]:
            gopher = self.session.gopher("hole.example")
            return [entry async for entry in await gopher.find(selector)]

        return self.network.run(find())

    def read(self, url: str) -> bytes:
        """Read a file."""

        async def read() -> bytes:
            async with await self.session.open_url(
                f"gopher://hole.example/{url}"
            ) as it:
                return b"".join([piece async for piece in it])

        return self.network.run(read())

    def test_a_menus_lines_are_filled_in(self):
        """Host and port are where it was asked."""
        entries = [(e.sign, e.selector, e.host, e.port) for e in self.menu()]
        self.assertEqual(
            entries[1:],
            [
                ("0", "/prices.txt", "hole.example", 70),
                ("7", "/find", "hole.example", 70),
                ("1", "/x", "other", 7),
            ],
        )
        self.network.close()

    def test_text_is_stuffed_and_bytes_are_not(self):
        """As RFC 1436 has it."""
        self.assertEqual(self.read("0/prices.txt"), b"coffee\r\n.5\r\n")
        self.assertEqual(self.read("9/bytes"), b"\0.\r\n")
        self.assertEqual(self.hole.requests, ["/prices.txt", "/bytes"])

    def test_a_search_is_a_function_of_its_words(self):
        """And a line of Gopher+ is looked for as a whole."""
        door = self.menu()[2]

        async def search() -> list[str]:
            gopher = self.session.gopher("hole.example")
            find = await gopher.find(door, search="tea cups")
            return [entry.display_string async for entry in find]

        self.assertEqual(self.network.run(search()), ["tea cups?"])
        self.assertEqual(self.hole.requests, ["", "/find\ttea cups"])
        first, _ = self.hole.steps("/plus\t!", "192.0.2.1", 70)
        self.assertEqual(first, "+INFO\r\n.\r\n")
        first, _ = self.hole.steps("/prices.txt", "192.0.2.1", 70)
        self.assertEqual(first, "coffee\r\n..5\r\n.\r\n")

    def test_what_is_not_there_is_refused(self):
        """By an item of type 3."""
        error = self.assertRaises(errors.InternetError, self.read, "0/none")
        self.assertIn("/none", str(error))
        self.network.close()

    def test_a_script_breaks_off(self):
        """Slowly."""
        self.hole.put("/cut", Script(b"abc", 3.0, End.ABORT))
        self.assertRaises(errors.InternetError, self.read, "9/cut")
        self.assertEqual(self.network.now, 3)

    def test_contents_are_given_in_turn_and_the_last_stays(self):
        """A server that recovers."""
        self.hole.put("/a", Script(b"abc", End.ABORT), "one", "two")
        self.assertRaises(errors.InternetError, self.read, "9/a")
        texts = [self.read("0/a") for _ in range(3)]
        self.assertEqual(texts, [b"one\r\n", b"two\r\n", b"two\r\n"])

    def test_what_fails_or_cannot_be_is_told(self):
        """In the peer's words, and where it is given."""
        self.hole.put("/fails", int)
        pending = self.session.open_url("gopher://hole.example/9/fails")
        error = self.assertRaises(AssertionError, self.network.run, pending)
        self.assertIn("failed at '/fails': ValueError", str(error))
        for wrong in (5, None, ["", "0a"], [5]):
            self.assertRaises(InvalidParameter, self.hole.put, "/x", wrong)
        self.assertRaises(InvalidParameter, self.hole.put, "/x")


class OnLoopback(TestCase):
    """The same peer on a real port."""

    timeout = 20

    def test_the_peer_listens_on_a_real_port(self):
        """Its menus name that."""
        return Deferred.fromCoroutine(self.visit())

    async def visit(self) -> None:
        hole = GopherPeer(HOLES)
        listening = hole.listen(reactor)
        session = twinet.Session(reactor)
        gopher = session.gopher(listening.host, listening.port)
        entries = [entry async for entry in await gopher.find()]
        self.assertEqual(entries[1].port, listening.port)
        await session.close()
        await listening.stop()
