"""Gopher without sockets: a session on a memory reactor, the server by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.http.memory import MemoryNet, NetTestCase, Peer

if TYPE_CHECKING:
    from twinet import GopherConnection

#: Where the memory net's connections lead.
HOST = "127.0.0.1"
FILE = f"0a text\t/a.txt\t{HOST}\t70"
BINARY = f"9a file\t/a.bin\t{HOST}\t70"
MENU = (
    b"0one.txt\t/x/one.txt\t127.0.0.1\t70\r\n"
    b"ito be read\t\tnull.host\t1\r\n"
    b"1two\t/two\tother\t7070\t+\r\n"
)


class GopherTestCase(NetTestCase):
    """What a case asks again and again."""

    def setUp(self) -> None:
        self.net = MemoryNet()

    def gopher(self, **how: Any) -> GopherConnection:
        """Make a connection handle."""
        connection = self.net.session.gopher(HOST, **how)
        self.net.news.clear()
        return connection

    def asked(self, request: bytes) -> Peer:
        """Take the next connection; check what the server is asked on it."""
        peer = self.net.accept()
        self.assertEqual(peer.request(), request)
        return peer

    def check_all_closed(self, *peers: Peer) -> None:
        """Check that neither socket nor timer is left, and close the session."""
        self.net.react = None
        self.net.advance()
        for peer in peers:
            self.assertTrue(peer.closed)
        self.assertEqual(len(self.net.session._gopher_engine.sockets), 0)
        # The one timer may still be set: it fires once in vain, then rests.
        self.assertEqual(self.net.session.deadlines._bucket_of, {})
        self.close_session()
