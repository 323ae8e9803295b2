"""The status callback as WinINet calls it: five arguments, and the numbers.

========================  ===============================================
``info``                  of the statuses
========================  ===============================================
a text                    RESOLVING_NAME, NAME_RESOLVED, CONNECTING_TO_SERVER,
                          CONNECTED_TO_SERVER, REDIRECT
a number                  REQUEST_SENT, RESPONSE_RECEIVED (bytes),
                          INTERMEDIATE_RESPONSE (the status)
a handle                  HANDLE_CREATED, HANDLE_CLOSING
:class:`AsyncResult`      REQUEST_COMPLETE
``None``                  the others
========================  ===============================================

``info_length`` is what it would be on Windows: a text's bytes and its NUL, 4 for a
number, 8 for a handle, 16 for a result, 0 for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from twinet._handles.handle import Handle
from twinet._handles.http_request import HttpRequest
from twinet._handles.url_connection import UrlConnection
from twinet.errors import InternalError, InternetError
from twinet.status import RequestComplete
from twinet.wininet.door import immediate, note_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.status import Notification, Status

    StatusCallback = Callable[[Handle, Any, Status, Any, int], object]

__all__ = ["AsyncResult", "InternetSetStatusCallback"]


class AsyncResult(NamedTuple):
    """What REQUEST_COMPLETE carries (``INTERNET_ASYNC_RESULT``).

    ``result`` is what the call would have returned, had it finished at once: a handle,
    ``True``, bytes, a number; ``None`` when it failed.  ``error`` is the error's
    number, 0 when the call went well.
    """

    result: Any
    error: int


class _Listener:
    """A status callback of WinINet's form, behind one of the object API's."""

    def __init__(self, function: StatusCallback) -> None:
        self.function = function

    def __call__(self, news: Notification) -> None:
        info = news.info
        error = None
        if isinstance(news, RequestComplete):
            error = info.error
            info = AsyncResult(_result(news.handle, info.result), _number(error))
        note_error(error)
        self.function(news.handle, news.context, news.status, info, _length(info))


@immediate(Handle)
def InternetSetStatusCallback(
    handle: Handle, callback: StatusCallback | None
) -> StatusCallback | None:
    """Install a status callback, or remove it with ``None``.

    Handles made later under this one copy it; existing ones do not change.

    :param callback: called with the handle, its context, the status, and what belongs
        to it, with its length; the module says what that is.
    :returns: the previous callback.
    :source: InternetSetStatusCallback.
    """
    listener = None if callback is None else _Listener(callback)
    previous: Any = handle.set_status_callback(listener)
    return previous.function if isinstance(previous, _Listener) else previous


def _result(handle: Any, result: Any) -> Any:
    # The functions of a request answer TRUE; only InternetOpenUrl gives its handle.
    asked = isinstance(result, HttpRequest)
    if asked and not isinstance(handle.parent, UrlConnection):
        return True
    return result


def _number(error: BaseException | None) -> int:
    if error is None:
        return 0
    return error.code if isinstance(error, InternetError) else int(InternalError.code)


def _length(info: Any) -> int:
    if info is None:
        return 0
    if isinstance(info, str):
        return len(info.encode()) + 1
    if isinstance(info, AsyncResult):
        return 16
    return 8 if isinstance(info, Handle) else 4
