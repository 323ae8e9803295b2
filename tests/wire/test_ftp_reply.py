"""Replies of an FTP server: what ends one, and what is none."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.ftp_reply import ReplyReader, readable
from twinet.errors import ExtendedError

if TYPE_CHECKING:
    from twinet.ftp import FtpReply

BANNER = b"220-Welcome\r\n to this server\r\n220 and be quick.\r\n"


class ReplyTestCase(SynchronousTestCase):
    """Conversations that come in pieces."""

    def read(
        self, raw: bytes, limit: int = 262144
    ) -> tuple[list[FtpReply], tuple[str, str | None] | None]:
        """Read it whole, byte by byte and cut everywhere; return the one outcome."""
        ways = [[raw], [raw[at : at + 1] for at in range(len(raw))]]
        ways += [[raw[:cut], raw[cut:]] for cut in range(1, len(raw))]
        seen = []
        for pieces in ways:
            reader = ReplyReader(limit)
            replies = []
            try:
                for piece in pieces:
                    replies += reader.feed(piece)
            except ExtendedError as error:
                self.assertIs(error, reader.fault)
            told = None
            if reader.fault is not None:
                told = str(reader.fault), reader.fault.server_text
            seen.append((replies, told))
        for each in seen:
            self.assertEqual(each, seen[0])
        return seen[0]

    def one(self, raw: bytes) -> FtpReply:
        replies, fault = self.read(raw)
        self.assertIsNone(fault)
        self.assertEqual(len(replies), 1)
        return replies[0]

    def fault(self, raw: bytes, limit: int = 262144) -> tuple[str, str | None]:
        _, fault = self.read(raw, limit)
        assert fault is not None, raw
        return fault


class Replies(ReplyTestCase):
    """RFC 959, section 4.2."""

    def test_one_line(self):
        """Code and text; the line as it came."""
        reply = self.one(b"226 Transfer complete.\r\n")
        self.assertEqual((reply.code, reply.text), (226, "Transfer complete."))
        self.assertEqual(reply.lines, (b"226 Transfer complete.",))
        self.assertEqual(str(reply), "226 Transfer complete.")

    def test_no_text(self):
        """A code alone is a reply, with and without the blank."""
        for raw in (b"226\r\n", b"226 \r\n", b"226\n"):
            reply = self.one(raw)
            self.assertEqual((reply.code, reply.text), (226, ""))
            self.assertEqual(str(reply), "226")

    def test_many_lines(self):
        """The code before the first and the last line is no text."""
        reply = self.one(BANNER)
        self.assertEqual(reply.code, 220)
        self.assertEqual(reply.text, "Welcome\n to this server\nand be quick.")
        self.assertEqual(len(reply.lines), 3)

    def test_code_before_each_line(self):
        """As vsftpd and IIS write them."""
        reply = self.one(b"250-one\r\n250-two\r\n250 three\r\n")
        self.assertEqual(reply.text, "one\ntwo\nthree")

    def test_another_code_ends_nothing(self):
        """F4: within 257- a line with 999, or 226, is text (RFC 959, section 4.2)."""
        reply = self.one(b"257-a\r\n999 b\r\n226 c\r\n 257 d\r\n2577 e\r\n257 f\r\n")
        self.assertEqual(reply.code, 257)
        self.assertEqual(reply.text, "a\n999 b\n226 c\n 257 d\n2577 e\nf")

    def test_several_at_once(self):
        """In their order; a line feed alone ends a line, too."""
        replies, fault = self.read(BANNER + b"331 Password?\n230-Hi\n230 \n")
        self.assertIsNone(fault)
        self.assertEqual([each.code for each in replies], [220, 331, 230])

    def test_empty_lines_between(self):
        """They are read over; within a reply they are text."""
        replies, fault = self.read(b"\r\n\r\n220-a\r\n\r\n220 b\r\n \r\n221 c\r\n")
        self.assertIsNone(fault)
        self.assertEqual([each.text for each in replies], ["a\n\nb", "c"])
        replies, fault = self.read(b"\r\n" * 40 + b"226 a\r\n", 20)
        self.assertEqual((len(replies), fault), (1, None))

    def test_classes(self):
        """The first digit says how it went on."""
        names = ("preliminary", "completed", "wants_more", "transient", "permanent")
        for at, code in enumerate((150, 226, 350, 450, 550)):
            reply = self.one(b"%d x\r\n" % code)
            told = [getattr(reply, name) for name in names]
            self.assertEqual(told, [each == at for each in range(5)])

    def test_long_lines(self):
        """F5: a line of more than 16384 bytes is a line."""
        text = b"x" * 100_000
        reader = ReplyReader()
        (reply,) = reader.feed(b"220 " + text + b"\r\n")
        self.assertEqual(reply.text, text.decode())

    def test_amid(self):
        """A reply that has begun is known to have."""
        reader = ReplyReader()
        self.assertFalse(reader.amid)
        reader.feed(b"22")
        self.assertTrue(reader.amid)
        reader.feed(b"0-x\r\n")
        self.assertTrue(reader.amid)
        reader.feed(b"220 y\r\n")
        self.assertFalse(reader.amid)


class Texts(ReplyTestCase):
    """What is shown, and what is kept."""

    def test_utf8_else_latin_1(self):
        """For people; the lines have the bytes."""
        self.assertEqual(self.one("550 für\r\n".encode()).text, "für")
        reply = self.one("550 für\r\n".encode("latin-1"))
        self.assertEqual(reply.text, "für")
        self.assertEqual(reply.lines, (b"550 f\xfcr",))

    def test_controls_are_not_shown(self):
        """No server moves anybody's cursor."""
        text = self.one(b"220 a\x1b[2Jb\x00c\x07\td\r e\x7f\r\n").text
        self.assertEqual(text, "a[2Jbc\td e")
        self.assertEqual(readable("x\x9by".encode()), "xy")

    def test_telnet_commands_are_taken_out(self):
        """RFC 959, section 5.3.1: options, subnegotiations, a data mark, IAC IAC."""
        raw = b"\xff\xfb\x01\xff\xfe\x06\xff\xf2220 a\xff\xfa\x18\x00x\xff\xf0b\xff\xff"
        reply = self.one(raw + b"\r\n")
        self.assertEqual(reply.lines, (b"220 ab\xff",))

    def test_letter_255_is_a_letter(self):
        """A server without Telnet may name a file in Latin-1."""
        self.assertEqual(self.one(b"550 \xffa\r\n").text, "\xffa")
        self.assertEqual(self.one(b"550 a\xff\r\n").text, "a\xff")


