"""Interrupt what takes too long, from inside the status callback.

``python watchdog.py`` fetches four files of a site of its own: one comes as it should,
one drips, one is endless, and one never begins.  ``python watchdog.py URL...`` watches
others.

A request is interrupted by closing its handle, and that may be done in the callback
itself, in whatever it is told.  (For the usual rules there are limits:
``twinet.Limits(whole=5, lowest_speed=1000)``.  A watchdog is for rules of one's own.)
"""

from __future__ import annotations

import sys
from typing import Any

from slow_site import Answer, serving
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

import twinet
from twinet.errors import OperationCancelled
from twinet.status import HandleClosing, HandleCreated, ResponseReceived

#: A request may take so many seconds until it answers; from then on so many bytes must
#: come a second; and so many is the most.
PATIENCE, SPEED, MOST = 2.0, 2_000, 500_000


class Watchdog:
    """Watches the requests of a session: its status callback.

    :ivar reasons: why a request was interrupted, by its context.
    """

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        self.reasons: dict[Any, str] = {}
        self._begun: dict[Any, float] = {}
        self._came: dict[Any, int] = {}
        self._timers: dict[Any, Any] = {}

    def __call__(self, step: twinet.Notification) -> None:
        """Look at a step of a request, and end it if that is enough."""
        name, now = step.context, self.reactor.seconds()
        match step:
            case HandleCreated():
                self._begun[name], self._came[name] = now, 0
                # Of a server that says nothing nothing is told: that needs a clock.
                self._timers[name] = self.reactor.callLater(
                    PATIENCE,
                    self._interrupt,
                    step.created,
                    f"silent for {PATIENCE:g} s",
                )
            case ResponseReceived():
                self._stop_timer(name)
                self._came[name] += step.count
                took = now - self._begun[name]
                if self._came[name] > MOST:
                    self._interrupt(step.handle, f"more than {MOST} bytes")
                elif took > PATIENCE and self._came[name] < SPEED * took:
                    self._interrupt(step.handle, f"less than {SPEED} bytes a second")
            case HandleClosing():
                self._stop_timer(name)

    def _interrupt(self, handle: twinet.HttpRequest, reason: str) -> None:
        self.reasons[handle.context] = reason
        handle.close()  # also inside the callback: what is pending ends with 12017

    def _stop_timer(self, name: Any) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None and timer.active():
            timer.cancel()


async def fetch(
    session: twinet.Session, watchdog: Watchdog, name: str, url: str
) -> None:
    """Fetch a file, if the watchdog lets it come."""
    size = 0
    try:
        async with await session.get(url, context=name) as request:
            async for piece in request:
                size += len(piece)
    except OperationCancelled:
        print(f"{name}: interrupted after {size} bytes, {watchdog.reasons[name]}")
    except twinet.InternetError as error:
        print(f"{name}: {error.message}")
    else:
        print(f"{name}: finished, {size} bytes")


async def watch(reactor: Any, urls: dict[str, str]) -> None:
    """Fetch all at once, with a watchdog."""
    watchdog = Watchdog(reactor)
    async with twinet.Session(reactor) as session:
        session.set_status_callback(watchdog)
        await gatherResults(
            [
                Deferred.fromCoroutine(fetch(session, watchdog, name, url))
                for name, url in urls.items()
            ]
        )


async def main(reactor: Any, *urls: str) -> None:
    """Watch the URLs, or those of the site that it brings."""
    if urls:
        await watch(reactor, {url: url for url in urls})
        return
    with serving(SITE) as site:
        await watch(reactor, {path[1:]: f"{site}{path}" for path in SITE})


# -- the site that it brings: after how long, in how many pieces, how long these take

SITE = {
    "/good": Answer(b"good" * 25_000, pieces=10, during=0.5),
    "/dripping": Answer(b"drip" * 1_000, pieces=40, during=20),
    "/endless": Answer(b"more" * 1_000_000, pieces=40, during=20),
    "/silent": Answer(b"late" * 10, delay=20),
}


if __name__ == "__main__":
    react(main, sys.argv[1:])
