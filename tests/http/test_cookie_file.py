"""The file behind a jar: whole at every moment, its owner's alone, shared with others.

That it survives ``kill -9`` is shown by ``test_cookie_crash``.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet import CookieJar
from twinet._http import cookie_file
from twinet._http.cookie_shelf import IN_ALL
from twinet.errors import (
    AccessDenied,
    FileNotFound,
    IncorrectFormat,
    InvalidParameter,
    Timeout,
    UnableToCacheFile,
)

URL = "https://www.example.com/"
DAY = 24 * 3600
#: The module, whose tools are changed here.
MODULE: Any = cookie_file


class FileCase(SynchronousTestCase):
    """A folder, and jars with a file in it."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir(parents=True)
        self.path = self.folder / "jar"
        self.now = 1_000_000_000.0

    def jar(self, **how: Any) -> CookieJar:
        """Open the file."""
        return CookieJar(self.path, clock=lambda: self.now, **how)

    def names(self, jar: CookieJar | None = None) -> list[str]:
        """Return what is in a jar, or in the file."""
        return sorted(cookie.name for cookie in jar or self.jar())

    def keep(self, jar: CookieJar, *names: str, url: str = URL) -> None:
        """Set some cookies that last."""
        for name in names:
            jar.set(url, name, "1", max_age=DAY)


