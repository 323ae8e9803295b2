"""The corpus of cookies: through a jar, and over real connections."""

from __future__ import annotations

from collections import Counter
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.http.cookie_corpus import (
    clients,
    http_state,
    public_suffix,
    rfc,
    wininet,
)
from tests.http.loopback import LoopbackServer, ok
from twinet import CookieJar, Session
from twinet.urls import crack_http

reactor: Any = _reactor
BOOKS = (clients, http_state, public_suffix, rfc, wininet)
CASES = [case for book in BOOKS for case in book.CASES]


class CorpusTests(SynchronousTestCase):
    """Each case through a jar of its own."""

    def test_each_case(self) -> None:
        """What was set goes where it belongs, and nowhere else."""
        wrong = []
        for case in CASES:
            jar = CookieJar(clock=lambda case=case: case.now)  # type: ignore[misc]
            for url, fields in case.steps:
                jar.store.take(
                    crack_http(url),
                    [(b"Set-Cookie", field.encode("latin-1")) for field in fields],
                )
            value = jar.store.header_for(crack_http(case.to))
            sent = None if value is None else value.decode("latin-1")
            if sent != case.sent:
                wrong.append((case.source, sent, case.sent))
        self.assertEqual(wrong, [])

    def test_corpus_is_as_large_as_it_says(self) -> None:
        """Each case once, and each with its source."""
        self.assertGreater(len(CASES), 300)
        self.assertEqual([k for k, n in Counter(CASES).items() if n > 1], [])
        self.assertTrue(all(case.source for case in CASES))


class WireTests(TestCase):
    """The cases without TLS over loopback: a jar is only as good as what uses it."""

    timeout = 120

    async def test_each_case_over_the_wire(self) -> None:
        """Set by answers, and read from the requests that come."""
        server = LoopbackServer({})
        self.addCleanup(server.stop)
        # Every host is here, on every port.
        here = TCP4ClientEndpoint(reactor, "127.0.0.1", server.port.getHost().port)
        wrong = []
        cases = [case for case in CASES if case.plain]
        self.assertGreater(len(cases), 250)
        for case in cases:
            jar = CookieJar(clock=lambda case=case: case.now)  # type: ignore[misc]
            session = Session(reactor, cookies=jar, connect=lambda *_: here)
            async with session:
                for url, fields in case.steps:
                    lines = [b"Set-Cookie: " + f.encode("latin-1") for f in fields]
                    server.answers[crack_http(url).target] = ok(b"", *lines)
                    await session.fetch(url)
                server.answers[crack_http(case.to).target] = ok(b"")
                await session.fetch(case.to)
            sent = cookie_of(server.requests[-1])
            if sent != case.sent:
                wrong.append((case.source, sent, case.sent))
        self.assertEqual(wrong, [])


def cookie_of(head: bytes) -> str | None:
    """Return the value of a request's Cookie field."""
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"cookie: "):
            return line[8:].decode("latin-1")
    return None
