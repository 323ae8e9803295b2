"""The session handle: the root of a tree, and what all below it share."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twinet._handles.file_calls import FileCalls
from twinet._handles.http_connection import HttpConnection
from twinet._http.channel import Channel
from twinet._http.cookie_keeper import CookieKeeper
from twinet._http.cookies import CookieJar
from twinet._http.engine import Engine
from twinet._http.login_memory import LoginMemory
from twinet._http.traced_channel import TracedChannel
from twinet._net.client_certificate import ClientCertificate
from twinet._net.connector import Connector
from twinet._net.deadlines import Deadlines
from twinet._net.disk import Disk
from twinet._net.names import Names
from twinet._net.netrc_file import read_netrc
from twinet._net.proxy_settings import ProxySettings
from twinet._net.reactor_thread import runs_elsewhere
from twinet._net.threads import threads_of
from twinet._net.trace import UNTRACED, Tracer
from twinet._net.tracing import SessionTracing
from twinet._net.trust import TrustRoots
from twinet._wire.credentials import check_credentials
from twinet._wire.http_origin import http_origin
from twinet._wire.http_request import check_fields
from twinet.errors import InvalidParameter
from twinet.flags import HandleType
from twinet.options import Option
from twinet.status import SELF
from twinet.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import (
        IHostnameResolver,
        IStreamClientEndpoint,
    )

    from twinet._ftp.engine import Engine as FtpEngine
    from twinet._gopher.engine import Engine as GopherEngine
    from twinet._net.client_certificate import GivenCertificate
    from twinet._net.dispatch import Listener
    from twinet._net.lanes import StatusDelivery
    from twinet._net.netrc_file import GivenNetrc
    from twinet._net.passage import Passage
    from twinet._net.proxy_settings import GivenProxy
    from twinet._net.trust import GivenRoots
    from twinet.proxy import Proxy
    from twinet.records import Destination, Limits
    from twinet.trace import TraceRecord

__all__ = ["Session"]

_log = Logger()

#: The User-Agent of sessions that give none.
AGENT = "twinet/0.1"


class Session(FileCalls):
    """Where everything begins: connections and requests are opened under it.

    Nothing happens on the network before the first request.  ``close`` ends
    everything below, and its Deferred fires when no socket is left.

    :param reactor: the reactor; the running one when left out.
    :param agent: the User-Agent; empty sends none.
    :param trust_roots: whom to believe about certificates: a PEM file, certificates,
        ``twinet.TrustRoots`` (which can add a file to the platform's), or nothing for
        the platform's store (and certifi's where there is none).
    :param client_certificate: what is shown to each server that asks who we are: a PEM
        file of certificate and key, the pair of two files, ``twinet.ClientCertificate``
        (which can open an encrypted key) or Twisted's ``PrivateCertificate``.
    :param proxy: WinINet's proxy list (``"http=proxy:8080 socks5://other"``), a
        ``twinet.Proxy``, or ``twinet.ProxySettings``, which have a bypass list as well;
        empty connects straight; nothing takes what the environment says now
        (``http_proxy``, ``no_proxy`` and so on), or with ``connect`` the straight way.
    :param resolver: an ``IHostnameResolver``; nothing for the system's, asked in
        threads of the session's own.
    :param connect: ``(host, port) -> IStreamClientEndpoint``, to connect by other
        ways than TCP (Tor, a Unix socket, a test); names are then not looked up here.
        Where there is a proxy it is asked for the way to that.
    :param bind_address: the local address to connect from.
    :param limits: the limits of every call below, unless it brings its own.
    :param connections_per_host: how many connections one host is given at a time, and
        how many logins of FTP that are shared (``download``).
    :param policy: shown each address before it is connected to
        (:class:`~twinet.records.Destination`); ``None`` lets it pass, a text refuses
        it, and the call fails with ``PolicyRefused``.  With ``connect`` there are no
        addresses to show, so the two do not go together.
    :param decoding: ask for compressed bodies, in every coding that can be undone here,
        and decode them (``Option.HTTP_DECODING``).
    :param cookies: a :class:`~twinet.CookieJar` to share with other sessions, or the
        path of a file to keep the cookies in; without one the session has a jar of its
        own, in memory (``session.cookies``).  ``Flag.NO_COOKIES`` leaves it aside.
    :param netrc: who one is at which host, for servers that ask and requests that say
        nothing: the path of a .netrc file, or True for the one that ``NETRC`` names in
        the environment or ``~/.netrc``.  It is read now, and must be the user's alone.
    :param remember_logins: whether the user name and the password that a server took
        from one request answer its questions to others that bring none.  Without it
        only what a request brings, and what the netrc file knows, is said.
    :param delivery: where status callbacks are called: ``twinet.PoolDelivery``,
        ``twinet.QueueDelivery``, or nothing for the reactor thread.
    :param trace: called with a :class:`~twinet.trace.TraceRecord` for each line of what
        goes over the wire, as ``curl -v`` shows it; or a ``twinet.Trace``, which says
        what the records hold.  ``twinet.TracePrinter()`` writes them.
    :raises IncorrectFormat: 12027, the file of ``cookies`` is another kind of file, or
        broken; the text names the line.
    :raises InvalidParameter: 87, the agent holds a control character, or an argument
        cannot be used; the text says which.
    :source: InternetOpen.
    """

    handle_type = HandleType.INTERNET
    #: whether the network may not be used: then each request fails with 2.
    offline = False
    #: what a session goes by that is told no proxies.
    preconfigured: Callable[[], ProxySettings] = ProxySettings.from_environment

    def __init__(
        self,
        reactor: Any = None,
        *,
        agent: str = AGENT,
        trust_roots: GivenRoots | None = None,
        client_certificate: GivenCertificate | None = None,
        proxy: GivenProxy | None = None,
        resolver: IHostnameResolver | None = None,
        connect: Callable[[str, int], IStreamClientEndpoint] | None = None,
        bind_address: str | None = None,
        limits: Limits | None = None,
        connections_per_host: int = 6,
        policy: Callable[[Destination], str | None] | None = None,
        decoding: bool = False,
        cookies: CookieJar | str | PathLike[str] | None = None,
        netrc: GivenNetrc | None = None,
        remember_logins: bool = True,
        delivery: StatusDelivery | None = None,
        trace: Callable[[TraceRecord], object] | Trace | None = None,
    ) -> None:
        if reactor is None:
            # Late, because importing it installs it.
            from twisted.internet import reactor  # noqa: PLC0415
        _check_tools(
            reactor, resolver, connect, policy, cookies, delivery, remember_logins
        )
        if delivery is not None:
            delivery.attach(reactor)
            self._status_delivery = delivery
        super().__init__(limits=limits)
        _checked_cap(connections_per_host)
        if policy is not None and connect is not None:
            msg = (
                "a policy is shown addresses, which only the endpoints that connect "
                "gives know; leave one of them out, and refuse in connect itself"
            )
            raise InvalidParameter(msg)
        self.set_agent(agent)
        self.options[Option.HTTP_DECODING] = decoding
        self.reactor = reactor
        self.deadlines = Deadlines(reactor)
        # Apart, so that a slow name server holds up no file, and the other way round.
        look_ups = threads_of(reactor, "twinet-names")
        writers = threads_of(reactor, "twinet-disk")
        self._threads = (look_ups, writers)
        self.disk = Disk(writers)
        names = Names(reactor, look_ups, resolver)
        channel = Channel
        #: hears what goes over the wire.
        self.tracer: Tracer = UNTRACED
        if trace is not None:
            self.tracer = SessionTracing(_checked(trace), reactor)
            channel = TracedChannel
        connector = Connector(
            reactor,
            names,
            self.deadlines,
            connect=connect,
            bind_address=bind_address,
            policy=policy,
            tracer=self.tracer,
        )
        self.cookies = cookies if isinstance(cookies, CookieJar) else CookieJar(cookies)
        self._keeper = CookieKeeper(
            self.cookies, reactor, self.deadlines, self.disk.run
        )
        roots = TrustRoots.of(trust_roots)
        certificate = None
        if client_certificate is not None:
            certificate = ClientCertificate.of(client_certificate)
        self._connector, self._roots, self._certificate = connector, roots, certificate
        self._ftp: FtpEngine | None = None
        self._gopher: GopherEngine | None = None
        self.engine = Engine(
            connector,
            self.deadlines,
            roots,
            cap=connections_per_host,
            cookies=self.cookies.store,
            channel=channel,
            certificate=certificate,
            logins=LoginMemory(read_netrc(netrc), shares=remember_logins),
        )
        if connect is not None:
            self.preconfigured = ProxySettings.direct
        self.set_proxy(proxy)
        self._released = False

    def set_agent(self, agent: str) -> None:
        """Change the User-Agent of requests that are sent from now on.

        :raises InvalidParameter: 87, it holds a control character.
        """
        lines = check_fields({"User-Agent": agent})
        self.agent = agent
        #: the same as requests say it; empty for none.
        self.agent_line = b"User-Agent: %b\r\n" % lines[0][1] if agent else b""

    @property
    def proxy(self) -> ProxySettings:
        """The proxies that requests go through, and the hosts that need none."""
        return self._proxy

    def set_proxy(self, proxy: GivenProxy | None = None) -> None:
        """Change the proxies of requests that are sent from now on.

        :param proxy: as for the session; nothing is what the environment says now.
        :raises InvalidParameter: 87, it cannot be; the text says why.
        """
        settings = self.preconfigured() if proxy is None else ProxySettings.of(proxy)
        self._follows = proxy is None
        self._proxy = settings
        # Where there is none at all, requests need not ask.
        self.engine.proxies = settings or None

    def refresh_proxy(self) -> None:
        """Read the environment again, if that is where the proxies come from.

        :source: INTERNET_OPTION_REFRESH, INTERNET_OPTION_PROXY_SETTINGS_CHANGED.
        """
        if self._follows:
            self.set_proxy()

    @property
    def connections_per_host(self) -> int:
        """How many connections one host is given at a time; a change acts at once.

        :raises InvalidParameter: 87, less than one, or no whole number.
        """
        return self.engine.pool.cap

    @connections_per_host.setter
    def connections_per_host(self, most: int) -> None:
        self.engine.pool.set_cap(_checked_cap(most))
        if self._ftp is not None:
            self._ftp.logins.recount()

    @property
    def connections_per_proxy(self) -> int:
        """How many connections one proxy is given at a time; a change acts at once.

        Those to one server through it are limited by ``connections_per_host`` as well.

        :raises InvalidParameter: 87, less than one, or no whole number.
        """
        return self.engine.pool.proxy_cap

    @connections_per_proxy.setter
    def connections_per_proxy(self, most: int) -> None:
        self.engine.pool.set_proxy_cap(_checked_cap(most, "connections_per_proxy"))

    # -- what the other protocols share: made, and loaded, when they are first spoken

    @property
    def _ftp_engine(self) -> FtpEngine:
        """What the FTP of the session shares."""
        if self._ftp is None:
            from twinet._ftp.control import Control  # noqa: PLC0415  see above
            from twinet._ftp.engine import Engine  # noqa: PLC0415
            from twinet._ftp.traced_control import TracedControl  # noqa: PLC0415

            self._ftp = Engine(
                self._connector,
                self.deadlines,
                self.disk,
                self._roots,
                self._certificate,
                self.reactor,
                Control if self.tracer is UNTRACED else TracedControl,
                lambda: self.engine.proxies,
                self._tunnel,
                lambda: self.engine.pool.cap,
            )
        return self._ftp

    @property
    def _gopher_engine(self) -> GopherEngine:
        """What the Gopher of the session shares."""
        if self._gopher is None:
            from twinet._gopher.engine import Engine  # noqa: PLC0415  see above
            from twinet._gopher.line import GopherLine  # noqa: PLC0415
            from twinet._gopher.traced_line import TracedLine  # noqa: PLC0415

            self._gopher = Engine(
                self._connector,
                self.deadlines,
                self._roots,
                self._certificate,
                GopherLine if self.tracer is UNTRACED else TracedLine,
                lambda: self.engine.proxies,
                self._tunnel,
            )
        return self._gopher

    def _tunnel(self, proxy: Proxy, host: str, port: int, head_limit: int) -> Passage:
        """Return the way past a proxy to a server of another protocol."""
        return self.engine.tunnel(proxy, host, port, self.agent_line, head_limit)

    # -- handles below

    def http(
        self,
        host: str,
        port: int | None = None,
        *,
        tls: bool = False,
        username: str | None = None,
        password: str | None = None,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> HttpConnection:
        """Make a connection handle for an HTTP server; nothing is sent.

        :param port: 80, or 443 with ``tls``, when left out.
        :param username: answers a challenge of the server (401), with ``password``;
            neither is sent before it asks, nor to another one.
        :returns: the handle; dead, if it was closed inside ``HANDLE_CREATED``.
        :raises InvalidHandle: 6, the session is closed.
        :raises InvalidParameter: 87, there is no host, or the user name or the
            password cannot be sent.
        :raises InvalidUrl: 12005, the host or the port cannot be.
        :source: InternetConnect with INTERNET_SERVICE_HTTP.
        """
        self._check_usable()
        if not host:
            msg = "name a host to connect to"
            raise InvalidParameter(msg)
        origin = http_origin("https" if tls else "http", host, port)
        connection = HttpConnection(
            self,
            origin,
            credentials=check_credentials(username or "", password or ""),
            context=context,
            on_status=on_status,
            limits=limits,
        )
        connection._announce()
        return connection

    @property
    def delivery(self) -> StatusDelivery | None:
        """Where status callbacks are called; ``None`` is the reactor thread."""
        return self._status_delivery

    @property
    def called_from_outside(self) -> bool:
        """Whether this thread is not the one in which the reactor runs."""
        return runs_elsewhere(self.reactor)

    # -- death

    def _check_usable(self) -> None:
        if self._dead:
            self._check_alive()
        self._check_thread()

    def _stop(self) -> None:
        Deferred.fromCoroutine(self._release()).addErrback(
            lambda failure: _log.failure("closing a session failed", failure)
        )

    async def _release(self) -> None:
        """Close every socket, let the disk finish, end the threads."""
        await self.engine.close()
        for engine in (self._ftp, self._gopher):
            if engine is not None:
                await engine.close()
        await self._keeper.close()
        await self.disk.when_idle()
        self._released = True
        self.deadlines.close()
        for threads in self._threads:
            threads.close()
        self.tracer.close()
        self._leave_when_ready()

    def _may_leave(self) -> bool:
        return self._released

    def __str__(self) -> str:
        return "Session"


def _check_tools(
    reactor: object,
    resolver: object,
    connect: object,
    policy: object,
    cookies: object,
    delivery: object,
    remember_logins: object,
) -> None:
    """Check what is used later, where its error would be far from its cause.

    :raises InvalidParameter: 87, one of them is something else.
    """
    fitting = (
        (hasattr(reactor, "callLater"), "reactor", reactor, "a Twisted reactor"),
        (
            resolver is None or hasattr(resolver, "resolveHostName"),
            "resolver",
            resolver,
            "an IHostnameResolver",
        ),
        (
            connect is None or callable(connect),
            "connect",
            connect,
            "a function (host, port) that returns an endpoint",
        ),
        (
            policy is None or callable(policy),
            "policy",
            policy,
            "a function that takes a twinet.Destination",
        ),
        (
            cookies is None or isinstance(cookies, CookieJar | str | PathLike),
            "cookies",
            cookies,
            "a twinet.CookieJar (another session's is session.cookies), or a path",
        ),
        (
            delivery is None or hasattr(delivery, "attach"),
            "delivery",
            delivery,
            "a twinet.PoolDelivery or a twinet.QueueDelivery",
        ),
        (
            isinstance(remember_logins, bool),
            "remember_logins",
            remember_logins,
            "True or False",
        ),
    )
    for fits, name, given, wanted in fitting:
        if not fits:
            msg = f"{name} cannot be a {type(given).__name__}; give {wanted}"
            if name == "reactor":
                msg += ", or leave it out (the agent's name goes in agent=...)"
            raise InvalidParameter(msg)


def _checked_cap(most: object, name: str = "connections_per_host") -> int:
    """Return how many connections a host, or a proxy, may have.

    :raises InvalidParameter: 87, it is no whole number above 0.
    """
    if type(most) is not int or most < 1:
        msg = f"{name} is a whole number from 1 on, not {most!r}"
        raise InvalidParameter(msg)
    return most


def _checked(trace: object) -> Trace:
    """Return what was given as a trace.

    :raises InvalidParameter: 87, nobody can be told with it.
    """
    given = trace if isinstance(trace, Trace) else None
    listener = trace if given is None else given.listener
    if not callable(listener):
        msg = (
            f"a trace is told to something that can be called, not to {listener!r}; "
            "give twinet.TracePrinter() to have it written"
        )
        raise InvalidParameter(msg)
    return Trace(listener) if given is None else given
