"""A timeline of calls that block."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import inlineCallbacks

import twinet
from tests.blocking.program import ProgramCase, session
from tests.http.loopback import ok
from twinet import blocking
from twinet.timeline import Timeline

TO = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"


class Recorded(ProgramCase):
    """As of any session."""

    @inlineCallbacks
    def test_each_request_is_a_row(self) -> Any:
        """Though nobody holds its handle while it is under way."""
        server = self.serve({"/": ok(b"hello"), "/to": TO})
        heard: list[twinet.Notification] = []
        timeline = Timeline()

        def program() -> None:
            with session() as mine:
                mine.set_status_callback(heard.append)
                timeline.record(mine)
                mine.fetch(server.url("/"))
                with mine.get(server.url("/to")) as request:
                    request.read(9)

        yield self.run_program(program)
        rows = timeline.rows
        self.assertEqual([row.status for row in rows], ["200", "302", "200"])
        self.assertEqual([row.pending for row in rows], [False] * 3)
        for row in rows:
            self.assertIn("wait", [span.phase.value for span in row.spans])
        # The callback that was there hears it all the same, of its own handles.
        self.assertTrue(all(isinstance(n.handle, blocking.Handle) for n in heard))
