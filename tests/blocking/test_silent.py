"""A call that blocks ends, whatever its peer does not say, and leaves no socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import inlineCallbacks

import twinet
from tests.blocking.program import ProgramCase, reactor, session
from tests.blocking.silentpeer import SilentPeer
from twinet import blocking
from twinet.errors import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT = twinet.Limits(first_byte=0.2, idle=0.2, ftp_reply=0.2)
LOGGED_IN = {
    b"USER": b"331 password\r\n",
    b"PASS": b"230 in\r\n",
    b"FEAT": b"211 none\r\n",
    b"TYPE": b"200 ok\r\n",
    b"OPTS": b"500 no\r\n",
    b"SIZE": b"500 no\r\n",
}


class SilentPeers(ProgramCase):
    """Each protocol, each way to wait."""

    @inlineCallbacks
    def check(
        self,
        program: Callable[[blocking.Session, SilentPeer], Any],
        greeting: bytes = b"",
        answers: dict[bytes, bytes] | None = None,
    ) -> Any:
        """Run what must run into a limit; the peer sees that it has gone."""
        peer = SilentPeer(greeting, answers)
        self.addCleanup(peer.close)

        def run() -> bool:
            with session(limits=SHORT) as mine:
                self.assertRaises(Timeout, program, mine, peer)
                return peer.left.acquire(timeout=20)

        left = yield self.run_program(run)
        self.assertTrue(left)

    def test_http(self) -> Any:
        """No answer."""
        return self.check(lambda mine, peer: mine.get(peer.url()))

    def test_http_in_the_body(self) -> Any:
        """Half an answer."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        return self.check(
            lambda mine, peer: list(mine.get(peer.url())), answers={b"GET": head}
        )

    def test_ftp_that_does_not_greet(self) -> Any:
        """No word at all."""
        return self.check(lambda mine, peer: mine.ftp("127.0.0.1", peer.port))

    def test_ftp_that_answers_no_command(self) -> Any:
        """After the login."""
        return self.check(
            lambda mine, peer: mine.ftp("127.0.0.1", peer.port).current_directory(),
            b"220 hello\r\n",
            LOGGED_IN,
        )

    def test_ftp_that_opens_no_file(self) -> Any:
        """Nor says where its data come from."""
        return self.check(
            lambda mine, peer: mine.ftp("127.0.0.1", peer.port).open_file("x"),
            b"220 hello\r\n",
            LOGGED_IN,
        )

    def test_gopher(self) -> Any:
        """No item."""
        return self.check(lambda mine, peer: mine.gopher("127.0.0.1", peer.port).find())

    def test_one_url(self) -> Any:
        """Without a session."""

        def program(_: blocking.Session, peer: SilentPeer) -> None:
            blocking.fetch(peer.url(), proxy="", limits=SHORT, reactor=reactor)

        return self.check(program)
