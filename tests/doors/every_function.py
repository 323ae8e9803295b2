"""One program in three protocols that calls every function of ``twinet.wininet``.

It is run in both modes, in a thread, against peers on loopback; which function has
given its result, for what protocol and in which mode, is noted as it happens.  The
table on the porting page is written from these notes::

    python -m tests.doors.every_function
"""

from __future__ import annotations

import sys
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.internet.threads import deferToThread

from twinet import wininet as w
from twinet.errors import InternetError, NoMoreFiles
from twinet.testing import End, FtpPeer, GopherPeer, HttpAnswer, HttpPeer, Script

PAGE = Path(__file__).parents[2] / "docs" / "porting" / "functions.rst"
PROTOCOLS = ("HTTP", "FTP", "Gopher")
MODES = ("asynchronous", "synchronous")
BODY = b"coffee 3.50"
HOST = "127.0.0.1"
PATIENCE = 20

#: What a run has shown: function, protocol (empty: none is needed), mode.
Shown = set[tuple[str, str, str]]


class Program:
    """The program in one mode.

    :ivar shown: what has given its result so far.
    :ivar waited: the functions whose calls were pending.
    """

    def __init__(self, reactor: Any, mode: str, folder: Path) -> None:
        self.reactor = reactor
        self.mode = mode
        self.folder = folder
        self.protocol = ""
        self.shown: Shown = set()
        self.waited: set[str] = set()
        self.completes = 0

    def call(self, function: Any, *args: Any, **how: Any) -> Any:
        """Call a function and have its result; note that it has one."""
        result = function(*args, **how)
        if isinstance(result, Future):
            assert self.mode == "asynchronous", function
            self.waited.add(function.__name__)
            result = result.result(PATIENCE)
        self.shown.add((function.__name__, self.protocol, self.mode))
        return result

    def on_status(self, _handle: Any, _context: Any, status: Any, *_: Any) -> None:
        """Count the ends of calls that were pending."""
        self.completes += status == w.INTERNET_STATUS_REQUEST_COMPLETE

    def open(self, protocol: str) -> Any:
        """Open a session."""
        self.protocol = protocol
        flags = w.INTERNET_FLAG_ASYNC if self.mode == "asynchronous" else 0
        session = self.call(w.InternetOpen, "coffee", flags=flags, reactor=self.reactor)
        assert self.call(w.InternetSetStatusCallback, session, self.on_status) is None
        limit = w.INTERNET_OPTION_CONNECT_TIMEOUT
        assert self.call(w.InternetSetOption, session, limit, 5000)
        assert self.call(w.InternetQueryOption, session, limit) == 5000
        return session

    def http(self, url: str) -> None:
        """Ask, send and read by HTTP."""
        session = self.open("HTTP")
        port = int(url.rpartition(":")[2])
        connection = self.call(w.InternetConnect, session, HOST, port, context=1)
        request = self.call(w.HttpOpenRequest, connection, "GET", "/prices", context=2)
        assert self.call(w.HttpAddRequestHeaders, request, "X-Shop: Downfall")
        assert self.call(w.HttpSendRequest, request)
        assert self.call(w.HttpQueryInfo, request, w.HTTP_QUERY_STATUS_CODE) == "200"
        assert self.call(w.InternetQueryDataAvailable, request) > 0
        assert self.call(w.InternetReadFile, request, 6) == b"coffee"
        assert self.call(w.InternetReadFileEx, request, 99) == b" 3.50"
        assert self.call(w.InternetSetFilePointer, request, 7, w.FILE_BEGIN) == 7
        assert self.call(w.InternetReadFile, request, 99) == b"3.50"

        order = self.call(w.HttpOpenRequest, connection, "POST", "/orders", context=3)
        assert self.call(w.HttpSendRequestEx, order, None, b"two ", 10)
        assert self.call(w.InternetWriteFile, order, b"cups, ") == 6
        assert self.call(w.HttpEndRequest, order)
        assert self.call(w.HttpQueryInfo, order, w.HTTP_QUERY_STATUS_CODE) == "201"

        page = self.call(w.InternetOpenUrl, session, f"{url}/prices", context=4)
        assert self.call(w.InternetReadFile, page, 99) == BODY
        for handle in (page, session):
            assert self.call(w.InternetCloseHandle, handle)

    def ftp(self, port: int) -> None:
        """Find, fetch and store by FTP."""
        session = self.open("FTP")
        connection = self.call(
            w.InternetConnect,
            *(session, HOST, port, None, None, w.INTERNET_SERVICE_FTP),
            *(w.INTERNET_FLAG_PASSIVE, 1),
        )
        assert self.call(w.FtpSetCurrentDirectory, connection, "pub")
        assert self.call(w.FtpGetCurrentDirectory, connection) == "/pub"
        find, entry = self.call(w.FtpFindFirstFile, connection, "*.csv", context=2)
        assert entry.name == "a.csv"
        assert self.call(w.InternetFindNextFile, find).name == "b.csv"
        self.is_the_end(find)

        file = self.call(w.FtpOpenFile, connection, "a.csv", w.GENERIC_READ, context=3)
        assert self.call(w.FtpGetFileSize, file) == len(BODY)
        assert self.call(w.InternetQueryDataAvailable, file) > 0
        assert self.call(w.InternetReadFile, file, 6) == b"coffee"
        assert self.call(w.InternetReadFileEx, file, 99) == b" 3.50"
        assert self.call(w.InternetSetFilePointer, file, 7, w.FILE_BEGIN) == 7
        assert self.call(w.InternetReadFile, file, 99) == b"3.50"
        assert self.call(w.InternetCloseHandle, file)

        file = self.call(w.FtpOpenFile, connection, "new", w.GENERIC_WRITE, context=4)
        assert self.call(w.InternetWriteFile, file, b"written") == 7
        assert self.call(w.InternetCloseHandle, file)
        local = str(self.folder / f"{self.mode}.csv")
        assert self.call(w.FtpGetFile, connection, "a.csv", local)
        assert Path(local).read_bytes() == BODY
        assert self.call(w.FtpPutFile, connection, local, "sent.csv")
        assert self.call(w.FtpRenameFile, connection, "sent.csv", "put.csv")
        assert self.call(w.FtpDeleteFile, connection, "put.csv")
        assert self.call(w.FtpCreateDirectory, connection, "made")
        assert self.call(w.FtpRemoveDirectory, connection, "made")
        assert self.call(w.FtpCommand, connection, False, 0, "NOOP") is True

        url = f"ftp://{HOST}:{port}/pub/a.csv"
        page = self.call(w.InternetOpenUrl, session, url, context=5)
        assert self.call(w.InternetReadFile, page, 99) == BODY
        for handle in (page, connection, session):
            assert self.call(w.InternetCloseHandle, handle)

    def gopher(self, port: int) -> None:
        """Read a menu and a file of a Gopher server."""
        session = self.open("Gopher")
        connection = self.call(
            w.InternetConnect,
            *(session, HOST, port, None, None, w.INTERNET_SERVICE_GOPHER, 0, 1),
        )
        find, entry = self.call(w.GopherFindFirstFile, connection, context=2)
        assert entry.selector == "/a.txt"
        assert self.call(w.InternetFindNextFile, find).selector == "/b.bin"
        self.is_the_end(find)
        file = self.call(w.GopherOpenFile, connection, entry.locator, context=3)
        assert self.call(w.InternetQueryDataAvailable, file) > 0
        assert self.call(w.InternetReadFile, file, 6) == b"coffee"
        assert self.call(w.InternetReadFileEx, file, 99).strip() == b"3.50"
        plus = w.GOPHER_TYPE_TEXT_FILE | w.GOPHER_TYPE_GOPHER_PLUS
        locator = self.call(w.GopherCreateLocator, HOST, port, "a", "/a.txt", plus)
        assert self.call(w.GopherGetLocatorType, locator) == plus
        text = self.call(w.GopherGetAttribute, connection, locator, context=4)
        assert "Admin: us" in str(text)

        url = f"gopher://{HOST}:{port}/9/b.bin"
        page = self.call(w.InternetOpenUrl, session, url, context=5)
        assert self.call(w.InternetReadFile, page, 99) == BODY
        for handle in (page, connection, session):
            assert self.call(w.InternetCloseHandle, handle)

    def without(self, port: int) -> None:
        """Call what needs no connection; and the last error of a call that failed."""
        self.protocol = ""
        parts = self.call(w.InternetCrackUrl, "http://shop.example/a?b")
        assert self.call(w.InternetCreateUrl, parts) == "http://shop.example/a?b"
        joined = self.call(w.InternetCombineUrl, "http://shop.example/a/b", "../c")
        assert joined == "http://shop.example/c"
        clean = self.call(w.InternetCanonicalizeUrl, "http://shop.example/a b")
        assert clean == "http://shop.example/a%20b"
        then = datetime(2020, 1, 15, 10, 20, 30, tzinfo=UTC)
        text = self.call(w.InternetTimeFromSystemTime, then)
        assert self.call(w.InternetTimeToSystemTime, text) == then
        url = f"http://{self.mode}.shop.example/"
        assert self.call(w.InternetSetCookie, url, "cup", "1")
        assert self.call(w.InternetGetCookie, url) == "cup=1"
        state = self.call(w.InternetSetCookieEx, url, "pot", "2")
        assert state is w.CookieState.ACCEPT
        assert self.call(w.InternetGetCookieEx, url, "pot") == "pot=2"

        session = self.open("FTP")
        connection = self.call(
            w.InternetConnect,
            *(session, HOST, port, None, None, w.INTERNET_SERVICE_FTP),
        )
        try:
            self.call(w.FtpDeleteFile, connection, "nowhere")
        except InternetError:
            code, said = self.call(w.InternetGetLastResponseInfo)
            # A pending call has failed elsewhere than on this thread.
            assert self.mode == "asynchronous" or (code, said[:3]) == (12003, "550")
        self.call(w.InternetCloseHandle, session)

    def is_the_end(self, find: Any) -> None:
        """Find no more."""
        try:
            self.call(w.InternetFindNextFile, find)
        except NoMoreFiles:
            self.call(w.InternetCloseHandle, find)
        else:
            msg = "there was another entry"
            raise AssertionError(msg)


