"""``inetfetch get``: URLs into files, through the library itself.

The files are fetched some at a time, each by one :func:`_fetch`.  What goes wrong
with one is told on standard error, the others go on, and the first trouble's number
becomes the exit code.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import CancelledError, Deferred, DeferredList

import twinet
from twinet.errors import FileExists, InternetError, UnexpectedStatus
from twinet.inetfetch.command import bars
from twinet.inetfetch.command.access import open_session
from twinet.inetfetch.command.cookies import cookies_of
from twinet.inetfetch.command.login import netrc_of
from twinet.inetfetch.command.proxies import proxies_of
from twinet.inetfetch.command.report import Exit, Trouble, complain, exit_code
from twinet.inetfetch.command.timeline import timeline_in
from twinet.inetfetch.command.tracing import tracing
from twinet.inetfetch.fetch.names import name_from_url
from twinet.inetfetch.weburl import (
    NO_CONTENT,
    BadUrl,
    check_url,
    is_gopher,
    masked,
)
from twinet.options import Option
from twinet.status import ResponseReceived

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from twisted.python.failure import Failure

    from twinet.timeline import Timeline

    #: Fetches one URL into its file; gives the file's size.
    Fetch = Callable[["Target"], Awaitable[int]]

__all__ = ["get"]


@dataclass(frozen=True, slots=True)
class Target:
    """A URL and the file that it becomes."""

    url: str
    path: Path


async def get(reactor: Any, options: Namespace) -> int:
    """Fetch ``options.urls``; return the exit code.

    :raises Trouble: nothing could be begun.
    """
    proxies = proxies_of(options, os.environ)
    targets = targets_for(options.urls, options.output, options.directory)
    _make_folder(options.directory)
    limits = twinet.Limits(whole=options.max_time)
    if options.connect_timeout is not None:
        limits = limits.but(connect=options.connect_timeout)
    written = (options.trace, options.cookie_jar, *(each.path for each in targets))
    with (
        timeline_in(options.timeline, written) as timeline,
        tracing(options.verbose, options.trace) as trace,
        cookies_of(options.cookies, options.cookie_jar) as cookies,
    ):
        session = open_session(
            reactor,
            options.trust_roots,
            limits=limits,
            proxy=proxies,
            netrc=netrc_of(options),
            cookies=cookies,
            decoding=options.compressed,
            # As many as ever ask at a time: nobody waits here for a connection.
            connections_per_host=options.jobs,
            trace=trace,
        )
        usual = session.connections_per_proxy
        session.connections_per_proxy = max(usual, options.jobs)
        progress = bars.choose(
            reactor, quiet=options.quiet, verbose=options.verbose > 0
        )
        try:
            fetch = partial(_fetch, session, timeline, progress)
            return await _fetch_all(fetch, targets, progress, options.jobs)
        finally:
            progress.close()
            await session.close()


def targets_for(
    urls: Sequence[str], output: str | None, directory: str | None
) -> list[Target]:
    """Settle which file each URL becomes.

    :raises Trouble: two URLs would become the same file.
    """
    folder = Path(directory or "")
    targets: dict[Path, str] = {}
    for url in urls:
        path = folder / (output if output is not None else _name(url))
        if path in targets:
            raise Trouble(
                f"{masked(targets[path])} and {masked(url)} would both become {path}; "
                "fetch them one at a time, with -o",
                Exit.USAGE,
            )
        targets[path] = url
    return [Target(url, path) for path, url in targets.items()]


def _name(url: str) -> str:
    try:
        if is_gopher(url):
            # A menu has no name of its own; with -o it is saved as a page.
            check_url(url)
        return name_from_url(url)
    except BadUrl as reason:
        raise Trouble(f"{reason} (or name the file with -o)", Exit.USAGE) from None
    except ValueError as reason:
        raise Trouble(f"{masked(url)} is not a URL: {reason}", Exit.USAGE) from None


def _make_folder(directory: str | None) -> None:
    if directory is None:
        return
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"cannot make the folder {directory}: {error.strerror}", Exit.LOCAL
        ) from error


async def _fetch_all(
    fetch: Fetch,
    targets: Sequence[Target],
    progress: bars.Progress,
    at_once: int,
) -> int:
    """Fetch all, some at a time; return the first trouble's exit code."""
    codes: dict[int, Exit] = {}
    queue = enumerate(targets)
    workers = [
        Deferred.fromCoroutine(_work(fetch, queue, progress, codes))
        for _ in range(min(at_once, len(targets)))
    ]

    def abandon(failure: Failure) -> Failure:
        # A worker that fails has nobody left to write to: the others must not go on.
        for worker in workers:
            worker.cancel()
        return failure

    for worker in workers:
        worker.addErrback(abandon)
    # Cancelled, it cancels all, and fires when the last has cleaned up behind itself.
    results = await DeferredList(workers, consumeErrors=True)
    failures = [cast("Failure", outcome) for well, outcome in results if not well]
    # The cause goes before the cancellations that it brought.
    for failure in sorted(failures, key=lambda each: bool(each.check(CancelledError))):
        failure.raiseException()
    # The first on the command line: which one fails first in time may be chance.
    return codes[min(codes)] if codes else Exit.WELL


