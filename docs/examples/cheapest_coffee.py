"""Ask shops for the price of coffee, all at once, and say who is the cheapest.

``python cheapest_coffee.py URL ...``.  The tests of this program stand in
``test_cheapest_coffee.py``.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

import twinet

#: Who has not told his price after so long is not asked any further (seconds).
PATIENCE = twinet.Limits(whole=5)


async def main(reactor: Any, *urls: str) -> None:
    """Print who is the cheapest."""
    async with twinet.Session(reactor, proxy="") as session:
        best = await cheapest(session, *urls)
    print("nobody sells any" if best is None else f"{best[1]}: {best[0]:.2f}")


async def cheapest(session: twinet.Session, *urls: str) -> tuple[float, str] | None:
    """Return the lowest price, and where it is."""
    asked = [Deferred.fromCoroutine(price(session, url)) for url in urls]
    told = await gatherResults(asked, consumeErrors=True)
    prices = [(cost, url) for cost, url in zip(told, urls, strict=True) if cost]
    return min(prices, default=None)


async def price(session: twinet.Session, url: str) -> float | None:
    """Return what a shop takes; ``None`` if it does not say so in time."""
    for _ in range(2):
        try:
            answer = await session.fetch(url, limits=PATIENCE, context=url)
        except twinet.InternetError:
            return None
        if answer.status_code == 200:
            return float(answer.text)
    return None


if __name__ == "__main__":
    react(main, sys.argv[1:])
