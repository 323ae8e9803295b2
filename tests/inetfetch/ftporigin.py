"""Twisted's FTP server on trial's reactor: a folder for anybody, and for Joe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.cred.checkers import (
    AllowAnonymousAccess,
    InMemoryUsernamePasswordDatabaseDontUse,
)
from twisted.cred.portal import Portal
from twisted.internet.protocol import connectionDone
from twisted.internet.task import deferLater
from twisted.protocols.ftp import FTP, FTPFactory, FTPRealm

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.python.failure import Failure
    from twisted.python.filepath import FilePath

#: Who may come besides anybody.
USER, PASSWORD = "joe", "ge heim:1"


class _Realm(FTPRealm):
    """One in which everybody is at home in the same folder."""

    def getHomeDirectory(self, avatarId: str) -> FilePath[str]:
        return self.anonymousRoot


class FtpOrigin:
    """The server.

    :ivar said: the commands that came, of all connections, without their arguments.
    :ivar answers: what is answered to a command instead of doing it.
    """

    def __init__(self, root: Path) -> None:
        self.said: list[str] = []
        self.answers: dict[str, list[str]] = {}
        self.users: list[str] = []
        known = InMemoryUsernamePasswordDatabaseDontUse()
        # Its FTP compares texts, whatever the types of the database say.
        known.addUser(USER, PASSWORD)  # type: ignore[arg-type]
        portal = Portal(_Realm(str(root)), [AllowAnonymousAccess(), known])
        self._factory = FTPFactory(portal)
        # It is called, and no more is wanted of it.
        self._factory.protocol = self._build  # type: ignore[assignment]
        #: the control connections that stand.
        self.talks: set[Any] = set()
        self._port: Any = None
        self._reactor: Any = None

    def _build(self) -> FTP:
        protocol = _Talk()
        protocol.origin = self
        return protocol

    def listen(self, reactor: Any) -> str:
        """Begin; return host and port as they stand in a URL."""
        self._reactor = reactor
        self._port = reactor.listenTCP(0, self._factory, interface="127.0.0.1")
        return f"127.0.0.1:{self._port.getHost().port}"

    async def close(self) -> None:
        """End, when those who were connected have gone, and their ports."""
        await self._port.stopListening()
        while self.talks:
            await deferLater(self._reactor, 0.01)
        await deferLater(self._reactor, 0.01)

    @property
    def logins(self) -> int:
        """How many logins there were."""
        return self.said.count("PASS")


class _Talk(FTP):
    """A control connection."""

    origin: FtpOrigin

    def connectionMade(self) -> None:
        self.origin.talks.add(self)
        super().connectionMade()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self.origin.talks.discard(self)

    def processCommand(self, cmd: str, *params: str) -> Any:
        self.origin.said.append(cmd)
        if cmd == "USER":
            self.origin.users.extend(params)
        prepared = self.origin.answers.get(cmd)
        if prepared:
            self.sendLine(prepared.pop(0))
            return None
        return super().processCommand(cmd, *params)  # type: ignore[no-untyped-call]
