"""Resuming: a second connection to a server that was verified on a first one.

Servers of FTP that want proof that both connections come from one client have it by the
TLS session: the second handshake resumes that of the first (vsftpd's
``require_ssl_reuse``).  It then shows no certificate, since only who shook hands in the
first one knows the session's secret; and the first one was verified.

A server that does not resume shows its certificate, which is verified as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._net.tls import TlsCreator

if TYPE_CHECKING:
    from twinet._net.tls import GuardedConnection, TlsPolicy

__all__ = ["ResumingCreator"]


class ResumingCreator(TlsCreator):
    """Makes connections that offer to resume the session of an earlier one.

    :param first: made the connection whose session is offered; of the same policy and
        host, and its handshake is done.
    """

    def __init__(self, policy: TlsPolicy, host: str, first: TlsCreator) -> None:
        super().__init__(policy, host)
        self._first = first

    def clientConnectionForTLS(  # noqa: N802  Twisted's name
        self,
        tlsProtocol: object,  # noqa: N803  Twisted's name
    ) -> GuardedConnection:
        """Make the connection; called by what speaks TLS over it."""
        connection = super().clientConnectionForTLS(tlsProtocol)
        first = self._first.connection
        if first is not None:
            connection.resume(first)
        return connection
