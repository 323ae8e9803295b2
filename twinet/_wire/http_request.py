"""The bytes of an HTTP/1.1 request head (RFC 9112, sections 2 and 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FieldLines", "check_field", "check_fields", "check_verb", "render_head"]

FieldLines = tuple[tuple[bytes, bytes], ...]

#: Verbs that need no check, as nearly all requests have one of them.
_USUAL = {verb: verb.encode("ascii") for verb in ("GET", "HEAD", "POST", "PUT")}
#: RFC 9110, section 5.6.2.
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
#: What must never stand in a value: CR, LF and NUL would make another request of it.
_UNSAFE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
#: Fields that say how the message is framed, which is ours to say.
_OURS = frozenset((b"content-length", b"transfer-encoding", b"connection"))
#: ... but for the one that asks for what we do in any case.
_KEEP = (b"connection", b"keep-alive")


def check_verb(verb: str | bytes) -> bytes:
    """Return the verb as bytes, exactly as given.

    :raises InvalidParameter: 87, it is not a token.
    """
    usual = _USUAL.get(verb) if type(verb) is str else None
    if usual is not None:
        return usual
    raw = verb.encode("latin-1", "replace") if isinstance(verb, str) else verb
    if _TOKEN.match(raw) is None:
        msg = f"{verb!r} is no HTTP verb; use letters, such as GET"
        raise InvalidParameter(msg)
    return raw


def check_fields(
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
) -> FieldLines:
    """Return header fields as raw lines, in the order given.

    Text is encoded as Latin-1 where it fits and as UTF-8 where not.

    :raises InvalidParameter: 87, a name is no token, a value holds a control
        character (CR and LF would smuggle in lines), or the field is one that the
        library sets itself.
    """
    if not headers:
        return ()
    pairs = headers.items() if hasattr(headers, "items") else headers
    return tuple(check_field(name, value) for name, value in pairs)


def check_field(name: str | bytes, value: str | bytes) -> tuple[bytes, bytes]:
    """Return one header field as a raw line.

    :raises InvalidParameter: 87, as :func:`check_fields`.
    """
    raw_name, raw_value = _bytes(name), _bytes(value).strip(b" \t")
    if _TOKEN.match(raw_name) is None:
        msg = f"{name!r} is no header field name (RFC 9110, section 5.1)"
        raise InvalidParameter(msg)
    if _UNSAFE.search(raw_value) is not None:
        # The value is not shown: it may be a token or a cookie.
        msg = f"the value of the header field {name!r} holds a control character"
        raise InvalidParameter(msg)
    key = raw_name.lower()
    if key in _OURS and (key, raw_value.lower()) != _KEEP:
        msg = f"the header field {name!r} is set by the library; leave it out"
        raise InvalidParameter(msg)
    return raw_name, raw_value


def _bytes(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def render_head(
    verb: bytes,
    target: str,
    host: str,
    agent: str,
    fields: FieldLines,
    framing: bytes = b"",
) -> bytes:
    """Return the head of a request, its closing blank line included.

    Host comes first (RFC 9110, section 7.2); User-Agent and Accept are added where
    the caller's fields have none.

    :param target: the request target, ASCII, already percent-encoded.
    :param host: the Host field's value.
    :param agent: the User-Agent; empty for none.
    :param framing: the line that frames the body, with its CRLF; empty for none.
    """
    if agent and not fields:
        # The same as below, in one step: 0.5 µs, not 1.3, for most requests.
        return (
            b"%b %b HTTP/1.1\r\nHost: %b\r\nUser-Agent: %b\r\nAccept: */*\r\n%b\r\n"
        ) % (
            verb,
            target.encode("ascii"),
            host.encode("ascii"),
            agent.encode("latin-1"),
            framing,
        )
    lines = []
    given = {name.lower() for name, _ in fields} if fields else ()
    if b"host" not in given:
        lines.append(f"Host: {host}\r\n".encode("ascii"))
    if agent and b"user-agent" not in given:
        lines.append(f"User-Agent: {agent}\r\n".encode("latin-1"))
    if b"accept" not in given:
        lines.append(b"Accept: */*\r\n")
    lines.extend(b"%b: %b\r\n" % field for field in fields)
    return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (
        verb,
        target.encode("ascii"),
        b"".join(lines),
        framing,
    )
