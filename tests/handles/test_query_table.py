"""Every attribute of a head with every modifier, over heads of every kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet import Query, QueryFlag
from twinet.errors import (
    HttpHeaderNotFound,
    HttpInvalidHeader,
    HttpInvalidQueryRequest,
    InternetError,
)

#: The field that each attribute is, as it is written on the wire.
NAMES = {
    number: name
    for number, name in enumerate(
        (
            *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
            *("Content-ID", "Content-Description", "Content-Length"),
            *("Content-Language", "Allow", "Public", "Date", "Expires"),
            *("Last-Modified", "Message-ID", "URI", "Derived-From", "Cost", "Link"),
            *("Pragma", "", "", "", "", "", "Connection", "Accept", "Accept-Charset"),
            *("Accept-Encoding", "Accept-Language", "Authorization"),
            *("Content-Encoding", "Forwarded", "From", "If-Modified-Since"),
            *("Location", "Orig-URI", "Referer", "Retry-After", "Server", "Title"),
            *("User-Agent", "WWW-Authenticate", "Proxy-Authenticate"),
            *("Accept-Ranges", "Set-Cookie", "Cookie", "", "Refresh"),
            *("Content-Disposition", "Age", "Cache-Control", "Content-Base"),
            *("Content-Location", "Content-MD5", "Content-Range", "ETag", "Host"),
            *("If-Match", "If-None-Match", "If-Range", "If-Unmodified-Since"),
            *("Max-Forwards", "Proxy-Authorization", "Range", "Transfer-Encoding"),
            *("Upgrade", "Vary", "Via", "Warning", "Expect", "Proxy-Connection"),
            *("Unless-Modified-Since", "Echo-Request", "Echo-Reply"),
            *("Echo-Headers", "Echo-Headers-CRLF", "Proxy-Support"),
            *("Authentication-Info", "Passport-URLs", "Passport-Config"),
            *("X-Content-Type-Options", "P3P", "X-P2P-PeerDist", "Translate"),
            *("X-UA-Compatible", "Default-Style", "X-Frame-Options"),
            "X-XSS-Protection",
        )
    )
    if name
}
#: The attributes that are no fields.
OTHERS = {
    Query.VERSION,
    Query.STATUS_CODE,
    Query.STATUS_TEXT,
    Query.RAW_HEADERS,
    Query.RAW_HEADERS_CRLF,
    Query.REQUEST_METHOD,
    Query.CUSTOM,
}
#: Fields that rule the framing: an answer, or a request, has them only in earnest.
FRAMING = {Query.CONTENT_LENGTH, Query.TRANSFER_ENCODING}
RULED = FRAMING | {Query.CONNECTION, Query.UPGRADE, Query.HOST, Query.EXPECT}
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
TIME = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
NUMBER, LONG, WHEN = QueryFlag.NUMBER, QueryFlag.NUMBER64, QueryFlag.SYSTEMTIME
JOINED = (QueryFlag.COALESCE, QueryFlag.COALESCE_WITH_COMMA)
OWN = QueryFlag.REQUEST_HEADERS


class TableCase(SynchronousTestCase):
    """Heads that come over memory transports."""

    def answered(self, *lines: str | bytes, end: bytes = b"\r\n") -> Any:
        """Return a request whose answer has these lines besides a length of 0."""
        raw = [line.encode() if isinstance(line, str) else line for line in lines]
        if not any(line.lower().startswith(b"content-length") for line in raw):
            raw.append(b"Content-Length: 0")
        net = MemoryNet(agent="")
        request = net.session.http("192.0.2.1").open_request("HEAD")
        sent = request.send()
        net.accept().send(end.join([b"HTTP/1.1 200 OK", *raw, b"", b""]))
        self.successResultOf(sent)
        return request

    def outcome(self, request: Any, query: int, **how: Any) -> Any:
        """Return what is given, or the class of the error."""
        try:
            return request.query_info(query, **how)
        except InternetError as error:
            return type(error)


class AttributeTests(TableCase):
    """Each number of the table."""

    def test_table_is_whole(self) -> None:
        """Every attribute is a field or one of the others."""
        self.assertEqual(set(Query), {Query(number) for number in NAMES} | OTHERS)
        self.assertEqual(set(NAMES) | {int(n) for n in OTHERS}, {*range(87), 65535})

    def test_each_field_by_its_number(self) -> None:
        """Written in any case, alone among all others, with every modifier."""
        fields = {n: name for n, name in NAMES.items() if n not in FRAMING}
        request = self.answered(
            *(f"{name.swapcase()}:  v{n} " for n, name in fields.items())
        )
        for number in fields:
            for flags, given in (
                (QueryFlag(0), f"v{number}"),
                *((flag, f"v{number}") for flag in JOINED),
                (JOINED[0] | JOINED[1], f"v{number}"),
                (NUMBER, HttpInvalidHeader),
                (LONG, HttpInvalidHeader),
                (WHEN, HttpInvalidHeader),
                (JOINED[0] | NUMBER, HttpInvalidHeader),
            ):
                found = self.outcome(request, number, flags=flags)
                self.assertEqual(found, given, (number, flags))
            for index in (1, 2, 2**32 - 1, -1):
                found = self.outcome(request, number, index=index)
                self.assertEqual(found, HttpHeaderNotFound, (number, index))

    def test_each_field_as_a_number_and_as_a_time(self) -> None:
        """Whatever the field means."""
        fields = {n: name for n, name in NAMES.items() if n not in FRAMING}
        numbers = self.answered(*(f"{name}: {n}" for n, name in fields.items()))
        times = self.answered(*(f"{name}: {DATE}" for name in fields.values()))
        for number in fields:
            for flag in (NUMBER, LONG):
                self.assertEqual(numbers.query_info(number, flags=flag), number)
            self.assertEqual(times.query_info(number, flags=WHEN), TIME)

    def test_each_field_that_is_not_there(self) -> None:
        """12150, with every modifier."""
        request = self.answered("X: 1")
        for number in NAMES.keys() - {Query.CONTENT_LENGTH}:
            for flags in (QueryFlag(0), NUMBER, LONG, WHEN, *JOINED):
                found = self.outcome(request, number, flags=flags)
                self.assertEqual(found, HttpHeaderNotFound, (number, flags))

    def test_fields_of_the_framing(self) -> None:
        """The length of an answer to HEAD, and a coding."""
        request = self.answered("Content-Length: 4294967296")
        for flags, given in (
            (QueryFlag(0), "4294967296"),
            (NUMBER, HttpInvalidHeader),
            (LONG, 2**32),
            (WHEN, HttpInvalidHeader),
        ):
            found = self.outcome(request, Query.CONTENT_LENGTH, flags=flags)
            self.assertEqual(found, given)

    def test_each_field_of_the_request(self) -> None:
        """Before and after it was sent; nothing of the answer is among them."""
        fields = {n: name for n, name in NAMES.items() if n not in RULED}
        headers = {name: f"v{n}" for n, name in fields.items()}
        net = MemoryNet(agent="")
        request = net.session.http("192.0.2.1").open_request("HEAD", headers=headers)
        for sent in (False, True):
            for number in fields:
                for flags in (OWN, OWN | JOINED[0]):
                    found = request.query_info(number, flags=flags)
                    self.assertEqual(found, f"v{number}")
                found = self.outcome(request, number, flags=OWN | NUMBER)
                self.assertEqual(found, HttpInvalidHeader)
            if sent:
                self.assertEqual(request.query_info(Query.HOST, flags=OWN), "192.0.2.1")
                found = self.outcome(request, Query.SERVER)
                self.assertEqual(found, HttpHeaderNotFound)
                break
            pending = request.send()
            net.accept().send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            self.successResultOf(pending)

    def test_what_is_no_field(self) -> None:
        """Of the answer, of the request, and with an index."""
        request = self.answered("X: 1")
        lines = "HTTP/1.1 200 OK", "X: 1", "Content-Length: 0"
        own = "HEAD / HTTP/1.1", "Host: 192.0.2.1", "Accept: */*"
        nothing = HttpInvalidQueryRequest
        for query, flags, given in (
            (Query.VERSION, QueryFlag(0), "HTTP/1.1"),
            (Query.VERSION, OWN, "HTTP/1.1"),
            (Query.VERSION, NUMBER, HttpInvalidHeader),
            (Query.STATUS_CODE, QueryFlag(0), "200"),
            (Query.STATUS_CODE, NUMBER, 200),
            (Query.STATUS_CODE, LONG, 200),
            (Query.STATUS_CODE, JOINED[0] | NUMBER, 200),
            (Query.STATUS_CODE, WHEN, HttpInvalidHeader),
            (Query.STATUS_CODE, OWN, nothing),
            (Query.STATUS_TEXT, QueryFlag(0), "OK"),
            (Query.STATUS_TEXT, OWN, nothing),
            (Query.STATUS_TEXT, NUMBER, HttpInvalidHeader),
            (Query.REQUEST_METHOD, QueryFlag(0), "HEAD"),
            (Query.REQUEST_METHOD, OWN, "HEAD"),
            (Query.RAW_HEADERS, QueryFlag(0), "".join(f"{x}\0" for x in lines)),
            (Query.RAW_HEADERS, OWN, "".join(f"{x}\0" for x in own)),
            (Query.RAW_HEADERS_CRLF, QueryFlag(0), "\r\n".join([*lines, "", ""])),
            (Query.RAW_HEADERS_CRLF, OWN, "\r\n".join([*own, "", ""])),
            (Query.CUSTOM, QueryFlag(0), nothing),
            (-1, QueryFlag(0), nothing),
            (87, QueryFlag(0), nothing),
            (65534, QueryFlag(0), nothing),
        ):
            found = self.outcome(request, query, flags=flags)
            self.assertEqual(found, given, (query, flags))
        found = self.outcome(request, Query.STATUS_CODE, index=1)
        self.assertEqual(found, HttpHeaderNotFound)


class ValueTests(TableCase):
    """Values of each kind."""

    def test_numbers(self) -> None:
        """Digits and nothing else, within 32 or 64 bits, however many zeros."""
        bad = HttpInvalidHeader
        for text, short, long in (
            ("0", 0, 0),
            ("00", 0, 0),
            ("007", 7, 7),
            ("4294967295", 2**32 - 1, 2**32 - 1),
            ("4294967296", bad, 2**32),
            ("18446744073709551615", bad, 2**64 - 1),
            ("18446744073709551616", bad, bad),
            ("0" * 5000 + "1", 1, 1),
            ("9" * 5000, bad, bad),
            *((text, bad, bad) for text in ("", "-1", "+1", "1.0", "0x1", "1 2")),
            *((text, bad, bad) for text in ("1,2", "one", "1\xb2", "1_0", "1e3")),
        ):
            request = self.answered(b"X: " + text.encode("latin-1"))
            for flag, given in ((NUMBER, short), (LONG, long)):
                found = self.outcome(request, Query.CUSTOM, name="x", flags=flag)
                self.assertEqual(found, given, text[:30])

    def test_times(self) -> None:
        """The three forms of HTTP, and nothing else."""
        for text, given in (
            (DATE, TIME),
            ("Sunday, 06-Nov-94 08:49:37 GMT", TIME),
            ("Sun Nov  6 08:49:37 1994", TIME),
            ("0", HttpInvalidHeader),
            ("", HttpInvalidHeader),
            ("Sun, 32 Nov 1994 08:49:37 GMT", HttpInvalidHeader),
        ):
            request = self.answered(f"Expires: {text}")
            found = self.outcome(request, Query.EXPIRES, flags=WHEN)
            self.assertEqual(found, given, text)

    def test_value_that_is_refused_is_not_shown(self) -> None:
        """It may be a cookie; the name is."""
        request = self.answered("Set-Cookie: hush", "X-Token: hush")
        for flag in (NUMBER, LONG, WHEN):
            for query, name in ((Query.SET_COOKIE, None), (Query.CUSTOM, "X-Token")):
                error = self.assertRaises(
                    HttpInvalidHeader, request.query_info, query, name=name, flags=flag
                )
                self.assertNotIn("hush", str(error))
                self.assertIn("oken" if name else "SET_COOKIE", str(error))

    def test_every_byte_is_kept(self) -> None:
        """Also those that are blanks in Unicode, at the ends as in the middle."""
        for value in (b"\xa0x\xa0", b"\x85x\x85", "voilà".encode(), b"\xff", b"a\tb"):
            request = self.answered(b"X:\t " + value + b" \t")
            text = request.query_info(Query.CUSTOM, name="X")
            self.assertEqual(text.encode("latin-1"), value)
            self.assertEqual(request.response.headers["x"], text)

    def test_several_of_a_name(self) -> None:
        """By index in the order of the wire, or joined from the first."""
        request = self.answered("X: a", "Y: 1", "x: ", "X: c, d")
        for index, given in enumerate(["a", "", "c, d", HttpHeaderNotFound]):
            found = self.outcome(request, Query.CUSTOM, name="X", index=index)
            self.assertEqual(found, given)
        for flag in JOINED:
            found = self.outcome(request, Query.CUSTOM, name="X", flags=flag)
            self.assertEqual(found, "a, , c, d")
            found = self.outcome(request, Query.CUSTOM, name="X", flags=flag, index=2)
            self.assertEqual(found, "c, d")
            found = self.outcome(request, Query.CUSTOM, name="X", flags=flag, index=3)
            self.assertEqual(found, HttpHeaderNotFound)

    def test_names_that_no_field_can_have(self) -> None:
        """They are not there; a prefix of a name is another name."""
        request = self.answered("X-Y: 1")
        for name in ("X", "X-Y:", "X-Y: 1", " X-Y", "HTTP/1.1 200 OK", "\r\n", "日"):
            found = self.outcome(request, Query.CUSTOM, name=name)
            self.assertEqual(found, HttpHeaderNotFound, name)

    def test_heads_of_each_kind_say_the_same_as_the_fields(self) -> None:
        """Folded, with LF alone, doubled, empty, with blanks: one truth, two ways."""
        lines = [
            b"X: a\r\n b",
            b"X: a \t\r\n\t  b \r\n c\t",
            b"X:\r\n a",
            b"X: a\r\n \r\n b",
            b"X:\r\n \r\n",
            b"X:\r\n",
            b"X: :colon: \xe4",
            b"Y:y\r\n X: no field",
            b"x: \xa0\r\n \x85",
        ]
        for some in ([line] for line in lines), [lines], [lines[::-1]]:
            for chosen in some:
                for end in (b"\r\n", b"\n"):
                    raw = [
                        line.rstrip(b"\r\n").replace(b"\r\n", end) for line in chosen
                    ]
                    request = self.answered(*raw, end=end)
                    headers = request.response.headers
                    for name in ("x", "Y", "content-length"):
                        values = headers.get_all(name)
                        found = [
                            request.query_info(Query.CUSTOM, name=name, index=index)
                            for index in range(len(values))
                        ]
                        self.assertEqual(found, values, raw)
                        past = self.outcome(
                            request, Query.CUSTOM, name=name, index=len(values)
                        )
                        self.assertEqual(past, HttpHeaderNotFound)

    def test_raw_head_of_each_kind(self) -> None:
        """Lines as they came, each ended by NUL, or by CRLF whatever ended it."""
        for end in (b"\r\n", b"\n"):
            request = self.answered(b"X: a" + end + b"  b", b"Y: \xe4", end=end)
            lines = [
                *("HTTP/1.1 200 OK", "X: a", "  b", "Y: \xe4", "Content-Length: 0")
            ]
            self.assertEqual(
                request.query_info(Query.RAW_HEADERS),
                "".join(f"{line}\0" for line in lines),
            )
            self.assertEqual(
                request.query_info(Query.RAW_HEADERS_CRLF),
                "".join(f"{line}\r\n" for line in lines) + "\r\n",
            )
