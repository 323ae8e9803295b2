"""A real vsftpd.

Its users are PAM's, that is the system's, so that anybody who comes may write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.ftpserver import ANYBODY, UnpackedServer

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """
background=NO
{listen}
listen_port={ftp}
connect_from_port_20=NO
# what it does not need here, and a container may not have
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
secure_chroot_dir={home}/nothing
# not nobody, whose home must be there
ftp_username=daemon
anon_root={root}
anon_umask=022
anon_world_readable_only=NO
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
write_enable=YES
mdtm_write=YES
ascii_download_enable=YES
ascii_upload_enable=YES
force_dot_files=YES
max_login_fails=1
delay_failed_login=0
log_ftp_protocol=YES
xferlog_enable=YES
vsftpd_log_file={home}/error.log
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl={secure}
force_anon_data_ssl={secure}
force_local_logins_ssl={secure}
force_local_data_ssl={secure}
implicit_ssl={implicit}
require_ssl_reuse={reuse}
ssl_ciphers=HIGH
rsa_cert_file={server_pem}
ca_certs_file={ca_pem}
require_cert={asks}
validate_cert={asks}
"""


class Vsftpd(UnpackedServer):
    """A running vsftpd."""

    kind = "vsftpd"
    writer = ANYBODY

    def command(self, program: str) -> list[str | Path]:
        """Write the configuration, and return the command that runs it."""
        (self.home / "nothing").mkdir(exist_ok=True)
        six = ":" in self.host
        listen = (
            f"listen_ipv6=YES\nlisten_address6={self.host}"
            if six
            else f"listen=YES\nlisten_address={self.host}"
        )
        door = self.door
        answers = {
            "secure": door.secure,
            "implicit": door.implicit,
            "reuse": door.reuse,
            "asks": door.asks,
        }
        text = CONFIGURATION.format(
            listen=listen,
            home=self.home,
            root=self.root,
            server_pem=self.server_pem,
            ca_pem=self.ca_pem,
            **self.ports,
            **{name: "YES" if yes else "NO" for name, yes in answers.items()},
        )
        configuration = self.home / "vsftpd.conf"
        configuration.write_text(text)
        return [program, configuration]
