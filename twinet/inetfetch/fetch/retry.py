"""Whether a failed attempt is worth another one, and when.

Pure: errors and numbers in, a verdict out.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from twinet import errors

if TYPE_CHECKING:
    from collections.abc import Callable

#: Statuses that say "not now" rather than "no" (RFC 9110, 15.5 and 15.6; 425 is
#: RFC 8470, 429 RFC 6585).
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Errors of the network that may not come a second time.
_PASSING = (
    errors.Timeout,
    errors.CannotConnect,
    errors.ConnectionAborted,
    errors.ConnectionReset,
    errors.Truncated,
    errors.NameNotResolved,
    errors.FtpDropped,
)

#: Errors that stay, though their class is among those above.
_LASTING = (errors.PolicyRefused, errors.CertificateFault)


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often and how long to wait (times in seconds).

    The wait before attempt n+1 is ``base`` times two to the power of n-1, at most
    ``longest``, and up to the part ``jitter`` of it shorter, so that jobs that failed
    together do not come back together.
    """

    tries: int = 8
    base: float = 2
    longest: float = 300
    jitter: float = 0.5
    longest_retry_after: float = 3600

    def wait(
        self, tries: int, retry_after: float | None, random: Callable[[], float]
    ) -> float:
        """Return how long to wait after the attempt with this number.

        :param retry_after: what the server asked for (seconds); it is honoured up to
            ``longest_retry_after``.
        :param random: gives a number from 0 to 1.
        """
        # The exponent is bounded: 2.0 ** 1100 would overflow.
        wait = min(self.longest, self.base * 2.0 ** min(tries - 1, 60))
        wait *= 1 - self.jitter * random()
        if retry_after is not None:
            wait = max(wait, min(retry_after, self.longest_retry_after))
        return wait


class StatusRefused(Exception):  # noqa: N818  says what has happened
    """The server answered, but not with the content.

    :ivar status: its status code.
    :ivar retry_after: when to ask again, in seconds; ``None`` if it did not say.
    """

    def __init__(self, status: int, reason: str, retry_after: float | None) -> None:
        text = f"the server answered {status} {reason}".rstrip()
        super().__init__(text)
        self.status = status
        self.retry_after = retry_after


class Unsuitable(Exception):  # noqa: N818  says what is the matter
    """The answer cannot be stored as a file; asking again would not help."""


def passes(error: BaseException) -> bool:
    """Tell whether an error may be gone the next time."""
    if isinstance(error, StatusRefused):
        return error.status in PASSING_STATUSES
    if isinstance(error, errors.ExtendedError):
        # By its first digit an FTP server's refusal is not for ever (RFC 959, 4.2.1).
        return (error.server_text or "").startswith("4")
    if isinstance(error, errors.GopherDataError):
        # With words the server says that it has no such item.
        return not error.server_text
    return isinstance(error, _PASSING) and not isinstance(error, _LASTING)


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return a Retry-After field as seconds from now (RFC 9110, 10.2.3).

    :param now: seconds since the epoch.
    :returns: ``None`` if there is none or it makes no sense.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def describe(error: BaseException, at: float) -> dict[str, Any]:
    """Return an error as the API and the store show it.

    :param at: when it happened (seconds, epoch).
    """
    record: dict[str, Any] = {"class": type(error).__name__, "code": None, "at": at}
    if isinstance(error, errors.InternetError):
        record |= {"code": error.code, "text": str(error)}
    elif isinstance(error, StatusRefused):
        # The number that the library gives to an unexpected status.
        record |= {
            "class": errors.UnexpectedStatus.__name__,
            "code": errors.UnexpectedStatus.code,
            "status": error.status,
            "text": str(error),
        }
    elif isinstance(error, OSError):
        record |= {"code": error.errno, "text": _disk_text(error)}
    elif isinstance(error, Unsuitable):
        record["text"] = str(error)
    else:
        record["text"] = f"a fault in the daemon: {type(error).__name__}: {error}"
    return record


def _disk_text(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    advice = {
        errno.ENOSPC: "the disk is full: free some space, then add the job again",
        errno.EDQUOT: "the disk quota is used up: free some space, then add the job "
        "again",
        errno.EACCES: "the daemon may not write there: change the folder's "
        "permissions or give --dir another folder",
        errno.EPERM: "the daemon may not write there: change the folder's "
        "permissions or give --dir another folder",
        errno.EROFS: "the disk is read-only: give --dir another folder",
        errno.ENOTDIR: "a file or a symbolic link stands where a folder is needed",
        errno.EFBIG: "the file is larger than this disk or process may have",
        errno.ENAMETOOLONG: "the name is too long for this disk",
        errno.ENOENT: "the folder is gone",
    }.get(error.errno or 0)
    text = f"{error.strerror or error}{where}"
    return f"{advice}: {text}" if advice else f"the file cannot be written: {text}"
