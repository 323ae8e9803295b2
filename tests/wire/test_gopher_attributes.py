"""Attributes of Gopher+, the question for them, and caps files."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._wire.gopher_attributes import read_items
from twinet._wire.gopher_caps import read_caps
from twinet._wire.gopher_question import Question
from twinet.gopher import (
    GopherAbstract,
    GopherAdmin,
    GopherAsk,
    GopherAttributeId,
    GopherCategory,
    GopherGeography,
    GopherRange,
    GopherView,
)

#: As the description of Gopher+ has it (Anklesaria and others, 1993), section 2.5.
ITEM = (
    b"+INFO: 0Gopher+ Protocol\t/p\tmudhoney.micro.umn.edu\t70\t+\r\n"
    b"+ADMIN:\r\n"
    b" Admin: Frodo Gophermeister <fng@bogus.edu>\r\n"
    b" Mod-Date: Wed Jul 28 17:02:01 1993 <19930728170201>\r\n"
    b" TTL: 600\r\n"
    b" Score: 1000\r\n"
    b" Score-range: 0 2000\r\n"
    b" Site: Bogus University\r\n"
    b" Org: Dept.\r\n"
    b" Loc: Minneapolis, Minnesota, USA\r\n"
    b" Geog: 44 58 48 N 93 15 49 W\r\n"
    b" TZ: -6\r\n"
    b" Provider: The bogus people\r\n"
    b" Other: thing\r\n"
    b"+VIEWS:\r\n"
    b" Text/plain: <10k>\r\n"
    b" application/postscript: <100k>\r\n"
    b" Text/plain De_DE: <.5k>\r\n"
    b" App/x:\r\n"
    b"+ABSTRACT:\r\n"
    b" This short abstract describes\r\n"
    b" the protocol.\r\n"
    b"+VERONICA:\r\n"
    b" treewalk: no\r\n"
    b"+ASK:\r\n"
    b" Ask: What is your name?\r\n"
    b" Choose: One\tTwo\r\n"
    b"+MINE:\r\n"
    b" a\r\n b\r\n"
)


class AttributeTests(SynchronousTestCase):
    def test_an_item(self) -> None:
        (item,) = read_items(ITEM)
        values = {each.name: each.value for each in item.attributes}
        self.assertEqual(
            values["Admin"], GopherAdmin("Frodo Gophermeister", "fng@bogus.edu")
        )
        date = datetime(1993, 7, 28, 17, 2, 1, tzinfo=UTC)
        self.assertEqual(values["Mod-Date"], date)
        self.assertEqual(
            (values["TTL"], values["Score"], values["TZ"]), (600, 1000, -6)
        )
        self.assertEqual(values["Score-range"], GopherRange(0, 2000))
        self.assertEqual(values["Geog"], GopherGeography(44, 58, 48, -93, 15, 49))
        self.assertEqual(values["Other"], "thing")
        self.assertIs(values["treewalk"], False)
        self.assertEqual(values["Ask"], GopherAsk("Ask", "What is your name?"))
        self.assertEqual(values["+MINE"], "a\nb")
        self.assertEqual(
            values["+ABSTRACT"],
            GopherAbstract("This short abstract describes\nthe protocol.", ""),
        )
        self.assertEqual(
            item.views,
            (
                GopherView("Text/plain", "", 10240),
                GopherView("application/postscript", "", 102400),
                GopherView("Text/plain", "De_DE", 512),
                GopherView("App/x", "", None),
            ),
        )
        self.assertEqual(item.views[2].name, "Text/plain De_DE")
        assert item.entry is not None
        self.assertEqual((item.entry.size, item.entry.modified), (10240, date))
        self.assertEqual(item.entry.selector, "/p")
        kinds = {each.category for each in item.attributes}
        self.assertEqual(kinds, set(GopherCategory) - {GopherCategory.ALL})
        self.assertIn("+ADMIN:\n Admin: Frodo", item.text)

    def test_every_id_is_given(self) -> None:
        more = b"+ADMIN:\r\n Version: 1\r\n Abstract: short\r\n"
        found = {each.attribute for each in read_items(ITEM)[0].attributes}
        found |= {each.attribute for each in read_items(more)[0].attributes}
        self.assertEqual(found, set(GopherAttributeId) - {GopherAttributeId.ALL})

    def test_items_of_a_menu(self) -> None:
        items = read_items(ITEM + b"\r\n" + ITEM.replace(b"/p", b"/q") + b".\r\n")
        selectors = [item.entry.selector for item in items if item.entry]
        self.assertEqual(selectors, ["/p", "/q"])

    def test_what_cannot_be_read_is_text(self) -> None:
        text = (
            b"+ADMIN:\r\n Admin: nobody\r\n Mod-Date: <19931328170201>\r\n"
            b" TTL: long\r\n Geog: here\r\n Score-range: 1\r\n no colon\r\n : empty\r\n"
        )
        values = [each.value for each in read_items(text)[0].attributes]
        self.assertEqual(values, ["nobody", "<19931328170201>", "long", "here", "1"])

    def test_nothing_raises(self) -> None:
        chance = random.Random(9)
        for _ in range(300):
            data = bytearray(ITEM)
            for _ in range(chance.randrange(1, 30)):
                data[chance.randrange(len(data))] = chance.choice(b"+ \r\n\t:<>0\xff")
            read_items(bytes(data))
        self.assertEqual(read_items(b""), [])
        self.assertEqual(read_items(b" stray\r\n"), [])


class QuestionTests(SynchronousTestCase):
    def test_blocks_are_asked_for_when_only_they_are_wanted(self) -> None:
        self.assertEqual(Question(()).blocks, "")
        self.assertEqual(Question(("+admin", "+VIEWS")).blocks, "+ADMIN+VIEWS")
        self.assertEqual(Question(("+ADMIN", "TTL")).blocks, "")

    def test_answers(self) -> None:
        items = read_items(ITEM)
        self.assertEqual(len(Question(("ttl",)).answer(items).attributes), 1)
        self.assertEqual(len(Question(("+views",)).answer(items).attributes), 4)
        self.assertIs(Question(()).answer(items), items[0])
        for name in ("nothing", "+nothing"):
            self.assertRaises(
                errors.GopherAttributeNotFound, Question((name,)).answer, items
            )
        self.assertRaises(errors.GopherProtocolError, Question(()).answer, [])

    def test_names(self) -> None:
        for name in ("", "+", "a b", "a\tb", "+A+B", "a\r\n", 5):
            self.assertRaises(errors.InvalidParameter, Question, (name,))


class CapsTests(SynchronousTestCase):
    def test_reads(self) -> None:
        caps = read_caps(
            b"CAPS\r\n\r\n# remark\r\n#x=y\r\nCapsVersion=1\r\nExpireCapsAfter=3600\r\n"
            b"PathDelimeter=/\r\nServerSoftware = Gophernicus\r\nnonsense\r\n"
        )
        self.assertEqual(caps.values["CapsVersion"], "1")
        self.assertNotIn("#x", caps.values)
        self.assertEqual((caps.expire, caps.path_delimiter), (3600, "/"))
        self.assertEqual(caps.software, "Gophernicus")
        bare = read_caps(b"CAPS")
        self.assertEqual(
            (bare.expire, bare.path_delimiter, bare.software), (None, None, "")
        )

    def test_another_file_is_none(self) -> None:
        for data in (b"", b"hello\r\n", b"\xff"):
            self.assertRaises(errors.GopherProtocolError, read_caps, data)
