"""Trust roots: whom to believe, and what is said when nobody can be."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL, crypto
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import (
    Identity,
    other_root,
    pem,
    private_pem,
    root,
    self_signed,
    server_context,
)
from tests.net.handshakes import meet
from twinet import errors
from twinet._net import trust
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots

if TYPE_CHECKING:
    from collections.abc import Callable


class TrustCase(SynchronousTestCase):
    """A machine without certificates of its own."""

    def setUp(self):
        self.patch(os, "environ", {**os.environ})
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
            os.environ.pop(name, None)
        self.patch(trust, "_latest", {})
        self.patch(trust, "_FILES", ())
        self.patch(trust, "_FOLDERS", ())

        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.places = (Path(place.name) / str(number) for number in itertools.count())

    def file(self, content: bytes) -> str:
        path = next(self.places)
        path.write_bytes(content)
        return str(path)

    def folder(self, certificate: bytes, name: str) -> str:
        path = next(self.places)
        path.mkdir()
        (path / name).write_bytes(certificate)
        return str(path)

    def believes(self, roots: TrustRoots, identity: Identity) -> bool:
        creator = TlsCreator(TlsPolicy(roots), "server.example")
        meeting = meet(creator, server_context(identity))
        if meeting.client.reason is None:
            return True
        error = creator.explain(meeting.client.reason)
        self.assertIs(type(error), errors.InvalidCa)
        self.assertIn(roots.words, str(error))
        return False

    def refused(self, maker: Callable[..., Any], *args: Any, **named: Any) -> str:
        error = self.assertRaises(errors.InvalidParameter, maker, *args, **named)
        return str(error)


class PlatformTests(TrustCase):
    """The platform's store, or certifi."""

    def test_first_usual_file_with_certificates_is_taken(self):
        """Missing and empty files are passed over."""
        good = self.file(pem(root().certificate))
        later = self.file(pem(other_root().certificate))
        files = ("/does/not/exist", self.file(b"# nothing\n"), good, later)
        self.patch(trust, "_FILES", files)
        roots = TrustRoots.platform()
        self.assertIn(good, roots.words)
        self.assertTrue(self.believes(roots, root().issue()))
        self.assertFalse(self.believes(roots, other_root().issue()))

    def test_usual_folder_with_hashed_names_is_taken(self):
        """Without a bundle a folder does, if OpenSSL can find anything in it."""
        name = f"{subject_hash(root())}.0"
        plain = self.folder(pem(root().certificate), "root.pem")
        hashed = self.folder(pem(root().certificate), name)
        self.patch(trust, "_FOLDERS", ("/does/not/exist", plain, hashed))
        roots = TrustRoots.platform()
        self.assertIn(hashed, roots.words)
        self.assertTrue(self.believes(roots, root().issue()))
        self.assertFalse(self.believes(roots, other_root().issue()))

    def test_certifi_is_taken_where_the_platform_has_nothing(self):
        """A container without CA files believes what certifi does."""
        roots = TrustRoots.platform()
        self.assertIn(certifi.where(), roots.words)
        self.assertIn("certifi", roots.words)
        self.assertFalse(self.believes(roots, root().issue()))
        self.patch(trust, "_latest", {})
        mine = self.file(pem(root().certificate))
        self.patch(certifi, "where", lambda: mine)
        self.assertTrue(self.believes(TrustRoots.platform(), root().issue()))

    def test_environment_goes_before_the_usual_places(self):
        """SSL_CERT_FILE and SSL_CERT_DIR say whom to believe, and nobody else is."""
        self.patch(trust, "_FILES", (self.file(pem(other_root().certificate)),))
        os.environ["SSL_CERT_FILE"] = self.file(pem(root().certificate))
        roots = TrustRoots.platform()
        self.assertTrue(self.believes(roots, root().issue()))
        self.assertFalse(self.believes(roots, other_root().issue()))
        del os.environ["SSL_CERT_FILE"]
        name = f"{subject_hash(root())}.0"
        folder = self.folder(pem(root().certificate), name)
        os.environ["SSL_CERT_DIR"] = os.pathsep.join(("/does/not/exist", folder))
        roots = TrustRoots.platform()
        self.assertTrue(self.believes(roots, root().issue()))
        self.assertFalse(self.believes(roots, other_root().issue()))

    def test_environment_that_names_nothing_is_an_error(self):
        """Who restricts belief by a wrong path gets no wider belief instead."""
        self.patch(trust, "_FILES", (self.file(pem(root().certificate)),))
        os.environ["SSL_CERT_FILE"] = "/does/not/exist.pem"
        text = self.refused(TrustRoots.platform)
        self.assertIn("SSL_CERT_FILE=/does/not/exist.pem", text)

    def test_platform_is_one_object_until_the_disk_changes(self):
        """Sessions share one context; an update of the store is seen by new ones."""
        path = self.file(pem(root().certificate))
        self.patch(trust, "_FILES", (path,))
        first = TrustRoots.platform()
        self.assertIs(TrustRoots.of(None), first)
        both = pem(root().certificate) + pem(other_root().certificate)
        Path(path).write_bytes(both)
        second = TrustRoots.platform()
        self.assertIsNot(second, first)
        self.assertTrue(self.believes(second, other_root().issue()))

    def test_damaged_platform_file_is_named(self):
        """What OpenSSL cannot load is an error of ours that says which file."""
        path = self.file(
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
        )
        self.patch(trust, "_FILES", (path,))
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self.assertIn(path, self.refused(TrustRoots.platform().install, context))


