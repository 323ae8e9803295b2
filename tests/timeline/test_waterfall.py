"""The timeline as a picture."""

from __future__ import annotations

import itertools
from random import Random

from tests.timeline.clocked import ANSWER, STARTED, TimelineTestCase
from tests.timeline.drawing import Drawing
from twinet.errors import CannotConnect
from twinet.timeline import Phase, Row
from twinet.timeline.exchange import Exchange
from twinet.timeline.scale import Scale
from twinet.timeline.waterfall import waterfall

#: What a bar may lie beside where it belongs: two digits are written.
NEAR = 0.02
#: Names that would be markup, or no XML at all, if they were not escaped.
HOSTILE = (
    "http://x/<script>alert(1)</script>",
    "http://x/]]><!--&amp;\"'><svg onload=alert(1)>",
    "http://x/\x00\x0b\ud800\ufffe\x1b[2J\u202e",
    "http://x/" + "a" * 5000,
    "http://x/" + "\u8336" * 200,
    "http:no slashes",
)


def random_rows(count: int, seed: int, second: float = 1.0) -> list[Row]:
    """Return rows of all kinds, some long, some without any length."""
    random = Random(seed)
    rows = []
    for number in range(1, count + 1):
        now = random.random() * second
        url = f"http://shop{random.randrange(3)}.example/{'x' * random.randrange(90)}"
        row = Row(number, "HTTP", random.choice(("GET", "POST")), url, "", now)
        row.exchange = Exchange(status_code=random.choice((0, 200, 404)))
        row.error = random.choice(("", "", "HttpInvalidServerResponse"))
        row.after = random.choice((None, number - 1))
        for phase in random.sample(list(Phase), random.randrange(9)):
            row.enter(phase, now)
            now += random.choice((0, 0.001, 0.2)) * random.random() * second
        row.rest(now)
        rows.append(row)
    return sorted(rows, key=lambda row: row.begin)


class Geometry(TimelineTestCase):
    """Where things lie."""

    def check(self, rows: list[Row]) -> Drawing:
        """Check that the picture shows the times of rows, and all of it inside."""
        drawing = Drawing(waterfall(rows, STARTED))
        self.assertEqual(list(drawing.outside()), [])
        self.assertEqual(len(drawing.rows()), len(rows))
        zero = min(row.begin for row in rows)
        bottom = 0.0
        for number, row in enumerate(rows):
            bars = drawing.bars(number)
            self.assertGreater(min(bar.top for bar in bars), bottom)
            bottom = max(bar.bottom for bar in bars)
            for left, right in itertools.pairwise(bars):
                self.assertApproximates(left.right, right.left, NEAR)
            for bar in bars:
                self.assertGreaterEqual(bar.right, bar.left)
            self.assertGreater(bars[-1].right - bars[0].left, 2 - NEAR)
            if bars[-1].right - bars[0].left > 2 + NEAR:
                self.assertEqual([b.phase for b in bars], [s.phase for s in row.spans])
                scale = self.unit(drawing, rows)
                for bar, span in zip(bars, row.spans, strict=True):
                    width = (span.end - span.begin) * scale
                    self.assertApproximates(bar.right - bar.left, width, NEAR)
                place = 548 + (row.begin - zero) * scale
                self.assertApproximates(bars[0].left, place, NEAR)
            else:
                self.assertEqual(len(bars), 1)
        return drawing

    def unit(self, drawing: Drawing, rows: list[Row]) -> float:
        """Return how wide a second is."""
        whole = max(row.end for row in rows) - min(row.begin for row in rows)
        return (1180 - 66 - 548) / whole

    def test_bars_lie_where_their_times_are(self):
        """For three rows and for three hundred, in microseconds and in days."""
        for count in (1, 3, 25, 300):
            for second in (1e-4, 0.05, 1.0, 1e5):
                drawing = self.check(random_rows(count, count, second))
                marks = drawing.marks()
                self.assertTrue(4 <= len(marks) <= 11, marks)
                self.assertEqual(marks[0], 548)
                steps = [b - a for a, b in itertools.pairwise(marks)]
                self.assertLess(max(steps) - min(steps), NEAR)

    def test_a_long_picture_has_its_axis_below_as_well(self):
        """Nobody scrolls up to read a time."""
        few = Drawing(waterfall(random_rows(3, 1), STARTED)).texts()
        many = Drawing(waterfall(random_rows(300, 1), STARTED)).texts()
        self.assertEqual((few.count("0"), many.count("0")), (1, 2))

    def test_marks_of_the_axis_are_round_times(self):
        """In a unit that keeps them short."""
        for seconds, first in (
            (0.0004, ["0", "0.05 ms", "0.10 ms"]),
            (0.001, ["0", "0.1 ms", "0.2 ms"]),
            (0.018, ["0", "2 ms", "4 ms"]),
            (0.9, ["0", "100 ms", "200 ms"]),
            (1.9, ["0", "0.2 s", "0.4 s"]),
            (8, ["0", "1 s", "2 s"]),
            (7200, ["0", "1000 s", "2000 s"]),
        ):
            marks = Scale(5, 5 + seconds, 0, 100).marks()
            self.assertEqual([words for _, words in marks[:3]], first)
            self.assertAlmostEqual(marks[1][0], marks[2][0] - marks[1][0])

    def test_an_axis_without_length_has_marks(self):
        """All happened at once."""
        self.assertGreater(len(Scale(5, 5, 0, 100).marks()), 3)


