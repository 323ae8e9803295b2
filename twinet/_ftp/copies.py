"""Copies: whole files from the server to the disk, and from the disk to the server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred

from twinet._ftp.file_upload import upload
from twinet._ftp.local_file import LocalFile
from twinet._ftp.progress import Progress
from twinet._ftp.retrieval import Retrieval
from twinet._ftp.sink_reader import SinkReader
from twinet._ftp.storage import Storage
from twinet._ftp.transfer import abandon
from twinet._net.disk import PartFile, check_free
from twinet._net.kept_part import KeptPart
from twinet._wire.ftp_answers import read_size, read_time
from twinet.errors import ExtendedError, InternetError, InvalidOperation, Truncated
from twinet.status import (
    ReceivingResponse,
    RequestSent,
    ResponseReceived,
    SendingRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation

__all__ = ["fetch_file", "resume_file", "store_file"]

T = TypeVar("T")


async def fetch_file(
    login: Login,
    operation: Operation,
    path: str,
    to: Path,
    *,
    text: bool,
    replaces: bool,
) -> Path:
    """Fetch a file to the disk: under a temporary name until it is whole.

    :param replaces: another file of its name is replaced.
    :raises FileExists: 80, there is one, and it is not to be replaced.
    :raises InternetError: it did not come, or not whole; nothing is left then, and what
        there was is as it was.
    """

    async def receive(sink: Any) -> int:
        await login.set_type(operation, "A" if text else "I")
        return await _receive(login, operation, path, sink, text=text)

    return await login.engine.disk.save(
        to,
        lambda sink: Deferred.fromCoroutine(receive(sink)),
        part=partial(PartFile, replaces=replaces),
    )


async def resume_file(
    login: Login, operation: Operation, path: str, to: Path, *, replaces: bool
) -> Path:
    """Fetch a file, or what is missing of it from an earlier attempt.

    Of a failed attempt ``name.part`` stays.  It is gone on with when the server tells
    size and time of the file (SIZE, MDTM), and both fit; else it begins anew.

    :raises InternetError: as :func:`fetch_file`.
    """
    if not replaces:
        await operation.wait(login.engine.disk.run(check_free, to))
    await login.set_type(operation, "I")
    size = await _told(login, operation, "SIZE", path, read_size)
    time = await _told(login, operation, "MDTM", path, read_time)
    parts: list[KeptPart] = []

    def make(target: Path) -> KeptPart:
        stamp = None if time is None else time.timestamp()
        parts.append(KeptPart(target, time=stamp, size=size, replaces=replaces))
        return parts[0]

    async def receive(sink: Any) -> int:
        part = parts[0]
        begin = part.begin
        if begin and begin == size:
            return begin
        if begin and not await _agrees(login, operation, begin):
            begin = 0
            await login.engine.disk.run(part.start_at, 0)
        count = await _receive(login, operation, path, sink, offset=begin, sized=False)
        if size is not None and begin + count != size:
            msg = f"{begin + count} bytes of {path} came, and the server had {size}"
            raise Truncated(msg)
        return begin + count

    return await login.engine.disk.save(
        to, lambda sink: Deferred.fromCoroutine(receive(sink)), part=make
    )


async def _receive(
    login: Login,
    operation: Operation,
    path: str,
    sink: Any,
    *,
    offset: int = 0,
    sized: bool = True,
    text: bool = False,
) -> int:
    """Let a sink have a file; return how many bytes that was.

    :param sized: its size is to be asked for where that was not announced.
    """
    deadlines = login.engine.deadlines
    progress = Progress(operation, deadlines, ReceivingResponse, ResponseReceived)
    reader = SinkReader(sink, progress)
    retrieval = reader.source = Retrieval(
        login,
        login.line("RETR", path),
        reader,
        path=path if sized else None,
        text=text,
    )
    await retrieval.begin(operation, offset)
    await retrieval.carry_on(operation)
    reader.check()
    return reader.count


async def _agrees(login: Login, operation: Operation, place: int) -> bool:
    """Tell whether the server can begin at a place; the answer binds nobody yet."""
    reply = await login.attempt(operation, "REST", str(place))
    return reply is not None and reply.wants_more


async def _told(
    login: Login,
    operation: Operation,
    verb: str,
    path: str,
    read: Callable[[str], T | None],
) -> T | None:
    """Ask for something that the server may not tell; ``None`` when it does not."""
    reply = await login.attempt(operation, verb, path)
    if reply is None or not reply.completed:
        return None
    return read(reply.text)


async def store_file(
    login: Login,
    operation: Operation,
    path: Path,
    to: str,
    *,
    text: bool,
    resume: bool,
) -> int:
    """Store a file of the disk on the server; return how many bytes were sent.

    :param resume: what the server has of it already is not sent again (SIZE, APPE).
    :raises FileNotFound: 2, there is no such file here.
    :raises InternetError: the server did not take it, or not all of it.
    """
    run = login.engine.disk.run
    file: LocalFile = await operation.wait(run(LocalFile, path))
    try:
        await login.set_type(operation, "A" if text else "I")
        begin = await _stored(login, operation, file, to) if resume else 0
        line = login.line("APPE" if begin else "STOR", to)
        storage = Storage(login, line, text=text)
        await storage.begin(operation)
        progress = Progress(
            operation, login.engine.deadlines, SendingRequest, RequestSent
        )
        try:
            end = await upload(
                operation, storage, file, begin, run, progress, text=text
            )
        except InternetError:
            if storage.fault is None or operation.stopped is not None:
                # It is ours: the server must not take what it has for whole.
                storage.cancel()
                await abandon(login)
            else:
                # The server's last word says more.
                await storage.carry_on(operation)
            raise
        storage.end()
        await storage.carry_on(operation)
        return end - begin
    finally:
        run(file.close).addErrback(lambda _: None)


async def _stored(login: Login, operation: Operation, file: LocalFile, to: str) -> int:
    """Return how much of a file the server has (bytes).

    :raises InvalidOperation: 12016, it has more than there is here.
    """
    reply = await login.attempt(operation, "SIZE", to)
    if reply is None:
        msg = "the server does not tell sizes (SIZE), so nothing can be resumed"
        raise InvalidOperation(msg)
    size = read_size(reply.text) if reply.completed else 0
    if size is None:
        msg = "the server's answer to SIZE cannot be read"
        raise ExtendedError(msg, server_text=reply.text)
    if size > file.size:
        msg = f"the server has {size} bytes of {to}, and {file.path} only {file.size}"
        raise InvalidOperation(msg)
    return size
