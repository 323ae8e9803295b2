"""The options that say which proxies a session goes through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twinet._handles.option_access import Access, nothing
from twinet._net.proxy_settings import ProxySettings
from twinet.errors import InvalidParameter
from twinet.flags import PerConnection, ProxyType
from twinet.options import Option

__all__ = ["PER_CONNECTION_OPTION", "PROXY", "PROXY_SETTINGS_CHANGED", "REFRESH"]

#: What can be told and set; the rest is about scripts.
_MEMBERS = (
    PerConnection.FLAGS,
    PerConnection.PROXY_SERVER,
    PerConnection.PROXY_BYPASS,
)


def _read(session: Any) -> ProxySettings:
    settings: ProxySettings = session.proxy
    return settings


def _write(session: Any, value: Any) -> None:
    session.set_proxy(value)


def _read_list(session: Any) -> dict[PerConnection, Any]:
    settings = session.proxy
    flags = ProxyType.DIRECT
    if settings:
        flags |= ProxyType.PROXY
    return dict(zip(_MEMBERS, (flags, settings.servers, settings.bypass), strict=True))


def _write_list(session: Any, value: Any) -> None:
    session.set_proxy(_settings(value))


def _settings(value: object) -> ProxySettings:
    """Return what a list of settings comes to.

    :raises InvalidParameter: 87, it is none, or asks for what there is not.
    """
    if not isinstance(value, Mapping):
        msg = (
            "PER_CONNECTION_OPTION is a mapping of INTERNET_PER_CONN_ numbers to their "
            f"values, not a {type(value).__name__}"
        )
        raise InvalidParameter(msg)
    for number in value:
        if number not in _MEMBERS:
            msg = (
                f"{number!r} in PER_CONNECTION_OPTION does not work: only FLAGS (1), "
                "PROXY_SERVER (2) and PROXY_BYPASS (3) do; configuration scripts are "
                "not run"
            )
            raise InvalidParameter(msg)
    flags: Any = value.get(PerConnection.FLAGS)
    if type(flags) not in (int, ProxyType) or flags not in range(4):
        msg = (
            "INTERNET_PER_CONN_FLAGS (1) says whether the proxies are used: "
            "PROXY_TYPE_DIRECT (1), with PROXY_TYPE_PROXY (2) or without; not "
            f"{flags!r} (configuration scripts are not run)"
        )
        raise InvalidParameter(msg)
    servers = value.get(PerConnection.PROXY_SERVER) or ""
    bypass = value.get(PerConnection.PROXY_BYPASS) or ""
    if not flags & ProxyType.PROXY:
        return ProxySettings("", bypass)
    settings = ProxySettings(servers, bypass)
    if not settings:
        msg = "PROXY_TYPE_PROXY needs INTERNET_PER_CONN_PROXY_SERVER (2): a proxy list"
        raise InvalidParameter(msg)
    return settings


def _reread(option: Option) -> Access:
    """Return the act of reading the environment again."""

    def act(handle: Any, value: Any) -> None:
        nothing(option, value)
        while handle.parent is not None:
            handle = handle.parent
        handle.refresh_proxy()

    return Access(None, act)


PROXY = Access(_read, _write)
PER_CONNECTION_OPTION = Access(_read_list, _write_list)
REFRESH = _reread(Option.REFRESH)
PROXY_SETTINGS_CHANGED = _reread(Option.PROXY_SETTINGS_CHANGED)
