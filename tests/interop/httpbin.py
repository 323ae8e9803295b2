"""httpbin, which says what it was asked, under waitress in a process of its own."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.interop.serverprocess import ServerProcess

if TYPE_CHECKING:
    from pathlib import Path


class HttpBin(ServerProcess):
    """A running httpbin; in the clear alone, because waitress speaks no TLS."""

    kind = "httpbin"

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        return "httpbin or waitress is not installed: pip install -e '.[test]'"

    @classmethod
    def program(cls) -> str | None:
        """Return the Python that has both, or None."""
        there = all(find_spec(name) is not None for name in ("httpbin", "waitress"))
        return sys.executable if there else None

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it in the foreground."""
        listen = f"--listen=127.0.0.1:{self.ports['http']}"
        return [program, "-m", "waitress", listen, "httpbin:app"]
