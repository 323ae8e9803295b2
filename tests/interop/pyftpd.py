"""pyftpdlib's FTP server, in a process of its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.interop.ftpserver import PythonServer

if TYPE_CHECKING:
    from pathlib import Path


class PyFtpd(PythonServer):
    """A running pyftpdlib."""

    kind = "pyftpdlib"
    script = "serve_pyftpdlib.py"

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        return "pyftpdlib is not installed: pip install -e '.[test]'"

    @classmethod
    def program(cls) -> str | None:
        """Return the Python that has it, or None."""
        return super().program() if find_spec("pyftpdlib") else None

    def options(self) -> list[str | Path]:
        """Return who may come, how, and the certificates."""
        doors = (("implicit", self.door.implicit), ("asks", self.door.asks))
        ways = [name for name, wanted in doors if wanted]
        return [*self.writer, self.server_pem, self.ca_pem, *ways]
