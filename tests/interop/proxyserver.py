"""A proxy server in a process of its own, and the names that it alone knows.

``squid.py`` and ``socks.py`` have the kinds.  What each of them resolves, it finds in a
list of its own: a test that reaches :data:`NAMES` through a proxy, with a resolver that
knows none of them, has shown that the proxy was asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.interop.serverprocess import ServerProcess
from tests.interop.webserver import OTHER_NAME
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from twinet.proxy import Speech

#: The names that proxies know, and nobody else: the second has a certificate.
NAMES = {
    "origin.test": "127.0.0.1",
    OTHER_NAME: "127.0.0.1",
    "six.test": "::1",
    "forbidden.test": "127.0.0.99",
}
#: Who may use a proxy that wants to know; a stranger's password is another.
PROXY_USER, PROXY_PASSWORD = "gate", "mirabelle83: 100%"

#: It answers a program's questions for names from a file.
WRAPPER = "libnss_wrapper.so"


class ProxyServer(ServerProcess):
    """A running proxy.

    :cvar speech: how it is spoken to on its port ``http``.
    :cvar guarded: whether it wants a user name and a password.
    """

    speech: Speech
    guarded = False

    @property
    def proxy(self) -> Proxy:
        """It, with the credentials that it wants."""
        wanted = Credentials(PROXY_USER, PROXY_PASSWORD) if self.guarded else None
        return Proxy(self.speech, "127.0.0.1", self.ports["http"], wanted)

    def stranger(self, password: str = "wrong") -> Proxy:
        """Return it with credentials that it does not know."""
        wrong = Credentials(PROXY_USER, password)
        return Proxy(self.speech, "127.0.0.1", self.ports["http"], wrong)

    def prepare(self) -> None:
        """Write the names."""
        lines = (f"{address} {name}\n" for name, address in NAMES.items())
        (self.home / "hosts").write_text("".join(lines))

    def spoken_of(self, *marks: str) -> list[str]:
        """Return the lines of its logs in which all of these stand."""
        lines = []
        for name in ("access.log", "output.log", "error.log"):
            log = self.home / name
            if log.exists():
                lines += log.read_text(errors="replace").splitlines()
        return [line for line in lines if all(mark in line for mark in marks)]


class WrappedProxy(ProxyServer):
    """One that has no list of names of its own: its C library gets one."""

    @classmethod
    def program(cls) -> str | None:
        """Return the path of the program, or None if it or the wrapper is missing."""
        return super().program() if cls.wrapper() else None

    @staticmethod
    def wrapper() -> bool:
        """Tell whether there is a library that answers from a list."""
        folders = ("lib/*", "lib", "lib64")
        return any(any(Path("/usr").glob(f"{one}/{WRAPPER}")) for one in folders)

    def variables(self) -> dict[str, str]:
        """Return what has its questions answered."""
        return {"LD_PRELOAD": WRAPPER, "NSS_WRAPPER_HOSTS": str(self.home / "hosts")}
