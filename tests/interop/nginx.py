"""A real nginx: the site of ``site.py``, and what only it can do.

``/paced/X`` is ``/X`` at 20 MiB a second, and ``/before/PORT/X`` is what the server on
that port has at ``/X``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.interop.site import HEADS, LEADS, LIMIT, heads
from tests.interop.webserver import OTHER_NAME, WebServer

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log notice;
events {{ worker_connections 256; }}
http {{
    log_format ports "$remote_port $status $request";
    access_log {home}/access.log ports;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    types {{ text/plain txt; }}
    default_type application/octet-stream;
    client_max_body_size 0;
    ssl_protocols TLSv1.2 TLSv1.3;
    gzip on;
    gzip_types text/plain;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl default_server;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{https} ssl;
        server_name {other};
        ssl_certificate {home}/other.pem;
        ssl_certificate_key {home}/other.pem;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{tls12} ssl;
        ssl_protocols TLSv1.2;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{tls13} ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{asks12} ssl;
        ssl_protocols TLSv1.2;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        ssl_client_certificate {home}/ca.pem;
        ssl_verify_client on;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{asks13} ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate {home}/server.pem;
        ssl_certificate_key {home}/server.pem;
        ssl_client_certificate {home}/ca.pem;
        ssl_verify_client on;
        include {home}/site.conf;
    }}
    server {{
        listen 127.0.0.1:{brief};
        keepalive_timeout 200ms;
        include {home}/site.conf;
    }}
}}
"""

#: What all its servers serve.
SITE = """
root {root};
absolute_redirect off;
error_page 404 /404.html;
location = /404.html {{ internal; root {home}/pages; }}
location /paced/ {{ alias {root}/; limit_rate 20m; }}
location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
location /closing/ {{ alias {root}/; keepalive_timeout 0; }}
location /private/ {{
    alias {root}/;
    auth_basic downfall;
    auth_basic_user_file {home}/passwords;
    dav_methods PUT;
}}
location /dav/ {{ dav_methods PUT DELETE; }}
location /limited/ {{ dav_methods PUT DELETE; client_max_body_size {limit}; }}
location /cgi/told {{
    default_type application/json;
    return 200 '{{"verb": "$request_method", "target": "$request_uri",
        "length": "$content_length", "type": "$content_type",
        "cookie": "$http_cookie", "expect": "$http_expect",
        "port": "$remote_port", "tls": "$ssl_protocol"}}';
}}
location = /hang-up {{ return 444; }}
# as a proxy that holds nothing back, for a server on that port
location ~ ^/before/(\\d+)/(.*)$ {{
    proxy_pass http://127.0.0.1:$1/$2$is_args$args;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
}}
location = /cgi/sideways {{ return 302 told?sideways; }}
location = /cgi/answer/204 {{ return 204; }}
location = /cgi/cookie {{
    add_header Set-Cookie "cup=small; Path=/cgi; HttpOnly";
    add_header Set-Cookie "plate=no; Path=/elsewhere";
    return 200 "served\\n";
}}
"""


class Nginx(WebServer):
    """A running nginx."""

    kind = package = "nginx"

    def configuration(self) -> str:
        """Return the text of the configuration; the site's stands in a second file."""
        site = SITE.format(home=self.home, root=self.root, limit=LIMIT)
        for status in LEADS:
            site += f"location ~ ^/leads/{status}/(.*)$ {{ return {status} /$1; }}\n"
        for size in HEADS:
            lines = "".join(f"add_header {n} {v};\n" for n, v in heads(size))
            site += f"location = /cgi/heads/{size} {{ {lines} return 200; }}\n"
        (self.home / "site.conf").write_text(site)
        return CONFIGURATION.format(
            # root's workers would be nobody, who may not read a private folder
            user="user root;" if os.geteuid() == 0 else "",
            home=self.home,
            other=OTHER_NAME,
            **self.ports,
        )

    def arguments(self, configuration: Path) -> list[str | Path]:
        """Return the arguments with which it stays in the foreground."""
        # before it has read its configuration it writes its errors to -e
        errors = self.home / "error.log"
        return ["-c", configuration, "-p", self.home, "-e", errors]
