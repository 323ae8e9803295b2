"""The options of a handle: one way to ask and to set, by WinINet's numbers.

Most options are attributes of the handles too; this is for those who know them by
their numbers, and for what the numbers promise: an unknown one is 12009, one that
lives on another kind of handle 12018, one that can only be read 12011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._http.auth import check_credentials
from twinet.errors import (
    BadArguments,
    IncorrectHandleType,
    InvalidOption,
    InvalidParameter,
    OptionNotSettable,
)
from twinet.flags import HandleType, SecurityFlag
from twinet.options import OPTIONS, Kind, Option
from twinet.records import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._handles.handle import Handle

__all__ = ["HandleOptions"]

_KIND = {
    HandleType.INTERNET: Kind.SESSION,
    HandleType.CONNECT_HTTP: Kind.CONNECTION,
    HandleType.HTTP_REQUEST: Kind.REQUEST,
}


def _limit(*names: str) -> tuple[Callable[[Any], Any], Callable[[Any, Any], None]]:
    """Return how limits are read (the first) and set (all of them)."""

    def read(handle: Any) -> float | None:
        value: float | None = getattr(handle.limits, names[0])
        return value

    def write(handle: Any, value: Any) -> None:
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            msg = f"a time limit is a number of seconds, or None; not {value!r}"
            raise InvalidParameter(msg)
        if value is not None and not value > 0:
            msg = "a time limit of 0 would always have run out; None means no limit"
            raise BadArguments(msg)
        handle.limits = handle.limits.but(**dict.fromkeys(names, value))

    return read, write


def _write_context(handle: Any, value: Any) -> None:
    handle.context = value


def _write_agent(session: Any, value: Any) -> None:
    session.set_agent(value)


def _credentials(handle: Any) -> Credentials:
    """Return what a handle answers challenges with; a request's parent may know it."""
    known = handle._credentials or handle._parent._credentials
    return known or Credentials("", "")


def _write_username(handle: Any, value: Any) -> None:
    handle._credentials = check_credentials(value, _credentials(handle).password)


def _write_password(handle: Any, value: Any) -> None:
    handle._credentials = check_credentials(_credentials(handle).username, value)


def _write_decoding(handle: Any, value: Any) -> None:
    if not isinstance(value, bool):
        msg = f"decoding (HTTP_DECODING) is True or False; not {value!r}"
        raise InvalidParameter(msg)
    handle._decoding = value


def _write_certificate(request: Any, value: Any) -> None:
    request.client_certificate = value


def _write_security(request: Any, value: Any) -> None:
    request.security_flags = SecurityFlag(value)


#: How each option is read, and set where it can be.
_ACCESS: dict[
    Option, tuple[Callable[[Any], Any], Callable[[Any, Any], None] | None]
] = {
    Option.CONNECT_TIMEOUT: _limit("connect"),
    Option.SEND_TIMEOUT: _limit("send"),
    # One limit there; here the wait for the head and the waits in the body.
    Option.RECEIVE_TIMEOUT: _limit("first_byte", "idle"),
    Option.HANDLE_TYPE: (lambda handle: handle.handle_type, None),
    Option.PARENT_HANDLE: (lambda handle: handle.parent, None),
    Option.CONTEXT_VALUE: (lambda handle: handle.context, _write_context),
    Option.USERNAME: (lambda handle: _credentials(handle).username, _write_username),
    Option.PASSWORD: (lambda handle: _credentials(handle).password, _write_password),
    Option.HTTP_DECODING: (lambda handle: handle._decoding, _write_decoding),
    Option.CLIENT_CERT_CONTEXT: (
        lambda request: request.client_certificate,
        _write_certificate,
    ),
    Option.URL: (lambda request: request.url, None),
    Option.USER_AGENT: (lambda session: session.agent, _write_agent),
    Option.SECURITY_FLAGS: (lambda request: request.security_flags, _write_security),
    Option.REQUEST_FLAGS: (lambda request: request.request_flags, None),
}


class HandleOptions:
    """``handle.options[Option.CONNECT_TIMEOUT] = 5``.

    Times are seconds here, ``None`` is no limit.  What is set acts on the handle and
    on those made under it later.

    :raises InvalidHandle: 6, the handle is closed.
    :raises InvalidOption: 12009, there is no such option, or nothing here has it.
    :raises IncorrectHandleType: 12018, it lives on another kind of handle.
    :raises OptionNotSettable: 12011, it can only be read.
    :raises BadArguments: 160, a time of 0.
    :raises InvalidParameter: 87, a value that the option cannot have.
    :source: InternetQueryOption, InternetSetOption.
    """

    __slots__ = ("_handle",)

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def __getitem__(self, option: int) -> Any:
        read, _ = self._access(option)
        return read(self._handle)

    def __setitem__(self, option: int, value: Any) -> None:
        _, write = self._access(option)
        if write is None:
            msg = f"the option {Option(option).name} can only be read"
            raise OptionNotSettable(msg)
        write(self._handle, value)

    def _access(
        self, option: int
    ) -> tuple[Callable[[Any], Any], Callable[[Any, Any], None] | None]:
        handle = self._handle
        handle._check_alive()
        try:
            option = Option(option)
        except ValueError:
            msg = f"there is no option {option!r}; see twinet.options.Option"
            raise InvalidOption(msg) from None
        if _KIND[handle.handle_type] not in OPTIONS[option].kinds:
            msg = f"the option {option.name} is none of {handle}"
            raise IncorrectHandleType(msg)
        access = _ACCESS.get(option)
        if access is None:
            msg = f"nothing in this version depends on the option {option.name}"
            raise InvalidOption(msg)
        return access
