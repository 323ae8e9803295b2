"""Run Twisted's FTP server: ROOT HOST PORT USER PASSWORD."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from twisted.cred.checkers import (
    AllowAnonymousAccess,
    InMemoryUsernamePasswordDatabaseDontUse,
)
from twisted.cred.portal import Portal
from twisted.internet import reactor
from twisted.protocols.ftp import FTPFactory, FTPRealm
from twisted.python.log import startLogging

if TYPE_CHECKING:
    from twisted.python.filepath import FilePath


class Realm(FTPRealm):
    """One in which everybody is at home in the same folder."""

    def getHomeDirectory(self, avatarId: str) -> FilePath[str]:
        return self.anonymousRoot


def main() -> None:
    root, host, port, user, password = sys.argv[1:]
    startLogging(sys.stderr, setStdout=False)
    known = InMemoryUsernamePasswordDatabaseDontUse()
    # its FTP compares texts, whatever the types of the database say
    known.addUser(user, password)  # type: ignore[arg-type]
    portal = Portal(Realm(root), [AllowAnonymousAccess(), known])
    reactor.listenTCP(int(port), FTPFactory(portal), interface=host)
    reactor.run()


main()
