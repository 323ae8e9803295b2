"""A small web site on loopback, in a thread: behaves as the path says.

====================  =============================================================
``/bytes/N/NAME``     N bytes, announced, or the part from a place on
``/close/N/NAME``     N bytes, ended by the end of the connection
``/short/N/NAME``     announces N bytes, sends half of them, closes
``/stall/N/NAME``     announces N bytes, sends half of them, then waits to be released
                      and closes; when already released, as ``/bytes``
``/silent``           takes the request and answers nothing until released
``/status/CODE``      that status, with a page
``/coded/NAME``       what the test has put there, with its Content-Encoding
``/to/PATH``          redirects to PATH
``/bake/COOKIE/...``  sets cookies: COOKIE is what a Set-Cookie field says
``/garbage``          something that is not HTTP
``/scripted/...``     what the test's function says
====================  =============================================================

To clients that take it for a proxy it answers as if it had asked another server.
"""

from __future__ import annotations

import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    import trustme


def content(size: int) -> bytes:
    """Return that many bytes, none like its neighbours."""
    pattern = bytes(range(251))
    return (pattern * (size // len(pattern) + 1))[:size]


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Website

    def do_GET(self) -> None:  # the base class's name
        """Answer by the path, when the body has come."""
        self.body = self._whole_body()
        self.site.paths.append(self.path)
        self.site.fields.append(dict(self.headers.items()))
        path = re.sub(r"(?:http|ftp)://[^/]+", "", self.path, count=1)
        kind, *rest = path.lstrip("/").split("/")
        getattr(self, f"_{kind}", self._missing)(*rest)

    do_POST = do_PUT = do_DELETE = do_GET

    def _whole_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _bytes(self, size: str, *_: str) -> None:
        whole = content(int(size))
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked is not None else 0
        part = whole[first:]
        fields = {"Accept-Ranges": "bytes", "ETag": f'"{size}"'}
        if asked is not None and part:
            fields["Content-Range"] = f"bytes {first}-{len(whole) - 1}/{len(whole)}"
            self._head(206, len(part), **fields)
            self.wfile.write(part)
        else:
            self._head(200, len(whole), **fields)
            self.wfile.write(whole)

    def _close(self, size: str, *_: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content(int(size)))

    def _short(self, size: str, *_: str) -> None:
        self.close_connection = True
        self._head(200, int(size))
        self.wfile.write(content(int(size))[: int(size) // 2])

    def _stall(self, size: str, *_: str) -> None:
        if self.site.released.is_set():
            self._bytes(size)
            return
        self._short(size)
        self.wfile.flush()
        self.site.reached.release()
        self.site.released.wait(60)

    def _silent(self, *_: str) -> None:
        self.close_connection = True
        self.site.reached.release()
        self.site.released.wait(60)

    def _status(self, code: str, *_: str) -> None:
        size = 0 if code == "204" else 4
        self._head(int(code), size)
        self.wfile.write(b"page"[:size])

    def _coded(self, *_: str) -> None:
        coding, body = self.site.coded
        self.send_response(200)
        self.send_header("Content-Encoding", coding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _to(self, *rest: str) -> None:
        self.send_response(302)
        self.send_header("Location", "/" + "/".join(rest))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _bake(self, *cookies: str) -> None:
        self.send_response(200)
        for cookie in cookies:
            self.send_header("Set-Cookie", unquote(cookie, "latin-1"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _garbage(self, *_: str) -> None:
        self.close_connection = True
        self.wfile.write(b"220 this is some other protocol\r\n")

    def _scripted(self, *_: str) -> None:
        code, kind, body = self.site.script(self, self.body)
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _missing(self, *_: str) -> None:
        self._status("404")

    def _head(self, code: int, size: int, **fields: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(size))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    #: With five places a crowd waits a second or more, until the system tries again.
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Clients that leave are part of the tests."""


class Website:
    """The site, running until :meth:`close`.

    :param certificate: serves HTTPS with it.
    """

    def __init__(self, certificate: trustme.LeafCert | None = None) -> None:
        #: the paths that were asked for.
        self.paths: list[str] = []
        #: the header fields of each request.
        self.fields: list[dict[str, str]] = []
        #: what ``/coded/`` answers: the coding and the coded body.
        self.coded: tuple[str, bytes]
        #: released once for each answer that has begun to wait.
        self.reached = threading.Semaphore(0)
        #: given the request and its body, returns status, content type and body.
        self.script: Callable[[Any, bytes], tuple[int, str, bytes]]
        #: set, to let all go on that wait.
        self.released = threading.Event()
        page = type("Page", (_Page,), {"site": self})
        self._server = _Server(("127.0.0.1", 0), page)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "http" if certificate is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
