"""FTPS without sockets: the server's end speaks TLS by hand."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

from OpenSSL import SSL

from tests.ftp.memory import HOST, FtpNet, FtpPeer, FtpTestCase
from tests.net.certificates import other_root, root, server_context
from twinet._net.trust import TrustRoots

#: What a login over TLS says, and is answered, behind AUTH.
LOGIN = (
    "USER anonymous | 331 who?",
    "PASS anonymous@ | 230 in",
    "PBSZ 0 | 200 ok",
    "PROT P | 200 ok",
)


@cache
def context_of(newest: int, *, trusted: bool = True) -> SSL.Context:
    """Return a server's context, which keeps sessions for its data connections."""
    who = root() if trusted else other_root()
    context = server_context(who.issue((HOST,)), newest=newest)
    context.set_session_id(b"ftp")
    context.set_session_cache_mode(SSL.SESS_CACHE_SERVER)
    return context


class SecurePeer(FtpPeer):
    """The server's end of a connection that may turn to TLS."""

    tls: Any = None
    _plain = b""

    def start_tls(self, context: SSL.Context) -> None:
        """Speak TLS from now on; the handshake is done as far as it goes."""
        self.tls = SSL.Connection(context, None)
        self.tls.set_accept_state()
        self.carry()

    @property
    def resumed(self) -> bool:
        """Whether the handshake resumed an earlier one: no certificate was sent."""
        return bool(SSL._lib.SSL_session_reused(self.tls._ssl))  # type: ignore[attr-defined]

    def carry(self) -> None:
        """Carry what is to be carried, until neither side says more."""
        while True:
            came = self.take()
            if came:
                self.tls.bio_write(came)
            with suppress(SSL.Error):
                self._plain += self.tls.recv(65536)
            out = self._out()
            if out and not self.closed:
                self.protocol.dataReceived(out)
            elif not came:
                return

    def _out(self) -> bytes:
        try:
            data: bytes = self.tls.bio_read(1 << 20)
        except SSL.WantReadError:
            return b""
        return data

    def send(self, data: bytes) -> None:
        if self.tls is None:
            super().send(data)
        else:
            self.tls.send(data)
            self.carry()

    def heard(self) -> list[str]:
        if self.tls is None:
            return super().heard()
        self.carry()
        *lines, self._plain = self._plain.split(b"\r\n")
        return [line.decode("latin-1") for line in lines]

    def received(self) -> bytes:
        self.carry()
        data, self._plain = self._plain, b""
        return data

    def say_farewell(self) -> None:
        """Send a close_notify."""
        self.tls.shutdown()
        self.carry()


class SecureNet(FtpNet):
    """A session that believes the tests' root, and a server that the test plays."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trust_roots=TrustRoots.of([root().certificate]), **options)

    def accept_ftp(self) -> SecurePeer:
        return self.hand.accept(SecurePeer)


class SecureFtpTestCase(FtpTestCase):
    """A case on a memory net with TLS."""

    newest = SSL.TLS1_3_VERSION

    def setUp(self) -> None:
        self.net: Any = SecureNet()

    def log_in_securely(self, **how: Any) -> tuple[Any, SecurePeer]:
        """Log in by explicit TLS."""
        call, server = self.net.connect(tls="explicit", **how)
        server.say("220 hi")
        self.answer(server, "AUTH TLS | 234 go on")
        server.start_tls(context_of(self.newest))
        self.answer(server, *LOGIN)
        connection = self.successResultOf(call)
        self.net.news.clear()
        return connection, server
