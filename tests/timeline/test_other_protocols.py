"""FTP and Gopher in a timeline."""

from __future__ import annotations

from io import BytesIO

from tests.ftp.memory import HOST, FtpNet
from tests.ftp.test_reading import FileCase
from tests.timeline.archive import entries
from tests.timeline.clocked import TimelineTestCase
from tests.timeline.drawing import Drawing
from twinet.errors import ExtendedError, GopherDataError

SITE = f"ftp://{HOST}:21"
MENU = b"0one.txt\t/x/one.txt\t127.0.0.1\t70\r\n.\r\n"


class Ftp(TimelineTestCase, FileCase):
    """A row for the login, one for each call, one for each file."""

    def make_net(self):
        return FtpNet()

    def rows(self) -> list[tuple[str, str, str]]:
        """Return verb, URL and outcome of each row, having looked at all forms."""
        for row in self.timeline.rows:
            self.check_whole(row)
        self.assertEqual(list(Drawing(self.timeline.svg()).outside()), [])
        return [(r.verb, r.url, r.status) for r in self.timeline.rows]

    def test_a_login_is_a_row(self):
        """With what was said in it, but not the password."""
        call, server = self.net.connect(username="joe", password="pass-word")
        self.wait(1)
        server.say("220 ready")
        self.wait(2)
        server.say("331 who?")
        self.wait(3)
        server.say("230 in")
        self.successResultOf(call)
        self.assertEqual(self.rows(), [("LOGIN", f"{SITE}/", "ok")])
        self.assertEqual(self.spans(self.only_row()), [("wait", 6)])
        self.assertNotIn("pass-word", self.timeline.har())
        self.assertEqual(self.only_row().sent, len("USER joe\r\nPASS pass-word\r\n"))

    def test_each_call_is_a_row(self):
        """From its first command to its end, and not the time between two."""
        ftp, server = self.log_in()
        self.wait(5)
        for path in ("a", "b"):
            call = ftp.delete(path)
            self.assertEqual(ftp.doing, "deleting a file")
            self.wait(1)
            server.say("250 ok")
            self.successResultOf(call)
            self.wait(5)
        self.assertEqual([row[0] for row in self.rows()], ["LOGIN", "CALL", "CALL"])
        self.assertEqual(
            [row.doing for row in self.timeline.rows[1:]], ["deleting a file"] * 2
        )
        self.assertEqual(ftp.doing, "")
        for shown in (self.timeline.table(), self.timeline.svg(), self.timeline.har()):
            self.assertIn("deleting a file", shown)
        self.assertEqual(
            [(row.begin, row.duration) for row in self.timeline.rows],
            [(0, 0), (5, 1), (11, 1)],
        )

    def test_a_refused_call_has_its_error(self):
        """And what the server said."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("550 not yours")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(self.rows()[1][2], "ExtendedError")
        self.assertIn("not yours", self.timeline.rows[1].message)

    def test_a_call_that_waits_for_its_turn_has_its_own_end(self):
        """Closing the connection ends both."""
        ftp, _ = self.log_in()
        calls = [ftp.delete("x"), ftp.delete("y")]
        self.wait(1)
        ftp.close()
        for call in calls:
            self.failureResultOf(call)
        self.assertEqual(
            [row[2] for row in self.rows()[1:]], ["OperationCancelled"] * 2
        )

    def test_a_file_is_a_row_with_its_data(self):
        """Opening it is waiting, reading it is receiving."""
        ftp, server = self.log_in()
        self.wait(1)
        file, data = self.open(ftp, server)
        self.wait(2)
        reading = file.read(5)
        self.wait(3)
        data.send(b"hello")
        data.close()
        server.say("226 ok")
        self.successResultOf(reading)
        file.close()
        self.assertEqual(self.rows()[1], ("GET", f"{SITE}/x", "ok"))
        row = self.timeline.rows[1]
        self.assertEqual(self.spans(row), [("idle", 2), ("receive", 3)])
        self.assertEqual(row.taken, 5)

    def test_an_upload_is_a_row(self):
        """What is between two writes is the program's time."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", "w")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 fine (|||4000|)")
        self.net.accept_ftp()
        self.answer(server, "STOR x | 150 go")
        file = self.successResultOf(call)
        self.successResultOf(file.write(b"12345"))
        self.wait(2)
        self.successResultOf(file.write(b"12345"))
        call = file.finish()
        self.wait(0)  # in which the data connection is closed
        self.wait(3)
        server.say("226 stored")
        self.successResultOf(call)
        self.assertEqual(self.rows()[1], ("PUT", f"{SITE}/x", "ok"))
        row = self.timeline.rows[1]
        self.assertEqual(self.spans(row), [("idle", 2), ("wait", 3)])

    def test_entries_of_har_are_whole(self):
        """In a form that browsers open, with no status of HTTP."""
        ftp, server = self.log_in()
        file, data = self.open(ftp, server)
        data.send(b"hello")
        data.close()
        self.end(server)
        self.successResultOf(file.read(5))
        file.close()
        call = ftp.delete("x")
        server.say("550 no")
        self.failureResultOf(call, ExtendedError)
        login, transfer, deletion = entries(self.timeline.har())
        self.assertEqual(login["request"]["method"], "LOGIN")
        self.assertEqual(login["serverIPAddress"], HOST)
        answer = transfer["response"]
        self.assertEqual((answer["status"], answer["httpVersion"]), (200, "FTP"))
        self.assertEqual(deletion["response"]["_error"], "ExtendedError")
        self.assertEqual(deletion["response"]["status"], 0)
        self.assertIn("550 no", deletion["comment"])
        self.assertEqual(deletion["response"]["headersSize"], 0)


class Gopher(TimelineTestCase):
    """A row for each item."""

    def test_an_item_is_a_row(self):
        """Bytes that came with its beginning are counted once."""
        called = self.net.session.open_url("gopher://127.0.0.1/9/a.bin")
        self.wait(1)
        peer = self.net.accept()
        self.wait(2)
        peer.send(b"12345")
        file = self.successResultOf(called)
        self.wait(3)
        sink = BytesIO()
        delivered = file.deliver(sink)
        peer.send(b"67890")
        peer.close()
        self.successResultOf(delivered)
        file.close()
        row = self.only_row()
        self.assertEqual(self.spans(row), [("connect", 1), ("wait", 2), ("idle", 3)])
        self.assertEqual((row.verb, row.status, row.received), ("GET", "ok", 10))
        (entry,) = entries(self.timeline.har())
        self.assertEqual(entry["response"]["httpVersion"], "Gopher")
        self.assertEqual(entry["response"]["content"]["size"], 10)

    def test_a_menu_is_a_row(self):
        """A refusal as well."""
        gopher = self.net.session.gopher("127.0.0.1")
        called = gopher.find()
        self.net.accept().send(MENU)
        self.successResultOf(called)
        called = gopher.open_file("0x\t/x\t127.0.0.1\t70")
        peer = self.net.accept()
        peer.send(b"3no such file\t\terror.host\t1\r\n.\r\n")
        peer.close()
        self.failureResultOf(called, GopherDataError)
        self.assertEqual(
            [(row.verb, row.status) for row in self.timeline.rows],
            [("LIST", "ok"), ("GET", "GopherDataError")],
        )