async def _work(
    fetch: Fetch,
    queue: Iterator[tuple[int, Target]],
    progress: bars.Progress,
    codes: dict[int, Exit],
) -> None:
    for number, target in queue:
        name = str(target.path)
        try:
            size = await fetch(target)
        except CancelledError:
            progress.failed(name)
            raise
        except (InternetError, Trouble) as error:
            progress.failed(name)
            complain(f"{masked(target.url)}: {_words(error)}")
            codes[number] = exit_code(error)
        else:
            progress.done(name, size)


def _words(error: InternetError | Trouble) -> str:
    if isinstance(error, InternetError):
        # Without constant and code: they help programs.
        return error.message or error.meaning
    return str(error)


def _check_file(url: str) -> None:
    """Check that an ftp URL names a file.

    :raises Trouble: it names a directory.
    """
    if url.lower().startswith(("ftp:", "ftps:")):
        try:
            check_url(url)
        except BadUrl as reason:
            raise Trouble(str(reason), Exit.USAGE) from None


def _check_free(path: Path) -> None:
    if os.path.lexists(path):
        # The library says the same, but only when it has asked the server.
        msg = f"{path} exists already; choose another name or remove it"
        raise FileExists(msg)


async def _fetch(
    session: twinet.Session,
    timeline: Timeline | None,
    progress: bars.Progress,
    target: Target,
) -> int:
    """Fetch one URL into its file; return the file's size.

    :raises InternetError: there is no file then.
    :raises Trouble: the same, because of what was answered.
    """
    _check_file(target.url)
    _check_free(target.path)
    name = str(target.path)
    progress.start(name, masked(target.url))
    counting = False
    #: what is missing of an FTP file, whose server's last words are no part of it.
    missing: float = inf

    def on_status(notification: twinet.Notification) -> None:
        nonlocal missing
        if counting and isinstance(notification, ResponseReceived):
            count = min(notification.count, missing)
            missing -= count
            progress.grow(name, int(count))

    decoding = session.options[Option.HTTP_DECODING]
    request: Any = await session.open_url(
        target.url,
        # A file is wanted as it is, not as it travels best.
        headers=() if decoding else (("Accept-Encoding", "identity"),),
        # Some servers tell strangers that there is nothing, and never ask.  Of FTP the
        # next file has the login of the last.
        flags=twinet.Flag.PRE_AUTH | twinet.Flag.EXISTING_CONNECT,
        on_status=on_status if timeline is None else timeline.before(on_status),
    )
    try:
        if isinstance(request, twinet.HttpRequest):
            response = request.response
            _check_answer(response)
            if decoding:
                _check_decoded(response)
            progress.size(name, response.length)
        elif isinstance(request, twinet.FtpFile):
            progress.size(name, request.size)
            missing = inf if request.size is None else request.size
        counting = True  # until now it was heads that came
        path = cast("Path", await request.save(target.path))
        return path.stat().st_size
    finally:
        await request.close()


def _check_answer(response: twinet.Response) -> None:
    """Check that the body is the content that was asked for.

    :raises UnexpectedStatus: 12003, it is not, by the server's own words.
    :raises Trouble: it is not for another reason.
    """
    status = response.status_code
    words = f"the server answered {status} {response.reason}".rstrip()
    if status >= 400:  # noqa: PLR2004  RFC 9110, 15.5
        raise UnexpectedStatus(words, status_code=status)
    # Nothing, or a part that was not asked for, or a redirect that leads nowhere.
    if status in NO_CONTENT or not 200 <= status < 300:  # noqa: PLR2004  RFC 9110, 15.3
        raise Trouble(f"{words}: that is not the whole content", Exit.FAILED)


def _check_decoded(response: twinet.Response) -> None:
    """Check that a body that travels coded is decoded.

    :raises Trouble: it is not: its coding is unknown, or not installed.
    """
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    empty = response.length == 0
    if coding not in ("", "identity") and not (response.decoded or empty):
        raise Trouble(
            f"the server sent it coded as {coding}, which cannot be decoded here; "
            "leave --compressed out, or install what may be missing: "
            "pip install 'twinet[brotli,zstd]'",
            Exit.FAILED,
        )
