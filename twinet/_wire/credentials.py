"""User names and passwords as programs give them: what can be sent at all."""

from __future__ import annotations

import re

from twinet.errors import InvalidParameter
from twinet.records import Credentials

__all__ = ["check_credentials"]

#: RFC 7617, section 2, and what UTF-8 cannot write; but bytes that came in as half
#: surrogates go out as they were (PEP 383): a server may want Latin-1.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udc7f\udd00-\udfff]")


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
            msg = f"the {what} holds a control character or half of a surrogate pair"
            raise InvalidParameter(msg)
    if ":" in username:
        msg = "a user name must not hold a colon: the server would cut it there"
        raise InvalidParameter(msg)
    return Credentials(username, password) if username or password else None
