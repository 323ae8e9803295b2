"""``fetch`` and ``download`` against a real server: right, or nothing at all."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, until
from tests.wire.coded import SHRINKERS, member
from twinet.errors import (
    AccessDenied,
    CannotConnect,
    DecodingFailed,
    FileExists,
    FileNotFound,
    InvalidOperation,
    InvalidParameter,
    InvalidUrl,
    OperationCancelled,
    Timeout,
    Truncated,
    UnexpectedStatus,
    UnrecognizedScheme,
)
from twinet.records import Limits

BODY = b"0123456789abcdef" * 65536  # 1 MiB
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /file.bin\r\nContent-Length: 0\r\n\r\n"


class ApiCase(TestCase):
    """Trial's own check finds sockets and timers that are left."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer(
            {
                "/file.bin": ok(BODY),
                "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"5\r\nhello\r\n0\r\nDigest: x\r\n\r\n",
                "/moved": REDIRECT,
                "/missing": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope",
                "/short": (
                    b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
                    "close",
                ),
                "/reset": (
                    b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
                    "reset",
                ),
                "/hangs": b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
                "/silent": None,
                "/": ok(b"root"),
                "/text": ok(
                    "grüß".encode("latin-1"), b"Content-Type: a/b;charset=latin-1"
                ),
            }
        )
        self.addCleanup(lambda: Deferred.fromCoroutine(self.server.stop()))
        self.folder = Path(self.mktemp())
        self.folder.mkdir()

    async def nothing_left(self) -> None:
        """Check from both sides that nothing of the call remains."""
        await self.server.all_lost()
        for thread in threading.enumerate():
            if thread.name.startswith("twinet"):
                thread.join(5)
                self.assertFalse(thread.is_alive(), thread.name)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


