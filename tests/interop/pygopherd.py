"""A real PyGopherd, which speaks Gopher+, and Gopher in TLS on the same port."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from tests.interop.gopherserver import GopherServer
from tests.interop.unpacked import FOLDER
from tests.net.certificates import pem, private_pem, root

#: Where Debian puts its modules.
MODULES = Path("usr") / "lib" / "python3" / "dist-packages"
#: Debian's, which its modules are for.
PYTHON = "/usr/bin/python3"

CONFIGURATION = """
[pygopherd]
detach = no
pidfile = {home}/pid
interface = 127.0.0.1
servername = 127.0.0.1
port = {port}
servertype = ForkingTCPServer
timeout = 60
abstract_headers = off
abstract_entries = off
tracebacks = yes
usechroot = no
enable_tls = {tls}
tls_certfile = {home}/server.pem
tls_keyfile = {home}/server.pem
root = {root}
mimetypes = {home}/mime.types
encoding = list(mimetypes.encodings_map.items())
[logger]
logmethod = file
[GopherEntry]
defaultmimetype = text/plain
mapping = [['text/html', 'h'], ['text/.+', '0'], ['application/gopher-menu', '1'],
    ['application/gopher\\\\+-menu', '1'], ['application/.+', '9'], ['.*', '0']]
eaexts = {{'.abstract' : 'ABSTRACT'}}
[handlers.HandlerMultiplexer]
handlers = [gophermap.BuckGophermapHandler, UMN.UMNDirHandler,
    scriptexec.ExecHandler, file.FileHandler]
[handlers.dir.DirHandler]
ignorepatt = /.cap$|gophermap$|cgi-bin$
cachetime = 1
cachefile = .cache.pygopherd.dir
[handlers.UMN.UMNDirHandler]
extstrip = none
[handlers.ZIP.ZIPHandler]
enabled = false
pattern = \\.zip$
[protocols.ProtocolMultiplexer]
protocols = [gopherp.GopherPlusProtocol, gopherp.SecureGopherPlusProtocol,
    rfc1436.GopherProtocol, rfc1436.SecureGopherProtocol]
[protocols.gopherp.GopherPlusProtocol]
admin = The Admin <admin@example.org>
"""
TYPES = "text/plain txt\napplication/octet-stream bin\n"


class PyGopherd(GopherServer):
    """A running PyGopherd."""

    kind = package = "pygopherd"
    plus = True
    tls: ClassVar[bool] = False

    def variables(self) -> dict[str, str]:
        """Return where its modules are."""
        return {"PYTHONPATH": str(FOLDER / MODULES)}

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        (self.home / "mime.types").write_text(TYPES)
        configuration = self.home / "pygopherd.conf"
        configuration.write_text(
            CONFIGURATION.format(
                home=self.home,
                root=self.root,
                port=self.port,
                tls="yes" if self.tls else "no",
            )
        )
        return [PYTHON, program, configuration]


class SecurePyGopherd(PyGopherd):
    """A running PyGopherd that speaks Gopher in TLS."""

    tls = True

    def prepare(self) -> None:
        """Make the certificate as well."""
        super().prepare()
        identity = root().issue(["127.0.0.1"])
        text = private_pem(identity.key) + pem(identity.certificate)
        (self.home / "server.pem").write_bytes(text)
        self.ca_pem = self.home / "ca.pem"
        self.ca_pem.write_bytes(pem(root().certificate))
