"""The place: one server, how many logins are in use there, and who waits for one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twinet._ftp.refusal import NOT_LOGGED_IN, SERVICE_CLOSES
from twinet.errors import ExtendedError, LoginFailure, Timeout

if TYPE_CHECKING:
    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation
    from twinet._ftp.site import Site
    from twinet._net.deadlines import Deadlines

__all__ = ["Place", "Seeker"]


class Place:
    """One server: how many logins are in use there, and who wants one.

    :ivar used: how many are in use, or being made.
    :ivar inside: those in use.
    :ivar most: it does not let in more; ``None`` as long as it has refused none.
    """

    __slots__ = ("inside", "most", "seekers", "serving", "used", "where")

    def __init__(self, where: tuple[str, int]) -> None:
        self.where = where
        self.used = 0
        self.inside: set[Login] = set()
        self.most: int | None = None
        self.seekers: deque[Seeker] = deque()
        self.serving = False

    def is_full(self, site: Site, error: BaseException) -> bool:
        """Tell whether a new login was refused because there are some already.

        Servers limit how many one address, or one user, is given.  Most say 421 to one
        more; ProFTPD says 530, as to a wrong password, which it is not when others are
        inside by the same.
        """
        if not isinstance(error, ExtendedError | LoginFailure) or self.used == 1:
            return False
        code = (error.server_text or "")[:3]
        if code == str(NOT_LOGGED_IN):
            full = any(login.site == site for login in self.inside)
        else:
            full = code == str(SERVICE_CLOSES)
        if full:
            self.most = self.used - 1
        return full


class Seeker:
    """Who wants a login.

    :ivar given: fires with the login, or ``None``.
    """

    deadline: float | None = None
    login: Login | None = None
    served = False

    def __init__(
        self, site: Site, operation: Operation, place: Place, deadlines: Deadlines
    ) -> None:
        self.site = site
        self.operation = operation
        self.given: Deferred[Login | None] = Deferred(lambda _: self._rest())
        self._place = place
        self._deadlines = deadlines
        self._cap = 0

    def wait(self, cap: int) -> None:
        """Wait, within the limit.

        :param cap: how many logins there may be.
        """
        self._cap = cap
        self._deadlines.limit(self, self.operation.limits.slot)

    def serve(self, login: Login | None) -> None:
        """Have one, or leave to make one."""
        self._rest()
        self.served = True
        self.login = login
        self.given.callback(login)

    def expired(self) -> None:
        """End: the limit ran out."""
        host, port = self._place.where
        self.given.errback(
            Timeout(
                f"{self._place.used} of {self._cap} logins on {host}:{port} are in "
                "use, and none came free within the limit 'slot' of "
                f"{self.operation.limits.slot:g} seconds"
            )
        )

    def _rest(self) -> None:
        self._deadlines.clear(self)
