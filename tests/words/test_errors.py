"""The tree of errors: numbers, names, bases, texts and copies."""

from __future__ import annotations

import builtins
import copy
import pickle

from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twinet import _error_table as table
from twinet import errors

#: Typed in from WinINet's lists, not from the table under test.
EXPECTED = {
    0: ("Success", "ERROR_SUCCESS"),
    2: ("FileNotFound", "ERROR_FILE_NOT_FOUND"),
    6: ("InvalidHandle", "ERROR_INVALID_HANDLE"),
    14: ("Outofmemory", "ERROR_OUTOFMEMORY"),
    80: ("FileExists", "ERROR_FILE_EXISTS"),
    87: ("InvalidParameter", "ERROR_INVALID_PARAMETER"),
    161: ("BadPathname", "ERROR_BAD_PATHNAME"),
    997: ("IoPending", "ERROR_IO_PENDING"),
    1223: ("Cancelled", "ERROR_CANCELLED"),
    4317: ("OperationNotAllowed", "ERROR_INVALID_OPERATION"),
    12002: ("Timeout", "ERROR_INTERNET_TIMEOUT"),
    12003: ("ExtendedError", "ERROR_INTERNET_EXTENDED_ERROR"),
    12004: ("InternalError", "ERROR_INTERNET_INTERNAL_ERROR"),
    12005: ("InvalidUrl", "ERROR_INTERNET_INVALID_URL"),
    12006: ("UnrecognizedScheme", "ERROR_INTERNET_UNRECOGNIZED_SCHEME"),
    12007: ("NameNotResolved", "ERROR_INTERNET_NAME_NOT_RESOLVED"),
    12012: ("Shutdown", "ERROR_INTERNET_SHUTDOWN"),
    12016: ("InvalidOperation", "ERROR_INTERNET_INVALID_OPERATION"),
    12017: ("OperationCancelled", "ERROR_INTERNET_OPERATION_CANCELLED"),
    12018: ("IncorrectHandleType", "ERROR_INTERNET_INCORRECT_HANDLE_TYPE"),
    12019: ("IncorrectHandleState", "ERROR_INTERNET_INCORRECT_HANDLE_STATE"),
    12026: ("RequestPending", "ERROR_INTERNET_REQUEST_PENDING"),
    12029: ("CannotConnect", "ERROR_INTERNET_CANNOT_CONNECT"),
    12030: ("ConnectionAborted", "ERROR_INTERNET_CONNECTION_ABORTED"),
    12031: ("ConnectionReset", "ERROR_INTERNET_CONNECTION_RESET"),
    12036: ("HandleExists", "ERROR_INTERNET_HANDLE_EXISTS"),
    12037: ("SecCertDateInvalid", "ERROR_INTERNET_SEC_CERT_DATE_INVALID"),
    12039: ("HttpToHttpsOnRedir", "ERROR_INTERNET_HTTP_TO_HTTPS_ON_REDIR"),
    12055: ("SecCertErrors", "ERROR_INTERNET_SEC_CERT_ERRORS"),
    12060: ("HttpHstsRedirectRequired", "ERROR_HTTP_HSTS_REDIRECT_REQUIRED"),
    12062: ("SecCertWeakSignature", "ERROR_INTERNET_SEC_CERT_WEAK_SIGNATURE"),
    12110: ("FtpTransferInProgress", "ERROR_FTP_TRANSFER_IN_PROGRESS"),
    12112: ("FtpNoPassiveMode", "ERROR_FTP_NO_PASSIVE_MODE"),
    12130: ("GopherProtocolError", "ERROR_GOPHER_PROTOCOL_ERROR"),
    12138: ("GopherUnknownLocator", "ERROR_GOPHER_UNKNOWN_LOCATOR"),
    12150: ("HttpHeaderNotFound", "ERROR_HTTP_HEADER_NOT_FOUND"),
    12152: ("HttpInvalidServerResponse", "ERROR_HTTP_INVALID_SERVER_RESPONSE"),
    12156: ("HttpRedirectFailed", "ERROR_HTTP_REDIRECT_FAILED"),
    12157: ("SecurityChannelError", "ERROR_INTERNET_SECURITY_CHANNEL_ERROR"),
    12170: ("SecCertRevoked", "ERROR_INTERNET_SEC_CERT_REVOKED"),
    12175: ("DecodingFailed", "ERROR_INTERNET_DECODING_FAILED"),
    12188: ("SecureFailureProxy", "ERROR_INTERNET_SECURE_FAILURE_PROXY"),
}

#: Every number there is, by its ranges; the gaps are WinINet's.
CODES = {
    *(0, 2, 5, 6, 8, 14, 18, 80, 87, 122, 123, 160, 161, 234, 259, 997, 1223, 2250),
    4317,
    *(set(range(12001, 12058)) - {12035, 12051}),
    *(12060, 12062, 12110, 12111, 12112),
    *range(12130, 12139),
    *(set(range(12150, 12176))),
    *(12187, 12188),
}


