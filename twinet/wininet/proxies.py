"""Proxies as this door says them: access type, list and bypass list.

What Windows keeps for the process, and sets with a NULL handle, is here what sessions
that are opened with INTERNET_OPEN_TYPE_PRECONFIG go by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

from twinet._net.proxy_settings import ProxySettings
from twinet.errors import InvalidParameter
from twinet.flags import OpenType

if TYPE_CHECKING:
    from twinet._handles.session import Session

__all__ = ["PROCESS", "ProcessProxies", "ProxyInfo", "settings_from", "settings_of"]


class ProxyInfo(NamedTuple):
    """Which proxies there are (``INTERNET_PROXY_INFO``).

    When it is read, the list shows neither user names nor passwords.
    """

    #: INTERNET_OPEN_TYPE_*.
    access_type: int
    #: the proxy list; None: there is none.
    proxy: str | None = None
    #: the bypass list; None: there is none.
    proxy_bypass: str | None = None

    @classmethod
    def of(cls, settings: ProxySettings) -> ProxyInfo:
        """Return what settings are."""
        return cls(
            settings.access_type, settings.servers or None, settings.bypass or None
        )


def settings_of(
    access_type: int, proxy: str | None, proxy_bypass: str | None
) -> ProxySettings | None:
    """Return the settings that the three stand for; None is the process's own.

    :raises InvalidParameter: 87, they do not go together; the text says why.
    """
    if access_type == OpenType.PROXY:
        settings = ProxySettings(proxy or "", proxy_bypass or "")
        if not settings:
            msg = "INTERNET_OPEN_TYPE_PROXY needs a proxy list, such as 'proxy:8080'"
            raise InvalidParameter(msg)
        return settings
    if access_type not in tuple(OpenType):
        msg = f"{access_type!r} is none of INTERNET_OPEN_TYPE_*: 0, 1, 3 and 4"
        raise InvalidParameter(msg)
    if proxy or proxy_bypass:
        msg = (
            "a proxy list and a bypass list go with INTERNET_OPEN_TYPE_PROXY (3), not "
            f"with {OpenType(access_type).name} ({access_type})"
        )
        raise InvalidParameter(msg)
    return ProxySettings.direct() if access_type == OpenType.DIRECT else None


def settings_from(value: Any) -> ProxySettings | None:
    """Return the settings that a value of INTERNET_OPTION_PROXY stands for.

    :raises InvalidParameter: 87, it is none.
    """
    if isinstance(value, ProxySettings):
        return value
    try:
        info = ProxyInfo(*value)
    except TypeError:
        msg = (
            "INTERNET_OPTION_PROXY is (access type, proxy list, bypass list), a "
            f"ProxyInfo; not a {type(value).__name__}"
        )
        raise InvalidParameter(msg) from None
    return settings_of(*info)


class ProcessProxies:
    """What the sessions go by that are opened with INTERNET_OPEN_TYPE_PRECONFIG."""

    def __init__(self) -> None:
        self._settings: ProxySettings | None = None
        self._sessions: WeakSet[Session] = WeakSet()

    @property
    def proxy(self) -> ProxySettings:
        """What was set; else what the environment says now."""
        return self.settings()

    def settings(self) -> ProxySettings:
        """Return the same; sessions ask by this."""
        if self._settings is None:
            return ProxySettings.from_environment()
        return self._settings

    def set_proxy(self, settings: ProxySettings | None) -> None:
        """Set it for sessions that are opened, or told of it, from now on.

        :param settings: nothing is what the environment says.
        """
        self._settings = settings

    def take(self, session: Session) -> None:
        """Know a session of this process, which goes by it; it is not kept."""
        session.preconfigured = self.settings
        self._sessions.add(session)

    def sessions(self) -> list[Session]:
        """Return those that are open."""
        return [session for session in self._sessions if session.alive]


#: Those of this process.
PROCESS = ProcessProxies()
