"""``get -v`` and ``get --trace FILE``: where the trace of the wire goes."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from twinet import Trace, TracePrinter
from twinet.inetfetch.command.report import Exit, Trouble, complain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinet import TraceRecord

__all__ = ["tracing"]


@contextmanager
def tracing(verbose: int, path: str | None) -> Iterator[Trace | None]:
    """Give what a session's ``trace`` shall be.

    :param verbose: how often ``-v`` was given: from twice on with the data of bodies.
    :param path: the file of ``--trace``, which is written anew; in it data stand too.
    :raises Trouble: the file cannot be written.
    """
    if path is not None:
        try:
            # Its bodies are the owner's business and nobody else's.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Trouble(
                f"--trace: cannot write {path}: {error.strerror}", Exit.LOCAL
            ) from error
        file = os.fdopen(descriptor, "w", encoding="utf-8")
        try:
            yield Trace(_Until(TracePrinter(file, times=True), path), data=True)
        finally:
            # What could not be written has been told.
            with suppress(OSError):
                file.close()
    elif verbose:
        yield Trace(_Until(TracePrinter(), "standard error"), data=verbose > 1)
    else:
        yield None


class _Until:
    """Has a trace printed until that is not possible any more, and says so once."""

    def __init__(self, printer: TracePrinter, where: str) -> None:
        self._printer: TracePrinter | None = printer
        self._where = where

    def __call__(self, record: TraceRecord) -> None:
        """Print it; a download goes on without its trace."""
        if self._printer is None:
            return
        try:
            self._printer(record)
        except OSError as error:
            self._printer = None
            with suppress(OSError):
                complain(
                    f"the trace ends: cannot write {self._where}: {error.strerror}"
                )
