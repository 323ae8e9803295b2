"""The FTP connection that ``InternetOpenUrl`` makes for itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._ftp.entrance import enter
from twinet._ftp.site import Protection, Site
from twinet._handles.ftp_connection import FtpConnection
from twinet._handles.ftp_file import FtpFile
from twinet._handles.ftp_find import FtpFind
from twinet._wire.wildcard import Wildcard
from twinet.errors import InternetError
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from twinet._ftp.login import Login, Work
    from twinet._ftp.operation import Operation
    from twinet._handles.session import Session
    from twinet._wire.ftp_url import FtpUrl

__all__ = ["FtpUrlConnection"]


class FtpUrlConnection(FtpConnection):
    """A connection for one file or listing, closed with it.

    The program is never given it; it meets it as the handle of the other's
    ``HANDLE_CREATED``, and as its parent.  All that happens on it, the login included,
    is told by the handle that the program is given.
    """

    _leaf: FtpFile | FtpFind
    #: its login comes from the session's pool, and goes back there.
    _pooled = False

    @classmethod
    def open(
        cls,
        session: Session,
        url: FtpUrl,
        *,
        passive: bool | None = None,
        text: bool = False,
        pooled: bool = False,
        ignore: SecurityFlag = SecurityFlag(0),
        **kwargs: Any,
    ) -> Deferred[Any]:
        """Log in and open what a URL names; fires with its handle.

        :param pooled: a login that another file is done with will do, and this one's is
            for the next; the connection is not closed with the file then.
        :param ignore: the faults of the server's certificate that are let through.
        :param text: a text, if the URL does not say what it is.
        :param kwargs: context, callback and limits of the handle.
        :raises InternetError: as :meth:`Session.ftp`, ``open_file`` and ``find``.
        """
        engine = session._ftp_engine
        implicit = url.scheme == "ftps"
        user, secret = session._ftp_user(url.host, url.username, url.password)
        site = Site(
            url.host,
            url.port,
            user,
            secret,
            protection=Protection.IMPLICIT if implicit else Protection.NONE,
            tls=engine.tls_policy(ignore) if implicit else None,
            passive=passive,
        )
        hidden = cls(session, engine, site, context=None)
        leaf: FtpFile | FtpFind
        if url.directory:
            folder = f"{url.path.rstrip('/')}/" if url.path.strip("/") else url.path
            leaf = FtpFind(hidden, Wildcard(folder), **kwargs)
        else:
            line = hidden._line("RETR", url.path)
            text = url.kind == "a" if url.kind else text
            leaf = FtpFile(hidden, url.path, line, text=text, **kwargs)
        hidden._pooled = pooled
        hidden._leaf = leaf
        hidden._announce()
        leaf._announce()
        if leaf._dead:
            return fail(leaf._was_cancelled())
        pending, operation = leaf._prepare()
        hidden._log_in_for(leaf, operation)
        return pending

    def _log_in_for(self, leaf: FtpFile | FtpFind, operation: Operation) -> None:
        """Log in as a part of the leaf's operation, which then goes on."""

        def entered(found: tuple[Login, bool]) -> None:
            login, waited = found
            self._operations.pop(operation, None)
            work = partial(self._again, leaf) if waited else leaf._serve
            self._use(login, operation, work)

        def refused(failure: Any) -> None:
            self._operations.pop(operation, None)
            failure.trap(InternetError)
            operation.end()
            operation.answer(error=failure.value)

        self._operations[operation] = None
        Deferred.fromCoroutine(self._some_login(operation)).addCallbacks(
            entered, refused
        )

    async def _some_login(self, operation: Operation) -> tuple[Login, bool]:
        """Return a login, and whether it is one that has waited."""
        if not self._pooled:
            return await self._entering(operation), False
        return await self._engine.logins.obtain(
            self._site, operation, lambda: self._entering(operation)
        )

    async def _entering(self, operation: Operation) -> Login:
        return await enter(self._engine, self._site, operation, self._ended)

    def _use(self, login: Login, operation: Operation, work: Work) -> None:
        self._login = login
        if not self._pooled:
            self._start(login, operation, work)
            return
        login.control.follow(self._ended)
        self._operations[operation] = None

        def over(operation: Operation) -> None:
            self._operations.pop(operation, None)
            done, self._login = self._login, None
            if done is not None:
                self._engine.logins.keep(done)

        login.run(operation, work, over)

    async def _again(self, leaf: FtpFile | FtpFind, operation: Operation) -> None:
        """Open by a login that has waited; by a new one if the server has ended it."""
        waited = self._login
        assert waited is not None
        try:
            await leaf._serve(operation)
        except InternetError:
            operation.check()
            if operation.answered or waited.control.over is None:
                raise
            self._login = await self._entering(operation)
            self._engine.logins.replace(waited, self._login)
            await leaf._serve(operation)

    def _ended(self, _: InternetError) -> None:
        self._leaf._voice.tell_closed()

    def _child_closing(self) -> None:
        """Close the connection with the leaf, so that it can tell of it."""
        if self._login is not None and not self._pooled:
            self._login.close()

    def _stop(self) -> None:
        if self._pooled:
            # What is being ended goes into the pool when it has ended.
            self._stop_operations()
        else:
            super()._stop()

    def _child_left(self) -> None:
        if not self._dead:
            self.close()
        super()._child_left()
