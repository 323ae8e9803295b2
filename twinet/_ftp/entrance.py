"""The entrance: from a site to a login (RFC 959, RFC 4217).

::

    connect -> [TLS] -> greeting -> [AUTH TLS] -> USER -> [PASS] -> [ACCT]
            -> [PBSZ, PROT] -> logged in

Whatever goes wrong on the way closes the connection.  No password is sent in clear to a
server that was to be spoken to by TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.control import Control
from twinet._ftp.login import Login
from twinet._ftp.opened import opened
from twinet._ftp.refusal import NOT_LOGGED_IN, refusal, unknown, words_of
from twinet._ftp.site import Protection
from twinet._net.securing import Securing
from twinet._net.tls import TlsCreator
from twinet.errors import ExtendedError, InternetError, LoginFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._ftp.engine import Engine
    from twinet._ftp.operation import Operation
    from twinet._ftp.site import Site
    from twinet.ftp import FtpReply

__all__ = ["enter"]

#: An empty password is one all the same: some servers want the blank (RFC 959, 5.3.1).
_NO_PASSWORD = b"PASS \r\n"
_WANTS_PASSWORD = 331
_WANTS_ACCOUNT = 332
_GOES_ON_IN_TLS = 234
#: What stands for a secret in a server's words.
_HIDDEN = "****"


async def enter(
    engine: Engine,
    site: Site,
    operation: Operation,
    ended: Callable[[InternetError], None],
) -> Login:
    """Connect and log in.

    :param ended: told once, when the control connection of this login is over.
    :raises NameNotResolved: 12007.
    :raises CannotConnect: 12029.
    :raises LoginFailure: 12015, user name, password or account are not accepted.
    :raises Timeout: 12002, a limit ran out.
    :raises ExtendedError: 12003, the server refuses in other words.
    :raises InternetError: as :meth:`Control.ask`, and what is wrong about TLS.
    """
    operation.begin(engine.deadlines)
    creator = None if site.tls is None else TlsCreator(site.tls, site.host)
    implicit = site.protection is Protection.IMPLICIT
    proxy = engine.proxy_for(site.host, site.port)
    control = await opened(
        operation,
        engine,
        site,
        (site.host, site.port),
        lambda: engine.control(engine.deadlines, engine.sockets, ended),
        proxy=proxy,
        tls=creator if implicit else None,
    )
    assert isinstance(control, Control)
    control.proxy = proxy
    if implicit:
        control.tls_creator = creator
    login = Login(
        engine,
        site,
        control,
        operation.limits,
        lambda again: enter(engine, site, again, ended),
    )
    try:
        await _log_in(login, operation, creator)
    except InternetError as error:
        control.drop(error)
        raise
    login.rest()
    return login


async def _log_in(
    login: Login, operation: Operation, creator: TlsCreator | None
) -> None:
    site, control = login.site, login.control
    greeting = await control.final_answer(operation)
    if not greeting.completed:
        raise refusal("the connection", greeting)
    if site.protection is Protection.EXPLICIT:
        assert creator is not None
        await _begin_tls(login, operation, creator)
    await _say_who(login, operation)
    if creator is not None:
        await _protect_data(login, operation)


async def _begin_tls(login: Login, operation: Operation, creator: TlsCreator) -> None:
    control = login.control
    reply = await login.ask(operation, login.line("AUTH", "TLS"))
    if reply.code != _GOES_ON_IN_TLS:
        error = refusal("AUTH TLS", reply)
        error.message += "; it offers no TLS here, and nothing was said in clear"
        raise error
    if control.amid:
        # It would be taken for what the server says in TLS (CVE-2011-0411).
        msg = "something came in clear behind the server's word for TLS"
        raise ExtendedError(msg)
    securing = Securing(control, creator, login.engine.deadlines, operation.limits.tls)
    await operation.wait(securing.start())
    control.tls_creator = creator


async def _say_who(login: Login, operation: Operation) -> None:
    site = login.site
    reply = await login.ask(operation, login.line("USER", site.username))
    what = f"USER {site.username}"
    if reply.code == _WANTS_PASSWORD:
        line = login.line("PASS", site.password) if site.password else _NO_PASSWORD
        reply = await login.ask(operation, line)
        what = "the password"
    if reply.code == _WANTS_ACCOUNT:
        if not site.account:
            msg = "the server wants an account (ACCT) besides user name and password"
            raise LoginFailure(msg, server_text=words_of(reply))
        reply = await login.ask(operation, login.line("ACCT", site.account))
        what = "the account"
    if not reply.completed:
        raise _not_let_in(site, what, reply)


async def _protect_data(login: Login, operation: Operation) -> None:
    """Have the data connections encrypted as well (RFC 4217, section 9)."""
    await login.ask(operation, login.line("PBSZ", "0"))
    reply = await login.ask(operation, login.line("PROT", "P"))
    if not reply.completed and not (
        # There was no other way in the time of implicit TLS.
        login.site.protection is Protection.IMPLICIT and unknown(reply)
    ):
        raise refusal("PROT P", reply)
    login.protected = True


def _not_let_in(site: Site, what: str, reply: FtpReply) -> InternetError:
    """Return the error of a refused login, without the secrets a server repeats."""
    error = refusal(what, reply)
    for secret in (site.password, site.account):
        if secret:
            error.message = error.message.replace(secret, _HIDDEN)
            text = error.server_text or ""
            error.server_text = text.replace(secret, _HIDDEN)
    if reply.code == NOT_LOGGED_IN:
        error.message += "; check user name and password"
    error.args = (error.message,)
    return error
