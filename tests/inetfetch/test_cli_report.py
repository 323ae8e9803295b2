"""Exit codes by kind of trouble, and text that cannot hurt a terminal."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet.inetfetch.command.report import (
    Exit,
    Refused,
    Trouble,
    exit_code,
    printable,
    size_words,
)


class ExitCodes(SynchronousTestCase):
    """The numbers that scripts rely on."""

    def test_the_numbers_are_fixed(self):
        """Changing one breaks somebody's script."""
        self.assertEqual(
            {code.name: int(code) for code in Exit},
            {
                "WELL": 0,
                "FAILED": 1,
                "USAGE": 2,
                "CONNECT": 3,
                "TIME": 4,
                "STATUS": 5,
                "CERTIFICATE": 6,
                "LOCAL": 7,
                "INTERRUPTED": 130,
                "PIPE": 141,
                "TERMINATED": 143,
            },
        )

    def test_each_kind_of_trouble_has_its_number(self):
        """The most special wins: a refused address is a server not reached."""
        for error, code in (
            (errors.NameNotResolved(), 3),
            (errors.CannotConnect(), 3),
            (errors.PolicyRefused(), 3),
            (errors.ProxyServerUnreachable(), 3),
            (errors.InvalidProxyRequest(), 3),
            (errors.Timeout(), 4),
            (errors.UnexpectedStatus(status_code=404), 5),
            (errors.LoginFailure(), 5),
            (errors.IncorrectPassword(), 5),
            (errors.SecCertDateInvalid(), 6),
            (errors.InvalidCa(), 6),
            (errors.SecurityChannelError(), 6),
            (errors.SecureFailureProxy(), 6),
            (errors.ClientAuthCertNeededProxy(), 6),
            (errors.InvalidUrl(), 2),
            (errors.UnrecognizedScheme(), 2),
            (errors.FileExists(), 7),
            (errors.FileNotFound(), 7),
            (errors.AccessDenied(), 7),
            (errors.UnableToCacheFile(), 7),
            (errors.Truncated(), 1),
            (errors.ConnectionReset(), 1),
            (errors.HttpRedirectFailed(), 1),
            (errors.ExtendedError(), 5),
            (PermissionError(), 7),
            (ValueError(), 1),
            (Trouble("", Exit.LOCAL), 7),
            (Refused("", 404), 5),
        ):
            self.assertEqual(exit_code(error), code, repr(error))


class Text(SynchronousTestCase):
    """What is written for people."""

    def test_plain_text_stays(self):
        """Letters of all scripts are plain."""
        for text in ("", "plain", "größe 価格 цена", "a\N{NO-BREAK SPACE}b"):
            self.assertEqual(printable(text), text)

    def test_what_steers_a_terminal_is_escaped(self):
        """Escape sequences, line ends, marks that turn text, lone surrogates."""
        for text, shown in (
            ("\x1b[2Ja", "\\x1b[2Ja"),
            ("a\nb\r", "a\\nb\\r"),
            ("\x9b31m", "\\x9b31m"),
            ("exe.\u202egpj", "exe.\\u202egpj"),
            ("\udc80", "\\udc80"),
            ("\u2028", "\\u2028"),
        ):
            self.assertEqual(printable(text), shown)
            self.assertTrue(printable(text).isascii())

    def test_sizes_have_three_or_four_figures(self):
        """And never a thousand of a unit."""
        for size, words in (
            (None, "?"),
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999949, "999.9 kB"),
            (999951, "1.0 MB"),
            (34_500_000, "34.5 MB"),
            (5 * 10**9, "5.0 GB"),
            (2 * 10**12, "2.0 TB"),
            (10**16, "10.0 PB"),
        ):
            self.assertEqual(size_words(size), words)
