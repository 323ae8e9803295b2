"""The recorded FTP server: it answers as that did, word by word, whatever is asked.

It has files in a ``tree``, knows ``users``, and an ``override`` puts a list of actions
in the place of what it would do at a command.  The recorded client asked for other
things than ours, so what is replayed is the server, not the order of its replies: what
none of its recordings has, it does not know (502).

Replies are written down when they are sent, and data when they have gone, as in the
recordings.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tests.conformance.peer import ClientGone, Peer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.servers import Servers

__all__ = ["FtpConnection", "Tree"]

#: How long a data connection may take to come about (seconds).
_PATIENCE = 5.0
#: Who is who: a user without an entry is a stranger.
_ANY = "*"

#: Path to contents; None is a directory.
Tree = dict[str, str | None]


class FtpConnection(Peer):
    """One control connection.

    :param plan: the server as the recording has it.
    :param tree: what is on it now; all connections share it.
    """

    def __init__(
        self,
        servers: Servers,
        name: str,
        number: int,
        sock: socket.socket,
        plan: dict[str, Any],
        tree: Tree,
    ) -> None:
        super().__init__(servers, name, number, sock)
        self._plan = plan
        self._tree = tree
        self._here = plan.get("cwd", "/")
        self._user = ""
        self._old = ""
        #: where the client listens, or where it is waited for.
        self._active: tuple[str, int] | None = None
        self._passive: socket.socket | None = None

    def play(self) -> None:
        """Greet, and answer until the client, or the scenario, is gone."""
        try:
            for line in self._plan.get("greeting", ["220 Ready."]):
                if line == "CLOSE":
                    self._close()
                    return
                self._reply(line)
            while not self._answer(self._command()):
                pass
        except (ClientGone, OSError):
            self._heard("closed")
            self._sock.close()

    # -- commands in, replies out

    def _command(self) -> str:
        while b"\r\n" not in self._buffer:
            self._more()
        line = self._take(self._buffer.index(b"\r\n") + 2)[:-2]
        self._heard("command", line=_without_port(line))
        return line

    def _answer(self, line: str) -> bool:
        """Do what is to be done at a command; tells whether that was the end."""
        verb, _, argument = line.partition(" ")
        override = self._plan.get("override") or {}
        actions = override.get(line, override.get(verb))
        if actions is not None:
            return self._act(actions, verb, argument)
        self._do(verb, argument)
        return verb == "QUIT"

    def _do(self, verb: str, argument: str) -> None:
        method = getattr(self, f"do_{verb}", None)
        if method is None:
            self._reply("502 Command not implemented.")
        else:
            method(argument)

    def _reply(self, line: str, shown: str = "") -> None:
        self._sock.sendall(f"{line}\r\n".encode("latin-1"))
        self._said("reply", line=shown or line)

    def _said(self, what: str, **more: Any) -> None:
        self._servers.note(self._name, self._number, "server", what, **more)

    def _heard(self, what: str, **more: Any) -> None:
        self._servers.note(self._name, self._number, "client", what, **more)

    def _close(self) -> None:
        self._said("closed")
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    # -- what is done instead

    def _act(self, actions: Sequence[Any], verb: str, argument: str) -> bool:
        data: socket.socket | None = None
        early = False
        for action, *arguments in actions:
            match action:
                case "reply":
                    self._reply(*arguments)
                case "raw":
                    self._sock.sendall(arguments[0].encode("latin-1"))
                    self._said("raw", text=arguments[0])
                case "gate":
                    early = self._gate(arguments[0], data) or early
                case "data" if not early:
                    data = data or self._data()
                    early = self._send(data, arguments[0])
                case "data_close" if data is not None:
                    self._end(data)
                case "recv":
                    self._receive(self._data())
                case "drop":
                    self._forget()
                case "close":
                    self._close()
                    return True
                case "default":
                    self._do(verb, argument)
        return False

    def _gate(self, name: str, data: socket.socket | None) -> bool:
        """Wait for a gate; tells whether the client has closed its data meanwhile."""
        gate = self._servers.gates[name]
        while not gate.wait(0.01):
            if data is not None and _closed(data):
                gate.wait()
                break
        if self._servers.over:
            raise ClientGone
        if data is not None and _closed(data):
            self._heard("data closed early")
            return True
        return False

    # -- data connections

    def _forget(self) -> None:
        if self._passive is not None:
            self._passive.close()
        self._passive = self._active = None

    def _data(self) -> socket.socket:
        if self._active is not None:
            data = socket.create_connection(self._active, _PATIENCE)
            self._said("data connected", mode="active")
        elif self._passive is not None:
            self._passive.settimeout(_PATIENCE)
            data = self._passive.accept()[0]
            self._heard("data connected", mode="passive")
        else:
            msg = "no data connection was asked for"
            raise ClientGone(msg)
        self._forget()
        return self._servers.keep(data)

    def _send(self, data: socket.socket, text: str) -> bool:
        """Send data; tells whether the client had closed before."""
        if _closed(data):
            self._heard("data closed early")
            return True
        try:
            data.sendall(text.encode("latin-1"))
        except OSError:
            self._heard("data closed early")
            return True
        self._said("data sent", text=text, bytes=len(text))
        return False

    def _end(self, data: socket.socket) -> None:
        self._said("data closed")
        with suppress(OSError):
            data.shutdown(socket.SHUT_RDWR)
        data.close()

    def _receive(self, data: socket.socket) -> str:
        text = b""
        with suppress(OSError):
            while piece := data.recv(65536):
                text += piece
        data.close()
        received = text.decode("latin-1")
        self._heard("data received until closed", text=received, bytes=len(received))
        return received

    def _hand(self, text: str, begin: str, end: str) -> None:
        self._reply(begin)
        data = self._data()
        self._send(data, text)
        self._end(data)
        self._reply(end)

    # -- what it knows

    def do_USER(self, user: str) -> None:
        self._user = user
        users = self._plan["users"]
        if user in users and users[user] is None:
            self._reply("230 Logged in.")
        else:
            self._reply("331 Password required.")

    def do_PASS(self, password: str) -> None:
        right = self._plan["users"].get(self._user)
        known = right in (_ANY, password)
        self._reply("230 Logged in." if known else "530 Login incorrect.")

    def do_TYPE(self, kind: str) -> None:
        self._reply(f"200 Type set to {kind}.")

    def do_NOOP(self, _: str) -> None:
        self._reply("200 OK.")

    def do_SYST(self, _: str) -> None:
        self._reply("215 UNIX Type: L8")

    def do_QUIT(self, _: str) -> None:
        self._reply("221 Bye.")
        self._close()

    def do_PASV(self, _: str) -> None:
        self._forget()
        self._passive = self._servers.keep(socket.create_server(("127.0.0.1", 0)))
        high, low = divmod(self._passive.getsockname()[1], 256)
        told = "227 Entering Passive Mode (127,0,0,1,{},{})."
        self._reply(told.format(high, low), told.format("{p1}", "{p2}"))

    def do_PORT(self, argument: str) -> None:
        self._forget()
        *host, high, low = argument.split(",")
        self._active = ".".join(host), int(high) * 256 + int(low)
        self._reply("200 PORT command successful.")

    def do_PWD(self, _: str) -> None:
        self._reply(f'257 "{self._here}" is current directory.')

    def do_CWD(self, name: str) -> None:
        path = self._path(name)
        if path == "/" or (path in self._tree and self._tree[path] is None):
            self._here = path
            self._reply("250 Directory changed.")
        else:
            self._reply("550 No such directory.")

    def do_MKD(self, name: str) -> None:
        path = self._path(name)
        if path == "/" or path in self._tree:
            self._reply("550 Exists.")
        else:
            self._tree[path] = None
            self._reply(f'257 "{path}" created.')

    def do_RMD(self, name: str) -> None:
        path = self._path(name)
        if path in self._tree and self._tree[path] is None:
            del self._tree[path]
            self._reply("250 Removed.")
        else:
            self._reply("550 No such directory.")

    def do_DELE(self, name: str) -> None:
        if self._file(name) is None:
            self._reply("550 No such file.")
        else:
            del self._tree[self._path(name)]
            self._reply("250 Deleted.")

    def do_RNFR(self, name: str) -> None:
        self._old = self._path(name)
        known = self._old in self._tree
        self._reply("350 Ready for RNTO." if known else "550 No such file.")

    def do_RNTO(self, name: str) -> None:
        self._tree[self._path(name)] = self._tree.pop(self._old)
        self._reply("250 Renamed.")

    def do_RETR(self, name: str) -> None:
        text = self._file(name)
        if text is None:
            self._reply("550 No such file.")
            return
        begin = f"150 Opening data connection ({len(text)} bytes)."
        self._hand(text, begin, "226 Transfer complete.")

    def do_STOR(self, name: str) -> None:
        self._reply("150 Ok to send data.")
        self._tree[self._path(name)] = self._receive(self._data())
        self._reply("226 Transfer complete.")

    def do_LIST(self, name: str) -> None:
        folder = self._path(name)
        inside = "/" if folder == "/" else f"{folder}/"
        lines = [
            _listed(path.removeprefix(inside), self._tree[path])
            for path in sorted(self._tree)
            if path.startswith(inside) and "/" not in path.removeprefix(inside)
        ]
        begin = "150 Here comes the directory listing."
        self._hand("".join(lines), begin, "226 Directory send OK.")

    # -- the tree

    def _path(self, name: str) -> str:
        """Return the path that a name means here."""
        path = [] if name.startswith("/") else self._here.split("/")
        for part in name.split("/"):
            if part == "..":
                path = path[:-1]
            else:
                path.append(part)
        return "/" + "/".join(filter(None, path))

    def _file(self, name: str) -> str | None:
        return None if name.endswith("/") else self._tree.get(self._path(name))


def _listed(name: str, contents: str | None) -> str:
    kind = "drwxr-xr-x   2" if contents is None else "-rw-r--r--   1"
    size = len(contents or "")
    return f"{kind} owner    group {size:12} Jan 15  2020 {name}\r\n"


def _without_port(line: str) -> str:
    """Return a command as the recordings have it, without the numbers of a port."""
    if not line.startswith("PORT "):
        return line
    return ",".join([*line.split(",")[:4], "{p1}", "{p2}"])


def _closed(data: socket.socket) -> bool:
    """Tell whether the client has closed a data connection."""
    data.setblocking(False)
    try:
        return data.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        data.setblocking(True)
