"""A real Apache httpd, with a folder, a user and modules of its own choice."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from pathlib import Path

from tests.interop.site import LEADS, LIMIT
from tests.interop.webserver import OTHER_NAME, WebServer

#: Where Debian and others keep the modules.
MODULES = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules")
#: What is loaded of them, in this order.
LOADED = (
    *("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user"),
    *(
        "auth_basic",
        "auth_digest",
        "alias",
        "mime",
        "dir",
        "setenvif",
        "filter",
        "deflate",
    ),
    *("brotli", "dav", "dav_fs", "cgid", "ssl"),
)

CONFIGURATION = """
ServerRoot {home}
ServerName localhost
PidFile {home}/pid
DefaultRuntimeDir {home}
Mutex pthread
{loaded}
{user}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
ErrorLog {home}/error.log
LogFormat "%{{remote}}p %>s %r" ports
CustomLog {home}/access.log ports
ScriptSock {home}/cgi.sock
DavLockDB {home}/locks
DocumentRoot {root}
TypesConfig /dev/null
AddType text/plain .txt
KeepAliveTimeout 60
SSLSessionCache none
SSLOptions +StdEnvVars
<Directory {home}>
    Require all granted
    DirectoryIndex disabled
</Directory>
ErrorDocument 404 /404.html
Alias /404.html {home}/pages/404.html
ScriptAlias /cgi/ {home}/cgi/
ScriptAlias /old/ {home}/cgi/
SetEnvIf Request_URI ^/old/ downgrade-1.0 force-response-1.0
# else it does not believe a program's Content-Length
SetEnvIf Request_URI ^/cgi/cut ap_trust_cgilike_cl
Alias /closing/ {root}/
SetEnvIf Request_URI ^/closing/ nokeepalive
Alias /private/ {root}/
<Location /private/>
    AuthType Basic
    AuthName downfall
    AuthUserFile {home}/passwords
    Require valid-user
    Dav On
</Location>
Alias /digest/brief/ {root}/
Alias /digest/ {root}/
<Location /digest/>
    AuthType Digest
    AuthName downfall
    AuthUserFile {home}/md5.digests
    Require valid-user
    Dav On
</Location>
<Location /digest/brief/>
    AuthDigestNonceLifetime 1
</Location>
<Location /dav/>
    Dav On
</Location>
<Location /limited/>
    Dav On
    LimitRequestBody {limit}
</Location>
RedirectMatch 302 ^/moved/(.*)$ /$1
{leads}
# both, so that the request says which
AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/plain

Listen 127.0.0.1:{http}
Listen 127.0.0.1:{https}
Listen 127.0.0.1:{tls12}
Listen 127.0.0.1:{tls13}
Listen 127.0.0.1:{asks12}
Listen 127.0.0.1:{asks13}
Listen 127.0.0.1:{brief}
<VirtualHost 127.0.0.1:{https}>
    SSLEngine on
    SSLCertificateFile {home}/server.pem
</VirtualHost>
<VirtualHost 127.0.0.1:{https}>
    ServerName {other}
    SSLEngine on
    SSLCertificateFile {home}/other.pem
</VirtualHost>
<VirtualHost 127.0.0.1:{tls12}>
    SSLEngine on
    SSLProtocol -all +TLSv1.2
    SSLCertificateFile {home}/server.pem
</VirtualHost>
<VirtualHost 127.0.0.1:{tls13}>
    SSLEngine on
    SSLProtocol -all +TLSv1.3
    SSLCertificateFile {home}/server.pem
</VirtualHost>
<VirtualHost 127.0.0.1:{asks12}>
    SSLEngine on
    SSLProtocol -all +TLSv1.2
    SSLCertificateFile {home}/server.pem
    SSLCACertificateFile {home}/ca.pem
    SSLVerifyClient require
</VirtualHost>
<VirtualHost 127.0.0.1:{asks13}>
    SSLEngine on
    SSLProtocol -all +TLSv1.3
    SSLCertificateFile {home}/server.pem
    SSLCACertificateFile {home}/ca.pem
    SSLVerifyClient require
</VirtualHost>
<VirtualHost 127.0.0.1:{brief}>
    KeepAliveTimeout 200ms
</VirtualHost>
"""


class Apache(WebServer):
    """A running Apache httpd."""

    kind = "apache2"
    # the program alone: the package apache2 would start a service
    package = "apache2-bin"

    def configuration(self) -> str:
        """Return the text of the configuration."""
        folder = next((one for one in MODULES if Path(one).is_dir()), MODULES[0])
        user = ""
        if os.geteuid() == 0:
            # it refuses to serve as root; whom it becomes keeps DAV's locks there
            nobody = pwd.getpwnam("nobody")
            group = grp.getgrgid(nobody.pw_gid).gr_name
            user = f"User nobody\nGroup {group}"
            shutil.chown(self.home, "nobody")
        return CONFIGURATION.format(
            home=self.home,
            root=self.root,
            other=OTHER_NAME,
            user=user,
            limit=LIMIT,
            loaded="\n".join(
                f"LoadModule {name}_module {folder}/mod_{name}.so" for name in LOADED
            ),
            leads="\n".join(
                f"RedirectMatch {status} ^/leads/{status}/(.*)$ /$1" for status in LEADS
            ),
            **self.ports,
        )

    def arguments(self, configuration: Path) -> list[str | Path]:
        """Return the arguments with which it stays in the foreground."""
        return ["-f", configuration, "-DFOREGROUND"]
