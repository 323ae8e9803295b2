"""CONNECT: asking an HTTP proxy for a tunnel (RFC 9110, section 9.3.6).

Theory of operation::

    begin() --> ASKED --1xx--------------------------> ASKED
                  |-----2xx--------------------------> opened
                  |-----407, answerable, kept -------> DRAINING --end--> ASKED
                  |-----407, answerable, not kept ---> again
                  |-----407, otherwise --------------> unanswered
                  '-----anything else, or the end ---> fault

The answers are read by the reader of all answers, which knows that a 2xx to CONNECT
has no body whatever its fields say.  The body of a 407 is read over if it is short, so
that the connection can serve on; a longer one costs a fresh connection.

A challenge is answered by a login, as often as that has an answer; so that a proxy
which challenges for ever comes to an end, after :data:`MOST_CHALLENGES` the 407 stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Protocol as TypingProtocol

from twinet._wire.answer_events import End, Fault, Head
from twinet._wire.framing_fields import proxy_closes
from twinet._wire.greeting import Greeting, authority
from twinet._wire.head_lines import readable
from twinet._wire.http1 import ResponseReader
from twinet.errors import (
    CannotConnect,
    HttpInvalidServerResponse,
    InvalidProxyRequest,
)

if TYPE_CHECKING:
    from twinet._wire.answer_events import Event
    from twinet.errors import InternetError
    from twinet.proxy import Proxy

__all__ = ["Connect", "TunnelLogin"]

#: The most challenges that are answered: one for each scheme that may be tried, and a
#: nonce that has run out (our own choice).
MOST_CHALLENGES = 4
#: A 407's body up to this size is read to keep the connection (bytes; our own).
DRAIN_BYTES = 65536
PROXY_AUTHENTICATION_REQUIRED = 407
#: What a proxy says that does not do CONNECT, or takes the request for a bad one.
_MISUNDERSTOOD = frozenset((400, 405, 501, 505))
#: How the reader begins, who speaks of servers.
_READER_SAYS = "the server's answer is not valid HTTP: "


class TunnelLogin(TypingProtocol):
    """Who knows what is said to the proxy about who it is."""

    def value(self) -> bytes:
        """Return the value of Proxy-Authorization for the next CONNECT, or nothing."""

    def met(self, head: Head) -> bool:
        """Tell whether a 407 is met by another CONNECT, with another value."""

    def accepted(self, head: Head) -> None:
        """Take note of an answer that is no challenge."""


class Connect(Greeting):
    """The conversation that opens one tunnel.

    :param agent: the line that names the program; empty for none.
    :param login: answers the challenges of the proxy; None lets them stand.
    :param head_limit: the longest head of an answer (bytes).
    """

    legible = True

    def __init__(
        self,
        proxy: Proxy,
        host: str,
        port: int,
        *,
        agent: bytes = b"",
        login: TunnelLogin | None = None,
        head_limit: int = 65536,
    ) -> None:
        super().__init__(proxy, host, port)
        self._agent = agent
        self._login = login
        self._head_limit = head_limit
        self._challenges = 0
        #: how many have been sent on the present connection.
        self._asked_here = 0
        #: what is left of the body that is read over; None outside of one.
        self._drain: int | None = None

    def begin(self) -> bytes:
        """Return the request, on a fresh connection."""
        self.again = False
        self._asked_here = 0
        self._reader = ResponseReader(head_limit=self._head_limit)
        return self._ask()

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came; return what is to be sent now."""
        out = b""
        for event in self._reader.feed(data):
            out += self._take(event)
        return out

    def ended(self) -> None:
        """Take note that the proxy has closed the connection."""
        unheard = self._asked_here > 1 and not self._reader.started
        if not self.over and (self._drain is not None or unheard):
            # The answer to its challenge is known, and it has not heard it.
            self.again = True
        super().ended()

    def _ask(self) -> bytes:
        self._drain = None
        self._asked_here += 1
        self._reader.expect(b"CONNECT")
        where = authority(self.host.partition("%")[0], self.port).encode("ascii")
        credentials = b"" if self._login is None else self._login.value()
        if credentials:
            credentials = b"Proxy-Authorization: %b\r\n" % credentials
        return b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b%b\r\n" % (
            where,
            where,
            self._agent,
            credentials,
        )

    def _take(self, event: Event) -> bytes:
        if self.over:
            return b""
        if type(event) is Head:
            self.read.append(event.raw)
            if not event.interim:
                self._judge(event)
        elif type(event) is bytes:
            self._read_over(len(event))
        elif type(event) is End and self._drain is not None:
            if event.keep_alive:
                return self._ask()
            self.again = True
        elif type(event) is Fault:
            self._broken(event)
        return b""

    def _judge(self, head: Head) -> None:
        status, login = head.status, self._login
        if login is not None and status != PROXY_AUTHENTICATION_REQUIRED:
            login.accepted(head)
        if 200 <= status < 300:  # noqa: PLR2004  RFC 9110: any 2xx
            # The reader has kept what came behind it: the end follows at once.
            self.rest = self._reader.tunnel
            self.opened = True
            return
        if status != PROXY_AUTHENTICATION_REQUIRED:
            self._refused(head)
            return
        self._challenges += 1
        if login is None or self._challenges > MOST_CHALLENGES or not login.met(head):
            self.unanswered = head
            return
        self._drain = DRAIN_BYTES
        too_long = head.length is not None and head.length > DRAIN_BYTES
        if too_long or not head.persistent or proxy_closes(head.raw):
            self.again = True

    def _refused(self, head: Head) -> None:
        line = readable(head.raw.partition(b"\n")[0])
        kind: type[InternetError] = CannotConnect
        if head.status in _MISUNDERSTOOD:
            kind = InvalidProxyRequest
        self.fault = kind(
            f"{self.proxy} does not lead to {self.where}: it answered {line}",
            server_text=line,
        )

    def _read_over(self, size: int) -> None:
        assert self._drain is not None, "no other body is read"
        self._drain -= size
        if self._drain < 0:
            self.again = True

    def _broken(self, event: Fault) -> None:
        if self._drain is not None:
            self.again = True
            return
        what = event.error.message.removeprefix(_READER_SAYS)
        self.fault = HttpInvalidServerResponse(
            f"{self.proxy} did not answer CONNECT in HTTP: {what}"
        )
