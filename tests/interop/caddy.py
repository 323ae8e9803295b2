"""A real Caddy, which stands on the HTTP server of Go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.interop.site import HEADS, LEADS, USER, heads
from tests.interop.webserver import OTHER_NAME, WebServer

if TYPE_CHECKING:
    from pathlib import Path

#: The password of the site as Caddy wants it: bcrypt, at its lowest cost.
BCRYPT = "$2a$04$abcdefghijklmnopqrstuus0NvFdznGWjlEkZvR.0LPRBVuvGzMey"

CONFIGURATION = """
{{
    admin off
    auto_https off
    storage file_system {home}/storage
    servers {{
        protocols h1
    }}
    servers :{brief} {{
        protocols h1
        timeouts {{
            idle 200ms
        }}
    }}
}}
(site) {{
    root * {root}
    encode zstd gzip
    log {{
        output file {home}/access.log
    }}
    file_server
    @moved path_regexp moved ^/moved/(.*)$
    redir @moved /{{re.moved.1}} 302
    handle_path /closing/* {{
        header Connection close
        file_server
    }}
    handle_path /private/* {{
        basicauth bcrypt downfall {{
            {user} {password}
        }}
        file_server
    }}
    map {{http.request.tls.version}} {{version}} {{
        tls1.2 TLSv1.2
        tls1.3 TLSv1.3
        default ""
    }}
    handle /cgi/told {{
        header Content-Type application/json
        respond `{told}`
    }}
    abort /hang-up
    redir /cgi/sideways told?sideways 302
    respond /cgi/answer/204 204
    handle /cgi/cookie {{
        header +Set-Cookie "cup=small; Path=/cgi; HttpOnly"
        header +Set-Cookie "plate=no; Path=/elsewhere"
        respond "served
"
    }}
    {more}
    handle_errors {{
        @missing expression {{http.error.status_code}} == 404
        handle @missing {{
            rewrite * /404.html
            root * {home}/pages
            file_server
        }}
    }}
}}
http://127.0.0.1:{http}, http://127.0.0.1:{brief} {{
    import site
}}
https://localhost:{https} {{
    tls {home}/server.pem {home}/server.pem
    import site
}}
https://{other}:{https} {{
    tls {home}/other.pem {home}/other.pem
    import site
}}
https://:{tls12} {{
    tls {home}/server.pem {home}/server.pem {{
        protocols tls1.2 tls1.2
    }}
    import site
}}
https://:{tls13} {{
    tls {home}/server.pem {home}/server.pem {{
        protocols tls1.3 tls1.3
    }}
    import site
}}
https://:{asks12} {{
    tls {home}/server.pem {home}/server.pem {{
        protocols tls1.2 tls1.2
        client_auth {{
            mode require_and_verify
            trusted_ca_cert_file {home}/ca.pem
        }}
    }}
    import site
}}
https://:{asks13} {{
    tls {home}/server.pem {home}/server.pem {{
        protocols tls1.3 tls1.3
        client_auth {{
            mode require_and_verify
            trusted_ca_cert_file {home}/ca.pem
        }}
    }}
    import site
}}
"""

#: What it was told, as JSON; braces that are no placeholders are escaped.
TOLD = (
    r'\{"verb": "{http.request.method}", "target": "{http.request.orig_uri}", '
    r'"length": "{http.request.header.Content-Length}", '
    r'"type": "{http.request.header.Content-Type}", '
    r'"cookie": "{http.request.header.Cookie}", '
    r'"expect": "{http.request.header.Expect}", '
    r'"port": "{http.request.remote.port}", "tls": "{version}"\}'
)


class Caddy(WebServer):
    """A running Caddy."""

    kind = package = "caddy"

    def configuration(self) -> str:
        """Return the text of the configuration."""
        more = ""
        for status in LEADS:
            name = f"leads{status}"
            more += (
                f"@{name} path_regexp {name} ^/leads/{status}/(.*)$\n"
                f"redir @{name} /{{re.{name}.1}} {status}\n"
            )
        for size in HEADS:
            lines = "".join(f"header {name} {value}\n" for name, value in heads(size))
            more += f"handle /cgi/heads/{size} {{\n{lines} respond 200\n}}\n"
        return CONFIGURATION.format(
            home=self.home,
            root=self.root,
            other=OTHER_NAME,
            user=USER,
            password=BCRYPT,
            told=TOLD,
            more=more,
            **self.ports,
        )

    def arguments(self, configuration: Path) -> list[str | Path]:
        """Return the arguments with which it stays in the foreground."""
        return ["run", "--adapter", "caddyfile", "--config", configuration]

    def variables(self) -> dict[str, str]:
        """Return where it keeps a copy of its configuration, and other things."""
        return {"XDG_CONFIG_HOME": str(self.home), "XDG_DATA_HOME": str(self.home)}

    def log_entry(self, line: str) -> tuple[int, int]:
        """Return the client's port and the status of a line, which is JSON."""
        entry = json.loads(line)
        return int(entry["request"]["remote_port"]), int(entry["status"])
