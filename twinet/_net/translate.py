"""Foreign failures into ours: the one place that knows both families.

Twisted, the sockets and OpenSSL each have exceptions of their own; none of them may
reach the user bare. The first row of the table that fits wins. What fits nowhere is
an internal error: it keeps its cause, so that the traceback tells.
"""

from __future__ import annotations

import errno
import socket

from OpenSSL import SSL
from twisted.internet import defer
from twisted.internet import error as net
from twisted.python.failure import Failure

from twinet import errors

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

_TABLE: tuple[
    tuple[tuple[type[BaseException], ...], type[errors.InternetError]], ...
] = (
    ((defer.CancelledError, net.ConnectingCancelledError), errors.OperationCancelled),
    (
        (net.DNSLookupError, net.UnknownHostError, socket.gaierror, socket.herror),
        errors.NameNotResolved,
    ),
    # Twisted's TimeoutError and TCPTimedOutError are connect errors too: the limits
    # of ours end in Timeout (12002), what the system gives up on in CannotConnect.
    ((net.ConnectError, net.ConnectBindError), errors.CannotConnect),
    ((net.ConnectionClosed,), errors.ConnectionAborted),
    ((ConnectionResetError, BrokenPipeError), errors.ConnectionReset),
    ((ConnectionAbortedError,), errors.ConnectionAborted),
    ((ConnectionRefusedError,), errors.CannotConnect),
    ((TimeoutError, defer.TimeoutError), errors.Timeout),
    ((SSL.Error,), errors.SecurityChannelError),
    ((MemoryError,), errors.NotEnoughMemory),
)

_BY_ERRNO: dict[int, type[errors.InternetError]] = {
    number: kind
    for kind, names in (
        (errors.ConnectionReset, ("ECONNRESET", "WSAECONNRESET", "EPIPE", "ENETRESET")),
        (errors.ConnectionAborted, ("ECONNABORTED", "WSAECONNABORTED", "ENOTCONN")),
        (errors.Timeout, ("ETIMEDOUT", "WSAETIMEDOUT")),
        (
            errors.CannotConnect,
            (
                *("ECONNREFUSED", "WSAECONNREFUSED"),
                *("EHOSTUNREACH", "WSAEHOSTUNREACH", "EHOSTDOWN"),
                *("ENETUNREACH", "WSAENETUNREACH", "ENETDOWN", "WSAENETDOWN"),
                *("EADDRNOTAVAIL", "WSAEADDRNOTAVAIL", "EADDRINUSE", "WSAEADDRINUSE"),
                *("EAFNOSUPPORT", "WSAEAFNOSUPPORT"),
                *("EMFILE", "WSAEMFILE", "ENFILE", "ENOBUFS", "WSAENOBUFS"),
            ),
        ),
    )
    for name in names
    if (number := getattr(errno, name, None)) is not None
}

_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((net.ConnectionRefusedError,), "connection refused"),
    ((net.TCPTimedOutError, net.TimeoutError), "no answer"),
    ((net.ConnectionDone,), "the other side closed the connection"),
    ((net.ConnectionAborted,), "the connection was closed on this side"),
    ((net.ConnectionLost,), "the connection was lost"),
    ((defer.CancelledError, net.ConnectingCancelledError, net.UserError), "cancelled"),
)


def translate(reason: Failure | BaseException, what: str = "") -> errors.InternetError:
    """Return the error of ours that says what ``reason`` says.

    An InternetError comes back as it is. Of anything else the new error keeps the
    exception as its cause.

    :param what: what was being done, to stand at the beginning of the message.
    """
    exception = _exception(reason)
    if isinstance(exception, errors.InternetError):
        return exception
    text = words(exception)
    kind = _kind_of(exception)
    if kind is errors.InternalError:
        text = f"{type(exception).__name__}: {text}"
    error = kind(f"{what}: {text}" if what else text)
    error.__cause__ = exception
    return error


def words(reason: Failure | BaseException) -> str:
    """Say in a few words, without a full stop, why the network failed."""
    exception = _exception(reason)
    if isinstance(exception, errors.InternetError):
        return exception.message or exception.meaning
    for kinds, text in _WORDS:
        if isinstance(exception, kinds):
            return text
    if isinstance(exception, SSL.Error):
        text = _openssl_words(exception)
    elif isinstance(exception, net.ConnectError):
        # the second argument is text, or a Failure when epoll saw the end first
        first = exception.args[0] if exception.args else None
        if isinstance(first, Failure):
            return words(first)
        text = first if isinstance(first, str) else ""
    elif isinstance(exception, OSError) and exception.strerror:
        text = exception.strerror
    else:
        text = str(exception)
    text = " ".join(text.split()).rstrip(".")
    if not text:
        return type(exception).__name__
    # "Too many open files" reads on in a sentence, "TLS ..." stays
    text = text if text[:2].isupper() else text[0].lower() + text[1:]
    if errno.EMFILE in (
        getattr(exception, "osError", 0),
        getattr(exception, "errno", 0),
    ):
        text += _most_files()
    return text


def _most_files() -> str:
    """Say how many files this process may have open, and how to allow more."""
    if resource is None:
        return ""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f" (this process may have {most}; ulimit -n allows more)"


def _exception(reason: Failure | BaseException) -> BaseException:
    if not isinstance(reason, Failure):
        return reason
    assert reason.value is not None  # only a Failure that was made by hand could
    return reason.value


def _kind_of(exception: BaseException) -> type[errors.InternetError]:
    for kinds, kind in _TABLE:
        if isinstance(exception, kinds):
            return kind
    if isinstance(exception, OSError) and exception.errno is not None:
        return _BY_ERRNO.get(exception.errno, errors.InternalError)
    return errors.InternalError


def _openssl_words(exception: SSL.Error) -> str:
    """OpenSSL's reasons, the newest last: [(library, function, reason), ...]."""
    queue = exception.args[0] if exception.args else None
    if isinstance(queue, list):
        reasons = [str(entry[-1]) for entry in queue if entry and entry[-1]]
        return "; ".join(reasons)
    return " ".join(str(part) for part in exception.args)
