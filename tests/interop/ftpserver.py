"""A server of the site in ``ftpsite.py``, behind one of several doors.

Each kind derives from :class:`FtpServer` and brings its configuration, so that one test
can be put to all of them; ``ftpabilities.py`` says who cannot do what.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from urllib.parse import quote

from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.interop.serverprocess import ServerProcess
from tests.interop.site import PASSWORD, USER
from tests.interop.unpacked import REMEDY, library_path, unpacked
from tests.net.certificates import pem, private_pem, root

if TYPE_CHECKING:
    from tests.net.certificates import Identity

#: Who else may come, where the server lets anybody in.
ANYBODY = ("anonymous", "reader@example.org")


class Door(NamedTuple):
    """One way in.

    :ivar host: the address that it listens on.
    :ivar implicit: TLS from the first byte.
    :ivar reuse: a data connection must go on with the TLS session of the control
        connection.
    :ivar asks: it wants a client certificate.
    """

    host: str = "127.0.0.1"
    implicit: bool = False
    reuse: bool = False
    asks: bool = False

    @property
    def secure(self) -> bool:
        """Whether nobody comes in without TLS."""
        return self.implicit or self.reuse or self.asks


#: The doors, by name.  Those without TLS of their own take ``AUTH TLS`` as well, where
#: the server has it.
DOORS = {
    "open": Door(),
    "six": Door("::1"),
    "implicit": Door(implicit=True),
    "reuse": Door(reuse=True),
    "asks": Door(asks=True),
}


class Room(NamedTuple):
    """A folder of a test's own, in which it may write.

    :ivar name: its path on the server.
    :ivar folder: where it is.
    """

    name: str
    folder: Path


class FtpServer(ServerProcess):
    """A running FTP server.

    :cvar writer: a user name and a password with which one may write.
    :ivar root: the folder that it serves.
    :ivar ca_pem: the authority that signed its certificate, for ``localhost`` and both
        addresses.
    :ivar client_pem: a client certificate that it accepts, with its key.
    """

    listens = ("ftp",)
    writer: ClassVar[tuple[str, str]] = (USER, PASSWORD)
    ca_pem: Path
    _rooms = itertools.count()

    def __init__(self, home: Path, root: Path, door: str = "open") -> None:
        super().__init__(home)
        self.root = root
        self.door = DOORS[door]
        self.host = self.door.host
        # who speaks TLS at once says nothing to those who do not
        self.hail = None if self.door.implicit else b""
        self.ca_pem = home / "ca.pem"
        self.server_pem = home / "server.pem"
        self.client_pem = home / "client.pem"

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return self.ports["ftp"]

    def url(self, login: tuple[str, str] | None = None) -> str:
        """Return its address, without a slash at the end.

        :param login: a user name and a password to stand in it.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "ftps" if self.door.implicit else "ftp"
        who = f"{quote(login[0], '')}:{quote(login[1], '')}@" if login else ""
        return f"{scheme}://{who}{host}:{self.port}"

    def room(self) -> Room:
        """Make a folder in which a test may write."""
        name = f"in/{next(FtpServer._rooms)}"
        folder = self.root / name
        folder.mkdir()
        folder.chmod(0o777)
        return Room(f"/{name}", folder)

    def prepare(self) -> None:
        """Write the certificates."""
        self.ca_pem.write_bytes(pem(root().certificate))
        mine = root().issue(["localhost", "127.0.0.1", "::1"])
        self.server_pem.write_bytes(_whole(mine))
        client = root().issue(
            [], common_name="client", usage=ExtendedKeyUsageOID.CLIENT_AUTH
        )
        self.client_pem.write_bytes(_whole(client))


class UnpackedServer(FtpServer):
    """One of those that ``.ci/peers`` unpacks, run by root, who becomes nobody."""

    @classmethod
    def install(cls) -> str:
        """Say how to get it, for the message of a skipped test."""
        if os.geteuid() != 0:
            return f"{cls.kind} becomes nobody, which only root can: run this as root"
        return f"{cls.kind} is not here; {REMEDY}"

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, or None."""
        return unpacked(cls.kind) if os.geteuid() == 0 else None

    def variables(self) -> dict[str, str]:
        """Return where its libraries are."""
        return library_path()


class PythonServer(FtpServer):
    """One that is a program of Python's, in ``programs``.

    :cvar script: its name there; it is given the root, a host, a port, and what
        :meth:`options` returns.
    """

    script: ClassVar[str]

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it in the foreground."""
        script = Path(__file__).parent / "programs" / self.script
        return [
            program,
            script,
            self.root,
            self.host,
            str(self.port),
            *self.options(),
        ]

    @classmethod
    def program(cls) -> str | None:
        """Return this Python, which has it."""
        return sys.executable

    def options(self) -> list[str | Path]:
        """Return what else the script is told."""
        return []


def _whole(identity: Identity) -> bytes:
    return private_pem(identity.key) + pem(identity.certificate)
