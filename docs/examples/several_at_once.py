"""Ask two shops for their coffee prices at once; take each answer when it comes.

The slower shop holds nobody up.  Each request has a context, and one callback on the
session hears of all of them.

``python several_at_once.py URL``, the URL being what both shops stand under.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

import twinet
from twinet.status import RequestSent, ResponseReceived

SHOPS = ("downfall", "fourth")


async def main(reactor: Any, url: str) -> None:
    """Compare the prices."""
    session = twinet.Session(reactor, agent="coffee/1.0")
    session.set_status_callback(tell)
    async with session:
        asked = [Deferred.fromCoroutine(prices(session, url, shop)) for shop in SHOPS]
        first, second = await gatherResults(asked, consumeErrors=True)
    print("the same" if first == second else "not the same")


async def prices(session: twinet.Session, url: str, shop: str) -> bytes:
    """Return what a shop says; the name of the shop is the context."""
    request = await session.get(f"{url}/{shop}", context=shop)
    async with request:
        text = b"".join([piece async for piece in request])
    print(f"{shop}: all {len(text)} bytes are here")
    return text


def tell(step: twinet.Notification) -> None:
    """Write down what belongs to which shop."""
    match step:
        case RequestSent():
            print(f"{step.context}: asked")
        case ResponseReceived():
            print(f"{step.context}: answers")


if __name__ == "__main__":
    react(main, sys.argv[1:])
