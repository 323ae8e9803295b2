"""Answers of Gopher servers: texts, binaries, heads of Gopher+, menus; cut anywhere."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._wire.gopher_answer import Answer
from twinet._wire.gopher_content import MenuContent, PageContent
from twinet._wire.gopher_menu import Menu
from twinet._wire.gopher_text import MOST_HELD, TextReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def ways(data: bytes) -> Iterator[list[bytes]]:
    """Cut data in every way that is tried: whole, in two anywhere, byte by byte."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for cut in range(len(data) + 1):
        yield [data[:cut], data[cut:]]


def read(content: Any, pieces: list[bytes]) -> tuple[object, ...]:
    """Feed an answer; return its content, or what is wrong with it."""
    out = b""
    try:
        for piece in pieces:
            if content.over:
                break
            out += content.feed(piece)
        if not content.over:
            out += content.end()
    except errors.InternetError as error:
        return (type(error), error.server_text)
    return (out, content.over)


class EveryWay(SynchronousTestCase):
    def assert_every_way(
        self, make: Callable[[], Any], data: bytes, wanted: object
    ) -> None:
        """Require the same, however it is cut."""
        for pieces in ways(data):
            got = read(make(), pieces)
            self.assertEqual(got, wanted, (data, [len(p) for p in pieces][:3]))


TEXTS = (
    # what is sent, what is the text
    (b"hello\r\n.\r\n", b"hello\r\n"),
    (b"hello\n.\n", b"hello\n"),
    (b"hello\r\n.", b"hello\r\n"),
    (b"hello\r\n.\r", b"hello\r\n"),
    (b"hello\r\n", b"hello\r\n"),
    (b"hello", b"hello"),
    (b"", b""),
    (b".\r\n", b""),
    (b".", b""),
    (b"a.\r\n.\r\n", b"a.\r\n"),
    # a server that keeps to RFC 1436
    (b"a\r\n..b\r\n.\r\n", b"a\r\n.b\r\n"),
    (b"..\r\n.\r\n", b".\r\n"),
    (b"...\r\n..\r\n.\r\n", b"..\r\n.\r\n"),
    (b"..a\n..b\n.\n", b".a\n.b\n"),
    # one that sends files as they are
    (b"a\r\n..b\r\nc", b"a\r\n..b\r\nc"),
    (b"..a\r\n.b\r\n..c\r\n", b"..a\r\n.b\r\n..c\r\n"),
    (b".a\r\n..b\r\n.\r\n", b".a\r\n..b\r\n"),
    (b"..a\r\n.b\r\n.\r\n", b"..a\r\n.b\r\n"),
    # a dot alone in the middle
    (b"a\r\n.\r\nb\r\n", b"a\r\n.\r\nb\r\n"),
    (b"a\r\n.\r\nb\r\n.\r\n", b"a\r\n.\r\nb\r\n"),
    (b".\r\n.\r\n", b".\r\n"),
    (b"a\r\n.\rb", b"a\r\n.\rb"),
    (b"a\r.\r", b"a\r.\r"),
)


