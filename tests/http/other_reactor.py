"""HTTPS on another reactor, in a process of its own.

``python -m tests.http.other_reactor asyncio`` (or ``uvloop``) runs a server and a
session on it, and prints what came of it as one line of JSON.  With the name of a
module behind it, the cases of that are run there instead, by Twisted's own runner.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import asyncioreactor

if TYPE_CHECKING:
    from collections.abc import Callable

#: Enough to fill every buffer on the way, many times.
SIZE = 3 << 20


def new_loop(name: str) -> asyncio.AbstractEventLoop:
    """Make the event loop."""
    if name == "asyncio":
        return asyncio.new_event_loop()
    # Late: it is the one thing here that need not be installed.
    import uvloop  # noqa: PLC0415

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def run(place: Path) -> dict[str, Any]:
    """Ask servers of every kind; give what each came to."""
    # Late: they need the reactor that is installed by then.
    import twinet  # noqa: PLC0415
    from tests.http.loopback import LoopbackServer, ok, reactor  # noqa: PLC0415
    from tests.net.certificates import (  # noqa: PLC0415
        Server,
        pem,
        private_pem,
        root,
        server_context,
    )

    found: dict[str, Any] = {
        "reactor": type(reactor).__name__,
        "loop": type(reactor._asyncioEventloop).__module__,
    }
    roots = place / "roots.pem"
    roots.write_bytes(pem(root().certificate))
    mine = root().issue(["me"], usage=None)
    session = twinet.Session(reactor, trust_roots=roots)
    showing = twinet.Session(
        reactor,
        trust_roots=roots,
        client_certificate=private_pem(mine.key) + pem(mine.certificate),
    )
    answers: Any = {"/": ok(b"hello"), "/large": ok(b"x" * SIZE), "/silent": None}
    servers = []

    def serve(**options: Any) -> str:
        end = timedelta(days=options.pop("days", 1))
        identity = root().issue(["127.0.0.1"], end=end)
        face = Server(server_context(identity, **options))
        servers.append(LoopbackServer(answers, face))
        return servers[-1].url("")

    async def outcome(call: Callable[[], Any]) -> Any:
        try:
            return await call()
        except twinet.InternetError as error:
            return error.code

    async def body(asker: twinet.Session, url: str) -> str:
        request = await asker.get(url)
        data = await request.read(9)
        await request.close()
        return data.decode()

    async def saved(url: str) -> int:
        request = await session.get(url)
        path = await request.save(place / "large")
        return path.stat().st_size

    good, demanding, expired = serve(), serve(client_roots=root()), serve(days=-0.5)
    found["body"] = await outcome(lambda: body(session, good + "/"))
    found["kept"] = await outcome(lambda: body(session, good + "/"))
    found["saved"] = await outcome(lambda: saved(good + "/large"))
    found["demanded"] = await outcome(lambda: body(session, demanding + "/"))
    found["shown"] = await outcome(lambda: body(showing, demanding + "/"))
    found["expired"] = await outcome(lambda: body(session, expired + "/"))
    short = twinet.Limits(first_byte=0.1)
    found["silent"] = await outcome(lambda: session.get(good + "/silent", limits=short))
    request = await session.get(good + "/")
    tls = request.tls
    assert tls is not None
    found["tls"] = [tls.version, tls.certificate.subject]
    for each in (session, showing):
        await each.close()
    found["connections"] = len(servers[0].conversations)
    for server in servers:
        await server.all_lost()
        await server.stop()
    # Nothing of ours may be left to wait for.
    found["timers"] = [str(call) for call in reactor.getDelayedCalls()]
    return found


def main() -> None:
    """Install the reactor, run, print."""
    loop = new_loop(sys.argv[1])
    asyncioreactor.install(loop)
    if len(sys.argv) > 2:
        from twisted.scripts import trial  # noqa: PLC0415

        sys.argv[:2] = ["trial", "--reporter=text"]
        trial.run()
        return
    from twisted.internet.defer import Deferred  # noqa: PLC0415
    from twisted.internet.task import react  # noqa: PLC0415

    async def print_it() -> None:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(await run(Path(place))))

    try:
        react(lambda _: Deferred.fromCoroutine(print_it()))
    finally:
        loop.close()


if __name__ == "__main__":
    main()
