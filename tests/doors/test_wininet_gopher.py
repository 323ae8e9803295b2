"""The Gopher functions of ``twinet.wininet``, on a memory net; and download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from tests.http.memory import MemoryNet
from twinet import errors
from twinet import wininet as w

reactor: Any = _reactor
ITEM = "0a text\t/a.txt\t127.0.0.1\t70"


class GopherFunctions(SynchronousTestCase):
    """They are the object API's calls, with WinINet's ways."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session: Any = w.InternetOpen(
            "x", flags=w.INTERNET_FLAG_ASYNC, reactor=self.net.reactor
        )
        self.told: list[Any] = []
        w.InternetSetStatusCallback(self.session, lambda *news: self.told.append(news))
        self.connection = w.InternetConnect(
            self.session, "127.0.0.1", service=w.INTERNET_SERVICE_GOPHER, context=1
        )

    def test_find(self) -> None:
        pending = w.GopherFindFirstFile(self.connection, context=2)
        peer = self.net.accept()
        self.assertEqual(peer.request(), b"\r\n")
        peer.send(f"{ITEM}\r\n1b\t/b\t127.0.0.1\t70\r\n.\r\n".encode())
        find, entry = self.successResultOf(pending)
        self.assertEqual(entry.locator, ITEM + "\r\n")
        self.assertEqual(w.InternetFindNextFile(find).display_string, "b")
        self.assertRaises(errors.NoMoreFiles, w.InternetFindNextFile, find)
        completes = [
            news for news in self.told if news[2] == w.INTERNET_STATUS_REQUEST_COMPLETE
        ]
        self.assertEqual(len(completes), 1)
        self.assertEqual(completes[0][:2], (find, 2))
        self.assertIs(completes[0][3].result, find)

    def test_empty_menu(self) -> None:
        pending = w.GopherFindFirstFile(self.connection)
        self.net.accept().send(b".\r\n")
        self.failureResultOf(pending, errors.NoMoreFiles)

    def test_open_file_and_read(self) -> None:
        pending = w.GopherOpenFile(self.connection, ITEM, "text/plain")
        peer = self.net.accept()
        self.assertEqual(peer.request(), b"/a.txt\t+text/plain\r\n")
        peer.send(b"+5\r\nhello")
        file = self.successResultOf(pending)
        self.assertEqual(w.InternetReadFile(file, 9), b"hello")
        self.assertEqual(
            w.InternetQueryOption(file, w.INTERNET_OPTION_HANDLE_TYPE),
            w.INTERNET_HANDLE_TYPE_GOPHER_FILE,
        )
        self.assertRaises(
            errors.GopherNotFile, w.GopherOpenFile, self.connection, "1\t\th\t"
        )
        self.assertRaises(errors.IncorrectHandleType, w.GopherOpenFile, file, ITEM)

    def test_attributes(self) -> None:
        answer = (
            b"+-2\r\n+INFO: 0a\t/a.txt\th\t70\t+\r\n+ADMIN:\r\n TTL: 5\r\n Score: 1\r\n"
        )
        seen: list[Any] = []

        def take(attribute: Any, error: int) -> bool:
            seen.append((attribute.name, attribute.value, error))
            return False

        for enumerator in (None, take):
            pending = w.GopherGetAttribute(
                self.connection, ITEM + "\t+", "TTL Score", enumerator
            )
            peer = self.net.accept()
            peer.send(answer)
            peer.close()
            given = self.successResultOf(pending)
        self.assertIs(given, True)
        self.assertEqual(seen, [("TTL", 5, 0)])
        self.assertRaises(
            errors.GopherNotGopherPlus, w.GopherGetAttribute, self.connection, ITEM
        )

    def test_locators(self) -> None:
        made = w.GopherCreateLocator(
            "h", 0, "w", "s", w.GOPHER_TYPE_BINARY | w.GOPHER_TYPE_GOPHER_PLUS
        )
        self.assertEqual(made, "9w\ts\th\t70\t+\r\n")
        self.assertEqual(
            w.GopherGetLocatorType(made),
            w.GOPHER_TYPE_BINARY | w.GOPHER_TYPE_GOPHER_PLUS,
        )
        self.assertRaises(errors.GopherInvalidLocator, w.GopherGetLocatorType, "x")
        self.assertEqual(w.InternetGetLastResponseInfo(), (12134, ""))
        self.assertRaises(
            errors.GopherUnknownLocator, w.GopherCreateLocator, "h", gopher_type=1 << 27
        )

    def test_open_url(self) -> None:
        for flags, kind in (
            (0, w.INTERNET_HANDLE_TYPE_GOPHER_FIND_HTML),
            (w.INTERNET_FLAG_RAW_DATA, w.INTERNET_HANDLE_TYPE_GOPHER_FIND),
        ):
            pending = w.InternetOpenUrl(
                self.session, "gopher://127.0.0.1/", flags=flags
            )
            peer = self.net.accept()
            peer.send(ITEM.encode() + b"\r\n.\r\n")
            handle = self.successResultOf(pending)
            self.assertEqual(handle.handle_type, kind)


class Files(Protocol):
    """A server of two files."""

    transport: Any

    def dataReceived(self, data: bytes) -> None:
        if data == b"/a.bin\r\n":
            self.transport.write(b"x" * 100_000)
        else:
            self.transport.write(b"3no\t\terror.host\t1\r\n.\r\n")
        self.transport.loseConnection()


class DownloadTests(TestCase):
    """A file by its URL, on real sockets."""

    timeout = 60

    def setUp(self) -> None:
        factory = Factory.forProtocol(Files)
        factory.noisy = False
        self.listening = reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(self.listening.stopListening)
        port = self.listening.getHost().port
        self.url = f"gopher://127.0.0.1:{port}"
        self.folder = Path(self.mktemp())
        self.folder.mkdir()

    async def test_saves(self) -> None:
        """Under its name, in a folder; and nothing where there is no such file."""
        path = await twinet.download(f"{self.url}/9/a.bin", self.folder)
        self.assertEqual(path.name, "a.bin")
        self.assertEqual(path.stat().st_size, 100_000)
        with self.assertRaises(errors.GopherDataError):
            await twinet.download(f"{self.url}/9/b.bin", self.folder)
        with self.assertRaises(errors.InvalidParameter):
            await twinet.download(f"{self.url}/1/menu", self.folder)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["a.bin"])
