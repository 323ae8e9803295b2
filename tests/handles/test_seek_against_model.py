"""Moving and reading at random, on servers that change, cut and answer as they like.

Whatever they do short of lying about it, each byte that is read is the one that the
first version has at that place, and no end comes before the end.
"""

from __future__ import annotations

import random
import re
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet, Peer
from twinet.errors import ForceRetry, InternetError, InvalidOperation
from twinet.flags import FindMethod

SIZE = 300_000
RUNS = 120
STEPS = 15
_RANGE = re.compile(rb"\r\nRange: bytes=(\d+)-\r\n")
_IF_RANGE = re.compile(rb"\r\nIf-Range: ([^\r]+)\r\n")


class Origin:
    """One resource, whose version changes now and then.

    :ivar broken: how likely it is to cut, to change, to ignore ranges, to send less.
    """

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.version = 0
        self.tagged = source.random() < 0.8
        #: Without validators a change shows in the length alone.
        self.grows = 0 if self.tagged else 1
        self.chunked = source.random() < 0.3
        kinds = ("cuts", "changes", "ignores", "sends_less", "forgets_tag", "refuses")
        self.broken = {kind: source.choice((0, 0, 0, 0.2)) for kind in kinds}

    def happens(self, kind: str) -> bool:
        return self.source.random() < self.broken[kind]

    def content(self, version: int) -> bytes:
        seed = random.Random(version)
        return seed.randbytes(SIZE + version * self.grows)

    def answer(self, request: bytes, *, first: bool = False) -> bytes:
        """Return the whole answer."""
        if not first and self.happens("changes"):
            self.version += 1
        if not first and self.happens("refuses"):
            return b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"
        body = self.content(self.version)
        tag = b'"%d"' % self.version
        fields = [b"Accept-Ranges: bytes"]
        if self.tagged:
            fields.append(b"ETag: " + tag)
        asked, condition = _RANGE.search(request), _IF_RANGE.search(request)
        met = condition is None or condition[1] == tag
        status = b"200 OK"
        if asked is not None and met and not self.happens("ignores"):
            begin, end = int(asked[1]), len(body)
            if begin >= end:
                return (
                    b"HTTP/1.1 416 No\r\nContent-Range: bytes */%d\r\n"
                    b"Content-Length: 0\r\n\r\n"
                ) % end
            if self.happens("sends_less"):
                end = self.source.randint(begin + 1, end)
            status = b"206 Partial Content"
            if self.happens("forgets_tag"):
                fields = fields[:1]
            fields.append(
                b"Content-Range: bytes %d-%d/%d" % (begin, end - 1, len(body))
            )
            body = body[begin:end]
        if self.chunked:
            fields.append(b"Transfer-Encoding: chunked")
            body = (
                b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
            )
        else:
            fields.append(b"Content-Length: %d" % len(body))
        return b"HTTP/1.1 %b\r\n%b\r\n\r\n%b" % (status, b"\r\n".join(fields), body)


class ModelTests(SynchronousTestCase):
    """Against a file that does not change."""

    def setUp(self) -> None:
        self.done = dict.fromkeys(("read", "moved", "changed", "resumed"), 0)

    def serve(self, pending: Any, *, first: bool = False) -> Any:
        """Play the server until a call has ended; return what it gave."""
        outcome: list[Any] = []
        pending.addBoth(outcome.append)
        source = self.origin.source
        while not outcome:
            if self.net.attempts:
                self.peer: Peer = self.net.accept()
                self.outgoing = b""
            request = self.peer.request()
            if request:
                self.outgoing = self.origin.answer(request, first=first)
            if not self.outgoing:
                self.assertFalse(self.peer.closed, "nobody goes on")
                self.net.advance(1)
                continue
            if self.peer.closed:
                self.net.advance(1)
                continue
            if self.origin.happens("cuts") and not first:
                self.outgoing = b""
                self.peer.close(ConnectionLost())
                continue
            size = source.choice((1, 50, 1000, 100_000, SIZE))
            piece, self.outgoing = self.outgoing[:size], self.outgoing[size:]
            self.peer.send(piece)
        error = getattr(outcome[0], "value", None)
        if error is not None:
            self.assertIsInstance(error, InternetError)
            return error
        return outcome[0]

    def play(self, seed: int) -> None:
        source = random.Random(seed)
        self.origin = Origin(source)
        self.net = MemoryNet()
        request = self.net.session.http("192.0.2.1").open_request()
        self.serve(request.send(), first=True)
        truth = self.origin.content(0)
        place = 0
        for _ in range(STEPS):
            if source.random() < 0.5:
                size = source.choice((1, 1000, 70_000, SIZE))
                data = self.serve(request.read(size))
                if isinstance(data, bytes):
                    self.assertEqual(data, truth[place : place + len(data)])
                    if not data:
                        self.assertEqual(place, len(truth))
                    place += len(data)
                    self.done["read"] += 1
                    continue
                # It was cut, or another version: the place is where it was.
                moved = self.serve(request.seek(0, FindMethod.CURRENT))
                self.done["resumed"] += moved == place
                continue
            wanted = source.choice((0, SIZE, SIZE - 1, source.randrange(SIZE)))
            moved = self.serve(request.seek(wanted))
            if isinstance(moved, int):
                self.assertEqual(moved, wanted)
                self.done["moved"] += 1
                place = wanted
            elif isinstance(moved, ForceRetry):
                self.done["changed"] += 1
            elif isinstance(moved, InvalidOperation):
                self.assertRegex(str(moved), "503 Busy|neither ETag")
        closing = self.net.session.close()
        self.net.advance(1)
        self.successResultOf(closing)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def test_at_random(self) -> None:
        """Each seed is a server and a program of its own."""
        for seed in range(RUNS):
            try:
                self.play(seed)
            except BaseException as error:
                error.add_note(f"seed {seed}")
                raise
        for what, count in self.done.items():
            self.assertGreater(count, 10, what)
