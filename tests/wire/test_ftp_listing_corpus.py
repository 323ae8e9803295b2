"""Listings of many servers are read, however they are cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.listing_corpus import CASES, Case, shown
from twinet._wire.ftp_listing import ListingReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet.records import DirectoryEntry

PIECE = 41
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def read(case: Case, pieces: Iterable[bytes]) -> tuple[list[DirectoryEntry], int]:
    reader = ListingReader(NOW, case.encoding, case.kind)
    entries = [entry for piece in pieces for entry in reader.feed(piece)]
    entries += reader.end()
    return entries, reader.unknown


class Corpus(SynchronousTestCase):
    """The corpus itself, in every case by the same tests."""

    def test_listings_are_read(self):
        """Kind, size, time and name are those that the server meant."""
        for case in CASES:
            entries, unknown = read(case, [case.listing])
            seen = [shown(entry) for entry in entries]
            self.assertEqual(seen, case.entries, case.server)
            self.assertEqual(unknown, case.unknown, case.server)

    def test_there_are_many(self):
        """150 lines, each with a source, are the least."""
        self.assertGreaterEqual(sum(len(case.lines) for case in CASES), 150)
        self.assertTrue(all(case.source for case in CASES))

    def test_ends_of_lines_do_not_matter(self):
        """CR LF, CR CR LF, and a last line without an end."""
        for case in CASES:
            usual = read(case, [case.listing])
            for end in (b"\r\n", b"\r\r\n"):
                raw = case.listing.replace(b"\n", end)
                self.assertEqual(read(case, [raw]), usual, case.server)
            raw = case.listing.removesuffix(b"\n")
            self.assertEqual(read(case, [raw]), usual, case.server)

    def test_cuts_do_not_matter(self):
        """Byte by byte, and in pieces, so that each position is cut once."""
        for case in CASES:
            usual = read(case, [case.listing])
            raw = case.listing.replace(b"\n", b"\r\n")
            single = [raw[at : at + 1] for at in range(len(raw))]
            self.assertEqual(read(case, single), usual, case.server)
            for first in range(1, PIECE):
                cuts = range(first, len(raw), PIECE)
                pieces = [raw[:first], *(raw[cut : cut + PIECE] for cut in cuts)]
                self.assertEqual(read(case, pieces), usual, (case.server, first))

    def test_lines_are_kept(self):
        """Each entry has its line, so that nothing of it is lost."""
        for case in CASES:
            for entry in read(case, [case.listing])[0]:
                self.assertIn(entry.raw, case.listing)
