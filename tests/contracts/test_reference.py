"""Every public name is described in the reference, and in one place."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts import reference

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"


class Reference(SynchronousTestCase):
    """The pages as they are."""

    def test_every_public_name_is_described_once(self):
        """A new one needs a directive on one of the pages."""
        found = reference.described(PAGES)
        wanted = Counter(reference.public_names())
        self.assertGreater(len(wanted), 900)
        missing = sorted(wanted - found)
        self.assertFalse(
            missing, "put '.. autoclass:: NAME' or the like on a page of docs/reference"
        )
        self.assertFalse(sorted(found - wanted), "described twice, or not public")

    def test_names_of_users_are_the_short_ones(self):
        """What ``twinet`` has is not described where it lives."""
        names = reference.public_names()
        self.assertIn("twinet.Limits", names)
        self.assertNotIn("twinet.records.Limits", names)
        self.assertIn("twinet.errors.Timeout", names)
        self.assertIn("twinet.wininet.InternetOpen", names)
        self.assertIn("twinet.wininet.INTERNET_FLAG_ASYNC", names)
        self.assertFalse([name for name in names if "._" in name])


class Site(SynchronousTestCase):
    """How a reader comes to a page."""

    def test_every_page_stands_in_a_table_of_contents(self):
        """On an index page of its folder or above, by its name."""
        docs = PAGES.parent
        listed = {
            (page.parent / entry).resolve()
            for page in docs.rglob("index.rst")
            for entry in re.findall(
                r"^   ([\w/-]+)$", page.read_text(encoding="utf-8"), re.MULTILINE
            )
        }
        pages = [page for page in docs.rglob("*.rst") if page != docs / "index.rst"]
        missing = [str(p) for p in pages if p.with_suffix("").resolve() not in listed]
        self.assertFalse(missing, "name the page in the toctree of an index.rst")


class Checks(SynchronousTestCase):
    """How a page is read."""

    def read(self, text: str, name: str = "page") -> Counter[str]:
        """Return what a page with this text describes."""
        folder = Path(self.mktemp())
        folder.mkdir(parents=True)
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
        return reference.described(folder)

    def test_directives_are_read_with_their_module(self):
        """As Sphinx reads them."""
        found = self.read(
            ".. autoclass:: twinet.Session\n   :members:\n\n"
            ".. currentmodule:: twinet.wininet\n\n.. autofunction:: InternetOpen\n\n"
            ".. automodule:: twinet.timeline\n   :members:\n   :exclude-members: Row\n"
            "\n.. automodule:: twinet.urls\n"
        )
        self.assertEqual(found["twinet.Session"], 1)
        self.assertEqual(found["twinet.wininet.InternetOpen"], 1)
        self.assertEqual(found["twinet.timeline.Timeline"], 1)
        self.assertEqual(found["twinet.timeline.Row"], 0)
        self.assertEqual(found["twinet.urls.crack"], 0)

    def test_a_name_that_stands_twice_is_counted_twice(self):
        """So that the test above can refuse it."""
        twice = self.read(".. autoclass:: twinet.Agent\n" * 2)
        self.assertEqual(twice, {"twinet.Agent": 2})

    def test_rows_of_errors_are_names(self):
        """The class, and not what it is also."""
        found = self.read(
            "   * - 2\n     - ``FileNotFound``\n     - ``ERROR_FILE_NOT_FOUND``\n"
            "     - ``FileNotFoundError``\n     - Words.\n",
            "errors",
        )
        self.assertEqual(found, {"twinet.errors.FileNotFound": 1})
