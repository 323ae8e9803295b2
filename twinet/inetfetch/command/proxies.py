"""The proxies of ``inetfetch get``: from its options, else from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet import ProxySettings
from twinet.errors import InvalidParameter
from twinet.inetfetch.command.report import Exit, Trouble

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

__all__ = ["proxies_of"]


def proxies_of(options: Namespace, environment: Mapping[str, str]) -> ProxySettings:
    """Return what ``--proxy``, ``--proxy-bypass`` and ``--no-proxy`` come to.

    :raises Trouble: a list cannot be read, or a bypass list stands alone.
    """
    if options.no_proxy:
        return ProxySettings.direct()
    try:
        if options.proxy is not None:
            return ProxySettings(options.proxy, options.proxy_bypass or "")
        if options.proxy_bypass is not None:
            raise Trouble(
                "--proxy-bypass needs --proxy; the proxies of the environment are "
                "bypassed for the hosts in no_proxy",
                Exit.USAGE,
            )
        return ProxySettings.from_environment(environment)
    except InvalidParameter as error:
        raise Trouble(
            f"{error.message}; --no-proxy connects directly", Exit.USAGE
        ) from error
