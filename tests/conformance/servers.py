"""Servers that behave as recorded: a script for each connection, on loopback."""

from __future__ import annotations

import itertools
import re
import socket
import struct
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.conformance.ftp_server import FtpConnection
from tests.conformance.peer import ClientGone, Peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conformance.ftp_server import Tree

__all__ = ["Servers"]

#: All ports in the recordings have five digits, and lengths depend on it.
_LOWEST_PORT = 10000
_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)


class Gates:
    """What a server waits for, and the program opens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: dict[str, threading.Event] = {}
        self._over = False

    def __getitem__(self, name: str) -> threading.Event:
        with self._lock:
            event = self._events.setdefault(name, threading.Event())
            if self._over:
                event.set()
            return event

    def open_all(self) -> None:
        """Let everybody go: the scenario is over."""
        with self._lock:
            self._over = True
            for event in self._events.values():
                event.set()


class Servers:
    """All servers of a scenario.

    :param plan: as the recording has it.
    :param step: tells the step of the program.
    :ivar wire: what the servers saw and sent, in order, in the recording's form.
    :ivar ports: the port of each server.
    """

    def __init__(self, plan: dict[str, Any], step: Callable[[], int]) -> None:
        self.gates = Gates()
        self.wire: list[dict[str, Any]] = []
        self.ports: dict[str, int] = {}
        #: what is left of the scripts of each server.
        self.scripts: dict[str, list[Any]] = {}
        self.over = False
        self._step = step
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        for name, server in plan.items():
            self._start(name, server)

    @property
    def requests(self) -> int:
        """How many requests, heads of requests, or commands, have come."""
        with self._lock:
            return sum(entry["what"] in _REQUESTS for entry in self.wire)

    def note(self, server: str, number: int, who: str, what: str, **more: Any) -> None:
        """Write something down."""
        entry = {"server": server, "conn": number, "who": who, "what": what, **more}
        with self._lock:
            if not self.over:
                self.wire.append({**entry, "step": self._step()})

    def with_ports(self, text: str) -> str:
        """Put the ports in the place of the servers' names."""
        for name, port in self.ports.items():
            text = text.replace(f"{{{name}}}", str(port))
        return text

    def keep(self, sock: socket.socket) -> socket.socket:
        """Take note of a socket that must be closed in the end."""
        with self._lock:
            self._sockets.append(sock)
        return sock

    def stop(self) -> None:
        """Close everything and wait for all threads."""
        with self._lock:
            self.over = True
            sockets = list(self._sockets)
        self.gates.open_all()
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(10)
            if thread.is_alive():
                msg = f"the thread {thread.name} of a server does not end"
                raise RuntimeError(msg)

    def run(self, target: Callable[[], None], name: str) -> None:
        """Run something in a thread that ends with the scenario."""
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _start(self, name: str, server: dict[str, Any]) -> None:
        kind = server["type"]
        sock = self.keep(_bound())
        self.ports[name] = sock.getsockname()[1]
        if kind == "refused":
            # Bound, so that nobody else gets the port, and not listening.
            return
        if kind == "full":
            sock.listen(0)
            filler = self.keep(socket.create_connection(sock.getsockname()))
            self.run(lambda: self._accept_later(name, server, sock, filler), name)
        elif kind in {"http", "ftp"}:
            sock.listen(50)
            accept = self._accept if kind == "http" else self._accept_ftp
            self.run(lambda: accept(name, server, sock), name)
        else:
            msg = f"no server of type {kind}"
            raise ValueError(msg)

    def _accept_later(
        self,
        name: str,
        server: dict[str, Any],
        sock: socket.socket,
        filler: socket.socket,
    ) -> None:
        self.gates["accept"].wait()
        if not self.over:
            self.keep(sock.accept()[0]).close()
            filler.close()
            self._accept(name, server, sock)

    def _accept(self, name: str, server: dict[str, Any], sock: socket.socket) -> None:
        scripts = self.scripts[name] = list(server.get("connections") or ())
        for number, connection in self._connections(name, sock):
            rest = server.get("rest") or ()
            script = scripts.pop(0) if scripts else rest
            peer = Connection(self, name, number, connection)
            self.run(partial(peer.play, script), f"{name}-{number}")

    def _accept_ftp(
        self, name: str, server: dict[str, Any], sock: socket.socket
    ) -> None:
        tree: Tree = dict(server["tree"])
        for number, connection in self._connections(name, sock):
            peer = FtpConnection(self, name, number, connection, server, tree)
            self.run(peer.play, f"{name}-{number}")

    def _connections(
        self, name: str, sock: socket.socket
    ) -> Iterator[tuple[int, socket.socket]]:
        """Yield the connections that come, as long as the scenario lasts."""
        for number in itertools.count(1):
            try:
                connection = self.keep(sock.accept()[0])
            except OSError:
                return
            self.note(name, number, "client", "connected")
            yield number, connection


