"""Gopher in a thread, with a server on the reactor of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import inlineCallbacks

from tests.blocking.program import ProgramCase, reactor, session
from tests.inetfetch.gopherhole import CONTENT, Gopherhole
from twinet import blocking

if TYPE_CHECKING:
    from collections.abc import Callable


class Items(ProgramCase):
    """Files, menus and pages."""

    def setUp(self) -> None:
        self.hole = Gopherhole(reactor)
        self.addCleanup(self.hole.close)
        self.port = int(self.hole.url.rpartition(":")[2])

    def with_gopher(self, program: Callable[[blocking.GopherConnection], Any]) -> Any:
        """Run a program that has a connection handle."""

        def run() -> Any:
            with session() as mine:
                return program(mine.gopher("127.0.0.1", self.port))

        return self.run_program(run)

    @inlineCallbacks
    def test_items_are_read(self) -> Any:
        """A file to its end, a menu by its entries and as a page."""

        def program(gopher: blocking.GopherConnection) -> list[Any]:
            file = gopher.open_file(self.locator("9", "/a.bin"))
            assert isinstance(file, blocking.GopherFile)
            found: list[Any] = [b"".join(file) == CONTENT, file.ended_with_dot]
            with gopher.find(self.locator("1", "/menu")) as find:
                found += [entry.display_string for entry in find]
                found.append(find.unknown_lines)
            with gopher.page(self.locator("1", "/menu")) as page:
                assert isinstance(page, blocking.GopherPage)
                found.append(b"words" in page.read(1 << 20))
            found += [gopher.host, gopher.port == self.port, gopher.tls]
            assert isinstance(gopher.parent, blocking.Session)
            opened = gopher.parent.open_url(f"{self.hole.url}/9/a.bin")
            found.append(opened.read(3))
            return found

        found = yield self.with_gopher(program)
        self.assertEqual(
            found,
            [True, False, "words", 0, True, "127.0.0.1", True, False, CONTENT[:3]],
        )

    def locator(self, sign: str, selector: str) -> str:
        return f"{sign}x\t{selector}\t127.0.0.1\t{self.port}"
