"""The fields of a request that rule its framing and its connection.

Callers may give them.  They are sent as given where they say what is done in any case,
or what can be done: the length that the body really has, ``Connection: close``,
``TE: trailers``.  Anything else would make two messages of one, or ask for what nobody
here would understand, and is refused in words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from twinet._wire.http_request import FieldLines

__all__ = [
    "FRAMING",
    "SPECIAL",
    "asks_to_close",
    "check_special",
    "check_together",
    "given_length",
    "proxy_closes",
]

_LENGTH = b"content-length"
_CODING = b"transfer-encoding"
_CONNECTION = b"connection"
#: Its values in a raw head: to take the fields apart costs ten times as much.
_PROXY_CONNECTION = re.compile(rb"\nproxy-connection:([^\n]*)", re.IGNORECASE).findall
#: The fields that frame a body: when the caller gives one, ours is left out.
FRAMING = frozenset((_LENGTH, _CODING))
#: The fields whose values are looked at.
SPECIAL = FRAMING | {_CONNECTION, b"upgrade", b"te"}
#: The fields of which a request has one at most.
_ONCE = FRAMING | {b"host"}
#: What :func:`check_together` looks at.
_TOGETHER = SPECIAL | {b"host"}
#: Up to 10**18 - 1: what every server can count.
_DIGITS = re.compile(rb"0*([0-9]{1,18})").fullmatch


def check_special(key: bytes, value: bytes) -> None:
    """Check one of the :data:`SPECIAL` fields by itself.

    :param key: its name in lower case.
    :raises InvalidParameter: 87, it says what cannot be done.
    """
    if key == _LENGTH:
        if _DIGITS(value) is None:
            msg = (
                "the header field Content-Length holds no number of bytes; leave it "
                "out, the library knows the length of the body"
            )
            raise InvalidParameter(msg)
    elif key == _CODING:
        if value.lower() != b"chunked":
            msg = (
                "the header field Transfer-Encoding asks for more than chunked, which "
                "is the only coding there is here; leave it out"
            )
            raise InvalidParameter(msg)
    elif key == b"te":
        if value.lower() not in {b"trailers", b""}:
            msg = (
                "the header field TE asks for a coding that is not spoken here; "
                "it may say 'trailers'"
            )
            raise InvalidParameter(msg)
    elif key == b"upgrade" or b"upgrade" in _tokens(value):
        name = key.decode("ascii").capitalize()
        msg = (
            f"the header field {name} asks for another protocol, and only HTTP/1.1 is "
            "spoken here; leave it out (for WebSocket there is twisted.web.websocket)"
        )
        raise InvalidParameter(msg)


def check_together(fields: FieldLines, length: int | None) -> None:
    """Check that a request's fields fit each other and its body.

    :param length: of the body, in bytes; ``None`` when it goes out in chunks.
    :raises InvalidParameter: 87, they do not; what to do is said.
    """
    given: dict[bytes, bytes] = {}
    for name, value in fields:
        key = name.lower()
        if key in _TOGETHER:
            if key in SPECIAL:
                # Once more: values may have been joined since they were given.
                check_special(key, value)
            if key in given and key in _ONCE:
                msg = f"there are two header fields {name.decode('latin-1')}; leave one"
                raise InvalidParameter(msg)
            given[key] = value
    if _LENGTH in given:
        announced = int(given[_LENGTH])
        if length is None:
            msg = (
                f"Content-Length is {announced}, and how long the body will be is not "
                "known; leave it out, or give a body of a known length"
            )
            raise InvalidParameter(msg)
        if announced != length:
            msg = (
                f"Content-Length is {announced}, and the body has {length} bytes; "
                "leave it out, the library knows the length"
            )
            raise InvalidParameter(msg)
    if _CODING in given and length is not None:
        msg = (
            "Transfer-Encoding is chunked, and the body is of a known length; leave "
            "it out, or call start() without a length and write() what goes into the "
            "chunks"
        )
        raise InvalidParameter(msg)


def given_length(fields: FieldLines) -> int | None:
    """Return the length of the body that the caller's own field announces."""
    for name, value in fields:
        if name.lower() == _LENGTH and _DIGITS(value) is not None:
            return int(value)
    return None


def asks_to_close(fields: FieldLines) -> bool:
    """Tell whether the connection is to be closed after the answer (RFC 9112, 9.6)."""
    # No any(...): a generator costs three times as much, for each request with fields.
    for name, value in fields:
        if name.lower() == _CONNECTION and b"close" in _tokens(value):
            return True
    return False


def proxy_closes(head: bytes) -> bool:
    """Tell whether an old proxy closes, by the field that was theirs.

    What else it says counts for nothing: keeping needs the word of ``Connection``.

    :param head: the raw head of an answer.
    :source: RFC 9112, appendix C.2.2.
    """
    return any(b"close" in _tokens(value) for value in _PROXY_CONNECTION(head))


def _tokens(value: bytes) -> set[bytes]:
    return {token.strip(b" \t\r") for token in value.lower().split(b",")}
