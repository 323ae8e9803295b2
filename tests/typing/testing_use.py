"""What a strict user writes in tests of a program, and the types that come out of it.

Nothing here runs: mypy is the test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, assert_type

from twisted.internet.protocol import Factory, Protocol

import twinet
from twinet.testing import (
    Authority,
    End,
    FtpEntry,
    FtpPeer,
    GopherPeer,
    HandPeer,
    HttpAnswer,
    HttpPeer,
    Link,
    MemoryNetwork,
    PlayedEnd,
    ReceivedRequest,
    Recorder,
    Script,
)

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred


def ordered(request: ReceivedRequest) -> HttpAnswer:
    """Answer an order."""
    assert_type(request.headers, twinet.Fields)
    assert_type(request.query, dict[str, list[str]])
    return HttpAnswer(201, [request.body, 0.5, "and"], {"X": request.path})


class Server(PlayedEnd):
    """An end with words of its own."""


async def program(session: twinet.Session) -> str:
    """Be what is tested."""
    return (await session.fetch("http://shop.example/")).text


def played(reactor: Any) -> Deferred[None]:
    """Use all that there is."""
    shop = HttpPeer()
    shop.answer("GET", "/a", "text", b"bytes", HttpAnswer(404), times=5)
    shop.answer("*", re.compile("/b.*"), ordered, Script(b"raw", 2, End.CLOSE))
    site = FtpPeer({"/a": "text", "/b": FtpEntry(b"", size=5), "/c/": None})
    assert_type(site.files, dict[str, bytes])
    hole = GopherPeer({"": ["iline"], "/a": "text", "/find": lambda words: [words]})
    with MemoryNetwork() as network:
        network.add("shop.example", shop, tls=True, link=Link(latency=1, rate=9.5))
        network.add("ftp.example", site).link = Link(refuses=True)
        network.add("gopher.example", hole)
        network.add("old.example", Factory.forProtocol(Protocol), 7)
        session = network.session(agent="coffee/1.0")
        assert_type(network.run(program(session)), str)
        assert_type(network.run(session.fetch("http://a/")), twinet.Response)
        twinet.fetch("https://a/", trust_roots=network.trust_roots)
        heard = network.recorder()
        assert_type(heard, Recorder)
        session.set_status_callback(heard)
        assert_type(heard[0], twinet.Notification)
        assert_type(heard[1:], list[twinet.Notification])
        heard.of(session).expect("HANDLE_CREATED", ..., twinet.Status.REDIRECT)
    hand = HandPeer()
    MemoryNetwork(otherwise=hand)
    assert_type(hand.accept(), PlayedEnd)
    assert_type(hand.accept(Server), Server)
    listening = shop.listen(reactor, tls=Authority.known())
    assert_type(listening.url, str)
    return listening.stop()


def refused() -> None:
    """Write what a type checker refuses."""
    network = MemoryNetwork()
    network.add("shop.example", 80)  # type: ignore[arg-type]  # nobody
    network.run(5)  # type: ignore[arg-type]  # nothing to wait for
    HttpPeer().answer("GET", "/a", 404)  # type: ignore[arg-type]  # an HttpAnswer
    Link(0.5)  # type: ignore[call-arg]  # of what?
    Script(None)  # type: ignore[arg-type]  # no step
    FtpPeer({"/a": 5})  # type: ignore[dict-item]  # no content
    network.recorder().expect(5)  # type: ignore[arg-type]  # no status