class GivenTests(TrustCase):
    """Roots that a program or an operator gives."""

    def test_file_with_several_certificates_is_believed_whole(self):
        """Text and keys between the certificates do not disturb."""
        path = self.file(
            b"# ours\n"
            + pem(root().certificate)
            + private_pem(root().key)
            + b"# theirs\n"
            + pem(other_root().certificate).replace(b"\n", b"\r\n")
        )
        for given in (path, Path(path)):
            roots = TrustRoots.from_pem(given)
            self.assertTrue(self.believes(roots, root().issue()))
            self.assertTrue(self.believes(roots, other_root().issue()))
            self.assertEqual(roots.words, path)

    def test_file_is_read_once(self):
        """Later changes on the disk do not change whom a session believes."""
        path = self.file(pem(root().certificate))
        roots = TrustRoots.from_pem(path)
        Path(path).unlink()
        self.assertTrue(self.believes(roots, root().issue()))

    def test_file_that_cannot_be_read_is_named(self):
        """Missing, a folder, or no path at all."""
        self.assertIn(
            "/no/roots.pem", self.refused(TrustRoots.from_pem, "/no/roots.pem")
        )
        self.assertIn(
            "No such file", self.refused(TrustRoots.from_pem, "/no/roots.pem")
        )
        folder = self.folder(b"", "x")
        self.assertIn(folder, self.refused(TrustRoots.from_pem, folder))
        self.assertIn("null", self.refused(TrustRoots.from_pem, "a\x00b"))

    def test_file_without_a_certificate_is_named(self):
        """Empty, a key alone, or DER, for which the way out is told."""
        for content in (b"", private_pem(root().key), b"certificate"):
            path = self.file(content)
            text = self.refused(TrustRoots.from_pem, path)
            self.assertIn(f"there is no certificate in {path}", text)
            self.assertNotIn("DER", text)
        der = root().certificate.public_bytes(serialization.Encoding.DER)
        path = self.file(der)
        text = self.refused(TrustRoots.from_pem, path)
        self.assertIn(path, text)
        self.assertIn("openssl x509 -inform DER", text)

    def test_damaged_certificate_is_named_by_its_number(self):
        """Half a file is not half believed."""
        good = pem(root().certificate)
        lines = pem(other_root().certificate).splitlines(keepends=True)
        path = self.file(good + lines[0] + lines[2] + lines[-1])
        text = self.refused(TrustRoots.from_pem, path)
        self.assertIn(f"certificate 2 of 2 in {path} is damaged", text)
        path = self.file(good + b"".join(lines[:-1]))
        text = self.refused(TrustRoots.from_pem, path)
        self.assertIn(f"{path} begins 2 certificates and ends 1", text)

    def test_certificates_and_pem_bytes_are_believed(self):
        """Objects and bytes may be mixed."""
        both = [root().certificate, pem(other_root().certificate)]
        forms: list[Any] = [both, iter(both), tuple(both)]
        for given in forms:
            roots = TrustRoots.of(given)
            self.assertTrue(self.believes(roots, root().issue()))
            self.assertTrue(self.believes(roots, other_root().issue()))
            self.assertEqual(roots.words, "2 given certificates")

    def test_list_with_something_else_is_refused(self):
        """The number of the wrong item is told; an empty list is no wish."""
        given: list[Any] = [root().certificate, "/path/in/a/list.pem"]
        text = self.refused(TrustRoots.from_certificates, given)
        self.assertIn("item 2 of the trust roots is a str", text)
        self.assertIn("empty", self.refused(TrustRoots.from_certificates, []))
        text = self.refused(TrustRoots.from_certificates, [b"no PEM"])
        self.assertIn("item 1", text)

    def test_platform_is_believed_beside_the_given_roots(self):
        """An operator's roots may be added to the platform's."""
        self.patch(trust, "_FILES", (self.file(pem(root().certificate)),))
        given = pem(other_root().certificate)
        alone = TrustRoots.from_pem(given)
        self.assertFalse(self.believes(alone, root().issue()))
        for roots in (
            TrustRoots.from_pem(given, with_platform=True),
            TrustRoots.from_certificates([given], with_platform=True),
        ):
            self.assertTrue(self.believes(roots, root().issue()))
            self.assertTrue(self.believes(roots, other_root().issue()))
            stranger = self_signed(common_name="Stranger").issue()
            self.assertFalse(self.believes(roots, stranger))

    def test_intermediate_or_servers_own_certificate_is_believed(self):
        """What was given is believed though it is no root, and not what is above."""
        intermediate = root().issue([], ca=True, common_name="Intermediate")
        leaf = root().issue()
        roots = TrustRoots.from_certificates([intermediate.certificate])
        self.assertTrue(self.believes(roots, intermediate.issue()))
        self.assertTrue(self.believes(roots, intermediate.issue(send_issuer=False)))
        self.assertFalse(self.believes(roots, leaf))
        pinned = TrustRoots.from_certificates([leaf.certificate])
        self.assertTrue(self.believes(pinned, leaf))
        self.assertFalse(self.believes(pinned, root().issue()))
        own = self_signed(["server.example"], ca=False)
        self.assertTrue(self.believes(TrustRoots.of([own.certificate]), own))


