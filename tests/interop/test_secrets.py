"""No secret is told anywhere, on whole journeys to real servers past real proxies.

``tests/http/test_secrets.py`` plays every kind of answer from memory.  Here passwords
that open something, and others that do not, go every way that there is for them, to
every end; whatever a program, an operator or a file of a log gets to see is searched.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import pytest_twisted
from twisted.internet import reactor

import twinet
from tests.http.ears import Canary, Ears
from tests.inetfetch.commandline import PATIENCE, PROGRAM, environment
from tests.inetfetch.daemonprocess import DaemonProcess
from tests.interop.proxyserver import PROXY_PASSWORD, PROXY_USER
from tests.interop.site import FILES, PASSWORD, REALM, USER
from tests.interop.squid import REALM as GATE
from tests.interop.throughproxy import address, roots
from tests.net.certificates import root
from tests.net.openings import Resolver
from twinet import Limits, Option, Trace
from twinet.records import Credentials
from twinet.wininet import InternetConnect, InternetOpenUrl

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.interop.apache import Apache
    from tests.interop.httpbin import HttpBin
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.squid import BasicSquid, DigestSquid

    #: Sends a request for a URL with a password; gives its handle, or what it has.
    Way = Callable[[twinet.Session, str, str], Awaitable[Any]]

SMALL = FILES["small.txt"]
#: A password that opens nothing, and what a cookie keeps.
WRONG, KEPT = "blackthorn61 %&/", "plumcake29%2F"
CANARIES = (
    Canary(PASSWORD, USER, (REALM,)),
    Canary(PROXY_PASSWORD, PROXY_USER, (GATE,)),
    Canary(WRONG, USER, (REALM, GATE)),
    Canary(KEPT),
)


# -- how a password gets to the session


def with_password(user: str, password: str, url: str) -> str:
    """Return a URL with a user name and a password in it."""
    return url.replace("//", f"//{user}:{quote(password, safe='')}@", 1)


def _split(url: str) -> tuple[str, str, int, str]:
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    return scheme, host, int(port), slash + path


def _connection(session: twinet.Session, url: str, **known: Any) -> Any:
    scheme, host, port, target = _split(url)
    handle = session.http(host, port, tls=scheme == "https", **known)
    return handle, target


async def by_url(session: twinet.Session, url: str, password: str) -> Any:
    return await session.get(with_password(USER, password, url))


async def by_connection(session: twinet.Session, url: str, password: str) -> Any:
    handle, target = _connection(session, url, username=USER, password=password)
    return await handle.open_request("GET", target).send()


async def by_options(session: twinet.Session, url: str, password: str) -> Any:
    handle, target = _connection(session, url)
    request = handle.open_request("GET", target)
    request.options[Option.USERNAME] = USER
    request.options[Option.PASSWORD] = password
    return await request.send()


async def by_fields(session: twinet.Session, url: str, password: str) -> Any:
    fields = {
        "Authorization": f"Bearer {password}",
        "X-Api-Key": password,
        "Cookie": f"own={quote(password)}",
        "Referer": with_password(USER, password, "http://elsewhere.test/"),
    }
    return await session.get(url, headers=fields)


async def by_netrc(session: twinet.Session, url: str, password: str) -> Any:
    return await session.get(url)


async def by_treq(session: twinet.Session, url: str, password: str) -> Any:
    response = await session.treq().get(url, auth=(USER, password))
    await response.content()
    return response


async def by_windows(session: twinet.Session, url: str, password: str) -> Any:
    _, host, port, _ = _split(url)
    InternetConnect(session, host, port, USER, password).close()
    known = with_password(USER, password, url)
    return await InternetOpenUrl(session, known, f"X-Api-Key: {quote(password)}")


async def by_body(session: twinet.Session, url: str, password: str) -> Any:
    known = with_password(USER, password, url)
    return await session.post(known, form={"password": password})


WAYS: list[Way] = [
    *(by_url, by_connection, by_options, by_fields, by_netrc),
    *(by_treq, by_windows, by_body),
]
#: Those whose password a server takes, and what it opens there.
OPENING = (by_url, by_connection, by_options, by_netrc, by_windows)
LOCKED = ("Basic", "Digest")


# -- where it leads


def places(apache2: Apache, httpbin: HttpBin, *, proxied: bool) -> dict[str, str]:
    """Return where journeys end, behind a proxy or not."""
    host = "origin.test" if proxied else "127.0.0.1"
    here = f"http://{host}:{apache2.ports['http']}"
    other = f"http://{host}:{httpbin.ports['http']}"
    secure = apache2.ports["https"]
    return {
        "Basic": f"{here}/private/small.txt",
        "Digest": f"{here}/digest/small.txt",
        "Basic in TLS": f"https://other.test:{secure}/private/small.txt",
        "no trust": f"https://origin.test:{secure}/private/small.txt",
        "nothing": f"{here}/nowhere",
        "cut": f"{here}/cgi/cut",
        "a cookie": f"{here}/cgi/cookie",
        "away": f"{here}/cgi/away",
        "away, to nowhere": f"{here}/cgi/away/x",
        "round": f"{other}/absolute-redirect/9",
        "silence": f"{other}/delay/1",
        "nobody": f"http://{host}:1/",
    }


def away(apache2: Apache) -> None:
    """Have a program of the server's lead away, with a password and a cookie."""
    program = apache2.home / "cgi" / "away"
    program.write_text(f"""#!/bin/sh
cat > /dev/null
printf 'Status: 302\\r\\nSet-Cookie: sid={KEPT.replace("%", "%%")}; Path=/\\r\\n'
printf 'Location: http://{USER}:{quote(WRONG, safe="").replace("%", "%%")}@'
printf '127.0.0.1:%s/digest\\r\\n\\r\\n' "{apache2.ports["http"]}$PATH_INFO"
""")
    program.chmod(0o755)


