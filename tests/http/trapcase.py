"""A session, an agent on it and treq on that, over memory transports."""

from __future__ import annotations

from typing import Any

import treq
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

import twinet
from tests.http.judge import hear
from tests.http.memory import MemoryNet

ROOT = "http://192.0.2.1"
MIB = 1 << 20


def answer(*lines: str | bytes, body: bytes = b"", status: int = 200) -> bytes:
    """Return an answer with its length."""
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    raw.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([b"HTTP/1.1 %d X" % status, *raw, b"", body])


@implementer(IBodyProducer)
class Endless:
    """A body that goes on until it is stopped, and then knows that it was."""

    length: Any = UNKNOWN_LENGTH
    stopped = False

    def startProducing(self, consumer):
        consumer.write(b"the first piece")
        return Deferred()

    def pauseProducing(self) -> None:
        """Do nothing (``IBodyProducer``)."""

    def resumeProducing(self) -> None:
        """Do nothing (``IBodyProducer``)."""

    def stopProducing(self) -> None:
        self.stopped = True


class TrapCase(SynchronousTestCase):
    """A session over memory transports, an agent on it, and treq on that."""

    def setUp(self) -> None:
        self.start()

    def start(self, **options: Any) -> None:
        """Begin anew."""
        self.net = MemoryNet(**options)
        self.session = self.net.session
        self.agent = twinet.Agent(session=self.session)
        self.treq = HTTPClient(self.agent)

    def get(self, head_and_body: bytes, **options: Any) -> Any:
        """Get an answer by the object API; gives the handle."""
        pending = self.session.get(f"{ROOT}/", **options)
        self.peer = self.net.accept()
        self.heard = hear(self.peer.request())
        self.peer.send(head_and_body)
        return self.successResultOf(pending)

    def agent_get(self, head_and_body: bytes, client: Any = None) -> Any:
        """Get an answer by the agent, or by treq; gives an ``IResponse``."""
        if client is None:
            pending = self.agent.request(b"GET", f"{ROOT}/".encode())
        else:
            pending = client.get(f"{ROOT}/")
        self.peer = self.net.accept()
        self.heard = hear(self.peer.request())
        self.peer.send(head_and_body)
        return self.successResultOf(pending)

    def body_of(self, response: Any) -> Any:
        """Return the body of an ``IResponse``, or the error that it ended in."""
        ended: list[Any] = []
        treq.content(response).addBoth(ended.append)
        self.assertEqual(len(ended), 1, "the body has no end")
        return getattr(ended[0], "value", ended[0])

    def wire(self, request: Any) -> Any:
        """Return the body that a handle reads, or the error that it ends in."""
        body = b""
        while True:
            read: list[Any] = []
            request.read_some().addBoth(read.append)
            self.assertEqual(len(read), 1, "the body has no end")
            if not isinstance(read[0], bytes):
                return read[0].value
            if not read[0]:
                return body
            body += read[0]
