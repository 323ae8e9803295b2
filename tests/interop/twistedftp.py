"""Twisted's own FTP server, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.ftpserver import PythonServer

if TYPE_CHECKING:
    from pathlib import Path


class TwistedFtp(PythonServer):
    """A running FTP server of Twisted's."""

    kind = "twisted"
    script = "serve_twisted.py"

    def options(self) -> list[str | Path]:
        """Return who may come besides anybody."""
        return [*self.writer]