async def journey(ears: Ears, session: twinet.Session, way: Way, *where: str) -> bytes:
    """Go there, read what there is, and look at everything on the way."""
    url, password = where
    body = b""
    session.set_status_callback(ears.heard)
    ears.shown(session, session.cookies, session.options, session.proxy)
    try:
        result = await way(session, url, password)
    except Exception as error:  # noqa: BLE001  whatever it is, it is looked at
        ears.failed(error)
    else:
        ears.shown(result)
        if isinstance(result, twinet.HttpRequest):
            response = result.response
            ears.shown(response, response.headers, response.trailers)
            ears.shown(*response.history, response.socket_info, response.proxy)
            ears.shown(result.headers, result.options)
            try:
                body = await result.read(1 << 20)
            except twinet.InternetError as error:
                ears.failed(error)
            result.close()
    ears.shown(*session.cookies, session.engine, session.engine.pool)
    ears.shown(session.engine.logins)
    return body


@pytest.mark.parametrize(
    "name", ["", "basic_squid", "digest_squid", "guarded_microsocks"]
)
@pytest.mark.parametrize("password", [PASSWORD, WRONG], ids=["right", "wrong"])
@pytest_twisted.ensureDeferred
async def test_sessions_tell_none(
    apache2: Apache,
    httpbin: HttpBin,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    name: str,
    password: str,
) -> None:
    """Each way to each end: what is told, traced, logged, raised, and shown."""
    proxy: Any = ""
    if name:
        server: ProxyServer = request.getfixturevalue(name)
        # who is wrong about the server is wrong about the proxy, too
        proxy = server.proxy if password == PASSWORD else server.stranger(WRONG)
    netrc = tmp_path / "netrc"
    netrc.write_text(f'default login {USER} password "{password}"\n')
    netrc.chmod(0o600)
    book = {host: ["127.0.0.1"] for host in ("other.test", "origin.test")}
    brief = Limits(first_byte=0.1, idle=0.1)
    strangers = [root().certificate]
    away(apache2)
    ears = Ears()
    ears.shown(proxy, twinet.ProxySettings(proxy), Credentials(USER, password))
    stop = ears.listen_to_logs()
    found = []
    try:
        for way, (end, url) in product(
            WAYS, places(apache2, httpbin, proxied=bool(name)).items()
        ):
            if end == "silence" and way is not by_connection:
                continue  # httpbin is held up by it
            session = twinet.Session(
                reactor,
                trust_roots=strangers if end == "no trust" else roots(apache2),
                resolver=Resolver(book),
                proxy=proxy,
                netrc=netrc if way is by_netrc else None,
                trace=Trace(ears.traced),
                limits=brief if end in {"silence", "cut"} else Limits(redirects=3),
            )
            async with session:
                session.cookies.set(url, "kept", KEPT)
                body = await journey(ears, session, way, url, password)
            if password == PASSWORD and way in OPENING and end.split()[0] in LOCKED:
                assert body == SMALL, f"{way.__name__}, {end}: it opens nothing"
            found += [f"{way.__name__}, {end}: {line}" for line in ears.sung(*CANARIES)]
    finally:
        stop()
    assert found == [], "\n".join(found[:9])


