"""FTP on sockets of our own, and on those of ``connectTCP``: the same comes of both.

On ours a connection to this machine is not waited for, data are read when somebody
takes them, and the end and the last reply are looked for before the reactor tells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
import pytest_twisted

from tests.interop.hostile.case import Right
from tests.interop.hostile.ftp.case import Act, FtpCase
from tests.interop.hostile.ftp.data import DATA
from tests.interop.hostile.ftp.run import FtpRun
from tests.interop.hostile.ftp.server import CONTENTS, FtpPeer
from tests.interop.hostile.run import side_by_side
from tests.interop.hostile.talker import NEEDS_TCP_INFO, reactor
from tests.net.roundabout import Roundabout
from twinet._ftp import transfer
from twinet.testing.recorder import line_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]

_CAME = {"get": CONTENTS, "get from 100": CONTENTS[100:], "get_file": CONTENTS}
_CAME |= {"find": b"file", "pwd": b"/", "size": b"4096"}


async def last_word_first(peer: FtpPeer, _: str) -> None:
    """Say that all was sent before it is."""
    peer.say("150 here it comes", "226 all is there")
    data = await peer.data()
    data.send(CONTENTS)
    data.close()


async def bit_by_bit(peer: FtpPeer, _: str) -> None:
    """Let every step be seen by itself."""
    peer.say(f"150 here it comes ({len(CONTENTS)} bytes)")
    data = await peer.data()
    for begin in range(0, len(CONTENTS), 1024):
        await peer.pause(0.02)
        data.send(CONTENTS[begin : begin + 1024])
    await peer.pause(0.02)
    data.close()
    await peer.pause(0.02)
    peer.say("226 all is there")


async def more_than_announced(peer: FtpPeer, _: str) -> None:
    """Announce less than comes."""
    peer.say("150 here it comes (4 bytes)")
    data = await peer.data()
    data.send(CONTENTS)
    data.close()
    peer.say("226 all is there")


#: Without what is told by the clock: how far a long transfer is.
WELL = [
    *(
        FtpCase(act, {}, Right(_CAME.get(act, b""), kept=True), act=act)
        for act in get_args(Act)
        if act != "put"
    ),
    FtpCase("last word first", {"RETR": last_word_first}, Right(CONTENTS, kept=True)),
    FtpCase("bit by bit", {"RETR": bit_by_bit}, Right(CONTENTS, kept=True)),
    FtpCase("more", {"RETR": more_than_announced}, Right(CONTENTS, kept=True)),
    FtpCase("TLS", {}, Right(CONTENTS, kept=True), tls="explicit"),
]
#: And without those in which a limit runs out.
ILL = [
    case
    for case in DATA
    if not case.limits and case.act != "put" and "mebibytes" not in case.name
]
#: The number of a port, and the length of a reply that names one.
_CHANCE = re.compile(r"\b\d{5}\b|(?<=RESPONSE_RECEIVED )[23]\d\b")


def test_each_act_is_there() -> None:
    """Nothing of this comes of an empty corpus."""
    assert {case.act for case in WELL} == set(get_args(Act)) - {"put"}
    assert len(ILL) > 10


async def told(case: FtpCase, folder: Path, clock: Any) -> list[str]:
    """Run a case, which checks what comes of it; return what was told."""
    folder.mkdir()
    run = FtpRun(case, folder, clock)
    await run.go()
    asked = [
        f"{peer.number} {verb}" for peer in run.server.peers for verb in peer.verbs
    ]
    return [_CHANCE.sub("some", line_of(news)) for news in run.news] + asked


@pytest.mark.parametrize("corpus", [WELL, ILL], ids=["well", "ill"])
@pytest_twisted.ensureDeferred
async def test_same_comes_of_both(
    corpus: list[FtpCase], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal results, notifications, commands and connections."""
    monkeypatch.setattr(transfer, "ABORT", 2.0)
    roundabout = Roundabout(reactor)

    async def one(number: int, case: FtpCase) -> None:
        short = await told(case, tmp_path / f"{number}-short", reactor)
        assert short == await told(case, tmp_path / f"{number}-long", roundabout)

    await side_by_side({c.name: one(number, c) for number, c in enumerate(corpus)})
    assert roundabout.connected > len(corpus)
