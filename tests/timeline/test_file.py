"""A timeline in a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.timeline.archive import entries
from tests.timeline.clocked import TimelineTestCase
from tests.timeline.drawing import Drawing
from twinet.errors import FileNotFound, InvalidParameter, UnableToCacheFile
from twinet.timeline.file import check_place


class Saved(TimelineTestCase):
    """By its suffix, and whole."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.served("/prices")

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def test_the_suffix_says_what_it_is(self):
        """In whatever letters."""
        for name in ("a.svg", "a.HAR", "a.txt"):
            path = self.folder / name
            self.assertEqual(self.timeline.save(str(path)), path)
        self.assertEqual(self.names(), ["a.HAR", "a.svg", "a.txt"])
        self.assertEqual(len(Drawing((self.folder / "a.svg").read_text()).rows()), 1)
        self.assertEqual(len(entries((self.folder / "a.HAR").read_text())), 1)
        self.assertIn("/prices", (self.folder / "a.txt").read_text())

    def test_another_suffix_is_refused(self):
        """With those that there are; nothing is written."""
        for name in ("a.png", "a", "svg", ".svg", "a.svg.gz"):
            with self.assertRaisesRegex(InvalidParameter, r"\.svg.*\.har.*\.txt"):
                self.timeline.save(self.folder / name)
        with self.assertRaisesRegex(InvalidParameter, "not to None"):
            self.timeline.save(None)  # type: ignore[arg-type]  # that is the point
        self.assertEqual(self.names(), [])

    def test_a_file_that_was_there_is_replaced(self):
        """In one step: whoever reads it reads one or the other."""
        path = self.folder / "a.txt"
        path.write_text("old")
        with path.open() as old:
            self.timeline.save(path)
            self.assertEqual(old.read(), "old")
        self.assertIn("/prices", path.read_text())
        self.assertEqual(self.names(), ["a.txt"])

    def test_it_is_for_its_owner_alone(self):
        """URLs tell a lot."""
        path = self.timeline.save(self.folder / "a.har")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_nothing_is_left_of_what_cannot_be_written(self):
        """Neither a part of the file nor its temporary name."""
        path = self.folder / "a.svg"
        path.mkdir()
        nowhere = self.folder / "none" / "a.svg"
        for act in (self.timeline.save, check_place):
            with self.assertRaises(UnableToCacheFile) as caught:
                act(path)
            self.assertIn(str(path), caught.exception.message)
            self.assertEqual(self.names(), ["a.svg"])
            with self.assertRaises(FileNotFound):
                act(nowhere)

    def test_a_place_can_be_looked_at_before(self):
        """Nothing is written, and what is there stays."""
        path = self.folder / "a.txt"
        check_place(path)
        self.assertEqual(self.names(), [])
        path.write_text("old")
        check_place(str(path))
        self.assertEqual((self.names(), path.read_text()), (["a.txt"], "old"))
        with self.assertRaisesRegex(InvalidParameter, r"\.har"):
            check_place(self.folder / "a.gif")

    def test_the_longest_name_can_be_written(self):
        """Its temporary one is shorter."""
        path = self.timeline.save(self.folder / ("x" * 251 + ".svg"))
        self.assertTrue(path.is_file())

    def test_a_failure_in_the_middle_leaves_the_old_file(self):
        """What could not be shown is not half shown."""
        path = self.folder / "a.txt"
        path.write_text("old")
        self.patch(os, "fdopen", self.no_room)
        with self.assertRaisesRegex(UnableToCacheFile, "No space left"):
            self.timeline.save(path)
        self.assertEqual((self.names(), path.read_text()), (["a.txt"], "old"))

    def no_room(self, number, *args, **how):
        os.close(number)
        raise OSError(28, "No space left on device")
