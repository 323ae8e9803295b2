"""The pool: logins for files of URLs, so many to a server and no more.

A login costs six round trips and more, a small file two.  One that comes back waits for
a while, and is taken by who wants the same server, as the same user, by the same way;
it is closed when nobody comes, when too many wait, and with the session::

    obtain() --> in use --keep()--> waiting --> in use, by the next obtain()
                   |                  |
                   '--- of no use ----'-- idle limit, too many, the end, 421 --> closed

Who finds all logins to a server in use waits for his turn, in the order of coming.  One
of somebody else that nobody uses makes room for him.  A server that says 421 to one
more is given no more than it has let in.

Only logins that stand where they began are kept: at the directory of the login, with
nothing owed by the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.login_place import Place, Seeker
from twinet._net.connector import Target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinet._ftp.engine import Engine
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet._ftp.site import Site
    from twinet._net.deadlines import Deadlines
    from twinet.errors import InternetError
    from twinet.proxy import Proxy

__all__ = ["LoginPool"]

#: How long a login waits (seconds); servers end idle sessions after minutes (our own).
IDLE = 30.0
#: How many wait, of one session (our own).
MOST = 32


class LoginPool:
    """The logins of one session's URLs: those in use are counted, the others wait.

    :param cap: returns how many one server is given at a time.
    """

    def __init__(self, engine: Engine, cap: Callable[[], int]) -> None:
        self._engine = engine
        self._cap = cap
        self._closed = False
        #: the servers to which there is a login, or that somebody wants one to.
        self._places: dict[tuple[str, int], Place] = {}
        #: the one that came last is the last.
        self._waiting: dict[_Waiting, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    async def obtain(
        self, site: Site, operation: Operation, enter: Callable[[], Awaitable[Login]]
    ) -> tuple[Login, bool]:
        """Return a login, and whether it is one that has waited; give it back.

        :param operation: of who wants it; the policy may let one go where another may
            not.
        :param enter: makes a new login.
        :raises Timeout: 12002, none was to be had within ``limits.slot``.
        :raises InternetError: what a new login failed with.
        """
        operation.begin(self._engine.deadlines)
        while True:
            login = await self._turn(site, operation)
            if login is not None:
                return login, True
            place = self._place(site)
            try:
                login = await enter()
            except BaseException as error:
                refused = place.is_full(site, error)
                self._release(site)
                if not refused:
                    raise
            else:
                place.inside.add(login)
                return login, False

    def replace(self, ended: Login, login: Login) -> None:
        """Take note that one in use has ended, and that another took its place."""
        inside = self._place(login.site).inside
        inside.discard(ended)
        inside.add(login)

    def keep(self, login: Login) -> None:
        """Take a login back, or close it if it is of no use."""
        control = login.control
        self._place(login.site).inside.discard(login)
        if self._closed or not control.idle or control.amid:
            login.close()
        else:
            while len(self._waiting) >= MOST:
                next(iter(self._waiting)).expired()
            waiting = _Waiting(login, self._waiting, self._engine.deadlines)
            self._waiting[waiting] = None
        self._release(login.site)

    def recount(self) -> None:
        """Act on another cap."""
        for waiting in list(self._waiting):
            place = self._place(waiting.login.site)
            self._make_room(place, beside=self._cap_of(place))
        for place in list(self._places.values()):
            self._serve(place)

    def close(self) -> None:
        """Close all that wait; none is kept from now on."""
        self._closed = True
        for waiting in list(self._waiting):
            waiting.expired()

    # -- inside

    def _place(self, site: Site) -> Place:
        where = (site.host, site.port)
        place = self._places.get(where)
        if place is None:
            place = self._places[where] = Place(where)
        return place

    def _cap_of(self, place: Place) -> int:
        cap = self._cap()
        return cap if place.most is None else min(cap, place.most)

    async def _turn(self, site: Site, operation: Operation) -> Login | None:
        """Return a login that has waited; ``None`` when a new one may be made.

        Either way it counts from now on.
        """
        place = self._place(site)
        seeker = Seeker(site, operation, place, self._engine.deadlines)
        place.seekers.append(seeker)
        self._serve(place)
        if not seeker.given.called:
            seeker.wait(self._cap_of(place))
        try:
            return await operation.wait(seeker.given)
        except BaseException:
            if seeker.served:
                # He was stopped in the same moment.
                if seeker.login is None:
                    self._release(site)
                else:
                    self.keep(seeker.login)
            elif seeker in place.seekers:
                place.seekers.remove(seeker)
                self._serve(place)
            raise

    def _release(self, site: Site) -> None:
        place = self._place(site)
        place.used -= 1
        self._serve(place)

    def _serve(self, place: Place) -> None:
        """Give logins, and leave to make some, to who has waited longest."""
        if place.serving:
            # Who was served has ended at once; this goes on below.
            return
        place.serving = True
        try:
            while place.seekers and self._serve_one(place, place.seekers[0]):
                pass
        finally:
            place.serving = False
        if not place.used and not place.seekers:
            self._places.pop(place.where, None)

    def _serve_one(self, place: Place, seeker: Seeker) -> bool:
        """Give somebody a login, or leave to make one; tell whether there was one."""
        login = None
        if place.used < self._cap_of(place):
            login = self._fitting(seeker)
        if login is not None:
            place.inside.add(login)
        elif not self._make_room(place, beside=self._cap_of(place) - 1):
            return False
        place.seekers.popleft()
        place.used += 1
        seeker.serve(login)
        return True

    def _fitting(self, seeker: Seeker) -> Login | None:
        """Return a login that waits, and that a seeker can use."""
        site = seeker.site
        proxy = self._engine.proxy_for(site.host, site.port)
        for waiting in reversed(list(self._waiting)):
            login = waiting.login
            control = login.control
            if login.site != site or control.proxy != proxy:
                continue
            place: Site | Proxy = proxy or site
            target = Target(
                site.scheme,
                place.host,
                place.port,
                site.url,
                context=seeker.operation.voice.context,
                proxy=proxy,
            )
            refusal = self._engine.connector.refusal(target, control.address)
            if refusal is None:
                waiting.forget()
                return login
        return None

    def _make_room(self, place: Place, *, beside: int) -> bool:
        """Close who waits there beyond a number; tell whether no more are in use."""
        idle = [each for each in self._waiting if each.where == place.where]
        for waiting in idle[: max(0, place.used + len(idle) - beside)]:
            waiting.expired()
        return place.used <= beside


class _Waiting:
    """A login that waits."""

    deadline: float | None = None

    def __init__(
        self, login: Login, others: dict[_Waiting, None], deadlines: Deadlines
    ) -> None:
        self.login = login
        self.where = (login.site.host, login.site.port)
        self._others = others
        self._deadlines = deadlines
        login.control.follow(self._ended)
        deadlines.set(self, IDLE)

    def forget(self) -> None:
        """Be out of the pool."""
        self._others.pop(self, None)
        self._deadlines.clear(self)

    def expired(self) -> None:
        """Close it: nobody has come."""
        self.forget()
        self.login.close()

    def _ended(self, _: InternetError) -> None:
        """Take note that the server, or the network, has ended it."""
        self.forget()
