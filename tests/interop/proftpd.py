"""A real ProFTPD.

When a session has just ended, the next one waits 0.2 seconds for its greeting: a test
that can do with one login is quicker than one with two.
"""

from __future__ import annotations

from pathlib import Path

from tests.interop.ftpserver import UnpackedServer

#: What ``openssl passwd -6 -salt downfall`` makes of the password.
SHA512 = (
    "$6$downfall$eiqLAr1D3WaYmCsIcjQjDrfaZjBPqgPNrXjSRrpr.2DEwZQeCJ0vAcGWotJYOfs.jZh"
    "NXj2v4M8pVmkggH/aa/"
)
#: Nobody, whom all users are.
NOBODY = 65534

CONFIGURATION = """
ServerName twinet
ServerType standalone
ModulePath {modules}
LoadModule mod_tls.c
UseIPv6 on
DefaultAddress {host}
Port {ftp}
SocketBindTight on
UseReverseDNS off
User nobody
Group nogroup
PidFile {home}/pid
ScoreboardFile none
SystemLog {home}/error.log
TransferLog none
WtmpLog off
DelayEngine off
MaxLoginAttempts 1
AuthOrder mod_auth_file.c
AuthUserFile {home}/users
RequireValidShell off
UseFtpUsers off
DefaultRoot ~
AllowOverwrite on
AllowStoreRestart on
ListOptions -a
UseEncoding UTF-8 UTF-8
TimesGMT on
TLSEngine on
TLSLog {home}/output.log
TLSRSACertificateFile {home}/server.pem
TLSRSACertificateKeyFile {home}/server.pem
TLSCACertificateFile {home}/ca.pem
TLSRequired {secure}
TLSVerifyClient {asks}
{options}
<Anonymous {root}>
    User ftp
    UserAlias anonymous ftp
    Group nogroup
    RequireValidShell off
</Anonymous>
"""


class ProFtpd(UnpackedServer):
    """A running ProFTPD."""

    kind = "proftpd"

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        users = self.home / "users"
        tail = f"{NOBODY}:{NOBODY}::{self.root}:/bin/false"
        users.write_text(f"{self.writer[0]}:{SHA512}:{tail}\nftp:*:{tail}\n")
        users.chmod(0o600)
        # all its certificates stand in files that nobody else may read
        self.server_pem.chmod(0o600)
        door = self.door
        options = ["UseImplicitSSL"] * door.implicit
        options += ["NoSessionReuseRequired"] * (not door.reuse)
        text = CONFIGURATION.format(
            modules=Path(program).parents[1] / "lib" / "proftpd",
            home=self.home,
            root=self.root,
            host=self.host,
            secure="on" if door.secure else "off",
            asks="on" if door.asks else "off",
            options=f"TLSOptions {' '.join(options)}" if options else "",
            **self.ports,
        )
        configuration = self.home / "proftpd.conf"
        configuration.write_text(text)
        return [program, "-n", "-q", "-c", configuration]
