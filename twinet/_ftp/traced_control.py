"""The traced control connection: it tells what goes over it.

Nothing else in the room knows of a trace, and a session without one has plain control
connections.  Passwords are never shown, whatever the trace may show of HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.control import Control
from twinet._wire.ftp_command import secrets_of, shown_command
from twinet.trace import TraceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet._net.tracing import LineTracing
    from twinet.errors import InternetError
    from twinet.ftp import FtpReply

__all__ = ["TracedControl"]


class TracedControl(Control):
    """A control connection of a session that is traced."""

    trace: LineTracing
    #: what the last command said that is shown to nobody.
    _secrets: Sequence[bytes] = ()

    def send(self, line: bytes) -> None:
        """Tell, and send."""
        shown = shown_command(line).encode("utf-8", "backslashreplace")
        self._secrets = secrets_of(line)
        self.trace.head(TraceKind.REQUEST_HEAD, [shown + b"\r\n"])
        super().send(line)

    def _take(self, reply: FtpReply) -> None:
        lines = [line + b"\r\n" for line in reply.lines]
        for secret in self._secrets:
            # Some servers repeat what they refuse.
            lines = [line.replace(secret, b"****") for line in lines]
        self.trace.head(TraceKind.ANSWER_HEAD, lines)
        super()._take(reply)

    def _end(self, error: InternetError) -> None:
        if self.over is None:
            self.trace.fact(f"Closing connection #{self.trace.number}")
        super()._end(error)
