"""A real Squid: open to all, or with a challenge of Basic, of Digest, or of both.

In the clear on its port ``http``, and inside TLS on ``https``.  Squid 5 hashes by MD5
alone, and its Digest makes a nonce stale after :data:`NONCE_USES` requests.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from pathlib import Path
from typing import ClassVar

import trustme

from tests.interop.proxyserver import PROXY_PASSWORD, PROXY_USER, ProxyServer
from tests.interop.serverprocess import wait_until

#: Where Debian and others keep the programs that check a password.
HELPERS = ("/usr/lib/squid", "/usr/lib64/squid")
#: The name of what its password opens.
REALM = "the gate"
#: How often a nonce may be used.
NONCE_USES = 5
#: The password as ``openssl passwd -apr1 -salt downfall`` writes it.
APR1 = "$apr1$downfall$SYguCZ7PBwLeuyemtao4s."

CONFIGURATION = """
visible_hostname squid.test
http_port 127.0.0.1:{http}
https_port 127.0.0.1:{https} tls-cert={home}/server.pem
{user}
pid_filename none
hosts_file {home}/hosts
# nobody: what stands in no list is not there
dns_nameservers 127.0.0.1
dns_timeout 1 second
dns_retransmit_interval 1 second
strip_query_terms off
logformat ports %>p %>Hs %rm %ru %un
access_log stdio:{home}/access.log ports
cache_log {home}/error.log
cache deny all
cache_mem 0 MB
pinger_enable off
netdb_filename none
# else it makes room for as many as the system allows
max_filedescriptors 1024
{challenges}
acl forbidden dstdomain forbidden.test
http_access deny forbidden
{access}
http_access deny all
"""

CHALLENGES = {
    "basic": """
auth_param basic program {helpers}/basic_ncsa_auth {home}/passwords
auth_param basic children 1 startup=1
auth_param basic realm {realm}
""",
    "digest": """
auth_param digest program {helpers}/digest_file_auth -c {home}/digests
auth_param digest children 1 startup=1
auth_param digest realm {realm}
auth_param digest nonce_max_count {uses}
auth_param digest check_nonce_count on
auth_param digest nonce_strictness on
""",
}


class Squid(ProxyServer):
    """A running Squid, open to all.

    :cvar challenges: the schemes that it offers, in this order.
    """

    kind = package = "squid"
    listens = ("http", "https")
    speech = "http"
    # it takes seconds to say good-bye, and has nothing to lose
    farewell = signal.SIGKILL
    challenges: ClassVar[tuple[str, ...]] = ()

    def prepare(self) -> None:
        """Write names, passwords and a certificate."""
        super().prepare()
        user, password = PROXY_USER, PROXY_PASSWORD
        hashed = hashlib.md5(f"{user}:{REALM}:{password}".encode()).hexdigest()
        (self.home / "passwords").write_text(f"{user}:{APR1}\n")
        (self.home / "digests").write_text(f"{user}:{REALM}:{hashed}\n")
        authority = trustme.CA()
        self.ca_pem = self.home / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_pem)
        identity = authority.issue_cert("localhost", "127.0.0.1")
        chain = self.home / "server.pem"
        identity.private_key_and_cert_chain_pem.write_to_path(chain)
        chain.chmod(0o644)  # the server reads it when it is no longer root

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        user = ""
        if os.geteuid() == 0:
            # it refuses to serve as root, and whom it becomes writes its logs there
            user = "cache_effective_user nobody"
            shutil.chown(self.home, "nobody")
        helpers = next((one for one in HELPERS if Path(one).is_dir()), HELPERS[0])
        told = {"home": self.home, "helpers": helpers}
        challenges = "".join(
            CHALLENGES[name].format(realm=REALM, uses=NONCE_USES, **told)
            for name in self.challenges
        )
        access = "http_access allow all"
        if self.challenges:
            access = "acl known proxy_auth REQUIRED\nhttp_access allow known"
        configuration = self.home / "squid.conf"
        configuration.write_text(
            CONFIGURATION.format(
                user=user, access=access, challenges=challenges, **told, **self.ports
            )
        )
        # a name of its own, or another one would be spoken to
        name = f"twinet{self.ports['http']}"
        return [program, "-N", "-f", configuration, "-n", name]

    def requests(self, mark: str, count: int) -> list[tuple[int, int]]:
        """Return the client's port and the status of each request for such a URL.

        A tunnel is one request, which is logged when it ends.

        :param count: how many there must be; it is waited for that many.
        """

        def logged() -> list[tuple[int, int]]:
            lines = (self.home / "access.log").read_text().splitlines()
            found = [line.split() for line in lines if mark in line]
            return [(int(port), int(status)) for port, status, *_ in found]

        wait_until(lambda: len(logged()) >= count)
        return logged()


class GuardedSquid(Squid):
    """A Squid that wants a password."""

    guarded = True


class BasicSquid(GuardedSquid):
    """A Squid with Basic."""

    challenges = ("basic",)


class DigestSquid(GuardedSquid):
    """A Squid with Digest (MD5), whose nonces are soon stale."""

    challenges = ("digest",)


class BothSquid(GuardedSquid):
    """A Squid that offers the weaker one first."""

    challenges = ("basic", "digest")
