"""The daemon's options: from the command line, else the environment, else defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from twisted.python import usage

from twinet import ProxySettings
from twinet.errors import InvalidParameter
from twinet.inetfetch.api.guard import LOCAL_HOSTS
from twinet.inetfetch.fetch.policy import Network, parse_nets
from twinet.inetfetch.place import state_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the daemon listens if nobody says otherwise: this machine only.
LISTEN = "tcp:6800:interface=127.0.0.1"

#: The variables by which other programs are told of proxies.
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")


@dataclass(frozen=True, slots=True)
class Settings:
    """The options, checked.

    :ivar state_dir: the state folder (absolute).
    :ivar root: the download folder (absolute).
    :ivar listen: a Twisted endpoint description.
    :ivar trust_roots: a PEM file with roots besides the platform's.
    :ivar netrc: a file with users and passwords for jobs that bring none.
    :ivar proxy: what jobs are fetched through; no job chooses its own.
    :ivar unused_proxies: the variables that name proxies to other programs: a daemon
        does not take up by the way what was in the shell of who started it.
    :ivar usual_state_dir: whether the command line finds the state folder unaided.
    """

    state_dir: Path
    root: Path
    listen: str
    trust_roots: Path | None
    netrc: Path | None
    proxy: ProxySettings
    unused_proxies: tuple[str, ...]
    max_active: int
    max_active_per_host: int
    allow_nets: tuple[Network, ...]
    hosts: frozenset[str]
    origins: frozenset[str]
    insecure_listen: bool
    usual_state_dir: bool


class Options(usage.Options):
    """What ``twistd inetfetch`` takes; every option has a variable as well."""

    synopsis = "[options]"
    longdesc = (
        "A fetch daemon: jobs come in over HTTP, files appear in a folder, whole or "
        "not at all. Without any option it listens on 127.0.0.1:6800 and puts files "
        "into ~/Downloads. Each option can also be given as an environment variable: "
        "--max-active as INETFETCH_MAX_ACTIVE, and so on."
    )
    # Twisted's names for its tables.
    optParameters: ClassVar[list[list[str | None]]] = [  # noqa: N815
        ["state-dir", None, None, "The queue and the token [~/.local/state/inetfetch]"],
        ["dir", None, None, "Where files are put [~/Downloads]"],
        ["listen", None, None, f"Where the API listens, an endpoint [{LISTEN}]"],
        ["trust-roots", None, None, "A PEM file with certificates to trust as well"],
        ["netrc", None, None, "A .netrc file with users and passwords of servers []"],
        ["proxy", None, None, "Proxies to fetch through, such as http://proxy:8080 []"],
        ["proxy-bypass", None, None, "Hosts to reach without them, with * and ; []"],
        ["max-active", None, None, "Jobs that are fetched at a time [5]"],
        ["max-active-per-host", None, None, "The same, for each host [2]"],
        ["policy-allow-nets", None, None, "Private networks that jobs may reach []"],
        ["allow-hosts", None, None, "Further names that the daemon answers to []"],
        ["allow-origins", None, None, "Web pages that may use the API []"],
    ]
    optFlags: ClassVar[list[list[str | None]]] = [  # noqa: N815
        ["insecure-listen", None, "Listen for other machines without TLS"],
    ]

    #: checked, after parsing.
    settings: Settings

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._environment = os.environ if environment is None else environment

    def postOptions(self) -> None:  # noqa: N802  Twisted's name
        """Fill in what was not given, and check everything.

        :raises UsageError: something cannot be; the text says what.
        """
        self._no_pid_file()
        environment = dict(self._environment)
        given = self._given("state-dir")
        if given:
            environment["INETFETCH_STATE_DIR"] = given
        try:
            nets = parse_nets(self._given("policy-allow-nets"))
        except ValueError as reason:
            raise usage.UsageError(str(reason)) from None
        trust_roots, netrc = self._given("trust-roots"), self._given("netrc")
        self.settings = Settings(
            state_dir=_absolute(str(state_dir(environment))),
            root=_absolute(self._given("dir") or "~/Downloads"),
            listen=self._given("listen") or LISTEN,
            trust_roots=_absolute(trust_roots) if trust_roots else None,
            netrc=_absolute(netrc) if netrc else None,
            proxy=self._proxy(),
            unused_proxies=tuple(
                name
                for name, value in environment.items()
                if name.lower() in _PROXIES and value.strip()
            ),
            max_active=self._number("max-active", 5),
            max_active_per_host=self._number("max-active-per-host", 2),
            allow_nets=nets,
            hosts=LOCAL_HOSTS | {host.lower() for host in self._list("allow-hosts")},
            origins=frozenset(self._list("allow-origins")),
            insecure_listen=bool(self["insecure-listen"])
            or self._variable("insecure-listen").lower() in {"1", "true", "yes", "on"},
            usual_state_dir=not self["state-dir"],
        )

    def _no_pid_file(self) -> None:
        """Have twistd write no ``twistd.pid`` unless it was asked to.

        Several daemons may run, the folder's lock keeps two from sharing a queue,
        and a stale file whose number lives again would stop the next start.
        """
        if self.parent is not None and self.parent.get("pidfile") == "twistd.pid":
            self.parent["pidfile"] = ""

    def _variable(self, name: str) -> str:
        variable = "INETFETCH_" + name.upper().replace("-", "_")
        return self._environment.get(variable, "").strip()

    def _given(self, name: str) -> str:
        value: str | None = self[name]
        return self._variable(name) if value is None else value.strip()

    def _proxy(self) -> ProxySettings:
        servers, bypass = self._given("proxy"), self._given("proxy-bypass")
        if bypass and not servers:
            raise usage.UsageError("--proxy-bypass needs --proxy (INETFETCH_PROXY)")
        try:
            return ProxySettings(servers, bypass)
        except InvalidParameter as error:
            raise usage.UsageError(f"--proxy: {error.message}") from None

    def _list(self, name: str) -> list[str]:
        return [part.strip() for part in self._given(name).split(",") if part.strip()]

    def _number(self, name: str, default: int) -> int:
        text = self._given(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):  # noqa: PLR2004  far beyond any use
            raise usage.UsageError(
                f"--{name} must be a whole number from 1 to 1000, not {text!r}"
            )
        return int(text)


def _absolute(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # no home folder for this user
        return Path(text).absolute()
