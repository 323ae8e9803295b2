"""A server of the site in ``site.py``: certificates, configuration, access log.

Each kind (``nginx``, ``apache``, ``lighttpd``) derives from :class:`WebServer` and
brings its configuration, so that one test can be put to all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trustme

from tests.interop.serverprocess import ServerProcess, wait_until
from tests.interop.site import furnish

if TYPE_CHECKING:
    from pathlib import Path

#: The second name, for which each server has a certificate of its own.
OTHER_NAME = "other.test"


class WebServer(ServerProcess):
    """A server of the site.

    It listens in the clear (``http``), over TLS (``https``), over one version of it
    alone (``tls12``, ``tls13``), likewise where it demands a client certificate
    (``asks12``, ``asks13``), and where it keeps an idle connection for a moment only
    (``brief``, in the clear).

    :ivar root: the folder that it serves; a test may add files under names of its own.
    :ivar ca_pem: the authority that signed its certificates: for ``localhost`` and
        ``127.0.0.1``, and with that name sent (SNI) for ``other.test``.
    :ivar client_pem: a client certificate that it accepts, with its key.
    """

    listens = ("http", "https", "tls12", "tls13", "asks12", "asks13", "brief")
    ca_pem: Path

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.root = home / "root"
        self.ca_pem = home / "ca.pem"
        self.client_pem = home / "client.pem"

    @property
    def https(self) -> str:
        """Its address over TLS, by the host's name, so that there is one to check."""
        return f"https://localhost:{self.ports['https']}"

    # -- what each kind brings

    def configuration(self) -> str:
        """Return the text of the configuration; the ports are known by now."""
        raise NotImplementedError

    def arguments(self, configuration: Path) -> list[str | Path]:
        """Return the arguments with which it stays in the foreground."""
        raise NotImplementedError

    def write_logs(self) -> None:
        """Have it write what it has yet to write into its logs."""

    def log_entry(self, line: str) -> tuple[int, int]:
        """Return the client's port and the status of a line of its log."""
        port, status, _ = line.split(" ", 2)
        return int(port), int(status)

    # -- beginning

    def prepare(self) -> None:
        """Write the site and the certificates."""
        furnish(self.home)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_pem)
        for file, names in (
            ("server.pem", ("localhost", "127.0.0.1")),
            ("other.pem", (OTHER_NAME,)),
            (self.client_pem.name, ("me@downfall.test",)),
        ):
            identity = authority.issue_cert(*names)
            identity.private_key_and_cert_chain_pem.write_to_path(self.home / file)

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        configuration = self.home / f"{self.kind}.conf"
        configuration.write_text(self.configuration())
        return [program, *self.arguments(configuration)]

    # -- what it says

    def requests(self, mark: str, count: int) -> list[tuple[int, int]]:
        """Return what its log says of the requests whose target holds ``mark``.

        A request is logged when it is over, perhaps after its answer was read here.

        :param count: how many there must be; it is waited for that many.
        :returns: the client's port and the status of each; equal ports are one
            connection.
        """

        def logged() -> list[tuple[int, int]]:
            self.write_logs()
            lines = (self.home / "access.log").read_text().splitlines()
            return [self.log_entry(line) for line in lines if mark in line]

        wait_until(lambda: len(logged()) >= count)
        return logged()
