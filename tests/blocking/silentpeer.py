"""A peer on loopback, in a thread, that says a few words and then nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class SilentPeer:
    """Takes connections, says its greeting, and waits until the client goes.

    :ivar reached: released when a client has said something.
    :ivar left: released when a client has closed its connection.
    :param answers: what it says when it hears a line that begins so.
    """

    def __init__(
        self, greeting: bytes = b"", answers: dict[bytes, bytes] | None = None
    ):
        self._greeting = greeting
        self._answers = answers or {}
        self.reached = threading.Semaphore(0)
        self.left = threading.Semaphore(0)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def url(self, scheme: str = "http") -> str:
        """Return a URL here."""
        return f"{scheme}://127.0.0.1:{self.port}/"

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(
                    target=self._talk, args=(connection,), daemon=True
                ).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(self._greeting)
            while data := connection.recv(65536):
                for begin, answer in self._answers.items():
                    if data.startswith(begin):
                        connection.sendall(answer)
                        break
                else:
                    self.reached.release()
        self.left.release()

    def close(self) -> None:
        """Listen no more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)
