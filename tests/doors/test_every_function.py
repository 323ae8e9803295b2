"""What the table of functions on the porting pages says was just shown."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from tests.doors import every_function as every
from twinet.wininet.cookies import JAR

reactor: Any = _reactor
#: Of the functions that Microsoft's page on asynchronous operation names, those that
#: cannot have their result at once here.
WAIT = {
    *("FtpCreateDirectory", "FtpDeleteFile", "FtpFindFirstFile", "FtpGetFile"),
    *("FtpGetCurrentDirectory", "FtpOpenFile", "FtpPutFile", "FtpRemoveDirectory"),
    *("FtpRenameFile", "FtpSetCurrentDirectory", "GopherFindFirstFile"),
    *("GopherOpenFile", "HttpEndRequest", "HttpSendRequestEx", "InternetConnect"),
    "InternetOpenUrl",
}


class EveryFunction(TestCase):
    """The program is run, in both modes."""

    timeout = 60

    def setUp(self) -> None:
        self.addCleanup(JAR.clear)

    def run_in(self, mode: str) -> Deferred[every.Program]:
        """Run the program in one mode."""
        return Deferred.fromCoroutine(every.run(reactor, mode))

    async def test_the_table_says_what_was_shown(self) -> None:
        """No more, and no less; and each function is in it."""
        shown = await every.run_all(reactor)
        self.assertEqual({name for name, *_ in shown}, set(every.functions()))
        self.assertEqual(every.PAGE.read_text(encoding="utf-8"), every.page(shown))

    async def test_calls_are_pending_where_they_have_to_wait(self) -> None:
        """With the flag alone; and the callback hears of as many ends."""
        program = await self.run_in("asynchronous")
        self.assertEqual(WAIT - program.waited, set())
        self.assertGreater(program.completes, len(WAIT))
        program = await self.run_in("synchronous")
        self.assertEqual((program.waited, program.completes), (set(), 0))

    def test_a_cell_needs_both_modes_to_say_so(self) -> None:
        """And one that nothing has shown stays empty."""
        text = every.page({("HttpOpenRequest", "HTTP", "synchronous")})
        row = text.partition("``HttpOpenRequest``\n")[2].partition("   * ")[0]
        self.assertEqual(row, "     - synchronous\n     -\n     -\n     -\n")
