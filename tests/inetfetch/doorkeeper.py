"""A page that only one user may see, for those who log in by Digest or by Basic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.http.challenger import Asked

if TYPE_CHECKING:
    from twinet.records import Credentials

__all__ = ["Doorkeeper"]

DIGEST = b'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256'
BASIC = b'Basic realm="r"'


class Doorkeeper:
    """A page of :class:`tests.inetfetch.origin.Origin`.

    :param challenge: what strangers are asked; None tells them that there is nothing.
    :ivar heard: the schemes that clients came with; None is a stranger.
    """

    def __init__(
        self, body: bytes, who: Credentials, challenge: bytes | None = DIGEST
    ) -> None:
        self._body = body
        self._who = who
        self._challenge = challenge
        self.heard: list[bytes | None] = []

    def __call__(self, request: Any) -> bytes:
        """Answer."""
        value = request.getHeader(b"authorization")
        asked = None if value is None else Asked(value)
        self.heard.append(None if asked is None else asked.scheme)
        wanted = b"basic" if self._challenge in (None, BASIC) else b"digest"
        if (
            asked is not None
            and asked.scheme == wanted
            and asked.right_for(self._who, request.method)
        ):
            return self._body
        request.setResponseCode(404 if self._challenge is None else 401)
        if self._challenge is not None:
            request.setHeader(b"WWW-Authenticate", self._challenge)
        return b"no"