class CookieFileTests(FileCase):
    """One jar, one file."""

    def test_what_is_saved_is_there_again(self) -> None:
        """With all that is known of it, in its order."""
        jar = self.jar()
        jar.add(URL, "z=1; Domain=example.com; Path=/x; Max-Age=99; SameSite=Lax")
        jar.add(URL, "a=2\t\xe9; Secure; HttpOnly; Max-Age=99")
        jar.set(URL, "", "\u20ac", max_age=99)
        self.assertTrue(jar.unsaved)
        jar.save()
        self.assertFalse(jar.unsaved)
        again = self.jar()
        self.assertFalse(again.unsaved)
        told = [
            [
                *(c.name, c.value, c.domain, c.path, c.host_only, c.secure),
                *(c.http_only, c.same_site, c.expires),
            ]
            for c in (*jar, *again)
        ]
        self.assertEqual(told[:3], told[3:])
        self.assertEqual(
            [c.name for c in again.for_url(URL + "x")],
            [c.name for c in jar.for_url(URL + "x")],
        )

    def test_nothing_is_made_before_there_is_something(self) -> None:
        """Nor written when nothing has changed."""
        jar = self.jar()
        jar.save()
        self.assertEqual(list(self.folder.iterdir()), [])
        self.keep(jar, "a")
        jar.save()
        before = self.path.stat()
        jar.for_url(URL)
        jar.save()
        self.assertEqual(self.path.stat().st_ino, before.st_ino)

    def test_session_cookies_are_kept_when_asked_for(self) -> None:
        """Else one even takes that of its name out of the file."""
        jar = self.jar()
        self.keep(jar, "a", "b")
        jar.save()
        jar.set(URL, "a", "2")
        jar.save()
        self.assertEqual(self.names(), ["b"])
        kept = self.jar(session_cookies=True)
        kept.set(URL, "c", "3")
        kept.save()
        self.assertEqual(self.names(), ["b", "c"])
        kept.end_session()
        kept.save()
        self.assertEqual(self.names(), ["b"])

    def test_what_is_gone_is_gone_from_the_file(self) -> None:
        """Deleted, removed, expired, cleared, deleted by a server."""
        jar = self.jar()
        self.keep(jar, "a", "b", "c", "d")
        jar.set(URL, "e", "1", max_age=10)
        jar.save()
        jar.delete(URL, "a")
        jar.remove(jar.for_url(URL)[0])
        jar.add(URL, "c=; Max-Age=0")
        self.now += 11
        jar.save()
        self.assertEqual(self.names(), ["d"])
        self.assertNotIn(b'"e"', self.path.read_bytes())
        jar.clear("example.com")
        jar.save()
        self.assertEqual(self.names(), [])

    def test_expired_ones_are_not_taken_in(self) -> None:
        """They are not there."""
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        self.now += 2 * DAY
        self.assertEqual(self.names(), [])

    def test_public_suffix_of_today_gets_its_cookie_alone(self) -> None:
        """The list may have changed since it was set (5.8.3)."""
        self.path.write_text(
            '{"format": "twinet cookies", "version": 1}\n'
            '{"domain": "co.uk", "name": "a", "value": "1", "host_only": false,'
            ' "expires": 2e9}\n'
        )
        jar = self.jar()
        self.assertEqual(jar.for_url("http://a.co.uk/"), [])
        self.assertEqual(jar.get("http://co.uk/", "a"), "1")

    def test_file_is_its_owner_s_alone(self) -> None:
        """Whatever the mask is, and whatever it was before."""
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        for before in (None, 0o666):
            if before is not None:
                self.path.chmod(before)
            jar = self.jar()
            self.keep(jar, f"a{before}")
            jar.save()
            self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        jar.export_netscape(self.folder / "out")
        out = self.folder / "out"
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600)

    def test_no_file_is_ever_open_to_others(self) -> None:
        """It is made closed, not closed afterwards."""
        modes = []
        opened = os.open

        def watch(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
            if flags & os.O_CREAT:
                modes.append(mode)
            return opened(path, flags, mode, **more)

        self.patch(os, "open", watch)
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        jar.export_netscape(self.folder / "out")
        self.assertEqual(modes, [0o600] * 3)

    def test_nothing_is_left_beside_it(self) -> None:
        """Nor does what a killed process left there hurt."""
        (self.folder / ".jar.new").write_text("half a fi")
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        self.assertEqual(list(self.folder.iterdir()), [self.path])

    def test_link_goes_on_leading_to_the_file(self) -> None:
        """The file that it leads to is replaced."""
        real = self.folder / "real"
        self.path.symlink_to(real)
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        self.assertTrue(self.path.is_symlink())
        self.assertEqual(self.names(), ["a"])

    def test_file_has_no_more_than_a_jar(self) -> None:
        """The oldest of what several have written go."""
        for number in range(2):
            jar = CookieJar(clock=lambda: self.now)
            for host in range(IN_ALL - 500):
                url = f"https://h{number}-{host}.example/"
                jar.set(url, "a", "1", max_age=DAY)
            jar.keep_in(self.path)
            jar.save()
        self.assertEqual(len(self.jar()), IN_ALL)

    def test_jar_with_cookies_may_be_given_a_file(self) -> None:
        """It takes in what is there; its own win, and are written."""
        first = self.jar()
        self.keep(first, "a", "b")
        first.save()
        jar = CookieJar(clock=lambda: self.now)
        self.assertIsNone(jar.path)
        jar.set(URL, "a", "own", max_age=DAY)
        jar.keep_in(str(self.path))
        self.assertEqual(jar.path, self.path)
        self.assertTrue(jar.unsaved)
        self.assertEqual(self.names(jar), ["a", "b"])
        jar.save()
        self.assertEqual(self.jar().get(URL, "a"), "own")
        error = self.assertRaises(InvalidParameter, jar.keep_in, "other")
        self.assertIn(str(self.path), str(error))

    def test_jar_in_memory_cannot_be_saved(self) -> None:
        """And says what to do."""
        error = self.assertRaises(InvalidParameter, CookieJar().save)
        self.assertIn("keep_in", str(error))
        for wrong in ("", 5, b"x", "a\0b"):
            given: Any = wrong
            self.assertRaises(InvalidParameter, CookieJar().keep_in, given)


class TroubleTests(FileCase):
    """What cannot be read or written."""

    def test_broken_file_is_refused_and_left_as_it_is(self) -> None:
        """By name and line; a jar that has it open does not write over it either."""
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        broken = self.path.read_bytes() + b"{broken\n"
        self.path.write_bytes(broken)
        error = self.assertRaises(IncorrectFormat, self.jar)
        self.assertIn(f"{self.path}, line 3", str(error))
        self.keep(jar, "b")
        self.assertRaises(IncorrectFormat, jar.save)
        self.assertEqual(self.path.read_bytes(), broken)
        self.assertTrue(jar.unsaved)
        self.path.write_bytes(broken.removesuffix(b"{broken\n"))
        jar.save()
        self.assertEqual(self.names(), ["a", "b"])

    def test_clearing_writes_over_no_broken_file(self) -> None:
        """It is somebody's."""
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        self.path.write_bytes(b"my diary\n")
        jar.clear()
        self.assertRaises(IncorrectFormat, jar.save)
        self.assertEqual(self.path.read_bytes(), b"my diary\n")
        self.path.unlink()
        jar.save()
        self.assertEqual(self.names(), [])

    def test_folder_must_be_there(self) -> None:
        """That is said at once, and again when it has gone."""
        self.path = self.folder / "no" / "jar"
        self.assertEqual(self.assertRaises(FileNotFound, self.jar).code, 2)
        self.path.parent.mkdir()
        jar = self.jar()
        self.keep(jar, "a")
        self.path.parent.rmdir()
        self.assertRaises(FileNotFound, jar.save)
        self.path.parent.mkdir()
        jar.save()
        self.assertEqual(self.names(), ["a"])

    def test_folder_is_no_file(self) -> None:
        """5, in words."""
        self.path.mkdir()
        error = self.assertRaises(AccessDenied, self.jar)
        self.assertIn(str(self.path), str(error))

    def test_full_disk_loses_nothing(self) -> None:
        """The old file stays, the changes wait."""
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        before = self.path.read_bytes()
        self.keep(jar, "b", "c")

        def full(descriptor: int) -> None:
            # This comes while it is being written.
            jar.set(URL, "c", "newer", max_age=DAY)
            raise OSError(28, "No space left on device")

        with self.monkey(full):
            error = self.assertRaises(UnableToCacheFile, jar.save)
        self.assertIn("No space left", str(error))
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(list(self.folder.iterdir()), [self.path])
        jar.set(URL, "b", "newer", max_age=DAY)
        jar.save()
        values = {cookie.name: cookie.value for cookie in self.jar()}
        self.assertEqual(values, {"a": "1", "b": "newer", "c": "newer"})

    def monkey(self, fsync: Any) -> Any:
        """Let the disk fail for a while."""
        patch = self.patch(MODULE.os, "fsync", fsync)

        class Undone:
            def __enter__(self) -> None:
                """Leave it so."""

            def __exit__(self, *_: object) -> None:
                patch.restore()

        return Undone()

    def test_process_that_does_not_let_go_is_waited_for_so_long(self) -> None:
        """Then it is an error that says so."""
        jar = self.jar()
        self.keep(jar, "a")
        jar.save()
        self.patch(MODULE, "PATIENCE", 0.05)
        fcntl = MODULE.fcntl
        with self.path.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.keep(jar, "b")
            error = self.assertRaises(Timeout, jar.save)
            self.assertIn(str(self.path), str(error))
        jar.save()
        self.assertEqual(self.names(), ["a", "b"])

    def test_without_locks_it_is_written_all_the_same(self) -> None:
        """As on Windows, and on some file systems."""
        fcntl = MODULE.fcntl

        class Lockless:
            LOCK_EX = LOCK_NB = 0

            @staticmethod
            def flock(descriptor: int, how: int) -> None:
                raise OSError(95, "Operation not supported")

        for name, kind in (("a", None), ("b", Lockless)):
            self.patch(MODULE, "fcntl", kind)
            jar = self.jar()
            self.keep(jar, name)
            jar.save()
        self.patch(MODULE, "fcntl", fcntl)
        self.assertEqual(self.names(), ["a", "b"])
        self.assertEqual(list(self.folder.iterdir()), [self.path])


class SharedTests(FileCase):
    """Several jars with the same file, as of several processes."""

    def test_each_writes_what_it_has_changed(self) -> None:
        """And nothing of the others is lost."""
        one, two = self.jar(), self.jar()
        self.keep(one, "a", "b")
        one.save()
        self.keep(two, "c")
        two.save()
        one.delete(URL, "a")
        one.save()
        self.assertEqual(self.names(), ["b", "c"])

    def test_of_the_same_cookie_the_last_one_counts(self) -> None:
        """The last that was written."""
        one, two = self.jar(), self.jar()
        two.set(URL, "a", "two", max_age=DAY)
        one.set(URL, "a", "one", max_age=DAY)
        one.save()
        two.save()
        self.assertEqual(self.jar().get(URL, "a"), "two")

    def test_clearing_takes_those_of_others_too(self) -> None:
        """A jar that is cleared has an empty file, but for what it gets then."""
        one, two = self.jar(), self.jar()
        self.keep(one, "a")
        one.save()
        two.clear()
        self.assertTrue(two.unsaved)
        self.keep(two, "b")
        two.save()
        self.assertFalse(two.unsaved)
        self.assertEqual(self.names(), ["b"])

    def test_file_that_gets_another_one_in_its_place_is_locked_anew(self) -> None:
        """The lock of the one that had the name says nothing."""
        one, two = self.jar(), self.jar()
        self.keep(one, "a")
        one.save()
        self.keep(one, "b")
        self.keep(two, "c")
        fcntl = MODULE.fcntl
        flock = fcntl.flock
        turns: list[str] = []

        class Interleaved:
            LOCK_EX, LOCK_NB = fcntl.LOCK_EX, fcntl.LOCK_NB

            @staticmethod
            def flock(descriptor: int, how: int) -> None:
                turns.append("lock")
                if len(turns) == 1:
                    # Between the opening and the lock the other one writes.
                    two.save()
                flock(descriptor, how)

        self.patch(MODULE, "fcntl", Interleaved)
        one.save()
        self.assertEqual(len(turns), 3)
        self.assertEqual(self.names(), ["a", "b", "c"])


class NetscapeFileTests(FileCase):
    """In and out."""

    def test_out_and_in(self) -> None:
        """The same cookies go to the same places."""
        jar = self.jar()
        jar.add(URL, "a=1; Domain=example.com; Max-Age=99")
        jar.add(URL, "b=2; Secure; HttpOnly")
        jar.add(URL, "c=tab\there")
        out = self.folder / "cookies.txt"
        self.assertEqual(jar.export_netscape(out), 2)
        other = CookieJar(clock=lambda: self.now)
        self.assertEqual(other.import_netscape(str(out)), 2)
        self.assertEqual([c.name for c in other.for_url(URL)], ["a", "b"])
        self.assertEqual(
            [c.name for c in other.for_url("http://x.example.com/")], ["a"]
        )
        self.assertEqual(jar.export_netscape(out, session_cookies=False), 1)

    def test_imported_ones_go_to_the_jar_s_own_file(self) -> None:
        """They are changes like others."""
        out = self.folder / "cookies.txt"
        out.write_text(
            "www.example.com\tFALSE\t/\tTRUE\t2000000000\ta\t1\n"
            "www.example.com\tFALSE\t/\tTRUE\t5\told\t1\n"
        )
        jar = self.jar()
        self.assertEqual(jar.import_netscape(out), 1)
        jar.save()
        self.assertEqual(self.names(), ["a"])

    def test_one_for_a_public_suffix_is_of_that_host(self) -> None:
        """So nothing is lost, and nothing goes where it must not."""
        out = self.folder / "cookies.txt"
        out.write_text(".co.uk\tTRUE\t/\tFALSE\t0\ta\t1\n")
        jar = CookieJar()
        self.assertEqual(jar.import_netscape(out), 1)
        self.assertEqual(jar.for_url("http://a.co.uk/"), [])
        self.assertEqual(len(jar.for_url("http://co.uk/")), 1)

    def test_broken_file_changes_nothing(self) -> None:
        """Not even by the lines before."""
        out = self.folder / "cookies.txt"
        out.write_text("a.b\tFALSE\t/\tTRUE\t0\ta\t1\nbroken\n")
        jar = CookieJar()
        error = self.assertRaises(IncorrectFormat, jar.import_netscape, out)
        self.assertIn(f"{out}, line 2", str(error))
        self.assertEqual(len(jar), 0)
        self.assertRaises(FileNotFound, jar.import_netscape, self.folder / "none")
        self.assertRaises(AccessDenied, jar.import_netscape, self.folder)
        self.assertRaises(
            FileNotFound, jar.export_netscape, self.folder / "no" / "file"
        )
