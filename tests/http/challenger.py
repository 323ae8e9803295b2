"""The other side of authentication: who asks, and looks at what is said."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from twinet._wire.challenge import read_challenges
from twinet._wire.http1 import Head, ResponseReader
from twinet.records import Credentials

ANN, BOB = Credentials("ann", "a"), Credentials("bob", "b")
BASIC = b'Basic realm="r"'
DIGEST = b'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256'
INTEGRITY = DIGEST.replace(b'"auth"', b'"auth-int"')
URL = "http://127.0.0.1:8080/d/x"
DONE = OK + b"hello"

_HASHES = {
    b"md5": "md5",
    b"sha-256": "sha256",
    b"sha-512": "sha512",
    b"sha-512-256": "sha512_256",
}


def head_of(status: int, *fields: tuple[bytes, bytes]) -> Head:
    """Return the head of an answer, as it is read from the wire."""
    lines = b"".join(b"%b: %b\r\n" % field for field in fields)
    reader = ResponseReader()
    reader.expect(b"GET")
    raw = b"HTTP/1.1 %d X\r\n%bContent-Length: 0\r\n\r\n" % (status, lines)
    head = reader.feed(raw)[0]
    assert type(head) is Head
    return head


class Asked:
    """What a client said when it was asked who it is.

    It computes by itself what Digest should have been, of what the client says.
    """

    def __init__(self, value: bytes) -> None:
        (challenge,) = read_challenges([value])
        self.scheme = challenge.scheme
        self.parameters = challenge.parameters
        self._token = challenge.token

    @property
    def pair(self) -> str:
        """User name and password, in Basic."""
        assert self.scheme == b"basic", self.scheme
        return b64decode(self._token).decode()

    @property
    def algorithm(self) -> bytes | None:
        """As it was said; None with Basic."""
        if self.scheme == b"basic":
            return None
        return self.parameters.get(b"algorithm", b"")

    @property
    def nonce(self) -> bytes:
        """The server's part."""
        return self.parameters[b"nonce"]

    @property
    def cnonce(self) -> bytes:
        """The client's part."""
        return self.parameters[b"cnonce"]

    @property
    def qop(self) -> bytes:
        """The quality of protection; empty is none."""
        return self.parameters.get(b"qop", b"")

    @property
    def count(self) -> int:
        """How often the nonce has been used."""
        return int(self.parameters[b"nc"], 16)

    def right_for(
        self,
        who: Credentials,
        verb: bytes,
        body: bytes = b"",
        *,
        first_nonce: bytes | None = None,
    ) -> bool:
        """Tell whether it is the right answer.

        :param first_nonce: the one that a ``-sess`` session began with.
        """
        if self.scheme == b"basic":
            return self.pair == f"{who.username}:{who.password}"
        given = self.parameters
        algorithm = given.get(b"algorithm", b"md5").lower()
        name = _HASHES[algorithm.removesuffix(b"-sess")]

        def hashed(*parts: bytes) -> bytes:
            return hashlib.new(name, b":".join(parts)).hexdigest().encode()

        user, password = who.username.encode(), who.password.encode()
        realm = given[b"realm"]
        if given.get(b"userhash") == b"true":
            named = given.get(b"username") == hashed(user, realm)
        else:
            named = given.get(b"username") == user
        a1 = hashed(user, realm, password)
        if algorithm.endswith(b"-sess"):
            a1 = hashed(a1, first_nonce or self.nonce, self.cnonce)
        a2 = [verb, given[b"uri"]]
        if self.qop == b"auth-int":
            a2.append(hashed(body))
        middle = [self.nonce]
        if self.qop:
            middle += [given[b"nc"], self.cnonce, self.qop]
        return named and given[b"response"] == hashed(a1, *middle, hashed(*a2))


def asks(*challenges: bytes, status: int = 401) -> bytes:
    """Return an answer with challenges."""
    name = b"Proxy-Authenticate" if status == 407 else b"WWW-Authenticate"
    lines = b"".join(b"%b: %b\r\n" % (name, each) for each in challenges)
    return b"HTTP/1.1 %d X\r\n%bContent-Length: 6\r\n\r\ndenied" % (status, lines)


def moved(url: str) -> bytes:
    """Return a redirect that keeps the verb."""
    return b"HTTP/1.1 307 M\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % url.encode()


def said(request: bytes, name: bytes = b"Authorization") -> Asked | None:
    """Return what a request says of who it is; None when nothing."""
    head = request.partition(b"\r\n\r\n")[0]
    values = [
        line.partition(b": ")[2]
        for line in head.split(b"\r\n")[1:]
        if line.partition(b":")[0] == name
    ]
    assert len(values) < 2, request
    return Asked(values[0]) if values else None


class JourneyCase(SynchronousTestCase):
    """One net, and calls on it."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session

    def as_ann(self, **options: Any) -> Any:
        """Return a request of Ann's."""
        connection = self.session.http("127.0.0.1", 8080, username="ann", password="a")
        return connection.open_request(options.pop("verb", "GET"), "/d/x", **options)

    def heard(self, peer: Peer, name: bytes = b"Authorization") -> Asked:
        """Take a request that says who it is."""
        request = peer.request()
        asked = said(request, name)
        assert asked is not None, request
        return asked

    def silent(self, peer: Peer) -> bytes:
        """Take a request that does not."""
        request = peer.request()
        self.assertTrue(request)
        self.assertNotIn(b"uthorization", request)
        return request

    def status(self, pending: Any) -> int:
        """Return the status that a call ended with."""
        code: int = self.successResultOf(pending).response.status_code
        return code
