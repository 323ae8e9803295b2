"""Protection spaces: how far a realm reaches, by RFC 7616 and RFC 7617."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._http.offer import Offer, offers_of
from twinet._http.protection_space import Place, ProtectionSpace

PLACE = Place(False, "http", "h.test", 80)
BASIC = b"Basic realm=r"
DIGEST = b"Digest realm=r, nonce=n, qop=auth"


def offer(challenge: bytes) -> Offer:
    """Return what a challenge offers."""
    (found,) = offers_of([(b"A", challenge)], b"a")
    return found


class ReachTests(SynchronousTestCase):
    """What a space covers, and how well it fits."""

    def space(
        self, challenge: bytes, *targets: str, at: Place = PLACE
    ) -> ProtectionSpace:
        """Return a space that has asked for some targets."""
        space = ProtectionSpace()
        for target in targets:
            space.asked(offer(challenge), target, at)
        if challenge.startswith(b"Digest"):
            space.digest = object()  # type: ignore[assignment]  # whatever it is
        return space

    def test_basic_covers_its_folders(self) -> None:
        """RFC 7617, section 2.2: at or below the depth of the last slash."""
        space = self.space(BASIC, "/a/b/c?x=/y/")
        for target, reach in (
            ("/a/b/c", 5),
            ("/a/b/", 5),
            ("/a/b/d/e?f", 5),
            ("/a/b", -1),
            ("/a/bc", -1),
            ("/", -1),
            ("/?/a/b/", -1),
            ("*", -1),
        ):
            self.assertEqual(space.reach(target), reach, target)
        self.assertEqual(self.space(BASIC, "/x").reach("/"), 1)
        self.assertEqual(self.space(BASIC, "/a/", "/b/c/").reach("/b/c/d"), 5)

    def test_digest_covers_the_server(self) -> None:
        """Without domain; where it asked it fits better."""
        space = self.space(DIGEST, "/a/b/c")
        self.assertEqual(space.reach("/a/b/d"), 5)
        self.assertEqual(space.reach("/"), 0)
        self.assertEqual(space.reach("*"), 0)

    def test_domain(self) -> None:
        """Paths and URIs of the same server; what is of another one does not count."""
        for domain, target, covered in (
            (b"/a", "/a", True),
            (b"/a", "/a/b?c", True),
            (b"/a", "/ab", False),
            (b"/a/", "/a/b", True),
            (b"/a/", "/a", False),
            (b"/", "/x", True),
            (b"/x /a", "/a/b", True),
            (b"http://h.test/a", "/a/b", True),
            (b"HTTP://H.TEST:80/a?q", "/a/b", True),
            (b"http://h.test", "/a/b", True),
            (b"https://h.test/a", "/a/b", False),
            (b"ftps://h.test/a", "/a/b", False),
            (b"http://h.test:8080/a", "/a/b", False),
            (b"http://other.test/a /x", "/a/b", False),
            (b"//h.test/a /x", "/a/b", False),
            (b"a /x", "/a/b", False),
        ):
            space = self.space(DIGEST + b', domain="%b"' % domain, "/elsewhere/x")
            self.assertEqual(space.reach(target) >= 0, covered, (domain, target))
            self.assertEqual(space.reach("/elsewhere/y"), 11)

    def test_domain_of_an_address(self) -> None:
        """IPv6 stands in brackets in a URI."""
        at = Place(False, "https", "::1", 8443)
        domain = DIGEST + b', domain="https://[::1]:8443/a"'
        space = self.space(domain, "/x/y", at=at)
        self.assertEqual(space.reach("/a/b"), 2)
        self.assertEqual(space.reach("/b"), -1)

    def test_domain_that_names_nothing_here(self) -> None:
        """Covers no more than where it asked."""
        space = self.space(DIGEST + b', domain="http://other.test/a"', "/x/y")
        self.assertEqual((space.reach("/b"), space.reach("/x/z")), (-1, 3))
        space = self.space(DIGEST + b', domain=" "', "/x/y")
        self.assertEqual(space.reach("/b"), 0)

    def test_folders_are_remembered_in_number(self) -> None:
        """A server may ask everywhere; the last ones stay."""
        space = self.space(BASIC, *(f"/{number}/x" for number in range(100)))
        self.assertEqual(space.reach("/0/x"), -1)
        self.assertEqual(space.reach("/99/x"), 4)
        self.assertEqual(len(space._folders), 64)
        space.asked(offer(BASIC), "/36/x", PLACE)
        space.asked(offer(BASIC), "/100/x", PLACE)
        self.assertEqual((space.reach("/36/x"), space.reach("/37/x")), (4, -1))
