"""The other side of authentication: heads with challenges, and answers looked at."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import TYPE_CHECKING

from twinet._wire.challenge import read_challenges
from twinet._wire.http1 import Head, ResponseReader

if TYPE_CHECKING:
    from twinet.records import Credentials

__all__ = ["Asked", "head_of"]

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
