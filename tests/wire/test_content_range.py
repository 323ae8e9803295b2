"""Content-Range, as strict as what hangs on it."""

from __future__ import annotations

import random

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.content_range import ContentRange, parse_content_range

GOOD = {
    "bytes 0-0/1": (0, 0, 1),
    "bytes 0-499/1234": (0, 499, 1234),
    "bytes 734-1233/1234": (734, 1233, 1234),
    "bytes 42-1233/*": (42, 1233, None),
    "bytes */1234": (None, None, 1234),
    "bytes */0": (None, None, 0),
    "Bytes 5-9/10": (5, 9, 10),
    "bytes 00005-0009/0010": (5, 9, 10),
    "bytes 5368709120-5368709129/5368709130": (5368709120, 5368709129, 5368709130),
    f"bytes {2**63 - 2}-{2**63 - 2}/{2**63 - 1}": (2**63 - 2, 2**63 - 2, 2**63 - 1),
}
BAD = (
    *("", "bytes", "bytes ", "bytes */*", "bytes 0-/10", "bytes -5/10", "bytes 5/10"),
    *("bytes=0-4/10", "bytes: 0-4/10", "bytes  0-4/10", "bytes\t0-4/10"),
    *("bytes 0-4", "bytes 0-4/", "bytes 0-4/10 ", " bytes 0-4/10", "bytes 0 - 4/10"),
    *("bytes 0-4/10, bytes 5-9/10", "bytes 0-4/10,", "bytes 0-4/+10", "bytes 0-4/1_0"),
    *("bytes 0-4/0x10", "bytes \u0660-\u0664/\u0661\u0660", "bytes +0-4/10"),
    *("lines 0-4/10", "seconds */10", "0-4/10"),
    # It ends before it begins, or behind the end.
    *("bytes 5-4/10", "bytes 0-10/10", "bytes 0-0/0", "bytes 10-9/*"),
    # No file is so long, and int() must not be asked.
    f"bytes 0-4/{2**63}",
    f"bytes {2**63}-{2**63}/*",
    f"bytes */{2**63}",
    f"bytes 0-4/{'9' * 5000}",
    f"bytes {'0' * 5000}-4/9",
)


class ContentRangeTests(SynchronousTestCase):
    """RFC 9110, section 14.4."""

    def test_good(self) -> None:
        """Bytes, whose whole length may not be known."""
        for value, expected in GOOD.items():
            self.assertEqual(parse_content_range(value), ContentRange(*expected), value)

    def test_bad(self) -> None:
        """The value is shown, in one short line."""
        for value in BAD:
            error = self.assertRaises(ValueError, parse_content_range, value)
            text = str(error)
            self.assertIn(ascii(value)[:20].rstrip("'"), text)
            self.assertTrue(text.isascii() and len(text) < 150, text)

    def test_length(self) -> None:
        """Both ends count."""
        self.assertEqual(parse_content_range("bytes 10-19/100").length, 10)
        self.assertEqual(parse_content_range("bytes 10-10/*").length, 1)
        self.assertEqual(parse_content_range("bytes */100").length, 0)

    def test_cut_anywhere(self) -> None:
        """What is left of it is none, or a right one with shorter numbers."""
        for value in GOOD:
            for cut in range(len(value)):
                self.check(value[:cut])

    def test_mutated(self) -> None:
        """Ten thousand of them; what is accepted makes sense."""
        source = random.Random(9110)
        seeds = [*GOOD, *BAD[:40]]
        accepted = 0
        for _ in range(10_000):
            text = list(source.choice(seeds))
            for _ in range(source.randint(1, 3)):
                at = source.randrange(len(text) + 1)
                change = source.choice("0123456789*-/, b\x00é\n")
                text[at : at + source.randint(0, 2)] = change
            accepted += self.check("".join(text))
        self.assertGreater(accepted, 100)

    def check(self, value: str) -> bool:
        """Tell whether a value is one; what it says then fits together."""
        try:
            part = parse_content_range(value)
        except ValueError:
            return False
        self.assertTrue(value.isascii() and value.lower().startswith("bytes "), value)
        if part.first is None:
            self.assertIsNone(part.last)
            self.assertIsNotNone(part.complete)
        else:
            assert part.last is not None
            self.assertTrue(0 <= part.first <= part.last < (part.complete or 2**63))
        return True
