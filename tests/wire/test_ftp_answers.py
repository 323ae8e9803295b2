"""Paths, sizes, times and features in the texts of replies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.ftp_answers import read_path, read_size, read_size_hint, read_time
from twinet._wire.ftp_features import Features
from twinet._wire.ftp_reply import ReplyReader

if TYPE_CHECKING:
    from twinet.ftp import FtpReply


def reply(raw: bytes) -> FtpReply:
    (one,) = ReplyReader().feed(raw.replace(b"\n", b"\r\n"))
    return one


class Paths(SynchronousTestCase):
    """PWD and MKD."""

    def test_quoted(self):
        """F16: doubled quotes are one (RFC 959, appendix II)."""
        for raw, path in (
            (b'257 "/" is the current directory.', "/"),
            (b'257 "/a b" is the current directory.', "/a b"),
            (b'257 "/say ""hi""" created', '/say "hi"'),
            (b'257 """" is odd', '"'),
            (b'257 "/a"', "/a"),
            (b'257-"/a" is it\n257 and "no other"', "/a"),
            (b"257 /home/me is the current directory", "/home/me"),
            (b'257 "SYS$LOGIN:[ME.SUB]" is current directory.', "SYS$LOGIN:[ME.SUB]"),
            ('257 "/ä" is it'.encode(), "/ä"),
            (b'257 "/\xe4" is it', "/\udce4"),
            (b'257 "/a\r\0b" is it', "/a\rb"),
        ):
            self.assertEqual(read_path(reply(raw + b"\n")), path, raw)

    def test_none(self):
        """Nothing is made up."""
        for raw in (b"257\n", b"257 \n", b'257 "" is it\n'):
            self.assertIsNone(read_path(reply(raw)))

    def test_encoding(self):
        """That of the connection."""
        self.assertEqual(read_path(reply(b'257 "\xe4"\n'), "iso8859-1"), "ä")


class Sizes(SynchronousTestCase):
    """SIZE's reply, and the hint in RETR's."""

    def test_size(self):
        """One number, and perhaps a name before it, or a unit behind."""
        for text, size in (
            ("1234", 1234),
            (" 0 ", 0),
            ("18446744073709551616", 18446744073709551616),
            ("1234 bytes", 1234),
            ("file.txt 1234", 1234),
            ("---- 1234.", 1234),
        ):
            self.assertEqual(read_size(text), size, text)

    def test_no_size(self):
        """Better none than a wrong one."""
        for text in (
            *("", "-1", "1 234", "1,234", "1.5", "1234x", "12e3", "0x10", "²", "٣"),
            *("9" * 21, "9" * 9000, "1234 kbytes", "unknown"),
        ):
            self.assertIsNone(read_size(text), text)

    def test_hint(self):
        """As vsftpd, wu-ftpd, ProFTPD and Serv-U write it; the last bracket counts."""
        for text, size in (
            ("Opening BINARY mode data connection for a.bin (1234 bytes).", 1234),
            ("Opening ASCII mode data connection for a (1 byte)", 1),
            ("Opening BINARY mode data connection for a (1234 Bytes)", 1234),
            ("Opening data connection for 'b (5 bytes).txt' (1234 bytes)", 1234),
            (
                "Data connection accepted from [::1]:5; transfer starting (12 bytes).",
                12,
            ),
        ):
            self.assertEqual(read_size_hint(text), size, text)

    def test_no_hint(self):
        """Rounded sizes, and none."""
        for text in (
            "Accepted data connection\n14.3 kbytes to download",
            "Opening data connection for a (1.5 Mbytes)",
            "Opening data connection for a (1,234 bytes)",
            "Data connection already open; Transfer starting.",
            "(12 bytesize)",
            "(-1 bytes)",
            "(" * 100_000,
        ):
            self.assertIsNone(read_size_hint(text), text[:40])


