"""The house rules hold in the real tree, and each check can fail."""

from __future__ import annotations

import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts import rules

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "twinet"
FUTURE = "from __future__ import annotations\n"


class House(SynchronousTestCase):
    """The real tree."""

    def assert_none(self, found: list[str]) -> None:
        """Fail with one line for each place."""
        self.assertEqual(len(found), 0, "\n".join(["", *found]))

    def test_no_file_is_named_like_a_drawer(self):
        """A folder's listing reads as a table of contents."""
        for folder in ("twinet", "tests", "docs"):
            self.assert_none(rules.drawers(ROOT / folder))

    def test_each_module_says_what_it_is(self):
        """A docstring stands at the top of each module, tests included."""
        for folder in ("twinet", "tests"):
            self.assert_none(rules.without_docstring(ROOT / folder))

    def test_annotations_are_never_evaluated(self):
        """Each module imports annotations from the future."""
        for folder in ("twinet", "tests"):
            self.assert_none(rules.without_annotations_import(ROOT / folder))

    def test_files_are_short(self):
        """Nobody has to read 500 lines to find one noun."""
        self.assert_none(rules.too_long(PACKAGE))

    def test_the_library_does_not_print(self):
        """What there is to say is a notification or a log event."""
        self.assert_none(rules.prints(PACKAGE))

    def test_open_ends_carry_an_issue(self):
        """A promise in a comment can be followed."""
        for folder in ("twinet", "tests", "docs", "twisted_plugins"):
            self.assert_none(rules.open_ends(ROOT / folder))

    def test_the_types_ship(self):
        """Type checkers read the package only with its marker file."""
        self.assertTrue((PACKAGE / "py.typed").is_file())


class Checks(SynchronousTestCase):
    """Each check, on a tree that breaks its rule once or more."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "house"
        self.folder.mkdir()

    def write(self, name: str, source: str) -> None:
        """Put a file into the tree."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)

    def test_drawers_are_found(self):
        """As a file, as a folder, and as a part of either name."""
        self.write("line.py", "")
        for name in ("utils.py", "http_helpers.py", "_common/line.py", "manager.py"):
            self.write(name, "")
        found = [line.split(":")[0] for line in rules.drawers(self.folder)]
        self.assertEqual(
            found,
            [
                "house/_common",
                "house/http_helpers.py",
                "house/manager.py",
                "house/utils.py",
            ],
        )

    def test_missing_docstring_is_found(self):
        """A comment is no docstring; an empty __init__ needs none."""
        self.write("__init__.py", "")
        self.write("good.py", f'"""Good."""\n{FUTURE}')
        self.write("bad.py", f"# Bad.\n{FUTURE}")
        self.write("room/__init__.py", "x = 1\n")
        self.assertEqual(
            rules.without_docstring(self.folder),
            ["house/bad.py: no docstring", "house/room/__init__.py: no docstring"],
        )

    def test_missing_annotations_import_is_found(self):
        """Another import from the future does not count."""
        self.write("__init__.py", '"""Nothing but words."""\n')
        self.write("good.py", f'"""Good."""\n{FUTURE}')
        self.write("bad.py", '"""Bad."""\nfrom __future__ import division\n')
        found = rules.without_annotations_import(self.folder)
        self.assertEqual(len(found), 1, found)
        self.assertIn("house/bad.py", found[0])

    def test_long_file_is_found(self):
        """500 lines pass, 501 do not."""
        self.write("good.py", "\n" * 500)
        self.write("bad.py", "\n" * 501)
        found = rules.too_long(self.folder)
        self.assertEqual(len(found), 1, found)
        self.assertIn("house/bad.py: 501", found[0])

    def test_table_may_be_long_and_loses_its_excuse(self):
        """The list of excuses holds what needs one."""
        folder = self.folder.parent / "twinet"
        folder.mkdir()
        (folder / "options.py").write_text("\n" * 501)
        self.assertEqual(rules.too_long(folder), [])
        (folder / "options.py").write_text("\n" * 500)
        self.assertEqual(
            rules.too_long(folder),
            ["twinet/options.py: 500 lines; take it out of TABLES"],
        )

    def test_print_is_found(self):
        """A call, not the word; and not in the daemon's command line."""
        self.write("good.py", "# print(1)\nf(print)\nx = 'print(1)'\n")
        self.write("inetfetch/cli.py", "print(1)\n")
        self.write("bad.py", "def f():\n    print(1)\n")
        found = rules.prints(self.folder)
        self.assertEqual(found, ["house/bad.py:2: a library does not print"])

    def test_open_end_is_found(self):
        """With an address it may stay."""
        word = "TO" + "DO"
        self.write("good.py", f"x = 1  # {word} https://example.org/issues/7: it\n")
        self.write("bad.py", f"x = 1\n# {word}: one day\n")
        self.assertEqual(
            rules.open_ends(self.folder), ["house/bad.py:2: where is its issue?"]
        )
