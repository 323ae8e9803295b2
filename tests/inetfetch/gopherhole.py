"""A Gopher server on the reactor, with a file that breaks off at first."""

from __future__ import annotations

from typing import Any

from twinet.testing import End, GopherPeer, Script

CONTENT = bytes(range(256)) * 400


class Gopherhole(GopherPeer):
    """The server.

    :ivar url: the beginning of its URLs.
    """

    def __init__(self, reactor: Any) -> None:
        super().__init__({"/a.bin": CONTENT, "/menu": ["iwords"]})
        self.put("/broken", Script(CONTENT[:1000], End.ABORT), CONTENT)
        self._listening = self.listen(reactor)
        self.url = self._listening.url

    def close(self) -> Any:
        """End."""
        return self._listening.stop()