class FetchTests(ApiCase):
    """A body in memory."""

    async def test_fetch_gives_answer_and_body(self) -> None:
        """Whole, and with nothing left behind."""
        response = await twinet.fetch(self.server.url("/file.bin"))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.body, BODY)
        await self.nothing_left()

    async def test_chunked_body_and_trailers(self) -> None:
        """Trailers are there at the end."""
        response = await twinet.fetch(self.server.url("/chunked"))
        self.assertEqual(response.body, b"hello")
        self.assertEqual(response.trailers.get("digest"), "x")

    async def test_text_is_decoded_by_its_charset(self) -> None:
        """Content-Type says which."""
        response = await twinet.fetch(self.server.url("/text"))
        self.assertEqual(response.text, "grüß")

    async def test_redirect_is_followed(self) -> None:
        """The history has the first answer."""
        response = await twinet.fetch(self.server.url("/moved"))
        self.assertEqual(response.url, self.server.url("/file.bin"))
        self.assertEqual([r.status_code for r in response.history], [302])

    async def test_404_is_an_answer(self) -> None:
        """Not an error."""
        response = await twinet.fetch(self.server.url("/missing"))
        self.assertEqual((response.status_code, response.body), (404, b"nope"))

    async def test_body_over_max_size_is_refused(self) -> None:
        """Announced or not, before it fills the memory."""
        await self.assertFailure(
            twinet.fetch(self.server.url("/file.bin"), max_size=1000), InvalidOperation
        )
        await self.assertFailure(
            twinet.fetch(self.server.url("/chunked"), max_size=4), InvalidOperation
        )
        await self.nothing_left()

    async def test_body_of_exactly_max_size_is_taken(self) -> None:
        """The limit itself is allowed."""
        response = await twinet.fetch(self.server.url("/chunked"), max_size=5)
        self.assertEqual(response.body, b"hello")

    async def test_user_of_a_netrc_file(self) -> None:
        """Answers the server that asks; a file that is none is an error."""
        self.server.answers["/private"] = (
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        path = Path(self.mktemp())
        path.write_text("machine 127.0.0.1 login joe password sesame\n")
        path.chmod(0o600)
        url = self.server.url("/private")
        response = await twinet.fetch(url, netrc=path)
        self.assertEqual(response.status_code, 401)
        first, second = self.server.requests
        self.assertNotIn(b"Authorization", first)
        self.assertIn(b"\r\nAuthorization: Basic am9lOnNlc2FtZQ==", second)
        path.chmod(0o644)
        failures: list[Deferred[Any]] = [
            twinet.fetch(url, netrc=path),
            twinet.download(url, "x", netrc=path),
        ]
        for failing in failures:
            error = await self.assertFailure(failing, InvalidParameter)
            self.assertIn("chmod 600", str(error))
        await self.nothing_left()

    async def test_coded_body_is_decoded_when_asked(self) -> None:
        """In each coding; without that it is not asked for, and left as it came."""
        for coding, make in SHRINKERS.items():
            raw = make(BODY)
            self.server.answers["/coded"] = ok(
                raw, b"Content-Encoding: " + coding.encode()
            )
            url = self.server.url("/coded")
            response = await twinet.fetch(url, decoding=True)
            self.assertEqual(response.decoded, (coding,))
            self.assertEqual(response.body, BODY)
            self.assertIn(b"Accept-Encoding: gzip, ", self.server.requests[-1])
            response = await twinet.fetch(url)
            self.assertEqual(response.body, raw)
            self.assertNotIn(b"Accept-Encoding", self.server.requests[-1])
        await self.nothing_left()

    async def test_max_size_is_that_of_the_decoded_body(self) -> None:
        """However little was announced."""
        for coding, make in SHRINKERS.items():
            self.server.answers["/coded"] = ok(
                make(BODY), b"Content-Encoding: " + coding.encode()
            )
            url = self.server.url("/coded")
            for size in (len(BODY) - 1, 0):
                await self.assertFailure(
                    twinet.fetch(url, decoding=True, max_size=size), InvalidOperation
                )
            response = await twinet.fetch(url, decoding=True, max_size=len(BODY))
            self.assertEqual(response.body, BODY)
        # Longer coded than not.
        text = b"short"
        self.server.answers["/coded"] = ok(member(text), b"Content-Encoding: gzip")
        response = await twinet.fetch(url, decoding=True, max_size=len(text))
        self.assertEqual(response.body, text)
        await self.nothing_left()

    async def test_cut_body_is_an_error(self) -> None:
        """And leaves nothing."""
        await self.assertFailure(twinet.fetch(self.server.url("/short")), Truncated)
        await self.nothing_left()

    async def test_silent_server_ends_by_the_limit(self) -> None:
        """The socket is closed, seen from the server."""
        await self.assertFailure(
            twinet.fetch(self.server.url("/silent"), limits=Limits(first_byte=0.05)),
            Timeout,
        )
        await self.nothing_left()

    async def test_cancel_leaves_nothing(self) -> None:
        """Waiting for the head, and in the middle of the body."""
        await self.cancel("/silent", twinet.Status.RECEIVING_RESPONSE)
        await self.cancel("/hangs", twinet.Status.RESPONSE_RECEIVED)

    async def cancel(self, path: str, status: twinet.Status) -> None:
        """Cancel a call when this has been told."""
        told: list[twinet.Notification] = []
        pending = twinet.fetch(self.server.url(path), on_status=told.append)
        await until(lambda: status in [news.status for news in told])
        pending.cancel()
        await self.assertFailure(pending, OperationCancelled)
        await self.nothing_left()

    async def test_each_step_is_told(self) -> None:
        """``on_status`` hears the request."""
        news: list[twinet.Notification] = []
        await twinet.fetch(self.server.url("/"), on_status=news.append)
        self.assertEqual(news[0].status, twinet.Status.HANDLE_CREATED)
        self.assertEqual(news[-1].status, twinet.Status.HANDLE_CLOSING)

    async def test_bad_input_is_named(self) -> None:
        """What was wrong, and nothing was opened."""
        for url, kind in (
            ("ftps://h/x", UnrecognizedScheme),
            ("no scheme", UnrecognizedScheme),
            ("http:///x", InvalidUrl),
            ("http://h:0/", InvalidUrl),
            ("http://user:secret@h:x/", InvalidUrl),
        ):
            error = await self.assertFailure(twinet.fetch(url), kind)
            self.assertNotIn("secret", str(error))
        await self.assertFailure(
            twinet.fetch(self.server.url("/"), headers={"X": "a\r\nInjected: b"}),
            InvalidParameter,
        )
        self.assertEqual(self.server.requests, [])


class DownloadTests(ApiCase):
    """A file, or no file."""

    async def test_download_writes_the_file(self) -> None:
        """Whole, under its name, and nothing beside it."""
        path = await twinet.download(
            self.server.url("/file.bin"), self.folder / "here.bin"
        )
        self.assertEqual(path, self.folder / "here.bin")
        self.assertEqual(
            hashlib.sha256(path.read_bytes()).digest(), hashlib.sha256(BODY).digest()
        )
        self.assertEqual(self.files(), ["here.bin"])
        await self.nothing_left()

    async def test_download_into_a_folder_takes_the_urls_name(self) -> None:
        """The last path segment, percent-decoded."""
        self.server.answers["/file.bin?x=/y"] = ok(BODY)
        path = await twinet.download(self.server.url("/file.bin?x=/y"), self.folder)
        self.assertEqual(path.name, "file.bin")

    async def test_coded_body_becomes_the_file_that_it_means(self) -> None:
        """In each coding; one that is damaged at its very end leaves no file."""
        for coding, make in SHRINKERS.items():
            field = b"Content-Encoding: " + coding.encode()
            raw = make(BODY)
            self.server.answers["/coded"] = ok(raw, field)
            url = self.server.url("/coded")
            path = self.folder / coding
            await twinet.download(url, path, decoding=True)
            self.assertEqual(path.read_bytes(), BODY)
            path.unlink()
            await twinet.download(url, path)
            self.assertEqual(path.read_bytes(), raw)
            path.unlink()
            self.server.answers["/coded"] = ok(raw[:-1], field)
            error = await self.assertFailure(
                twinet.download(url, path, decoding=True), DecodingFailed
            )
            self.assertIn(f"the {coding} body ends too early", str(error))
            self.assertEqual(self.files(), [])
        await self.nothing_left()

    async def test_url_without_a_name_is_refused_for_a_folder(self) -> None:
        """And says what to do."""
        error = await self.assertFailure(
            twinet.download(self.server.url("/"), self.folder), InvalidParameter
        )
        self.assertIn("'to'", str(error))
        self.assertEqual(self.files(), [])

    async def test_names_that_would_leave_the_folder_are_refused(self) -> None:
        """Whatever the URL's path says."""
        self.server.answers["/..%5Cevil"] = ok(b"x")
        await self.assertFailure(
            twinet.download(self.server.url("/..%5Cevil"), self.folder),
            InvalidParameter,
        )
        self.assertEqual(self.files(), [])

    async def test_existing_file_is_never_replaced(self) -> None:
        """Not even asked for on the network's behalf."""
        target = self.folder / "file.bin"
        target.write_bytes(b"mine")
        await self.assertFailure(
            twinet.download(self.server.url("/file.bin"), target), FileExists
        )
        self.assertEqual(target.read_bytes(), b"mine")
        self.assertEqual(self.files(), ["file.bin"])
        await self.nothing_left()

    async def test_file_that_appears_meanwhile_is_not_replaced(self) -> None:
        """It is decided when the name is given, not before."""
        target = self.folder / "file.bin"

        def appear(news: twinet.Notification) -> None:
            if news.status is twinet.Status.RECEIVING_RESPONSE and self.files():
                target.write_bytes(b"mine")

        await self.assertFailure(
            twinet.download(self.server.url("/file.bin"), target, on_status=appear),
            FileExists,
        )
        self.assertEqual(self.files(), ["file.bin"])
        self.assertEqual(target.read_bytes(), b"mine")

    async def test_error_page_is_not_saved(self) -> None:
        """A 404 brings no file."""
        error: Any = await self.assertFailure(
            twinet.download(self.server.url("/missing"), self.folder), UnexpectedStatus
        )
        self.assertEqual(error.status_code, 404)
        self.assertEqual(self.files(), [])

    async def test_success_without_a_file_is_not_saved(self) -> None:
        """204, 205, and a part that nobody asked for."""
        for status in (204, 205, 206):
            self.server.answers["/odd"] = (
                b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status
            )
            error: Any = await self.assertFailure(
                twinet.download(self.server.url("/odd"), self.folder), UnexpectedStatus
            )
            self.assertEqual(error.status_code, status)
        self.assertEqual(self.files(), [])

    async def test_every_byte_of_the_body_is_told(self) -> None:
        """Progress adds up to the whole."""
        counts: list[int] = []

        def listen(news: twinet.Notification) -> None:
            if news.status is twinet.Status.RESPONSE_RECEIVED:
                counts.append(news.info)

        await twinet.download(
            self.server.url("/file.bin"), self.folder, on_status=listen
        )
        head = counts.pop(0)
        self.assertLess(head, 200)
        self.assertEqual(sum(counts), len(BODY))

    async def test_cut_body_leaves_nothing(self) -> None:
        """No file under any name."""
        for path in ("/short", "/reset"):
            pending = twinet.download(self.server.url(path), self.folder / "x")
            await self.assertFailure(pending, twinet.InternetError)
            self.assertEqual(self.files(), [])
        await self.nothing_left()

    async def test_cancel_leaves_nothing(self) -> None:
        """In the middle of the body."""
        pending = twinet.download(self.server.url("/hangs"), self.folder / "x")
        await until(self.files)
        pending.cancel()
        await self.assertFailure(pending, OperationCancelled)
        self.assertEqual(self.files(), [])
        await self.nothing_left()

    async def test_folder_that_is_not_there_is_named(self) -> None:
        """2, with the path."""
        await self.assertFailure(
            twinet.download(self.server.url("/file.bin"), self.folder / "no" / "x"),
            FileNotFound,
        )

    async def test_folder_that_is_a_file_is_refused(self) -> None:
        """A clear error, whichever the system's is."""
        (self.folder / "plain").write_bytes(b"")
        error = await self.assertFailure(
            twinet.download(self.server.url("/file.bin"), self.folder / "plain" / "x"),
            twinet.InternetError,
        )
        self.assertNotIsInstance(error, AccessDenied)
        self.assertIn("cannot write", str(error))

    async def test_refused_port(self) -> None:
        """12029, and no file."""
        await self.assertFailure(
            twinet.download("http://127.0.0.1:1/x", self.folder), CannotConnect
        )
        self.assertEqual(self.files(), [])