class ErrorTests(SynchronousTestCase):
    def test_known_numbers_have_their_classes_and_constants(self):
        """A sample of all families is as WinINet's header has it."""
        for code, (class_name, constant) in EXPECTED.items():
            kind = errors.for_code(code)
            self.assertEqual(
                (kind.__name__, kind.name, kind.code), (class_name, constant, code)
            )
            self.assertIs(getattr(errors, class_name), kind)

    def test_every_number_has_a_class_of_its_own(self):
        """No number is missing, none is there twice, and no name is."""
        rows = table.ERRORS
        self.assertEqual({row.code for row in rows}, CODES)
        for values in (
            [row.code for row in rows],
            [row.constant for row in rows],
            [row.class_name for row in rows],
            [row.meaning for row in rows],
        ):
            self.assertEqual(len(values), len(set(values)))

    def test_for_code_each_number_leads_back_to_it(self):
        """for_code and code are inverse, and the subclasses of ours do not hide it."""
        for code in CODES:
            self.assertEqual(errors.for_code(code).code, code)
            self.assertNotIn(errors.for_code(code).__name__, {"Truncated"})

    def test_for_code_unknown_number_says_so(self):
        """A number that nobody has is an invalid parameter."""
        problem = self.assertRaises(errors.InvalidParameter, errors.for_code, 12035)
        self.assertIn("12035", str(problem))

    def test_families_have_their_members(self):
        """A family catches all of its codes and nothing else."""
        families = {
            errors.CertificateFault: {
                *(12037, 12038, 12045, 12055, 12056, 12057, 12062, 12169, 12170)
            },
            errors.FtpError: {12110, 12111, 12112},
            errors.GopherError: set(range(12130, 12139)),
            errors.HttpError: {
                *(12060, 12150, 12151, 12152, 12153, 12154, 12155, 12156),
                *(12160, 12161, 12162, 12168),
            },
        }
        for family, codes in families.items():
            members = {
                code for code in CODES if issubclass(errors.for_code(code), family)
            }
            self.assertEqual(members, codes)

    def test_well_known_exceptions_catch_their_twins(self):
        """Some errors are Python's or Twisted's as well."""
        for kind, base in (
            (errors.Timeout, builtins.TimeoutError),
            (errors.CannotConnect, builtins.ConnectionError),
            (errors.FileExists, builtins.FileExistsError),
            (errors.FileNotFound, builtins.FileNotFoundError),
            (errors.OperationCancelled, CancelledError),
        ):
            with self.assertRaises(base) as caught:
                raise kind("so it was")
            self.assertEqual(caught.exception.message, "so it was")
        self.assertTrue(Failure(errors.OperationCancelled()).check(CancelledError))

    def test_subclasses_of_ours_share_the_code_above(self):
        """They and their rows in the table agree."""
        for row in table.OWN:
            kind = getattr(errors, row.class_name)
            parent = getattr(errors, row.parent)
            self.assertEqual(kind.__bases__, (parent,))
            self.assertEqual((kind.code, kind.name), (parent.code, parent.name))
            self.assertEqual(kind.meaning, row.meaning)
            self.assertIn(row.advice.split(",")[0], " ".join(kind.__doc__.split()))

    def test_str_ends_with_constant_and_number(self):
        """The message stands first, or the meaning when there is none."""
        self.assertEqual(
            str(errors.Timeout("no answer within 3 s")),
            "no answer within 3 s [ERROR_INTERNET_TIMEOUT 12002]",
        )
        self.assertEqual(
            str(errors.FileExists()),
            "A file of that name exists already [ERROR_FILE_EXISTS 80]",
        )
        self.assertEqual(
            str(errors.OperationCancelled("closed")),
            "closed [ERROR_INTERNET_OPERATION_CANCELLED 12017]",
        )

    def test_copies_keep_everything(self):
        """Copy, deep copy and pickle round trips lose nothing, for every class."""
        kinds = [errors.for_code(code) for code in sorted(CODES)]
        kinds += [errors.Truncated, errors.PolicyRefused, errors.InternetError]
        for kind in kinds:
            error = kind("went wrong", server_text="550 no")
            for twin in (
                copy.copy(error),
                copy.deepcopy(error),
                *(
                    pickle.loads(pickle.dumps(error, protocol))
                    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
                ),
            ):
                self.assertIs(type(twin), kind)
                self.assertEqual(
                    (twin.message, twin.server_text, twin.args, str(twin)),
                    ("went wrong", "550 no", ("went wrong",), str(error)),
                )

    def test_copy_of_unexpected_status_keeps_the_status(self):
        """A constructor that needs a keyword does not hinder a copy."""
        error = errors.UnexpectedStatus("gone", status_code=410, server_text="x")
        for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
            self.assertEqual((twin.status_code, twin.server_text), (410, "x"))
        self.assertEqual(str(error), "gone [ERROR_INTERNET_EXTENDED_ERROR 12003]")

    def test_copy_keeps_the_cause(self):
        """A copied error still says what was behind it."""
        cause = OSError("behind it")
        error = errors.CannotConnect("refused")
        error.__cause__ = cause
        twin = copy.copy(error)
        self.assertIs(twin.__cause__, cause)
        self.assertTrue(twin.__suppress_context__)

    def test_table_texts_have_their_form(self):
        """Meanings are short and without a full stop, advice ends with one."""
        for row in table.ERRORS:
            self.assertTrue(0 < len(row.meaning) <= 70, row)
            self.assertFalse(row.meaning.endswith("."), row)
            self.assertTrue(not row.advice or row.advice.endswith("."), row)
