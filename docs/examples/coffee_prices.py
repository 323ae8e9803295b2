"""Compare the coffee prices of two shops: one after the other, and both at once.

``python coffee_prices.py`` brings two shops of its own, and two days: on one of them
Fourth Coffee answers sooner than usual.  ``python coffee_prices.py DOWNFALL FOURTH``
asks the URLs of real ones.

Both versions begin at the same moment.  What they hear and do is written down by their
status callbacks, and printed side by side.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from slow_site import Answer, serving
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react
from twisted.internet.threads import deferToThread

import twinet
from twinet import blocking
from twinet.status import HandleClosing, RequestSent, ResponseReceived

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    #: The URLs of the price lists, by the names of the shops; the first is asked first.
    Shops = Mapping[str, str]

SOON, LATE = 0.4, 1.0
NAMES = ("Downfall", "Fourth")
PRICES = (b"espresso 2.20\nmocha 3.90\n", b"espresso 2.40\nmocha 3.70\n")


# -- the two versions of the program


def one_after_the_other(shops: Shops, diary: Diary) -> None:
    """Ask a shop, take its prices, ask the next: each call blocks until it is done."""
    with blocking.Session() as session:
        session.set_status_callback(diary.hear)
        lists = []
        for shop, url in shops.items():
            with session.get(url, context=shop) as request:
                lists.append(b"".join(request))
        compare(lists, diary)


async def all_at_once(reactor: Any, shops: Shops, diary: Diary) -> None:
    """Ask all shops, and take the prices of each when it answers."""
    async with twinet.Session(reactor) as session:
        session.set_status_callback(diary.hear)

        async def prices(shop: str, url: str) -> bytes:
            async with await session.get(url, context=shop) as request:
                return b"".join([piece async for piece in request])

        asked = [Deferred.fromCoroutine(prices(*shop)) for shop in shops.items()]
        compare(await gatherResults(asked), diary)


def compare(lists: list[bytes], diary: Diary) -> None:
    """Find out what each drink costs where it is cheapest."""
    diary.does("compares prices")
    for line in b"".join(lists).decode(errors="replace").splitlines():
        drink, _, price = line.rpartition(" ")
        diary.best[drink] = min(price, diary.best.get(drink, price))
    diary.happens("the comparison is done")
    diary.does("operation complete")


# -- what is told of them


class Diary:
    """What one version hears, and what it does then.

    Both ask the first shop at the start, so that it answers both at once: what comes
    of it is one event for both.  Other events are the version's own.
    """

    def __init__(self, version: str, first: str, begun: float) -> None:
        self.version = version
        self.first = first
        self.begun = begun
        #: what is done on each event, and when that was.
        self.deeds: dict[str, list[str]] = {"start": []}
        self.times = {"start": 0.0}
        #: the best price of each drink.
        self.best: dict[str, str] = {}

    def hear(self, step: twinet.Notification) -> None:
        """Take a notification: this is the status callback."""
        shop = step.context
        if not isinstance(shop, str):
            return  # it is about the session
        match step:
            case RequestSent():
                self.does(f"request to {shop}")
            case ResponseReceived() if self.happens(f"{shop} answers"):
                self.does(f"downloads {shop}'s prices")
            case HandleClosing():
                self.happens(f"{shop}'s prices are there")

    def happens(self, event: str) -> bool:
        """Write down an event; tell whether it is news."""
        name = event if self.first in event else f"{self.version}: {event}"
        if name in self.times:
            return False
        self.times[name] = time.monotonic() - self.begun
        self.deeds[name] = []
        return True

    def does(self, deed: str) -> None:
        """Write down what is done on the last event."""
        *_, deeds = self.deeds.values()
        deeds.append(deed)

    @property
    def end(self) -> float:
        """When all was done, in seconds from the start."""
        return max(self.times.values())

    def at(self, event: str, when: float) -> str:
        """Return what this version did on an event, its own or the other's."""
        deeds = self.deeds.get(event)
        if deeds:
            return " and ".join(deeds)
        return "waiting" if when < self.end else "n/a"


def side_by_side(*diaries: Diary) -> Iterator[tuple[str, ...]]:
    """Give each event on which something was done, in order, with what that was."""
    times: dict[str, float] = {}
    for diary in diaries:
        for event, when in diary.times.items():
            times[event] = min(when, times.get(event, when))
    for event, when in sorted(times.items(), key=lambda each: each[1]):
        if any(diary.deeds.get(event) for diary in diaries):
            yield event, *(diary.at(event, when) for diary in diaries)


async def spend_a_day(reactor: Any, shops: Shops) -> None:
    """Run both versions, and print what became of them."""
    begun, first = time.monotonic(), next(iter(shops))
    one = Diary("synchronous", first, begun)
    other = Diary("asynchronous", first, begun)
    await gatherResults(
        [
            deferToThread(one_after_the_other, shops, one),
            Deferred.fromCoroutine(all_at_once(reactor, shops, other)),
        ]
    )
    print("{:40}{:29}{}".format("event", "synchronous version", "asynchronous version"))
    for row in side_by_side(one, other):
        print("{:40}{:29}{}".format(*row))
    print(
        f"\n{one.end:.2f} s and {other.end:.2f} s: {one.end - other.end:.2f} s saved."
    )
    print(
        "The best:", ", ".join(f"{drink} {other.best[drink]}" for drink in other.best)
    )


async def main(reactor: Any, *urls: str) -> None:
    """Compare the prices, on two days or today."""
    if urls:
        await spend_a_day(reactor, dict(zip(NAMES, urls, strict=True)))
        return
    for day, delays in (("faster", (LATE, SOON)), ("slower", (SOON, LATE))):
        print(f"\nOn a day when Fourth Coffee is the {day} one:\n")
        with ExitStack() as stack:
            shops = {
                name: stack.enter_context(serving({"/": Answer(prices, delay=delay)}))
                for name, prices, delay in zip(NAMES, PRICES, delays, strict=True)
            }
            await spend_a_day(reactor, shops)


if __name__ == "__main__":
    react(main, sys.argv[1:])
