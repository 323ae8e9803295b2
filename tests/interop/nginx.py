"""A real nginx on free ports of the loopback, over a folder of generated files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

#: Where Debian puts it; that folder is not on everybody's search path.
SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
#: How to get it, for the message of a skipped test.
INSTALL = "nginx is not installed: apt-get install nginx"
#: How long it may take to begin and to end [s].
PATIENCE = 10.0
#: Somebody else may take a port that was free a moment ago.
ATTEMPTS = 3

#: The files that it serves: name to contents.
FILES = {
    "empty.bin": b"",
    "small.txt": b"Downfall Coffee & Tea: 2.50\n",
    "one-mebibyte.bin": bytes(range(256)) * 4096,
    "folder/inner.txt": b"inner\n",
}

CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    types {{ text/plain txt; }}
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{http_port};
        listen 127.0.0.1:{https_port} ssl;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        root {root};
        absolute_redirect off;
        location /paced/ {{ alias {root}/; limit_rate 20m; }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
    }}
}}
"""


def program() -> str | None:
    """Return the path of nginx, or None where there is none."""
    return shutil.which("nginx", path=SEARCH)


class Nginx:
    """A running server, from :meth:`start` to :meth:`stop`.

    :ivar root: the folder that it serves; a test may add files under names of its own.
    :ivar ca_pem: the authority that signed its certificate, for ``localhost`` and
        ``127.0.0.1``.
    :ivar http: its address, without a slash at the end. ``/moved/X`` redirects to
        ``/X``, and ``/paced/X`` is ``/X`` at 20 MiB a second for each connection.
    :ivar https: the same over TLS, by the host's name, so that there is one to check.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "root"
        self.ca_pem = home / "ca.pem"
        self.http = self.https = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the files and run the server; returns when it answers.

        :raises RuntimeError: with nginx's own words, if it does not come up.
        """
        for name, contents in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_pem)
        identity = authority.issue_cert("localhost", "127.0.0.1")
        identity.private_key_and_cert_chain_pem.write_to_path(self.home / "server.pem")
        for _ in range(ATTEMPTS):
            if self._run(_free_port(), _free_port()):
                return
            self.stop()
        message = f"nginx does not answer:\n{self._words()}"
        raise RuntimeError(message)

    def _run(self, http_port: int, https_port: int) -> bool:
        configuration = self.home / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                # root's workers would be nobody, who may not read a private folder
                user="user root;" if os.geteuid() == 0 else "",
                home=self.home,
                root=self.root,
                http_port=http_port,
                https_port=https_port,
            )
        )
        found = program()
        if found is None:
            raise RuntimeError(INSTALL)
        self._process = subprocess.Popen(
            [
                *(found, "-c", configuration, "-p", self.home),
                # before it has read its configuration it writes here
                *("-e", self.home / "error.log"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.http = f"http://127.0.0.1:{http_port}"
        self.https = f"https://localhost:{https_port}"
        return self._answers(http_port) and self._answers(https_port)

    def _answers(self, port: int) -> bool:
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _words(self) -> str:
        log = self.home / "error.log"
        return log.read_text(errors="replace") if log.exists() else "(nothing logged)"

    def stop(self) -> None:
        """End the server and its workers; returns when they are gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
