"""Real SOCKS servers: microsocks (5), dante (5 and 4), and Twisted's (4 and 4a).

Dante asks the system for passwords, which are none of a test's business, so
microsocks is the one that wants them; it takes SOCKS4a for an address, so Twisted's is
the one that is given names in it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tests.interop.proxyserver import PROXY_PASSWORD, PROXY_USER, WrappedProxy

if TYPE_CHECKING:
    from pathlib import Path

#: Offers every method that a server may want, or asks in SOCKS4 for what is not there.
HAIL_5 = b"\x05\x02\x00\x02"
HAIL_4 = b"\x04\x01\x00\x01\x7f\x00\x00\x01\x00"

DANTE = """
logoutput: {home}/error.log
internal: 127.0.0.1 port = {http}
external: lo
clientmethod: none
socksmethod: none
{user}
client pass {{
    from: 127.0.0.0/8 to: 0.0.0.0/0
}}
socks block {{
    from: 127.0.0.0/8 to: 127.0.0.99/32
    log: error
}}
socks pass {{
    from: 127.0.0.0/8 to: 0.0.0.0/0
    log: error
}}
socks pass {{
    from: 127.0.0.0/8 to: ::/0
    log: error
}}
"""


class Microsocks(WrappedProxy):
    """A running microsocks, open to all."""

    kind = "microsocks"
    package = "microsocks libnss-wrapper"
    speech = "socks5"
    hail = HAIL_5

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it."""
        return [program, "-i", "127.0.0.1", "-p", str(self.ports["http"])]


class GuardedMicrosocks(Microsocks):
    """A running microsocks that wants a password (RFC 1929)."""

    guarded = True

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it."""
        return [*super().command(program), "-u", PROXY_USER, "-P", PROXY_PASSWORD]


class Dante(WrappedProxy):
    """A running dante, open to all; it reaches ``forbidden.test`` for nobody."""

    kind = "danted"
    package = "dante-server libnss-wrapper"
    speech = "socks5"
    hail = HAIL_5

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        user = ""
        if os.geteuid() == 0:
            user = "user.privileged: root\nuser.unprivileged: nobody"
        configuration = self.home / "danted.conf"
        configuration.write_text(
            DANTE.format(home=self.home, user=user, http=self.ports["http"])
        )
        return [program, "-f", configuration, "-N", "1", "-p", self.home / "pid"]

    def variables(self) -> dict[str, str]:
        """Return where it puts the memory that its processes share."""
        return {**super().variables(), "TMPDIR": str(self.home)}


class TwistedSocks(WrappedProxy):
    """Twisted's own SOCKS server, in a process of its own."""

    kind = "twisted"
    package = "libnss-wrapper"
    speech = "socks4a"
    hail = HAIL_4

    @classmethod
    def program(cls) -> str | None:
        """Return the Python that has it, unless the wrapper is missing."""
        return sys.executable if cls.wrapper() else None

    def command(self, program: str) -> list[str | Path]:
        """Return the command that runs it."""
        port = str(self.ports["http"])
        options = ["--interface", "127.0.0.1", "--port", port]
        return [program, "-m", "twisted", "--log-format", "text", "socks", *options]