class Words(TimelineTestCase):
    """What stands in the picture."""

    def drawing(self, timeline=None):
        drawing = Drawing((timeline or self.timeline).svg())
        self.assertEqual(list(drawing.outside()), [])
        return drawing

    def test_nothing_recorded_says_so(self):
        """Instead of an empty sheet."""
        self.assertIn("Nothing has been recorded.", self.drawing().texts())

    def test_a_row_tells_what_became_of_it(self):
        """Name, status, size and time; the rest in the tooltip."""
        called = self.get("/prices", context="downfall")
        self.wait(0.5)
        peer = self.net.accept()
        self.wait(0.25)
        peer.send(ANSWER + b"12345")
        self.successResultOf(called).close()
        drawing = self.drawing()
        texts = drawing.texts()
        for words in ("downfall: /prices", "200", "64 B", "750 ms", "connect", "wait"):
            self.assertIn(words, texts)
        self.assertIn("2026-11-27 12:00:00 UTC", texts)
        self.assertIn("1 request, 750 ms, 64 B received", texts)
        *lines, phases = drawing.tooltip(0)
        self.assertEqual(
            lines,
            [
                "1: GET http://127.0.0.1/prices",
                "127.0.0.1",
                "200, 78 B sent, 64 B received",
                "at 0.0 ms, took 750 ms",
            ],
        )
        self.assertIn("connect 500 ms, send 0.0 ms, wait 250 ms", phases)

    def test_a_failure_is_red_and_has_its_name(self):
        """What went wrong stands in the tooltip."""
        called = self.get()
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        drawing = self.drawing()
        red = [
            each.text for each in drawing.rows()[0] if "wrong" in each.get("class", "")
        ]
        self.assertEqual(red, ["/", "failed", "0.0 ms CannotConnect"])
        self.assertIn("connection refused", drawing.tooltip(0)[-1])

    def test_the_legend_has_what_occurs(self):
        """In the order in which it happens."""
        self.served()
        legend = self.drawing().legend()
        self.assertEqual(
            legend,
            [Phase.LOOK_UP, Phase.CONNECT, Phase.SEND, Phase.WAIT, Phase.RECEIVE],
        )

    def test_names_say_no_more_than_they_must(self):
        """The server only where there are several, the scheme likewise."""

        def names(*urls: str) -> list[str]:
            rows = [Row(1, "HTTP", "GET", url, "", 0.0) for url in urls]
            groups = Drawing(waterfall(rows, STARTED)).rows()
            return [group[2].text or "" for group in groups]

        self.assertEqual(names("http://a/x", "http://a"), ["/x", ""])
        self.assertEqual(names("http://a/x", "http://b/x"), ["a/x", "b/x"])
        both = ["http://a/x", "ftp://a/x"]
        self.assertEqual(names(*both), both)

    def test_the_time_stands_where_there_is_room(self):
        """Left of a bar at the end, and over one that fills the chart."""
        rows = []
        for begin, end in ((0, 1), (0.95, 1), (0, 0.1)):
            row = Row(1, "HTTP", "GET", "http://a/", "", begin)
            row.error = "HttpInvalidServerResponse"
            row.enter(Phase.WAIT, begin)
            row.rest(end)
            rows.append(row)
        drawing = Drawing(waterfall(rows, STARTED))
        self.assertEqual(list(drawing.outside()), [])
        kinds = [group[-1].get("class") for group in drawing.rows()]
        self.assertEqual(kinds, ["wrong end over", "wrong end", "wrong"])

    def test_nothing_in_a_name_is_markup(self):
        """Neither in what is shown, nor in the tooltip, nor in the title."""
        for name in HOSTILE:
            row = Row(1, "HTTP", name, name, name, 0.0)
            row.error, row.message, row.address = name, name, name
            drawing = Drawing(waterfall([row], STARTED, title=name))
            self.assertEqual(len(drawing.rows()), 1)
            self.assertTrue(all("\x1b" not in text for text in drawing.texts()))

    def test_long_names_keep_both_ends(self):
        """What is cut is told by an ellipsis; wide letters take twice the room."""
        for letter, most in (("a", 50), ("\u8336", 26)):
            row = Row(1, "HTTP", "GET", f"http://x/{letter * 500}.jpg", "", 0.0)
            name = Drawing(waterfall([row], STARTED)).rows()[0][2].text or ""
            self.assertLessEqual(len(name), most + 3)
            self.assertTrue(name.startswith(f"/{letter}"), name)
            self.assertTrue(name.endswith(f"{letter}.jpg"), name)
            self.assertIn("\N{HORIZONTAL ELLIPSIS}", name)

    def test_a_title_can_be_given(self):
        """It stands above all."""
        timeline = self.make_timeline(title="Coffee <prices>")
        self.assertEqual(self.drawing(timeline).texts()[0], "Coffee <prices>")
