"""Logging in by the Windows door: what programs set, and set again."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import Asked
from tests.http.memory import MemoryNet, Peer
from twinet import wininet as w
from twinet.records import Credentials

ANN = Credentials("ann", "a")
DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
DIGEST = b'Digest realm="r", nonce="n", qop="auth"'
DENIED = (
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: %b\r\nContent-Length: 6\r\n\r\ndenied"
    % DIGEST
)
REFUSED = DENIED.replace(b"401", b"407").replace(b"WWW-", b"Proxy-")


class LoginTests(SynchronousTestCase):
    """WinINet's sequence: ask, look at the status, set the options, ask again."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="t/1")
        self.open(self.net.session)

    def open(self, session: Any) -> None:
        self.session = session
        self.connection = w.InternetConnect(session, "192.0.2.1")
        self.request = w.HttpOpenRequest(self.connection)

    def status(self, pending: Any) -> int:
        self.assertIs(self.successResultOf(pending), True)
        query = w.HTTP_QUERY_STATUS_CODE | w.HTTP_QUERY_FLAG_NUMBER
        code: Any = w.HttpQueryInfo(self.request, query)
        return int(code)

    def said(self, peer: Peer, name: bytes = b"Authorization") -> Asked | None:
        lines = [line.split(b": ", 1) for line in peer.request().split(b"\r\n")]
        values = [line[1] for line in lines if line[0] == name]
        return Asked(values[0]) if values else None

    def test_server_that_asks(self) -> None:
        """The same handle is sent again with what was set on it."""
        pending = w.HttpSendRequest(self.request)
        peer = self.net.accept()
        peer.request()
        peer.send(DENIED)
        self.assertEqual(self.status(pending), w.HTTP_STATUS_DENIED)
        w.InternetSetOption(self.request, w.INTERNET_OPTION_USERNAME, "ann")
        w.InternetSetOption(self.request, w.INTERNET_OPTION_PASSWORD, "a")
        pending = w.HttpSendRequest(self.request)
        peer.request()
        peer.send(DENIED)
        asked = self.said(peer)
        assert asked is not None
        self.assertTrue(asked.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.status(pending), w.HTTP_STATUS_OK)

    def test_proxy_that_asks(self) -> None:
        """With the other pair of options."""
        self.open(
            w.InternetOpen(
                "t/1",
                w.INTERNET_OPEN_TYPE_PROXY,
                "192.0.2.9:8080",
                flags=w.INTERNET_FLAG_ASYNC,
                reactor=self.net.reactor,
            )
        )
        pending = w.HttpSendRequest(self.request)
        self.net.accept().send(REFUSED)
        self.assertEqual(self.status(pending), w.HTTP_STATUS_PROXY_AUTH_REQ)
        w.InternetSetOption(self.request, w.INTERNET_OPTION_PROXY_USERNAME, "ann")
        w.InternetSetOption(self.request, w.INTERNET_OPTION_PROXY_PASSWORD, "a")
        for option, value in (
            (w.INTERNET_OPTION_PROXY_USERNAME, "ann"),
            (w.INTERNET_OPTION_USERNAME, ""),
        ):
            self.assertEqual(w.InternetQueryOption(self.request, option), value)
        pending = w.HttpSendRequest(self.request)
        peer = self.net.accept()
        peer.request()
        peer.send(REFUSED)
        asked = self.said(peer, b"Proxy-Authorization")
        assert asked is not None
        self.assertTrue(asked.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.status(pending), w.HTTP_STATUS_OK)
        w.InternetCloseHandle(self.session)

    def test_ends_of_what_is_remembered(self) -> None:
        """For one session or for all of the door."""
        flags = w.INTERNET_FLAG_ASYNC
        self.open(w.InternetOpen("t/1", flags=flags, reactor=self.net.reactor))
        w.InternetSetOption(self.connection, w.INTERNET_OPTION_USERNAME, "ann")
        peer: Peer | None = None
        for handle, option in (
            (self.session, w.INTERNET_OPTION_DIGEST_AUTH_UNLOAD),
            (self.session, w.INTERNET_OPTION_END_BROWSER_SESSION),
            (None, w.INTERNET_OPTION_DIGEST_AUTH_UNLOAD),
            (None, w.INTERNET_OPTION_END_BROWSER_SESSION),
        ):
            for known in (False, True):
                pending = w.HttpSendRequest(w.HttpOpenRequest(self.connection))
                if peer is None:
                    peer = self.net.accept()
                self.assertIs(self.said(peer) is not None, known, option)
                if not known:
                    peer.send(DENIED)
                    peer.request()
                peer.send(DONE)
                self.assertIs(self.successResultOf(pending), True)
            self.assertIs(w.InternetSetOption(handle, option, None), True)
        w.InternetCloseHandle(self.session)
