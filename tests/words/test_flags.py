"""Flags and small enumerations against values typed in from WinINet's header."""

from __future__ import annotations

import inspect

from twisted.trial.unittest import SynchronousTestCase

from twinet import flags
from twinet.flags import Flag, SecurityFlag


class FlagTests(SynchronousTestCase):
    def test_request_flags_have_the_headers_values(self):
        """Every name of INTERNET_FLAG_... and its value."""
        self.assertEqual(
            {name: int(flag) for name, flag in Flag.__members__.items()},
            {
                "RELOAD": 0x80000000,
                "RAW_DATA": 0x40000000,
                "EXISTING_CONNECT": 0x20000000,
                "ASYNC": 0x10000000,
                "PASSIVE": 0x08000000,
                "NO_CACHE_WRITE": 0x04000000,
                "DONT_CACHE": 0x04000000,
                "MAKE_PERSISTENT": 0x02000000,
                "FROM_CACHE": 0x01000000,
                "OFFLINE": 0x01000000,
                "SECURE": 0x00800000,
                "KEEP_CONNECTION": 0x00400000,
                "NO_AUTO_REDIRECT": 0x00200000,
                "READ_PREFETCH": 0x00100000,
                "NO_COOKIES": 0x00080000,
                "NO_AUTH": 0x00040000,
                "RESTRICTED_ZONE": 0x00020000,
                "CACHE_IF_NET_FAIL": 0x00010000,
                "IGNORE_REDIRECT_TO_HTTP": 0x8000,
                "IGNORE_REDIRECT_TO_HTTPS": 0x4000,
                "IGNORE_CERT_DATE_INVALID": 0x2000,
                "IGNORE_CERT_CN_INVALID": 0x1000,
                "RESYNCHRONIZE": 0x800,
                "HYPERLINK": 0x400,
                "NO_UI": 0x200,
                "PRAGMA_NOCACHE": 0x100,
                "CACHE_ASYNC": 0x80,
                "FORMS_SUBMIT": 0x40,
                "FWD_BACK": 0x20,
                "NEED_FILE": 0x10,
                "MUST_CACHE_REQUEST": 0x10,
                "TRANSFER_ASCII": 1,
                "TRANSFER_BINARY": 2,
                # Our own, beyond what fits into a DWORD.
                "PRE_AUTH": 1 << 32,
                "SUPPRESS_SERVER_AUTH": 1 << 33,
                "THIRD_PARTY": 1 << 34,
            },
        )

    def test_each_flag_acts_or_says_that_it_does_not(self):
        """What acts is tested with requests (tests/handles/test_request_flags.py)."""
        acts = (
            *(Flag.NO_CACHE_WRITE, Flag.FROM_CACHE, Flag.SECURE, Flag.KEEP_CONNECTION),
            *(Flag.NO_AUTO_REDIRECT, Flag.NO_COOKIES, Flag.NO_AUTH, Flag.ASYNC),
            *(Flag.IGNORE_REDIRECT_TO_HTTP, Flag.IGNORE_CERT_DATE_INVALID),
            *(Flag.IGNORE_CERT_CN_INVALID, Flag.PRAGMA_NOCACHE),
            *(Flag.PRE_AUTH, Flag.SUPPRESS_SERVER_AUTH, Flag.THIRD_PARTY),
        )
        source = inspect.getsource(Flag)
        for name, flag in Flag.__members__.items():
            if name != flag.name:
                continue
            text = source.partition(f"    {name} = ")[2].split('"""')[1]
            self.assertEqual("No effect" in text, flag not in acts, f"{name}: {text}")

    def test_masks_have_the_headers_values(self):
        """The masks are the ors of their members."""
        self.assertEqual(flags.SECURITY_INTERNET_MASK, 0xF000)
        self.assertEqual(flags.SECURITY_SET_MASK, 0x3380)
        self.assertEqual(flags.FTP_TRANSFER_TYPE_MASK, 3)
        self.assertEqual(flags.NO_CALLBACK, 0)
        known = Flag(0)
        for flag in Flag:
            if flag < 1 << 32:
                known |= flag
        self.assertEqual(
            flags.FLAGS_MASK, known & ~(Flag.RESTRICTED_ZONE | Flag.FWD_BACK)
        )

    def test_security_flags_have_the_headers_values(self):
        """A sample over the whole word; older names are the same members."""
        self.assertEqual(SecurityFlag.SECURE, 1)
        self.assertEqual(SecurityFlag.IETFSSL4, 0x20)
        self.assertEqual(SecurityFlag.IGNORE_REVOCATION, 0x80)
        self.assertEqual(SecurityFlag.IGNORE_UNKNOWN_CA, 0x100)
        self.assertEqual(SecurityFlag.IGNORE_WRONG_USAGE, 0x200)
        self.assertEqual(SecurityFlag.IGNORE_WEAK_SIGNATURE, 0x10000)
        self.assertEqual(SecurityFlag.FORTEZZA, 0x08000000)
        self.assertIs(SecurityFlag.NORMALBITNESS, SecurityFlag.STRENGTH_WEAK)
        self.assertEqual(SecurityFlag.STRENGTH_MEDIUM, 0x40000000)
        self.assertEqual(SecurityFlag.UNKNOWNBIT, 0x80000000)

    def test_security_flags_share_bits_with_request_flags(self):
        """The four faults are let pass by the same bits in both words."""
        for name in (
            "IGNORE_CERT_CN_INVALID",
            "IGNORE_CERT_DATE_INVALID",
            "IGNORE_REDIRECT_TO_HTTP",
            "IGNORE_REDIRECT_TO_HTTPS",
        ):
            self.assertEqual(int(Flag[name]), int(SecurityFlag[name]))

    def test_enumerations_have_the_headers_values(self):
        """The small ones, whole."""
        for kind, values in (
            (flags.OpenType, [0, 1, 3, 4]),
            (flags.Service, [0, 1, 2, 3]),
            (flags.Port, [0, 21, 70, 80, 443, 1080]),
            (flags.FtpTransferType, [0, 1, 2]),
            (flags.Scheme, list(range(-2, 12))),
            (flags.HandleType, list(range(1, 15))),
            (flags.FindMethod, [0, 1, 2]),
            (flags.RequestFlag, [1, 2, 4, 8, 0x10, 0x40, 0x80]),
            (flags.Irf, [1, 4, 8]),
            (flags.Hsr, [1, 4, 8, 0x10, 0x20]),
            (flags.ApiFlag, [1, 4, 8]),
        ):
            self.assertEqual([int(member) for member in kind], values, kind)
        self.assertEqual(flags.Scheme.HTTPS, 4)
        self.assertEqual(flags.HandleType.HTTP_REQUEST, 13)
        self.assertEqual(flags.HandleType.GOPHER_FILE, 11)
        self.assertIs(flags.Irf.NO_WAIT, flags.Irf.USE_CONTEXT)
        self.assertIs(flags.Hsr.INITIATE, flags.Hsr.USE_CONTEXT)

    def test_other_words_have_the_headers_values(self):
        """URL, cookie and access flags."""
        self.assertEqual(
            {name: int(flag) for name, flag in flags.Icu.__members__.items()},
            {
                "ESCAPE": 0x80000000,
                "USERNAME": 0x40000000,
                "NO_ENCODE": 0x20000000,
                "DECODE": 0x10000000,
                "NO_META": 0x08000000,
                "ENCODE_SPACES_ONLY": 0x04000000,
                "BROWSER_MODE": 0x02000000,
                "ENCODE_PERCENT": 0x1000,
                "ESCAPE_AUTHORITY": 0x2000,
            },
        )
        self.assertEqual(flags.CookieFlag.HTTPONLY, 0x2000)
        self.assertEqual(flags.CookieFlag.THIRD_PARTY, 0x10)
        self.assertEqual(flags.CookieFlag.EVALUATE_P3P, 0x40)
        self.assertEqual(flags.CookieFlag.APPLY_P3P, 0x80)
        self.assertEqual(flags.Access.READ, 0x80000000)
        self.assertEqual(flags.Access.WRITE, 0x40000000)
