"""The bytes of an HTTP/1.1 request head (RFC 9112, sections 2 and 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinet._wire.framing_fields import FRAMING, SPECIAL, check_special
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "FieldLines",
    "check_field",
    "check_fields",
    "check_name",
    "check_verb",
    "render_head",
]

FieldLines = tuple[tuple[bytes, bytes], ...]

#: Verbs that need no check, as nearly all requests have one of them.
_USUAL = {verb: verb.encode("ascii") for verb in ("GET", "HEAD", "POST", "PUT")}
#: RFC 9110, section 5.6.2.
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
#: What must never stand in a value: CR, LF and NUL would make another request of it.
_UNSAFE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
#: The fields that are added where the program gives none.
_ADDED = FRAMING | {b"host", b"user-agent", b"accept"}
#: What a message shows of a verb or a name that cannot be.
_SHOWN = 32


def check_verb(verb: str | bytes) -> bytes:
    """Return the verb as bytes, exactly as given; verbs are told apart by case.

    :raises InvalidParameter: 87, it is not a token, or CONNECT.
    """
    usual = _USUAL.get(verb) if type(verb) is str else None
    if usual is not None:
        return usual
    if not isinstance(verb, str | bytes):
        msg = f"a verb is text, such as GET; not {type(verb).__name__}"
        raise InvalidParameter(msg)
    raw = verb.encode("latin-1", "replace") if isinstance(verb, str) else verb
    if _TOKEN.match(raw) is None:
        msg = f"{verb[:_SHOWN]!r} is no HTTP verb; use letters, such as GET"
        raise InvalidParameter(msg)
    if raw == b"CONNECT":
        msg = (
            "CONNECT asks for a tunnel through a proxy, for which a request handle has "
            "no place; connect to the server itself"
        )
        raise InvalidParameter(msg)
    return raw


def check_fields(
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
) -> FieldLines:
    """Return header fields as raw lines, in the order given.

    Text is encoded as Latin-1 where it fits and as UTF-8 where not.

    :raises InvalidParameter: 87, a name is no token, a value holds a control
        character (CR and LF would smuggle in lines), or the field says of framing
        what cannot be (:mod:`twinet._wire.framing_fields`).
    """
    if not headers:
        return ()
    pairs = headers if type(headers) is list else _pairs(headers)
    lines = []
    for pair in pairs:
        try:
            name, value = pair
        except (TypeError, ValueError):
            # Not shown: one of them may be a token or a cookie.
            msg = "header fields are pairs of name and value; one of them is no pair"
            raise InvalidParameter(msg) from None
        lines.append(check_field(name, value))
    return tuple(lines)


def _pairs(
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
) -> Iterable[tuple[str | bytes, str | bytes]]:
    """Return what can be gone through; whether it holds pairs is seen then."""
    pairs = headers.items() if hasattr(headers, "items") else headers
    if isinstance(pairs, str | bytes) or not hasattr(pairs, "__iter__"):
        kind = type(headers).__name__
        msg = f"header fields are a mapping or pairs of name and value, not {kind}"
        raise InvalidParameter(msg)
    return pairs


def check_field(name: str | bytes, value: str | bytes) -> tuple[bytes, bytes]:
    """Return one header field as a raw line.

    :raises InvalidParameter: 87, as :func:`check_fields`.
    """
    if type(name) is bytes and _TOKEN.match(name) is not None:
        raw_name = name
    else:
        raw_name = check_name(name)
    raw_value = _bytes(value, name).strip(b" \t")
    if _UNSAFE.search(raw_value) is not None:
        # The value is not shown: it may be a token or a cookie.
        msg = f"the value of the header field {name!r} holds a control character"
        raise InvalidParameter(msg)
    key = raw_name.lower()
    if key in SPECIAL:
        check_special(key, raw_value)
    return raw_name, raw_value


def check_name(name: str | bytes) -> bytes:
    """Return the name of a header field, exactly as given.

    :raises InvalidParameter: 87, it is no token (RFC 9110, section 5.1).
    """
    if not isinstance(name, str | bytes):
        msg = f"the name of a header field is text, not {type(name).__name__}"
        raise InvalidParameter(msg)
    raw = name if isinstance(name, bytes) else name.encode("latin-1", "replace")
    if _TOKEN.match(raw) is None:
        # Cut: who mixes name and value up gives a token as a name.
        msg = f"{name[:_SHOWN]!r} is no header field name (RFC 9110, section 5.1)"
        raise InvalidParameter(msg)
    return raw


def _bytes(text: str | bytes, name: str | bytes) -> bytes:
    """Encode the value of a field; its name stands in the message."""
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    except AttributeError:
        kind = type(text).__name__
        msg = f"the value of the header field {name!r} is {kind}; give text or bytes"
        raise InvalidParameter(msg) from None
    try:
        # Bytes that came in as half surrogates go out as they were (PEP 383).
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        msg = (
            f"the value of the header field {name!r} has half of a surrogate pair, "
            "which has no UTF-8 form"
        )
        raise InvalidParameter(msg) from None


def render_head(
    verb: bytes,
    target: str,
    host: str,
    agent: bytes,
    fields: FieldLines,
    framing: bytes = b"",
) -> bytes:
    """Return the head of a request, its closing blank line included.

    Host comes first (RFC 9110, section 7.2); User-Agent, Accept and the framing are
    added where the caller's fields have none.

    :param target: the request target, ASCII, already percent-encoded.
    :param host: the Host field's value.
    :param agent: the line that names the program, with its CRLF; empty for none.
    :param fields: the caller's, which fit the body
        (:func:`twinet._wire.framing_fields.check_together`).
    :param framing: the line that frames the body, with its CRLF; empty for none.
    """
    if not fields or _ADDED.isdisjoint([name.lower() for name, _ in fields]):
        # The same as below, in one step: 0.4 µs, not 1.3, for most requests.
        if fields:
            framing = b"".join([b"%b: %b\r\n" % field for field in fields]) + framing
        return b"%b %b HTTP/1.1\r\nHost: %b\r\n%bAccept: */*\r\n%b\r\n" % (
            verb,
            target.encode("ascii"),
            host.encode("ascii"),
            agent,
            framing,
        )
    given = {name.lower() for name, _ in fields}
    lines = []
    if b"host" not in given:
        lines.append(f"Host: {host}\r\n".encode("ascii"))
    if agent and b"user-agent" not in given:
        lines.append(agent)
    if b"accept" not in given:
        lines.append(b"Accept: */*\r\n")
    lines.extend(b"%b: %b\r\n" % field for field in fields)
    if framing and not FRAMING.isdisjoint(given):
        framing = b""
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (
        verb,
        target.encode("ascii"),
        b"".join(lines),
        framing,
    )
