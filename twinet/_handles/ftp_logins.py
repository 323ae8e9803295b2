"""The part of a session that logs in on FTP servers.

What speaks FTP is loaded with the first call: with Gopher it would make up a third of
what loading this library costs, and most programs speak HTTP alone.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal

from twisted.internet.defer import Deferred, fail

from twinet._handles.handle import Handle
from twinet._handles.request_flags import certificate_flags, check_flags
from twinet._net.client_certificate import ClientCertificate
from twinet._wire.http_origin import http_origin
from twinet.errors import InternetError, InvalidParameter
from twinet.flags import Flag, SecurityFlag
from twinet.status import SELF

if TYPE_CHECKING:
    from twinet._ftp.engine import Engine
    from twinet._ftp.site import Protection
    from twinet._handles.ftp_connection import FtpConnection
    from twinet._handles.http_request import HeadersArgument
    from twinet._http.content import FieldsArgument
    from twinet._http.engine import Engine as HttpEngine
    from twinet._net.client_certificate import GivenCertificate
    from twinet._net.dispatch import Listener
    from twinet._net.tls import TlsPolicy
    from twinet._wire.ftp_url import FtpUrl
    from twinet.records import Limits

__all__ = ["FtpLogins"]


class FtpLogins(Handle):
    """A session, as far as FTP is concerned."""

    #: what the HTTP of a session shares.
    engine: HttpEngine

    @property
    @abstractmethod
    def _ftp_engine(self) -> Engine:
        """What the FTP of a session shares."""

    def ftp(
        self,
        host: str,
        port: int | None = None,
        *,
        username: str | None = None,
        password: str | None = None,
        account: str | None = None,
        tls: Literal["explicit", "implicit"] | None = None,
        passive: bool | None = None,
        encoding: str = "utf-8",
        keep_alive: float | None = None,
        reconnect: bool = False,
        client_certificate: GivenCertificate | None = None,
        security_flags: SecurityFlag = SecurityFlag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> Deferred[FtpConnection]:
        """Connect to an FTP server and log in; fires with the connection handle.

        Where the session has a proxy for FTP, both the commands and the data go through
        it: through one of HTTP by CONNECT.

        :param port: 21, or 990 with ``tls="implicit"``, when left out.
        :param username: nobody is whom the session's netrc knows there, or anonymous;
            a user without a password, there or here, sends an empty one, if the server
            asks for it.
        :param account: sent when the server asks for it (ACCT).
        :param tls: ``"explicit"`` asks the server for TLS before the user name is sent
            (FTPS, RFC 4217), ``"implicit"`` begins with it.  Both protect the data as
            well, and verify the server as HTTPS does.
        :param passive: whether the client opens the data connections (true), the server
            does (false), or whichever works.
        :param encoding: of names on the server.
        :param keep_alive: send a command that does nothing when there was none for so
            long (seconds), and no transfer.
        :param reconnect: log in again when the server has ended an idle session, and go
            back to the directory where it was.
        :param client_certificate: what is shown to a server that asks who we are,
            instead of the session's, and in any form that the session takes.
        :param security_flags: the certificate faults that are let through, on this
            connection alone.
        :raises InvalidHandle: 6, the session is closed.
        :raises InvalidParameter: 87, there is no host, a password without a user, or
            something that cannot be said in a line.
        :raises InvalidUrl: 12005, no server can have such a host or port.
        :raises NotProxyRequest: 12020, the server cannot be named to the proxy.
        :raises NameNotResolved: 12007, the host has no address.
        :raises CannotConnect: 12029, it cannot be connected to.
        :raises LoginFailure: 12015, the server does not let the user in.
        :raises ExtendedError: 12003, it refuses in other words (``server_text``).
        :raises Timeout: 12002, a limit ran out.
        :raises CertificateFault: what is wrong with its certificate.
        :raises OperationCancelled: 12017, the handle was closed meanwhile.
        :source: InternetConnect with INTERNET_SERVICE_FTP.
        """
        # Late, as the module says.
        from twinet._ftp.site import Protection, Site  # noqa: PLC0415
        from twinet._handles.ftp_connection import FtpConnection  # noqa: PLC0415

        try:
            self._check_usable()
            if not host:
                msg = "name a host to connect to"
                raise InvalidParameter(msg)
            protection = _protection(tls)
            usual = 990 if protection is Protection.IMPLICIT else 21
            origin = http_origin("http", host, usual if port is None else port)
            user, secret = self._ftp_user(origin.host, username, password)
            site = Site(
                origin.host,
                origin.port,
                user,
                secret,
                account or "",
                protection,
                self._tls_policy(protection, security_flags, client_certificate),
                encoding,
                passive,
                keep_alive,
                reconnect,
            )
            connection = FtpConnection(
                self,
                self._ftp_engine,
                site,
                context=context,
                on_status=on_status,
                limits=limits,
            )
        except InternetError as error:
            return fail(error)
        connection._announce()
        return connection._enter()

    def _tls_policy(
        self,
        protection: Protection,
        ignore: SecurityFlag,
        given: GivenCertificate | None,
    ) -> TlsPolicy | None:
        """Return how a server is verified, and what it is shown; ``None`` without TLS.

        :raises InvalidParameter: 87, that is no certificate, or those are no flags, or
            they are for TLS and there is none.
        """
        if not isinstance(ignore, int):
            msg = (
                "security_flags are members of twinet.SecurityFlag, joined by |; "
                f"not {ignore!r}"
            )
            raise InvalidParameter(msg)
        if protection.value is None:
            if ignore or given is not None:
                msg = (
                    "client_certificate and security_flags are for TLS; ask for it by "
                    "tls='explicit' or tls='implicit'"
                )
                raise InvalidParameter(msg)
            return None
        certificate = None if given is None else ClientCertificate.of(given)
        return self._ftp_engine.tls_policy(SecurityFlag(ignore), certificate)

    def _ftp_user(
        self, host: str, username: str | None, password: str | None
    ) -> tuple[str, str]:
        """Return who logs in on a server: as given, or as the session's netrc has it.

        :raises InvalidParameter: 87, there is a password and no user.
        """
        from twinet._ftp.site import login_of  # noqa: PLC0415  as the module says

        if not password:
            known = self.engine.logins.known_in_ftp(host, username or None)
            if known is not None:
                return known.username, known.password
        return login_of(username, password)

    @abstractmethod
    def _check_usable(self) -> None:
        """Refuse a call on a dead session, or on another thread than the reactor's.

        :raises InvalidHandle: 6.
        :raises InvalidParameter: 87.
        """

    def _open_ftp(
        self,
        url: FtpUrl,
        *,
        headers: HeadersArgument = (),  # noqa: ARG002  they are for an HTTP proxy
        params: FieldsArgument | None = None,
        flags: Flag = Flag(0),
        **how: Any,
    ) -> Deferred[Any]:
        """Log in for a URL and open what it names.

        :raises InvalidParameter: 87, there are parameters, or no such flags.
        """
        # Late, as the module says.
        from twinet._handles.ftp_url_connection import FtpUrlConnection  # noqa: PLC0415

        if params:
            msg = "params are for the query of an http URL; ftp URLs have none"
            raise InvalidParameter(msg)
        flags = check_flags(flags)
        return FtpUrlConnection.open(
            self,  # type: ignore[arg-type]  # this is the session's part
            url,
            passive=True if flags & Flag.PASSIVE else None,
            text=bool(flags & Flag.TRANSFER_ASCII),
            ignore=certificate_flags(flags),
            pooled=bool(flags & Flag.EXISTING_CONNECT),
            **how,
        )


def _protection(tls: object) -> Protection:
    """Return how an FTP server is to be spoken to.

    :raises InvalidParameter: 87, there is no such way.
    """
    from twinet._ftp.site import Protection  # noqa: PLC0415  as the module says

    try:
        return Protection(tls)
    except ValueError:
        msg = f"tls is 'explicit', 'implicit' or None for none, not {tls!r}"
        raise InvalidParameter(msg) from None
