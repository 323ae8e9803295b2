"""The Windows door's proxies: access types, options, and what the process keeps."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twinet import ProxySettings
from twinet import wininet as w
from twinet.errors import (
    IncorrectHandleType,
    InvalidHandle,
    InvalidParameter,
)
from twinet.wininet import ProxyInfo
from twinet.wininet.proxies import PROCESS

#: INTERNET_OPEN_TYPE_*, by what they say.
PRECONFIG, DIRECT, PROXY, NO_SCRIPTS = 0, 1, 3, 4


class ProxyCase(SynchronousTestCase):
    """No environment, and nothing that another test has left in the process."""

    def setUp(self) -> None:
        self.environment: dict[str, str] = {}
        self.patch(os, "environ", self.environment)
        self.addCleanup(PROCESS.set_proxy, None)

    def opened(self, *proxies: Any, flags: int = w.INTERNET_FLAG_ASYNC) -> Any:
        """Open a session with an access type and lists."""
        reactor = MemoryReactorClock()
        access_type, proxy, bypass = (*proxies, None, None, None)[:3]
        session = w.InternetOpen(
            "t/1",
            DIRECT if not proxies else access_type,
            proxy,
            bypass,
            flags,
            reactor=reactor,
        )
        self.addCleanup(session.close)
        return session

    def info(self, handle: Any) -> Any:
        return w.InternetQueryOption(handle, w.INTERNET_OPTION_PROXY)


class OpenTests(ProxyCase):
    """InternetOpen's three arguments."""

    def test_access_types(self) -> None:
        """What each comes to, and what the option says of it."""
        self.environment["http_proxy"] = "http://user:geheim@env:1"
        self.environment["no_proxy"] = "example.org"
        env = ProxyInfo(PRECONFIG, "http=http://env:1", "example.org")
        for arguments, expected in (
            ((), ProxyInfo(DIRECT)),
            ((DIRECT,), ProxyInfo(DIRECT)),
            ((PRECONFIG,), env),
            ((NO_SCRIPTS, None, None), env),
            ((PROXY, "p:8080"), ProxyInfo(PROXY, "http://p:8080")),
            (
                (PROXY, "ftp=f:21 u:geheim@p", "<local>"),
                ProxyInfo(PROXY, "ftp=http://f:21 http://p:80", "<local>"),
            ),
            # An empty text is no list (contradiction of the page and its programs).
            ((DIRECT, "", ""), ProxyInfo(DIRECT)),
            ((PRECONFIG, "", ""), env),
            ((PROXY, "p", ""), ProxyInfo(PROXY, "http://p:80")),
        ):
            session = self.opened(*arguments)
            self.assertEqual(self.info(session), expected, arguments)

    def test_what_does_not_go_together_is_87(self) -> None:
        """In words, and before anything is made."""
        for arguments in (
            (PROXY,),
            (PROXY, None, "<local>"),
            (PROXY, ""),
            (PROXY, " "),
            (PROXY, "p:x"),
            (PROXY, "p", "<x>"),
            (DIRECT, "p:8080"),
            (DIRECT, None, "<local>"),
            (PRECONFIG, "p:8080"),
            (2,),
            (5,),
            (None,),
            ("3", "p"),
        ):
            error = self.assertRaises(InvalidParameter, self.opened, *arguments)
            self.assertEqual(error.code, 87)

    def test_an_environment_that_cannot_be_is_told(self) -> None:
        """By whoever asks for it, and nobody else."""
        self.environment["http_proxy"] = "http://u:geheim@p:x"
        self.opened(DIRECT)
        error = self.assertRaises(InvalidParameter, self.opened, PRECONFIG)
        self.assertIn("http_proxy", error.message)
        self.assertNotIn("geheim", error.message)


