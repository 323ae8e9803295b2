"""Files that are to be sent: what of them is in memory, and how it comes there."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from unittest import skipUnless

from twisted.trial.unittest import SynchronousTestCase

from twinet._ftp import local_file
from twinet._ftp.local_file import FIRST, SAMPLE, LocalFile
from twinet.errors import FileNotFound, InvalidParameter

SIZE = 4 << 20
ON_LINUX = sys.platform == "linux"


class LocalFiles(SynchronousTestCase):
    """One file, on the disk of the tests."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.path.write_bytes(bytes(SIZE))

    def opened(self, path: Path | None = None) -> LocalFile:
        """Open it."""
        file = LocalFile(path or self.path)
        self.addCleanup(file.close)
        return file

    def forget(self) -> None:
        """Have the system forget what it has of it."""
        descriptor = os.open(self.path, os.O_RDWR)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)

    def test_first_piece(self):
        """It is read when the file is opened, which a thread does."""
        file = self.opened()
        self.assertEqual((file.size, file.ready), (SIZE, FIRST))
        self.path.write_bytes(b"abc")
        self.assertEqual(self.opened().ready, 3)

    @skipUnless(ON_LINUX, "others do not tell what they have in memory")
    def test_what_is_in_memory(self):
        """Nothing of a file that nobody has read; all that has been read ahead."""
        self.forget()
        file = self.opened()
        place = SIZE // 2
        if not file._tells or file._is_memory:
            self.skipTest("this file system does not tell what is in memory")
        self.assertEqual(file.in_memory(place, SIZE), place)
        self.assertEqual(file.read_ahead(place, SAMPLE), place + SAMPLE)
        self.assertGreaterEqual(file.in_memory(place, SIZE), place + SAMPLE)
        self.assertEqual(file.read_ahead(0, 2 * SIZE), SIZE)
        self.assertEqual(file.in_memory(0, 2 * SIZE), SIZE)
        self.assertEqual(file.in_memory(place, 7), place + 7)

    def test_system_that_does_not_tell(self):
        """Then nothing is taken for certain, and it is not asked again."""

        def refuse(*_):
            raise OSError(95, "not supported")

        file = self.opened()
        file._is_memory = False
        self.patch(os, "preadv", refuse)
        self.assertEqual(file.in_memory(FIRST, SIZE), FIRST)
        self.assertFalse(file._tells)

    @skipUnless(Path("/dev/shm").is_dir(), "there is no tmpfs")
    def test_file_that_is_memory(self):
        """A tmpfs cannot tell, and need not."""
        path = Path(f"/dev/shm/twinet-{os.getpid()}")
        path.write_bytes(bytes(SIZE))
        self.addCleanup(path.unlink)
        self.assertEqual(self.opened(path).in_memory(FIRST, SIZE), SIZE)

    def test_reading_where_nothing_can_be_sent_by_the_system(self):
        """By reading, or not at all."""
        self.patch(local_file, "_TO_FILES", False)
        self.assertEqual(self.opened().read_ahead(5, SIZE), SIZE)
        self.patch(local_file, "sendfile", None)
        self.assertEqual(self.opened().read_ahead(5, SIZE), SIZE)

    def test_what_cannot_be_read(self):
        """Is named."""
        self.assertRaises(FileNotFound, LocalFile, self.path.with_suffix(".no"))
        self.assertRaises(InvalidParameter, LocalFile, self.path.parent)
        file = self.opened()

        def fail(*_):
            raise OSError(5, "Input/output error")

        self.patch(local_file, "sendfile", fail)
        self.patch(local_file, "_TO_FILES", True)
        error = self.assertRaises(InvalidParameter, file.read_ahead, 0, 9)
        self.assertIn(str(self.path), error.message)

    def test_file_that_becomes_shorter(self):
        """There is no more to read, and no loop."""
        file = self.opened()
        os.truncate(self.path, FIRST + 9)
        self.assertEqual(file.read_ahead(FIRST, SIZE), FIRST + 9)

    def test_file_that_was_closed(self):
        """By who does not want it any more, while a thread had it."""
        file = self.opened()
        file.close()
        self.assertEqual(file.read_ahead(0, SIZE), 0)
        self.assertEqual(file.read(0), b"")
