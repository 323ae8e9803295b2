"""The open folder: nothing leaves it, and nothing is ever replaced."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
from typing import TYPE_CHECKING

from twisted.trial import unittest

from tests.inetfetch.folders import names_in, temporary_folder
from twinet.inetfetch.fetch import folder as folder_module
from twinet.inetfetch.fetch.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class FolderCase(unittest.SynchronousTestCase):
    def setUp(self):
        self.root = temporary_folder(self)

    def open(self, path="", *, make=False):
        folder = Folder.below(str(self.root), path, make=make)
        self.addCleanup(folder.close)
        return folder


class WayDownTests(FolderCase):
    def test_folders_on_the_way_are_made(self):
        """When that is asked for, and only then."""
        self.assertRaises(FileNotFoundError, self.open, "a/b/file")
        folder = self.open("a/b/file", make=True)
        self.assertEqual(folder.path, str(self.root / "a" / "b"))
        self.assertTrue((self.root / "a" / "b").is_dir())
        self.assertFalse((self.root / "a" / "b" / "file").exists())

    def test_root_is_made_too(self):
        """A download folder that was removed comes back."""
        self.root /= "new"
        self.open("file", make=True)
        self.assertTrue(self.root.is_dir())

    def test_symbolic_link_on_the_way_is_not_followed(self):
        """A link in the download folder does not lead a job elsewhere."""
        outside = temporary_folder(self)
        (self.root / "link").symlink_to(outside)
        error = self.assertRaises(OSError, self.open, "link/file", make=True)
        self.assertEqual(error.errno, errno.ENOTDIR)
        self.assertIn("symbolic link", str(error))

    def test_file_on_the_way_is_told(self):
        """The text says what is the matter."""
        (self.root / "a").write_bytes(b"")
        error = self.assertRaises(OSError, self.open, "a/file", make=True)
        self.assertIn("in the way", str(error))

    def test_root_may_be_a_symbolic_link(self):
        """The operator named it."""
        outside = temporary_folder(self)
        (self.root / "link").symlink_to(outside)
        self.root /= "link"
        os.close(self.open().create("x"))
        self.assertTrue((outside / "x").exists())

    def test_no_descriptor_is_left_open(self):
        """Neither after success nor after failure."""
        (self.root / "f").write_bytes(b"")
        (self.root / "dir").mkdir()
        before = names_in("/proc/self/fd")
        for path in ["a/b/c", "f/x", "f/x/y"]:
            with contextlib.suppress(OSError):
                Folder.below(str(self.root), path, make=True).close()
        with Folder.below(str(self.root)) as folder:
            for name in ["f", "dir", "nothing"]:
                folder.holds(name, 1, "")
        self.assertEqual(names_in("/proc/self/fd"), before)


class FileTests(FolderCase):
    def test_new_file_is_for_its_owner_only(self):
        """Half of a download is nobody's business."""
        os.close(self.open().create("part"))
        self.assertEqual((self.root / "part").stat().st_mode & 0o777, 0o600)

    def test_new_file_never_takes_one_that_is_there(self):
        """A link that somebody put there is not followed either."""
        (self.root / "part").write_bytes(b"theirs")
        (self.root / "link").symlink_to(self.root / "elsewhere")
        folder = self.open()
        self.assertRaises(FileExistsError, folder.create, "part")
        self.assertRaises(FileExistsError, folder.create, "link")
        self.assertEqual((self.root / "part").read_bytes(), b"theirs")

    def test_removing_what_is_not_there_does_no_harm(self):
        """It is what was wanted."""
        self.open().remove("nothing")

    def test_content_is_recognised(self):
        """By its size and digest, and only in a plain file."""
        content = b"content"
        digest = hashlib.sha256(content).hexdigest()
        (self.root / "file").write_bytes(content)
        (self.root / "link").symlink_to(self.root / "file")
        (self.root / "dir").mkdir()
        os.mkfifo(self.root / "pipe")
        folder = self.open()
        self.assertTrue(folder.holds("file", len(content), digest))
        self.assertFalse(folder.holds("file", len(content) + 1, digest))
        self.assertFalse(folder.holds("file", len(content), "0" * 64))
        for name in ["link", "nothing", "dir", "pipe"]:
            self.assertFalse(folder.holds(name, len(content), digest), name)

    def test_names_are_those_of_the_folder(self):
        """Hidden ones too."""
        (self.root / ".a").write_bytes(b"")
        (self.root / "b").mkdir()
        self.assertEqual(sorted(self.open().names()), [".a", "b"])


class PublishTests(FolderCase):
    def publish(self):
        (self.root / "part").write_bytes(b"ours")
        self.open().publish("part", "final")

    def test_file_gets_its_final_name(self):
        """And loses the other one."""
        self.publish()
        self.assertEqual((self.root / "final").read_bytes(), b"ours")
        self.assertFalse((self.root / "part").exists())

    def test_nothing_is_replaced(self):
        """Whatever has that name: a file, a folder, a dangling link."""
        makers: list[Callable[[Path], object]] = [
            lambda path: path.write_bytes(b"theirs"),
            lambda path: path.mkdir(),
            lambda path: path.symlink_to("nowhere"),
        ]
        for make in makers:
            make(self.root / "final")
            self.assertRaises(FileExistsError, self.publish)
            self.assertEqual((self.root / "part").read_bytes(), b"ours")
            (self.root / "final").rename(temporary_folder(self) / "away")

    def test_it_works_where_the_kernel_cannot_rename_so(self):
        """By a hard link, which does not replace either."""
        self.patch(folder_module, "_renameat2", lambda: None)
        self.publish()
        self.assertEqual((self.root / "final").read_bytes(), b"ours")
        self.assertFalse((self.root / "part").exists())
        self.assertRaises(FileExistsError, self.publish)

    def test_file_system_that_does_not_know_the_flag_is_served(self):
        """The call is there, but answers EINVAL."""

        def refusing(*_):
            ctypes.set_errno(errno.EINVAL)
            return -1

        self.patch(folder_module, "_renameat2", lambda: refusing)
        self.publish()
        self.assertEqual((self.root / "final").read_bytes(), b"ours")

    def test_link_is_recognised_as_the_same_file(self):
        """What a crash between link and unlink leaves behind."""
        (self.root / "part").write_bytes(b"x")
        (self.root / "copy").write_bytes(b"x")
        os.link(self.root / "part", self.root / "final")
        folder = self.open()
        self.assertTrue(folder.same_file("part", "final"))
        self.assertFalse(folder.same_file("part", "copy"))
        self.assertFalse(folder.same_file("part", "nothing"))
