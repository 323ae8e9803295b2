"""The server: nginx on the loopback address, its files in memory."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.net.certificates import pem, private_pem, root

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "INSTALL",
    "MIB",
    "CannotServeError",
    "Server",
    "cores",
    "home_for",
    "nginx",
]

INSTALL = "apt-get install nginx"
_MEMORY = Path("/dev/shm")
MIB = 1 << 20
_START_LIMIT = 10.0

_CONFIGURATION = """\
{user}
daemon off;
worker_processes 1;
{affinity}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    # Head and body leave together, as one would want them to in production.
    tcp_nopush on;
    keepalive_requests 1000000;
    keepalive_timeout {kept};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port}{tls};
        root {folder}/files;
    }}
}}
"""

#: What follows the address to listen on.
_TLS = """ ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        ssl_protocols TLSv1.2 TLSv1.3"""


def nginx() -> str | None:
    """Return where nginx is; ``sbin`` is not in everybody's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")


def cores() -> tuple[int, int] | None:
    """Return a core for the server and another for the client, if there are two."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[-1]) if len(usable) > 1 else None


class CannotServeError(Exception):
    """The server of a bench cannot run here."""


class Server:
    """One nginx with the file ``1k``, and others; a context manager.

    :param count: how many files ``bodies/0``, ``bodies/1`` ... there are.
    :param size: the length of each (bytes); no two are alike.
    :param secure: it speaks TLS.
    :param kept: it keeps connections; else it closes each after one answer.
    :ivar url: its root, with the slash.
    :ivar files: the folder that it serves.
    :ivar roots: with TLS, the PEM file of the root that signed its certificate.
    """

    SMALL = 1024

    def __init__(
        self,
        *,
        count: int = 0,
        size: int = 0,
        secure: bool = False,
        kept: bool = True,
    ) -> None:
        self._count = count
        self._size = size
        self._secure = secure
        self._kept = kept
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self.files = Path()
        self.url = ""
        self.roots: str | None = None

    def __enter__(self) -> Self:
        program = nginx()
        if program is None:
            msg = f"nginx is not installed: {INSTALL}"
            raise CannotServeError(msg)
        self._folder = Path(
            tempfile.mkdtemp(
                prefix="twinet-bench-", dir=home_for(self._count * self._size)
            )
        )
        try:
            self._make_files()
            self._start(program)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _make_files(self) -> None:
        self.files = self._folder / "files"
        # nginx' worker may be another user.
        self._folder.chmod(0o755)
        (self.files / "bodies").mkdir(parents=True)
        (self.files / "1k").write_bytes(secrets.token_bytes(self.SMALL))
        # Real pages: a hole would be one zero page that stays in the cache.
        block = secrets.token_bytes(MIB)
        for number in range(self._count):
            left = self._size
            with (self.files / "bodies" / str(number)).open("wb") as file:
                left -= file.write(secrets.token_bytes(min(left, 64)))
                while left:
                    left -= file.write(block[:left])

    def _make_certificate(self) -> None:
        identity = root().issue(["127.0.0.1"])
        roots = self._folder / "root.pem"
        roots.write_bytes(pem(root().certificate))
        (self._folder / "server.pem").write_bytes(pem(identity.certificate))
        (self._folder / "server.key").write_bytes(private_pem(identity.key))
        self.roots = str(roots)

    def _start(self, program: str) -> None:
        with socket.socket() as finder:
            finder.bind(("127.0.0.1", 0))
            port = finder.getsockname()[1]
        pair = cores()
        if self._secure:
            self._make_certificate()
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                user="user root;" if os.geteuid() == 0 else "",
                affinity=f"worker_cpu_affinity {1 << pair[0]:b};" if pair else "",
                folder=self._folder,
                port=port,
                tls=_TLS.format(folder=self._folder) if self._secure else "",
                kept=600 if self._kept else 0,
            ),
            encoding="utf-8",
        )
        self._process = subprocess.Popen(
            [program, "-p", self._folder, "-c", configuration],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait(port)
        scheme = "https" if self._secure else "http"
        self.url = f"{scheme}://127.0.0.1:{port}/"

    def _wait(self, port: int) -> None:
        assert self._process is not None
        end = time.monotonic() + _START_LIMIT
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        log = self._folder / "error.log"
        said = log.read_text(encoding="utf-8") if log.exists() else "nothing"
        msg = f"nginx did not start; its error log says: {said}"
        raise CannotServeError(msg)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def home_for(size: int) -> str:
    """Return a folder in memory if the files fit there, else the temporary one."""
    try:
        if shutil.disk_usage(_MEMORY).free > size + 64 * MIB:
            return str(_MEMORY)
    except OSError:
        pass
    return tempfile.gettempdir()
