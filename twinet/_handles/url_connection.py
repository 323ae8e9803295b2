"""The connection handle that ``InternetOpenUrl`` makes for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail

from twinet._handles.http_connection import HttpConnection
from twinet._wire.credentials import check_credentials

if TYPE_CHECKING:
    from twinet._handles.http_request import HttpRequest
    from twinet._handles.session import Session
    from twinet.urls import HttpUrl

__all__ = ["UrlConnection"]


class UrlConnection(HttpConnection):
    """A connection for one request, closed when that has left.

    The program is never given it; it meets it as the handle of the request's
    ``HANDLE_CREATED``, and as its parent.
    """

    @classmethod
    def open(
        cls, session: Session, url: HttpUrl, **kwargs: Any
    ) -> Deferred[HttpRequest]:
        """Send a GET; fires with the request handle when the answer's head is there.

        A request that fails is closed: nobody was given it.

        :param url: its user name and password answer a challenge.
        :param kwargs: as for :meth:`HttpConnection.open_request`.
        :raises InternetError: as :meth:`HttpRequest.send`.
        """
        secrets = check_credentials(url.username or "", url.password or "")
        hidden = cls(session, url, credentials=secrets, context=None)
        hidden._announce()
        request = hidden.open_request("GET", url.target, **kwargs)
        if request._dead:
            return fail(request._was_cancelled())
        request._close_when_failed = True
        sent = request.send()
        if not request._used:
            # Refused before anything went out; nobody was given the handle.
            request.close()
        return sent

    def _child_left(self) -> None:
        if not self._dead:
            self.close()
        super()._child_left()
