"""The guard: who may talk to the API, decided before anything else happens.

Three things are looked at, in this order.  The ``Host`` must be one of ours: a web
page whose name was pointed at this machine (DNS rebinding) sends its own.  An
``Origin`` must be listed: browsers send it for requests that a page makes.  The
token must be right; it is compared in constant time.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinet.inetfetch.api.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

#: Names under which a daemon on this machine is always reached.
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]@/?#]+)(?::[0-9]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Guard:
    """What is allowed.

    :ivar token: the secret that a client must know.
    :ivar hosts: names by which the daemon may be called, in lower case, without port.
    :ivar origins: web pages that may use the API, such as ``https://ui.example``.
    """

    token: str
    hosts: Collection[str] = LOCAL_HOSTS
    origins: Collection[str] = ()

    def check_host(self, hosts: list[str], arrived_at: str | None = None) -> None:
        """Refuse a request that was meant for somebody else.

        :param hosts: the values of its Host fields.
        :param arrived_at: the address of ours to which it came.  That is a name of
            ours as well: no foreign name can be pointed at a literal address.
        :raises Problem: 400 without one, 403 for a wrong one.
        """
        if len(hosts) != 1:
            raise Problem(400, "a request needs one Host field")
        match = _HOST.fullmatch(hosts[0].strip().lower())
        name = None if match is None else match[1].rstrip(".")
        own = {arrived_at, f"[{arrived_at}]"} if arrived_at else set()
        if name not in self.hosts and name not in own:
            raise Problem(
                403,
                f"the Host {hosts[0]!r} is not this daemon's name; it answers to "
                f"{', '.join(sorted(self.hosts))}; more names are added with "
                "--allow-hosts (INETFETCH_ALLOW_HOSTS)",
            )

    def check_origin(self, origins: list[str]) -> None:
        """Refuse a request that a web page makes which is not listed.

        :param origins: the values of its Origin fields.
        :raises Problem: 403.
        """
        for origin in origins:
            if origin not in self.origins:
                raise Problem(
                    403,
                    f"web pages of {origin!r} may not use this daemon; allow them "
                    "with --allow-origins (INETFETCH_ALLOW_ORIGINS)",
                )

    def check_token(self, fields: list[str]) -> None:
        """Refuse a request without the token.

        :param fields: the values of its Authorization fields.
        :raises Problem: 401.
        """
        scheme, _, token = fields[0].partition(" ") if len(fields) == 1 else ("",) * 3
        # Both are encoded first: compare_digest() wants ASCII text or bytes.
        right = hmac.compare_digest(
            token.strip().encode("utf-8", "replace"), self.token.encode()
        )
        if scheme.lower() != "bearer" or not right:
            what = "the token is wrong" if fields else "a token is needed"
            raise Problem(
                401,
                f"{what}: send 'Authorization: Bearer TOKEN' with the content of the "
                "file 'token' in the daemon's state folder",
                headers={"WWW-Authenticate": 'Bearer realm="inetfetch"'},
            )