class OfTests(TrustCase):
    """What users write as trust_roots."""

    def test_every_form_is_understood(self):
        """A path, bytes, text, a certificate, trust roots."""
        content = pem(root().certificate)
        path = self.file(content)
        certificate = root().certificate
        for given in (path, Path(path), content, content.decode(), certificate):
            roots = TrustRoots.of(given)
            self.assertTrue(self.believes(roots, root().issue()), repr(given))
        roots = TrustRoots.from_pem(path)
        self.assertIs(TrustRoots.of(roots), roots)

    def test_anything_else_is_refused(self):
        """The message says what may be given."""
        for given in (True, 5, object()):
            text = self.refused(TrustRoots.of, given)
            self.assertIn(type(given).__name__, text)
            self.assertIn("PEM file", text)

    def test_roots_are_equal_by_identity(self):
        """As a part of the pool's key, roots made twice are two."""
        content = pem(root().certificate)
        first, second = TrustRoots.of(content), TrustRoots.of(content)
        self.assertEqual(len({first, second, first}), 2)
        self.assertEqual(repr(first), "<TrustRoots: the given bytes>")


def subject_hash(identity: Identity) -> str:
    """Return the name under which OpenSSL looks for a certificate in a folder."""
    return (
        f"{crypto.X509.from_cryptography(identity.certificate).subject_name_hash():08x}"
    )
