"""A program of asyncio's that asks a server of each kind, and looks at what is left.

``python -X dev -W error visit_by_aio.py KIND HTTPS ROOTS FTP GOPHER FOLDER`` prints
what it came to as JSON.  KIND is ``asyncio`` or ``uvloop``, whose ``run`` is called
twice, or ``reactor``, where Twisted's runs on the loop of asyncio.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
from pathlib import Path
from typing import Any

from twinet import aio
from twinet.errors import InternetError


async def visit(https: str, roots: str, ftp: str, gopher: str, folder: str) -> Any:
    """Ask them all; return what came of it."""
    place = Path(folder)
    port = int(ftp.rpartition(":")[2])

    async def of_https(session: aio.Session) -> Path:
        return await session.download(f"{https}/one-mebibyte.bin", place / "saved")

    async def of_ftp(session: aio.Session) -> Any:
        connection = await session.ftp("127.0.0.1", port)
        async with connection, await connection.find("*.bin") as find:
            names = sorted([entry.name async for entry in find])
        async with await session.open_url(f"{ftp}/folder/inner.txt") as file:
            return names, (await file.read(99)).decode()

    async def of_gopher(session: aio.Session) -> Any:
        async with await session.open_url(f"{gopher}/0/plain.txt") as file:
            return b"".join([piece async for piece in file]).decode()

    async with aio.Session(trust_roots=roots, proxy="") as session:
        async with asyncio.TaskGroup() as group:
            ftp_task = group.create_task(of_ftp(session))
            gopher_task = group.create_task(of_gopher(session))
            saved = group.create_task(of_https(session))
        path = saved.result()
        size = path.stat().st_size
        path.unlink()
        request = await session.get(f"{https}/small.txt")
        small = b"".join([piece async for piece in request]).decode()
        assert request.tls is not None
        try:
            await aio.fetch(https, proxy="")
            untrusted = 0
        except InternetError as error:
            untrusted = error.code
    return {
        "small": small,
        "size": size,
        "ftp": ftp_task.result(),
        "gopher": gopher_task.result(),
        "untrusted": untrusted,
        "tls": request.tls.version,
    }


def main() -> None:
    """Run, and print."""
    kind, *where = sys.argv[1:]
    found = []
    if kind == "reactor":
        from twisted.internet import asyncioreactor  # noqa: PLC0415

        asyncioreactor.install()
        from twisted.internet.defer import Deferred  # noqa: PLC0415
        from twisted.internet.task import react  # noqa: PLC0415

        async def told() -> None:
            found.append(await visit(*where))

        with contextlib.suppress(SystemExit):
            react(lambda _: Deferred.fromFuture(asyncio.ensure_future(told())))
    else:
        run: Any = asyncio.run
        if kind == "uvloop":
            import uvloop  # noqa: PLC0415

            run = uvloop.run
        found += [run(visit(*where)) for _ in range(2)]
    for each in threading.enumerate():
        # One that has been told to end is on its way.
        if each is not threading.main_thread():
            each.join(10)
    print(
        json.dumps(
            {
                "found": found,
                "threads": [each.name for each in threading.enumerate()],
                "reactor": "twisted.internet.reactor" in sys.modules,
            }
        )
    )


if __name__ == "__main__":
    main()
