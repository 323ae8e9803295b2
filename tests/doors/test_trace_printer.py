"""The trace as text: one connection, several, bodies in many pieces, dumps."""

from __future__ import annotations

import io
import sys

from twisted.trial.unittest import SynchronousTestCase

from twinet import TraceKind, TracePrinter, TraceRecord

FACT = TraceKind.FACT
SENT = TraceKind.REQUEST_BODY
CAME = TraceKind.ANSWER_BODY


def record(
    kind: TraceKind,
    text: str = "",
    number: int | None = 1,
    *,
    size: int = 0,
    data: bytes = b"",
) -> TraceRecord:
    """Make a record as sessions make them."""
    if size:
        text = f"[{size} bytes data]"
    return TraceRecord(1.25, kind, text, number, "h:80", "http://h/", size, data)


class PrinterTests(SynchronousTestCase):
    """Records in, lines out."""

    def printed(self, *records: TraceRecord, times: bool = False) -> list[str]:
        stream = io.StringIO()
        printer = TracePrinter(stream, times=times)
        for each in records:
            printer(each)
        text = stream.getvalue()
        self.assertTrue(text.endswith("\n") or not text)
        return text.splitlines()

    def test_a_line_begins_with_its_sign(self) -> None:
        """An empty one is the sign alone."""
        signs = {kind: kind.value for kind in TraceKind}
        self.assertEqual("".join(signs.values()), "*>}<{")
        for kind, sign in signs.items():
            self.assertEqual(str(record(kind, "x")), f"{sign} x")
        self.assertEqual(
            self.printed(record(TraceKind.ANSWER_HEAD), record(FACT, "  x")),
            ["<", "*   x"],
        )

    def test_connections_are_told_apart_once_there_are_two(self) -> None:
        """What concerns none has no number, and does not count."""
        self.assertEqual(
            self.printed(
                record(FACT, "a"),
                record(FACT, "b", None),
                record(FACT, "c"),
                record(FACT, "d", 2),
                record(FACT, "e", None),
                record(FACT, "f"),
            ),
            ["* a", "* b", "* c", "[#2] * d", "* e", "[#1] * f"],
        )

    def test_pieces_of_a_body_are_told_together(self) -> None:
        """Each connection's by itself, and each direction's."""
        self.assertEqual(
            self.printed(
                record(SENT, size=7),
                record(SENT, size=8),
                record(CAME, size=1),
                record(CAME, size=2),
                record(CAME, size=5, number=2),
                record(CAME, size=3),
                record(CAME, size=6, number=2),
                record(FACT, "x"),
                record(FACT, "y", 2),
                record(CAME, size=4),
                record(FACT, "z"),
            ),
            [
                "} [7 bytes data]",
                "} [8 bytes data in 1 more]",
                "{ [1 bytes data]",
                "[#2] { [5 bytes data]",
                "[#1] { [5 bytes data in 2 more]",
                "[#1] * x",
                "[#2] { [6 bytes data in 1 more]",
                "[#2] * y",
                "[#1] { [4 bytes data]",
                "[#1] * z",
            ],
        )

    def test_data_are_dumped(self) -> None:
        """Each piece by itself; what is no ASCII is a dot, and so is a control."""
        data = b"\x00\x1f ~\x7f\x80\xff<b>3456789a"
        self.assertEqual(
            self.printed(
                record(CAME, size=18, data=data),
                record(CAME, size=1, data=b"x"),
            ),
            [
                "{ [18 bytes data]",
                f"0000: {data[:16].hex(' ')}  .. ~...<b>345678",
                f"0010: 39 61{42 * ' '}  9a",
                "{ [1 bytes data]",
                f"0000: 78{45 * ' '}  x",
            ],
        )

    def test_times_stand_first(self) -> None:
        """In seconds; the same for all lines of a record."""
        self.assertEqual(
            self.printed(record(CAME, size=1, data=b"x"), times=True),
            ["1.250000 { [1 bytes data]", f"1.250000 0000: 78{45 * ' '}  x"],
        )

    def test_standard_error_is_looked_up_each_time(self) -> None:
        """A program may put another stream in its place."""
        printer = TracePrinter()
        for text in ("one", "two"):
            stream = io.StringIO()
            self.patch(sys, "stderr", stream)
            printer(record(FACT, text))
            self.assertEqual(stream.getvalue(), f"* {text}\n")

    def test_a_line_is_written_at_once(self) -> None:
        """A trace that waits in a buffer shows nothing of a program that hangs."""
        file = io.BytesIO()
        stream = io.TextIOWrapper(file)
        TracePrinter(stream)(record(FACT, "x"))
        self.assertEqual(file.getvalue(), b"* x\n")
