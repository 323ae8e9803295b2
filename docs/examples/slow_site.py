"""A web site on loopback for the other examples: slow, in the ways that they ask for.

It runs in threads of its own, so that it is slow no matter what the program does.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Answer(NamedTuple):
    """What a path is answered with."""

    body: bytes
    kind: str = "text/plain"
    #: how long the server thinks, in seconds, before it says anything.
    delay: float = 0
    #: in how many pieces the body comes, and how long it takes in all.
    pieces: int = 1
    during: float = 0


NOTHING = Answer(b"nothing here\n")


@contextmanager
def serving(answers: Mapping[str, Answer], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the answers, by path; give the URL of the site."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = answers.get(self.path, NOTHING)
            time.sleep(answer.delay)
            self.send_response(404 if answer is NOTHING else 200)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            size = -(-len(answer.body) // answer.pieces)
            for start in range(0, len(answer.body), size):
                self.wfile.write(answer.body[start : start + size])
                time.sleep(answer.during / answer.pieces)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """Say nothing of clients that go before they have all."""

    with Server(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
