"""Errors of two trees: ours, and those that Twisted's users catch."""

from __future__ import annotations

from twisted.internet import error as twisted_errors
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from twinet import errors

__all__ = [
    "AgentCannotConnect",
    "AgentConnectionAborted",
    "AgentConnectionReset",
    "AgentInvalidServerResponse",
    "AgentNameNotResolved",
    "AgentTimeout",
    "AgentTruncated",
    "as_twisted",
    "error_of",
]


class _ResponseFailed(ResponseFailed):
    """What Twisted's users look at when an answer was cut short or broke the rules.

    :ivar reasons: one failure, the error of our tree.
    """

    def __init__(self, message: str) -> None:
        # Not Twisted's own: it takes failures, and is given those in as_twisted().
        Exception.__init__(self, message)
        self.reasons: list[Failure] = []
        self.response = None


class AgentInvalidServerResponse(errors.HttpInvalidServerResponse, _ResponseFailed):
    """The answer broke the rules (12152)."""


class AgentTruncated(errors.Truncated, _ResponseFailed):
    """The answer was cut short (12152)."""


class AgentConnectionReset(errors.ConnectionReset, _ResponseFailed):
    """The server reset the connection (12031)."""


class AgentConnectionAborted(errors.ConnectionAborted, _ResponseFailed):
    """The connection was terminated (12030)."""


class AgentTimeout(errors.Timeout, twisted_errors.TimeoutError):
    """A limit ran out (12002)."""


class AgentNameNotResolved(errors.NameNotResolved, twisted_errors.DNSLookupError):
    """The host's name could not be looked up (12007)."""


class AgentCannotConnect(errors.CannotConnect, twisted_errors.ConnectError):
    """No address of the host could be connected to (12029)."""


#: The nearest ancestor counts.
_ALSO_TWISTED: dict[type[errors.InternetError], type[errors.InternetError]] = {
    errors.Timeout: AgentTimeout,
    errors.NameNotResolved: AgentNameNotResolved,
    errors.CannotConnect: AgentCannotConnect,
    errors.Truncated: AgentTruncated,
    errors.HttpInvalidServerResponse: AgentInvalidServerResponse,
    errors.ConnectionReset: AgentConnectionReset,
    errors.ConnectionAborted: AgentConnectionAborted,
}


def as_twisted(error: BaseException) -> BaseException:
    """Return the error as one that Twisted's users catch as well."""
    if not isinstance(error, errors.InternetError):
        return error
    kinds = (_ALSO_TWISTED.get(kind) for kind in type(error).__mro__)
    twin = next((kind for kind in kinds if kind is not None), None)
    if twin is None:
        return error
    both = twin(error.message)
    both.__cause__ = error
    if isinstance(both, _ResponseFailed):
        both.reasons = [Failure(error)]
    return both


def error_of(failure: Failure) -> BaseException:
    """Return a failure's exception; a failure of ours always has one."""
    assert failure.value is not None
    return failure.value