class OptionTests(ProxyCase):
    """INTERNET_OPTION_PROXY, of a session and of the process."""

    def test_a_session(self) -> None:
        """Set as a record, as its three members, or as the object API has it."""
        session = self.opened()
        for value, expected in (
            (ProxyInfo(PROXY, "p:1", "a;b"), (PROXY, "http://p:1", "a;b")),
            ((PROXY, "q:1", None), (PROXY, "http://q:1", None)),
            ((DIRECT,), (DIRECT, None, None)),
            (ProxySettings("r:1"), (PROXY, "http://r:1", None)),
            ((PRECONFIG, "", ""), (PRECONFIG, None, None)),
        ):
            done = w.InternetSetOption(session, w.INTERNET_OPTION_PROXY, value)
            self.assertIs(done, True)
            self.assertEqual(self.info(session), expected)

    def test_what_is_none_is_87(self) -> None:
        """And changes nothing."""
        session = self.opened(PROXY, "p:1")
        for value in (None, 3, "p:1", (), (PROXY,), (DIRECT, "p"), (1, 2, 3, 4), [2]):
            for handle in session, None:
                self.assertRaises(
                    InvalidParameter,
                    w.InternetSetOption,
                    handle,
                    w.INTERNET_OPTION_PROXY,
                    value,
                )
        self.assertEqual(self.info(session), (PROXY, "http://p:1", None))
        self.assertEqual(self.info(None), (PRECONFIG, None, None))

    def test_the_process(self) -> None:
        """Set without a handle, for sessions opened later; DIRECT is a setting too."""
        self.environment["all_proxy"] = "env:1"
        before = self.opened(PRECONFIG)
        self.assertEqual(self.info(None), (PRECONFIG, "http://env:1", None))
        w.InternetSetOption(None, w.INTERNET_OPTION_PROXY, (PROXY, "p:1", "x"))
        self.assertEqual(self.info(None), (PROXY, "http://p:1", "x"))
        self.assertEqual(self.info(before), (PRECONFIG, "http://env:1", None))
        self.assertEqual(self.info(self.opened(PRECONFIG)), (PROXY, "http://p:1", "x"))
        self.assertEqual(self.info(self.opened(DIRECT)), (DIRECT, None, None))
        w.InternetSetOption(None, w.INTERNET_OPTION_PROXY, (DIRECT, None, None))
        self.assertEqual(self.info(self.opened(PRECONFIG)), (DIRECT, None, None))
        w.InternetSetOption(None, w.INTERNET_OPTION_PROXY, (PRECONFIG, None, None))
        self.assertEqual(self.info(None), (PRECONFIG, "http://env:1", None))

    def test_the_process_tells_its_sessions(self) -> None:
        """By REFRESH; those that were given proxies of their own keep them."""
        follows, own = self.opened(PRECONFIG), self.opened(PROXY, "own:1")
        closed = self.opened(PRECONFIG)
        closed.close()
        for number, option in enumerate(
            (w.INTERNET_OPTION_REFRESH, w.INTERNET_OPTION_PROXY_SETTINGS_CHANGED)
        ):
            host = f"p{number}"
            w.InternetSetOption(None, w.INTERNET_OPTION_PROXY, (PROXY, host, None))
            w.InternetSetOption(None, w.INTERNET_OPTION_SETTINGS_CHANGED, None)
            self.assertNotEqual(self.info(follows).proxy, f"http://{host}:80")
            w.InternetSetOption(None, option, None)
            self.assertEqual(self.info(follows).proxy, f"http://{host}:80")
            self.assertEqual(self.info(own).proxy, "http://own:1")

    def test_synchronous_sessions_are_told_too(self) -> None:
        """Without a call of theirs, which would start a reactor in a thread."""
        session = self.opened(PRECONFIG, flags=0)
        self.environment["http_proxy"] = "p:1"
        w.InternetSetOption(None, w.INTERNET_OPTION_REFRESH, None)
        self.assertFalse(session.reactor.hasRun)
        self.assertEqual(session.proxy.servers, "http=http://p:1")
        for bad in (1, "x"):
            self.assertRaises(
                InvalidParameter,
                w.InternetSetOption,
                None,
                w.INTERNET_OPTION_REFRESH,
                bad,
            )

    def test_one_session_is_told(self) -> None:
        """The environment is read again."""
        session, other = self.opened(PRECONFIG), self.opened(PRECONFIG)
        connection = w.InternetConnect(other, "192.0.2.1")
        self.environment["http_proxy"] = "p:1"
        w.InternetSetOption(session, w.INTERNET_OPTION_REFRESH, None)
        self.assertEqual(self.info(session).proxy, "http=http://p:1")
        self.assertIs(self.info(other).proxy, None)
        changed = w.INTERNET_OPTION_PROXY_SETTINGS_CHANGED
        w.InternetSetOption(connection, changed, None)
        self.assertEqual(self.info(other).proxy, "http=http://p:1")

    def test_lists_of_settings(self) -> None:
        """INTERNET_OPTION_PER_CONNECTION_OPTION, with a handle and without."""
        option = w.INTERNET_OPTION_PER_CONNECTION_OPTION
        settings = {
            w.INTERNET_PER_CONN_FLAGS: w.PROXY_TYPE_DIRECT | w.PROXY_TYPE_PROXY,
            w.INTERNET_PER_CONN_PROXY_SERVER: "http=http://p:1",
            w.INTERNET_PER_CONN_PROXY_BYPASS: "<local>",
        }
        session = self.opened()
        for handle in session, None:
            w.InternetSetOption(handle, option, settings)
            self.assertEqual(w.InternetQueryOption(handle, option), settings)
            self.assertEqual(self.info(handle), (PROXY, "http=http://p:1", "<local>"))
            error = self.assertRaises(
                InvalidParameter,
                w.InternetSetOption,
                handle,
                option,
                {**settings, w.INTERNET_PER_CONN_AUTOCONFIG_URL: "http://w/x.pac"},
            )
            self.assertIn("scripts are not run", error.message)

    def test_other_handles(self) -> None:
        """12018 where it does not live, 6 where there is none."""
        session = self.opened()
        connection = w.InternetConnect(session, "192.0.2.1")
        for option, value in (
            (w.INTERNET_OPTION_PROXY, (DIRECT,)),
            (w.INTERNET_OPTION_REFRESH, None),
        ):
            self.assertRaises(
                IncorrectHandleType, w.InternetSetOption, connection, option, value
            )
        for handle, option in (
            (None, w.INTERNET_OPTION_USER_AGENT),
            (5, w.INTERNET_OPTION_PROXY),
        ):
            given: Any = handle
            self.assertRaises(InvalidHandle, w.InternetQueryOption, given, option)
            self.assertRaises(InvalidHandle, w.InternetSetOption, given, option, None)