_REQUESTS = frozenset(("request", "request head", "command"))


class Connection(Peer):
    """One connection and its script."""

    def play(self, script: Any) -> None:
        """Do what the script says, and then wait until the client closes."""
        try:
            while True:
                for action, *arguments in script:
                    if getattr(self, f"do_{action}")(*arguments):
                        return
                self._more()
                # A client that uses the connection again gets what the recorded one
                # got on another: servers answer requests, not connections.
                left = self._servers.scripts[self._name]
                script = left.pop(0) if left else ()
        except (ClientGone, OSError):
            self._sock.close()

    def do_recv(self) -> None:
        """Take one whole request."""
        self._note("request", self._request())

    def do_recv_head(self) -> None:
        """Take the head of a request."""
        self._note("request head", self._take(self._head()))

    def do_recv_body(self, length: int) -> None:
        """Take a part of its body."""
        while len(self._buffer) < length:
            self._more()
        self._note("request body", self._take(length))

    def do_send(self, text: str) -> None:
        """Send something."""
        self._sock.sendall(self._servers.with_ports(text).encode("latin-1"))
        self._servers.note(self._name, self._number, "server", "sent", text=text)

    def do_gate(self, name: str) -> None:
        """Wait until the program opens a gate."""
        self._servers.gates[name].wait()
        if self._servers.over:
            raise ClientGone

    def do_sleep(self, seconds: float) -> None:
        """Do nothing for a while."""
        threading.Event().wait(seconds)

    def do_close(self) -> bool:
        """Close the connection."""
        self._servers.note(self._name, self._number, "server", "closed")
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()
        return True

    def do_reset(self) -> bool:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._servers.note(self._name, self._number, "server", "reset")
        self._sock.close()
        return True

    def do_serve(self, answers: dict[str, Any]) -> None:
        """Take requests and answer by path, for ever."""
        while True:
            text = self._request()
            self._note("request", text)
            answer = answers[text.split(" ")[1]]
            if isinstance(answer, str):
                self.do_send(answer)
                continue
            kind, gate, then = answer
            if kind != "gate":
                msg = f"no answer of kind {kind}"
                raise ValueError(msg)
            self.do_gate(gate)
            self.do_send(then)

    def _note(self, what: str, text: str) -> None:
        for name, port in self._servers.ports.items():
            text = text.replace(f":{port}", f":{{{name}}}")
        self._servers.note(self._name, self._number, "client", what, text=text)

    def _request(self) -> str:
        end = self._head()
        found = _LENGTH.search(self._buffer[:end])
        if found:
            end += int(found[1])
        elif b"\r\nTransfer-Encoding: chunked" in self._buffer[:end]:
            while b"\r\n0\r\n\r\n" not in self._buffer[end - 2 :]:
                self._more()
            end = self._buffer.index(b"\r\n0\r\n\r\n", end - 2) + 7
        while len(self._buffer) < end:
            self._more()
        return self._take(end)

    def _head(self) -> int:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        return self._buffer.index(b"\r\n\r\n") + 4


def _bound() -> socket.socket:
    while True:
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        if sock.getsockname()[1] >= _LOWEST_PORT:
            return sock
        sock.close()
