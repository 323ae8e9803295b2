"""Listings: each rule by itself, both ways of the usual line, and any bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.listing_corpus import CASES, DOS, shown
from twinet._wire import ftp_month_names
from twinet._wire.ftp_list_eplf import Eplf
from twinet._wire.ftp_list_mlsd import Mlsd, read_mlst
from twinet._wire.ftp_list_unix import Unix
from twinet._wire.ftp_listing import ListingReader
from twinet._wire.ftp_month_names import month_of
from twinet._wire.ftp_name import encode_name
from twinet._wire.ftp_reply import ReplyReader
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from typing import Literal

    from twinet.records import DirectoryEntry

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def entries(
    listing: bytes, now: datetime = NOW, kind: Literal["list", "mlsd"] = "list"
) -> list[DirectoryEntry]:
    reader = ListingReader(now, kind=kind)
    return reader.feed(listing) + reader.end()


def one(line: bytes, now: datetime = NOW) -> DirectoryEntry:
    (entry,) = entries(line, now)
    return entry


def dated(date: str, now: datetime = NOW) -> str:
    """Return the time of a Unix line with this date."""
    return shown(one(f"-rw-r--r-- 1 o g 7 {date} n".encode(), now)).split()[2]


class Dates(SynchronousTestCase):
    """The year that is not told."""

    def test_half_a_year(self):
        """The last such day that is not later than tomorrow."""
        for now, date, time in (
            ("2026-11-27T12:00", "Nov 27 11:59", "2026-11-27T11:59"),
            ("2026-11-27T12:00", "Jun  1 10:00", "2026-06-01T10:00"),
            ("2026-01-02T12:00", "Dec 31 23:00", "2025-12-31T23:00"),
            ("2026-01-02T12:00", "Jul 10 23:00", "2025-07-10T23:00"),
            ("2026-12-31T23:30", "Jan  1 00:30", "2027-01-01T00:30"),
            ("2026-11-27T12:00", "Nov 28 11:00", "2026-11-28T11:00"),
            ("2026-11-27T12:00", "Nov 29 13:00", "2025-11-29T13:00"),
            ("2024-03-01T12:00", "Feb 29 10:00", "2024-02-29T10:00"),
            ("2025-01-01T12:00", "Feb 29 10:00", "2024-02-29T10:00"),
        ):
            at = datetime.fromisoformat(now).replace(tzinfo=UTC)
            self.assertEqual(dated(date, at), time, (now, date))

    def test_day_that_was_in_neither_year(self):
        """The entry is there, without a time."""
        self.assertEqual(dated("Feb 29 10:00"), "-")
        self.assertEqual(dated("Feb 30  2020"), "-")
        self.assertEqual(dated("2020-02-30 10:00"), "-")
        self.assertIsNone(one(b"-rw-r--r-- 1 o g 7 Feb 30 2020 n").precision)

    def test_now_in_another_zone(self):
        """What is measured by is the moment, not how it is written."""
        here = timezone(timedelta(hours=14))
        now = datetime(2027, 1, 1, 1, tzinfo=here)
        self.assertEqual(dated("Jan  1 09:00", now), "2027-01-01T09:00")
        self.assertEqual(dated("Jan  1 20:00", now), "2026-01-01T20:00")

    def test_ends_of_time(self):
        """No year is too early or too late."""
        for year in (1, 9999):
            now = datetime(year, 12, 31, 23, 59, tzinfo=UTC)
            entry = one(b"-rw-r--r-- 1 o g 7 Jan 5 10:00 n", now)
            self.assertEqual(entry.name, "n")
        for date in ("0001-01-01 00:00:00 +1400", "9999-12-31 23:59:59 -1400"):
            self.assertEqual(dated(date), "-")
        self.assertEqual(dated("Jan  1  0000"), "-")

    def test_zone_is_known_or_not(self):
        """A naive time is the server's; UTC says so."""
        entry = one(b"-rw-r--r-- 1 o g 7 Nov 27 11:59 n")
        assert entry.modified is not None
        self.assertIsNone(entry.modified.tzinfo)
        self.assertFalse(entry.modified_is_utc)
        (entry,) = entries(b"type=file;modify=20261127103015; n", kind="mlsd")
        assert entry.modified is not None
        self.assertIs(entry.modified.tzinfo, UTC)
        self.assertTrue(entry.modified_is_utc)
        (entry,) = entries(b"type=file; n", kind="mlsd")
        self.assertFalse(entry.modified_is_utc)
        self.assertIsNone(entry.precision)

    def test_months_of_any_spelling(self):
        """Capitals, a full stop, and what is not a month in any language."""
        for date in ("NOV 20 07:00", "nov. 20 07:00", "20 Nov. 07:00"):
            self.assertEqual(dated(date), "2026-11-20T07:00")
        self.assertEqual(entries(b"-rw-r--r-- 1 o g 7 xyz 20 07:00 n"), [])

    def test_no_month_is_another(self):
        """In whatever language, encoding and capitals: one word, one month."""
        meanings: dict[bytes, set[int]] = {}
        for word, number in ftp_month_names._spellings():
            meanings.setdefault(word, set()).add(number)
            self.assertEqual(month_of(word), number, word)
        self.assertEqual([w for w, all_ in meanings.items() if len(all_) > 1], [])
        self.assertGreater(len(meanings), 1000)


