"""What the command line says, and the number it ends with."""

from __future__ import annotations

import sys
import unicodedata
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Exit(IntEnum):
    """The exit codes.  They are stable; scripts may rely on them (our own)."""

    WELL = 0
    FAILED = 1
    USAGE = 2
    CONNECT = 3
    TIME = 4
    STATUS = 5
    CERTIFICATE = 6
    LOCAL = 7
    INTERRUPTED = 130
    PIPE = 141
    TERMINATED = 143


class Trouble(Exception):  # noqa: N818  not an error of the program
    """Something that a person is told in one line, without a traceback.

    :ivar code: what the program ends with.
    """

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


class Refused(Trouble):
    """The daemon understood a request and refused it; others may go well.

    :ivar status: the status of its answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, Exit.STATUS)
        self.status = status


def exit_code(error: BaseException) -> Exit:
    """Return the exit code for what went wrong.

    :source: our own, in the manner of curl: what a script may want to tell apart.
    """
    from twinet import errors  # noqa: PLC0415  --help does without

    if isinstance(error, errors.GopherDataError) and error.server_text:
        # The words of a refusal are Gopher's status.
        return Exit.STATUS
    families: list[tuple[Exit, tuple[type[BaseException], ...]]] = [
        (
            Exit.STATUS,
            # Replies of FTP are statuses as well; a SOCKS proxy has none for its own.
            (errors.ExtendedError, errors.LoginFailure, errors.IncorrectPassword),
        ),
        (Exit.TIME, (errors.Timeout,)),
        # A handshake that fails has no certificate to blame, but the same cure.
        (
            Exit.CERTIFICATE,
            (
                errors.CertificateFault,
                errors.SecurityChannelError,
                errors.SecureFailureProxy,
                errors.ClientAuthCertNeededProxy,
            ),
        ),
        (
            Exit.CONNECT,
            (
                errors.NameNotResolved,
                errors.CannotConnect,
                errors.InvalidProxyRequest,
            ),
        ),
        (Exit.USAGE, (errors.InvalidUrl, errors.UnrecognizedScheme)),
        (
            Exit.LOCAL,
            (
                errors.FileExists,
                errors.FileNotFound,
                errors.AccessDenied,
                errors.UnableToCacheFile,
            ),
        ),
        # Before OSError, which some of them are as well.
        (Exit.FAILED, (errors.InternetError,)),
        (Exit.LOCAL, (OSError,)),
    ]
    if isinstance(error, Trouble):
        return error.code
    if isinstance(error, errors.ExtendedError) and error.server_text:
        # An FTP server has refused; it has words, and no status.
        return Exit.STATUS
    for code, kinds in families:
        if isinstance(error, kinds):
            return code
    return Exit.FAILED


def printable(text: str) -> str:
    """Return the text with nothing in it that could steer a terminal.

    Names and messages come from servers: escape sequences, line ends and marks that
    turn the direction of text are shown as escapes.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or unicodedata.category(char) == "Zs"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def say(line: str) -> None:
    """Write a line to standard output, at once: it may be a pipe that is waited on."""
    say_all([line])


def say_all(lines: Iterable[str]) -> None:
    """Write lines to standard output, together."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def complain(message: str) -> None:
    """Write a line about a trouble to standard error."""
    sys.stderr.write(f"inetfetch: {printable(message)}\n")
    sys.stderr.flush()


def size_words(size: int | None) -> str:
    """Return a size as a person reads it: ``999 B``, ``1.2 kB``, ``34.5 MB``."""
    if size is None:
        return "?"
    if size < 1000:  # noqa: PLR2004  the units are powers of it
        return f"{size} B"
    number = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        number /= 1000
        # 999.96 would be shown as 1000.0.
        if number < 999.95:  # noqa: PLR2004
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} PB"
