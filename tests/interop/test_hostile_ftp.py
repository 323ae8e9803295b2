"""The library against FTP servers that mean it ill: right data or the right error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.hostile.ftp.data import CUTS, DATA
from tests.interop.hostile.ftp.replies import REPLIES
from tests.interop.hostile.ftp.run import run_all
from tests.interop.hostile.ftp.secure import SECURE
from tests.interop.hostile.ftp.silence import SILENCE
from tests.interop.hostile.talker import NEEDS_TCP_INFO
from twinet._ftp import transfer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]

GROUPS = {
    "silence": SILENCE,
    "replies": REPLIES,
    "data": DATA,
    "cuts": CUTS,
    "secure": SECURE,
}


@pytest.fixture(autouse=True)
def _short_abor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for an answer to ABOR: that limit is none of a program's."""
    monkeypatch.setattr(transfer, "ABORT", 2.0)


@pytest.mark.parametrize("group", GROUPS)
@pytest_twisted.ensureDeferred
async def test_misbehaviours(group: str, tmp_path: Path) -> None:
    """Every case; the fixture looks whether anything is left."""
    await run_all(GROUPS[group], tmp_path)
