"""Every kind of certificate against every flag, over real handshakes in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import (
    DAY,
    Identity,
    other_root,
    root,
    self_signed,
    server_context,
    spoiled,
    weak_key,
)
from tests.net.handshakes import ANSWER, REQUEST, meet
from twinet import errors
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from collections.abc import Callable

HOST: Final = "www.server.example"
YESTERDAY: Final = -DAY / 2
TOMORROW: Final = DAY / 2

COLUMNS: Final = {
    "none": SecurityFlag(0),
    "revo": SecurityFlag.IGNORE_REVOCATION,
    "ca": SecurityFlag.IGNORE_UNKNOWN_CA,
    "use": SecurityFlag.IGNORE_WRONG_USAGE,
    "name": SecurityFlag.IGNORE_CERT_CN_INVALID,
    "date": SecurityFlag.IGNORE_CERT_DATE_INVALID,
    "weak": SecurityFlag.IGNORE_WEAK_SIGNATURE,
    "all": (
        SecurityFlag.IGNORE_REVOCATION
        | SecurityFlag.IGNORE_UNKNOWN_CA
        | SecurityFlag.IGNORE_WRONG_USAGE
        | SecurityFlag.IGNORE_CERT_CN_INVALID
        | SecurityFlag.IGNORE_CERT_DATE_INVALID
        | SecurityFlag.IGNORE_WEAK_SIGNATURE
    ),
}

CLASSES: Final = {
    "12037": errors.SecCertDateInvalid,
    "12038": errors.SecCertCnInvalid,
    "12045": errors.InvalidCa,
    "12062": errors.SecCertWeakSignature,
    "12169": errors.SecInvalidCert,
}

# "ok" or the code of the exact class; below, what each refusal's text must hold.
MATRIX: Final = """
                        none   revo   ca     use    name   date   weak   all
