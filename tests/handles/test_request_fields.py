"""The request's own header fields: WinINet's rules for changing them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._handles.request_fields import RequestFields
from twinet._wire.field_text import field_pairs
from twinet.errors import (
    HttpHeaderAlreadyExists,
    HttpHeaderNotFound,
    HttpInvalidHeader,
    InvalidParameter,
)
from twinet.query import AddRequest


class FieldsTests(SynchronousTestCase):
    """Add, replace, remove."""

    def setUp(self) -> None:
        self.fields = RequestFields(())

    def apply(self, text: str, how: int) -> list[str]:
        self.fields.apply(field_pairs(text), how)
        return self.fields.get_all("warning")

    def test_the_walk_that_was_measured_on_windows(self) -> None:
        """Each operation, and the state after it."""
        for text, how, after in (
            ("test1", AddRequest.ADD, ["test1"]),
            ("test2", AddRequest.ADD, ["test1", "test2"]),
            ("test3", AddRequest.REPLACE, ["test2", "test3"]),
            ("test4", AddRequest.COALESCE, ["test2, test4", "test3"]),
            (
                "test5",
                AddRequest.COALESCE_WITH_COMMA,
                ["test2, test4, test5", "test3"],
            ),
            (
                "test6",
                AddRequest.COALESCE_WITH_SEMICOLON,
                ["test2, test4, test5; test6", "test3"],
            ),
            ("test7", AddRequest.ADD | AddRequest.REPLACE, ["test3", "test7"]),
        ):
            self.assertEqual(self.apply(f"Warning: {text}\r\n", how), after)

    def test_add_if_new(self) -> None:
        """Once, and not again; what is there stays."""
        self.assertEqual(self.apply("Warning: a", AddRequest.ADD_IF_NEW), ["a"])
        self.assertRaises(
            HttpHeaderAlreadyExists, self.apply, "WARNING: b", AddRequest.ADD_IF_NEW
        )
        self.assertEqual(self.fields.get_all("Warning"), ["a"])

    def test_replace_with_nothing_removes(self) -> None:
        """One of them; what is not there cannot be removed."""
        self.apply("Warning: a\r\nWarning: b", AddRequest.ADD)
        self.assertEqual(self.apply("Warning:", AddRequest.REPLACE), ["b"])
        self.apply("Warning:", AddRequest.REPLACE)
        self.assertRaises(
            HttpHeaderNotFound, self.apply, "Warning:", AddRequest.REPLACE
        )

    def test_replace_what_is_not_there_adds_it(self) -> None:
        """As on newer Windows."""
        self.assertEqual(self.apply("Warning: a", AddRequest.REPLACE), ["a"])

    def test_the_low_half_says_which_one(self) -> None:
        """Of several of a name."""
        self.apply("Warning: a\r\nWarning: b\r\nWarning: c", AddRequest.ADD)
        self.assertEqual(
            self.apply("Warning: x", AddRequest.REPLACE | 1), ["a", "c", "x"]
        )
        self.assertEqual(
            self.apply("Warning: y", AddRequest.COALESCE | 2), ["a", "c", "x, y"]
        )

    def test_nothing_is_changed_when_one_cannot_be(self) -> None:
        """All of a text, or nothing."""
        for text, error in (
            ("Warning: a\r\nWarning: b\x01c", InvalidParameter),
            ("Warning: a\r\nWarning:", InvalidParameter),
            ("Warning: a\r\nContent-Length: x", InvalidParameter),
            ("Warning: a\r\nConnection: Upgrade", InvalidParameter),
            ("Warning: a\r\nTransfer-Encoding: gzip", InvalidParameter),
            ("Warning: a\r\nA B: c", InvalidParameter),
            ("Warning: a\r\nno colon", HttpInvalidHeader),
            ("Warning: a\r\n: nameless", HttpInvalidHeader),
        ):
            self.assertRaises(error, self.apply, text, AddRequest.ADD)
            self.assertEqual(len(self.fields), 0, text)

    def test_framing_that_was_given_can_be_taken_back(self) -> None:
        """What is removed is not looked at."""
        self.apply("Content-Length: 5\r\nConnection: close", AddRequest.ADD)
        self.apply("content-length:", AddRequest.REPLACE)
        self.fields.remove("connection")
        self.assertEqual(len(self.fields), 0)

    def test_add_on_a_field_that_is_there_appends(self) -> None:
        """No flag at all is ADD; the low half means nothing to it."""
        for how in (0, AddRequest.ADD, AddRequest.ADD | 1):
            self.apply(f"Warning: {how}", how)
        self.assertEqual(len(self.fields), 3)

    def test_coalescing_what_is_not_there_adds_it(self) -> None:
        """With each mark; also when the one that is meant is not there."""
        for how in (
            AddRequest.COALESCE,
            AddRequest.COALESCE_WITH_COMMA,
            AddRequest.COALESCE_WITH_SEMICOLON,
        ):
            self.fields = RequestFields(())
            self.assertEqual(self.apply("Warning: a", how), ["a"])
            self.assertEqual(self.apply("Warning: b", how | 3), ["a", "b"])

    def test_coalescing_keeps_the_name_that_is_there(self) -> None:
        """And everything round it in its place."""
        self.apply("A: 1\r\nwArNing: a\r\nB: 2", AddRequest.ADD)
        self.apply("WARNING: b", AddRequest.COALESCE)
        self.assertEqual(
            self.fields.lines, ((b"A", b"1"), (b"wArNing", b"a, b"), (b"B", b"2"))
        )

    def test_replacing_at_an_index_that_is_not_there(self) -> None:
        """It is added, or with nothing to put there 12150."""
        self.apply("Warning: a", AddRequest.ADD)
        self.assertRaises(
            HttpHeaderNotFound, self.apply, "Warning:", AddRequest.REPLACE | 1
        )
        self.assertEqual(self.apply("Warning: b", AddRequest.REPLACE | 1), ["a", "b"])

    def test_add_if_new_with_replace(self) -> None:
        """It fails where there is one, and adds where there is none."""
        how = AddRequest.ADD_IF_NEW | AddRequest.REPLACE
        self.assertEqual(self.apply("Warning: a", how), ["a"])
        self.assertRaises(HttpHeaderAlreadyExists, self.apply, "Warning: b", how)

    def test_several_lines_are_each_replaced(self) -> None:
        """As HttpSendRequest does with its fields."""
        self.apply("A: 1\r\nB: 2\r\nC: 3", AddRequest.ADD)
        self.apply("c: 4\r\na: 5", AddRequest.ADD | AddRequest.REPLACE)
        self.assertEqual(self.fields.lines, ((b"B", b"2"), (b"c", b"4"), (b"a", b"5")))

    def test_the_plain_methods(self) -> None:
        """What they do is what they are called."""
        self.fields.add("A", "1")
        self.fields.add("a", "2")
        self.fields.add("B", "3")
        self.assertEqual(list(self.fields), [("A", "1"), ("a", "2"), ("B", "3")])
        self.fields.replace("A", "4")
        self.assertEqual(list(self.fields), [("B", "3"), ("A", "4")])
        self.fields.remove("b")
        self.assertEqual(list(self.fields), [("A", "4")])
        self.assertRaises(HttpHeaderNotFound, self.fields.remove, "B")

    def test_values_are_not_shown(self) -> None:
        """They may be tokens."""
        self.fields.add("Authorization", "Bearer secret")
        self.assertNotIn("secret", repr(self.fields))


class FieldTextTests(SynchronousTestCase):
    """Lines of fields."""

    def test_lines_end_in_any_way(self) -> None:
        """CRLF, a lone LF, or nothing; blank ones are skipped."""
        pairs = [(b"A", b"1"), (b"B", b"2: 3")]
        for text in (
            "A: 1\r\nB: 2: 3\r\n",
            "A:1\nB:  2: 3",
            "\r\n\r\nA: 1\r\n\r\nB: 2: 3",
        ):
            self.assertEqual(field_pairs(text), pairs)
            self.assertEqual(field_pairs(text.encode()), pairs)
        self.assertEqual(field_pairs(b"A:1\rB: 2: 3\n\r\n\r"), pairs)
        self.assertEqual(field_pairs(None), [])
        self.assertEqual(field_pairs(""), [])

    def test_bytes_are_kept(self) -> None:
        """All but the blanks round them."""
        self.assertEqual(
            field_pairs(b"A:\t \xa0\xff \x85 \t"), [(b"A", b"\xa0\xff \x85")]
        )

    def test_line_that_is_no_field_is_not_shown(self) -> None:
        """It may be the rest of a token."""
        problem = self.assertRaises(
            HttpInvalidHeader, field_pairs, "A: 1\r\n\r\n  hush, hush\r\n"
        )
        self.assertNotIn("hush", str(problem))
        self.assertIn("line 3", str(problem))
        self.assertRaises(HttpInvalidHeader, field_pairs, "A: \ud800")

    def test_texts_go_out_as_latin_1_or_utf_8(self) -> None:
        """As all fields do."""
        self.assertEqual(field_pairs("A: \xe9"), [(b"A", b"\xe9")])
        self.assertEqual(field_pairs("A: \u20ac"), [(b"A", b"\xe2\x82\xac")])
