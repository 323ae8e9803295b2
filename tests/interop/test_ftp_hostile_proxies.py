"""FTP through proxies that lie, or stop midway: before commands, and before data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import pytest_twisted

import twinet
from tests.interop.hostile.run import within
from tests.interop.hostile.server import HostileServer
from tests.interop.hostile.talker import reactor
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    HttpInvalidServerResponse,
    InternetError,
    InvalidProxyRequest,
    LoginFailure,
    Timeout,
)

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
#: What a login, and the way to data, are answered with in the tunnel.
DIALOGUE = {
    b"USER": b"230 in",
    b"TYPE": b"200 ok",
    b"EPSV": b"229 to (|||4000|)",
    b"PASV": b"227 to (10,0,0,1,15,160)",
    b"SIZE": b"550 unknown",
    b"PWD": b'257 "/"',
}
#: Where the commands, and where the data are to go.
COMMANDS, DATA = b"CONNECT ftp.test:21 ", b"CONNECT ftp.test:4000 "
LIMITS = twinet.Limits(connect=0.4)


class Bad(NamedTuple):
    """What a proxy does when it is asked for a tunnel, and the error of that."""

    name: str
    script: Script
    error: type[InternetError]


def saying(*pieces: bytes, then: str = "for_ever") -> Script:
    """Say something, and end as is said."""

    async def script(peer: Peer) -> None:
        for piece in pieces:
            await peer.sent(piece)
        if then != "for_ever":
            getattr(peer, then)()
        await peer.for_ever()

    return script


def flooding(first: bytes, more: bytes) -> Script:
    """Say something that has no end."""

    async def script(peer: Peer) -> None:
        peer.send(first)
        await peer.flood(more)

    return script


async def dripping(peer: Peer) -> None:
    """Say it so slowly that the limit runs out."""
    await peer.drip(OPEN + OPEN, 0.05)


def refusing(status: bytes, *fields: bytes, body: bytes = b"no") -> bytes:
    """Return an answer that opens nothing."""
    lines = [b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


BAD = (
    Bad("silence", saying(), Timeout),
    Bad("half a head", saying(OPEN[:20]), Timeout),
    Bad("drops", dripping, Timeout),
    Bad(
        "interim answers",
        flooding(b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 9),
        HttpInvalidServerResponse,
    ),
    Bad("close", saying(then="close"), ConnectionAborted),
    Bad("half a head and close", saying(OPEN[:9], then="close"), ConnectionAborted),
    Bad("reset", saying(then="reset"), ConnectionAborted),
    Bad("FTP", saying(b"220 hello\r\n"), HttpInvalidServerResponse),
    Bad("bytes", saying(bytes(range(64))), HttpInvalidServerResponse),
    Bad("a head", flooding(OPEN[:-2] + b"X: ", b"x" * 8192), HttpInvalidServerResponse),
    Bad("403", saying(refusing(b"403 No")), CannotConnect),
    Bad("a long 403", saying(refusing(b"403 No", body=b"x" * 999999)), CannotConnect),
    Bad("503 and close", saying(refusing(b"503 No"), then="close"), CannotConnect),
    Bad("302", saying(refusing(b"302 No", b"Location: http://x.test/")), CannotConnect),
    Bad("405", saying(refusing(b"405 No")), InvalidProxyRequest),
    Bad("407", saying(refusing(b"407 Who")), LoginFailure),
)


class Proxy:
    """One that leads to a good server, but where it is bad."""

    def __init__(self, where: bytes, script: Script) -> None:
        self._where = where
        self._script = script
        self.server = HostileServer(self._nothing, opening=self._open)
        proxy = twinet.Proxy("http", "127.0.0.1", self.server.port)
        self.session = twinet.Session(reactor, proxy=proxy, limits=LIMITS)

    async def _nothing(self, _peer: Peer) -> None:
        raise AssertionError("nothing is asked in HTTP")

    async def _open(self, peer: Peer) -> None:
        head = await peer.until(b"\r\n\r\n")
        if head.startswith(self._where):
            await self._script(peer)
            await peer.for_ever()
        peer.send(OPEN + b"220 hello\r\n")
        while True:
            verb = (await peer.until(b"\r\n")).split()[0]
            peer.send(DIALOGUE[verb] + b"\r\n")

    async def end(self) -> None:
        """Close the session, and see that nothing is left."""
        await within(self.session.close(), "session.close()")
        await within(self.server.all_gone(), "the sockets after session.close()")
        await self.server.stop()
        assert not self.server.faults, "\n".join(self.server.faults)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
@pytest_twisted.ensureDeferred
async def test_before_the_commands(bad: Bad) -> None:
    """The login fails within its limit, and its connection is closed at once."""
    proxy = Proxy(COMMANDS, bad.script)
    with pytest.raises(bad.error):
        await within(proxy.session.ftp("ftp.test"), "the login")
    await within(proxy.server.all_gone(), "the sockets")
    await proxy.end()


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
@pytest_twisted.ensureDeferred
async def test_before_data(bad: Bad) -> None:
    """The file fails within its limit; the session goes on."""
    proxy = Proxy(DATA, bad.script)
    ftp: Any = await within(proxy.session.ftp("ftp.test"), "the login")
    with pytest.raises(bad.error):
        await within(ftp.open_file("x"), "the file")
    assert await within(ftp.current_directory(), "the next call") == "/"
    await within(proxy.server.all_gone(proxy.server.peers[0]), "the sockets of data")
    await proxy.end()
