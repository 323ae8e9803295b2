"""Authentication: what to do with a 401, decided without doing anything.

Credentials are never sent before the server asks for them, not even to a server that
has asked before (recorded so from WinINet).  Each request is challenged and answered
anew; a redirect within the origin likewise.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from twinet._wire.challenge import read_challenges
from twinet.errors import InvalidParameter
from twinet.flags import Flag
from twinet.records import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.order import Order
    from twinet._wire.challenge import Challenge
    from twinet._wire.http1 import Head

__all__ = ["UNAUTHORIZED", "answer_challenge", "check_credentials"]

#: The answer that asks for credentials.
UNAUTHORIZED = 401

#: RFC 7617, section 2, and what UTF-8 cannot write.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def check_credentials(username: str, password: str) -> Credentials | None:
    """Return what was given as a record; None when both are empty.

    :raises InvalidParameter: 87, one of them is no text, holds a control character, or
        there is a colon in the user name, which ends it on the wire.
    """
    for what, text in (("user name", username), ("password", password)):
        # Neither is shown: many a password was typed into the wrong place.
        if not isinstance(text, str):
            msg = f"a {what} is text"
            raise InvalidParameter(msg)
        if _UNSAFE.search(text) is not None:
            msg = f"the {what} holds a control character"
            raise InvalidParameter(msg)
    if ":" in username:
        msg = "a user name must not hold a colon: the server would cut it there"
        raise InvalidParameter(msg)
    return Credentials(username, password) if username or password else None


def answer_challenge(order: Order, head: Head) -> Order | None:
    """Tell how to meet the challenge of a 401.

    :returns: the order to send next; None when the 401 is the final answer: nothing
        is known to answer with, INTERNET_FLAG_NO_AUTH, the program sends an
        Authorization field of its own, credentials were sent already, the body cannot
        be sent again, or no scheme is offered that we speak.  Of several the first
        one is taken, not the strongest, as WinINet does.
    :source: RFC 9110, section 11.6.
    """
    if (
        order.credentials is None
        or order.authorization
        or order.flags & Flag.NO_AUTH
        or not order.again
        or order.has_field(b"authorization")
    ):
        return None
    values = [v for n, v in head.fields if n.lower() == b"www-authenticate"]
    for challenge in read_challenges(values):
        scheme = _SCHEMES.get(challenge.scheme)
        if scheme is not None:
            return order.but(authorization=scheme(order.credentials, challenge))
    return None


def _basic(credentials: Credentials, _challenge: Challenge) -> bytes:
    """Answer as RFC 7617 has it; always in UTF-8, the only charset it can ask for."""
    pair = f"{credentials.username}:{credentials.password}".encode()
    return b"Basic " + b64encode(pair)


#: Makes the Authorization field's value, for each scheme that we speak.
_SCHEMES: dict[bytes, Callable[[Credentials, Challenge], bytes]] = {b"basic": _basic}
