"""``Session.download``: files on a session, its handles and its connections."""

from __future__ import annotations

from twisted.internet.defer import gatherResults

import twinet
from tests.doors.test_api import BODY, ApiCase
from tests.http.loopback import until
from twinet._handles.file_calls import file_name
from twinet.errors import (
    FileExists,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    UnexpectedStatus,
    UnrecognizedScheme,
)
from twinet.flags import Flag


class SessionFiles(ApiCase):
    """A session that the test closes."""

    def setUp(self) -> None:
        super().setUp()
        self.news: list[twinet.Notification] = []
        self.session = twinet.Session()
        self.session.set_status_callback(self.news.append)
        self.addCleanup(self.session.close)

    def statuses(self) -> list[str]:
        """Return what was told."""
        return [news.status.name for news in self.news]

    async def test_files_share_a_connection(self) -> None:
        """One after the other by one; each handle is closed when its file is there."""
        for number in range(3):
            path = await self.session.download(
                self.server.url("/file.bin"), self.folder / str(number)
            )
            self.assertEqual(path.read_bytes(), BODY)
            self.assertEqual(self.statuses()[-1], "HANDLE_CLOSING")
        self.assertEqual(self.statuses().count("CONNECTED_TO_SERVER"), 1)
        self.assertEqual(len(self.server.conversations), 1)
        self.assertTrue(self.session.alive)

    async def test_files_at_once(self) -> None:
        """Not more connections than the host is given."""
        self.session.connections_per_host = 2
        await gatherResults(
            [
                self.session.download(
                    self.server.url("/file.bin"), self.folder / str(number)
                )
                for number in range(8)
            ]
        )
        self.assertEqual(len(self.files()), 8)
        self.assertEqual(len(self.server.conversations), 2)

    async def test_context_and_callback(self) -> None:
        """They are the handle's; ``None`` silences it."""
        heard: list[twinet.Notification] = []
        url = self.server.url("/file.bin")
        await self.session.download(
            url, self.folder / "a", context="beans", on_status=heard.append
        )
        self.assertEqual({news.context for news in heard}, {"beans"})
        self.assertEqual(self.news, [])
        await self.session.download(url, self.folder / "b", context=None)
        self.assertEqual(self.news, [])

    async def test_failure_closes_the_handle(self) -> None:
        """Refused by the server, by the disk, and by the program."""
        target = self.folder / "mine"
        target.write_bytes(b"mine")
        for path, kind in (("/missing", UnexpectedStatus), ("/file.bin", FileExists)):
            await self.assertFailure(
                self.session.download(self.server.url(path), target), kind
            )
            self.assertEqual(self.statuses()[-1], "HANDLE_CLOSING")
        pending = self.session.download(self.server.url("/hangs"), self.folder / "x")
        await until(lambda: len(self.files()) > 1)
        pending.cancel()
        await self.assertFailure(pending, OperationCancelled)
        self.assertEqual(self.statuses()[-1], "HANDLE_CLOSING")
        self.assertEqual(self.files(), ["mine"])
        self.assertEqual(target.read_bytes(), b"mine")

    async def test_session_that_is_closed_meanwhile(self) -> None:
        """It ends the file, and waits until nothing is left of it."""
        pending = self.session.download(self.server.url("/hangs"), self.folder / "x")
        await until(self.files)
        closed = self.session.close()
        await self.assertFailure(pending, OperationCancelled)
        await closed
        self.assertEqual(self.files(), [])
        await self.nothing_left()
        await self.assertFailure(
            self.session.download(self.server.url("/hangs"), self.folder / "x"),
            InvalidHandle,
        )

    async def test_names_of_files_of_ftp(self) -> None:
        """What is a query's beginning in HTTP is a letter there."""
        for url, words in (
            ("ftp://127.0.0.1/d/a?b", "does not end in a file name"),
            ("ftp://127.0.0.1/d/..", "does not end in a file name"),
            ("ftp://127.0.0.1/d/%2e%2e;type=i", "does not end in a file name"),
        ):
            with self.assertRaises(InvalidParameter) as caught:
                file_name(url)
            self.assertIn(words, str(caught.exception))
        for url, name in (
            ("ftp://127.0.0.1/d/a%23b#c;type=a", "a#b#c"),
            ("ftp://127.0.0.1/%2Fetc/motd;type=i", "motd"),
            ("http://127.0.0.1/d/a?b", "a"),
        ):
            self.assertEqual(file_name(url), name)

    async def test_bad_input_is_named(self) -> None:
        """Before anything is sent."""
        for url, to, flags, kind in (
            ("ftp://127.0.0.1/folder/", "x", Flag(0), InvalidParameter),
            ("gopher://127.0.0.1/", "x", Flag(0), InvalidParameter),
            ("smb://127.0.0.1/x", "x", Flag(0), UnrecognizedScheme),
            (self.server.url("/"), "", Flag(0), InvalidParameter),
            (self.server.url("/"), "x", "FAST", InvalidParameter),
        ):
            pending = self.session.download(url, to, flags=flags)  # type: ignore[arg-type]
            await self.assertFailure(pending, kind)
        await self.assertFailure(
            self.session.listing("http://127.0.0.1/"), UnrecognizedScheme
        )
        self.assertEqual(self.server.requests, [])
