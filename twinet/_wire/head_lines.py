"""The lines of a message head, as they may be shown to a person.

What a server sends may steer a terminal or hold a secret, and what we send holds our
own.  So a line is shown without either: control characters become escapes, a long
line is cut, and the values of the fields that carry a secret are left out.
"""

from __future__ import annotations

import re

from twinet._wire.secret_field import carries_secret

__all__ = ["harmless", "head_lines", "readable", "without_secrets"]

#: The longest line that is shown in full (characters; our own choice).
LONGEST = 2000
REDACTED = b"[redacted]"

#: Fields with a scheme before the secret (RFC 9110, sections 11.6.2 and 11.7.2).
_CREDENTIALS = frozenset((b"authorization", b"proxy-authorization"))
#: What is known to be a scheme, and so no part of a secret: those registered with
#: IANA, and a few that are in use all the same.
_SCHEMES = frozenset(
    b"apikey aws4-hmac-sha256 basic bearer concealed digest dpop gnap hoba mutual "
    b"negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256 token vapid".split()
)
#: RFC 9110, section 5.1; a bad server may put blanks behind it.
_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+[ \t]*")
#: The user name and the password in a URL, which may stand in any field.  The last @
#: ends them: not everybody encodes one in a password.
_USERINFO = re.compile(rb"(?<=//)[^\s/?#]*@")


def head_lines(raw: bytes) -> list[bytes]:
    """Split a head into its lines, each with its line end."""
    lines = raw.split(b"\n")
    last = lines.pop()
    lines = [line + b"\n" for line in lines]
    return [*lines, last] if last else lines


def without_secrets(lines: list[bytes]) -> list[bytes]:
    """Return the lines of one head with what is secret in them left out.

    A folded line belongs to the field before it (RFC 9112, section 5.2), and what is
    no field may be the rest of a value that was broken in two.
    """
    shown = []
    secret = False
    for line in lines:
        text = line.rstrip(b"\r\n")
        end = line[len(text) :]
        name, colon, value = text.partition(b":")
        if secret and text and not (colon and _NAME.fullmatch(name)):
            blank = text[:1] if text[:1] in (b" ", b"\t") else b""
            shown.append(blank + REDACTED + end)
            continue
        key = name.strip().lower()
        # A status line may have a colon too, but no field has a blank in its name.
        secret = bool(colon) and b" " not in key and carries_secret(key)
        if secret:
            value = value.strip()
            hidden = b""
            if value:
                hidden = b" " + (_scheme(value) if key in _CREDENTIALS else b"")
                hidden += REDACTED
            shown.append(name + colon + hidden + end)
        else:
            shown.append(_USERINFO.sub(REDACTED + b"@", line))
    return shown


def readable(raw: bytes) -> str:
    """Return a line of bytes as :func:`harmless` text.

    UTF-8 is read; other bytes are shown as escapes.
    """
    return harmless(raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace"))


def harmless(text: str) -> str:
    """Return text as one line with nothing in it that steers a terminal.

    Control characters and marks that turn the direction of text are shown as escapes.
    A long line is cut, and its length told.
    """
    size = len(text)
    shown = text[:LONGEST]
    if not shown.isprintable():
        shown = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode()
            for char in shown
        )
    return shown if size <= LONGEST else f"{shown} [... {size} characters]"


def _scheme(value: bytes) -> bytes:
    """Return the scheme of credentials and a blank, if it is certain to be one."""
    scheme, blank, rest = value.partition(b" ")
    return scheme + blank if rest and scheme.lower() in _SCHEMES else b""
