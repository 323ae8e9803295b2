"""The fixtures of the proxies themselves, by the standard library alone."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import struct
from base64 import b64encode
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.interop.abilities import each, through
from tests.interop.ftpabilities import to_each
from tests.interop.ftpsite import FILES as SHARED
from tests.interop.proxyserver import NAMES, PROXY_PASSWORD, PROXY_USER
from tests.interop.site import FILES, PASSWORD, REALM, USER
from tests.interop.squid import REALM as GATE

if TYPE_CHECKING:
    from tests.interop.ftpserver import FtpServer
    from tests.interop.nginx import Nginx
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.serverprocess import ServerProcess
    from tests.interop.squid import Squid
    from tests.interop.webserver import WebServer

SMALL = FILES["small.txt"]


class Answer(NamedTuple):
    status: int
    body: bytes
    challenges: list[str]


def ask(server: ServerProcess, target: str, **fields: str) -> Answer:
    """Ask a server, or a proxy, for something."""
    name = "proxy-authenticate" if "://" in target else "www-authenticate"
    port = server.ports["http"]
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as talk:
        talk.request("GET", target, headers=fields)
        answer = talk.getresponse()
        challenges = answer.headers.get_all(name) or []
        return Answer(answer.status, answer.read(), challenges)


def digest(
    challenge: str, uri: str, make: Any, user: str, realm: str, password: str
) -> str:
    """Return the answer to a challenge of Digest (RFC 7616, 3.4)."""
    nonce = re.search('nonce="([^"]*)"', challenge)
    assert nonce is not None

    def hashed(text: str) -> str:
        return str(make(text.encode()).hexdigest())

    cnonce = os.urandom(8).hex()
    tried = f"{nonce[1]}:00000001:{cnonce}:auth"
    secret = hashed(f"{user}:{realm}:{password}")
    response = hashed(f"{secret}:{tried}:{hashed(f'GET:{uri}')}")
    algorithm = "SHA-256" if make is hashlib.sha256 else "MD5"
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce[1]}", '
        f'uri="{uri}", algorithm={algorithm}, qop=auth, nc=00000001, '
        f'cnonce="{cnonce}", response="{response}"'
    )


def proof(challenge: str, url: str, password: str) -> str:
    """Return the answer to a challenge of a proxy."""
    if challenge.startswith("Basic"):
        known = f"{PROXY_USER}:{password}".encode()
        return f"Basic {b64encode(known).decode()}"
    make = hashlib.md5
    return digest(challenge, url, make, PROXY_USER, GATE, password)


@through("http")
def test_squid_lets_those_through_who_may(proxy: Squid, nginx: Nginx) -> None:
    """The name of the server is Squid's alone."""
    url = f"http://origin.test:{nginx.ports['http']}/small.txt?may"
    first = ask(proxy, url)
    assert first.status == (407 if proxy.guarded else 200)
    schemes = [challenge.split()[0].lower() for challenge in first.challenges]
    assert tuple(schemes) == proxy.challenges
    for challenge in first.challenges:
        for password, status in ((PROXY_PASSWORD, 200), ("wrong", 407)):
            field = {"Proxy-Authorization": proof(challenge, url, password)}
            answer = ask(proxy, url, **field)
            assert answer.status == status
            assert (answer.body == SMALL) is (status == 200)
    assert {200, first.status} == {code for _, code in proxy.requests("?may", 1)}


def test_squid_refuses_by_itself(squid: Squid, nginx: Nginx) -> None:
    """What it may not reach, what is not there, and what nobody knows."""
    port = nginx.ports["http"]
    assert ask(squid, f"http://forbidden.test:{port}/").status == 403
    assert ask(squid, "http://origin.test:1/").status == 503
    assert ask(squid, "http://nowhere.test/").status in {502, 503}


@to_each("users")
def test_squid_fetches_by_ftp(squid: Squid, ftp: FtpServer) -> None:
    """A file, a listing, and a file with a password."""
    name = "five-mebibytes.bin"
    assert ask(squid, f"{ftp.url()}/{name}").body == SHARED[name]
    assert name.encode() in ask(squid, f"{ftp.url()}/").body
    assert ask(squid, f"{ftp.url(ftp.writer)}/{name}").body == SHARED[name]


def tunnel(proxy: ProxyServer, host: str, port: int) -> socket.socket:
    """Return a connection through a SOCKS server, to a host by its name."""
    talk = socket.create_connection(("127.0.0.1", proxy.ports["http"]), 10)
    name = host.encode()
    if proxy.speech == "socks4a":
        talk.sendall(b"\4\1" + struct.pack("!H", port) + b"\0\0\0\1\0" + name + b"\0")
        answer = talk.recv(8)
        assert answer[:2] == b"\0\x5a", answer
        return talk
    talk.sendall(b"\5\1\2" if proxy.guarded else b"\5\1\0")
    assert talk.recv(2) == (b"\5\2" if proxy.guarded else b"\5\0")
    if proxy.guarded:
        user, password = PROXY_USER.encode(), PROXY_PASSWORD.encode()
        talk.sendall(b"\1%c%b%c%b" % (len(user), user, len(password), password))
        assert talk.recv(2) == b"\1\0"
    talk.sendall(b"\5\1\0\3%c%b%b" % (len(name), name, struct.pack("!H", port)))
    assert talk.recv(100)[:2] == b"\5\0"
    return talk


@through("socks5", "socks4a")
def test_socks_servers_know_the_names(proxy: ProxyServer, nginx: Nginx) -> None:
    """The request gets through to a name that is theirs alone."""
    with closing(tunnel(proxy, "origin.test", nginx.ports["http"])) as talk:
        talk.sendall(b"GET /small.txt HTTP/1.0\r\n\r\n")
        answer = b""
        while data := talk.recv(1 << 16):
            answer += data
    assert answer.endswith(SMALL)


def test_nobody_else_knows_the_names() -> None:
    """They would prove nothing otherwise."""
    for name in NAMES:
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo(name, 80)


def challenges(server: WebServer, target: str) -> list[str]:
    """Return the challenges with which a page is refused."""
    refused = ask(server, target)
    assert refused.status == 401
    return refused.challenges


def opened(server: WebServer, target: str, challenge: str, make: Any) -> bytes:
    """Return the page that the answer to a challenge of Digest opens."""
    known = digest(challenge, target, make, USER, REALM, PASSWORD)
    return ask(server, target, Authorization=known).body


@each("digest")
def test_digest_by_md5(server: WebServer) -> None:
    """One challenge, whose answer opens the page."""
    target = "/digest/small.txt"
    [challenge] = challenges(server, target)
    assert challenge.startswith('Digest realm="downfall"')
    assert "SHA-256" not in challenge
    assert opened(server, target, challenge, hashlib.md5) == SMALL


@each("digest by SHA-256")
def test_digest_by_sha256(server: WebServer) -> None:
    """One challenge, whose answer opens the page."""
    target = "/sha256/small.txt"
    [challenge] = challenges(server, target)
    assert "algorithm=SHA-256" in challenge
    assert opened(server, target, challenge, hashlib.sha256) == SMALL


@each("digest by SHA-256")
def test_digest_by_either(server: WebServer) -> None:
    """Two challenges, each of whose answers opens the page."""
    target = "/either/small.txt"
    for make, name in ((hashlib.sha256, "SHA-256"), (hashlib.md5, "MD5")):
        offered = challenges(server, target)
        assert len(offered) == 2
        [mine] = [one for one in offered if f"algorithm={name}" in one]
        assert opened(server, target, mine, make) == SMALL
