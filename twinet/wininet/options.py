"""The options, with values as Windows has them, and those of the process."""

from __future__ import annotations

from functools import partial
from typing import Any

from twinet._handles.handle import Handle
from twinet._handles.proxy_options import PER_CONNECTION_OPTION, PROXY
from twinet.options import OPTIONS, Option, OptionType, Unit
from twinet.wininet.door import immediate, noted, on_reactor
from twinet.wininet.proxies import PROCESS, ProxyInfo, settings_from

__all__ = ["InternetQueryOption", "InternetSetOption"]

#: What Windows knows as no limit, in milliseconds.
_NO_LIMIT = 0xFFFFFFFF
#: The options that are milliseconds here and seconds below.
_TIMES = frozenset(
    option for option, row in OPTIONS.items() if row.unit is Unit.SECONDS
)
#: Those whose absence is a number on Windows, the largest.
_LIMITS = _TIMES | {Option.CONNECT_RETRIES}
#: Those whose truth is a number on Windows.
_BOOLEANS = frozenset(
    option for option, row in OPTIONS.items() if row.type is OptionType.BOOL
)
#: Those that can be asked for without a handle; the others need a session here.
_OF_PROCESS: dict[int, Any] = {
    Option.PROXY: PROXY,
    Option.PER_CONNECTION_OPTION: PER_CONNECTION_OPTION,
}
#: What can be done without a handle, and is then done for every session.
_FOR_ALL = frozenset(
    (
        *(Option.REFRESH, Option.SETTINGS_CHANGED, Option.PROXY_SETTINGS_CHANGED),
        *(Option.END_BROWSER_SESSION, Option.DIGEST_AUTH_UNLOAD),
    )
)


def InternetQueryOption(handle: Handle | None, option: int) -> Any:
    """Read an option.

    :param handle: None for INTERNET_OPTION_PROXY and _PER_CONNECTION_OPTION of the
        process: what INTERNET_OPEN_TYPE_PRECONFIG comes to.
    :param option: INTERNET_OPTION_*; times are milliseconds here, and proxies a
        :class:`~twinet.wininet.ProxyInfo`.
    :raises InternetError: as ``handle.options`` (12009, 12018).
    :source: InternetQueryOption.
    """
    if handle is None and option in _OF_PROCESS:
        return noted(lambda: _shown(option, _OF_PROCESS[option].read(PROCESS)))
    return _query(handle, option)  # type: ignore[arg-type]  # None is refused there


def InternetSetOption(handle: Handle | None, option: int, value: Any) -> bool:
    """Set an option, for this handle and those made under it later.

    :param handle: None for INTERNET_OPTION_PROXY and _PER_CONNECTION_OPTION of the
        process, which act on sessions that are opened later, or told by
        INTERNET_OPTION_REFRESH; None for that, _SETTINGS_CHANGED,
        _PROXY_SETTINGS_CHANGED, _END_BROWSER_SESSION and _DIGEST_AUTH_UNLOAD tells all
        sessions.
    :param option: INTERNET_OPTION_*; times are milliseconds here, and proxies a
        :class:`~twinet.wininet.ProxyInfo`, or its three members.
    :raises InternetError: as ``handle.options`` (12009, 12011, 12018, 87, 160).
    :source: InternetSetOption.
    """
    if handle is None and option in _OF_PROCESS:
        noted(lambda: _OF_PROCESS[option].write(PROCESS, _given(option, value)))
    elif handle is None and option in _FOR_ALL:
        for session in PROCESS.sessions():
            # Not as a call of its own: a synchronous session would want to block.
            noted(
                partial(
                    on_reactor, session.reactor, partial(_put, session, option, value)
                )
            )
    else:
        _set(handle, option, value)  # type: ignore[arg-type]  # None is refused there
    return True


@immediate(Handle)
def _query(handle: Handle, option: int) -> Any:
    return _shown(option, handle.options[option])


@immediate(Handle)
def _set(handle: Handle, option: int, value: Any) -> None:
    _put(handle, option, value)


def _put(handle: Handle, option: int, value: Any) -> None:
    handle.options[option] = _given(option, value)


def _shown(option: int, value: Any) -> Any:
    """Return a value as Windows has it."""
    if value is None and option in _LIMITS:
        return _NO_LIMIT
    if option in _TIMES:
        return round(value * 1000)
    if option == Option.PROXY:
        return ProxyInfo.of(value)
    return 0 if value is None and option == Option.CONTEXT_VALUE else value


def _given(option: int, value: Any) -> Any:
    """Return the value that one of Windows stands for."""
    if option in _LIMITS and value == _NO_LIMIT:
        return None
    if option in _TIMES:
        # What is no number is refused below, in words.
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value / 1000 if number else value
    if option in _BOOLEANS:
        return bool(value)
    if option == Option.PROXY:
        return settings_from(value)
    return (value or None) if option == Option.CONTEXT_VALUE else value
