"""The spool: a listing on its way, in memory and then in a temporary file.

A listing is taken to its end whether anybody reads it or not, so that the session is
free for the next command.  What waits for the reader is kept in memory up to a size;
what is more goes into a file, in a thread.  The file always holds what is older.
"""

from __future__ import annotations

import tempfile
from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twinet._net.translate import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from twinet._ftp.retrieval import Retrieval
    from twinet.errors import InternetError

__all__ = ["Spool"]

#: What may wait in memory before it goes to the file (bytes; our own).
IN_MEMORY = 1 << 20
#: What may wait for the file before the server is held back (bytes; our own).
BACKLOG = 4 << 20
#: What is read from the file at a time (bytes).
READ = 256 << 10
#: So much is enough to begin with (bytes; our own): a smaller listing is waited for.
READY = 64 << 10


class Spool:
    """The reader of a retrieval whose data somebody takes when he likes.

    :param run: runs a blocking call in a thread.
    :param ready: called once, when the listing is whole, or so much of it is here that
        it is worth beginning.
    :ivar error: why the listing is not whole.
    """

    source: Retrieval | None = None

    def __init__(
        self, run: Callable[..., Deferred[Any]], ready: Callable[[], None]
    ) -> None:
        self.error: InternetError | None = None
        self.ended = False
        self._run = run
        self._ready: Callable[[], None] | None = ready
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._file: Any = None
        self._written = 0
        self._read = 0
        self._writing = False
        self._closed = False
        self._news: Deferred[None] | None = None

    # -- the retrieval's side of the seam

    def take_data(self, data: bytes, wire: int) -> None:  # noqa: ARG002
        """Keep data."""
        if self._closed:
            return
        self._chunks.append(data)
        self._size += len(data)
        if self._size >= IN_MEMORY and not self._writing:
            self._flush()
        if self._size >= BACKLOG and self.source is not None:
            self.source.pause()

    def tell_data(self) -> None:
        """Tell who waits."""
        if self._size + self._written >= READY:
            self._tell_ready()
        self._wake()

    def take_end(self, _trailers: tuple[()], error: InternetError | None) -> None:
        """Take note of the end."""
        self.error = error
        self.ended = True

    def tell_end(self) -> None:
        """Tell who waits."""
        self._tell_ready()
        self._wake()

    # -- the reader's side

    def at_hand(self) -> bytes | None:
        """Return the next piece if it is here; empty is the end, ``None`` to wait."""
        if self._writing or self._written > self._read:
            return None
        if self._chunks:
            data = self._chunks.popleft()
            self._size -= len(data)
            return data
        return b"" if self.ended else None

    async def next(self) -> bytes:
        """Return the next piece; empty at the end."""
        while (data := self.at_hand()) is None:
            if self._written > self._read:
                piece: bytes = await self._run(self._read_file, self._read)
                self._read += len(piece)
                return piece
            self._news = Deferred()
            await self._news
        return data

    def fail(self, error: InternetError) -> None:
        """Take note that the operation has failed; what came can be read."""
        if not self.ended:
            self.take_end((), error)
            self.tell_end()

    def close(self) -> None:
        """Throw everything away."""
        self._closed = True
        self._chunks.clear()
        self._size = 0
        if not self._writing:
            self._close_file()

    # -- inside

    def _tell_ready(self) -> None:
        ready, self._ready = self._ready, None
        if ready is not None:
            ready()

    def _wake(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.called:
            news.callback(None)

    def _flush(self) -> None:
        chunks = list(self._chunks)
        self._chunks.clear()
        self._size = 0
        self._writing = True
        self._run(self._write_file, chunks).addCallbacks(self._flushed, self._failed)

    def _flushed(self, count: int) -> None:
        self._writing = False
        if self._closed:
            self._close_file()
            return
        self._written += count
        if self.source is not None and not self.ended:
            self.source.resume()
        self._wake()

    def _failed(self, failure: Failure) -> None:
        """Take note that the disk is full, or there is no place for the file."""
        self._writing = False
        if self.source is not None:
            self.source.cancel()
        self.error = translate(failure, "a listing cannot be kept on the disk")
        self.ended = True
        self.tell_end()

    # these block

    def _write_file(self, chunks: list[bytes]) -> int:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="twinet-")  # noqa: SIM115  _close_file()
        self._file.seek(0, 2)
        self._file.writelines(chunks)
        self._file.flush()
        return sum(map(len, chunks))

    def _read_file(self, place: int) -> bytes:
        self._file.seek(place)
        data: bytes = self._file.read(READ)
        return data

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
