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
from tests.http.cookie_corpus.case import Case
from tests.http.loopback import LoopbackServer, ok
from tests.net.certificates import Server, root, server_context
from twinet import CookieJar, Session
from twinet._wire.cookie_lines import read_cookie_lines, write_cookie_lines
from twinet._wire.netscape_cookies import read_netscape, write_netscape
from twinet.flags import Flag
from twinet.urls import crack_http

reactor: Any = _reactor
BOOKS = (clients, http_state, public_suffix, rfc, wininet)
CASES = [case for book in BOOKS for case in book.CASES]
#: URLs whose hosts and paths are unusual.
ODD = [
    Case(url, ("a=1", 'b=2; Path=/x y,"\xe9=', "#=#; Path=/#"), None, url, url)
    for url in (
        "http://h.example/a;b=c/d",
        "http://h.example/a%0Ab%3B%09/c",
        "http://h.example/\u20ac/\xe9/x",
        "http://under_score.example/",
        "http://h.example./a/",
        "http://[fe80::1%25eth0]/a/",
        "http://127.0.0.1/a/",
        "http://b\xfccher.example/",
    )
]


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

    def test_each_case_survives_a_file_of_either_kind(self) -> None:
        """Whatever a server can set can be written and read again."""
        for case in (*CASES, *ODD):
            jar = CookieJar(clock=lambda case=case: case.now)  # type: ignore[misc]
            for url, fields in case.steps:
                jar.store.take(
                    crack_http(url),
                    [(b"Set-Cookie", field.encode("latin-1")) for field in fields],
                )
            kept = [(c.name, c.value, c.domain, c.path, c.host_only) for c in jar]
            self.assertTrue(kept or case not in ODD, case.source)
            back = read_cookie_lines(write_cookie_lines(jar), "jar")
            self.assertEqual(
                [(c.name, c.value, c.domain, c.path, c.host_only) for c in back], kept
            )
            data, count = write_netscape(jar)
            back = read_netscape(data, "cookies.txt")
            self.assertEqual(len(back), count)
            without = [each for each in kept if "\t" not in "".join(map(str, each))]
            self.assertEqual(
                [(c.name, c.value, c.domain, c.path, c.host_only) for c in back],
                without,
            )

    def test_corpus_is_as_large_as_it_says(self) -> None:
        """Each case once, and each with its source."""
        self.assertGreater(len(CASES), 300)
        self.assertEqual([k for k, n in Counter(CASES).items() if n > 1], [])
        self.assertTrue(all(case.source for case in CASES))


class WireTests(TestCase):
    """All cases over loopback: a jar is only as good as what uses it."""

    timeout = 120

    async def test_each_case_over_the_wire(self) -> None:
        """Set by answers, and read from the requests that come."""
        face = Server(server_context(root().issue(["host.test"])))
        servers = {"http": LoopbackServer({}), "https": LoopbackServer({}, face)}
        # Every host is here, on every port.
        places = {}
        for scheme, server in servers.items():
            self.addCleanup(server.stop)
            where = server.port.getHost().port
            places[scheme] = TCP4ClientEndpoint(reactor, "127.0.0.1", where)
        wrong = []
        for case in CASES:
            steps = [*case.steps, (case.to, [])]
            schemes = {crack_http(url).port: crack_http(url).scheme for url, _ in steps}
            session = Session(
                reactor,
                cookies=CookieJar(clock=lambda case=case: case.now),  # type: ignore[misc]
                connect=lambda _, port, to=schemes: places[to[port]],  # type: ignore[misc]
                trust_roots=[root().certificate],
            )
            async with session:
                for url, fields in steps:
                    lines = [b"Set-Cookie: " + f.encode("latin-1") for f in fields]
                    server = servers[crack_http(url).scheme]
                    server.answers[crack_http(url).target] = ok(b"", *lines)
                    # One certificate does for all hosts.
                    await session.fetch(url, flags=Flag.IGNORE_CERT_CN_INVALID)
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
