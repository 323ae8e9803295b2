"""The tests of cheapest_coffee.py: a trial case, and functions for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cheapest_coffee import cheapest, main
from twisted.trial.unittest import SynchronousTestCase

from twinet.testing import HttpAnswer, HttpPeer, Link, MemoryNetwork, Script

if TYPE_CHECKING:
    from collections.abc import Iterator

DOWNFALL = "http://downfall.example/coffee"
FOURTH = "http://fourth.example/coffee"


class CheapestTests(SynchronousTestCase):
    """Two shops on a network in memory."""

    def setUp(self) -> None:
        self.network = MemoryNetwork()
        self.addCleanup(self.network.close)
        self.downfall, self.fourth = HttpPeer(), HttpPeer()
        self.network.add("downfall.example", self.downfall)
        self.network.add("fourth.example", self.fourth)
        self.session = self.network.session()

    def ask(self) -> tuple[float, str] | None:
        """Run what is tested to its end."""
        return self.network.run(cheapest(self.session, DOWNFALL, FOURTH))

    def test_the_lower_price_wins(self) -> None:
        """Whoever answers first."""
        self.downfall.answer("GET", "/coffee", HttpAnswer(body="3.20", delay=2))
        self.fourth.answer("GET", "/coffee", "3.50")
        self.assertEqual(self.ask(), (3.20, DOWNFALL))

    def test_a_busy_shop_is_asked_again(self) -> None:
        """Once."""
        self.downfall.answer("GET", "/coffee", HttpAnswer(503), "3.20")
        self.fourth.answer("GET", "/coffee", HttpAnswer(503))
        self.assertEqual(self.ask(), (3.20, DOWNFALL))
        self.assertEqual(len(self.fourth.requests), 2)

    def test_a_silent_shop_is_left_out_after_five_seconds(self) -> None:
        """The five seconds are the network's: the test takes none."""
        self.downfall.answer("GET", "/coffee", Script())
        self.fourth.answer("GET", "/coffee", "3.50")
        self.assertEqual(self.ask(), (3.50, FOURTH))
        self.assertEqual(self.network.now, 5)

    def test_the_other_answer_is_there_while_one_is_waited_for(self) -> None:
        """Time may also be moved by hand, to look at what is there by then."""
        heard = self.network.recorder()
        self.session.set_status_callback(heard)
        self.downfall.answer("GET", "/coffee", HttpAnswer(body="3.20", delay=4))
        self.fourth.answer("GET", "/coffee", "3.50")
        prices = [self.session.fetch(url) for url in (DOWNFALL, FOURTH)]
        self.network.advance(3)
        self.assertNoResult(prices[0])
        self.assertEqual(self.successResultOf(prices[1]).text, "3.50")
        self.network.advance(1)
        self.assertEqual(self.successResultOf(prices[0]).text, "3.20")
        self.assertEqual(str(heard).count("REQUEST_COMPLETE ok"), 2)


@pytest.fixture
def network() -> Iterator[MemoryNetwork]:
    """Make a network on which nothing may be left."""
    with MemoryNetwork() as made:
        yield made


def test_the_program_prints_the_cheapest(
    network: MemoryNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it runs, on the reactor of the network."""
    shop = HttpPeer()
    shop.answer("GET", "/coffee", "3.50")
    network.add("fourth.example", shop)
    network.add("downfall.example", shop, link=Link(refuses=True))
    network.run(main(network.reactor, DOWNFALL, FOURTH))
    assert capsys.readouterr().out == f"{FOURTH}: 3.50\n"


def test_what_is_told_of_a_request(network: MemoryNetwork) -> None:
    """The steps, with gaps where they do not matter."""
    shop = HttpPeer()
    shop.answer("GET", "/coffee", "3.50")
    network.add("fourth.example", shop)
    heard = network.recorder()
    session = network.session()
    session.set_status_callback(heard)
    network.run(cheapest(session, FOURTH))
    heard.of(FOURTH).expect(
        "HANDLE_CREATED",
        "RESOLVING_NAME fourth.example",
        ...,
        "SENDING_REQUEST",
        "REQUEST_SENT",
        "RECEIVING_RESPONSE",
        "RESPONSE_RECEIVED",
        "REQUEST_COMPLETE ok",
        "HANDLE_CLOSING",
    )
