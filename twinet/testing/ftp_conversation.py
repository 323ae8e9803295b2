"""The control connection of an FTP peer: commands in, replies out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from twinet.testing.authority import TlsServer
from twinet.testing.ftp_data import DataWay, Transfer
from twinet.testing.ftp_tree import FtpEntry, joined, stamp
from twinet.testing.peer import Conversation
from twinet.testing.script import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from OpenSSL import SSL
    from twisted.internet.interfaces import IReactorTime
    from twisted.internet.protocol import Factory
    from twisted.python.failure import Failure

    from twinet.testing.ftp_tree import FtpTree

__all__ = ["COMMANDS", "FtpConversation"]

#: What is said before somebody has logged in.
_AT_THE_DOOR = frozenset(
    ("USER", "PASS", "AUTH", "PBSZ", "PROT", "FEAT", "QUIT", "NOOP", "OPTS", "SYST")
)
#: What changes files.
_WRITING = frozenset(("STOR", "APPE", "DELE", "MKD", "RMD", "RNFR", "RNTO"))
#: What is answered while data go.
_AT_ONCE = frozenset(("ABOR", "STAT", "QUIT"))
_FEATURES = ("EPRT", "EPSV", "MDTM", "MLST", "REST", "SIZE")
#: What Telnet puts before an ABOR (RFC 959, section 4.1.3).
_TELNET = b"\xff\xf4\xf2"


class Site(Protocol):
    """What a conversation knows of its peer."""

    greeting: str
    tree: FtpTree
    users: dict[str, str]
    writable: bool
    tls: bool
    commands: list[str]
    unknown: set[str]

    def reply_instead(self, line: str) -> str | Script | None:
        """Return what is answered to a command instead of doing it."""

    def context(self) -> SSL.Context:
        """Return the context of its TLS."""


class FtpConversation(Conversation):
    """One control connection."""

    def __init__(self, clock: IReactorTime, site: Site) -> None:
        super().__init__(clock)
        self._site = site
        self._tree = site.tree
        self._buffer = b""
        self._lines: deque[str] = deque()
        self._user: str | None = None
        self._logged_in = False
        self._here = "/"
        self._offset = 0
        self._renamed: str | None = None
        self._way: DataWay | None = None
        self._active: tuple[str, int] | None = None
        self._transfer: Transfer | None = None
        self._secure = self._protected = False

    # -- the line

    def connectionMade(self) -> None:
        """Greet; not again when TLS has begun."""
        if not self._secure:
            self._reply(self._site.greeting)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Close what is open beside it."""
        super().connectionLost(reason)
        self._transfer = None
        self._leave_way()

    def dataReceived(self, data: bytes) -> None:
        """Take commands."""
        *lines, self._buffer = (self._buffer + data).split(b"\r\n")
        for line in lines:
            text = line.lstrip(_TELNET).decode("utf-8", "surrogateescape")
            self._lines.append(text)
        self._go_on()

    def _go_on(self) -> None:
        while self._lines and not self.playing and not self.over:
            verb = self._lines[0].partition(" ")[0].upper()
            if self._transfer is not None and verb not in _AT_ONCE:
                return
            self._answer(self._lines.popleft())

    def _reply(self, text: str) -> None:
        if not self.over:
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self.transport.write(f"{text}\r\n".encode("utf-8", "surrogateescape"))

    def _answer(self, line: str) -> None:
        self._site.commands.append(line)
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        instead = self._site.reply_instead(line)
        if isinstance(instead, Script):
            self.play(instead.steps, self._go_on)
        elif instead is not None:
            self._reply(instead)
        elif verb not in COMMANDS or verb in self._site.unknown:
            self._reply("502 Not known here.")
        elif not self._logged_in and verb not in _AT_THE_DOOR:
            self._reply("530 Log in first.")
        elif verb in _WRITING and not self._site.writable:
            self._reply("550 Nothing may be changed here.")
        else:
            COMMANDS[verb](self, argument)

    # -- who is there

    def _do_user(self, name: str) -> None:
        self._user, self._logged_in = name, False
        self._reply("331 And the password?")

    def _do_pass(self, password: str) -> None:
        users = self._site.users
        user, self._user = self._user, None
        if user is None:
            self._reply("503 Who is it?")
        elif users and users.get(user) != password:
            self._reply("530 That is not right.")
        else:
            self._logged_in = True
            self._reply("230 Come in.")

    def _do_auth(self, how: str) -> None:
        if not self._site.tls or how.upper() not in ("TLS", "TLS-C", "SSL"):
            self._reply("504 Not in this way.")
            return
        self._reply("234 Go on.")
        self._secure = True
        creator = TlsServer(self._site.context())
        tls = TLSMemoryBIOProtocol(
            TLSMemoryBIOFactory(creator, False, None, self.clock),  # type: ignore[arg-type]  # it wraps nothing
            self,
        )
        below = self.transport
        below.protocol = tls
        tls.makeConnection(below)

    def _do_pbsz(self, _size: str) -> None:
        self._reply("200 0.")

    def _do_prot(self, level: str) -> None:
        if level.upper() in ("P", "C"):
            self._protected = level.upper() == "P"
            self._reply("200 So be it.")
        else:
            self._reply("536 Not in this way.")

    def _do_feat(self, _nothing: str) -> None:
        known = [each for each in _FEATURES if each not in self._site.unknown]
        more = {"REST": "REST STREAM", "MLST": "MLST type*;size*;modify*;"}
        tls = ["AUTH TLS", "PBSZ", "PROT"] if self._site.tls else []
        lines = [f" {more.get(each, each)}" for each in (*known, *tls, "UTF8")]
        self._reply("\n".join(["211-These are known:", *lines, "211 That is all."]))

    def _do_fixed(self, reply: str) -> None:
        self._reply(reply)

    def _do_quit(self, _nothing: str) -> None:
        self._reply("221 Goodbye.")
        self.transport.loseConnection()

    # -- where one is

    def _path(self, argument: str) -> str:
        return joined(self._here, argument)

    def _do_cwd(self, path: str) -> None:
        path = self._path(path)
        if path in self._tree.directories:
            self._here = path
            self._reply("250 There you are.")
        else:
            self._reply("550 There is no such directory.")

    def _do_pwd(self, _nothing: str) -> None:
        self._reply(f'257 "{_quoted(self._here)}" is where you are.')

    def _do_mkd(self, path: str) -> None:
        path = self._path(path)
        if path in self._tree:
            self._reply("550 It exists already.")
        else:
            self._tree.directories.add(path)
            self._reply(f'257 "{_quoted(path)}" is there now.')

    def _do_rmd(self, path: str) -> None:
        path = self._path(path)
        if path == "/" or path not in self._tree.directories or self._tree.names(path):
            self._reply("550 It is no empty directory.")
        else:
            self._tree.directories.remove(path)
            self._reply("250 It is gone.")

    # -- files

    def _file(self, argument: str) -> FtpEntry | None:
        """Return a file; replies if there is none."""
        entry = self._tree.files.get(self._path(argument))
        if entry is None:
            self._reply("550 There is no such file.")
        return entry

    def _do_dele(self, path: str) -> None:
        if self._file(path) is not None:
            del self._tree.files[self._path(path)]
            self._reply("250 It is gone.")

    def _do_rnfr(self, path: str) -> None:
        path = self._path(path)
        if path in self._tree:
            self._renamed = path
            self._reply("350 And the new name?")
        else:
            self._reply("550 There is no such thing.")

    def _do_rnto(self, path: str) -> None:
        old, self._renamed = self._renamed, None
        path = self._path(path)
        if old is None:
            self._reply("503 What shall be renamed?")
        elif path in self._tree:
            self._reply("553 It exists already.")
        else:
            self._tree.move(old, path)
            self._reply("250 So it is called now.")

    def _do_size(self, path: str) -> None:
        entry = self._file(path)
        if entry is not None:
            self._reply(f"213 {entry.told_size}")

    def _do_mdtm(self, path: str) -> None:
        entry = self._file(path)
        if entry is not None:
            self._reply(f"213 {stamp(entry.modified)}")

    def _do_mlst(self, path: str) -> None:
        path = self._path(path)
        if path in self._tree:
            facts = self._tree.facts(path)
            self._reply(f"250-Here it is:\n {facts} {path}\n250 That is all.")
        else:
            self._reply("550 There is no such thing.")

    def _do_rest(self, offset: str) -> None:
        if offset.isdecimal():
            self._offset = int(offset)
            self._reply("350 From there, then.")
        else:
            self._reply("501 That is no number.")

    # -- data connections

    def _leave_way(self) -> None:
        way, self._way = self._way, None
        if way is not None:
            way.close()

    def _new_way(self) -> DataWay:
        self._leave_way()
        self._way = DataWay(self.clock, self._secured)
        return self._way

    def _secured(self, factory: Factory) -> Any:
        if not self._protected:
            return factory
        creator = TlsServer(self._site.context())
        return TLSMemoryBIOFactory(creator, False, factory, self.clock)

    def _do_epsv(self, argument: str) -> None:
        if argument.upper() == "ALL":
            self._reply("200 So be it.")
            return
        port = self._new_way().listen(self.transport.getHost().host)
        self._reply(f"229 Come (|||{port}|)")

    def _do_pasv(self, _nothing: str) -> None:
        host = self.transport.getHost().host
        if ":" in host:
            self._reply("522 Not over IPv6; ask for EPSV.")
            return
        port = self._new_way().listen(host)
        where = ",".join([*host.split("."), str(port >> 8), str(port & 255)])
        self._reply(f"227 Come ({where})")

    def _do_eprt(self, argument: str) -> None:
        parts = argument.split(argument[:1] or "|")
        if len(parts) != 5 or not parts[3].isdecimal():  # noqa: PLR2004  RFC 2428
            self._reply("501 Where is that?")
            return
        self._go_to(parts[2], int(parts[3]))

    def _do_port(self, argument: str) -> None:
        parts = argument.split(",")
        if len(parts) != 6 or not all(each.isdecimal() for each in parts):  # noqa: PLR2004
            self._reply("501 Where is that?")
            return
        self._go_to(".".join(parts[:4]), int(parts[4]) << 8 | int(parts[5]))

    def _go_to(self, host: str, port: int) -> None:
        self._new_way()
        self._active = host, port
        self._reply("200 So be it.")

    # -- transfers

    def _begin(self, use: Callable[[Transfer], object]) -> None:
        way = self._way
        if way is None:
            self._reply("425 Over which connection?")
            return
        active, self._active = self._active, None
        self._transfer = Transfer(way, self._reply, self._over)
        use(self._transfer)
        if active is not None:
            way.connect(*active, self.transport.getHost().host)

    def _over(self) -> None:
        """Go on after a transfer, when its last reply is sent."""
        self._transfer = None
        self._leave_way()
        self.clock.callLater(0, self._go_on)

    def _do_retr(self, path: str) -> None:
        offset, self._offset = self._offset, 0
        entry = self._file(path)
        if entry is not None:
            self._begin(lambda it: it.send(entry.steps(offset), entry.ends))

    def _do_stor(self, path: str) -> None:
        offset, self._offset = self._offset, 0
        self._receive(path, lambda before: before[:offset].ljust(offset, b"\0"))

    def _do_appe(self, path: str) -> None:
        self._receive(path, lambda before: before)

    def _receive(self, path: str, kept: Callable[[bytes], bytes]) -> None:
        path = self._path(path)
        if path in self._tree.directories or joined(path, "..") not in (
            self._tree.directories
        ):
            self._reply("553 No file can be there.")
            return

        def store(data: bytes) -> None:
            before = self._tree.files.get(path)
            start = kept(b"" if before is None else before.data)
            self._tree.put(path, start + data)

        self._begin(lambda it: it.receive(store))

    def _list(self, argument: str, line: Callable[[str], str]) -> None:
        directory = self._path("" if argument.startswith("-") else argument)
        if directory not in self._tree:
            self._reply("550 There is no such directory.")
            return
        paths = [directory]
        if directory in self._tree.directories:
            names = self._tree.names(directory)
            paths = [joined(directory, name) for name in names]
        text = "".join(f"{line(path)}\r\n" for path in paths)
        data = text.encode("utf-8", "surrogateescape")
        self._begin(lambda it: it.send((data,)))

    def _do_list(self, argument: str) -> None:
        self._list(argument, self._tree.line)

    def _do_nlst(self, argument: str) -> None:
        self._list(argument, lambda path: path.rpartition("/")[2])

    def _do_mlsd(self, argument: str) -> None:
        self._list(
            argument,
            lambda path: f"{self._tree.facts(path)} {path.rpartition('/')[2]}",
        )

    def _do_abor(self, _nothing: str) -> None:
        if self._transfer is not None:
            self._transfer.abort()
        self._reply("226 Nothing goes on.")


