"""The inbox: no byte is lost, doubled or moved, however it comes and is taken."""

from __future__ import annotations

from random import Random

from twisted.trial.unittest import SynchronousTestCase

from twinet._net.inbox import Inbox


class InboxTests(SynchronousTestCase):
    def test_any_pieces_taken_in_any_pieces(self) -> None:
        for seed in range(200):
            random = Random(seed)
            inbox = Inbox()
            put = taken = b""
            for _ in range(random.randrange(1, 60)):
                if random.random() < 0.6:
                    size = random.choice((1, 2, 100, 4095, 4096, 4097, 9000))
                    put += (piece := random.randbytes(size))
                    inbox.put(piece)
                else:
                    take = random.choice((inbox.take, inbox.take_chunk))
                    taken += take(random.choice((1, 3, 4096, 5000, 100000)))
                self.assertEqual(inbox.taken, len(taken), seed)
                self.assertEqual(inbox.size, len(put) - len(taken), seed)
            while inbox.size:
                taken += inbox.take_chunk(100000)
            self.assertEqual(taken, put, seed)

    def test_a_body_that_comes_byte_by_byte_is_few_pieces(self) -> None:
        inbox = Inbox()
        for _ in range(10000):
            inbox.put(b"x")
        sizes = []
        while inbox.size:
            sizes.append(len(inbox.take_chunk(100000)))
        self.assertEqual(sizes, [4096, 4096, 1808])

    def test_large_pieces_are_not_copied(self) -> None:
        inbox = Inbox()
        pieces = [bytes(5000), bytes(6000), bytes(7000)]
        for piece in pieces:
            inbox.put(piece)
        for piece in pieces:
            self.assertIs(inbox.take_chunk(100000), piece)

    def test_a_large_piece_taken_bit_by_bit_is_kept_until_the_last(self) -> None:
        """Nothing of it is copied but what is taken."""
        inbox = Inbox()
        piece = bytes(range(200)) * 1000
        inbox.put(piece)
        taken = [inbox.take(1000) for _ in range(100)]
        self.assertIs(inbox._first, piece)
        inbox.put(b"more")
        taken.append(inbox.take(200_000))
        self.assertEqual(b"".join(taken), piece + b"more")
        inbox.put(b"next")
        self.assertEqual(inbox.take(9), b"next")

    def test_cleared_in_the_middle_of_a_piece(self) -> None:
        """The next piece is whole."""
        inbox = Inbox()
        inbox.put(b"first")
        inbox.take(2)
        inbox.clear()
        inbox.put(b"next")
        self.assertEqual(inbox.take(9), b"next")
