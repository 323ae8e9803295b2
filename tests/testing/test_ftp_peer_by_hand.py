"""The FTP peer, asked by a client that says what ours does not."""

from __future__ import annotations

from twisted.internet import error

from tests.testing.talkers import Talker, TalkerCase
from twinet.testing import End, FtpPeer, Script


class FtpByHand(TalkerCase):
    """A control connection whose commands a test writes."""

    def serve(self, **files: str | Script) -> FtpPeer:
        """Let a site listen; log in."""
        site = FtpPeer({f"/pub/{name}": content for name, content in files.items()})
        self.network.add("ftp.example", site)
        self.control = self.dial("ftp.example", 21).talker
        self.say("USER a")
        self.say("PASS b")
        return site

    def say(self, *lines: str) -> str:
        """Say something; return what is answered without time passing."""
        self.control.came = b""
        self.control.transport.write("".join(f"{x}\r\n" for x in lines).encode())
        return self.heard()

    def heard(self) -> str:
        """Return what was answered."""
        self.network.advance()
        came: bytes = self.control.came
        return came.decode()

    def open_data(self) -> Talker:
        """Open a data connection."""
        port = int(self.say("EPSV").split("|||")[1].split("|")[0])
        talker: Talker = self.dial("ftp.example", port).talker
        return talker

    def test_what_comes_in_the_middle_of_a_transfer_waits(self):
        """Until its last reply."""
        self.serve(slow=Script(b"slow", 5.0, End.CLOSE), b="x")
        data = self.open_data()
        self.assertEqual(self.say("RETR /pub/slow", "SIZE /pub/b")[:4], "150 ")
        self.network.advance(4)
        self.assertEqual((self.heard().count("\n"), data.came), (1, b"slow"))
        self.network.advance(1)
        codes = [line[:3] for line in self.heard().splitlines()]
        self.assertEqual(codes, ["150", "226", "213"])

    def test_abor_does_not_wait(self):
        """Whatever Telnet has put before it."""
        self.serve(never=Script(b"abc"))
        data = self.open_data()
        self.say("RETR /pub/never")
        self.control.came = b""
        self.control.transport.write(b"\xff\xf4\xf2ABOR\r\n")
        codes = [line[:3] for line in self.heard().splitlines()]
        self.assertEqual(codes, ["426", "226"])
        self.assertEqual((data.came, data.lost), (b"abc", [error.ConnectionLost]))

    def test_nlst_has_names(self):
        """One a line."""
        self.serve(a="1", b="2")
        data = self.open_data()
        self.assertIn("226 ", self.say("NLST /pub"))
        self.assertEqual(data.came, b"a\r\nb\r\n")
        self.assertEqual(data.lost, [error.ConnectionDone])

    def test_a_file_that_is_reset_at_its_end_was_broken_off(self):
        """The reply says so, though all bytes have come."""
        self.serve(cut=Script(b"abc", End.ABORT))
        self.open_data()
        self.assertIn("426 ", self.say("RETR /pub/cut"))

    def test_each_command_says_what_it_misses(self):
        """In the numbers of RFC 959."""
        self.serve(a="1")
        for line, code in (
            ("RETR /pub/a", "425"),
            ("RNTO /x", "503"),
            ("REST x", "501"),
            ("PORT 1,2", "501"),
            ("EPRT |1|x", "501"),
            ("AUTH TLS", "504"),
            ("PROT X", "536"),
            ("MKD /pub", "550"),
            ("RMD /pub", "550"),
            ("STOR /none/x", "553"),
            ("RNFR /none", "550"),
            ("MLSD /none", "550"),
            ("MLST /none", "550"),
            ("MLST /pub/a", "250"),
            ("XYZZY", "502"),
            ("STAT", "211"),
            ("EPSV ALL", "200"),
            ("CDUP", "250"),
            ("PASS x", "503"),
            ("QUIT", "221"),
        ):
            self.assertEqual(self.say(line)[:3], code, line)
        self.assertEqual(self.control.lost, [error.ConnectionDone])
        self.network.close()