class Columns(SynchronousTestCase):
    """What stands beside name, size and time."""

    def test_permissions_owner_group(self):
        """As they are shown; signs of access lists stay."""
        for line, expected in (
            (b"-rwsr-Sr-T 1 o g 7 Nov 20 07:00 n", ("rwsr-Sr-T", "o", "g")),
            (b"-rw-r--r--+ 1 o g 7 Nov 20 07:00 n", ("rw-r--r--+", "o", "g")),
            (b"drwxr-xr-x + 1 o g 7 Nov 20 07:00 n", ("rwxr-xr-x+", "o", "g")),
            (b"-rw-r--r-- 1 501 20 7 Nov 20 07:00 n", ("rw-r--r--", "501", "20")),
            (b"-rw-r--r-- 1 o 7 Nov 20 07:00 n", ("rw-r--r--", "o", None)),
            (b"-rw-r--r-- 1 7 Nov 20 07:00 n", ("rw-r--r--", None, None)),
            (b"-rw-r--r-- 1 a b c 7 Nov 20 07:00 n", ("rw-r--r--", "a b c", None)),
            (
                b"-rw-r--r-- 1 \xc3\xa4 \xe4 7 Nov 20 07:00 n",
                ("rw-r--r--", "ä", "\udce4"),
            ),
            (b"d [RWCEAFMS] o 512 Nov 20 07:00 n", (None, "o", None)),
            (b"+r,up640,\tn", ("rw-r-----", None, None)),
            (b"N;1 1 5-MAR-1993 18:09 [GRP,ME] (R)", (None, "ME", "GRP")),
            (b"N;1 1 5-MAR-1993 18:09 [ME] (R)", (None, "ME", None)),
            (b"ME 7 06/13/97 12:27:39 *STMF n", (None, "ME", None)),
            (b"01-15-20  10:20AM 7 n", (None, None, None)),
        ):
            entry = one(line)
            self.assertEqual(entry.name.lower(), "n", line)
            seen = (entry.permissions, entry.owner, entry.group)
            self.assertEqual(seen, expected, line)

    def test_facts_of_unix(self):
        """Section 7.6.1 names none; these are what servers have."""
        for facts, expected in (
            (b"UNIX.mode=0755;", ("rwxr-xr-x", None, None)),
            (b"UNIX.mode=100644;", ("rw-r--r--", None, None)),
            (b"unix.mode=06755;", ("rwsr-sr-x", None, None)),
            (b"UNIX.mode=01777;", ("rwxrwxrwt", None, None)),
            (b"UNIX.mode=07644;", ("rwSr-Sr-T", None, None)),
            (b"UNIX.mode=888;", (None, None, None)),
            (b"UNIX.owner=5;UNIX.group=6;", (None, "5", "6")),
            (
                b"UNIX.owner=5;UNIX.ownername=me;UNIX.groupname=us;UNIX.group=6;",
                (None, "me", "us"),
            ),
        ):
            (entry,) = entries(b"type=file;" + facts + b" n", kind="mlsd")
            seen = (entry.permissions, entry.owner, entry.group)
            self.assertEqual(seen, expected, facts)

    def test_sizes_that_are_none(self):
        """Of directories, links and devices, and what is no whole number."""
        for line in (
            b"drwxr-xr-x 1 o g 4096 Nov 20 07:00 n",
            b"lrwxrwxrwx 1 o g 4 Nov 20 07:00 n -> file",
            b"brw-r--r-- 1 o g 8, 1 Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g 8,1 Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g 1.5K Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g " + b"9" * 21 + b" Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g " + b"9" * 5000 + b" Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g -7 Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g \xd9\xa3 Nov 20 07:00 n",
        ):
            self.assertIsNone(one(line).size, line)

    def test_days_that_there_are_not(self):
        """Where the date is what tells the dialect, such a line is of none."""
        for line in (
            b"02-30-20  10:20AM 7 n",
            b"     7           A     02-30-97   16:52  n",
            b"   7    Abc-28-1998  05:23:30   n",
            b"README   N V         71        26          1 1997-02-30 12:33:20 TCP291",
            b".        DIR        -         -          - 1999-05-21 12:35:01 -",
        ):
            self.assertEqual(entries(line), [], line)
        (entry,) = entries(b"type=file;modify=1911Y,127103015; N", kind="mlsd")
        self.assertIsNone(entry.modified)
        for line in (
            b"N;1 1 30-FEB-1993 18:09 [ME] (R)",
            b"N;1 1 30-XYZ-1993 18:09 [ME] (R)",
            b"+m99999999999999999999,r,\tN",
            b"+mx,r,upx,\tN",
            b"ME 7 97-06-31 12:27:39 *STMF N",
            b"ME 7 31/02/30 12:27:39 *STMF N",
            b" Name VV.MM Created C\nN 01.03 2002/09/12 2002/13/11 09:37 1 1 0 ME",
        ):
            entry = one(line)
            self.assertEqual((entry.name, entry.modified), ("N", None), line)
            self.assertIsNone(entry.precision)

    def test_days_of_ibm_i(self):
        """Dashes stand in the order of ISO; slashes may stand in any."""
        for date, day in (
            (b"97-06-13", "1997-06-13"),
            (b"13.06.97", "1997-06-13"),
            (b"06/13/97", "1997-06-13"),
            (b"13/06/97", "1997-06-13"),
            (b"97/06/13", "1997-06-13"),
            (b"01/01/01", "2001-01-01"),
        ):
            entry = one(b"ME 7 %b 12:27:39 *STMF N" % date)
            self.assertEqual(str(entry.modified), f"{day} 12:27:39", date)

    def test_data_sets_that_have_no_line(self):
        """z/OS shows what is below a part of a name as a directory."""
        listing = b"Volume Unit Referred Ext Used Dsname\nPseudo Directory  SYS1\nwhat?"
        reader = ListingReader(NOW)
        (entry,) = reader.feed(listing) + reader.end()
        self.assertEqual((entry.name, entry.kind), ("SYS1", "directory"))
        self.assertEqual(reader.unknown, 1)

    def test_largest_sizes(self):
        """64 bits, and what one may say beyond."""
        for size in (2**63, 2**64 - 1, 10**18, 10**18 - 1, 10**20 - 1):
            self.assertEqual(
                one(b"-rw-r--r-- 1 o g %d Nov 20 07:00 n" % size).size, size
            )

    def test_records(self):
        """Equal when all of it is equal; they can be put into sets."""
        line = b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n"
        self.assertEqual(one(line), one(line))
        self.assertEqual(len({one(line), one(line)}), 1)
        self.assertNotEqual(one(line), one(line + b"n"))


