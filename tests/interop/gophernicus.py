"""A real Gophernicus.

It serves one connection on its standard input, and refuses to be root; so a program of
ours accepts connections, and runs it as nobody.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.interop.gopherserver import GopherServer
from tests.interop.unpacked import library_path

LISTENER = Path(__file__).parent / "programs" / "run_gophernicus.py"


class Gophernicus(GopherServer):
    """A running Gophernicus."""

    kind = package = "gophernicus"

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs the listener."""
        # Nobody may not reach the place where it was unpacked.
        copied = shutil.copy(program, self.home)
        return [sys.executable, LISTENER, str(self.port), copied, self.root]

    def variables(self) -> dict[str, str]:
        """Return where its libraries are."""
        return library_path()
