"""What transfers share, either way: how they begin, and how they are given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.data import prepare
from twinet._ftp.refusal import refusal
from twinet._wire.ftp_command import shown_command

if TYPE_CHECKING:
    from twinet._ftp.data_line import DataLine
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet.ftp import FtpReply

__all__ = ["ABORT", "abandon", "begin"]

#: How long a server may take to end a transfer that is given up (seconds; our own).
ABORT = 10.0
#: How long after its first reply to ABOR a second one is waited for (seconds; our own).
GRACE = 1.0


async def begin(
    login: Login, operation: Operation, line: bytes, offset: int = 0
) -> tuple[DataLine, FtpReply]:
    """Have a transfer begun; return its data connection, and the server's word.

    :param line: the command that transfers.
    :param offset: from which byte on; the command is only sent when the server has
        agreed to it, as it would transfer from byte 0.
    :raises InternetError: it was not begun, and nothing is left of it.
    """
    data = await prepare(login, operation)
    asked = False
    try:
        if offset:
            rest = login.line("REST", str(offset))
            await login.require(operation, rest, more=True)
        asked = True
        reply = await login.ask(operation, line, preliminary=True)
        # Some servers have nothing to send, and say that they are done at once.
        if not reply.preliminary and not reply.completed:
            raise refusal(shown_command(line), reply)  # noqa: TRY301  the data go below
        return await data.ready(operation), reply
    except Exception:
        data.forget()
        if asked:
            await abandon(login)
        raise


async def abandon(login: Login) -> None:
    """Have the server end a transfer, if it has not; it owes nothing any more then.

    The data connection must be closed already.
    """
    control = login.control
    if control.owes:
        control.send(b"ABOR\r\n")
        await control.settle_aborted(ABORT, GRACE)
    else:
        await control.settle(ABORT)
