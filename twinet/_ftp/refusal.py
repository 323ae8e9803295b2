"""What a reply means that is not the one that was hoped for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.ftp_reply import readable
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    ExtendedError,
    FtpNoPassiveMode,
    LoginFailure,
)

if TYPE_CHECKING:
    from twinet.errors import InternetError
    from twinet.ftp import FtpReply

__all__ = ["NOT_LOGGED_IN", "SERVICE_CLOSES", "refusal", "unknown", "words_of"]

#: The server closes the control connection (RFC 959, section 4.2.1).
SERVICE_CLOSES = 421
NOT_LOGGED_IN = 530
#: A command, or its argument, is not known or not implemented (the same).
_UNKNOWN = frozenset((500, 501, 502, 503, 504, 522))

_KINDS: dict[int, type[InternetError]] = {
    425: CannotConnect,
    426: ConnectionAborted,
    NOT_LOGGED_IN: LoginFailure,
}
_PASSIVE = frozenset(("PASV", "EPSV"))


def words_of(reply: FtpReply) -> str:
    """Return a reply in the server's own words, each line with its code."""
    return readable(b"\n".join(reply.lines))


def unknown(reply: FtpReply) -> bool:
    """Tell whether the server does not do such a thing at all."""
    return reply.code in _UNKNOWN


def refusal(what: str, reply: FtpReply) -> InternetError:
    """Return the error that a reply comes to; it has the server's words.

    :param what: the command as it may be shown.
    :source: measured: 425 is 12029, 426 is 12030, 530 is 12015, the rest 12003.
    """
    usual = FtpNoPassiveMode if what in _PASSIVE else ExtendedError
    kind = _KINDS.get(reply.code, usual)
    words = words_of(reply)
    first, _, more = words.partition("\n")
    return kind(
        f"the server answered {what} with {first}{' ...' if more else ''}",
        server_text=words,
    )
