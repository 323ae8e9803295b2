"""A slow server: it answers nobody whole before all are there.

``python -m tests.bench.slow_server CROWD [CORE]`` prints its port, and runs until its
standard input ends.

``/`` is answered with a head and the first bytes of ``BODY``.  When as many answers
are open as the crowd has members, each is given some more bytes, so many times, and
then the rest.  So every client holds all its connections at one time, and is woken
equally often, however fast it opens them.  When nobody comes any more the crowd is
taken as complete.  Every other path is answered with the whole body at once.
"""

from __future__ import annotations

import os
import resource
import selectors
import socket
import sys
import time

__all__ = ["BODY", "TICKS", "allow_files"]

BODY = bytes(range(256)) * 4
#: How often an answer goes on, each time by one byte.
TICKS = 10
#: Between two ticks (seconds).
_TICK = 0.25
#: For so long nobody may come before the crowd is taken as complete (seconds).
_PATIENCE = 10.0
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)
#: Files that are open beside the connections.
_SPARE = 200


def allow_files(connections: int) -> str:
    """Let this process have so many connections; say what is wrong if it may not."""
    needed = connections + _SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return ""
    # Above the hard limit only root may go.
    highest = hard if hard == resource.RLIM_INFINITY else max(hard, needed)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, highest))
    except (ValueError, OSError):
        return (
            f"{connections} connections need {needed} open files, and no more than "
            f"{hard} are allowed here (ulimit -Hn)"
        )
    return ""


class SlowServer:
    """The server: one thread, one selector.

    :param crowd: how many answers must be open before any of them goes on.
    """

    def __init__(self, crowd: int) -> None:
        self._crowd = crowd
        self._selector = selectors.DefaultSelector()
        self._asked: dict[socket.socket, bytes] = {}
        #: the answers that are open, and how much of the body each was given.
        self._open: dict[socket.socket, int] = {}
        self._came = time.monotonic()
        self._sent = 0
        self._due = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def run(self) -> None:
        """Serve until standard input ends."""
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select(_TICK / 5):
                if key.data is None:
                    return
                key.data(key.fileobj)
            self._tick()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._asked[connection] = b""
        self._selector.register(connection, selectors.EVENT_READ, self._read)

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        asked = self._asked[connection] + data
        if not asked.endswith(b"\r\n\r\n"):
            self._asked[connection] = asked
            return
        self._asked[connection] = b""
        if not asked.startswith(b"GET / "):
            self._send(connection, _HEAD + BODY)
            return
        self._came = time.monotonic()
        self._open[connection] = 1
        self._send(connection, _HEAD + BODY[:1])

    def _tick(self) -> None:
        now = time.monotonic()
        if not self._open or now < self._due:
            return
        if not self._sent:
            complete = len(self._open) >= self._crowd
            if not complete and now < self._came + _PATIENCE:
                return
        self._sent += 1
        self._due = now + _TICK
        last = self._sent > TICKS
        for connection, place in list(self._open.items()):
            end = len(BODY) if last else place + 1
            self._open[connection] = end
            self._send(connection, BODY[place:end])
        if last:
            self._open.clear()
            self._sent = 0

    def _send(self, connection: socket.socket, data: bytes) -> None:
        """Send what is far less than any socket holds."""
        try:
            connection.sendall(data)
        except OSError:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        self._open.pop(connection, None)
        del self._asked[connection]
        connection.close()


def main() -> None:
    crowd = int(sys.argv[1])
    if sys.argv[2:]:
        os.sched_setaffinity(0, {int(sys.argv[2])})
    refusal = allow_files(crowd)
    if refusal:
        sys.exit(refusal)
    server = SlowServer(crowd)
    print(server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
