"""What a challenge offers: the schemes that we speak, the strongest first."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from twinet._wire.challenge import read_challenges
from twinet._wire.digest import as_bytes, read_digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet._wire.digest import DigestChallenge
    from twinet.records import Credentials

__all__ = ["Offer", "basic_answer", "offers_of"]


class Offer(NamedTuple):
    """One scheme in one realm.

    :ivar strength: more is better; Basic has none.
    :ivar digest: the challenge when it is Digest's; ``None`` when it is Basic's.
    :ivar utf8: whether the server says that it wants UTF-8.
    """

    strength: int
    realm: bytes
    digest: DigestChallenge | None
    utf8: bool


def offers_of(fields: Iterable[tuple[bytes, bytes]], name: bytes) -> list[Offer]:
    """Return what is offered; of equals the first comes first.

    What is broken, or asks for what nobody here can do, counts as not offered.

    :param name: of the field with the challenges, in lower case.
    """
    offers = []
    for challenge in read_challenges(v for n, v in fields if n.lower() == name):
        if challenge.scheme == b"basic":
            realm = challenge.parameters.get(b"realm", b"")
            utf8 = challenge.parameters.get(b"charset", b"").lower() == b"utf-8"
            offers.append(Offer(0, realm, None, utf8))
        else:
            digest = read_digest(challenge)
            if digest is not None:
                offers.append(Offer(digest.strength, digest.realm, digest, digest.utf8))
    offers.sort(key=lambda offer: -offer.strength)
    return offers


def basic_answer(who: Credentials, *, utf8: bool) -> bytes:
    """Answer as RFC 7617 has it."""
    pair = f"{who.username}:{who.password}"
    return b"Basic " + b64encode(as_bytes(pair, utf8=utf8))