class Nonsense(ReplyTestCase):
    """What is no FTP ends the conversation, and is named."""

    def test_no_code(self):
        """The words are kept for the error."""
        fault, text = self.fault(b"What do you want?\r\n")
        self.assertIn("three digits", fault)
        self.assertIn("12003", fault)
        self.assertEqual(text, "What do you want?")

    def test_codes_that_are_none(self):
        """Too short, too long, out of range, or in other digits."""
        for raw in (
            b"22 x",
            b"2200 x",
            b"700 x",
            b"020 x",
            b"220x",
            b"22\xb2 x",
            b"-1",
        ):
            self.fault(raw + b"\r\n")

    def test_other_protocols(self):
        """What is often met on a wrong port has a name."""
        for raw, word in (
            (b"SSH-2.0-OpenSSH_9.6\r\n", "SFTP"),
            (b"HTTP/1.1 400 Bad Request\r\n", "http://"),
            (b"\x15\x03\x01\x00\x02\x02\x0a", "implicit"),
        ):
            self.assertIn(word, self.fault(raw)[0])

    def test_what_came_before_counts(self):
        """A good reply is given out, and the fault comes with the next call."""
        reader = ReplyReader()
        self.assertEqual(len(reader.feed(b"220 a\r\nfoo\r\n226 b\r\n")), 1)
        self.assertIsNotNone(reader.fault)
        self.assertRaises(ExtendedError, reader.feed, b"")
        self.assertRaises(ExtendedError, reader.feed, b"226 b\r\n")

    def test_no_end_of_line(self):
        """What takes more than the limit is not gathered."""
        for raw in (b"220 " + b"x" * 200, b"x" * 200, b"220 " + b"x" * 200 + b"\r\n"):
            fault, _ = self.fault(raw, 100)
            self.assertIn("100 bytes", fault)

    def test_no_end_of_reply(self):
        """Nor are lines that follow one another for ever."""
        fault, text = self.fault(b"220-abc\r\n" + b"220-\r\n" * 40, 100)
        self.assertIn("no end", fault)
        self.assertEqual(text, "220-abc")

    def test_the_limit_is_for_each_reply(self):
        """Any number of short ones may come."""
        replies, fault = self.read(b"226 done\r\n" * 40, 100)
        self.assertIsNone(fault)
        self.assertEqual(len(replies), 40)

    def test_any_bytes(self):
        """Whatever comes makes replies or the one fault, and takes little time."""
        dice = random.Random(959)
        pieces = [b"220", b"-", b" ", b"\r\n", b"\n", b"\xff", b"\xfb", b"\xfa\xf0"]
        pieces += [b"\x00", b"abc", b"226 x\r\n", b"\xff\xfa" * 50]
        for _ in range(300):
            raw = b"".join(dice.choices(pieces, k=dice.randrange(40)))
            reader = ReplyReader(2000)
            try:
                for _ in range(3):
                    for reply in reader.feed(raw):
                        self.assertTrue(100 <= reply.code <= 699)
            except ExtendedError:
                self.assertIsNotNone(reader.fault)
