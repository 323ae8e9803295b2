"""The pool: logins that nobody uses, for the next file of the same server.

A login costs six round trips and more, a small file two.  One that comes back waits for
a while, and is taken by who wants the same server, as the same user, by the same way;
it is closed when nobody comes, when too many wait, and with the session::

    in use --keep()--> waiting --take()--> in use
       |                  |
       '--- of no use ----'--- idle limit, too many, the end, 421 ---> closed

Only logins that stand where they began are kept: at the directory of the login, with
nothing owed by the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._net.connector import Target

if TYPE_CHECKING:
    from typing import Any

    from twinet._ftp.engine import Engine
    from twinet._ftp.login import Login
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
    """The logins of one session that wait."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False
        #: the one that came last is the last.
        self._waiting: dict[_Waiting, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, site: Site, context: Any) -> Login | None:
        """Return a login that can be used; ``None`` when there is none.

        :param context: of who wants it: the policy may let one go where another may
            not.
        """
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
                context=context,
                proxy=proxy,
            )
            refusal = self._engine.connector.refusal(target, control.address)
            if refusal is None:
                waiting.forget()
                return login
        return None

    def keep(self, login: Login) -> None:
        """Take a login back, or close it if it is of no use."""
        control = login.control
        if self._closed or not control.idle or control.amid:
            login.close()
            return
        while len(self._waiting) >= MOST:
            next(iter(self._waiting)).expired()
        waiting = _Waiting(login, self._waiting, self._engine.deadlines)
        self._waiting[waiting] = None

    def close(self) -> None:
        """Close all that wait; none is kept from now on."""
        self._closed = True
        for waiting in list(self._waiting):
            waiting.expired()


class _Waiting:
    """A login that waits."""

    deadline: float | None = None

    def __init__(
        self, login: Login, others: dict[_Waiting, None], deadlines: Deadlines
    ) -> None:
        self.login = login
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