class Names(SynchronousTestCase):
    """What a name may be."""

    def test_any_bytes(self):
        """F7: what was listed can be asked for, byte for byte."""
        for name in (
            b"\xff\xfe",
            "日本".encode(),
            "日本".encode("shift_jis"),
            b"a\x85b",
        ):
            for line, kind in (
                (b"-rw-r--r-- 1 o g 7 Nov 20 07:00 " + name, "list"),
                (b"01-15-20  10:20AM 7 " + name, "list"),
                (b"+r,\t" + name, "list"),
                (b"type=file; " + name, "mlsd"),
            ):
                for end in (b"", b"\n", b"\r\n"):
                    (entry,) = entries(line + end, kind=kind)  # type: ignore[arg-type]
                    self.assertEqual(encode_name(entry.name), name, line)
                    self.assertEqual(entry.raw, line)

    def test_blanks(self):
        """One stands before the name; all others are of it, whatever Unicode thinks."""
        for name in (
            " a",
            "  a ",
            "a  b",
            "\u3000a",
            "\xa0a\xa0",
            "\x1ca",
            "\x0ba",
            "a\x0c",
        ):
            for line, kind in (
                (b"-rw-r--r-- 1 o g 7 Nov 20 07:00 ", "list"),
                (b"01-15-20  10:20AM                    7 ", "list"),
                (b"     7           A     05-12-97   16:52  ", "list"),
                (b"type=file; ", "mlsd"),
            ):
                # Twice, as the second line goes the short way.
                raw = (line + name.encode() + b"\n") * 2
                for entry in entries(raw, kind=kind):  # type: ignore[arg-type]
                    self.assertEqual(entry.name, name, line)

    def test_nothing_leads_elsewhere(self):
        """A name with a slash or a NUL is no name: it is reported."""
        for name in (b"../x", b"/etc/passwd", b"a/b", b"n\0", b"/"):
            for line, kind in (
                (b"-rw-r--r-- 1 o g 7 Nov 20 07:00 ", "list"),
                (b"drwxr-xr-x 1 o g 7 Nov 20 07:00 a/", "list"),
                (b"lrwxrwxrwx 1 o g 1 Nov 20 07:00 ", "list"),
                (b"01-15-20  10:20AM 7 ", "list"),
                (b"01-15-20  10:20AM <DIR> ", "list"),
                (b"+r,\t", "list"),
                (b"     0           DIR   05-12-97   16:52  ", "list"),
                (b"QPGMR 7 06/13/97 12:27:39 *STMF ../", "list"),
                (b"type=file;size=7; ", "mlsd"),
            ):
                reader = ListingReader(NOW, kind=kind)  # type: ignore[arg-type]
                raw = (line + name + b"\n") * 2
                self.assertEqual(reader.feed(raw) + reader.end(), [], raw)
                self.assertEqual(reader.unknown, 2)

    def test_links_may_lead_anywhere(self):
        """A target is shown and followed by nobody."""
        entry = one(b"lrwxrwxrwx 1 o g 7 Nov 20 07:00 n -> ../../x")
        self.assertEqual((entry.name, entry.target), ("n", "../../x"))

    def test_arrows_in_links(self):
        """The size of a link is the length of its target, if it is any's."""
        for size, name, target in (
            (6, "a", "b -> c"),
            (1, "a -> b", "c"),
            (9, "a", "b -> c"),
        ):
            entry = one(b"lrwxrwxrwx 1 o g %d Nov 20 07:00 a -> b -> c" % size)
            self.assertEqual((entry.name, entry.target), (name, target))

    def test_encodings(self):
        """Another is used for all of the line; one that cannot be is refused."""
        reader = ListingReader(NOW, "latin-1")
        (entry,) = reader.feed(b"-rw-r--r-- 1 \xe4 \xf6 7 Nov 20 07:00 \xfc\n")
        self.assertEqual((entry.owner, entry.group, entry.name), ("ä", "ö", "ü"))
        self.assertRaises(InvalidParameter, ListingReader, NOW, "utf-16")

    def test_not_the_directory_itself(self):
        """``.`` and ``..`` are no entries, in no dialect."""
        listing = b"".join(
            line + name + b"\n"
            for name in (b".", b"..")
            for line in (
                b"drwxr-xr-x 1 o g 7 Nov 20 07:00 ",
                b"01-15-20  10:20AM       <DIR>          ",
                b"+/,\t",
                b"     0           DIR   05-12-97   16:52  ",
            )
        )
        reader = ListingReader(NOW)
        self.assertEqual(reader.feed(listing), [])
        self.assertEqual(reader.unknown, 0)
        facts = (
            b"type=cdir; /x\ntype=pdir; /\ntype=dir; .\nType=Cdir; x\ntype=dir; ..\n"
        )
        reader = ListingReader(NOW, kind="mlsd")
        self.assertEqual(reader.feed(facts), [])
        self.assertEqual(reader.unknown, 0)


