"""An FTP server that does well, but where a script says otherwise.

Theory of operation.  The control connection is served by a coroutine: it greets, awaits
a line, and gives it to the script of its verb, or, where there is none, to the verb's
own method here, which does the thing as it should be done; when that returns, the next
line is awaited.  So a script that says nothing is a server that is silent.

EPSV and PASV listen; :meth:`FtpPeer.data` waits for the client's connection there.
The world is small: one folder, one file ``/file`` with :data:`CONTENTS`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from zope.interface import implementer

from tests.interop.hostile.talker import LOOK, Gone, Talker, reactor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twisted.internet.interfaces import IOpenSSLServerConnectionCreator

    #: What is done at a verb, with its argument.
    Script = Callable[["FtpPeer", str], Awaitable[None]]

__all__ = ["CONTENTS", "LISTING", "DataPeer", "FtpPeer", "HostileFtpServer"]

#: The file that there is.
CONTENTS = bytes(range(256)) * 16
#: The folder that there is, as MLSD and as LIST say it.
LISTING = {
    "MLSD": b"type=file;size=4096;modify=20231114221320; file\r\n",
    "LIST": b"-rw-r--r--   1 ftp      ftp          4096 Nov 14  2023 file\r\n",
}
_FEATURES = ("EPSV", "MDTM", "MLST type*;size*;modify*;", "REST STREAM", "SIZE", "UTF8")
_SECURITY = ("AUTH TLS", "PBSZ", "PROT")


@implementer(IHandshakeListener)
class DataPeer(Talker):
    """The server's end of a data connection.

    :param made: fires when it is there.
    :ivar shaken: TLS is spoken.
    """

    shaken = False

    def __init__(self, server: HostileFtpServer, made: Deferred[DataPeer]) -> None:
        super().__init__(server.faults)
        self._server = server
        self._made = made

    def connectionMade(self) -> None:
        self._server.data.append(self)
        # only then is it known who is to read what comes, TLS or nobody
        self.transport.pauseProducing()
        if not self._made.called:
            self._made.callback(self)

    def handshakeCompleted(self) -> None:
        self.shaken = True

    async def begin(self, tls: IOpenSSLServerConnectionCreator | None) -> None:
        """Read from now on, with TLS or without."""
        plain = self.transport
        if tls is not None:
            plain.startTLS(tls)
        plain.resumeProducing()
        # what is sent and closed before TLS is spoken would be lost
        while tls is not None and not self.shaken:
            await self.pause(LOOK)

    async def to_the_end(self) -> bytes:
        """Return everything that comes until the client closes."""
        with suppress(Gone):
            while True:
                await self._wait()
        return self._buffer


class FtpPeer(Talker):
    """The server's end of one control connection.

    :ivar number: 0 for the first one that came.
    :ivar verbs: what was asked here, QUIT included.
    :ivar rest: from where on the next transfer goes, by REST.
    :ivar private: data are to go over TLS.
    """

    def __init__(self, server: HostileFtpServer) -> None:
        super().__init__(server.faults)
        self.server = server
        self.number = len(server.peers)
        self.verbs: list[str] = []
        self.rest = 0
        self.private = False
        self.port = 0
        self._coming: Deferred[DataPeer] = Deferred()

    # -- what scripts do

    def say(self, *lines: str) -> None:
        """Send lines."""
        for line in lines:
            self.send(line.encode("utf-8", "surrogateescape") + b"\r\n")

    def listen(self, host: str = "127.0.0.1") -> int:
        """Wait for a data connection; return the port."""
        self._coming = Deferred()
        factory: Any = Factory.forProtocol(lambda: DataPeer(self.server, self._coming))
        factory.noisy = False
        port = reactor.listenTCP(0, factory, interface=host, backlog=5)
        self.server.ports.append(port)
        return int(port.getHost().port)

    async def data(self) -> DataPeer:
        """Return the data connection when the client has made it; with its TLS."""
        while not self._coming.called:
            await self.pause(LOOK)
        peer = await self._coming
        await peer.begin(self.server.tls if self.private else None)
        return peer

    async def well(self, verb: str, argument: str = "") -> None:
        """Do what such a command is for."""
        method = getattr(self, f"do_{verb}", None)
        if method is None:
            self.say(f"502 {verb} is not known here")
        else:
            await method(argument)

    # -- what each verb is for

    async def do_greeting(self, _: str) -> None:
        self.say("220 ready")

    async def do_USER(self, name: str) -> None:
        self.say(f"331 the password of {name}, please")

    async def do_PASS(self, _: str) -> None:
        self.say("230 logged in")

    async def do_SYST(self, _: str) -> None:
        self.say("215 UNIX Type: L8")

    async def do_FEAT(self, _: str) -> None:
        known = _FEATURES + (_SECURITY if self.server.tls else ())
        self.say("211-Features:", *(f" {feature}" for feature in known), "211 End")

    async def do_OPTS(self, _: str) -> None:
        self.say("200 as you like")

    async def do_TYPE(self, kind: str) -> None:
        self.say(f"200 type {kind}")

    async def do_NOOP(self, _: str) -> None:
        self.say("200 nothing done")

    async def do_PWD(self, _: str) -> None:
        self.say('257 "/" is where you are')

    async def do_CWD(self, _: str) -> None:
        self.say("250 gone there")

    async def do_MKD(self, name: str) -> None:
        self.say(f'257 "/{name}" made')

    async def do_DELE(self, _: str) -> None:
        self.say("250 deleted")

    async def do_RNFR(self, _: str) -> None:
        self.say("350 and the new name?")

    async def do_RNTO(self, _: str) -> None:
        self.say("250 renamed")

    async def do_SIZE(self, _: str) -> None:
        self.say(f"213 {len(CONTENTS)}")

    async def do_MDTM(self, _: str) -> None:
        self.say("213 20231114221320")

    async def do_REST(self, place: str) -> None:
        self.rest = int(place)
        self.say(f"350 from {place} on")

    async def do_EPSV(self, _: str) -> None:
        self.say(f"229 come (|||{self.listen()}|)")

    async def do_PASV(self, _: str) -> None:
        high, low = divmod(self.listen(), 256)
        self.say(f"227 come (127,0,0,1,{high},{low})")

    async def do_RETR(self, _: str) -> None:
        contents, self.rest = CONTENTS[self.rest :], 0
        await self.hand(contents)

    async def do_STOR(self, _: str) -> None:
        self.say("150 send it")
        data = await self.data()
        self.server.stored = await data.to_the_end()
        self.say("226 taken")

    async def do_MLSD(self, _: str) -> None:
        await self.hand(LISTING["MLSD"])

    async def do_LIST(self, _: str) -> None:
        await self.hand(LISTING["LIST"])

    async def hand(self, contents: bytes) -> None:
        """Send something by a data connection."""
        self.say(f"150 here it comes ({len(contents)} bytes)")
        data = await self.data()
        data.send(contents)
        data.close()
        self.say("226 all is there")

    async def do_ABOR(self, _: str) -> None:
        self.say("226 nothing to give up")

    async def do_AUTH(self, _: str) -> None:
        if self.server.tls is None:
            self.say("502 no TLS here")
            return
        self.say("234 speak TLS")
        self.transport.startTLS(self.server.tls)

    async def do_PBSZ(self, _: str) -> None:
        self.say("200 PBSZ=0")

    async def do_PROT(self, level: str) -> None:
        self.private = level == "P"
        self.say("200 so be it")

    async def do_QUIT(self, _: str) -> None:
        self.say("221 good-bye")
        self.close()

    # -- the life of a connection

    def connectionMade(self) -> None:
        self.server.peers.append(self)
        self.run(self._serve())

    async def _serve(self) -> None:
        await self._play("greeting", "")
        while True:
            line = await self._line()
            verb, _, argument = line.partition(" ")
            self.verbs.append(verb)
            await self._play(verb, argument)

    async def _play(self, verb: str, argument: str) -> None:
        script = self.server.scripts.get(verb)
        if script is None:
            await self.well(verb, argument)
        else:
            self.ready = True
            await script(self, argument)

    async def _line(self) -> str:
        while b"\r\n" not in self._buffer:
            await self._wait()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("utf-8", "surrogateescape")


class HostileFtpServer:
    """One port, and what is done there at which verb.

    :param scripts: by verb; ``greeting`` is said before anything is asked.
    :param tls: how TLS is spoken, after AUTH; None speaks none.
    :ivar peers: the control connections that came.
    :ivar data: the data connections that came.
    :ivar ports: where data connections are, or were, waited for.
    :ivar stored: what STOR has brought.
    :ivar faults: the tracebacks of scripts that failed by themselves.
    """

    def __init__(
        self,
        scripts: dict[str, Script],
        tls: IOpenSSLServerConnectionCreator | None = None,
    ) -> None:
        self.scripts = scripts
        self.tls = tls
        self.peers: list[FtpPeer] = []
        self.data: list[DataPeer] = []
        self.ports: list[Any] = []
        self.stored = b""
        self.faults: list[str] = []
        factory: Any = Factory.forProtocol(lambda: FtpPeer(self))
        factory.noisy = False
        self._port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=50)

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._port.getHost().port)

    @property
    def ready(self) -> bool:
        """Whether a script has come to what it is about."""
        return any(peer.ready for peer in self.peers)

    async def all_gone(self) -> None:
        """Wait until the client has closed every connection, data ones too."""
        while any(not peer.gone for peer in (*self.peers, *self.data)):
            await deferLater(reactor, LOOK)

    async def data_gone(self) -> None:
        """Wait until the client has closed every data connection."""
        while any(not peer.gone for peer in self.data):
            await deferLater(reactor, LOOK)

    async def stop(self) -> None:
        """Listen no more, and close what is open."""
        for port in (self._port, *self.ports):
            await port.stopListening()
        talkers = (*self.peers, *self.data)
        for peer in talkers:
            if not peer.lost:
                peer.transport.abortConnection()
        while not all(peer.lost for peer in talkers):
            await deferLater(reactor, LOOK)