def shop() -> HttpPeer:
    """Make a server that has prices and takes orders."""
    peer = HttpPeer()
    fields = {"Accept-Ranges": "bytes", "ETag": '"1"'}
    peer.answer("GET", "/prices", HttpAnswer(200, BODY, fields))
    peer.answer("POST", "/orders", HttpAnswer(201))
    return peer


def hole() -> GopherPeer:
    """Make a Gopher server that knows Gopher+ a little."""
    plus = b"+-2\r\n+INFO: 0a\t/a.txt\th\t70\t+\r\n+ADMIN:\r\n Admin: us <us@h>\r\n"
    return GopherPeer(
        {
            "": ["0a\t/a.txt", "9b\t/b.bin"],
            "/a.txt": BODY.decode(),
            "/b.bin": BODY,
            "/a.txt\t!": Script(plus, End.CLOSE),
        }
    )


async def run(reactor: Any, mode: str) -> Program:
    """Run the program in one mode, against peers on loopback."""
    site = FtpPeer({"/pub/a.csv": BODY, "/pub/b.csv": BODY})
    places = [peer.listen(reactor) for peer in (shop(), site, hole())]
    http, ftp, gopher = places
    with TemporaryDirectory() as folder:
        program = Program(reactor, mode, Path(folder))
        try:
            await deferToThread(program.http, http.url)
            await deferToThread(program.ftp, ftp.port)
            await deferToThread(program.gopher, gopher.port)
            await deferToThread(program.without, ftp.port)
        finally:
            for place in places:
                await place.stop()
    return program


