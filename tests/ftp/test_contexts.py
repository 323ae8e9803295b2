"""Whose context each call of FTP tells with: as WinINet's documents have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.ftp.test_copies import CopyCase

if TYPE_CHECKING:
    from pathlib import Path

PASSIVE = "EPSV | 229 x (|||4000|)"
BINARY = "TYPE I | 200 ok"


class Contexts(CopyCase):
    """A connection with a context, and calls with and without one of their own."""

    def setUp(self) -> None:
        super().setUp()
        self.ftp, self.server = self.log_in(context="connection")

    def contexts(self, call: Any, *dialogue: str) -> set[Any]:
        """Play a call to its end; return the contexts that were told."""
        self.net.news.clear()
        self.answer(self.server, *dialogue)
        self.successResultOf(call)
        return {news.context for news in self.net.news}

    def test_login(self):
        """It is the connection's."""
        net = type(self.net)()
        call, server = net.connect(context="login")
        server.say("220 hi")
        self.answer(server, "USER anonymous | 230 in")
        self.successResultOf(call)
        self.assertEqual({news.context for news in net.news}, {"login"})

    def test_directories_and_names(self):
        """FtpCreateDirectory and its like, FtpDeleteFile, FtpRenameFile, FtpCommand."""
        ftp = self.ftp
        for call, dialogue in (
            (ftp.current_directory, ['PWD | 257 "/"']),
            (lambda: ftp.change_directory("d"), ["CWD d | 250 ok"]),
            (lambda: ftp.make_directory("d"), ["MKD d | 257 ok"]),
            (lambda: ftp.remove_directory("d"), ["RMD d | 250 ok"]),
            (lambda: ftp.delete("x"), ["DELE x | 250 ok"]),
            (lambda: ftp.rename("x", "y"), ["RNFR x | 350 go", "RNTO y | 250 ok"]),
            (lambda: ftp.modified("x"), ["MDTM x | 213 20200101000000"]),
            (lambda: ftp.size("x"), [BINARY, "SIZE x | 213 1"]),
            (lambda: ftp.command("SITE HELP"), ["SITE HELP | 214 no"]),
        ):
            told = self.contexts(call(), *dialogue)
            self.assertEqual(told, {"connection"}, dialogue)

    def test_copies(self):
        """FtpGetFile and FtpPutFile have one of their own; without it the connection's.

        It may be 0, which is a value here, and ``None`` is silent.
        """
        cases: list[tuple[dict[str, Any], set[Any]]] = [
            ({"context": "own"}, {"own"}),
            ({"context": 0}, {0}),
            ({"context": None}, set()),
            ({}, {"connection"}),
        ]
        for number, (given, expected) in enumerate(cases):
            target = self.folder / str(number)
            self.net.news.clear()
            call = self.ftp.get_file("x", target, **given)
            self.answer(self.server, *([] if number else [BINARY]), PASSIVE)
            data = self.net.accept_ftp()
            self.answer(self.server, "RETR x | 150 go (5 bytes)")
            data.send(b"hello")
            data.close()
            self.server.say("226 ok")
            self.successResultOf(call)
            told = {news.context for news in self.net.news}
            self.assertEqual(told, expected, f"get_file {given}")
            self.assertEqual(self.put(target, given), expected, f"put_file {given}")

    def put(self, path: Path, given: dict[str, Any]) -> set[Any]:
        """Put a file; return the contexts that were told."""
        self.net.news.clear()
        call = self.ftp.put_file(path, "y", **given)
        self.answer(self.server, PASSIVE)
        data = self.net.accept_ftp()
        self.answer(self.server, "STOR y | 150 go")
        self.assertEqual(data.received(), b"hello")
        self.net.advance()
        self.server.say("226 ok")
        self.successResultOf(call)
        return {news.context for news in self.net.news}

    def test_handles(self):
        """FtpOpenFile and FtpFindFirstFile: not inherited, each its own."""
        for given, expected in (
            ({"context": "own"}, {"own"}),
            ({"context": None}, set()),
        ):
            self.net.news.clear()
            call = self.ftp.open_file("x", **given)
            self.answer(self.server, *([BINARY] if expected else []), PASSIVE)
            data = self.net.accept_ftp()
            self.answer(self.server, "RETR x | 150 go (5 bytes)")
            file = self.successResultOf(call)
            data.send(b"hello")
            data.close()
            self.server.say("226 ok")
            self.assertEqual(self.successResultOf(file.read(9)), b"hello")
            self.successResultOf(file.close())
            told = {news.context for news in self.net.news}
            self.assertEqual(told, expected)
        self.net.news.clear()
        call = self.ftp.find("d/", context="listing")
        self.answer(self.server, "FEAT | 500 what?", "TYPE A | 200 ok", PASSIVE)
        data = self.net.accept_ftp()
        self.answer(self.server, "LIST d/ | 150 go")
        data.close()
        self.server.say("226 ok")
        find = self.successResultOf(call)
        self.assertIsNone(self.successResultOf(find.next_entry()))
        self.successResultOf(find.close())
        self.assertEqual({news.context for news in self.net.news}, {"listing"})

    def test_usual_context_of_a_handle(self):
        """It is the handle itself."""
        self.net.news.clear()
        call = self.ftp.open_file("x")
        self.answer(self.server, BINARY, PASSIVE)
        self.net.accept_ftp()
        self.answer(self.server, "RETR x | 150 go (5 bytes)")
        file = self.successResultOf(call)
        self.assertEqual({news.context for news in self.net.news}, {file})
