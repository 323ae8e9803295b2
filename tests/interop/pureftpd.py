"""A real Pure-FTPd."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.interop.ftpserver import UnpackedServer
from tests.interop.proftpd import NOBODY, SHA512
from tests.interop.proxyserver import WRAPPER, WrappedProxy
from tests.interop.unpacked import unpacked

if TYPE_CHECKING:
    from pathlib import Path


class PureFtpd(UnpackedServer):
    """A running Pure-FTPd.

    Those who come without a name are the system's user ``ftp``, whom few systems have:
    its C library gets a list with one.
    """

    kind = "pure-ftpd"

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        if not WrappedProxy.wrapper():
            return f"{cls.kind} needs a user ftp: apt-get install libnss-wrapper"
        return super().install()

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, or None if it or the wrapper is missing."""
        return super().program() if WrappedProxy.wrapper() else None

    def command(self, program: str) -> list[str | Path]:
        """Write who may come, and return the command that runs it."""
        ids = f"{NOBODY}:{NOBODY}::{self.root}"
        users, compiled = self.home / "users", self.home / "users.pdb"
        users.write_text(f"{self.writer[0]}:{SHA512}:{ids}/./::::::::::::\n")
        maker = unpacked("pure-pw")
        assert maker is not None, "pure-pw comes with pure-ftpd"
        subprocess.run([maker, "mkdb", compiled, "-f", users], check=True, timeout=10)
        (self.home / "passwd").write_text(
            f"root:x:0:0::/:/bin/false\nftp:x:{ids}:/bin/false\n"
        )
        (self.home / "group").write_text(f"root:x:0:\nnogroup:x:{NOBODY}:\n")
        return [
            program,
            *("--bind", f"{self.host},{self.port}"),
            *("--login", f"puredb:{compiled}"),
            *("--tls", "1"),
            *("--certfile", self.server_pem),
            *("--pidfile", self.home / "pid"),
            *("--syslogfacility", "none"),
            *("--altlog", f"clf:{self.home / 'error.log'}"),
            "--chrooteveryone",
            "--displaydotfiles",
            "--allowdotfiles",
            "--dontresolve",
            *("--limitrecursion", "100000:10"),
            *("--maxclientsperip", "100"),
        ]

    def variables(self) -> dict[str, str]:
        """Return where its libraries are, and what gives it its user."""
        return {
            **super().variables(),
            "LD_PRELOAD": WRAPPER,
            "NSS_WRAPPER_PASSWD": str(self.home / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.home / "group"),
        }