# -- what operators and users of the programs see


class Programs:
    """Runs the command line and the daemon, and keeps what they say."""

    def __init__(self, home: Path, ears: Ears, env: dict[str, str]) -> None:
        self.daemon = DaemonProcess(home)
        self.daemon.env.update(env)
        self._ears = ears

    def run(self, *arguments: str, **env: str) -> str:
        """Run a command, whatever it comes to."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=self.daemon.home,
            env=environment(self.daemon.home, {**self.daemon.env, **env}),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        self._ears.shown(done.stdout, done.stderr)
        return done.stdout

    def ask(self, url: str, what: str) -> None:
        """Ask the daemon's API for something."""
        token = (self.daemon.state / "token").read_text().strip()
        request = urllib.request.Request(
            f"{url}/api/v1/{what}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            self._ears.shown(answer.read().decode())


def test_command_line_tells_none(
    apache2: Apache, digest_squid: DigestSquid, tmp_path: Path
) -> None:
    """By URL, ``--user`` and netrc, right and wrong, past a proxy, and traced."""
    ears = Ears()
    programs = Programs(tmp_path / "home", ears, {})
    programs.daemon.home.mkdir()
    here = address(apache2)
    netrc = tmp_path / "netrc"
    found = []
    for number, password in enumerate((PASSWORD, WRONG)):
        netrc.write_text(f'default login {USER} password "{password}"\n')
        netrc.chmod(0o600)
        gate = PROXY_PASSWORD if password == PASSWORD else WRONG
        proxy = with_password(PROXY_USER, gate, digest_squid.http)
        for name, arguments in {
            "url": [with_password(USER, password, f"{here}/digest/small.txt"), "-v"],
            "user": [f"{here}/private/small.txt", "--user", f"{USER}:{password}"],
            "netrc": [f"{here}/digest/small.txt", "--netrc-file", str(netrc)],
            "trace": [
                with_password(USER, password, f"{here}/digest/x"),
                "--trace",
                "t.log",
            ],
        }.items():
            output = f"{name}-{number}"
            programs.run("get", "-o", output, *arguments, http_proxy=proxy)
            there = (programs.daemon.home / output).exists()
            assert there is (password == PASSWORD and name != "trace")
            log = programs.daemon.home / "t.log"
            if name == "trace":
                ears.shown(log.read_text())
                log.unlink()
            found += [f"{name}: {line}" for line in ears.sung(*CANARIES)]
    assert found == [], "\n".join(found)


def test_daemon_tells_none(
    apache2: Apache, basic_squid: BasicSquid, tmp_path: Path
) -> None:
    """Its log, its lists and its API; only the queue itself has to know.

    The file of the queue keeps the URLs as they were given, for its owner alone.
    """
    ears = Ears()
    here = address(apache2)
    proxy = with_password(PROXY_USER, PROXY_PASSWORD, basic_squid.http)
    programs = Programs(tmp_path / "home", ears, {"INETFETCH_PROXY": proxy})
    daemon = programs.daemon
    url = daemon.start()
    try:
        added = programs.run(
            "add",
            "--json",
            with_password(USER, PASSWORD, f"{here}/digest/small.txt"),
            with_password(USER, WRONG, f"{here}/private/small.txt"),
            with_password(USER, PASSWORD, f"{here}/digest/nowhere"),
            with_password(USER, WRONG, "http://nowhere.test/x"),
        )
        programs.run("add", with_password(USER, WRONG, "gopher://here/"))
        programs.run("add", with_password(USER, WRONG, "http://[::/"))
        ended = [json.loads(line)["gid"] for line in added.splitlines()][:3]
        # the fourth is tried again and again
        programs.run("wait", *ended)
        jobs = programs.run("ls", "--json").splitlines()
        programs.run("ls")
        for line in jobs:
            programs.run("show", json.loads(line)["gid"])
            programs.ask(url, f"jobs/{json.loads(line)['gid']}")
        for what in ("jobs", "stats"):
            programs.ask(url, what)
    finally:
        daemon.stop()
    states = Counter(json.loads(line)["state"] for line in jobs)
    assert (states["done"], states["failed"], len(jobs)) == (1, 2, 4)
    ears.shown((daemon.home / "log").read_text())
    for path in daemon.state.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path
            if not path.name.startswith("jobs.db"):
                ears.shown(path.read_text(errors="replace"))
    assert ears.sung(*CANARIES) == []
