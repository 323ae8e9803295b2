"""A real lighttpd."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.interop.site import LEADS, LIMIT
from tests.interop.webserver import OTHER_NAME, WebServer

#: Where Debian and others keep the modules.
MODULES = ("/usr/lib/lighttpd", "/usr/lib64/lighttpd")
#: Those that Debian has in packages of their own.
APART = ("mod_deflate.so", "mod_openssl.so", "mod_webdav.so")

CONFIGURATION = """
server.modules = (
    "mod_auth", "mod_authn_file", "mod_alias", "mod_redirect", "mod_setenv",
    "mod_cgi", "mod_webdav", "mod_deflate", "mod_accesslog", "mod_openssl"
)
server.document-root = "{root}"
server.upload-dirs = ( "{home}" )
server.bind = "127.0.0.1"
server.port = {http}
server.errorlog = "{home}/error.log"
accesslog.filename = "{home}/access.log"
accesslog.format = "%{{remote}}p %>s %r %{{Authorization}}i"
server.errorfile-prefix = "{home}/pages/"
server.max-keep-alive-idle = 60
# else a file that was replaced is announced with its former length
server.stat-cache-engine = "disable"
mimetype.assign = (
    ".txt" => "text/plain",
    "" => "application/octet-stream"
)
deflate.mimetypes = ( "text/plain" )
deflate.allowed-encodings = ( "br", "zstd", "gzip", "deflate" )
deflate.cache-dir = ""

ssl.pemfile = "{home}/server.pem"
$SERVER["socket"] == "127.0.0.1:{https}" {{
    ssl.engine = "enable"
    $HTTP["host"] =~ "^{other}(:|$)" {{ ssl.pemfile = "{home}/other.pem" }}
}}
$SERVER["socket"] == "127.0.0.1:{tls12}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{home}/server.pem"
    ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2", "MaxProtocol" => "TLSv1.2")
}}
$SERVER["socket"] == "127.0.0.1:{tls13}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{home}/server.pem"
    ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.3", "MaxProtocol" => "TLSv1.3")
}}
$SERVER["socket"] == "127.0.0.1:{asks12}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{home}/server.pem"
    ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2", "MaxProtocol" => "TLSv1.2")
    ssl.verifyclient.activate = "enable"
    ssl.verifyclient.enforce = "enable"
    ssl.verifyclient.ca-file = "{home}/ca.pem"
}}
$SERVER["socket"] == "127.0.0.1:{asks13}" {{
    ssl.engine = "enable"
    ssl.pemfile = "{home}/server.pem"
    ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.3", "MaxProtocol" => "TLSv1.3")
    ssl.verifyclient.activate = "enable"
    ssl.verifyclient.enforce = "enable"
    ssl.verifyclient.ca-file = "{home}/ca.pem"
}}
$SERVER["socket"] == "127.0.0.1:{brief}" {{ server.max-keep-alive-idle = 1 }}

alias.url = (
    "/cgi/" => "{home}/cgi/",
    "/closing/" => "{root}/",
    "/private/" => "{root}/",
    "/digest/" => "{root}/",
    "/sha256/" => "{root}/",
    "/either/" => "{root}/"
)
$HTTP["url"] =~ "^/cgi/" {{
    cgi.assign = ( "" => "" )
    # else it keeps an answer until it knows its length
    server.stream-response-body = 1
}}
$HTTP["url"] =~ "^/closing/" {{ server.max-keep-alive-requests = 0 }}
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "{home}/passwords"
auth.require = ( "/private/" => (
    "method" => "basic", "realm" => "downfall", "require" => "valid-user"
) )
{digests}
$HTTP["url"] =~ "^/(dav|limited|[a-z0-9]+/dav)/" {{
    webdav.activate = "enable"
    webdav.is-readonly = "disable"
}}
$HTTP["url"] =~ "^/limited/" {{ server.max-request-size = {limit_kib} }}
url.redirect-code = 302
url.redirect = ( "^/moved/(.*)$" => "/$1" )
{leads}
"""


#: Digest below an address: by which hashes, in which file.
DIGEST = """
$HTTP["url"] =~ "^/{address}/" {{
    auth.backend = "htdigest"
    auth.backend.htdigest.userfile = "{home}/{file}.digests"
    auth.require = ( "/{address}/" => (
        "method" => "digest", "realm" => "downfall", "require" => "valid-user",
        "algorithm" => "{hashes}"
    ) )
}}
"""
DIGESTS = (
    ("digest", "md5", "MD5"),
    ("sha256", "sha256", "SHA-256"),
    ("either", "either", "SHA-256|MD5"),
)


class Lighttpd(WebServer):
    """A running lighttpd."""

    kind = "lighttpd"
    package = "lighttpd lighttpd-mod-deflate lighttpd-mod-openssl lighttpd-mod-webdav"

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, or None if it or a module is missing."""
        there = any(
            all((Path(folder) / name).exists() for name in APART) for folder in MODULES
        )
        return super().program() if there else None

    def configuration(self) -> str:
        """Return the text of the configuration."""
        return CONFIGURATION.format(
            home=self.home,
            root=self.root,
            other=OTHER_NAME.replace(".", r"\."),
            limit_kib=LIMIT >> 10,
            digests="".join(
                DIGEST.format(home=self.home, address=address, file=file, hashes=hashes)
                for address, file, hashes in DIGESTS
            ),
            leads="\n".join(
                f'$HTTP["url"] =~ "^/leads/{status}/" {{ '
                f"url.redirect-code = {status} "
                f'url.redirect = ( "^/leads/[0-9]+/(.*)$" => "/$1" ) }}'
                for status in LEADS
            ),
            **self.ports,
        )

    def arguments(self, configuration: Path) -> list[str | Path]:
        """Return the arguments with which it stays in the foreground."""
        return ["-D", "-f", configuration]

    def write_logs(self) -> None:
        """Have it open its logs anew: it writes them every few seconds only."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)