good                    ok     ok     ok     ok     ok     ok     ok     ok
wildcard                ok     ok     ok     ok     ok     ok     ok     ok
odd_entries             ok     ok     ok     ok     ok     ok     ok     ok
with_intermediate       ok     ok     ok     ok     ok     ok     ok     ok
expired                 12037  12037  12037  12037  12037  ok     12037  ok
not_yet_valid           12037  12037  12037  12037  12037  ok     12037  ok
wrong_name              12038  12038  12038  12038  ok     12038  12038  ok
wildcard_too_high       12038  12038  12038  12038  ok     12038  12038  ok
no_names                12038  12038  12038  12038  ok     12038  12038  ok
for_an_address          12038  12038  12038  12038  ok     12038  12038  ok
self_signed             12045  12045  ok     12045  12045  12045  12045  ok
other_ca                12045  12045  ok     12045  12045  12045  12045  ok
other_ca_sent           12045  12045  ok     12045  12045  12045  12045  ok
no_intermediate         12045  12045  ok     12045  12045  12045  12045  ok
wrong_usage             12169  12169  12169  ok     12169  12169  12169  ok
weak                    12062  12062  12062  12062  12062  12062  ok     ok
expired_wrong_name      12037  12037  12037  12037  12037  12038  12037  ok
expired_no_names        12037  12037  12037  12037  12037  12038  12037  ok
self_signed_wrong_name  12045  12045  12038  12045  12045  12045  12045  ok
other_ca_expired        12045  12045  12037  12045  12045  12045  12045  ok
other_ca_all_wrong      12045  12045  12037  12045  12045  12045  12045  ok
expired_intermediate    12037  12037  12037  12037  12037  ok     12037  ok
wrong_usage_and_name    12038  12038  12038  12038  12169  12038  12038  ok
issuer_is_no_ca         12045  12045  12169  12045  12045  12045  12045  ok
spoiled                 12169  12169  12169  12169  12169  12169  12169  12169
spoiled_wrong_name      12038  12038  12038  12038  12169  12038  12038  12169
name_not_permitted      12169  12169  12169  12169  12169  12169  12169  12169
"""

EXPIRED: Final = ("expired on", SecurityFlag.IGNORE_CERT_DATE_INVALID)
EARLY: Final = ("is not valid before", SecurityFlag.IGNORE_CERT_DATE_INVALID)
NAME: Final = ("is for a.example, not for", SecurityFlag.IGNORE_CERT_CN_INVALID)
NO_NAMES: Final = ("names no host", SecurityFlag.IGNORE_CERT_CN_INVALID)
SELF: Final = ("is signed by itself", SecurityFlag.IGNORE_UNKNOWN_CA)
ROOT: Final = ("the chain ends in CN=Other Root", SecurityFlag.IGNORE_UNKNOWN_CA)
ISSUER: Final = ("CN=Other Root, is neither", SecurityFlag.IGNORE_UNKNOWN_CA)
USAGE: Final = ("is not made for TLS servers", SecurityFlag.IGNORE_WRONG_USAGE)
SPOILED: Final = ("the signature of the server's certificate is wrong", SecurityFlag(0))

FAULTS: Final[dict[str, tuple[tuple[str, SecurityFlag], ...]]] = {
    "good": (),
    "wildcard": (),
    "odd_entries": (),
    "with_intermediate": (),
    "expired": (EXPIRED,),
    "not_yet_valid": (EARLY,),
    "wrong_name": (NAME,),
    "wildcard_too_high": (
        ("is for *.example, www.*.example, not", SecurityFlag.IGNORE_CERT_CN_INVALID),
    ),
    "no_names": (NO_NAMES,),
    "for_an_address": (("is for 192.0.2.1, not", SecurityFlag.IGNORE_CERT_CN_INVALID),),
    "self_signed": (SELF,),
    "other_ca": (ISSUER,),
    "other_ca_sent": (ROOT,),
    "no_intermediate": (
        ("CN=Intermediate, is neither", SecurityFlag.IGNORE_UNKNOWN_CA),
    ),
    "wrong_usage": (USAGE,),
    "weak": (
        (
            "the key of the server's certificate is too weak",
            SecurityFlag.IGNORE_WEAK_SIGNATURE,
        ),
    ),
    "expired_wrong_name": (EXPIRED, NAME),
    "expired_no_names": (EXPIRED, NO_NAMES),
    "self_signed_wrong_name": (SELF, NAME),
    "other_ca_expired": (ISSUER, EXPIRED),
    "other_ca_all_wrong": (ISSUER, EXPIRED, NAME),
    "expired_intermediate": (
        (
            "the CA certificate CN=Intermediate expired",
            SecurityFlag.IGNORE_CERT_DATE_INVALID,
        ),
    ),
    "wrong_usage_and_name": (USAGE, NAME),
    "issuer_is_no_ca": (
        ("CN=No CA is used as a CA but is none", SecurityFlag.IGNORE_UNKNOWN_CA),
        ("CN=No CA is not made for TLS servers", SecurityFlag.IGNORE_WRONG_USAGE),
    ),
    "spoiled": (SPOILED,),
    "spoiled_wrong_name": (SPOILED, NAME),
    "name_not_permitted": (("outside those its CA may speak", SecurityFlag(0)),),
}


def intermediate(**how) -> Identity:
    return root().issue([], ca=True, common_name="Intermediate", **how)


def other_ca_sent() -> Identity:
    identity = other_root().issue()
    identity.chain = [other_root().certificate]
    return identity


SERVERS: Final[dict[str, Callable[[], Identity]]] = {
    "good": lambda: root().issue(["a.example", HOST]),
    "wildcard": lambda: root().issue(["*.server.example"]),
    "odd_entries": lambda: root().issue(
        [
            x509.DNSName("192.0.2.1"),
            x509.UniformResourceIdentifier("urn:uuid:1"),
            x509.DNSName("*"),
            HOST,
        ]
    ),
    "with_intermediate": lambda: intermediate().issue(),
    "expired": lambda: root().issue(end=YESTERDAY),
    "not_yet_valid": lambda: root().issue(start=TOMORROW),
    "wrong_name": lambda: root().issue(["a.example"]),
    "wildcard_too_high": lambda: root().issue(["*.example", "www.*.example"]),
    "no_names": lambda: root().issue([], common_name=HOST),
    "for_an_address": lambda: root().issue(["192.0.2.1"]),
    "self_signed": lambda: self_signed([HOST], ca=False),
    "other_ca": lambda: other_root().issue(),
    "other_ca_sent": other_ca_sent,
    "no_intermediate": lambda: intermediate().issue(send_issuer=False),
    "wrong_usage": lambda: root().issue(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    "weak": lambda: root().issue(key=weak_key()),
    "expired_wrong_name": lambda: root().issue(["a.example"], end=YESTERDAY),
    "expired_no_names": lambda: root().issue([], end=YESTERDAY),
    "self_signed_wrong_name": lambda: self_signed(["a.example"], ca=False),
    "other_ca_expired": lambda: other_root().issue(end=YESTERDAY),
    "other_ca_all_wrong": lambda: other_root().issue(["a.example"], end=YESTERDAY),
    "expired_intermediate": lambda: intermediate(end=YESTERDAY).issue(),
    "wrong_usage_and_name": lambda: root().issue(
        ["a.example"], usage=ExtendedKeyUsageOID.CLIENT_AUTH
    ),
    "issuer_is_no_ca": lambda: root().issue([], common_name="No CA").issue(),
    "spoiled": lambda: spoiled(root().issue()),
    "spoiled_wrong_name": lambda: spoiled(root().issue(["a.example"])),
    "name_not_permitted": lambda: intermediate(constrained_to="other.example").issue(),
}


def rows() -> dict[str, dict[str, str]]:
    """Return the expected outcome of each cell."""
    head, *lines = MATRIX.strip().splitlines()
    columns = head.split()
    return {
        name: dict(zip(columns, cells, strict=True))
        for name, *cells in (line.split() for line in lines)
    }


class MatrixTests(SynchronousTestCase):
    """Each flag lets exactly its own fault through, and an error names all."""

    def check_cell(
        self,
        name: str,
        identity: Identity,
        column: str,
        expected: str,
        version: int,
    ) -> None:
        where = f"{name} / {column} / {version:#x}"
        roots = TrustRoots.from_certificates([root().certificate])
        ignore = COLUMNS[column]
        creator = TlsCreator(TlsPolicy(roots, ignore), HOST)
        meeting = meet(creator, server_context(identity, newest=version))

        # Each fault of this certificate was found, in order, and told apart.
        faults = FAULTS[name]
        self.assertEqual(
            [fault.flag for fault in creator.faults],
            [flag for _, flag in faults],
            where,
        )
        self.assertEqual(
            [fault.let_through for fault in creator.faults],
            [bool(flag & ignore) for _, flag in faults],
            where,
        )
        for fault, (words, _) in zip(creator.faults, faults, strict=True):
            self.assertIn(words, fault.words, where)

        if expected == "ok":
            self.assertEqual(meeting.client.handshakes, 1, where)
            self.assertEqual(meeting.server.received, REQUEST, where)
            self.assertEqual(meeting.client.received, ANSWER, where)
            self.assertIsNone(meeting.client.reason, where)
            return
        # Refused within the handshake: not even the server takes it for done.
        self.assertEqual(meeting.client.handshakes, 0, where)
        self.assertEqual(meeting.server.handshakes, 0, where)
        self.assertEqual(meeting.server.received, b"", where)
        self.assertEqual(meeting.client.received, b"", where)
        reason = meeting.client.reason
        self.assertIsNotNone(reason, where)
        assert reason is not None
        error = creator.explain(reason)
        self.assertIs(type(error), CLASSES[expected], where)
        self.assertEqual(error.code, int(expected), where)
        self.assertIs(error.__cause__, reason.value)
        text = str(error)
        self.assertIn(HOST, text, where)
        for words, flag in faults:
            if flag & ignore:
                self.assertNotIn(words, text, where)
            else:
                self.assertIn(words, text, where)
                self.assertIn(
                    f"SecurityFlag.{flag.name} would" if flag else "no flag lets",
                    text,
                    where,
                )

    def check(self, version: int) -> None:
        for name, cells in rows().items():
            identity = SERVERS[name]()
            for column, expected in cells.items():
                self.check_cell(name, identity, column, expected, version)

    def test_every_certificate_with_every_flag_in_tls_1_2(self):
        """Every cell of the table comes out as written, with TLS 1.2."""
        self.check(SSL.TLS1_2_VERSION)

    def test_every_certificate_with_every_flag_in_tls_1_3(self):
        """Every cell of the table comes out as written, with TLS 1.3."""
        self.check(SSL.TLS1_3_VERSION)

    def test_table_is_whole(self):
        """No kind of certificate is made and then left out of the table."""
        self.assertEqual(set(rows()), set(SERVERS))
        self.assertEqual(set(rows()), set(FAULTS))
        for cells in rows().values():
            self.assertEqual(list(cells), list(COLUMNS))


class AddressTests(SynchronousTestCase):
    """Hosts that are addresses are compared as addresses, and not sent (SNI)."""

    def outcome(self, host: str, names: list[str | x509.GeneralName]) -> str:
        roots = TrustRoots.from_certificates([root().certificate])
        creator = TlsCreator(TlsPolicy(roots), host)
        meeting = meet(creator, server_context(root().issue(names)))
        if meeting.client.reason is None:
            return "ok"
        return str(creator.explain(meeting.client.reason).code)

    def test_address_in_the_certificate_is_accepted(self):
        """IPv4 and IPv6 in every form of writing, with brackets and zones."""
        for host, name in (
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:DB8:0::1]", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
        ):
            self.assertEqual(self.outcome(host, ["a.example", name]), "ok", host)

    def test_other_address_is_refused(self):
        """Another address is another host."""
        self.assertEqual(self.outcome("192.0.2.2", ["192.0.2.1"]), "12038")

    def test_address_written_as_a_name_is_refused(self):
        """An address counts only as an iPAddress entry, not as a dNSName."""
        names: list[str | x509.GeneralName] = [x509.DNSName("192.0.2.1")]
        self.assertEqual(self.outcome("192.0.2.1", names), "12038")

    def test_wildcard_covers_no_address(self):
        """No star stands for an address."""
        self.assertEqual(self.outcome("192.0.2.1", ["*.0.2.1", "*"]), "12038")

    def test_name_in_another_writing_is_accepted(self):
        """Case, the root's dot and Unicode do not make another host."""
        for host, name in (
            ("Server.EXAMPLE", "server.example"),
            ("server.example.", "server.example"),
            ("B\u00dcCHER.example", "xn--bcher-kva.example"),
        ):
            self.assertEqual(self.outcome(host, [name]), "ok", host)

    def test_host_that_no_certificate_can_name_is_an_invalid_url(self):
        """Such a host fails before anything is sent, naming it."""
        policy = TlsPolicy(TrustRoots.from_certificates([root().certificate]))
        for host in ("", "1234", "a b", "a..example", "x" * 64, "a." * 130, "*.a.b"):
            error = self.assertRaises(errors.InvalidUrl, TlsCreator, policy, host)
            self.assertIn(repr(host), str(error))
