"""The daemon: a Twisted service that puts the parts together, and takes them apart.

Whatever can go wrong at the start goes wrong before the reactor runs, with one clear
sentence and exit code 1: the port is taken in ``privilegedStartService`` (twistd has
forked by then, but not yet told the process in the foreground that all is well), the
state database is opened in ``startService``.  Blocking is no sin there: nobody waits
yet.

The end takes at most :data:`GRACE` seconds.  No state depends on it: what has not
been given back by then is taken over at the next start.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from twisted.application import service
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.logger import Logger
from twisted.python.failure import Failure

import twinet
from twinet.errors import InternetError
from twinet.inetfetch.api.guard import Guard
from twinet.inetfetch.api.rest import Desk, make_site
from twinet.inetfetch.fetch.attempt import Bench
from twinet.inetfetch.fetch.engine import Engine
from twinet.inetfetch.fetch.policy import EgressPolicy, Kind, kind_of
from twinet.inetfetch.fetch.retry import RetryRule
from twinet.inetfetch.queue.store import Store, StoreError
from twinet.inetfetch.refusal import StartRefused

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from twisted.internet.interfaces import IListeningPort

    from twinet.inetfetch.fetch.faults import Faults
    from twinet.inetfetch.settings import Settings
    from twinet.inetfetch.statefolder import StateFolder

_log = Logger(namespace="inetfetch")

#: The most that the end may take (seconds).
GRACE = 4.5

#: What a fetch may wait for; the defaults of the library but for the redirects.
LIMITS = twinet.Limits(redirects=10)


class Daemon(service.Service):
    """The fetch daemon.

    :param reactor: the reactor that will run it.
    :param state: the locked state folder.
    :param mode: the permissions of finished files.
    :param sample: how a user adds a job, shown at the start.
    """

    name = "inetfetch"

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        state: StateFolder,
        *,
        faults: Faults,
        mode: int,
        sample: str,
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._state = state
        self._faults = faults
        self._mode = mode
        self._sample = sample
        self._token = state.token()
        self._port: IListeningPort | None = None
        self._store = Store(reactor, state.database)
        self._session: twinet.Session | None = None
        self._engine: Engine | None = None

    # -- the start -----------------------------------------------------------------

    def privilegedStartService(self) -> None:  # noqa: N802  Twisted's name
        """Take the port, as whoever twistd was started by.

        :raises StartRefused: it is taken, or open to others without TLS.
        """
        super().privilegedStartService()  # type: ignore[no-untyped-call]
        self._build()
        assert self._engine is not None
        settings = self._settings
        guard = Guard(self._token, settings.hosts, settings.origins)
        desk = Desk(
            self._store,
            self._engine,
            root=str(settings.root),
            clock=time.time,
            faults=self._faults,
        )
        outcome: list[Any] = []
        try:
            endpoint = serverFromString(self._reactor, settings.listen)
            endpoint.listen(make_site(guard, desk)).addBoth(outcome.append)
        except Exception as reason:  # noqa: BLE001  parsers of endpoints raise anything
            raise self._cannot_listen(reason) from None
        if not outcome:
            raise StartRefused(
                f"--listen {settings.listen!r} is not ready at once; use a tcp:, ssl:, "
                "unix: or systemd: endpoint"
            )
        if isinstance(outcome[0], Failure):
            raise self._cannot_listen(outcome[0].value or OSError())
        self._port = outcome[0]
        self._check_exposure()

    def _build(self) -> None:
        settings = self._settings
        roots = None
        try:
            if settings.trust_roots is not None:
                roots = twinet.TrustRoots.from_pem(
                    settings.trust_roots, with_platform=True
                )
        except InternetError as reason:
            raise StartRefused(f"--trust-roots: {reason.message}") from reason
        try:
            self._session = twinet.Session(
                self._reactor,
                agent=f"inetfetch/{twinet.__version__}",
                trust_roots=roots,
                proxy=settings.proxy,
                netrc=settings.netrc,
                # One job's password is nothing to another one, of somebody else's.
                remember_logins=False,
                limits=LIMITS,
                connections_per_host=settings.max_active_per_host,
                policy=EgressPolicy(settings.allow_nets),
            )
        except InternetError as reason:
            # Of all this only the netrc file is read, and the text names it.
            raise StartRefused(f"--netrc: {reason.message}") from reason
        # Jobs are held back by the queue, and wait for no connection.
        usual = self._session.connections_per_proxy
        self._session.connections_per_proxy = max(usual, settings.max_active)
        bench = Bench(
            self._reactor,
            self._store,
            self._session,
            RetryRule(),
            self._faults,
            clock=time.time,
            random=random.random,
            mode=self._mode,
        )
        self._engine = Engine(
            bench,
            self._reactor,
            owner=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
            root=str(settings.root),
            max_active=settings.max_active,
            max_active_per_host=settings.max_active_per_host,
        )

    def _cannot_listen(self, reason: BaseException) -> StartRefused:
        listen = self._settings.listen
        cause = getattr(reason, "socketError", None) or reason
        words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        return StartRefused(
            f"cannot listen on {listen!r}: {words}; give --listen (INETFETCH_LISTEN) "
            "another endpoint, such as tcp:6801:interface=127.0.0.1"
        )

    def _check_exposure(self) -> None:
        """Refuse to be reachable by other machines over a line that can be read."""
        assert self._port is not None
        host = self._port.getHost()
        if not isinstance(host, IPv4Address | IPv6Address) or self._encrypted:
            return
        if kind_of(ip_address(host.host)) is not Kind.LOOPBACK:
            if self._settings.insecure_listen:
                return
            raise StartRefused(
                f"--listen {self._settings.listen!r} would let other machines in "
                "without TLS, and the token could be read on the way; add "
                "':interface=127.0.0.1', or use an ssl: endpoint, or give "
                "--insecure-listen (INETFETCH_INSECURE_LISTEN=1)"
            )

    @property
    def _encrypted(self) -> bool:
        return self._settings.listen.startswith("ssl:")

    @property
    def url(self) -> str | None:
        """Where the API is, once it listens; ``None`` if it is no TCP port."""
        host = None if self._port is None else self._port.getHost()
        if not isinstance(host, IPv4Address | IPv6Address):
            return None
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.host, host.host)  # noqa: S104  named, not bound
        if ":" in name:
            name = f"[{name}]"
        return f"{'https' if self._encrypted else 'http'}://{name}:{host.port}"

    def startService(self) -> None:  # noqa: N802  Twisted's name
        """Open the queue, tell where we are, begin.

        :raises StartRefused: the state folder cannot be used.
        """
        if self._port is None:  # twist knows no privileged start
            self.privilegedStartService()
        assert self._engine is not None
        try:
            self._store.open_now()
            self._state.announce(
                url=self.url,
                listen=self._settings.listen,
                token_file=str(self._state.token_file),
                dir=str(self._settings.root),
                pid=os.getpid(),
            )
        except (StoreError, OSError) as reason:
            raise StartRefused(str(reason)) from reason
        super().startService()  # type: ignore[no-untyped-call]
        _log.info("listening on {at}", at=self.url or self._settings.listen)
        _log.info("token file {file}", file=self._state.token_file)
        _log.info("files go to {folder}", folder=self._settings.root)
        self._tell_proxies()
        _log.info("add a job with: {sample}", sample=self._sample)
        self._engine.start()

    def _tell_proxies(self) -> None:
        """Say what jobs go through, and what they do not."""
        settings = self._settings
        if settings.proxy:
            _log.info(
                "jobs go through {proxies}; which addresses a proxy connects to cannot "
                "be checked here, but those in URLs are",
                proxies=settings.proxy.servers,
            )
        elif settings.unused_proxies:
            _log.info(
                "{variables} name proxies, which are not used; give --proxy "
                "(INETFETCH_PROXY) if they should be",
                variables=", ".join(settings.unused_proxies),
            )

    # -- the end -------------------------------------------------------------------

    def stopService(self) -> Deferred[None]:  # noqa: N802  Twisted's name
        """Give the running jobs back and close everything."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._port is not None:
            await self._within(0.5, _awaited(self._port.stopListening()))
        if self._engine is not None:
            await self._within(GRACE - 2.5, self._engine.stop())
        if self._session is not None:
            await self._within(1.2, _awaited(self._session.close()))
        await self._within(0.8, _awaited(self._store.close()))
        self._state.leave()

    async def _within(self, seconds: float, work: Coroutine[Any, Any, None]) -> None:
        """Wait for a part to end, but not too long."""
        working = Deferred.fromCoroutine(work).addTimeout(seconds, self._reactor)
        try:
            await working
        except Exception as reason:  # noqa: BLE001  the other parts must end as well
            _log.warn(
                "{part} did not end well: {reason!r}",
                part=getattr(work, "__qualname__", "a part"),
                reason=reason,
            )


async def _awaited(value: Any) -> None:
    """Wait for what may be a Deferred or not."""
    if isinstance(value, Deferred):
        await value
