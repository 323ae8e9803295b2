"""Every option on every kind of handle: it works as stated, or says what it is.

What a working option does is tested where that belongs; here is that each is there, on
its handles and no others, and that each refusal has its number and its words.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from tests.net.certificates import pem, private_pem, root
from twinet import ProxySettings, errors
from twinet.flags import HandleType, RequestFlag, SecurityFlag
from twinet.options import OPTIONS, Kind, Option, OptionType

#: As the program finds a handle of each kind; a request has had its answer.
KINDS = "RSQF"
#: Those of Gopher, which the table has under one letter: a server, the entries of a
#: menu, the page of one, and a file.
GOPHER = "GMPT"
ANY = KINDS + GOPHER
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nExpires: 0\r\n"
    b"Last-Modified: Fri, 27 Nov 2026 12:00:00 GMT\r\n\r\nhello"
)


class Works(NamedTuple):
    """A working option.

    :ivar kinds: where.
    :ivar first: what is read before anything is set; an error's class.
    :ivar good: values that can be set, and are read afterwards; for acts, None.
    :ivar bad: values that cannot, with the error's class.
    """

    kinds: str
    first: Any
    good: tuple[Any, ...] = ()
    bad: tuple[tuple[Any, type[errors.InternetError]], ...] = ()


P = errors.InvalidParameter
LIMIT = ((-1, errors.BadArguments), ("5", P), (True, P), (float("inf"), P))
NO_BOOLEAN = ((1, P), (None, P), ("yes", P))
NO_VALUE = ((False, P), (1, P), ("x", P))
NO_TLS = errors.IncorrectHandleState

WORKS: dict[Option, Works] = {
    Option.CONNECT_TIMEOUT: Works(
        ANY, 30, (5, 2.5, None), (*LIMIT, (0, errors.BadArguments))
    ),
    Option.CONNECT_RETRIES: Works(
        ANY, None, (1, 5, None), ((0, P), (-1, P), (2.5, P), (True, P), ("5", P))
    ),
    Option.SEND_TIMEOUT: Works(ANY, int, (5, None), LIMIT),
    Option.RECEIVE_TIMEOUT: Works(ANY, 60, (5, None), LIMIT),
    Option.DATA_SEND_TIMEOUT: Works(ANY, 30, (5, None), LIMIT),
    Option.DATA_RECEIVE_TIMEOUT: Works(ANY, 60, (5, None), LIMIT),
    Option.LISTEN_TIMEOUT: Works(
        "F", 30, (5, None), (*LIMIT, (0, errors.BadArguments))
    ),
    Option.HANDLE_TYPE: Works(ANY, HandleType),
    Option.PARENT_HANDLE: Works(ANY, object),
    Option.CONTEXT_VALUE: Works(ANY, object, (None, 0, "x")),
    Option.SETTINGS_CHANGED: Works(ANY, errors.InvalidOption, (None,), NO_VALUE),
    Option.REFRESH: Works("R", errors.InvalidOption, (None,), NO_VALUE),
    Option.PROXY: Works(
        "R",
        ProxySettings.from_environment({}),
        (ProxySettings("http=p:1", bypass="<local>"), ProxySettings.direct()),
        ((5, P), (b"p", P), ("p:x", P), (("p", ""), P), ([], P)),
    ),
    Option.PER_CONNECTION_OPTION: Works(
        "R",
        {1: 1, 2: "", 3: ""},
        ({1: 3, 2: "http://p:1", 3: "a;b"}, {1: 1, 2: "", 3: ""}),
        (
            *((5, P), ("p:1", P), (None, P), ({}, P), ({2: "p:1"}, P), ({1: 3}, P)),
            *(({1: 4}, P), ({1: 9}, P), ({1: True}, P), ({1: "2"}, P)),
            *(({1: 3, 2: "p:x"}, P), ({1: 3, 2: "p", 3: "<x>"}, P), ({1: 3, 2: 5}, P)),
            *(({1: 1, 4: "http://w/wpad.dat"}, P), ({1: 1, "x": 1}, P)),
        ),
    ),
    Option.PROXY_SETTINGS_CHANGED: Works(
        "RSQ", errors.InvalidOption, (None,), NO_VALUE
    ),
    Option.REQUEST_FLAGS: Works("Q", RequestFlag(0)),
    Option.USERNAME: Works("SQ", "", ("me",), ((5, P), ("a:b", P), ("a\nb", P))),
    Option.PASSWORD: Works("SQ", "", ("secret",), ((5, P), ("a\0b", P))),
    Option.PROXY_USERNAME: Works("SQ", "", ("me",), ((5, P), ("a:b", P), ("a\nb", P))),
    Option.PROXY_PASSWORD: Works("SQ", "", ("secret",), ((5, P), ("a\0b", P))),
    Option.DIGEST_AUTH_UNLOAD: Works("R", errors.InvalidOption, (None,), NO_VALUE),
    Option.SECURITY_FLAGS: Works(
        "Q",
        SecurityFlag(0),
        (SecurityFlag.IGNORE_UNKNOWN_CA,),
        (("x", P), (True, P), (None, P), (-1, P)),
    ),
    Option.SECURITY_CERTIFICATE_STRUCT: Works("Q", NO_TLS),
    Option.URL: Works("QF" + GOPHER, str),
    Option.SECURITY_CERTIFICATE: Works("Q", NO_TLS),
    Option.SECURITY_KEY_BITNESS: Works("Q", NO_TLS),
    Option.VERSION: Works("R", (1, 2)),
    Option.USER_AGENT: Works("R", str, ("me/1", ""), (("x\r\n", P),)),
    Option.END_BROWSER_SESSION: Works("R", errors.InvalidOption, (None,), NO_VALUE),
    Option.CONNECTED_STATE: Works(
        "R", 1, (0x10, 1), ((0, P), (3, P), (0x100, P), (True, P), ("1", P))
    ),
    Option.REQUEST_PRIORITY: Works(
        "Q", 0, (1000, -5, 0), ((2**31, P), (1.5, P), (None, P), (True, P))
    ),
    Option.HTTP_VERSION: Works("RQ", (1, 1), (), (((1, 0), P), ((2, 0), P), (1.1, P))),
    Option.ERROR_MASK: Works(
        "RSQ", 0, (2, 0), ((1, P), (4, P), (8, P), (10, P), (None, P), (True, P))
    ),
    Option.HTTP_DECODING: Works("RSQ", False, (True, False), NO_BOOLEAN),
    Option.DIAGNOSTIC_SOCKET_INFO: Works("Q", object),
    Option.CACHE_TIMESTAMPS: Works("Q", (None, datetime(2026, 11, 27, 12, tzinfo=UTC))),
    Option.MAX_CONNS_PER_SERVER: Works(
        "R",
        6,
        (2, 128),
        ((0, errors.BadArguments), (-1, P), (2.5, P), ("2", P), (None, P), (False, P)),
    ),
    Option.MAX_CONNS_PER_PROXY: Works(
        "R", 32, (2, 128), ((0, P), (1, P), (129, P), ("2", P), (None, P), (True, P))
    ),
    Option.IGNORE_OFFLINE: Works("Q", False, (), NO_VALUE),
    Option.CLIENT_CERT_CONTEXT: Works(
        "Q", None, (None,), ((5, P), ("/nowhere/at.all", P))
    ),
    Option.EXEMPT_CONNECTION_LIMIT: Works("Q", False, (True, False), NO_BOOLEAN),
    Option.CODEPAGE_PATH: Works(
        "SQ", 65001, (1252, 65001), ((0, P), (99999, P), (1200, P), ("x", P), (None, P))
    ),
    Option.CODEPAGE_EXTRA: Works(
        "SQ", 65001, (1252, 65001), ((0, P), (-5, P), (50220, P), (True, P))
    ),
    Option.IDN: Works("SQ", 3, (), ((0, P), (2, P), (4, P), (None, P), (True, P))),
    Option.COOKIES_3RD_PARTY: Works("Q", False, (True, False), NO_BOOLEAN),
    Option.SUPPRESS_SERVER_AUTH: Works("Q", False, (), NO_VALUE),
    Option.SERVER_CERT_CHAIN_CONTEXT: Works("Q", NO_TLS),
    Option.COMPRESSED_CONTENT_LENGTH: Works("Q", 5),
    Option.HTTP_PROTOCOL_USED: Works("Q", 0),
    Option.ENCODE_EXTRA: Works("Q", True, (True,), ((False, P), *NO_BOOLEAN)),
}
#: What is said of each option that does not work.
MISSING = {
    "FTP": (12, 13),
    "cache": (33, 63),
    "MAX_CONNS_PER_SERVER": (74,),
    "cookies": (81,),
    "no meaning": (85, 94),
    "HTTP/2": (148,),
    "https": (157,),
}
#: A limit of connections asked of another handle is impossible, as measured.
IMPOSSIBLE = {73, 74, 103}
#: What can be read on a request, and set elsewhere only.
SET_ELSEWHERE = {
    Option.HTTP_VERSION: ((1, 1), errors.IncorrectHandleType),
    Option.CODEPAGE_PATH: (1252, errors.IncorrectHandleState),
    Option.CODEPAGE_EXTRA: (1252, errors.IncorrectHandleState),
}


def letters(option: Option) -> set[str]:
    """Return the kinds of handles that have an option, by the table.

    What Windows has for the process, a session has here.
    """
    kinds = {kind.value for kind in OPTIONS[option].kinds}
    if Kind.PROCESS in kinds:
        kinds.add(Kind.SESSION.value)
    if Kind.LEAF in kinds:
        kinds.update(GOPHER)
    return kinds & {*ANY}


class EveryOptionTests(SynchronousTestCase):
    """All members of ``Option``, on all kinds of handles, both ways."""

    def setUp(self) -> None:
        net = MemoryNet()
        session = net.session
        connection = session.http("127.0.0.1", 8080)
        request = connection.open_request("GET", "/x")
        pending = request.send()
        net.accept().send(HEAD)
        self.successResultOf(pending)
        logging_in = session.ftp("127.0.0.1", 2121)
        server = net.accept()
        server.send(b"220 hi\r\n")
        server.send(b"230 in\r\n")
        ftp = self.successResultOf(logging_in)
        gopher = session.gopher("127.0.0.1")
        finding = gopher.find()
        net.accept().send(b".\r\n")
        showing = gopher.page()
        net.accept().send(b"iwords\r\n")
        opening = gopher.open_file("9a file\t/a.bin\t127.0.0.1\t70")
        net.accept().send(b"hello")
        self.handles: dict[str, Any] = {
            "R": session,
            "S": connection,
            "Q": request,
            "F": ftp,
            "G": gopher,
            "M": self.successResultOf(finding),
            "P": self.successResultOf(showing),
            "T": self.successResultOf(opening),
        }

    def read(self, kind: str, option: Option) -> Any:
        return self.handles[kind].options[option]

    def refused(
        self, kind: str, option: Option, value: Any, error: type[errors.InternetError]
    ) -> str:
        """Check that a value cannot be set, by which error, and return its words."""
        options = self.handles[kind].options
        got = self.assertRaises(
            errors.InternetError, options.__setitem__, option, value
        )
        self.assertIs(type(got), error, f"{option.name} on {kind}: {got}")
        return str(got.message)

    def not_read(
        self, kind: str, option: Option, error: type[errors.InternetError]
    ) -> str:
        got = self.assertRaises(errors.InternetError, self.read, kind, option)
        self.assertIs(type(got), error, f"{option.name} on {kind}: {got}")
        return str(got.message)

    def test_table_and_options_are_the_same(self) -> None:
        """Each works here, or is missing by the table, which says where it lives."""
        missing = {number for numbers in MISSING.values() for number in numbers}
        self.assertEqual({*map(int, WORKS), *missing}, {int(o) for o in Option})
        self.assertEqual(missing & {*map(int, WORKS)}, set())
        for option, row in OPTIONS.items():
            self.assertEqual(bool(row.missing), int(option) in missing, option.name)
        for option, works in WORKS.items():
            self.assertEqual(set(works.kinds), letters(option), option.name)

    def test_what_is_missing_says_why(self) -> None:
        """12009, for reading and for setting whatever value."""
        for word, numbers in MISSING.items():
            for option in map(Option, numbers):
                for kind in letters(option):
                    text = self.not_read(kind, option, errors.InvalidOption)
                    self.assertIn(word, text)
                    self.assertIn(option.name, text)
                    for value in (1, None, True, "x"):
                        text = self.refused(kind, option, value, errors.InvalidOption)
                        self.assertIn(word, text)

    def test_what_lives_elsewhere_says_where(self) -> None:
        """12018, or 12016 for the limits of connections; both ways."""
        tried = 0
        for option in OPTIONS:
            for kind in {*ANY} - letters(option):
                tried += 1
                error: type[errors.InternetError] = errors.IncorrectHandleType
                if int(option) in IMPOSSIBLE:
                    error = errors.InvalidOperation
                text = self.not_read(kind, option, error)
                self.assertIn("it is one of ", text)
                self.assertEqual(text, self.refused(kind, option, 1, error))
        self.assertGreater(tried, 240)

    def test_what_works_is_read(self) -> None:
        """As it is before anybody sets it."""
        for option, works in WORKS.items():
            for kind in works.kinds:
                if isinstance(works.first, type) and issubclass(
                    works.first, errors.InternetError
                ):
                    self.not_read(kind, option, works.first)
                elif isinstance(works.first, type):
                    value = self.read(kind, option)
                    if (kind, option) != ("R", Option.PARENT_HANDLE):
                        self.assertIsInstance(value, works.first, option.name)
                else:
                    self.assertEqual(self.read(kind, option), works.first, option.name)

    def test_what_works_is_set(self) -> None:
        """And read again, but for acts, which leave nothing to read."""
        for option, works in WORKS.items():
            for kind in works.kinds:
                if not OPTIONS[option].settable:
                    text = self.refused(kind, option, 1, errors.OptionNotSettable)
                    self.assertIn(option.name, text)
                    continue
                if kind == "Q" and option in SET_ELSEWHERE:
                    self.refused(kind, option, *SET_ELSEWHERE[option])
                    continue
                for value in works.good:
                    self.handles[kind].options[option] = value
                    if works.first is not errors.InvalidOption:
                        self.assertEqual(self.read(kind, option), value, option.name)

    def test_what_cannot_be_is_refused_and_changes_nothing(self) -> None:
        """By a text that names the value, unless that is a secret."""
        for option, works in WORKS.items():
            for kind in works.kinds:
                if kind == "Q" and option in SET_ELSEWHERE:
                    continue
                for value, error in works.bad:
                    self.assertTrue(self.refused(kind, option, value, error))
        self.test_what_works_is_read()

    def test_acts_are_those_without_a_value(self) -> None:
        """And those two that can be read have a state."""
        acts = {
            option
            for option, works in WORKS.items()
            if OPTIONS[option].type is OptionType.NONE
        }
        stateful = {Option.IGNORE_OFFLINE, Option.SUPPRESS_SERVER_AUTH}
        others = {Option.SETTINGS_CHANGED, Option.END_BROWSER_SESSION}
        others |= {Option.REFRESH, Option.PROXY_SETTINGS_CHANGED}
        others.add(Option.DIGEST_AUTH_UNLOAD)
        self.assertEqual(acts, stateful | others)
        for option in others:
            self.assertIs(WORKS[option].first, errors.InvalidOption)

    def test_numbers_that_are_no_option(self) -> None:
        """12009, on every handle, and 6 on a dead one."""
        for handle in self.handles.values():
            for number in (0, 1, 4, 48, 999, -1, "x", None):
                for call, more in (("__getitem__", ()), ("__setitem__", (1,))):
                    way = getattr(handle.options, call)
                    self.assertRaises(errors.InvalidOption, way, number, *more)
        self.handles["R"].close()
        for handle in self.handles.values():
            for option in Option:
                self.assertRaises(
                    errors.InvalidHandle, handle.options.__getitem__, option
                )
                self.assertRaises(
                    errors.InvalidHandle, handle.options.__setitem__, option, 1
                )

    def test_certificate_is_set_in_any_form(self) -> None:
        """It is read as what it was made into."""
        mine = root().issue(["me"], usage=None)
        request = self.handles["Q"]
        both = private_pem(mine.key) + pem(mine.certificate)
        request.options[Option.CLIENT_CERT_CONTEXT] = both
        kept = request.options[Option.CLIENT_CERT_CONTEXT]
        self.assertIs(kept, request.client_certificate)
        request.options[Option.CLIENT_CERT_CONTEXT] = kept
        self.assertIs(request.options[Option.CLIENT_CERT_CONTEXT], kept)
