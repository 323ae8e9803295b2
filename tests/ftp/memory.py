"""FTP without sockets: a session on a memory reactor, and the server's end by hand."""

from __future__ import annotations

from typing import Any

from tests.http.memory import MemoryNet, NetTestCase
from twinet.testing import PlayedEnd

#: Where the memory net's control connections lead.
HOST = "127.0.0.1"


class FtpPeer(PlayedEnd):
    """The server's end of one control or data connection."""

    _rest = b""

    @property
    def aborted(self) -> bool:
        """Whether the client has closed it at once."""
        return self.transport.aborted

    def say(self, *lines: str) -> None:
        """Send lines to the client."""
        self.send("".join(line + "\r\n" for line in lines).encode())

    def heard(self) -> list[str]:
        """Take the commands that have come."""
        *lines, self._rest = (self._rest + self.take()).split(b"\r\n")
        return [line.decode("latin-1") for line in lines]

    def received(self) -> bytes:
        """Take the data that have come."""
        return self.take()


class FtpNet(MemoryNet):
    """A session, and a server that the test plays."""

    def accept_ftp(self) -> FtpPeer:
        """Take the next connection."""
        return self.hand.accept(FtpPeer)

    def connect(self, **how: Any) -> tuple[Any, FtpPeer]:
        """Begin to log in; return the call's Deferred and the server's end."""
        call = self.session.ftp(HOST, **how)
        return call, self.accept_ftp()


class FtpTestCase(NetTestCase):
    """What a case on a memory net asks again and again."""

    net: FtpNet

    def setUp(self) -> None:
        self.net = FtpNet()

    def log_in(self, **how: Any) -> tuple[Any, FtpPeer]:
        """Log in; return the connection handle and the server's end."""
        call, server = self.net.connect(**how)
        server.say("220 ready")
        self.assertEqual(server.heard(), ["USER anonymous"])
        server.say("331 who?")
        self.assertEqual(server.heard(), ["PASS anonymous@"])
        server.say("230 in")
        connection = self.successResultOf(call)
        self.net.news.clear()
        return connection, server

    def answer(self, server: FtpPeer, *dialogue: str) -> None:
        """Play a dialogue: commands that are awaited, and lines that answer them.

        ``"CWD x | 250 ok"`` awaits ``CWD x`` and answers it.  A size that a dialogue
        does not speak of is not told.
        """
        for each in dialogue:
            awaited, _, reply = each.partition(" | ")
            heard = server.heard()
            if not awaited.startswith("SIZE"):
                heard = self.untold(server, heard)
            self.assertEqual(heard, [awaited])
            if reply:
                server.say(*reply.split(" / "))

    def untold(self, server: FtpPeer, heard: list[str]) -> list[str]:
        """Tell no size to who asks for one first; return what is asked for then."""
        if not heard or not heard[0].startswith("SIZE"):
            return heard
        server.say("550 it is not told yet")
        return server.heard()

    def end(self, server: FtpPeer, reply: str = "226 ok") -> None:
        """End a transfer well; who asks for its size is told none."""
        server.say(reply)
        heard = server.heard()
        if heard:
            self.assertEqual([each.split()[0] for each in heard], ["SIZE"])
            server.say("502 unknown")

    def check_all_closed(self, *peers: FtpPeer) -> None:
        """Close the session; check that neither socket nor timer is left."""
        self.close_session()
        for peer in peers:
            self.assertTrue(peer.closed)
