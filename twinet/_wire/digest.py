"""Digest access authentication: challenges checked, answers computed (RFC 7616).

Theory of operation.  :func:`read_digest` makes a :class:`DigestChallenge` of what the
grammar gave (:mod:`twinet._wire.challenge`), or nothing, when it asks for what cannot
be done.  With the first answer begins a :class:`DigestSession`, the "authentication
session" of RFC 7616, section 3.4.2: one nonce, one cnonce, and the count of how often
that pair was used.  The count goes up with each answer, whoever asks for it, so two
requests that are on their way at once never repeat a value.  A nonce that the server
hands over for the next time (``nextnonce``) takes the place of the old one.

Each answer remembers what it was computed of, so that the server's own proof of knowing
the password (``rspauth``) can be checked: :meth:`DigestAnswer.proves`.

No clock, no chance: who begins a session brings the cnonce.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinet._wire.challenge import Challenge
    from twinet.records import Credentials

__all__ = [
    "DigestAnswer",
    "DigestChallenge",
    "DigestSession",
    "DigestSubject",
    "as_bytes",
    "read_digest",
]

#: A parameter that is longer is no honest one, and most would be sent back to the
#: server with each request (bytes; our own choice).
_LONGEST = 4096
#: How many nonces' counts are remembered (our own choice).
_MOST_NONCES = 16
#: RFC 8187, section 3.2.1, but for letters, digits and what quote() leaves anyway.
_ATTR_CHAR = "!#$&+^`|"


class _Algorithm(NamedTuple):
    """A hash, and how it is preferred to others."""

    strength: int
    name: str


#: The registered ones (RFC 7616, section 6.1), and SHA-512, which is none but is sent.
_ALGORITHMS = {
    b"md5": _Algorithm(1, "md5"),
    b"sha-512": _Algorithm(2, "sha512"),
    b"sha-256": _Algorithm(3, "sha256"),
    b"sha-512-256": _Algorithm(4, "sha512_256"),
}


class DigestChallenge(NamedTuple):
    """What a server that wants Digest says, checked.

    :ivar realm: and ``nonce``, ``opaque``: as they came, without quotes.
    :ivar opaque: ``None`` when there was none.
    :ivar algorithm: as the server spelled it; empty when it did not.
    :ivar sess: whether the hash of the password is bound to the session (``-sess``).
    :ivar strength: more is better.
    :ivar qops: those that are known, in lower case; empty is the way of RFC 2069.
    :ivar domain: the URIs that the same answer is good for; empty is all of the server.
    :ivar stale: the password was not refused, only the nonce.
    :ivar utf8: the server says that it wants UTF-8.
    :ivar userhash: the server wants the user name hashed.
    """

    realm: bytes
    nonce: bytes
    opaque: bytes | None
    algorithm: bytes
    hash_name: str
    sess: bool
    strength: int
    qops: frozenset[bytes]
    domain: tuple[bytes, ...]
    stale: bool
    utf8: bool
    userhash: bool

    def __repr__(self) -> str:
        # A nonce is nobody else's business.
        return f"<DigestChallenge {self.hash_name}>"


class DigestSubject(NamedTuple):
    """The request that an answer is for.

    :ivar uri: as in the request line; for CONNECT the host and the port.
    :ivar body: all of it, without transfer coding; ``None`` when it is not at hand.
    """

    verb: bytes
    uri: bytes
    body: bytes | None = b""

    def __repr__(self) -> str:
        # A body may be a form with a password.
        return f"<DigestSubject {self.verb.decode('latin-1')}>"


def as_bytes(text: str, *, utf8: bool) -> bytes:
    """Return a user name or a password as it goes over the wire: as UTF-8.

    RFC 7616 and 7617 leave it open what a server understands that does not ask for
    UTF-8; nearly all have it in UTF-8 now, and so does every browser.  Who knows that
    his does not gives the bytes (``%E4`` in a URL), which go out as they are.

    :param utf8: the server asks for it, and for the composed form (NFC) with it.
    """
    text = normalize("NFC", text) if utf8 else text
    return text.encode("utf-8", "surrogateescape")


def read_digest(challenge: Challenge) -> DigestChallenge | None:
    """Check what a server offers.

    :returns: None when it cannot be answered: there is no realm or no nonce, the
        algorithm or each qop is unknown, it wants ``-sess`` without a qop (which leaves
        no way to tell the cnonce), or a parameter is longer than 4096 bytes.
    :source: RFC 7616, section 3.3.
    """
    given = challenge.parameters
    realm, nonce = given.get(b"realm"), given.get(b"nonce")
    if (
        challenge.scheme != b"digest"
        or realm is None
        or not nonce
        or any(len(value) > _LONGEST for value in given.values())
    ):
        return None
    spelled = given.get(b"algorithm", b"")
    lower = spelled.lower() or b"md5"
    plain = lower.removesuffix(b"-sess")
    algorithm = _ALGORITHMS.get(plain)
    if algorithm is None or not _works(algorithm.name):
        return None
    sess = plain != lower
    offered = {each.strip() for each in given.get(b"qop", b"").lower().split(b",")}
    offered.discard(b"")
    qops = frozenset(offered & {b"auth", b"auth-int"})
    if (offered and not qops) or (sess and not qops):
        return None
    return DigestChallenge(
        realm,
        nonce,
        given.get(b"opaque"),
        spelled,
        algorithm.name,
        sess,
        algorithm.strength,
        qops,
        tuple(given.get(b"domain", b"").split()),
        _says(given, b"stale", b"true"),
        _says(given, b"charset", b"utf-8"),
        _says(given, b"userhash", b"true"),
    )


def _says(given: Mapping[bytes, bytes], name: bytes, word: bytes) -> bool:
    return given.get(name, b"").lower() == word


def _works(name: str) -> bool:
    """Tell whether this Python has a hash; SHA-512/256 is OpenSSL's matter."""
    try:
        hashlib.new(name, usedforsecurity=False)
    except ValueError:
        return False
    return True


