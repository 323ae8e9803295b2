"""Programs that are not installed, but unpacked from Debian's packages into one folder.

``.ci/peers`` fills it; where it is, ``TWINET_PEERS`` may say.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.interop.serverprocess import SEARCH

#: Says where the packages were unpacked, if it is not where ``.ci/peers`` does it.
VARIABLE = "TWINET_PEERS"
FOLDER = Path(os.environ.get(VARIABLE) or Path(__file__).parents[2] / ".peers")
#: What to type where there is none of them.
REMEDY = "type: apt-get update && .ci/peers"


def unpacked(name: str) -> str | None:
    """Return the path of a program, unpacked or installed, or None."""
    places = (str(FOLDER / "usr" / place) for place in ("sbin", "bin"))
    return shutil.which(name, path=os.pathsep.join([*places, SEARCH]))


def library_path() -> dict[str, str]:
    """Return the variable by which unpacked programs find their libraries."""
    name = "LD_LIBRARY_PATH"
    folders = map(str, sorted((FOLDER / "usr" / "lib").glob("*-*")))
    known = os.environ.get(name)
    return {name: os.pathsep.join([*folders, *([known] if known else [])])}
