"""The library against servers that mean it ill: right data or the right error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.hostile.bodies import BODIES, CODINGS
from tests.interop.hostile.case import Case, Right, Wrong, answering, saying
from tests.interop.hostile.challenges import CHALLENGES
from tests.interop.hostile.cookies import COOKIES
from tests.interop.hostile.cuts import CUTS
from tests.interop.hostile.doors import DOORS, simple
from tests.interop.hostile.heads import HEADS
from tests.interop.hostile.kept import KEPT
from tests.interop.hostile.redirects import REDIRECTS
from tests.interop.hostile.run import run_all, run_cuts, side_by_side
from tests.interop.hostile.secure import SECURE
from tests.interop.hostile.silence import SILENCE
from tests.interop.hostile.socks import SOCKS
from tests.interop.hostile.talker import NEEDS_TCP_INFO
from tests.interop.hostile.tunnels import TUNNELS
from tests.interop.hostile.uploads import UPLOADS
from tests.wire.answers import CORPUS, read
from twinet._wire.http1 import End, Fault, Head
from twinet.errors import SecureFailureProxy, SecurityChannelError

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]


def _of_the_corpus() -> list[Case]:
    """Give every answer of the parser's tests to a real socket."""
    cases = []
    for answer in CORPUS:
        if answer.verb == b"CONNECT":
            continue  # a tunnel, which no request of a program opens
        events = read(answer, [answer.raw])
        came = b"".join(event for event in events if isinstance(event, bytes))
        whole = read(answer, [answer.raw], close=False)[-1:]
        script = saying if whole and isinstance(whole[0], End | Fault) else answering
        expected: Right | Wrong
        last = events[-1]
        if isinstance(last, Fault):
            expected = Wrong(type(last.error), last.error.message, came)
        else:
            assert isinstance(last, End)
            (head,) = (e for e in events if isinstance(e, Head) and not e.interim)
            kept = script is saying and last.keep_alive
            expected = Right(came, kept, head.status)
        verb = answer.verb.decode()
        cases.append(Case(f"corpus: {answer.name}", script(answer.raw), expected, verb))
    return cases


GROUPS = {
    "corpus": _of_the_corpus(),
    "heads": HEADS,
    "bodies": BODIES,
    "codings": CODINGS,
    "silence": SILENCE,
    "redirects": REDIRECTS,
    "challenges": CHALLENGES,
    "cookies": COOKIES,
    "kept": KEPT,
    "secure": SECURE,
    "uploads": UPLOADS,
    "tunnels": TUNNELS,
    "socks": SOCKS,
}


def test_each_misbehaviour_has_a_name_of_its_own() -> None:
    """A failure names its case; there are many."""
    names = [case.name for group in GROUPS.values() for case in group]
    assert len(set(names)) == len(names)
    assert len(names) > 600


@pytest.mark.parametrize("group", GROUPS)
@pytest_twisted.ensureDeferred
async def test_misbehaviours(group: str, tmp_path: Path) -> None:
    """Every case in every way; the fixture looks whether anything is left."""
    await run_all(GROUPS[group], tmp_path)


@pytest_twisted.ensureDeferred
async def test_misbehaviours_past_a_proxy(tmp_path: Path) -> None:
    """What a server does, a proxy that gets its requests may do as well."""
    cases = [
        replace(case, proxy="http")
        for group in ("heads", "bodies", "codings", "silence", "kept")
        for case in GROUPS[group]
        if case.verb == "GET" and not (case.tls or case.body)
    ]
    assert len(cases) > 100
    await run_all(cases, tmp_path, ["read"])


@pytest_twisted.ensureDeferred
async def test_misbehaviours_in_the_tls_of_a_proxy(tmp_path: Path) -> None:
    """What goes wrong with it is told of the proxy, not of the server."""
    cases = []
    for case in GROUPS["secure"]:
        expected = case.expected
        if isinstance(expected, Wrong) and expected.kind is SecurityChannelError:
            kind, words = SecureFailureProxy, "no TLS with the proxy"
            expected = Wrong(kind, words, expected.data)
        cases.append(replace(case, proxy="https", expected=expected))
    await run_all(cases, tmp_path, ["read"])


@pytest.mark.parametrize("door", DOORS)
@pytest_twisted.ensureDeferred
async def test_through_the_doors(door: str) -> None:
    """What needs no handle: the same data, and the same errors."""
    cases = [
        case
        for group in ("heads", "bodies", "codings", "silence")
        for case in GROUPS[group]
        if simple(case)
        # Twisted's agent neither decodes nor follows.
        and not (door == "agent" and (case.decode or "redirect" in case.name))
    ]
    await side_by_side({case.name: DOORS[door](case) for case in cases})


@pytest_twisted.ensureDeferred
async def test_answers_that_are_cut_at_each_byte(tmp_path: Path) -> None:
    """In order, by a reset, with TLS and without its close_notify."""
    await run_cuts(CUTS, tmp_path)
