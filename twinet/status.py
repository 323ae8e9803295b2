"""Statuses and notifications: what a handle tells while a function runs.

There is one class per status, so that ``match`` and ``isinstance`` work and the
payload has a name of its own besides ``info``.  A notification is built only when
somebody listens, and then on every step of every request: the objects are slotted
and not frozen (a frozen dataclass costs twice as much).  Read them, do not change
them.

No secret ever enters a notification: URLs come without user name and password.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

__all__ = [
    "SELF",
    "AsyncResult",
    "ClosingConnection",
    "ConnectedToServer",
    "ConnectingToServer",
    "ConnectionClosed",
    "CookieReceived",
    "CookieSent",
    "DetectingProxy",
    "HandleClosing",
    "HandleCreated",
    "IntermediateResponse",
    "NameResolved",
    "Notification",
    "ReceivingResponse",
    "Redirect",
    "RequestComplete",
    "RequestSent",
    "ResolvingName",
    "ResponseReceived",
    "SendingRequest",
    "StateChange",
    "Status",
    "UserInputRequired",
]


class Status(IntEnum):
    """The ``INTERNET_STATUS_*`` numbers, by the platform's header."""

    RESOLVING_NAME = 10
    NAME_RESOLVED = 11
    CONNECTING_TO_SERVER = 20
    CONNECTED_TO_SERVER = 21
    SENDING_REQUEST = 30
    REQUEST_SENT = 31
    RECEIVING_RESPONSE = 40
    RESPONSE_RECEIVED = 41
    CTL_RESPONSE_RECEIVED = 42
    PREFETCH = 43
    CLOSING_CONNECTION = 50
    CONNECTION_CLOSED = 51
    HANDLE_CREATED = 60
    HANDLE_CLOSING = 70
    DETECTING_PROXY = 80
    REQUEST_COMPLETE = 100
    REDIRECT = 110
    INTERMEDIATE_RESPONSE = 120
    USER_INPUT_REQUIRED = 140
    STATE_CHANGE = 200
    COOKIE_SENT = 320
    COOKIE_RECEIVED = 321
    PRIVACY_IMPACTED = 324
    P3P_HEADER = 325
    P3P_POLICYREF = 326
    COOKIE_HISTORY = 327


class _Self:
    """The type of :data:`SELF`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SELF"


#: The default context: reads as the handle itself.  It is resolved when it is read,
#: so that a handle does not hold a reference to itself.
SELF = _Self()


class AsyncResult(NamedTuple):
    """What ``REQUEST_COMPLETE`` carries (``INTERNET_ASYNC_RESULT``)."""

    #: what the call's Deferred fires with; ``None`` when it failed.
    result: Any
    #: what it fails with; ``None`` when it succeeded.
    error: BaseException | None

    def __repr__(self) -> str:
        result, error = self
        # What was read is not shown: it may be a secret, and is long.
        shown = f"<{len(result)} bytes>" if isinstance(result, bytes) else repr(result)
        return f"AsyncResult(result={shown}, error={error!r})"


class Notification:
    """One step of one handle, as its status callback is told.

    :ivar handle: the handle that the step is about.
    :ivar context: the context value that was given for it.
    :ivar info: what belongs to the status; ``None`` where nothing does.
    """

    __slots__ = ("context", "handle", "info")
    status: ClassVar[Status]

    def __init__(self, handle: Any, context: Any, info: Any = None) -> None:
        self.handle = handle
        self.context = context
        self.info = info

    def __str__(self) -> str:
        """Give one readable line: the handle, the status, its payload."""
        line = f"{self.handle} {self.status.name}"
        return line if self.info is None else f"{line} {self.info}"

    def __repr__(self) -> str:
        return f"<{self.status.name} {self.handle!r} {self.context!r} {self.info!r}>"


class ResolvingName(Notification):
    """A host name is being looked up; nothing has been sent yet."""

    __slots__ = ()
    status = Status.RESOLVING_NAME

    @property
    def host(self) -> str:
        """The name as it is looked up."""
        return str(self.info)


class NameResolved(Notification):
    """The look-up has answered."""

    __slots__ = ()
    status = Status.NAME_RESOLVED

    @property
    def address(self) -> str:
        """The first address found, as text."""
        return str(self.info)


class ConnectingToServer(Notification):
    """A connection attempt begins; there is one for each address tried."""

    __slots__ = ()
    status = Status.CONNECTING_TO_SERVER

    @property
    def address(self) -> str:
        """The address, as text."""
        return str(self.info)


class ConnectedToServer(Notification):
    """The connection stands; with TLS, the handshake begins now."""

    __slots__ = ()
    status = Status.CONNECTED_TO_SERVER

    @property
    def address(self) -> str:
        """The address that answered, as text."""
        return str(self.info)


class SendingRequest(Notification):
    """A request, or a block of its body, is about to be written."""

    __slots__ = ()
    status = Status.SENDING_REQUEST


class RequestSent(Notification):
    """It has been written."""

    __slots__ = ()
    status = Status.REQUEST_SENT

    @property
    def count(self) -> int:
        """The number of bytes sent."""
        return int(self.info)


class ReceivingResponse(Notification):
    """A wait for the server begins: for an answer's head, or for body data."""

    __slots__ = ()
    status = Status.RECEIVING_RESPONSE