class DigestSession:
    """A nonce, and how often it was used.

    :param cnonce: our own part of each hash, of letters and digits; hard to guess, so
        that a server cannot have prepared for it.
    :ivar challenge: that it began with.
    """

    __slots__ = ("_cnonce", "_counts", "_nonce", "challenge")

    def __init__(self, challenge: DigestChallenge, cnonce: bytes) -> None:
        self.challenge = challenge
        self._nonce = challenge.nonce
        self._cnonce = cnonce
        #: how many answers the last nonces have been in.
        self._counts = {self._nonce: 0}

    @property
    def count(self) -> int:
        """How many answers the present nonce has been in."""
        return self._counts[self._nonce]

    def __repr__(self) -> str:
        return f"<DigestSession {self.count}>"

    def renew(self, nonce: bytes) -> None:
        """Go on with another nonce (``nextnonce``, RFC 7616, section 3.5).

        Answers that come at once may name several, and an older one after a newer.
        """
        if not nonce or len(nonce) > _LONGEST:
            return
        self._nonce = nonce
        self._counts.setdefault(nonce, 0)
        if len(self._counts) > _MOST_NONCES:
            del self._counts[next(each for each in self._counts if each != nonce)]

    def can_answer(self, *, body_at_hand: bool) -> bool:
        """Tell whether a request can be answered for.

        The hash of its body is needed when the server insists on ``auth-int``.
        """
        return body_at_hand or self.challenge.qops != {b"auth-int"}

    def answer(self, who: Credentials, subject: DigestSubject) -> DigestAnswer:
        """Make the answer for one request; each call counts.

        Of two qops ``auth`` is taken, as everybody does: few servers have ever been
        asked for the other.

        :param subject: its body is at hand, or :meth:`can_answer` was asked.
        :source: RFC 7616, section 3.4; RFC 2069 for servers that offer no qop.
        """
        challenge = self.challenge
        name = challenge.hash_name

        def hashed(*parts: bytes) -> bytes:
            data = b":".join(parts)
            return hashlib.new(name, data, usedforsecurity=False).hexdigest().encode()

        user = as_bytes(who.username, utf8=challenge.utf8)
        password = as_bytes(who.password, utf8=challenge.utf8)
        a1 = hashed(user, challenge.realm, password)
        if challenge.sess:
            # With the nonce of the beginning, whatever came later (section 3.4.2).
            a1 = hashed(a1, challenge.nonce, self._cnonce)
        qop = b""
        a2 = (subject.verb, subject.uri)
        if challenge.qops:
            self._counts[self._nonce] += 1
            qop = b"auth" if b"auth" in challenge.qops else b"auth-int"
            if qop == b"auth-int":
                assert subject.body is not None, "can_answer() was asked"
                a2 = (*a2, hashed(subject.body))  # type: ignore[assignment]  # longer
        middle = (
            (self._nonce, b"%08x" % self.count, self._cnonce, qop)
            if qop
            else (self._nonce,)
        )
        if challenge.userhash:
            user_line = b'username="%b"' % hashed(user, challenge.realm)
        elif challenge.utf8 and not user.isascii():
            user_line = b"username*=UTF-8''%b" % quote(user, _ATTR_CHAR).encode()
        else:
            user_line = b"username=%b" % _quoted(user)
        lines = [
            user_line,
            b"realm=%b" % _quoted(challenge.realm),
            b"nonce=%b" % _quoted(self._nonce),
            b"uri=%b" % _quoted(subject.uri),
            b'response="%b"' % hashed(a1, *middle, hashed(*a2)),
        ]
        if challenge.algorithm:
            lines.append(b"algorithm=%b" % challenge.algorithm)
        if qop:
            lines.append(
                b'qop=%b, nc=%08x, cnonce="%b"' % (qop, self.count, self._cnonce)
            )
        if challenge.opaque is not None:
            lines.append(b"opaque=%b" % _quoted(challenge.opaque))
        if challenge.userhash:
            lines.append(b"userhash=true")
        proof = b""
        if qop == b"auth":
            proof = hashed(a1, *middle, hashed(b"", subject.uri))
        return DigestAnswer(b"Digest " + b", ".join(lines), proof, middle)


class DigestAnswer:
    """An answer, and what the server's own proof for it is.

    :ivar value: that of the Authorization (or Proxy-Authorization) field.
    """

    __slots__ = ("_middle", "_proof", "value")

    def __init__(self, value: bytes, proof: bytes, middle: tuple[bytes, ...]) -> None:
        self.value = value
        self._proof = proof
        self._middle = middle

    def __repr__(self) -> str:
        return "<DigestAnswer>"

    def proves(self, info: Mapping[bytes, bytes]) -> bool:
        """Tell whether an Authentication-Info may be this server's (section 3.5).

        What it does not say, or what cannot be checked without its body (``auth-int``),
        speaks not against it.

        :param info: the field's parameters, by their names in lower case.
        """
        given = info.get(b"rspauth")
        if not given or not self._proof or info.get(b"qop", b"auth") != b"auth":
            return True
        _, count, cnonce, _ = self._middle
        return (
            given.lower() == self._proof
            and info.get(b"nc", count).lower() == count
            and info.get(b"cnonce", cnonce) == cnonce
        )


def _quoted(value: bytes) -> bytes:
    """Return a quoted-string (RFC 9110, section 5.6.4)."""
    return b'"%b"' % value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
