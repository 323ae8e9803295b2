"""The library against servers that mean it ill: right data or the right error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.hostile.bodies import BODIES, CODINGS
from tests.interop.hostile.heads import HEADS
from tests.interop.hostile.run import run_all

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = {"heads": HEADS, "bodies": BODIES, "codings": CODINGS}


@pytest.mark.parametrize("group", GROUPS)
@pytest_twisted.ensureDeferred
async def test_misbehaviours(group: str, tmp_path: Path) -> None:
    """Every case in every way; the fixture looks whether anything is left."""
    await run_all(GROUPS[group], tmp_path)
