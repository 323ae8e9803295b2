"""The same misbehaviours through doors that need no handle: fetch, and the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.task import deferLater
from twisted.web.client import PartialDownloadError, ResponseFailed, readBody

import twinet
from tests.interop.hostile.case import PATIENT, Right
from tests.interop.hostile.run import within
from tests.interop.hostile.server import GOOD_PAGE, HostileServer
from tests.interop.hostile.talker import reactor
from twinet.errors import InternetError, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.interop.hostile.case import Case

__all__ = ["DOORS", "simple"]


def simple(case: Case) -> bool:
    """Tell whether a case is a plain GET of something that fits into memory."""
    return (
        case.verb == "GET"
        and not (case.tls or case.greetings or case.before or case.credentials)
        and not case.rest
        and "exabytes" not in case.name
    )


def _check_error(error: InternetError, case: Case) -> None:
    assert not isinstance(case.expected, Right), repr(error)
    assert isinstance(error, case.expected.kind), repr(error)
    assert case.expected.words in str(error), str(error)


def _check_data(body: bytes, status: int, case: Case) -> None:
    assert isinstance(case.expected, Right), f"it ended well: {body[:80]!r}"
    assert body == case.expected.data, f"wrong data: {body[:80]!r}"
    assert status == case.expected.status, f"status {status}"


def _check_kind(error: Exception, kind: type[Exception]) -> None:
    assert isinstance(error, kind), repr(error)


async def fetch(case: Case) -> None:
    """Fetch it: with a session of its own, of which nothing is left."""
    server = HostileServer(case.script)
    try:
        try:
            pending = twinet.fetch(
                server.url("/bad"), limits=case.limits, decoding=case.decode
            )
            response = await within(pending, "fetch")
        except InternetError as error:
            _check_error(error, case)
        else:
            _check_data(response.body, response.status_code, case)
        # Whoever has been told has nothing to wait for.
        await deferLater(reactor, 0)
        await within(server.all_gone(), "closing the connection")
    finally:
        await server.stop()
    assert not server.faults, "\n".join(server.faults)


async def agent(case: Case) -> None:
    """Ask the agent, on Twisted's terms."""
    server = HostileServer(case.script)
    # Undecoded, and without redirects, as Twisted's own agent is.
    ours: Any = twinet.Agent(reactor, limits=case.limits)
    try:
        try:
            response = await within(
                ours.request(b"GET", server.url("/bad").encode()), "the answer"
            )
            body = await within(readBody(response), "the body")
        except PartialDownloadError as partial:
            # How Twisted says that a body had no length.
            _check_data(partial.response or b"", response.code, case)
        except InternetError as error:
            _check_error(error, case)
            kind = TimeoutError if isinstance(error, Timeout) else ResponseFailed
            _check_kind(error, kind)
        else:
            _check_data(body, response.code, case)
        if case.limits is PATIENT:
            # Else they would be short for a good page too.
            good = await within(
                ours.request(b"GET", server.url("/good").encode()), "the good page"
            )
            assert await within(readBody(good), "the good page") == GOOD_PAGE
    finally:
        await ours.close()
        await within(server.all_gone(), "closing the connection")
        await server.stop()
    assert not server.faults, "\n".join(server.faults)


DOORS: dict[str, Callable[[Case], Coroutine[Any, Any, None]]] = {
    "fetch": fetch,
    "agent": agent,
}
