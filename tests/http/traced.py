"""A session in memory whose trace is kept: as records, and as text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet import Trace, TraceKind, TracePrinter, TraceRecord

if TYPE_CHECKING:
    from twinet.errors import InternetError

URL = "http://127.0.0.1:8080/x"
WHERE = "127.0.0.1:8080"
FRESH = f"""\
*   Trying {WHERE}...
* Connected to 127.0.0.1 (127.0.0.1) port 8080 (#1)
"""
ASKED = f"""\
> GET /x HTTP/1.1
> Host: {WHERE}
> User-Agent: twinet/0.1
> Accept: */*
>
"""
HERE = "#1 to host 127.0.0.1"
CLOSING = "* Closing connection #1"
INTACT = f"* Connection {HERE} left intact\n"
AGAIN = f"* Re-using existing connection {HERE}\n"
BODIES = (TraceKind.REQUEST_BODY, TraceKind.ANSWER_BODY)


class TraceTestCase(SynchronousTestCase):
    """A net whose session is traced into text, and into records."""

    def make(
        self, *, data: bool = False, secrets: bool = False, **options: Any
    ) -> None:
        """Make a net with a trace."""
        self.text = io.StringIO()
        self.printer = TracePrinter(self.text)
        self.records: list[TraceRecord] = []
        self.react: Any = lambda record: None
        self.net = MemoryNet(
            trace=Trace(self.listen, data=data, secrets=secrets), **options
        )
        self.failures: list[InternetError] = []

    def listen(self, record: TraceRecord) -> None:
        self.records.append(record)
        self.printer(record)
        self.react(record)

    def get(self, url: str = URL, **options: Any) -> Any:
        """Send a GET; what it fails with is kept."""
        pending: Any = self.net.session.get(url, **options)
        pending.addErrback(self.failed)
        return pending

    def failed(self, failure: Any) -> None:
        self.failures.append(failure.value)

    def traced(self) -> str:
        """Take the text that has been written since the last time."""
        self.net.advance()
        text = self.text.getvalue()
        self.text.seek(0)
        self.text.truncate()
        return text

    def sent(self) -> bytes:
        """Return the bytes of everything that was sent, by the trace."""
        return b"".join(record.data for record in self.records if record.outgoing)
