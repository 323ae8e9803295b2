"""The challenges of a 401: which schemes of authentication a server offers.

Sans-IO and without state.  The grammar (RFC 9110 11.6.1) puts the comma between
challenges and between the parameters of one challenge alike, so what follows a comma
is told apart by what comes behind it: ``name =`` goes on with the challenge, anything
else begins another.

A challenge that breaks the grammar is skipped, and reading goes on behind the next
comma, outside quotes; a parameter found there belongs to the broken one and is skipped
with it.  So a server that offers one scheme badly can still offer another well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Challenge", "read_challenges", "read_parameters"]

#: More than any honest server sends (our own choice).
_MOST_CHALLENGES = 16
_MOST_PARAMETERS = 32

_BETWEEN = re.compile(rb"[ \t,]*")
#: RFC 9110 5.6.2.
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
#: RFC 9110 11.2; what follows tells it from the beginning of a parameter.
_TOKEN68 = re.compile(rb"[ \t]+([-._~+/0-9A-Za-z]+=*)[ \t]*(?=,|\Z)")
_EQUALS = re.compile(rb"[ \t]*=[ \t]*")
#: RFC 9110 5.6.4; bytes outside ASCII are taken as they are.
_QUOTED = re.compile(rb'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~\x80-\xff])*+)"')
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_SPACE = re.compile(rb"[ \t]+")
#: What lies before the next comma; a quote that does not end takes all of the rest.
_TO_COMMA = re.compile(rb'(?:[^",]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z))*+', re.DOTALL)
_ENDED = re.compile(rb"[ \t]*(?=,|\Z)")


class Challenge:
    """One scheme that a server offers, with what it says about it.

    :ivar scheme: the scheme in lower case
    :ivar token: the token68 that some schemes have in place of parameters, else empty
    :ivar parameters: by their names in lower case, as bytes, without their quotes
    """

    __slots__ = ("parameters", "scheme", "token")

    def __init__(
        self, scheme: bytes, token: bytes, parameters: dict[bytes, bytes]
    ) -> None:
        self.scheme = scheme
        self.token = token
        self.parameters = parameters

    def __repr__(self) -> str:
        # What stands in a token may be worth keeping to oneself.
        return f"<Challenge {self.scheme.decode('latin-1')}>"


def read_challenges(values: Iterable[bytes]) -> list[Challenge]:
    """Read the challenges of an answer, in order.

    :param values: of each WWW-Authenticate (or Proxy-Authenticate) field.
    :returns: those that keep to the grammar, 16 at most.
    """
    found: list[Challenge] = []
    for value in values:
        for challenge in _read(value):
            if len(found) == _MOST_CHALLENGES:
                return found
            found.append(challenge)
    return found


def read_parameters(value: bytes) -> dict[bytes, bytes] | None:
    """Read a list of parameters alone, as in Authentication-Info (RFC 7615).

    :returns: by their names in lower case; None when it breaks the grammar.
    """
    found = Challenge(b"", b"", {})
    place = _end(_BETWEEN, value, 0)
    while place < len(value):
        parameter = _parameter(value, place)
        if parameter is None or not _add(found, *parameter[:2]):
            return None
        place = _end(_BETWEEN, value, parameter[2])
    return found.parameters


def _read(value: bytes) -> Iterator[Challenge]:
    """Read one field's value."""
    present: Challenge | None = None
    place = 0
    while True:
        place = _end(_BETWEEN, value, place)
        if place == len(value):
            break
        parameter = _parameter(value, place)
        if parameter is not None:
            name, content, place = parameter
            if present is not None and not _add(present, name, content):
                present = None
            continue
        scheme = _TOKEN.match(value, place)
        if present is not None:
            yield present
            present = None
        if scheme is not None:
            present, place = _begin(value, scheme)
        if present is None:
            place = _end(_TO_COMMA, value, place)
    if present is not None:
        yield present


def _begin(value: bytes, scheme: re.Match[bytes]) -> tuple[Challenge | None, int]:
    """Read a scheme and what follows it directly; None when that is broken."""
    place = scheme.end()
    challenge = Challenge(scheme[0].lower(), b"", {})
    if _ENDED.match(value, place) is not None:
        return challenge, place
    token = _TOKEN68.match(value, place)
    if token is not None:
        challenge.token = token[1]
        return challenge, token.end()
    space = _SPACE.match(value, place)
    parameter = None if space is None else _parameter(value, space.end())
    if parameter is None:
        return None, place
    name, content, place = parameter
    return (challenge if _add(challenge, name, content) else None), place


def _parameter(value: bytes, place: int) -> tuple[bytes, bytes | None, int] | None:
    """Read a parameter: its name, its content, and where it ends.

    :returns: None when there is none; the content is None when it is broken, and the
        place is then that of the next comma.
    """
    name = _TOKEN.match(value, place)
    equals = None if name is None else _EQUALS.match(value, name.end())
    if name is None or equals is None:
        return None
    place = equals.end()
    key = name[0].lower()
    quoted = _QUOTED.match(value, place)
    found = _TOKEN.match(value, place) if quoted is None else quoted
    if found is None or _ENDED.match(value, found.end()) is None:
        return key, None, _end(_TO_COMMA, value, place)
    if quoted is None:
        return key, found[0], found.end()
    return key, _ESCAPE.sub(rb"\1", quoted[1]), found.end()


def _add(challenge: Challenge, name: bytes, content: bytes | None) -> bool:
    """Add a parameter; False when the challenge is broken by it."""
    known = challenge.parameters
    if (
        content is None
        or challenge.token
        or name in known
        or len(known) == _MOST_PARAMETERS
    ):
        return False
    known[name] = content
    return True


def _end(pattern: re.Pattern[bytes], value: bytes, place: int) -> int:
    match = pattern.match(value, place)
    assert match is not None, "the pattern takes nothing, if there is nothing"
    return match.end()
