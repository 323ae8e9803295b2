"""The client of the daemon's REST API.

It goes through the library's own public calls.  Whatever answers, and however,
becomes JSON that the caller can use or one :class:`Trouble` that says what to do.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import twinet
from twinet.errors import (
    CannotConnect,
    CertificateFault,
    InternetError,
    NameNotResolved,
    SecurityChannelError,
    Timeout,
)
from twinet.inetfetch.command.report import Exit, Refused, Trouble, exit_code
from twinet.urls import crack_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from twinet.inetfetch.place import Place

__all__ = ["Daemon", "batches"]

#: Every request ends in this time (seconds).
LIMITS = twinet.Limits(connect=10, slot=30, first_byte=30, idle=30, whole=60)
#: A page of the largest size is far below it (bytes).
MOST = 64 << 20
#: How many jobs one page has.
PAGE = 500
#: How many jobs one request adds, and how large its body may be (bytes): the daemon
#: takes 2 MiB.
BATCH = 500
BATCH_BYTES = 1 << 20

_UNAUTHORIZED = 401


class Daemon:
    """The daemon, as far as it can be reached.

    :param session: what the requests go through; the caller's to close.
    :raises Trouble: its address is no URL.
    """

    def __init__(self, session: twinet.Session, place: Place) -> None:
        try:
            origin = crack_http(place.url)
        except InternetError as error:
            raise Trouble(
                f"the daemon's address is not usable: {error.message}; "
                "correct INETFETCH_URL",
                Exit.USAGE,
            ) from error
        self._place = place
        #: where it is was not said by anybody.
        self.guessed = place.guessed
        self._base = origin.target.rstrip("/") + "/api/v1"
        self._connection = session.http(
            origin.host, origin.port, tls=origin.scheme == "https", limits=LIMITS
        )
        self._name = origin.url.rstrip("/")

    async def add(self, jobs: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
        """Add at most a batch of jobs; return them as the daemon took them.

        :raises Trouble: nothing was added.
        """
        added = await self._call("POST", "/jobs", json.dumps(jobs).encode("ascii"))
        if not isinstance(added, list) or not all(map(_is_job, added)):
            raise self._stranger()
        return added

    async def jobs(
        self, state: str | None = None
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Give all jobs, a page at a time; only one page is in memory.

        :raises Trouble: the daemon does not answer as it should.
        """
        wanted = {"limit": str(PAGE)}
        if state is not None:
            wanted["state"] = state
        while True:
            page = await self._call("GET", f"/jobs?{urlencode(wanted)}")
            jobs = page.get("jobs") if isinstance(page, dict) else None
            if not isinstance(jobs, list) or not all(map(_is_job, jobs)):
                raise self._stranger()
            yield jobs
            after = page.get("next")
            if after is None:
                return
            if not isinstance(after, str) or after == wanted.get("after"):
                raise self._stranger()  # or it would go on for ever
            wanted["after"] = after

    async def job(self, name: str) -> dict[str, Any]:
        """Return a job with its events.

        :param name: its id or gid, or the beginning of one.
        :raises Refused: there is none, or more than one.
        :raises Trouble: the daemon does not answer as it should.
        """
        return self._job(await self._call("GET", f"/jobs/{quote(name, safe='')}"))

    async def remove(self, name: str) -> dict[str, Any]:
        """Cancel a job, or forget one that has ended; return it as it is now.

        :raises Refused: there is none, or more than one.
        :raises Trouble: the daemon does not answer as it should.
        """
        return self._job(await self._call("DELETE", f"/jobs/{quote(name, safe='')}"))

    async def stats(self) -> dict[str, int]:
        """Return how many jobs there are in each state.

        :raises Trouble: the daemon does not answer as it should.
        """
        answer = await self._call("GET", "/stats")
        counts = answer.get("states") if isinstance(answer, dict) else None
        if not isinstance(counts, dict) or not all(
            type(count) is int for count in counts.values()
        ):
            raise self._stranger()
        return counts

    # -- inside

    async def _call(self, verb: str, path: str, body: bytes | None = None) -> Any:
        """Return what the daemon answers.

        :raises Trouble: it does not, or it refuses.
        """
        headers = [("Accept", "application/json, application/problem+json")]
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        if self._place.token is not None:
            headers.append(("Authorization", f"Bearer {self._place.token}"))
        request = self._connection.open_request(
            verb,
            self._base + path,
            headers=headers,
            # The token is for this address alone.
            flags=twinet.Flag.NO_AUTO_REDIRECT,
        )
        try:
            await request.send(body)
            content = await self._body(request)
        except InternetError as error:
            raise self._unreachable(error) from error
        finally:
            await request.close()
        return self._understood(request.response, content)

    async def _body(self, request: twinet.HttpRequest) -> bytes:
        pieces = []
        room = MOST
        async for piece in request:
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                raise self._stranger()
        return b"".join(pieces)

    def _understood(self, response: twinet.Response, content: bytes) -> Any:
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        status = response.status_code
        try:
            answer = json.loads(content)
        except ValueError:
            raise self._stranger(status) from None
        if 200 <= status < 300 and kind == "application/json":  # noqa: PLR2004  RFC 9110, 15.3
            return answer
        if kind != "application/problem+json" or not isinstance(answer, dict):
            raise self._stranger(status)
        if status == _UNAUTHORIZED:
            raise self._not_let_in()
        detail = answer.get("detail") or answer.get("title") or f"status {status}"
        raise Refused(f"the daemon says: {detail}", status)

    def _job(self, answer: Any) -> dict[str, Any]:
        if not _is_job(answer):
            raise self._stranger()
        job: dict[str, Any] = answer
        return job

    # -- what can be wrong

    def _unreachable(self, error: InternetError) -> Trouble:
        code = exit_code(error)
        if isinstance(error, CannotConnect | NameNotResolved):
            return Trouble(
                f"no daemon answers at {self._name} ({error.message}); start one with "
                "'twistd -n inetfetch', or name its address in INETFETCH_URL",
                code,
            )
        if isinstance(error, Timeout):
            return Trouble(
                f"the daemon at {self._name} does not answer in time "
                f"({error.message}); look into its log",
                code,
            )
        if isinstance(error, CertificateFault | SecurityChannelError):
            return Trouble(
                f"{self._name} cannot be trusted: {error.message}; name the file "
                "with its root certificate in INETFETCH_TRUST_ROOTS",
                code,
            )
        return Trouble(
            f"what answers at {self._name} does not speak as an inetfetch daemon "
            f"does ({error.message}); name the daemon's address in INETFETCH_URL",
            code,
        )

    def _stranger(self, status: int | None = None) -> Trouble:
        said = "" if status is None else f" (status {status})"
        refused = status is not None and status >= 400  # noqa: PLR2004  RFC 9110, 15.5
        return Trouble(
            f"what answers at {self._name} is not an inetfetch daemon{said}; "
            "name the daemon's address in INETFETCH_URL",
            Exit.STATUS if refused else Exit.FAILED,
        )

    def _not_let_in(self) -> Trouble:
        place = self._place
        if place.token is None:
            wrong = f"wants a token, and there is no file {place.token_file}"
        else:
            wrong = f"does not accept the token in {place.token_file}"
        return Trouble(
            f"the daemon at {self._name} {wrong}; run this as the user who runs the "
            "daemon, or name its token's file in INETFETCH_TOKEN_FILE",
            Exit.STATUS,
        )


def _is_job(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("id", "gid", "url", "state")
    )


def batches(jobs: Sequence[dict[str, str]]) -> Iterator[Sequence[dict[str, str]]]:
    """Cut the jobs into what one request each can add."""
    start, size = 0, 0
    for index, job in enumerate(jobs):
        size += (more := len(json.dumps(job)) + 2)
        if index - start == BATCH or (size > BATCH_BYTES and index > start):
            yield jobs[start:index]
            start, size = index, more
    if start < len(jobs):
        yield jobs[start:]
