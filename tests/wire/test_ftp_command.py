"""Commands and names on their way to an FTP server."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.ftp_command import command, command_line, shown_command
from twinet._wire.ftp_name import checked_encoding, decode_name, encode_name
from twinet.errors import InvalidParameter

ENCODINGS = (
    *("utf-8", "latin-1", "cp1252", "cp1251", "koi8-r", "shift_jis", "gbk", "big5"),
    *("euc_jp", "cp437", "ascii", "cp932", "gb18030", "euc_kr"),
)


class Commands(SynchronousTestCase):
    """The one place where a line is made."""

    def test_lines(self):
        """Verb, blank, argument, CR LF; no blank without an argument."""
        self.assertEqual(command("PWD"), b"PWD\r\n")
        self.assertEqual(command("RETR", "a b"), b"RETR a b\r\n")
        self.assertEqual(command("RETR", " a "), b"RETR  a \r\n")
        self.assertEqual(command("retr", "ä"), b"retr \xc3\xa4\r\n")
        self.assertEqual(command("RETR", "ä", "latin-1"), b"RETR \xe4\r\n")

    def test_nothing_becomes_a_second_command(self):
        """F6: CR, LF and NUL are refused, in names and passwords alike."""
        for sign in ("\r", "\n", "\0", "\r\n", "\r\nDELE z"):
            for verb in ("USER", "PASS", "RETR", "SITE"):
                with self.assertRaises(InvalidParameter) as caught:
                    command(verb, f"s3cret{sign}x")
                self.assertNotIn("s3cret", str(caught.exception))
                self.assertIn(verb, str(caught.exception))
            self.assertRaises(InvalidParameter, command, f"NOOP{sign}", "x")
            self.assertRaises(InvalidParameter, command_line, f"SITE x{sign}y")
            self.assertRaises(InvalidParameter, command_line, f"{sign}NOOP")

    def test_nothing_does_in_any_encoding(self):
        """No letter's bytes are CR, LF or NUL."""
        for encoding in ENCODINGS:
            for letter in map(chr, (*range(1, 0x500), *range(0x3000, 0x3100))):
                if letter in "\r\n":
                    continue
                try:
                    line = command("X", letter, encoding)
                except InvalidParameter:
                    continue
                self.assertEqual(line[-2:], b"\r\n")
                self.assertFalse({0, 10, 13} & set(line[:-2]), (encoding, letter))

    def test_byte_255_stays_one(self):
        """Telnet would have it doubled (RFC 854); servers would not find the name."""
        self.assertEqual(command("RETR", "ÿ", "latin-1"), b"RETR \xff\r\n")
        self.assertEqual(command("RETR", "\udcff"), b"RETR \xff\r\n")
        self.assertEqual(command("RETR", "\udcff\udcff"), b"RETR \xff\xff\r\n")

    def test_verbs_are_words(self):
        """An argument does not come in by the verb."""
        for verb in ("", "RETR x", "RE-TR", "1", "RÉTR", "X" * 17):
            self.assertRaises(InvalidParameter, command, verb)

    def test_letters_that_an_encoding_does_not_have(self):
        """F7: they are an error of the call, which says where, and hides what."""
        with self.assertRaises(InvalidParameter) as caught:
            command("PASS", "s3cret€", "latin-1")
        self.assertIn("latin-1", str(caught.exception))
        self.assertIn("6", str(caught.exception))
        self.assertNotIn("s3cret", str(caught.exception))
        self.assertIsNone(caught.exception.__cause__)
        self.assertRaises(InvalidParameter, command, "RETR", "\ud800")

    def test_whole_lines(self):
        """FtpCommand's form."""
        self.assertEqual(command_line("SITE CHMOD 644 a"), b"SITE CHMOD 644 a\r\n")
        self.assertEqual(command_line("NOOP"), b"NOOP\r\n")
        self.assertEqual(command_line(" MKD  a"), b"MKD  a\r\n")
        self.assertRaises(InvalidParameter, command_line, "")
        self.assertRaises(InvalidParameter, command_line, "  ")

    def test_traces_show_no_secret(self):
        """The password and the account, whatever the case."""
        self.assertEqual(shown_command(b"PASS s3cret x\r\n"), "PASS ****")
        self.assertEqual(shown_command(b"pass s3cret\r\n"), "pass ****")
        self.assertEqual(shown_command(b"ACCT s3cret\r\n"), "ACCT ****")
        self.assertEqual(shown_command(b"PASS\r\n"), "PASS")
        for word in ("PSWD", "pswd", "CHPASS", "CPWD"):
            line = f"SITE  {word} s3cret n3w\r\n".encode()
            self.assertEqual(shown_command(line), f"SITE {word} ****")
        self.assertEqual(shown_command(b"SITE CHMOD 644 a\r\n"), "SITE CHMOD 644 a")
        self.assertEqual(shown_command(b"RETR \xc3\xa4 b\r\n"), "RETR ä b")
        self.assertEqual(shown_command(b"RETR \xe4\xff\r\n"), "RETR \\xe4\\xff")
        self.assertEqual(shown_command(b"RETR a\x1b[2J\r\n"), "RETR a\\x1b[2J")


class Names(SynchronousTestCase):
    """RFC 2640, and what older servers have."""

    def test_utf8(self):
        """F7: letters of every alphabet."""
        for text in ("ä", "日本", "имя", "😀", "a b"):
            self.assertEqual(decode_name(text.encode()), text)
            self.assertEqual(encode_name(text), text.encode())

    def test_any_bytes_come_back(self):
        """In every encoding, each byte alone and each pair of upper ones."""
        names = [bytes([one]) for one in range(256)]
        names += [
            bytes([0x61, one, two])
            for one in range(128, 256, 3)
            for two in (32, 0x5C, 0x80, 0xFC, 0xFF)
        ]
        for encoding in map(checked_encoding, ENCODINGS):
            for name in names:
                text = decode_name(name, encoding)
                self.assertEqual(encode_name(text, encoding), name, (encoding, name))

    def test_letters_stay_letters(self):
        """Where nothing is lost, the text is the encoding's."""
        self.assertEqual(decode_name("表".encode("shift_jis"), "shift_jis"), "表")
        self.assertEqual(decode_name("имя".encode("cp1251"), "cp1251"), "имя")

    def test_encodings_are_checked(self):
        """Unknown ones, and those in which a line would be no line."""
        self.assertEqual(checked_encoding("UTF8"), "utf-8")
        self.assertEqual(checked_encoding("Latin-1"), "iso8859-1")
        for name in (
            "utf-16",
            "utf-7",
            "cp037",
            "hz",
            "iso2022_jp",
            "utf-8-sig",
            "nix",
        ):
            self.assertRaises(InvalidParameter, checked_encoding, name)
        for name in (
            "",
            "rot13",
            "zlib",
            "punycode",
            "idna",
            "x" * 1000,
            "unicode_escape",
        ):
            self.assertRaises(InvalidParameter, checked_encoding, name)
        self.assertRaises(InvalidParameter, checked_encoding, "raw_unicode_escape")
