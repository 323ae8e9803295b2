"""The options of a session, those among them that Windows has for the process."""

from __future__ import annotations

from typing import Any

from twinet._handles.option_access import COMMON, Access, nothing, within
from twinet._handles.proxy_options import (
    PER_CONNECTION_OPTION,
    PROXY,
    PROXY_SETTINGS_CHANGED,
    REFRESH,
)
from twinet.errors import BadArguments, InvalidParameter
from twinet.options import Option

__all__ = [
    "HTTP_VERSION",
    "SESSION_OPTIONS",
    "read_decoding",
    "read_mask",
    "write_decoding",
    "write_mask",
]

#: The version of the interface, as every Windows has it.
_VERSION = (1, 2)
#: The version of HTTP that requests are sent in.
HTTP_VERSION = (1, 1)
#: INTERNET_STATE_CONNECTED, _DISCONNECTED and _DISCONNECTED_BY_USER.
_CONNECTED, _DISCONNECTED, _BY_USER = 0x1, 0x2, 0x10
_STATES = (_CONNECTED, _DISCONNECTED, _BY_USER, _DISCONNECTED | _BY_USER)
#: INTERNET_ERROR_MASK_COMBINED_SEC_CERT, the one bit that makes a difference here.
_COMBINED = 0x2
_MOST_U32 = 0xFFFFFFFF


def read_decoding(handle: Any) -> bool:
    """Return whether bodies are decoded."""
    decoding: bool = handle._decoding
    return decoding


def write_decoding(handle: Any, value: Any) -> None:
    """Decode bodies, or do not; ``Session(decoding=...)`` comes here as well."""
    if not isinstance(value, bool):
        msg = f"decoding (HTTP_DECODING) is True or False; not {value!r}"
        raise InvalidParameter(msg)
    handle._decoding = value


def read_mask(handle: Any) -> int:
    """Return which finer errors are told apart."""
    return handle._error_mask or 0


def write_mask(handle: Any, value: Any) -> None:
    """Tell the finer errors apart that the mask names.

    :raises InvalidParameter: 87, it names one that never comes.
    """
    if type(value) is not int or value & ~_COMBINED:
        msg = (
            f"ERROR_MASK is 0 or {_COMBINED} (COMBINED_SEC_CERT, for 12055), not "
            f"{value!r}; the errors of other bits do not come here"
        )
        raise InvalidParameter(msg)
    handle._error_mask = value


def _write_agent(session: Any, value: Any) -> None:
    session.set_agent(value)


def _write_most(session: Any, value: Any) -> None:
    if value == 0 and type(value) is int:
        msg = "a host cannot be given 0 connections"
        raise BadArguments(msg)
    option = Option.MAX_CONNS_PER_SERVER
    session.connections_per_host = within(option, value, 1, _MOST_U32)


def _write_most_of_proxy(session: Any, value: Any) -> None:
    option = Option.MAX_CONNS_PER_PROXY
    session.connections_per_proxy = within(option, value, 2, 128)


def _write_version(_session: Any, value: Any) -> None:
    if value != HTTP_VERSION:
        msg = f"requests are sent as HTTP/1.1, {HTTP_VERSION}; not as {value!r}"
        raise InvalidParameter(msg)


def _read_state(session: Any) -> int:
    return _BY_USER if session.offline else _CONNECTED


def _write_state(session: Any, value: Any) -> None:
    if type(value) is not int or value not in _STATES:
        msg = f"CONNECTED_STATE is 1 (connected), 2 or 0x10 (not); not {value!r}"
        raise InvalidParameter(msg)
    session.offline = value != _CONNECTED


def _end_browser_session(session: Any, value: Any) -> None:
    nothing(Option.END_BROWSER_SESSION, value)
    session.cookies.end_session()
    session.engine.logins.forget()


def _unload_digest(session: Any, value: Any) -> None:
    nothing(Option.DIGEST_AUTH_UNLOAD, value)
    session.engine.logins.forget_digest()


SESSION_OPTIONS: dict[Option, Access] = {
    **COMMON,
    Option.VERSION: Access(lambda _: _VERSION),
    Option.REFRESH: REFRESH,
    Option.PROXY: PROXY,
    Option.PER_CONNECTION_OPTION: PER_CONNECTION_OPTION,
    Option.PROXY_SETTINGS_CHANGED: PROXY_SETTINGS_CHANGED,
    Option.USER_AGENT: Access(lambda session: session.agent, _write_agent),
    Option.END_BROWSER_SESSION: Access(None, _end_browser_session),
    Option.DIGEST_AUTH_UNLOAD: Access(None, _unload_digest),
    Option.CONNECTED_STATE: Access(_read_state, _write_state),
    Option.HTTP_VERSION: Access(lambda _: HTTP_VERSION, _write_version),
    Option.ERROR_MASK: Access(read_mask, write_mask),
    Option.HTTP_DECODING: Access(read_decoding, write_decoding),
    Option.MAX_CONNS_PER_SERVER: Access(
        lambda session: session.connections_per_host, _write_most
    ),
    Option.MAX_CONNS_PER_PROXY: Access(
        lambda session: session.connections_per_proxy, _write_most_of_proxy
    ),
}
