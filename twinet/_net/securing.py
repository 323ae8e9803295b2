"""Securing: the TLS handshake on a line that stands already.

A line that was opened plain, because its peer has to be talked into TLS first, or
because its peer begins TLS late, gets a layer between itself and its transport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twinet import errors
from twinet._net.tls_layer import TlsLayer
from twinet._net.translate import translate

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.deadlines import Deadlines
    from twinet._net.line import Line
    from twinet._net.tls import TlsCreator

__all__ = ["Securing"]


class Securing:
    """One handshake on one line; the line's opener until it is done.

    :param limit: how long it may take (seconds).
    """

    deadline: float | None = None

    def __init__(
        self,
        line: Line,
        creator: TlsCreator,
        deadlines: Deadlines,
        limit: float | None,
    ) -> None:
        self._line = line
        self._creator = creator
        self._deadlines = deadlines
        self._limit = limit
        self._refusal: Exception | None = None
        self._done: Deferred[None] = Deferred(self._cancelled)

    def start(self) -> Deferred[None]:
        """Begin; fires when the line is encrypted.

        After a failure the line is closed, and hears of its end.

        :raises CertificateFault: what is wrong with the server's certificate.
        :raises SecurityChannelError: 12157, there was no handshake.
        :raises Timeout: 12002, it took too long.
        """
        line = self._line
        transport: Any = line.transport
        through = isinstance(transport, TlsLayer)
        if not (through or hasattr(transport, "protocol")):
            msg = (
                "TLS cannot be started on the transport of this endpoint "
                f"({type(transport).__name__})"
            )
            self._end(errors.InvalidOperation(msg))
            return self._done
        line.opener = self
        line.tls = True
        line.trace.securing(self._creator)
        self._deadlines.limit(self, self._limit)
        layer = TlsLayer(line, self._creator, self._refused)
        if through:
            # That with a proxy, which stays below this one.
            transport.hand_on(layer)
        else:
            transport.protocol = layer
        layer.makeConnection(transport)
        return self._done

    def expired(self) -> None:
        """End: the limit ran out."""
        self._end(
            errors.Timeout(
                f"the TLS handshake with {self._line.address} took longer than the "
                f"limit 'tls' of {self._limit:g} seconds; try again, or raise the limit"
            )
        )

    # -- the line tells these

    def tcp_connected(self, line: Line) -> None:  # noqa: ARG002
        """Take note that the layer is in its place."""
        if self._refusal is not None:
            self._end(translate(self._refusal, "setting up TLS"))

    def tls_ready(self, line: Line) -> None:  # noqa: ARG002
        """Hand the line back."""
        self._line.trace.secured(self._creator)
        self._end(None)

    def tcp_lost(self, line: Line, reason: Failure) -> None:
        """End: the connection was lost in the handshake."""
        line.trace.insecure(self._creator)
        line.opener = None
        line.lost(reason)
        self._end(self._creator.explain(reason))

    # -- inside

    def _refused(self, fault: Exception) -> None:
        # tcp_connected() comes next and ends it
        self._refusal = fault

    def _cancelled(self, _: object) -> None:
        self._end(errors.OperationCancelled("cancelled"))

    def _end(self, error: errors.InternetError | None) -> None:
        done, line = self._done, self._line
        self._deadlines.clear(self)
        line.opener = None
        if done.called:
            return
        if error is None:
            done.callback(None)
        else:
            line.abort()
            done.errback(error)
