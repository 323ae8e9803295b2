"""A reader that hands data to a sink: for files that go to the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from twinet._ftp.retrieval import Retrieval
    from twinet.errors import InternetError

__all__ = ["SinkReader"]


class SinkReader:
    """Takes the data of one retrieval.

    :param sink: its ``write`` may return a Deferred, until which it takes no more.
    :param progress: called with the bytes of each step.
    :ivar count: what was handed over (bytes).
    """

    source: Retrieval

    def __init__(self, sink: Any, progress: Callable[[int], None]) -> None:
        self.count = 0
        self._sink = sink
        self._progress = progress
        self._came = 0
        self._error: BaseException | None = None

    def check(self) -> None:
        """Raise what went wrong, if anything did."""
        if self._error is not None:
            raise self._error

    # -- the retrieval's side of the seam

    def take_data(self, data: bytes, wire: int) -> None:
        """Hand data on."""
        self._came += wire
        if self._error is not None:
            return
        self.count += len(data)
        try:
            waiting = self._sink.write(data)
        except Exception as error:  # noqa: BLE001  the disk's, or ours: told below
            self._error = error
            return
        if isinstance(waiting, Deferred):
            self.source.pause()
            waiting.addCallbacks(self._go_on, self._refused)

    def tell_data(self) -> None:
        """Tell how far it is."""
        came, self._came = self._came, 0
        self._progress(came)
        if self._error is not None and not self.source.over:
            self.source.cancel()

    def take_end(self, _trailers: tuple[()], error: InternetError | None) -> None:
        """Take note of the end."""
        self._error = self._error or error

    def tell_end(self) -> None:
        """Nothing is told: the operation goes on by itself."""

    # -- the sink's side

    def _go_on(self, _: object) -> None:
        self.source.resume()

    def _refused(self, failure: Failure) -> None:
        self._error = failure.value
        self.source.cancel()
