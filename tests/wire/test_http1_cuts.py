"""How the bytes of an answer are cut into pieces changes nothing."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.answers import BAD, CORPUS, GOOD, SURPLUS, Answer, joined, read


class CutTests(SynchronousTestCase):
    """Every answer of the corpus, whole and in pieces."""

    def equal_when_cut(self, answers: list[Answer]) -> None:
        """Compare whole, byte by byte, and two pieces cut at every position."""
        for answer in answers:
            raw = answer.raw
            whole = joined(read(answer, [raw]))
            single = joined(read(answer, [raw[i : i + 1] for i in range(len(raw))]))
            self.assertEqual(single, whole, f"{answer.name}, byte by byte")
            for cut in range(1, len(raw)):
                pieces = [raw[:cut], raw[cut:]]
                self.assertEqual(
                    joined(read(answer, pieces)), whole, f"{answer.name}, cut at {cut}"
                )

    def test_corpus_is_large_and_its_names_are_different(self):
        """The corpus has many answers of each kind."""
        self.assertGreater(len(CORPUS), 100)
        self.assertEqual(
            len({(answer.raw, answer.verb) for answer in CORPUS}), len(CORPUS)
        )
        for kind in (GOOD, SURPLUS, BAD):
            self.assertEqual(len({answer.name for answer in kind}), len(kind))

    def test_good_answers_read_the_same_in_any_pieces(self):
        """Good answers."""
        self.equal_when_cut(GOOD)

    def test_surplus_reads_the_same_in_any_pieces(self):
        """Answers with surplus: the answer stands, the connection does not."""
        self.equal_when_cut(SURPLUS)

    def test_bad_answers_read_the_same_in_any_pieces(self):
        """Bad answers: the same events before the same fault."""
        self.equal_when_cut(BAD)

    def test_empty_pieces_change_nothing(self):
        """An empty piece is no end and no byte."""
        for answer in CORPUS:
            pieces = [b"", answer.raw[:9], b"", answer.raw[9:], b""]
            self.assertEqual(
                joined(read(answer, pieces)), joined(read(answer, [answer.raw]))
            )
