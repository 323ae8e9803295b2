"""OpenSSL contexts: what connections with the same trust and the same face share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from OpenSSL import SSL
from twisted.logger import Logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.trust import TrustRoots

__all__ = ["context_for"]

_log = Logger()

# Contexts are dear (each reads the trust roots), so they are kept as long as the roots
# live; what else differs between policies is set on each connection.
_contexts: WeakKeyDictionary[
    TrustRoots, dict[ClientCertificate | None, SSL.Context]
] = WeakKeyDictionary()
_MOST_CONTEXTS: Final = 32


def context_for(
    roots: TrustRoots, certificate: ClientCertificate | None
) -> SSL.Context:
    """Return the context of trust roots and client certificate, made once.

    :raises InvalidParameter: (87) one of them is unusable.
    """
    made = _contexts.setdefault(roots, {})
    context = made.get(certificate)
    if context is None:
        context = _make_context(roots, certificate)
        while len(made) >= _MOST_CONTEXTS:
            del made[next(iter(made))]
        made[certificate] = context
    return context


def _make_context(
    roots: TrustRoots, certificate: ClientCertificate | None
) -> SSL.Context:
    """Make a client context: TLS 1.2 and up, verifying, nothing resumed."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET
    )
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    # Each connection sets its own callback; one without would be verified all the same.
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    roots.install(context)
    if certificate is not None:
        certificate.install(context)
    # Read here and not on import: a program may set it for itself.
    path = "" if sys.flags.ignore_environment else os.environ.get("SSLKEYLOGFILE", "")
    if path:
        context.set_keylog_callback(_key_log(Path(path)))
    return context


def _key_log(path: Path) -> Callable[[SSL.Connection, bytes], None]:
    """Return a callback that appends to a key log (for Wireshark and its like).

    A file that cannot be written is told once to the log; it is no reason to fail.
    """
    complained = False

    def write(connection: SSL.Connection, line: bytes) -> None:
        nonlocal complained
        del connection
        try:
            # Only the owner may read what decrypts the traffic.
            mode = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            descriptor = os.open(path, mode, 0o600)
            try:
                os.write(descriptor, line + b"\n")
            finally:
                os.close(descriptor)
        except OSError as error:
            if not complained:
                complained = True
                _log.warn(
                    "SSLKEYLOGFILE: keys cannot be written to {path}: {error}",
                    path=str(path),
                    error=error,
                )

    return write
