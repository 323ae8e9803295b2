"""The table of options against values typed in from WinINet's lists."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet.options import OPTIONS, Kind, Option, OptionType, Unit

NUMBERS = {
    *(2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 21, 23, 28, 29, 31, 32, 33, 34, 35, 36, 37),
    *(38, 39, 40, 41, 42, 43, 44, 45, 50, 58, 59, 62, 63, 65, 67, 69, 73, 74, 75),
    *(76, 77, 81, 84, 85, 86, 89, 94, 95, 100, 101, 102, 103, 104, 105, 147, 148),
    *(149, 155, 157),
}


def kinds(letters):
    return frozenset(Kind(letter) for letter in letters)


class OptionTests(SynchronousTestCase):
    def test_every_option_has_one_row(self):
        """Options and rows are the same set, and it is WinINet's."""
        self.assertEqual({int(option) for option in Option}, NUMBERS)
        self.assertEqual(set(OPTIONS), set(Option))
        for option, row in OPTIONS.items():
            self.assertIs(row.number, option)

    def test_older_names_are_the_same_options(self):
        """FTP's names for the two time limits."""
        self.assertIs(Option.CONTROL_SEND_TIMEOUT, Option.SEND_TIMEOUT)
        self.assertIs(Option.CONTROL_RECEIVE_TIMEOUT, Option.RECEIVE_TIMEOUT)

    def test_known_rows_say_what_the_lists_say(self):
        """A sample of access, type, unit and place."""
        for option, number, access, form, unit, letters in (
            (Option.CONNECT_TIMEOUT, 2, "qs", "u32", "seconds", "NRSQFU"),
            (Option.HANDLE_TYPE, 9, "q", "u32", "", "RSQFU"),
            (Option.READ_BUFFER_SIZE, 12, "qs", "u32", "bytes", "F"),
            (Option.REQUEST_FLAGS, 23, "q", "u32", "", "Q"),
            (Option.PASSWORD, 29, "qs", "str", "", "SQ"),
            (Option.URL, 34, "q", "str", "", "QFU"),
            (Option.PROXY, 38, "qs", "struct", "", "NR"),
            (Option.SETTINGS_CHANGED, 39, "s", "none", "", "NRSQFU"),
            (Option.USER_AGENT, 41, "qs", "str", "", "R"),
            (Option.REQUEST_PRIORITY, 58, "qs", "i32", "", "Q"),
            (Option.HTTP_DECODING, 65, "s", "bool", "", "RSQ"),
            (Option.MAX_CONNS_PER_SERVER, 73, "qs", "u32", "", "N"),
            (Option.SERVER_CERT_CHAIN_CONTEXT, 105, "q", "ptr", "", "Q"),
            (Option.COMPRESSED_CONTENT_LENGTH, 147, "q", "u64", "bytes", "Q"),
            (Option.HSTS, 157, "qs", "bool", "", "RSQFU"),
        ):
            row = OPTIONS[option]
            self.assertEqual(int(option), number)
            self.assertEqual(
                (row.access, row.type, row.unit, row.kinds),
                (access, OptionType(form), Unit(unit), kinds(letters)),
                option,
            )

    def test_time_limits_count_seconds(self):
        """Whatever WinINet has in milliseconds is in seconds here."""
        timed = {option for option, row in OPTIONS.items() if row.unit is Unit.SECONDS}
        self.assertEqual({int(option) for option in timed}, {2, 5, 6, 7, 8, 11, 63})

    def test_table_cannot_be_changed(self):
        """It is shared by all sessions."""
        with self.assertRaises(TypeError):
            OPTIONS[Option.URL] = None  # type: ignore[index]  # what is tested
        with self.assertRaises(AttributeError):
            OPTIONS[Option.URL].meaning = ""  # type: ignore[misc]  # likewise

    def test_rows_are_whole(self):
        """Every row lives somewhere and says what it does."""
        for row in OPTIONS.values():
            self.assertTrue(row.kinds)
            self.assertTrue(row.meaning.endswith("."))
            self.assertEqual(row.access, "q" * row.queryable + "s" * row.settable)