class Streams(SynchronousTestCase):
    """Lines, unknown ones, and what comes without an end."""

    def test_dialects_may_change(self):
        """F15: each line is read in the dialect that understands it."""
        lines = [line for case in DOS[:1] for line in case.lines]
        unix = b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n"
        mixed = b"\n".join(each for line in lines for each in (line, unix, b"what?"))
        reader = ListingReader(NOW)
        seen = reader.feed(mixed) + reader.end()
        self.assertEqual(len(seen), 2 * len(lines))
        self.assertEqual(reader.unknown, len(lines))

    def test_the_first_entry_decides(self):
        """However the listing is cut: others are asked behind its dialect."""
        unix, eplf = b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n\n", b"+r,\tn\n"
        for first, second, kind in ((unix, eplf, Unix), (eplf, unix, Eplf)):
            for pieces in ([first, second], [first + second], [b"?\n" + first, second]):
                reader = ListingReader(NOW)
                self.assertEqual(sum(len(reader.feed(piece)) for piece in pieces), 2)
                self.assertIsInstance(reader._dialects[0], kind)

    def test_unknown_lines_are_kept(self):
        """F15: all are counted, and the first ones kept; none is dropped silently."""
        reader = ListingReader(NOW)
        self.assertEqual(reader.feed(b"what %d\n" % 0 + b"x" * 2000 + b"\n"), [])
        for number in range(100):
            reader.feed(b"what %d\r\n" % number)
        self.assertEqual(reader.unknown, 102)
        self.assertEqual(len(reader.unknown_lines), 20)
        self.assertEqual(reader.unknown_lines[0], b"what 0")
        self.assertEqual(reader.unknown_lines[1], b"x" * 1024)

    def test_last_line_without_an_end(self):
        """It counts, and only at the end."""
        reader = ListingReader(NOW)
        self.assertEqual(reader.feed(b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n"), [])
        self.assertEqual(len(reader.end()), 1)
        self.assertEqual(reader.end(), [])

    def test_endless_line(self):
        """It is one unknown line, and takes no memory; what follows counts."""
        good = b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n\n"
        raw = good + b"y" * 100_000 + b"\n" + good
        for size in (1, 7, 1000, 50_000, len(raw)):
            reader = ListingReader(NOW)
            seen = []
            for at in range(0, len(raw), size):
                seen += reader.feed(raw[at : at + size])
                self.assertLess(len(reader._tail), 33_000 + size)
            self.assertEqual(len(seen + reader.end()), 2)
            self.assertEqual(reader.unknown, 1)
            self.assertEqual(reader.unknown_lines, [b"y" * 1024])

    def test_endless_line_at_the_end(self):
        """It was counted when it became too long."""
        reader = ListingReader(NOW)
        reader.feed(b"y" * 100_000)
        reader.feed(b"y" * 100_000)
        self.assertEqual(reader.end(), [])
        self.assertEqual(reader.unknown, 1)

    def test_names_of_vms_without_details(self):
        """Its second line never came."""
        for raw in (
            b"A.TXT;1\n",
            b"A.TXT;1\n\nB.TXT;1 1 5-MAR-1993 18:09\n",
            b"A.TXT;1",
        ):
            reader = ListingReader(NOW)
            reader.feed(raw)
            reader.end()
            self.assertEqual(reader.unknown_lines, [b"A.TXT;1"])
            self.assertEqual(reader.unknown, 1)
            reader.end()
            self.assertEqual(reader.unknown, 1)

    def test_many_names_of_vms_without_details(self):
        """They fill no memory either."""
        reader = ListingReader(NOW)
        reader.feed(b"what?\n" * 5 + b"A.TXT;1\n" * 1000)
        for dialect in reader._dialects:
            self.assertLessEqual(len(dialect.lost_lines), 20)
        reader.end()
        self.assertEqual(reader.unknown, 1005)
        self.assertEqual(len(reader.unknown_lines), 20)

    def test_100000_entries(self):
        """They come as they are fed."""
        line = b"-rw-r--r--   1 ftp      ftp          1234 Jan 15 10:20 %d\r\n"
        reader = ListingReader(NOW)
        names = []
        for first in range(0, 100_000, 1000):
            piece = b"".join(line % each for each in range(first, first + 1000))
            names += [entry.name for entry in reader.feed(piece)]
        self.assertEqual(names, list(map(str, range(100_000))))

    def test_what_is_remembered_is_bounded(self):
        """Owners, dates and modes that are all different fill no memory."""
        for line, memory in (
            (b"-rw-r--r-- 1 o g 7 %b n\n", "_dates"),
            (b"-rw-r--r-- 1 %b g 7 Nov 20 07:00 n\n", "_owners"),
            (b"-rw-r--r--%b 1 o g 7 Nov 20 07:00 n\n", "_modes"),
        ):
            reader = ListingReader(NOW)
            for number in range(6000):
                piece = b"u%d" % number
                if memory == "_dates":
                    piece = b"Jan %d %d" % (number % 28 + 1, 1900 + number // 28)
                elif memory == "_modes":
                    piece = bytes(b"+.@%"[number >> at & 3] for at in range(0, 14, 2))
                reader.feed(line % piece)
            self.assertEqual(reader.unknown, 0)
            kept = getattr(reader._dialects[0], memory)
            self.assertGreater(len(kept), 1)
            self.assertLess(len(kept), 4100)

    def test_forms_of_facts_are_bounded(self):
        """A server that orders them anew in each line gains nothing."""
        reader = ListingReader(NOW, kind="mlsd")
        for number in range(100):
            (entry,) = reader.feed(b"x%d=1;type=file;size=7; n\n" % number)
            self.assertEqual((entry.kind, entry.size), ("file", 7))
        mlsd = reader._dialects[0]
        assert isinstance(mlsd, Mlsd)
        self.assertLessEqual(len(mlsd._forms), 8)
        # One that is never gone is kept once.
        reader = ListingReader(NOW, kind="mlsd")
        reader.feed(b"type=strange;size=7; n\n" * 20)
        mlsd = reader._dialects[0]
        assert isinstance(mlsd, Mlsd)
        self.assertEqual(len(mlsd._forms), 1)


class BothWays(SynchronousTestCase):
    """The short way of the usual line says what the careful one does."""

    def both(self, lines: list[bytes], kind: Literal["list", "mlsd"]) -> int:
        """Read each line the short and the careful way; return how many went short."""
        alone = [entries(line, kind=kind) for line in lines]
        reader = ListingReader(NOW, kind=kind)
        reader.feed(b"\n".join(lines) + b"\n")
        dialect = Unix if kind == "list" else Mlsd
        careful = dialect._read_carefully
        went = []

        def counted(self, line):
            went.append(line)
            return careful(self, line)

        with mock.patch.object(dialect, "_read_carefully", counted):
            for line, expected in zip(lines, alone, strict=True):
                self.assertEqual(reader.feed(line + b"\n"), expected, line)
        return len(lines) - len(went)

    def test_corpus(self):
        """Every line of it."""
        # Of these a line means what the lines before it make of it.
        others = (b"Directory ", b":[", b";1", b"Volume", b"VV.MM")
        for case in CASES:
            if not any(word in case.listing for word in others):
                self.both(case.lines, case.kind)

    def test_usual_lines_go_the_short_way(self):
        """Otherwise it would be for nothing."""
        unix = [
            b"-rw-r--r--   1 ftp      ftp          1234 Jan 15 10:20 a name",
            b"drwxr-xr-x   2 ftp      ftp          4096 Jan 15  2019 pub",
        ]
        self.assertEqual(self.both(unix, "list"), 2)
        facts = [
            b"type=file;size=1234;modify=20260115102033;UNIX.mode=0644; a name",
            b"Type=dir;Modify=20260115102033;Perm=flcdmpe; pub",
        ]
        self.assertEqual(self.both(facts, "mlsd"), 2)

    def test_a_sign_apart(self):
        """It is that of one line, not of all with this mode."""
        lines = [
            b"drwxr-xr-x + 1 o g 7 Nov 20 07:00 n",
            b"drwxr-xr-x 1 o g 7 Nov 20 07:00 n",
            b"-rw-r--r--1024 o g 7 Nov 20 07:00 n",
            b"-rw-r--r-- 1 o g 7 Nov 20 07:00 n",
        ]
        self.both(lines, "list")

    def test_a_year_behind_the_time(self):
        """A date of three words is not that of four (BSD's ls -lT)."""
        lines = [
            b"-rw-r--r-- 1 o g 7 Oct 21 06:53:41 a b",
            b"-rw-r--r-- 1 o g 7 Oct 21 06:53:41 2023 b",
            b"-rw-r--r-- 1 o g 7 Feb 29 06:53:41 a b",
            b"-rw-r--r-- 1 o g 7 Feb 29 06:53:41 2024 b",
        ]
        self.both(lines, "list")

    def test_generated(self):
        """Lines of pieces that fit, and of some that do not."""
        dice = Random(3659)
        columns = (
            (
                b"-rw-r--r--",
                b"drwxr-xr-x",
                b"lrwxrwxrwx",
                b"-rw-r--r--+",
                b"d",
                b"srwx",
            ),
            (b" 1 ", b" ", b"1 ", b" x ", b" 12 "),
            (b"ftp ", b"", b"1 ", b"12 ", b"Jan "),
            (b"ftp ", b"", b"a b ", b"15 ", b"5 Jan "),
            (b"7 ", b"1234 ", b"8, 1 ", b"x ", b"9" * 21 + b" ", b"007 ", b"1.2K "),
            (b"Jan 15 10:20 ", b"15 Jan 2020 ", b"Feb 30 2020 ", b"2020-01-15 10:20 "),
            (b"n", b" n", b"a b", b"a -> b", b".", b"a/b", b"", b" ", b"15 10:20 x"),
        )
        self.assertGreater(self.both(some(dice, columns), "list"), 300)
        facts = (
            (b"type=file;", b"type=dir;", b"Type=cdir;", b"type=;", b"TYPE=x;", b""),
            (b"size=7;", b"Size=x;", b"size=", b"size=" + b"9" * 21 + b";", b"sizd=7;"),
            (
                b"modify=20260115102033;",
                b"modify=2026;",
                b"modify=20269915102033;",
                b"",
            ),
            (b"UNIX.mode=0644;", b"unix.mode=x;", b"a=b=c;", b"a= b;", b"=;", b";"),
            (b"UNIX.owner=a;", b"UNIX.ownername=;", b"type=OS.unix=slink:a;", b""),
            (b" n", b"  n", b" a; b", b" .", b" a/b", b"n", b" ", b" a=b;c=d; e"),
        )
        self.assertGreater(self.both(some(dice, facts), "mlsd"), 300)


def some(dice: Random, columns: tuple[tuple[bytes, ...], ...]) -> list[bytes]:
    """Return lines of the columns, each piece of half of them mostly the first."""
    return [
        b"".join(
            column[0] if dice.random() < share else dice.choice(column)
            for column in columns
        )
        for share in (0, 0.8)
        for _ in range(1500)
    ]


class AnyBytes(SynchronousTestCase):
    """Whatever comes: no exception, and no size that nobody told."""

    def mutated(self, dice: Random, line: bytes) -> bytes:
        data = bytearray(line)
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(len(data) + 1)
            way = dice.randrange(5)
            if way == 0:
                data[at:at] = dice.choice(PIECES)
            elif way == 1:
                del data[at : at + dice.randrange(1, 8)]
            elif way == 2:
                data[at : at + 1] = bytes([dice.randrange(256)])
            elif way == 3:
                other = dice.choice(LINES)
                data[at:] = other[dice.randrange(len(other)) :]
            else:
                data[at:at] = data[: dice.randrange(len(data) + 1)]
        return bytes(data)

    def test_mutated_lines(self):
        """A size is a whole number of the line, or none."""
        dice = Random(959)
        for kind in KINDS:
            reader = ListingReader(NOW, kind=kind)
            for _ in range(6000):
                raw = self.mutated(dice, dice.choice(LINES))
                for entry in reader.feed(raw + b"\n"):
                    self.assertTrue(entry.name)
                    if b"*MEM" not in entry.raw:
                        self.assertNotIn("/", entry.name)
                    if entry.size is not None:
                        # Thousands may be set apart.
                        told = entry.raw + b" " + re.sub(rb"[,.]", b"", entry.raw)
                        pattern = rb"(?<![0-9])0*%d(?![0-9])" % entry.size
                        self.assertIsNotNone(re.search(pattern, told), entry)
                        self.assertEqual(entry.kind, "file")
            reader.end()

    def test_noise(self):
        """Bytes without any meaning, and the readers' favourite pieces of them."""
        dice = Random(2428)
        for kind in KINDS:
            reader = ListingReader(NOW, kind=kind)
            for _ in range(2000):
                reader.feed(dice.randbytes(dice.randrange(80)))
                reader.feed(b"".join(dice.choices(PIECES, k=dice.randrange(20))))
            reader.end()

    def test_long_lines_take_no_time(self):
        """Not with a power of their length, in any dialect."""
        for piece in PIECES:
            if b"\n" in piece:
                continue
            for begin in (b"", *BEGINNINGS):
                for kind in KINDS:
                    line = (begin + piece * (20_000 // len(piece)))[:20_000]
                    reader = ListingReader(NOW, kind=kind)
                    reader.feed(line + b"\n" + line + b" x\n")


KINDS: tuple[Literal["list"], Literal["mlsd"]] = ("list", "mlsd")
LINES = [line for case in CASES for line in case.lines]
BEGINNINGS = (
    b"-rw-r--r-- 1 o g 7 Nov 20 07:00 ",
    b"-rw-r--r-- ",
    b"01-15-20  10:20AM <JUNCTION> ",
    b"type=file;",
    b"A;1 ",
    b"QSYS ",
    b"7 ",
)
PIECES = (
    *(b"-rw-r--r--", b" ", b"1", b"Jan", b"15", b"10:20", b" -> ", b"<DIR>", b"\x80"),
    *(
        b"+",
        b"\t",
        b";",
        b"=",
        b",",
        b";1",
        b"*FILE",
        b"[",
        b"]",
        b"\r\n",
        b"\n",
        b"\0",
    ),
    *(b"a ", b"1 ", b"type=file;", b"=;", b"total ", b"2020-01-15 ", b" [", b"9", b"-"),
    *(b"1,", b"/", b"DIR ", b"29-JAN-1996 ", b"Volume Unit Referred Dsname", b"PO "),
)


class Answers(SynchronousTestCase):
    """MLST."""

    def read(self, raw: bytes) -> str:
        (reply,) = ReplyReader().feed(raw.replace(b"\n", b"\r\n"))
        entry = read_mlst(reply)
        return "" if entry is None else shown(entry)

    def test_one(self):
        """RFC 3659, section 7.2; the path's last part is the name."""
        facts = b"type=file;size=7;modify=20260115102033;"
        expected = "f 7 2026-01-15T10:20:33Z n"
        for path in (b"n", b"/pub/n", b"/a b/n"):
            raw = b"250-Listing\n " + facts + b" " + path + b"\n250 End\n"
            self.assertEqual(self.read(raw), expected)
        for begin in (b"250-", b"   ", b"250-  "):
            raw = b"250-L\n" + begin + facts + b" n\n250 End\n"
            self.assertEqual(self.read(raw), expected)
        self.assertEqual(self.read(b"250-" + facts + b" n\n250 End\n"), expected)
        self.assertEqual(self.read(b"250-x\n250-" + facts + b" n\n250 End\n"), expected)

    def test_directories(self):
        """Also the root, which has no other name, and the current one."""
        for raw, expected in (
            (b"250-L\n type=dir; /pub/\n250 E\n", "d - - pub"),
            (b"250-L\n type=cdir; /\n250 E\n", "d - - /"),
            (b"250-L\n   type=dir; /pub\n250 E\n", "d - - pub"),
            (b"250-L\n type=cdir;perm=el; /home/me\n250 E\n", "d - - me"),
        ):
            self.assertEqual(self.read(raw), expected)

    def test_nothing(self):
        """Words are no facts."""
        for raw in (b"250 OK\n", b"250-Start of list\n250 End of list\n", b"250 a=b\n"):
            self.assertEqual(self.read(raw), "")
