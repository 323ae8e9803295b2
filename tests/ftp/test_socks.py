"""FTP through a SOCKS proxy: both connections, and who speaks first."""

from __future__ import annotations

from tests.ftp.memory import FtpNet, FtpTestCase
from twinet.errors import NotProxyRequest

#: What a SOCKS5 proxy says when it has connected.
OPEN = b"\5\0\0\1\0\0\0\0\0\0"


class Socks(FtpTestCase):
    """A proxy that wants no login."""

    def setUp(self) -> None:
        self.net = FtpNet(proxy="socks5://127.0.0.1:1080")

    def accept(self, name: bytes, port: int, behind: bytes = b"") -> None:
        """Let the proxy lead to a server, whose first words come at once."""
        peer = self.net.accept_ftp()
        self.assertEqual(peer.received(), b"\5\1\0")
        peer.send(b"\5\0")
        wanted = b"\5\1\0\3%c%b%b" % (len(name), name, port.to_bytes(2, "big"))
        self.assertEqual(peer.received(), wanted)
        peer.send(OPEN + behind)
        self.peer = peer

    def test_both_connections(self):
        """The server is named to the proxy, and so is the port of its data."""
        call = self.net.session.ftp("ftp.test")
        self.accept(b"ftp.test", 21, b"220 hi\r\n")
        server = self.peer
        self.answer(server, "USER anonymous | 230 in")
        ftp = self.successResultOf(call)
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        self.accept(b"ftp.test", 4000, b"hel")
        data = self.peer
        self.answer(server, "RETR x | 150 go (5 bytes)")
        file = self.successResultOf(opening)
        data.send(b"lo")
        data.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        self.check_all_closed(server, data)

    def test_nobody_is_awaited(self):
        """A server could not come to us."""
        call = self.net.session.ftp("ftp.test")
        self.accept(b"ftp.test", 21, b"220 hi\r\n")
        server = self.peer
        self.answer(server, "USER anonymous | 230 in")
        opening = self.successResultOf(call).open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 500 what?", "PASV | 500 what?")
        self.failureResultOf(opening)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_address_on_a_link(self):
        """It means nothing to a proxy."""
        for proxy in ("socks5://127.0.0.1", "http://127.0.0.1:3128"):
            self.net = FtpNet(proxy=proxy)
            call = self.net.session.ftp("fe80::1%eth0")
            self.failureResultOf(call, NotProxyRequest)
            self.assertEqual(self.net.attempts, 0)
