"""Foreign failures into ours."""

from __future__ import annotations

import errno
import socket

from OpenSSL import SSL
from twisted.internet import defer
from twisted.internet import error as net
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._net.translate import translate, words

TABLE = [
    (net.ConnectionRefusedError(111, "x"), errors.CannotConnect, "connection refused"),
    (net.NoRouteError(113, "No route to host"), errors.CannotConnect, "no route to"),
    (net.TCPTimedOutError(110, "x"), errors.CannotConnect, "no answer"),
    (net.TimeoutError(), errors.CannotConnect, "no answer"),
    (
        net.ConnectBindError(99, "Cannot assign requested address"),
        errors.CannotConnect,
        "cannot assign requested address",
    ),
    (
        net.ConnectError(24, "Too many open files"),
        errors.CannotConnect,
        "too many open files",
    ),
    (
        net.ConnectError(string=Failure(net.ConnectionLost("x"))),
        errors.CannotConnect,
        "the connection was lost",
    ),
    (net.ConnectError(), errors.CannotConnect, "ConnectError"),
    (net.UnknownHostError(), errors.NameNotResolved, "UnknownHostError"),
    (net.DNSLookupError("no h"), errors.NameNotResolved, "no h"),
    (
        socket.gaierror(socket.EAI_NONAME, "Name not known"),
        errors.NameNotResolved,
        "name not known",
    ),
    (net.ConnectionLost(), errors.ConnectionAborted, "the connection was lost"),
    (net.ConnectionAborted(), errors.ConnectionAborted, "closed on this side"),
    (net.ConnectionDone(), errors.ConnectionAborted, "the other side closed"),
    (
        ConnectionResetError(104, "Connection reset by peer"),
        errors.ConnectionReset,
        "connection reset by peer",
    ),
    (BrokenPipeError(32, "Broken pipe"), errors.ConnectionReset, "broken pipe"),
    (OSError(errno.ENETRESET, "Gone"), errors.ConnectionReset, "gone"),
    (OSError(errno.EMFILE, "Too many"), errors.CannotConnect, "too many"),
    (OSError(errno.EHOSTUNREACH, "No route"), errors.CannotConnect, "no route"),
    (ConnectionRefusedError(111, "No"), errors.CannotConnect, "no"),
    (ConnectionAbortedError(103, "No"), errors.ConnectionAborted, "no"),
    (OSError(errno.ETIMEDOUT, "Timed out"), errors.Timeout, "timed out"),
    (TimeoutError(), errors.Timeout, "TimeoutError"),
    (defer.TimeoutError("late"), errors.Timeout, "late"),
    (defer.CancelledError(), errors.OperationCancelled, "cancelled"),
    (net.ConnectingCancelledError(None), errors.OperationCancelled, "cancelled"),
    (
        SSL.Error([("SSL routines", "", "wrong version number")]),
        errors.SecurityChannelError,
        "wrong version number",
    ),
    (SSL.SysCallError(-1, "Unexpected EOF"), errors.SecurityChannelError, "EOF"),
    (SSL.ZeroReturnError(), errors.SecurityChannelError, "ZeroReturnError"),
    (MemoryError(), errors.NotEnoughMemory, "MemoryError"),
    (OSError(errno.ENOSPC, "No space"), errors.InternalError, "no space"),
    (ValueError("What is this"), errors.InternalError, "ValueError: what is this"),
]


class TranslateTests(SynchronousTestCase):
    """The table."""

    def test_every_known_failure_has_its_error(self):
        """With its words, and the exception kept as the cause."""
        for exception, kind, text in TABLE:
            for reason in (exception, Failure(exception)):
                error = translate(reason)
                self.assertIs(type(error), kind, repr(exception))
                self.assertIn(text, error.message)
                self.assertIs(error.__cause__, exception)
                self.assertNotIn("\n", error.message)

    def test_error_of_ours_comes_back_as_it_is(self):
        """With the message it had."""
        error = errors.Timeout("slow")
        self.assertIs(translate(error, "anything"), error)
        self.assertIs(translate(Failure(error)), error)
        self.assertEqual(words(error), "slow")
        self.assertEqual(words(errors.Timeout()), errors.Timeout.meaning)

    def test_what_was_done_begins_the_message(self):
        """As far as it is known."""
        error = translate(net.ConnectionRefusedError(), "connecting to h:80")
        self.assertEqual(error.message, "connecting to h:80: connection refused")

    def test_words_read_on_in_a_sentence(self):
        """Without a capital, a line break or a full stop."""
        self.assertEqual(words(ValueError("Bad\n  thing.")), "bad thing")
        self.assertEqual(words(ValueError("TLS is off")), "TLS is off")
        self.assertEqual(words(ValueError()), "ValueError")
