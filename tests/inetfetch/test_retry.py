"""Retries: which errors pass, how long to wait, how an error is told."""

from __future__ import annotations

import errno
import os

from twisted.trial import unittest

from twinet import errors
from twinet.inetfetch.fetch.retry import (
    RetryRule,
    StatusRefused,
    Unsuitable,
    describe,
    parse_retry_after,
    passes,
)


class PassesTests(unittest.SynchronousTestCase):
    def test_troubles_of_the_network_pass(self):
        """They are worth another attempt."""
        for kind in [
            errors.Timeout,
            errors.CannotConnect,
            errors.ConnectionAborted,
            errors.ConnectionReset,
            errors.Truncated,
            errors.NameNotResolved,
        ]:
            self.assertTrue(passes(kind("x")), kind)

    def test_answers_that_say_not_now_pass(self):
        """All other statuses are final."""
        passing = {
            status
            for status in range(300, 600)
            if passes(StatusRefused(status, "", None))
        }
        self.assertEqual(passing, {408, 425, 429, 500, 502, 503, 504})

    def test_everything_else_is_final(self):
        """Asking again would give the same."""
        for error in [
            errors.PolicyRefused("x"),
            errors.InvalidCa("x"),
            errors.SecCertDateInvalid("x"),
            errors.HttpInvalidServerResponse("x"),
            errors.InvalidUrl("x"),
            errors.HttpRedirectFailed("x"),
            OSError(errno.ENOSPC, "full"),
            Unsuitable("x"),
            ValueError("x"),
        ]:
            self.assertFalse(passes(error), error)


class WaitTests(unittest.SynchronousTestCase):
    def waits(self, random, *, retry_after=None, tries=12):
        rule = RetryRule()
        return [
            rule.wait(number, retry_after, lambda: random)
            for number in range(1, tries + 1)
        ]

    def test_wait_doubles_up_to_the_longest(self):
        """2, 4, 8 ... 300 seconds."""
        self.assertEqual(
            self.waits(0.0), [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
        )

    def test_jitter_takes_up_to_half(self):
        """Jobs that failed together do not come back together."""
        self.assertEqual(self.waits(1.0, tries=3), [1, 2, 4])

    def test_what_the_server_asks_for_is_honoured(self):
        """At least so long, but not for ever."""
        self.assertEqual(self.waits(0.0, retry_after=10, tries=5), [10, 10, 10, 16, 32])
        self.assertEqual(self.waits(0.0, retry_after=1e9, tries=1), [3600])

    def test_thousandth_attempt_does_not_overflow(self):
        """However often somebody configures it."""
        self.assertEqual(RetryRule().wait(5000, None, lambda: 0.0), 300)


class RetryAfterTests(unittest.SynchronousTestCase):
    def test_seconds_and_dates_are_read(self):
        """Both forms of RFC 9110, 10.2.3."""
        now = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT
        for value, seconds in [
            ("0", 0),
            ("120", 120),
            (" 7 ", 7),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ]:
            self.assertEqual(parse_retry_after(value, now), seconds, value)

    def test_nonsense_is_no_wish(self):
        """A number of a thousand digits is not one either."""
        for value in [None, "", "soon", "-5", "1.5", "١٢", "Sun, 99 Nov 1994"]:
            self.assertIsNone(parse_retry_after(value, 0.0), value)
        self.assertEqual(parse_retry_after("9" * 1000, 0.0), 999_999_999)


class DescribeTests(unittest.SynchronousTestCase):
    def test_error_of_the_library_has_its_class_and_code(self):
        """So that a program can tell them apart."""
        record = describe(errors.Timeout("too slow"), 5.0)
        self.assertEqual((record["class"], record["code"]), ("Timeout", 12002))
        self.assertIn("too slow", record["text"])
        self.assertEqual(record["at"], 5.0)

    def test_status_is_told(self):
        """With its number, and in words."""
        record = describe(StatusRefused(404, "Not Found", None), 5.0)
        self.assertEqual(record["class"], "UnexpectedStatus")
        self.assertEqual((record["code"], record["status"]), (12003, 404))
        self.assertEqual(record["text"], "the server answered 404 Not Found")

    def test_error_of_the_disk_says_what_to_do(self):
        """The person has a disk to look after."""
        for number, words in [
            (errno.ENOSPC, "free some space"),
            (errno.EDQUOT, "quota"),
            (errno.EACCES, "permissions"),
            (errno.EROFS, "read-only"),
            (errno.EIO, "cannot be written"),
        ]:
            record = describe(OSError(number, os.strerror(number), "/d/f"), 5.0)
            self.assertIn(words, record["text"])
            self.assertIn("/d/f", record["text"])
            self.assertEqual(record["code"], number)

    def test_fault_of_the_program_is_called_so(self):
        """It is not blamed on the server."""
        record = describe(ValueError("x"), 5.0)
        self.assertIn("fault in the daemon", record["text"])
        self.assertIsNone(record["code"])
