"""A server on loopback that speaks TLS, and a session that believes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.net.certificates import Identity, Server, pem, root, server_context


class SecureCase(TestCase):
    """A server and a session for each test, and nothing left after it."""

    timeout = 60

    def setUp(self) -> None:
        self.server: Any = None
        self.session: Any = None

    def serve(self, identity: Identity | None = None, **options: Any) -> str:
        """Start both; the options are those of the server's context."""
        identity = identity or root().issue(["127.0.0.1"])
        self.face = Server(server_context(identity, **options))
        self.server = LoopbackServer({"/": ok(b"hello")}, self.face)
        self.session = self.open_session()
        url: str = self.server.url("/")
        return url

    def open_session(self, **options: Any) -> Any:
        """Open a session that believes our root."""
        return twinet.Session(reactor, trust_roots=self.roots(), **options)

    def roots(self) -> Path:
        """Write our root into a file."""
        roots = Path(self.mktemp())
        roots.write_bytes(pem(root().certificate))
        return roots

    async def _stop(self) -> None:
        if self.session is not None:
            await self.session.close()
        server, self.server = self.server, None
        if server is not None:
            await server.all_lost()
            await server.stop()

    def tearDown(self):
        return Deferred.fromCoroutine(self._stop())
