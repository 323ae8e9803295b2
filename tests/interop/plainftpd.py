"""pyftpdlib's FTP server behind proxies: the files of the web servers' site."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.interop.serverprocess import ServerProcess
from tests.interop.site import FILES, PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path


class PlainFtpd(ServerProcess):
    """A running pyftpdlib: the files of ``site.py``, for anybody.

    :ivar root: the folder that it serves.
    """

    kind = "pyftpdlib"
    listens = ("ftp",)
    hail = b"NOOP\r\n"

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.root = home / "root"

    @property
    def ftp(self) -> str:
        """Its address, without a slash at the end."""
        return f"ftp://127.0.0.1:{self.ports['ftp']}"

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        return "pyftpdlib is not installed: pip install -e '.[test]'"

    @classmethod
    def program(cls) -> str | None:
        """Return the Python that has it, or None."""
        return sys.executable if find_spec("pyftpdlib") else None

    def prepare(self) -> None:
        """Write the files."""
        for name, contents in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it in the foreground."""
        port = str(self.ports["ftp"])
        where = ["-i", "127.0.0.1", "-p", port, "-d", str(self.root)]
        return [program, "-m", "pyftpdlib", *where, *self.login()]

    def login(self) -> list[str]:
        """Return the arguments that say who may come; nothing is everybody."""
        return []


class GuardedFtpd(PlainFtpd):
    """One for those alone who know the site's user and password."""

    def login(self) -> list[str]:
        """Return the arguments that say who may come."""
        return ["-u", USER, "-P", PASSWORD]
