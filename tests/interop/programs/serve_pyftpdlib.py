"""Run pyftpdlib: ROOT HOST PORT USER PASSWORD PEM CA, and then what else is wanted.

``implicit`` speaks TLS at once, ``asks`` wants a client certificate; ``most=`` is how
many connections one address is given, ``idle=`` for how long a session may do nothing
(seconds).
"""

from __future__ import annotations

import sys

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.log import config_logging
from pyftpdlib.servers import FTPServer

EVERYTHING = "elradfmwMT"


class Handler(TLS_FTPHandler):
    # any byte of a name goes out as it came in
    unicode_errors = "surrogateescape"
    auth_failed_timeout = 0


class ImplicitHandler(Handler):
    """One that speaks TLS before its greeting (pyftpdlib itself does not)."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)
        self._pbsz = self._prot = True
        super().handle()


def main() -> None:
    root, host, port, user, password, pem, ca, *more = sys.argv[1:]
    config_logging(level="DEBUG")
    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, root, EVERYTHING)
    authorizer.add_anonymous(root)
    handler = ImplicitHandler if "implicit" in more else Handler
    handler.authorizer = authorizer
    handler.certfile = pem
    if "asks" in more:
        handler.tls_control_required = handler.tls_data_required = True
        context = handler.get_ssl_context()
        context.load_verify_locations(ca)
        # or it takes no session of a client that showed a certificate
        context.set_session_id(b"pyftpdlib")
        demand = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        context.set_verify(demand, lambda *told: bool(told[-1]))
    limits = dict(each.split("=") for each in more if "=" in each)
    handler.timeout = int(limits.get("idle", "300"))
    server = FTPServer((host, int(port)), handler)
    server.max_cons_per_ip = int(limits.get("most", "0"))
    server.serve_forever()


main()
