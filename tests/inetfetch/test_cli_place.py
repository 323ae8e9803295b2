"""Where the daemon is looked for, and what is said when a file is of no use."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twinet.inetfetch.command.report import Exit, Trouble
from twinet.inetfetch.place import find_place, state_dir


class StateDir(SynchronousTestCase):
    """The state folder."""

    def test_the_variables_go_in_order(self):
        """Ours, then the desktop's, then the home folder."""
        everything = {"INETFETCH_STATE_DIR": "/a", "XDG_STATE_HOME": "/b"}
        self.assertEqual(state_dir(everything), Path("/a"))
        del everything["INETFETCH_STATE_DIR"]
        self.assertEqual(state_dir(everything), Path("/b/inetfetch"))
        home = Path("~").expanduser()
        self.assertEqual(state_dir({}), home / ".local/state/inetfetch")

    def test_a_tilde_is_the_home_folder(self):
        """No shell stands between a service's configuration and us."""
        found = state_dir({"INETFETCH_STATE_DIR": "~/x"})
        self.assertEqual(found, Path("~/x").expanduser())

    def test_a_relative_desktop_folder_is_ignored(self):
        """As the desktop's specification wants it."""
        found = state_dir({"XDG_STATE_HOME": "b"})
        self.assertTrue(found.is_absolute())


class Place(SynchronousTestCase):
    """Address and token."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {"INETFETCH_STATE_DIR": folder.name}

    def assert_trouble(self, *words: str) -> None:
        """Check that a local trouble is told with these words."""
        trouble = self.assertRaises(Trouble, find_place, self.environment)
        self.assertEqual(trouble.code, Exit.LOCAL)
        for word in words:
            self.assertIn(word, str(trouble))

    def test_without_any_file_the_usual_address_is_taken(self):
        """The daemon may never have run here."""
        place = find_place(self.environment)
        self.assertEqual(place.url, "http://127.0.0.1:6800")
        self.assertIsNone(place.token)
        self.assertEqual(place.token_file, self.folder / "token")

    def test_the_daemon_says_where_it_is(self):
        """In the file that it writes, with the token beside it."""
        (self.folder / "daemon.json").write_text(
            json.dumps({"url": "http://127.0.0.1:99/", "pid": 1})
        )
        (self.folder / "token").write_text("s3cret\n")
        place = find_place(self.environment)
        self.assertEqual((place.url, place.token), ("http://127.0.0.1:99", "s3cret"))
        self.assertNotIn("s3cret", repr(place))

    def test_the_environment_goes_first(self):
        """A daemon.json of no use does not matter then."""
        (self.folder / "daemon.json").write_text("[")
        (self.folder / "other").write_text("t")
        self.environment |= {
            "INETFETCH_URL": "https://far.example/fetch/",
            "INETFETCH_TOKEN_FILE": str(self.folder / "other"),
        }
        place = find_place(self.environment)
        self.assertEqual((place.url, place.token), ("https://far.example/fetch", "t"))

    def test_a_broken_announcement_is_told(self):
        """Whether it is no JSON, or says something else."""
        for text in ("", "[1]", "{}", '{"url": 5}', '"url"'):
            (self.folder / "daemon.json").write_text(text)
            self.assert_trouble("daemon.json", "INETFETCH_URL")

    def test_an_announcement_that_cannot_be_read_is_told(self):
        """With the system's reason."""
        (self.folder / "daemon.json").mkdir()
        self.assert_trouble("daemon.json", "directory")

    def test_a_daemon_on_another_kind_of_endpoint_is_told(self):
        """It cannot be spoken to; what would help is said."""
        (self.folder / "daemon.json").write_text('{"url": null, "listen": "unix:/s"}')
        trouble = self.assertRaises(Trouble, find_place, self.environment)
        self.assertEqual(trouble.code, Exit.CONNECT)
        self.assertIn("unix:/s", str(trouble))

    def test_a_token_file_that_was_named_must_be_there(self):
        """Going on without it would only fail later."""
        self.environment["INETFETCH_TOKEN_FILE"] = str(self.folder / "none")
        self.assert_trouble("INETFETCH_TOKEN_FILE", "none")

    def test_a_token_file_that_cannot_be_read_is_told(self):
        """With the system's reason."""
        (self.folder / "token").mkdir()
        self.assert_trouble("token", "directory")

    def test_what_is_no_token_is_never_sent(self):
        """It would become part of a header field."""
        for content in (b"", b" \n", b"a b", b"a\nX-Evil: 1", b"\xff", b"a" * 5000):
            (self.folder / "token").write_bytes(content)
            self.assert_trouble("does not hold a token")
