"""A server that changes its keys in the middle of TLS 1.3, and has us change ours."""

from __future__ import annotations

import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.task import deferLater

import twinet
from tests.net.certificates import pem, private_pem, root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

reactor: Any = _reactor
OPENSSL = shutil.which("openssl")
#: What s_server takes from its input for commands: new keys, and new keys from both.
ITS_OWN, FROM_BOTH = b"K\n", b"k\n"


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


class Typist:
    """``openssl s_server``, whose answers are typed.

    :ivar url: its root.
    """

    def __init__(self, folder: Path) -> None:
        identity = root().issue(["127.0.0.1"])
        (folder / "cert.pem").write_bytes(pem(identity.certificate))
        (folder / "key.pem").write_bytes(private_pem(identity.key))
        port = _free_port()
        self.url = f"https://127.0.0.1:{port}/"
        self._seen = folder / "seen"
        with self._seen.open("wb") as seen:
            self.process = subprocess.Popen(
                [
                    *(str(OPENSSL), "s_server", "-tls1_3", "-naccept", "1", "-msg"),
                    *("-accept", f"127.0.0.1:{port}"),
                    *("-cert", "cert.pem", "-key", "key.pem"),
                ],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=seen,
                stderr=seen,
            )

    async def saw(self, words: bytes, times: int = 1) -> None:
        """Wait until its output has words so many times."""
        while self._seen.read_bytes().count(words) < times:
            assert self.process.poll() is None, self._seen.read_bytes()
            await deferLater(reactor, 0.01)

    def type(self, what: bytes) -> None:
        """Type something; it must be read before the next."""
        assert self.process.stdin is not None
        self.process.stdin.write(what)
        self.process.stdin.flush()

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    """Start one, and end it."""
    server = Typist(tmp_path)
    yield server
    server.stop()


@pytest.mark.skipif(OPENSSL is None, reason="apt-get install openssl")
@pytest_twisted.ensureDeferred
async def test_new_keys_between_and_in_answers(typist: Typist) -> None:
    """Both sides read each other afterwards, on the same connection."""
    await typist.saw(b"ACCEPT")
    session = twinet.Session(reactor, trust_roots=[root().certificate])
    try:
        for number, command in enumerate((ITS_OWN, FROM_BOTH), 1):
            pending = session.get(typist.url)
            await typist.saw(b"GET / HTTP/1.1", number)
            typist.type(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            request = await pending
            assert await request.read(5) == b"hello"
            typist.type(command)
            await typist.saw(b">>> TLS 1.3, Handshake [length 0005], KeyUpdate", number)
            typist.type(b"world")
            assert await request.read(9) == b"world"
            request.close()
        pending = session.get(typist.url)
        await typist.saw(b"GET / HTTP/1.1", 3)
        # Ours came before the request.
        await typist.saw(b"<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
        typist.type(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert (await pending).response.status_code == 204
    finally:
        await session.close()
