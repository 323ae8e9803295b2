"""The state folder: one daemon at a time, and a token that nobody else reads."""

from __future__ import annotations

import json

from twisted.trial import unittest

from tests.inetfetch.folders import names_in, temporary_folder
from twinet.inetfetch.statefolder import StateError, StateFolder


class StateFolderTests(unittest.SynchronousTestCase):
    def setUp(self):
        self.path = temporary_folder(self) / "a" / "state"
        self.state = self.locked()

    def locked(self):
        state = StateFolder(self.path)
        state.lock()
        self.addCleanup(state.leave)
        return state

    def test_folder_is_made_for_its_owner_only(self):
        """With everything above it."""
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o700)

    def test_second_daemon_is_kept_out_and_told_whose_it_is(self):
        """The folder, the process and the way out are in the text."""
        self.state.announce(url="http://127.0.0.1:1", pid=4711)
        other = StateFolder(self.path)
        error = self.assertRaises(StateError, other.lock)
        for word in [str(self.path), "4711", "http://127.0.0.1:1", "--state-dir"]:
            self.assertIn(word, str(error))
        other.leave()
        self.assertTrue((self.path / "daemon.json").exists())

    def test_folder_is_free_again_when_the_daemon_has_left(self):
        """And nothing says that it is there."""
        self.state.announce(url="http://127.0.0.1:1", pid=4711)
        self.state.leave()
        self.assertEqual(names_in(self.path), ["lock"])
        self.locked()

    def test_token_is_made_once_and_kept(self):
        """Long, random, readable by its owner only."""
        token = self.state.token()
        self.assertGreaterEqual(len(token), 43)
        self.assertEqual(self.state.token(), token)
        self.assertEqual(self.state.token_file.read_text(), token + "\n")
        self.assertEqual(self.state.token_file.stat().st_mode & 0o777, 0o600)
        self.state.token_file.unlink()
        self.assertNotEqual(self.state.token(), token)

    def test_file_without_a_good_token_is_refused(self):
        """An empty token would let everybody in."""
        for text in ["", "\n", "short", "x" * 20 + "\n\x00" + "x" * 20, "ä" * 40]:
            self.state.token_file.write_text(text)
            error = self.assertRaises(StateError, self.state.token)
            self.assertIn(str(self.state.token_file), str(error))

    def test_announcement_is_for_the_owner_only(self):
        """It is there whole or not at all."""
        self.state.announce(url="http://127.0.0.1:1", pid=4711)
        path = self.path / "daemon.json"
        self.assertEqual(json.loads(path.read_text())["pid"], 4711)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(names_in(self.path), ["daemon.json", "lock"])

    def test_folder_that_cannot_be_made_is_told(self):
        """With the reason and the option."""
        (self.path.parent / "file").write_bytes(b"")
        error = self.assertRaises(
            StateError, StateFolder(self.path.parent / "file" / "x").lock
        )
        self.assertIn("--state-dir", str(error))

    def test_lock_that_is_a_link_is_not_followed(self):
        """Nobody makes us write elsewhere."""
        elsewhere = temporary_folder(self)
        (elsewhere / "lock").symlink_to(self.path / "nowhere")
        self.assertRaises(StateError, StateFolder(elsewhere).lock)