def _quoted(path: str) -> str:
    return path.replace('"', '""')


def _fixed(reply: str) -> Callable[[FtpConversation, str], None]:
    return lambda conversation, _argument: conversation._do_fixed(reply)  # noqa: SLF001


_DOING = (
    *("abor", "appe", "auth", "cwd", "dele", "epsv", "eprt", "feat", "list", "mdtm"),
    *("mkd", "mlsd", "mlst", "nlst", "pasv", "pass", "pbsz", "port", "prot", "pwd"),
    *("quit", "rest", "retr", "rmd", "rnfr", "rnto", "size", "stor", "user"),
)
#: What is done at each command.
COMMANDS: dict[str, Callable[[FtpConversation, str], None]] = {
    **{each.upper(): getattr(FtpConversation, f"_do_{each}") for each in _DOING},
    "CDUP": lambda conversation, _argument: conversation._do_cwd(".."),  # noqa: SLF001
    **{each: _fixed("200 So be it.") for each in ("TYPE", "MODE", "STRU", "NOOP")},
    **{each: _fixed("202 There is no need.") for each in ("ALLO", "OPTS", "ACCT")},
    "SYST": _fixed("215 UNIX Type: L8"),
    "STAT": _fixed("211 All is well."),
    "HELP": _fixed("214 RFC 959."),
}