class Times(SynchronousTestCase):
    """MDTM's reply."""

    def test_time(self):
        """RFC 3659, section 2.3: UTC, perhaps with a fraction."""
        for text, time in (
            ("20261127103015", (2026, 11, 27, 10, 30, 15)),
            (" 20261127103015 ", (2026, 11, 27, 10, 30, 15)),
            ("20261127103015.5", (2026, 11, 27, 10, 30, 15, 500000)),
            ("20261127103015.123456789", (2026, 11, 27, 10, 30, 15, 123456)),
            ("20261127103015.", (2026, 11, 27, 10, 30, 15)),
            ("20261127103015 GMT", (2026, 11, 27, 10, 30, 15)),
            ("20161231235960", (2016, 12, 31, 23, 59, 59)),
            ("00010101000000", (1, 1, 1)),
        ):
            self.assertEqual(read_time(text), datetime(*time, tzinfo=UTC), text)  # type: ignore[misc]

    def test_year_since_1900(self):
        """The bug of the year 2000 lives: 19126 is 2026."""
        time = datetime(2026, 11, 27, 10, 30, 15, tzinfo=UTC)
        self.assertEqual(read_time("191261127103015"), time)
        self.assertEqual(read_time("191001127103015"), time.replace(year=2000))

    def test_no_time(self):
        """Days that there are not, and what is none."""
        for text in (
            *(
                "",
                "20260230103015",
                "2026112710301",
                "202611271030155",
                "20261127246015",
            ),
            *(
                "191x61127103015",
                "-0261127103015",
                "20261127103015+0200",
                "\uff12\uff10\uff12\uff161127103015",
                "9" * 9000,
            ),
            *("2026 127103015", "00000101000000", "20261127103015.x", "29126112710301"),
        ):
            self.assertIsNone(read_time(text), text)


FEAT = b"""\
211-Features:
 MDTM
 REST STREAM
 SIZE
 MLST type*;size*;sizd*;modify*;UNIX.mode*;unique;
 AUTH TLS
 PBSZ
 PROT
 UTF8
 EPRT
 EPSV
 LANG en-US*;fr-FR
 X-New thing with words
211 End
"""


class FeatureTests(SynchronousTestCase):
    """RFC 2389."""

    def test_usual(self):
        """Everything that is asked for."""
        features = Features.read(reply(FEAT))
        self.assertTrue(features.known)
        for name in ("mdtm", "rest_stream", "size", "mlst", "auth_tls", "pbsz", "prot"):
            self.assertTrue(getattr(features, name), name)
        for name in ("utf8", "eprt", "epsv"):
            self.assertTrue(getattr(features, name), name)
        for name in ("mfmt", "tvfs", "host", "clnt", "pret"):
            self.assertFalse(getattr(features, name), name)
        self.assertIn("x-new", features)
        self.assertNotIn("End", features)
        self.assertNotIn("Features:", features)
        self.assertEqual(features.lines["X-NEW"], ("thing with words",))

    def test_odd_forms(self):
        """Codes before lines, no blanks, tabs, lower case, several words for one."""
        features = Features.read(
            reply(
                b"211-Extensions\n\n \n211-size\n211- mdtm\nrest stream\n\tutf-8\n"
                b"  AUTH TLS;TLS-C;SSL;TLS-P;\n auth ssl\n MLSD\n TVFS\n211 end\n"
            )
        )
        for name in ("size", "mdtm", "rest_stream", "utf8", "auth_tls", "mlst", "tvfs"):
            self.assertTrue(getattr(features, name), name)
        self.assertEqual(features.auth, {"TLS", "TLS-C", "SSL", "TLS-P"})
        self.assertEqual(features.lines["AUTH"], ("TLS;TLS-C;SSL;TLS-P;", "ssl"))

    def test_none(self):
        """Not known, not told, and not there are different things."""
        for raw in (b"500 What?\n", b"502 No.\n", b"530 Log in first.\n"):
            features = Features.read(reply(raw))
            self.assertFalse(features.known)
            self.assertFalse(features.size)
        features = Features.read(reply(b"211 No features\n"))
        self.assertTrue(features.known)
        self.assertFalse(features.lines)
        self.assertFalse(Features().known)

    def test_rest_of_another_mode(self):
        """REST alone is that of block mode (RFC 3659, section 5.3)."""
        self.assertFalse(Features.read(reply(b"211-F\n REST\n211 E\n")).rest_stream)

    def test_auth_without_tls(self):
        """SSL alone is another, older thing."""
        features = Features.read(reply(b"211-F\n AUTH SSL\n211 E\n"))
        self.assertFalse(features.auth_tls)

    def test_facts(self):
        """RFC 3659, section 7.8: a star is on what is told now."""
        features = Features.read(reply(FEAT))
        self.assertEqual(
            features.facts,
            {
                "type": True,
                "size": True,
                "sizd": True,
                "modify": True,
                "unix.mode": True,
                "unique": False,
            },
        )

    def test_facts_to_ask(self):
        """Only what there is, and only if it is not told; what is told stays."""
        features = Features.read(reply(FEAT))
        self.assertIsNone(features.facts_to_ask(["type", "Size", "perm"]))
        self.assertEqual(
            features.facts_to_ask(["type", "unique", "perm"]),
            "MLST type;size;sizd;modify;unix.mode;unique;",
        )
        self.assertIsNone(Features().facts_to_ask(["type"]))
