"""Generated files are what their tables say."""

from __future__ import annotations

import contextlib
import enum
import importlib.util
import io
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

GENERATE = Path(__file__).parent.parent.parent / "docs" / "generate.py"


def load():
    """Import docs/generate.py, which is no package's module."""
    spec = importlib.util.spec_from_file_location("docs_generate", GENERATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class GeneratedTests(SynchronousTestCase):
    def test_files_as_written_are_what_would_be_written(self):
        """No table was changed without running the generator."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = load().main(["--check"])
        self.assertEqual((status, said.getvalue()), (0, ""))

    def test_changed_page_check_fails_and_writes_nothing(self):
        """A page that differs gives exit status 1 and keeps its text."""
        generate = load()
        folder = Path(self.mktemp())
        folder.mkdir(parents=True)
        page = folder / "errors.rst"
        page.write_text("edited by hand\n", encoding="utf-8")
        generate.ROOT = folder
        generate.pages = lambda: {page: generate.errors_page()}
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(generate.main(["--check"]), 1)
            self.assertEqual(page.read_text(encoding="utf-8"), "edited by hand\n")
            self.assertEqual(generate.main([]), 0)
            self.assertEqual(generate.main(["--check"]), 0)
        self.assertIn("differs: errors.rst", said.getvalue())

    def test_every_member_has_a_meaning(self):
        """The flags page has no empty cell."""
        generate = load()
        page = generate.flags_page()
        self.assertNotIn("     -\n", page)
        self.assertIn("``IGNORE_CERT_DATE_INVALID``", page)

    def test_every_public_class_has_its_calls_listed(self):
        """And none of what the library's parts say to each other."""
        page = load().objects_page()
        for kind in ("Session", "HttpRequest", "Resource", "Trace", "TlsInfo"):
            self.assertIn(f"\n{kind}\n{'-' * len(kind)}\n", page)
        for call in ("fetch(url, *,", "``save(path)``", "``start(length=..., data=..."):
            self.assertIn(call, page)
        for seam in ("take_", "tell_", "``_", ":class:", "     -\n"):
            self.assertNotIn(seam, page)

    def test_a_constant_in_two_tables_is_refused(self):
        """One name has one value."""
        generate = load()
        twice = {**generate.singles.CONSTANTS, "INTERNET_FLAG_ASYNC": 1}
        self.patch(generate.singles, "CONSTANTS", twice)
        error = self.assertRaises(ValueError, generate.constants)
        self.assertIn("INTERNET_FLAG_ASYNC", str(error))

    def test_an_enumeration_that_names_no_constants_is_refused(self):
        """Its docstring is where the names' prefix stands."""
        generate = load()
        nameless = enum.IntEnum("nameless", ["ONE"])
        error = self.assertRaises(ValueError, generate.prefix_and_suffix, nameless)
        self.assertIn("nameless", str(error))
