"""FTP in a thread, with Twisted's server on the reactor of the tests."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import inlineCallbacks

import twinet
from tests.blocking.program import ProgramCase, as_deferred, reactor, session
from tests.inetfetch.ftporigin import PASSWORD, USER, FtpOrigin
from twinet import blocking

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = bytes(range(256)) * 100


class Files(ProgramCase):
    """A folder that is listed, read and written."""

    def setUp(self) -> None:
        self.root = Path(self.mktemp())
        self.root.mkdir()
        (self.root / "a.bin").write_bytes(CONTENT)
        (self.root / "b.txt").write_bytes(b"text")
        self.origin = FtpOrigin(self.root)
        host, _, port = self.origin.listen(reactor).partition(":")
        self.host, self.port = host, int(port)
        self.addCleanup(lambda: as_deferred(self.origin.close()))

    def with_ftp(self, program: Callable[[blocking.FtpConnection], Any]) -> Any:
        """Run a program that is logged in."""

        def run() -> Any:
            with session() as mine:
                ftp = mine.ftp(self.host, self.port, username=USER, password=PASSWORD)
                return program(ftp)

        return self.run_program(run)

    def count_ways(self, handle: Any) -> list[str]:
        """Return where each way into the reactor's thread is noted from now on."""
        glass = handle._glass
        ways: list[str] = []
        call = glass.call

        def counted(handle: Any, made: Any, *args: Any) -> Any:
            ways.append(made.__name__)
            return call(handle, made, *args)

        self.patch(glass, "call", counted)
        return ways

    @inlineCallbacks
    def test_what_the_server_tells(self) -> Any:
        """Values, and facts that are here already."""

        def program(ftp: blocking.FtpConnection) -> list[Any]:
            return [
                ftp.size("a.bin"),
                ftp.current_directory(),
                ftp.modified("a.bin").year > 2000,
                ftp.command("NOOP").code,
                ftp.username,
                ftp.url,
                ftp.tls,
                ftp.last_response.startswith("200"),
                isinstance(ftp.session, blocking.Session),
                ftp.session is ftp.parent,
            ]

        found = yield self.with_ftp(program)
        url = f"ftp://{self.host}:{self.port}/"
        self.assertEqual(
            found,
            [len(CONTENT), "/", True, 200, USER, url, None, True, True, True],
        )

    @inlineCallbacks
    def test_a_listing_is_iterated_over(self) -> Any:
        """Entry by entry, in both ways; a closed one is refused."""
        for number in range(600):
            (self.root / f"many{number:03}").touch()

        def program(ftp: blocking.FtpConnection) -> list[Any]:
            find = ftp.find("many*")
            ways = self.count_ways(find)
            names = [entry.name for entry in find]
            assert find.next_entry() is None
            assert len(ways) < 20, ways
            with ftp.find("?.*") as find:
                first = find.next_entry()
                assert first is not None
                rest = [entry.name for entry in find]
            some = ftp.find("many*")
            some.next_entry()
            some.close()
            self.assertRaises(twinet.errors.InvalidHandle, some.next_entry)
            self.assertRaises(twinet.errors.InvalidHandle, list, some)
            return [sorted(names), sorted([first.name, *rest])]

        names, others = yield self.with_ftp(program)
        self.assertEqual(names, [f"many{number:03}" for number in range(600)])
        self.assertEqual(others, ["a.bin", "b.txt"])

    @inlineCallbacks
    def test_files_are_read_and_written(self) -> Any:
        """By handles, in blocks; half a file is never taken for a whole one."""

        def program(ftp: blocking.FtpConnection) -> list[Any]:
            with ftp.open_file("a.bin") as file:
                assert isinstance(file, blocking.FtpFile)
                assert isinstance(file, blocking.Resource)
                read = b"".join(file)
                found: list[Any] = [read == CONTENT, file.size, file.path]
            with ftp.open_file("new", "w") as upload:
                assert isinstance(upload, blocking.FtpUpload)
                found += [upload.write(b"hello, "), upload.write(b"world")]
            with ftp.open_file("other", "w") as upload:
                upload.write(b"other")
                upload.finish()
            with (
                contextlib.suppress(ZeroDivisionError),
                ftp.open_file("half", "w") as upload,
            ):
                upload.write(bytes(1 // upload.write(b"")))
            found.append(upload.alive)
            ftp.rename("new", "newer")
            ftp.delete("b.txt")
            return found

        found = yield self.with_ftp(program)
        self.assertEqual(found, [True, len(CONTENT), "a.bin", 7, 5, False])
        self.assertEqual((self.root / "newer").read_bytes(), b"hello, world")
        self.assertFalse((self.root / "b.txt").exists())
        self.assertIn("ABOR", self.origin.said)

    @inlineCallbacks
    def test_whole_files_and_whole_listings(self) -> Any:
        """With a login, with a session, with nothing but a URL."""
        here = Path(self.mktemp())
        here.mkdir()
        url = f"ftp://{self.host}:{self.port}/"

        def program(ftp: blocking.FtpConnection) -> list[Any]:
            path = ftp.get_file("a.bin", here / "one")
            found: list[Any] = [path.stat().st_size, ftp.put_file(path, "copy")]
            ftp.quit()
            with session() as mine:
                found.append(mine.download(f"{url}a.bin", here / "two").name)
                found.append(len(mine.listing(url)))
                found.append(type(mine.open_url(url)))
            kept: dict[str, Any] = {"proxy": "", "reactor": reactor}
            found.append(blocking.download(f"{url}a.bin", here, **kept).name)
            found.append(len(blocking.listing(url, **kept)))
            return found

        found = yield self.with_ftp(program)
        size = len(CONTENT)
        self.assertEqual(found, [size, size, "two", 3, blocking.FtpFind, "a.bin", 3])
        for name in ("one", "two", "a.bin"):
            self.assertEqual((here / name).read_bytes(), CONTENT)
