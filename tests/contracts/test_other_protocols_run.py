"""The programs on the pages of FTP and Gopher are run, with servers of their kind."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import TestCase

from tests.contracts import pages
from tests.inetfetch.commandline import environment
from twinet.testing import FtpPeer, GopherPeer

ROOT = Path(__file__).resolve().parents[2]
reactor: Any = _reactor


class Programs(TestCase):
    """The first one of a page, with its host replaced by a peer on loopback."""

    timeout = 60

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)

    async def run_first(self, page: str, host: str, peer: Any) -> str:
        """Run the first program of a page; return what it printed."""
        (text,) = [
            block.text
            for block in pages.blocks(ROOT / "docs" / "howto" / page, ROOT)
            if block.kind == "python" and "react(main)" in block.text
        ][:1]
        place = peer.listen(reactor)
        try:
            self.assertIn(f'"{host}"', text)
            code = text.replace(f'"{host}"', f'"127.0.0.1", {place.port}')
            program = self.home / "program.py"
            program.write_text(code, encoding="utf-8")
            out, said, status = await getProcessOutputAndValue(
                sys.executable,
                [str(program)],
                env=environment(self.home),
                path=str(self.home),
            )
        finally:
            await place.stop()
        self.assertEqual((status, said), (0, b""))
        peer.check()
        return str(out, "utf-8")

    async def test_ftp(self) -> None:
        """Files come, and one goes."""
        files = {"/reports/may.csv": b"1", "/reports/june.csv": b"2", "/reports/x": b""}
        peer = FtpPeer(files, users={"me": "..."})
        (self.home / "summary.txt").write_bytes(b"3")
        await self.run_first("talk-to-ftp-servers.rst", "ftp.example.org", peer)
        for name, data in (("may.csv", b"1"), ("june.csv", b"2")):
            self.assertEqual((self.home / name).read_bytes(), data)
        self.assertFalse((self.home / "x").exists())
        self.assertEqual(peer.files["/reports/summary.txt"], b"3")
        self.assertIn("QUIT", peer.commands)

    async def test_gopher(self) -> None:
        """The menu is shown, and its files come."""
        peer = GopherPeer(
            {"": ["iWelcome.", "0Prices\t/a/prices.txt"], "/a/prices.txt": "mocha 3.70"}
        )
        out = await self.run_first("read-gopher.rst", "gopher.example.org", peer)
        self.assertIn("i Welcome.", out)
        self.assertIn("0 Prices gopher://", out)
        self.assertEqual((self.home / "prices.txt").read_text(), "mocha 3.70\n")