async def run_all(reactor: Any) -> Shown:
    """Run the program in both modes; return what was shown."""
    programs = [await run(reactor, mode) for mode in MODES]
    return set().union(*(program.shown for program in programs))


def functions() -> list[str]:
    """Return WinINet's functions, in the order of their names."""
    starts = ("Internet", "Http", "Ftp", "Gopher")
    return sorted(
        name
        for name in w.__all__
        if name.startswith(starts) and callable(getattr(w, name))
    )


def page(shown: Shown) -> str:
    """Write the page with the table."""
    text = (
        ".. Written by python -m tests.doors.every_function, which runs what it says.\n"
        "\n"
        "Functions, protocols and modes\n==============================\n\n"
        "Each word here was shown by a program that made the call and had its\n"
        "result, in that protocol and mode, from a server on this machine; it is\n"
        "``tests/doors/every_function.py``, and a test runs it and compares.\n"
        "*Both* is with ``INTERNET_FLAG_ASYNC`` and without.  A function that needs\n"
        "no connection stands under *alone*; an empty field claims\n"
        "nothing: in most of them WinINet has nothing to do for that protocol.\n\n"
        ".. list-table::\n   :header-rows: 1\n\n   * - Function\n"
    )
    text += "".join(f"     - {each}\n" for each in (*PROTOCOLS, "alone"))
    for name in functions():
        text += f"   * - ``{name}``\n"
        for protocol in (*PROTOCOLS, ""):
            modes = [mode for mode in MODES if (name, protocol, mode) in shown]
            words = "both" if len(modes) == len(MODES) else "".join(modes)
            text += f"     - {words}".rstrip() + "\n"
    return text


def write(reactor: Any) -> Deferred[None]:
    """Write the page."""

    async def written() -> None:
        PAGE.write_text(page(await run_all(reactor)), encoding="utf-8")

    return Deferred.fromCoroutine(written())


if __name__ == "__main__":
    react(write, sys.argv[1:])
