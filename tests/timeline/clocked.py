"""A timeline on a memory net: time passes when the test says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.http.memory import MemoryNet, NetTestCase, Peer
from twinet.timeline import Timeline

if TYPE_CHECKING:
    from twinet.timeline import Row

STARTED = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"


class TimelineTestCase(NetTestCase):
    """What the cases share: a net, and a timeline that hears all of it."""

    net: Any

    def setUp(self) -> None:
        self.net = self.make_net()
        self.timeline = self.make_timeline()
        self.timeline.record(self.net.session)

    def make_net(self) -> Any:
        return MemoryNet()

    def make_timeline(self, **options: Any) -> Timeline:
        seconds = self.net.reactor.seconds
        return Timeline(seconds=seconds, started=STARTED, **options)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.net.advance(seconds)

    def get(self, path: str = "/", **how: Any) -> Any:
        """Begin to send a GET to an address, so that nothing is looked up later."""
        return self.net.session.get(f"{self.origin}{path}", **how)

    def served(self, path: str = "/", head: bytes = ANSWER, body: bytes = b"12345"):
        """Have a GET answered on a connection of its own; its handle, and the peer."""
        called = self.get(path)
        peer = self.net.accept()
        peer.send(head + body)
        return self.successResultOf(called), peer

    def spans(self, row: Row) -> list[tuple[str, float]]:
        """Return the phases of a row and how long they took."""
        return [(s.phase.value, round(s.end - s.begin, 6)) for s in row.spans]

    def only_row(self) -> Row:
        (row,) = self.timeline.rows
        return row

    def check_whole(self, row: Row) -> None:
        """Check that a row's phases follow each other from its beginning."""
        here = row.begin
        for span in row.spans:
            self.assertEqual(span.begin, here)
            self.assertGreater(span.end, span.begin)
            here = span.end
        self.assertEqual(here, row.end)


__all__ = ["ANSWER", "STARTED", "Peer", "TimelineTestCase"]
