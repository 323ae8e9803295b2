"""zstd by the letter of RFC 8878 and RFC 9659: frames, windows, check sums."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.coded import TEXT, ZSTD, decode, frame, skippable, zstd
from twinet.errors import DecodingFailed

_LONG = bytes(range(256)) * 40000  # 10 MiB


def with_window(log: int, data: bytes) -> bytes:
    """Make a frame that asks for a window of 2**log bytes."""
    stream = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: log})
    return stream.compress(data) + stream.flush()


class WindowTests(SynchronousTestCase):
    """RFC 9659: 8 MiB and no more."""

    def test_window_of_eight_mebibytes(self) -> None:
        """Also for data longer than that."""
        for log in (10, 20, 23):
            self.assertEqual(decode(ZSTD, with_window(log, _LONG)), _LONG)

    def test_larger_window_is_refused(self) -> None:
        """Before memory is taken for it, whatever the data behind it are."""
        for log in (24, 27, 31):
            raw = b"\x28\xb5\x2f\xfd\x00" + bytes([(log - 10) << 3]) + b"\x4b\0\0x"
            with self.assertRaisesRegex(DecodingFailed, "window above 8 MiB"):
                decode(ZSTD, raw)
        # An eighth more than allowed (RFC 8878, 3.1.1.1.2).
        with self.assertRaisesRegex(DecodingFailed, "window above 8 MiB"):
            decode(ZSTD, b"\x28\xb5\x2f\xfd\x00\x69\x4b\0\0x")
        self.assertEqual(decode(ZSTD, b"\x28\xb5\x2f\xfd\x00\x68\x4b\0\0x"), b"x" * 9)

    def test_single_segment_is_its_own_window(self) -> None:
        """Its length is what must be kept in memory (RFC 8878, 3.1.1.1.1.2)."""
        size = (8 << 20) + 1
        head = b"\x28\xb5\x2f\xfd\xa0"
        with self.assertRaisesRegex(DecodingFailed, "window above 8 MiB"):
            decode(ZSTD, head + size.to_bytes(4, "little") + b"\x4b\0\0x")


class FrameTests(SynchronousTestCase):
    """What a frame says of itself must be so."""

    def fails(self, raw: bytes) -> str:
        error = self.assertRaises(DecodingFailed, decode, ZSTD, raw)
        bytewise = [raw[i : i + 1] for i in range(len(raw))]
        self.assertRaises(DecodingFailed, decode, ZSTD, *bytewise)
        return str(error)

    def test_check_sum(self) -> None:
        """Each bit of it counts."""
        raw = frame(TEXT)
        for place in range(1, 5):
            for bit in range(8):
                hurt = bytearray(raw)
                hurt[-place] ^= 1 << bit
                self.assertIn("checksum", self.fails(bytes(hurt)))

    def test_length(self) -> None:
        """More or less than the frame says: with and without a check sum."""
        raw = b"\x28\xb5\x2f\xfd\x20\x02\x11\x00\x00hi"
        self.assertEqual(decode(ZSTD, raw), b"hi")
        for size in (0, 1, 3, 255):
            hurt = bytearray(raw)
            hurt[5] = size
            self.fails(bytes(hurt))

    def test_dictionary_is_not_known(self) -> None:
        """The content coding has none; ``dcz`` is another one (RFC 9842)."""
        self.assertIn("zstd", self.fails(b"\x28\xb5\x2f\xfd\x21\x07\x02\x11\0\0hi"))

    def test_reserved_bits(self) -> None:
        """Of the descriptor, and the block type that is none."""
        self.fails(b"\x28\xb5\x2f\xfd\x28\x02\x11\x00\x00hi")
        self.fails(b"\x28\xb5\x2f\xfd\x20\x02\x17\x00\x00hi")

    def test_old_formats_are_refused(self) -> None:
        """Versions 0.1 to 0.7, before the format was settled."""
        for magic in (0x1E, *range(0x22, 0x28)):
            self.fails(bytes([magic]) + b"\xb5\x2f\xfd" + frame(TEXT)[4:])

    def test_every_kind_of_skippable_frame(self) -> None:
        """All sixteen; a seventeenth is none."""
        for kind in range(16):
            raw = skippable(b"data", kind) + frame(TEXT)
            self.assertEqual(decode(ZSTD, raw), TEXT)
        self.fails(skippable(b"data", 16) + frame(TEXT))

    def test_long_skippable_frame_costs_nothing(self) -> None:
        """Longer than any window; and it must come in whole."""
        raw = skippable(bytes(9 << 20))
        self.assertEqual(decode(ZSTD, raw, frame(TEXT)), TEXT)
        error = self.assertRaises(DecodingFailed, decode, ZSTD, raw[:-1])
        self.assertIn("too early", str(error))
