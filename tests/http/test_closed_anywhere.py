"""A handle, a call or a session that ends inside each notification of a journey.

Each journey is made once to its end, and then again for each notification that was
told on it, and each way to end in there.  Whatever that was: no socket, no timer and
no place in the pool is left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred

from tests.http.challenger import BASIC, DIGEST, DONE, asks
from tests.http.ends import Ends, answering, secured
from tests.http.memory import MemoryNet, NetTestCase
from tests.http.proxied import LOGIN, OPENED, SOCKS4A_OPENED, SOCKS5_OPENED, OneProxy
from tests.net.certificates import pem, root
from twinet import TrustRoots
from twinet.proxy import Proxy
from twinet.testing.hand import HandTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http.ends import End

MOVED = (
    b"HTTP/1.1 302 M\r\nLocation: /next\r\nSet-Cookie: a=1\r\nContent-Length: 2\r\n\r\n"
    b"go"
)
#: A challenge whose connection ends with it.
PARTING = asks(BASIC, status=407).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
STALE = DIGEST.replace(b"n1", b"n2") + b", stale=true"


class Journey:
    """Two requests at once, where there is one connection for them, then another one.

    :param ends: as for :class:`Ends`.
    """

    def __init__(self, url: str, proxy: Proxy | None, *ends: Callable[[], End]) -> None:
        self._url = url
        self._proxy = proxy
        self._ends = ends

    def go(
        self,
        leave: Callable[[Journey, Any], object] | None = None,
        at: int = -1,
        patience: int = 1000,
    ) -> int:
        """Make it, and count the notifications.

        :param leave: what happens in the notification ``at`` (from 0).
        :param patience: as for :class:`Ends`.
        """
        net = self.net = MemoryNet(
            connections_per_host=1,
            trust_roots=TrustRoots.from_pem(pem(root().certificate)),
        )
        if self._proxy is not None:
            net.session.engine.proxies = OneProxy(self._proxy)
        self.ends = Ends(net, *self._ends, patience=patience)
        self.pending: list[Deferred[Any]] = []

        def react(news: Any) -> None:
            if leave is not None and len(net.news) == at + 1:
                leave(self, news)

        net.react = react
        for crowd in (2, 1):
            for _ in range(crowd):
                call = net.session.fetch(self._url)
                call.addErrback(lambda _: None)
                self.pending.append(call)
            self.ends.talk()
        return len(net.news)


HTTP = Proxy("http", "proxy.test", 3128, LOGIN)
CHALLENGES = (asks(DIGEST, status=407), asks(DIGEST), MOVED, asks(STALE), DONE)
JOURNEYS = {
    "digest": Journey(
        "http://joe:pw@origin.test/a",
        None,
        lambda: answering(asks(DIGEST), MOVED, asks(STALE), DONE),
    ),
    "http": Journey(
        "http://joe:pw@origin.test/a", HTTP, lambda: answering(*CHALLENGES)
    ),
    "http, closing": Journey(
        "http://origin.test/a",
        HTTP,
        lambda: answering(PARTING),
        lambda: answering(MOVED, None),
        lambda: answering(DONE),
    ),
    "connect": Journey(
        "https://joe:pw@origin.test/a",
        HTTP,
        lambda: answering(
            asks(DIGEST, status=407),
            OPENED,
            secured(answering(asks(DIGEST), MOVED, DONE)),
        ),
    ),
    "connect, closing": Journey(
        "https://origin.test/a",
        HTTP,
        lambda: answering(PARTING),
        lambda: answering(asks(BASIC, status=407), None),
        lambda: answering(OPENED, secured(answering(DONE))),
    ),
    "connect, refused": Journey(
        "https://origin.test/a",
        HTTP,
        lambda: answering(asks(BASIC, status=407)),
    ),
    "connect, TLS fails": Journey(
        "https://other.test/a",
        HTTP,
        lambda: answering(OPENED, secured(answering(DONE))),
    ),
    "TLS in TLS": Journey(
        "https://origin.test/a",
        Proxy("https", "proxy.test", 443, LOGIN),
        lambda: secured(answering(PARTING)),
        lambda: secured(answering(OPENED, secured(answering(MOVED, DONE)))),
    ),
    "http over TLS": Journey(
        "http://origin.test/a",
        Proxy("https", "proxy.test", 443, LOGIN),
        lambda: secured(answering(*CHALLENGES)),
    ),
    "socks5": Journey(
        "http://joe:pw@origin.test/a",
        Proxy("socks5", "proxy.test", 1080, LOGIN),
        lambda: answering(
            b"\x05\x02", b"\x01\x00", SOCKS5_OPENED[1], asks(DIGEST), MOVED, DONE
        ),
    ),
    "socks5, refused": Journey(
        "http://origin.test/a",
        Proxy("socks5", "proxy.test", 1080, LOGIN),
        lambda: answering(b"\x05\x02", b"\x01\x01"),
    ),
    "socks4a": Journey(
        "https://origin.test/a",
        Proxy("socks4a", "proxy.test", 1080),
        lambda: answering(SOCKS4A_OPENED, secured(answering(MOVED, DONE))),
    ),
}


def close_handle(_journey: Journey, news: Any) -> None:
    news.handle.close()


def close_session(journey: Journey, _news: Any) -> None:
    journey.net.session.close()


def cancel_first(journey: Journey, _news: Any) -> None:
    for call in journey.pending[:1]:
        call.cancel()


def cancel_all(journey: Journey, _news: Any) -> None:
    for call in journey.pending:
        call.cancel()


def change_proxy(journey: Journey, _news: Any) -> None:
    journey.net.session.set_proxy("other.test:8080")


class ClosedAnywhereTests(NetTestCase):
    """Nothing is left, whatever ended and when."""

    def check(self, name: str) -> None:
        """Make one journey with each end there can be."""
        journey = JOURNEYS[name]
        told = journey.go()
        self.assertGreater(told, 10)
        self.check_nothing(journey)
        for patience in range(journey.ends.answers):
            with self.subTest(patience=patience):
                journey.go(patience=patience)
                for _ in range(100):
                    journey.net.advance(5)
                self.check_nothing(journey)
        for leave in (
            close_handle,
            close_session,
            cancel_first,
            cancel_all,
            change_proxy,
        ):
            for at in range(told):
                with self.subTest(leave=leave.__name__, at=at):
                    journey.go(leave, at)
                    self.check_nothing(journey)

    def check_nothing(self, journey: Journey) -> None:
        """Check that all has ended, and that the pool knows it."""
        self.net = journey.net
        self.assertEqual([call.called for call in journey.pending], [True] * 3)
        pool = self.net.session.engine.pool
        self.assertEqual(
            sum(o.opened for o in pool._origins.values()), len(pool._channels)
        )
        for origin in pool._origins.values():
            self.assertEqual(len(origin.idle), origin.opened)
            self.assertFalse(origin.using | origin.leaves or origin.waiting)
        for proxy, crowd in pool._crowds.items():
            self.assertEqual(crowd.opened, sum(o.opened for o in crowd.origins))
            self.assertFalse(crowd.leaving, proxy)
        open_peers = [p for p, _ in journey.ends.peers if not p.closed]
        self.assertEqual(len(open_peers), len(pool._channels))
        # Those that are kept go when their time has come.
        self.net.advance(1000)
        self.net.advance()
        self.check_nothing_left(*(peer for peer, _ in journey.ends.peers))
        self.assertEqual((pool._origins, pool._crowds), ({}, {}))


def _test(name: str) -> Any:
    def test(self: ClosedAnywhereTests) -> None:
        self.check(name)

    return test


for _name in JOURNEYS:
    _method = f"test_{_name.replace(', ', '_').replace(' ', '_').lower()}"
    setattr(ClosedAnywhereTests, _method, _test(_name))


class LateEndpoint:
    """Connects when the test says so, whatever became of who asked for it."""

    def connect(self, factory: Any) -> Deferred[Any]:
        self.factory = factory
        return Deferred()


class LateTests(NetTestCase):
    """An endpoint of the program's that connects when nobody wants it any more."""

    def test_proxy_is_not_greeted(self) -> None:
        """Whether that is found before or after the connection has a protocol."""
        for built_before in (True, False):
            for url in ("https://origin.test/a", "http://origin.test/a"):
                for proxy in (HTTP, Proxy("socks5", "proxy.test", 1080)):
                    with self.subTest(url=url, proxy=proxy, built=built_before):
                        self.check(url, proxy, built_before=built_before)

    def check(self, url: str, proxy: Proxy, *, built_before: bool) -> None:
        endpoint = LateEndpoint()
        self.net = MemoryNet(connect=lambda _host, _port: endpoint)
        self.net.session.engine.proxies = OneProxy(proxy)
        call = self.net.session.fetch(url)
        where = IPv4Address("TCP", "192.0.2.9", 3128)
        protocol = endpoint.factory.buildProtocol(where) if built_before else None
        call.cancel()
        self.failureResultOf(call)
        if protocol is None:
            protocol = endpoint.factory.buildProtocol(where)
        transport = HandTransport(self.net.reactor, where, where)
        transport.attach(protocol)
        self.assertEqual((transport.take(), transport.aborted), (b"", True))
        self.net.advance()
        self.check_nothing_left()