class ResponseReceived(Notification):
    """The wait has ended with data."""

    __slots__ = ()
    status = Status.RESPONSE_RECEIVED

    @property
    def count(self) -> int:
        """The number of bytes received: of the head, or of the wire's body data."""
        return int(self.info)


class ClosingConnection(Notification):
    """The connection is about to be closed; not told when it is kept for reuse."""

    __slots__ = ()
    status = Status.CLOSING_CONNECTION


class ConnectionClosed(Notification):
    """The connection has been closed."""

    __slots__ = ()
    status = Status.CONNECTION_CLOSED


class HandleCreated(Notification):
    """A handle has been made; it may be closed from here to stop the call.

    ``handle`` is the parent, ``context`` that of the new handle.
    """

    __slots__ = ()
    status = Status.HANDLE_CREATED

    @property
    def created(self) -> Any:
        """The new handle."""
        return self.info


class HandleClosing(Notification):
    """The handle is dead.  This is the last thing that it ever says."""

    __slots__ = ()
    status = Status.HANDLE_CLOSING


class DetectingProxy(Notification):
    """The automatic search for a proxy has begun."""

    __slots__ = ()
    status = Status.DETECTING_PROXY


class RequestComplete(Notification):
    """A call that was pending has ended; its Deferred fires next."""

    __slots__ = ()
    status = Status.REQUEST_COMPLETE

    @property
    def result(self) -> Any:
        """What the Deferred fires with; ``None`` after a failure."""
        return self.info.result

    @property
    def error(self) -> BaseException | None:
        """What the Deferred fails with; ``None`` after a success."""
        error: BaseException | None = self.info.error
        return error

    def __str__(self) -> str:
        result, error = self.info
        if isinstance(result, bytes):
            # A line, not a body.
            result = f"{len(result)} bytes"
        return f"{self.handle} {self.status.name} {result if error is None else error}"


class Redirect(Notification):
    """A redirect is about to be followed; close the handle here to refuse it."""

    __slots__ = ()
    status = Status.REDIRECT

    @property
    def url(self) -> str:
        """The new absolute URL, without user name and password."""
        return str(self.info)


class IntermediateResponse(Notification):
    """An interim answer (1xx) has come."""

    __slots__ = ()
    status = Status.INTERMEDIATE_RESPONSE

    @property
    def status_code(self) -> int:
        """Its status code."""
        return int(self.info)


class UserInputRequired(Notification):
    """The call needs a decision of the program to go on."""

    __slots__ = ()
    status = Status.USER_INPUT_REQUIRED


class StateChange(Notification):
    """The machine went online or offline."""

    __slots__ = ()
    status = Status.STATE_CHANGE


class CookieSent(Notification):
    """A request carries cookies."""

    __slots__ = ()
    status = Status.COOKIE_SENT

    @property
    def count(self) -> int:
        """The number of cookies sent."""
        return int(self.info)


class CookieReceived(Notification):
    """An answer brought cookies."""

    __slots__ = ()
    status = Status.COOKIE_RECEIVED

    @property
    def count(self) -> int:
        """The number of cookies received."""
        return int(self.info)
