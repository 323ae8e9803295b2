"""The FTP server of the replay: the recorded client is told what it was told then."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.__main__ import DATA
from tests.conformance.recording import is_table, load
from tests.conformance.servers import Servers

if TYPE_CHECKING:
    from tests.conformance.recording import Recording

FTP = {
    recording.name: recording
    for recording in (load(p) for p in sorted(DATA.glob("ftp_*.json")))
    if any(server["type"] == "ftp" for server in recording.servers.values())
}
PATIENCE = 10.0


class RecordedClient:
    """Does on the wire what the recorded client did, and reads what it read."""

    def __init__(self, recording: Recording, servers: Servers) -> None:
        self._servers = servers
        self._stack = ExitStack()
        self._control = self._keep(socket.socket())
        self._said = b""
        self._listening: socket.socket | None = None
        self._port = 0
        self._data = self._keep(socket.socket())
        #: the gates that are still shut, and the steps in which they were opened.
        self._gates = [
            (event["step"], event["gate"])
            for event in recording.events
            if event["event"] == "gate opened"
        ]

    def run(self, wire: tuple[dict[str, Any], ...]) -> None:
        """Do it all."""
        with self._stack:
            for entry in wire:
                early = entry["what"] == "data closed early"
                if early:
                    self._data.close()
                while self._gates and self._gates[0][0] <= entry["step"]:
                    self._servers.gates[self._gates.pop(0)[1]].set()
                if not early:
                    name = f"{entry['who']} {entry['what']}".replace(" ", "_")
                    getattr(self, name)(entry)

    def _keep(self, sock: socket.socket) -> socket.socket:
        sock.settimeout(PATIENCE)
        return self._stack.enter_context(sock)

    def _connect(self, port: int) -> socket.socket:
        return self._keep(socket.create_connection(("127.0.0.1", port), PATIENCE))

    def client_connected(self, entry: dict[str, Any]) -> None:
        self._control = self._connect(self._servers.ports[entry["server"]])

    def client_command(self, entry: dict[str, Any]) -> None:
        line = entry["line"]
        if line.startswith("PORT"):
            self._listening = self._keep(socket.create_server(("127.0.0.1", 0)))
            high, low = divmod(self._listening.getsockname()[1], 256)
            line = line.format(p1=high, p2=low)
        self._control.sendall(f"{line}\r\n".encode("latin-1"))

    def client_closed(self, _: dict[str, Any]) -> None:
        self._control.close()

    def client_data_connected(self, _: dict[str, Any]) -> None:
        self._data = self._connect(self._port)

    def client_data_received_until_closed(self, entry: dict[str, Any]) -> None:
        self._data.sendall(entry["text"].encode("latin-1"))
        self._data.close()

    def server_reply(self, entry: dict[str, Any]) -> None:
        line = self._read(b"\r\n")
        if "{p1}" in entry["line"]:
            high, low = line.partition("(")[2].split(",")[4:6]
            self._port = int(high) * 256 + int(low.rstrip(")."))
            line = f"{line.partition('(')[0]}(127,0,0,1,{{p1}},{{p2}})."
        assert line == entry["line"]

    def server_raw(self, entry: dict[str, Any]) -> None:
        raw = entry["text"]
        assert self._read(raw.encode("latin-1")) == ""

    def server_closed(self, _: dict[str, Any]) -> None:
        assert self._control.recv(100) == b""

    def server_data_connected(self, _: dict[str, Any]) -> None:
        assert self._listening is not None
        self._data = self._keep(self._listening.accept()[0])

    def server_data_sent(self, entry: dict[str, Any]) -> None:
        text = b""
        while len(text) < entry["bytes"]:
            text += self._data.recv(entry["bytes"] - len(text))
        assert text.decode("latin-1") == entry["text"]

    def server_data_closed(self, _: dict[str, Any]) -> None:
        if self._data.fileno() >= 0:
            assert self._data.recv(100) == b""

    def _read(self, end: bytes) -> str:
        while end not in self._said:
            piece = self._control.recv(1000)
            assert piece, "the server closed"
            self._said += piece
        line, _, self._said = self._said.partition(end)
        return line.decode("latin-1")


@pytest.mark.parametrize("name", FTP)
def test_it_behaves_as_recorded(name: str) -> None:
    """Each reply, each piece of data, and what it writes down of them."""
    recording = FTP[name]
    servers = Servers(recording.servers, lambda: 0)

    def seen(wire: Any) -> list[dict[str, Any]]:
        """Leave out when it happened, and what the end of a program leaves open."""
        return [
            {
                key: value
                for key, value in entry.items()
                if key not in {"step", "varies"}
            }
            for entry in wire
            if (entry["who"], entry["what"]) != ("client", "closed")
        ]

    expected = seen(recording.wire)
    try:
        RecordedClient(recording, servers).run(recording.wire)
        # it writes down what it has done behind doing it
        end = time.monotonic() + PATIENCE
        while len(seen(servers.wire)) < len(expected) and time.monotonic() < end:
            time.sleep(0.005)
    finally:
        servers.stop()
    assert seen(servers.wire) == expected


def test_all_are_here() -> None:
    """One recording is about a server that is not there."""
    assert len(FTP) == 57
    assert not any(is_table(DATA / f"{name}.json") for name in FTP)
