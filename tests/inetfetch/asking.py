"""Asks a server over HTTP, away from the reactor's thread, byte by byte as told."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twisted.internet.threads import deferToThread

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Longer than anything here takes, so that a hang ends (seconds).
PATIENCE = 30


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body's content."""
        return json.loads(self.body)


def ask(
    port: int,
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: Mapping[str, str | None] | None = None,
) -> Answer:
    """Send one request and return the answer; it blocks.

    :param body: bytes as they are, an iterator in chunks, anything else as JSON.
    :param headers: ``None`` takes a field out that would be sent by itself.
    """
    fields: dict[str, str | None] = {"Host": f"127.0.0.1:{port}"}
    chunked = False
    if body is not None:
        chunked = hasattr(body, "__next__")
        if not chunked and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields["Content-Type"] = "application/json"
        if chunked:
            fields["Transfer-Encoding"] = "chunked"
        else:
            fields["Content-Length"] = str(len(body))
    fields.update(headers or {})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in fields.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body, encode_chunked=chunked)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def ask_later(port: int, method: str, path: str, **how: Any) -> Any:
    """Do the same in a thread: a Deferred of the answer."""
    return deferToThread(ask, port, method, path, **how)
