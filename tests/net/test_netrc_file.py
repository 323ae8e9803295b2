"""The .netrc file on the disk: which one, and who else may read it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest import mock, skipUnless

from twisted.trial.unittest import SynchronousTestCase

from twinet._net.netrc_file import read_netrc
from twinet.errors import InvalidParameter
from twinet.records import Credentials

ENTRY = "machine h.test login joe password sesame\n"


class FileCase(SynchronousTestCase):
    """A folder, and files in it."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir(parents=True)

    def written(self, text: str | bytes = ENTRY, mode: int = 0o600) -> Path:
        path = self.folder / ".netrc"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    def refused(self, given: Any) -> str:
        """Return the words of a refusal, which hold no password."""
        error = self.assertRaises(InvalidParameter, read_netrc, given)
        for each in (error, error.__cause__, error.__context__):
            if each is error or error.__suppress_context__ is False:
                self.assertNotIn("sesame", f"{each!r}")
        return str(error)


class ReadTests(FileCase):
    """What is given, and what comes of it."""

    def test_path(self) -> None:
        """As text or as a path; it must be there."""
        path = self.written()
        for given in (path, str(path)):
            netrc = read_netrc(given)
            assert netrc is not None
            joe = Credentials("joe", "sesame")
            self.assertEqual(netrc.credentials_for("h.test"), joe)
        missing = self.folder / "missing"
        self.assertIn(f"{missing} cannot be read: No such file", self.refused(missing))
        self.assertIn("no ordinary file", self.refused(self.folder))

    def test_no_file(self) -> None:
        """Neither None nor False names one; other things are no path."""
        for given in (None, False):
            self.assertIsNone(read_netrc(given))
        wrong: Any
        for wrong in (5, b"x", "", [], "a\0b"):
            self.assertRaises(InvalidParameter, read_netrc, wrong)

    def test_users_own(self) -> None:
        """NETRC goes before ~/.netrc; a home without one knows nobody."""
        other = self.folder / "elsewhere"
        other.write_text("machine h.test login ann")
        with mock.patch.dict(os.environ, {"HOME": str(self.folder)}):
            os.environ.pop("NETRC", None)
            self.assertIsNone(read_netrc(True))
            self.written()
            netrc = read_netrc(True)
            assert netrc is not None
            self.assertIsNotNone(netrc.credentials_for("h.test", "joe"))
            os.environ["NETRC"] = str(other)
            netrc = read_netrc(True)
            assert netrc is not None
            self.assertIsNotNone(netrc.credentials_for("h.test", "ann"))
            os.environ["NETRC"] = str(self.folder / "missing")
            self.assertIn("by NETRC", self.refused(True))

    @skipUnless(hasattr(os, "mkfifo"), "there are no pipes with names here")
    def test_pipe_is_not_waited_for(self) -> None:
        """Nobody may ever write to it."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.assertIn("no ordinary file", self.refused(pipe))

    def test_what_is_no_netrc(self) -> None:
        """File and line are named."""
        path = self.written("machine h.test\nlogin joe password my sesame")
        self.assertIn(f"{path}, line 2: ", self.refused(path))
        path = self.written(b"machine h.test password sesame\xff")
        self.assertIn("not text in UTF-8", self.refused(path))
        path = self.written("#" * (1 << 20) + "\n")
        self.assertIn("longer than", self.refused(path))

    @skipUnless(os.name == "posix", "the rights of files are others here")
    def test_file_that_is_open_to_others(self) -> None:
        """Is refused when there is a password in it; a group may read it."""
        for mode in (0o644, 0o604, 0o660, 0o602):
            path = self.written(mode=mode)
            self.assertIn(f"chmod 600 {path}", self.refused(path))
        for mode in (0o600, 0o400, 0o640):
            self.assertIsNotNone(read_netrc(self.written(mode=mode)))
        self.assertIsNotNone(read_netrc(self.written("machine h login joe", 0o644)))
