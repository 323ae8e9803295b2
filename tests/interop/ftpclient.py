"""ftplib as a client that can come through every door: what proves the servers."""

from __future__ import annotations

import ftplib
import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.interop.ftpserver import ANYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.interop.ftpserver import FtpServer

#: Neither ftplib nor a test waits longer [s].
PATIENCE = 10.0


class SecureClient(ftplib.FTP_TLS):
    """FTP_TLS, which can speak TLS at once and go on with a session.

    :ivar reuses: data connections go on with the control connection's session.
    """

    implicit = False
    reuses = True

    def connect(self, *told: Any, **more: Any) -> str:
        """Connect; with TLS before the greeting, if it is implicit."""
        if not self.implicit:
            return super().connect(*told, **more)
        # the greeting is read from the file that this attribute makes
        self.host, self.port = told[:2]
        self.timeout = PATIENCE
        plain = socket.create_connection((self.host, self.port), PATIENCE)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, *told: Any, **more: Any) -> Any:
        """Open a data connection, with the session of the control connection."""
        if not self.reuses or not self._prot_p:  # type: ignore[attr-defined]
            return super().ntransfercmd(*told, **more)
        data, size = ftplib.FTP.ntransfercmd(self, *told, **more)
        assert isinstance(self.sock, ssl.SSLSocket)
        data = self.context.wrap_socket(
            data, server_hostname=self.host, session=self.sock.session
        )
        return data, size


def trusting(ftp: FtpServer, *, certificate: bool = True) -> ssl.SSLContext:
    """Return what verifies the server, and shows a certificate if it asks for one."""
    context = ssl.create_default_context(cafile=str(ftp.ca_pem))
    if ftp.door.asks and certificate:
        context.load_cert_chain(ftp.client_pem)
    return context


@contextmanager
def client(
    ftp: FtpServer,
    login: tuple[str, str] | None = None,
    *,
    tls: bool = False,
    encoding: str = "utf-8",
    certificate: bool = True,
    reuses: bool = True,
) -> Iterator[ftplib.FTP]:
    """Log in, for reading as anybody.

    :param tls: also where the server would do without.
    """
    made: ftplib.FTP
    if tls or ftp.door.secure:
        made = secure = SecureClient(
            context=trusting(ftp, certificate=certificate),
            timeout=PATIENCE,
            encoding=encoding,
        )
        secure.implicit, secure.reuses = ftp.door.implicit, reuses
    else:
        made = ftplib.FTP(timeout=PATIENCE, encoding=encoding)
    try:
        made.connect(ftp.host, ftp.port)
        made.login(*(login or ANYBODY))
        if isinstance(made, SecureClient):
            made.prot_p()
        yield made
    finally:
        made.close()
