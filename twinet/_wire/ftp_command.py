"""Commands to an FTP server (RFC 959, section 5.3): text to a line of bytes.

This is the one place where a command is made, and so the one that keeps what a user
named from becoming a second command: CR, LF and NUL cannot be in a line (RFC 959,
section 5.3.1), in no name and no password.

The byte 255 is sent as it is.  By Telnet (RFC 854) it would have to be doubled, but of
the servers that are met only ProFTPD undoes that, and it takes a single one as well;
the others would look for a name with two of them.
"""

from __future__ import annotations

import re

from twinet._wire.ftp_name import encode_name
from twinet.errors import InvalidParameter

__all__ = ["command", "command_line", "secrets_of", "shown_command"]

_VERB = re.compile(r"[A-Za-z]{1,16}")
_FORBIDDEN = re.compile(r"[\r\n\x00]")
_WORDS = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}
#: Commands whose argument is a secret.
_SECRET = frozenset((b"PASS", b"ACCT", b"ADAT"))
#: Servers' own commands that change a password.
_SITE_SECRET = frozenset((b"PSWD", b"CPWD", b"PASS", b"PASSWD", b"CHPASS", b"CHPW"))
#: What would move a terminal's cursor, or worse.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def command(verb: str, argument: str = "", encoding: str = "utf-8") -> bytes:
    """Return a command, its CR LF included.

    :param verb: such as ``"RETR"``; letters only.
    :param argument: what follows it after a blank; nothing follows when it is empty.
        Blanks at its ends stay.
    :param encoding: of the argument; surrogate escapes become the bytes they stand for.
    :raises InvalidParameter: 87, it cannot be said in one line, or not in this
        encoding; the argument is not shown, as it may be a password.
    """
    if _VERB.fullmatch(verb) is None:
        raise InvalidParameter(f"an FTP command is a word of letters, not {verb!r:.40}")
    line = encode_name(_one_line(verb, argument), encoding)
    return b"%b %b\r\n" % (verb.encode(), line) if line else _bare(verb)


def command_line(text: str, encoding: str = "utf-8") -> bytes:
    """Return a command that somebody wrote as a whole, its CR LF included.

    :param text: verb, blank and argument; blanks before the verb are left out.
    :raises InvalidParameter: 87, as for :func:`command`.
    :source: FtpCommand.
    """
    verb, _, argument = text.lstrip(" ").partition(" ")
    return command(verb, argument, encoding)


def shown_command(line: bytes) -> str:
    """Return a command as a trace may show it: no secret, no control character."""
    verb, blank, argument = line.rstrip(b"\r\n").partition(b" ")
    if verb.upper() == b"SITE":
        word, between, rest = argument.lstrip(b" ").partition(b" ")
        if word.upper() in _SITE_SECRET:
            argument = word + between + (b"****" if rest else b"")
    elif verb.upper() in _SECRET:
        argument = b"****" if argument else b""
    text = (verb + blank + argument).decode("utf-8", "backslashreplace")
    return text.translate(_CONTROLS)


def secrets_of(line: bytes) -> list[bytes]:
    """Return what a trace may not show of a command."""
    verb, _, argument = line.rstrip(b"\r\n").partition(b" ")
    if verb.upper() == b"SITE":
        word, *rest = argument.split() or [b""]
        return rest if word.upper() in _SITE_SECRET else []
    return [argument] if argument and verb.upper() in _SECRET else []


def _bare(verb: str) -> bytes:
    return b"%b\r\n" % verb.encode()


def _one_line(verb: str, argument: str) -> str:
    if (found := _FORBIDDEN.search(argument)) is not None:
        msg = (
            f"what {verb.upper()} is to be given has {_WORDS[found[0]]} at "
            f"{found.start()}, which would end the command; FTP cannot say it"
        )
        raise InvalidParameter(msg)
    return argument
