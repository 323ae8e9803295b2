"""``get --timeline FILE``: a picture, an archive or a table of where the time went."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from twinet.errors import InternetError, InvalidParameter
from twinet.inetfetch.command.report import Exit, Trouble, complain

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from twinet.timeline import Timeline

__all__ = ["timeline_in"]


@contextmanager
def timeline_in(
    path: str | None, others: Iterable[str | os.PathLike[str] | None]
) -> Iterator[Timeline | None]:
    """Give a timeline; write it in the end, however that comes.

    :param path: its file, which is replaced; nothing gives no timeline.
    :param others: the files that the command writes besides.
    :raises Trouble: the file cannot be; nothing has been fetched then.
    """
    if path is None:
        yield None
        return
    # Loaded by those alone who want one.
    from twinet.timeline import Timeline  # noqa: PLC0415
    from twinet.timeline.file import check_place  # noqa: PLC0415

    for other in others:
        if other is not None and Path(other).absolute() == Path(path).absolute():
            msg = f"--timeline: {path} is what another file of this command is called"
            raise Trouble(msg, Exit.USAGE)
    try:
        check_place(path)
    except InternetError as error:
        raise _trouble(error) from error
    timeline = Timeline("inetfetch get")
    try:
        yield timeline
    except BaseException:
        try:
            _save(timeline, path)
        except Trouble as trouble:
            # What came first is what the program ends with.
            complain(str(trouble))
        raise
    _save(timeline, path)


def _save(timeline: Timeline, path: str) -> None:
    try:
        timeline.save(path)
    except InternetError as error:
        raise _trouble(error) from error


def _trouble(error: InternetError) -> Trouble:
    usage = isinstance(error, InvalidParameter)
    return Trouble(f"--timeline: {error.message}", Exit.USAGE if usage else Exit.LOCAL)