class TextTests(EveryWay):
    def test_texts(self) -> None:
        for sent, text in TEXTS:
            self.assert_every_way(lambda: Answer(text=True), sent, (text, True))

    def test_stuffed_texts_come_back(self) -> None:
        """Of what RFC 1436 wants a server to do nothing is left, however it is cut."""
        chance = random.Random(70)
        for _ in range(3000):
            text = bytes(chance.choices(b"..\r\n\na", k=chance.randrange(12)))
            lines = text.split(b"\n")
            sent = b"\n".join(b"." + x if x.startswith(b".") else x for x in lines)
            # The RFC's texts end with a line end.
            sent, text = sent + b"\r\n.\r\n", text + b"\r\n"
            cut = chance.randrange(len(sent) + 1)
            reader = TextReader()
            got = reader.feed(sent[:cut]) + reader.feed(sent[cut:]) + reader.end()
            self.assertEqual(got, text, sent)
            self.assertTrue(reader.dotted)

    def test_plain_texts_come_as_they_are(self) -> None:
        """A server that adds nothing is seen by its not sending the last dot."""
        chance = random.Random(71)
        for _ in range(3000):
            text = bytes(chance.choices(b"..\r\n\na", k=chance.randrange(12))) + b"x"
            cut = chance.randrange(len(text) + 1)
            reader = TextReader()
            got = reader.feed(text[:cut]) + reader.feed(text[cut:]) + reader.end()
            self.assertEqual(got, text)
            self.assertFalse(reader.dotted)

    def test_what_is_held_back_is_bounded(self) -> None:
        reader = TextReader()
        self.assertEqual(reader.feed(b"..a\r\n"), b"")
        line = b"x" * 1022 + b"\r\n"
        got = b"".join(reader.feed(line) for _ in range(MOST_HELD // len(line) + 1))
        self.assertGreater(len(got), MOST_HELD - 2048)
        self.assertTrue(got.startswith(b".a\r\n"))
        # From now on the RFC's word counts.
        self.assertEqual(reader.feed(b"..b\r\n"), b".b\r\n")
        self.assertEqual(reader.feed(b".c\r\n"), b".c\r\n")

    def test_tells_when_all_may_have_come(self) -> None:
        answer = Answer(text=True)
        answer.feed(b"a\r\n.")
        self.assertFalse(answer.held)
        answer.feed(b"\r\n")
        self.assertTrue(answer.held)
        answer.feed(b"b")
        self.assertFalse(answer.held)


NO = errors.GopherDataError
ERROR_LINE = b"3no such file\t\terror.host\t1\r\n"


class AnswerTests(EveryWay):
    def test_binaries(self) -> None:
        for data in (
            b"",
            b"abc",
            b"\0\xff\r\n.\r\n",
            b"33",
            b"3 is\ta number\r\n.\r\n",
        ):
            self.assert_every_way(Answer, data, (data, True))

    def test_refusals_are_no_files(self) -> None:
        for text in (False, True):
            for rest in (b"", b".\r\n", b"isorry\t\tnull.host\t1\r\n.\r\n"):
                self.assert_every_way(
                    partial(Answer, text=text),
                    ERROR_LINE + rest,
                    (NO, "no such file"),
                )

    def test_what_only_begins_like_one_is_a_file(self) -> None:
        for rest in (b"0a\ts\th\t70\r\n", b"more text", b"x" * 5000):
            data = ERROR_LINE + rest
            self.assertEqual(read(Answer(), [data]), (data, True))
            self.assertEqual(
                read(Answer(), [data[i : i + 1] for i in range(len(data))]),
                (data, True),
            )
        long = b"3" + b"x" * 9000
        self.assertEqual(read(Answer(), [long[:3], long[3:]]), (long, True))

    def test_heads_of_gopher_plus(self) -> None:
        for sent, wanted in (
            (b"+5\r\nhello", (b"hello", True)),
            (b"+5\nhello", (b"hello", True)),
            (b"+5 \r\nhello and more", (b"hello", True)),
            (b"+0\r\n", (b"", True)),
            (b"+-1\r\na\r\n..b\r\n.\r\n", (b"a\r\n.b\r\n", True)),
            (b"+-2\r\na\r\n.\r\n", (b"a\r\n.\r\n", True)),
            (b"+-2\r\n", (b"", True)),
            (b"+5\r\nhell", (NO, None)),
            (b"+5\r\n", (NO, None)),
            (b"--1\r\n1 no item\r\n.\r\n", (NO, "1 no item")),
            (b"--2\r\n1 me <a@b>\r\nno item\r\n", (NO, "1 me <a@b> / no item")),
            (b"-9\r\n2 later\r\n", (NO, "2 later")),
            (b"--1\r\n", (NO, "")),
        ):
            self.assert_every_way(lambda: Answer(plus=True), sent, wanted)

    def test_servers_that_do_not_speak_gopher_plus(self) -> None:
        for sent in (
            *(b"", b"+", b"+5", b"hello\r\n", b"0a\ts\th\t70\r\n.\r\n", b"+x\r\n"),
            *(b"+-3\r\n", b"+" + b"9" * 30 + b"\r\n", b"+" + b" " * 100, b"\r\n+5\r\n"),
        ):
            self.assert_every_way(
                lambda: Answer(plus=True), sent, (errors.GopherNotGopherPlus, None)
            )

    def test_words_of_a_refusal_are_bounded(self) -> None:
        answer = Answer(plus=True)
        answer.feed(b"--2\r\n")
        for _ in range(8):
            answer.feed(b"x" * 1000)
        self.assertRaises(NO, answer.feed, b"x" * 1000)

    def test_nothing_raises_but_our_errors(self) -> None:
        chance = random.Random(3)
        for _ in range(5000):
            data = bytes(
                chance.choices(b"+-3i.\r\n\t129 a\0\xff", k=chance.randrange(20))
            )
            how = {"text": chance.random() < 0.5, "plus": chance.random() < 0.5}
            whole = read(Answer(**how), [data])
            self.assertEqual(
                read(Answer(**how), [data[i : i + 1] for i in range(len(data))]), whole
            )


MENU = (
    b"0one\t/1\th\t70\r\n"
    b"\r\n"
    b"iwords\r\n"
    b"1two\t/2\th\t7070\t+\n"
    b"what is this\r\n"
    b"9\xe9\t/\xff\th\r\n"
)


class MenuTests(SynchronousTestCase):
    def entries(self, pieces: list[bytes], **limits: Any) -> tuple[list[str], Menu]:
        menu = Menu(limits.get("line", 1000), limits.get("size"))
        content = MenuContent(menu)
        for piece in pieces:
            if content.over:
                break
            self.assertEqual(content.feed(piece), b"")
        if not content.over:
            content.end()
        found = []
        while (entry := menu.next_entry()) is not None:
            found.append(f"{entry.sign}{entry.display_string}")
        return found, menu

    def test_every_way(self) -> None:
        wanted = ["0one", "iwords", "1two", "9é"]
        for end in (b"", b".\r\n", b".\n", b".", b".\r\n0three\t/3\th\t70\r\n"):
            for pieces in ways(MENU + end):
                found, menu = self.entries(pieces)
                self.assertEqual(found, wanted, (end, pieces[:2]))
                self.assertEqual(menu.unknown, 1)

    def test_last_line_needs_no_end(self) -> None:
        for pieces in ways(b"0one\t/1\th\t70"):
            self.assertEqual(self.entries(pieces)[0], ["0one"])

    def test_empty_menu_is_a_dot(self) -> None:
        for pieces in ways(b".\r\n"):
            self.assertEqual(self.entries(pieces)[0], [])
        for nothing in (b"", b"\r\n", b"\r\n\r\n"):
            self.assertRaises(errors.GopherDataError, self.entries, [nothing])

    def test_what_is_no_menu(self) -> None:
        for data in (b"Error: no\r\n", b"<html>\n", b"0a\ts\th\t70\r0b\ts\th\t70\r"):
            for pieces in ways(data):
                fault = self.assertRaises(
                    errors.GopherProtocolError, self.entries, pieces
                )
                assert isinstance(fault, errors.InternetError)
                self.assertTrue(fault.server_text)

    def test_error_of_the_server(self) -> None:
        for pieces in ways(ERROR_LINE + b".\r\n"):
            fault = self.assertRaises(errors.GopherDataError, self.entries, pieces)
            assert isinstance(fault, errors.InternetError)
            self.assertEqual(fault.server_text, "no such file")

    def test_error_in_the_middle_is_an_entry(self) -> None:
        found, _ = self.entries([MENU + ERROR_LINE])
        self.assertEqual(found[-1], "3no such file")

    def test_long_lines(self) -> None:
        long = b"0" + b"x" * 100 + b"\t/\th\t70\r\n"
        for pieces in ways(long):
            self.assertRaises(
                errors.GopherProtocolError, self.entries, pieces, line=100
            )
            self.assertEqual(len(self.entries(pieces, line=200)[0]), 1)

    def test_long_menus(self) -> None:
        for pieces in ways(MENU):
            self.assertRaises(
                errors.GopherDataError, self.entries, pieces, size=len(MENU) - 1
            )
            self.assertEqual(len(self.entries(pieces, size=len(MENU))[0]), 4)

    def test_menus_of_gopher_plus(self) -> None:
        for head in (b"+-1\r\n", b"+-2\r\n", b"+%d\r\n" % len(MENU)):
            for pieces in ways(head + MENU):
                menu = Menu(1000, None)
                content = MenuContent(menu, plus=True)
                for piece in pieces:
                    if not content.over:
                        content.feed(piece)
                if not content.over:
                    content.end()
                self.assertTrue(menu.over)
                count = 0
                while menu.next_entry() is not None:
                    count += 1
                self.assertEqual(count, 4)


class PageTests(EveryWay):
    def page(self, *lines: bytes) -> str:
        content = PageContent(Menu(10000, None), "gopher://h/1<&>")
        out = b"".join(content.feed(line + b"\r\n") for line in lines)
        return (out + content.end()).decode()

    def test_every_way(self) -> None:
        wanted = read(PageContent(Menu(1000, None), "t"), [MENU])
        self.assert_every_way(lambda: PageContent(Menu(1000, None), "t"), MENU, wanted)

    def test_names_cannot_be_more_than_names(self) -> None:
        page = self.page(
            b"0<script>alert(1)</script>\t/\"'><script>\th\t70",
            b"i</pre></body><img src=x onerror=alert(1)>",
            b'1"onmouseover="x\t/\th"><script>\t70',
            b"hx\tURL:javascript:alert(1)\th\t70",
            b"hx\tURL:JaVaScript:alert(1)\th\t70",
            b"hx\tURL:data:text/html,<script>\th\t70",
            b'hx\tURL:http://x/"onclick="y\th\t70',
            b"8x\t\tjavascript:alert(1)//\t23",
            b"i\x1b[31mred\x00\xe2\x80\xae",
        )
        low = page.lower()
        self.assertNotIn("<script", low)
        self.assertNotIn("<img", low)
        self.assertEqual(low.count("</pre>"), 1)
        self.assertNotIn("\x1b", page)
        self.assertNotIn("\u202e", page)
        for link in low.split('href="')[1:]:
            self.assertTrue(link.startswith(("gopher:", "http:")), link)
        # No quotation mark of a name ends an attribute.
        for tag in low.split("<a ")[1:]:
            self.assertEqual(tag.split(">", 1)[0].count('"'), 4, tag)
        self.assertIn("default-src 'none'", page)
        self.assertIn("<title>gopher://h/1&lt;&amp;&gt;</title>", page)

    def test_rows(self) -> None:
        page = self.page(
            b"0a\t/a\th\t70", b"8b\tu\thost\t23", b"ihi", b"hc\tURL:http://x/\th"
        )
        self.assertIn('  TXT <a rel="noreferrer" href="gopher://h/0/a">a</a>\n', page)
        self.assertIn('href="telnet://host:23/"', page)
        self.assertIn("      hi\n", page)
        self.assertIn('href="http://x/">c</a>', page)

    def test_surrogates_have_a_form(self) -> None:
        self.assertIn("\ufffd", self.page(b"hx\tURL:http://\xff/\th\t70"))
