"""What the documentation says can be done is done here."""

from __future__ import annotations

import ast
import getpass
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.contracts import pages
from tests.inetfetch.commandline import PATIENCE, environment
from tests.inetfetch.website import Website, content
from tests.timeline.drawing import Drawing
from twinet.inetfetch.command.cli import prepare
from twinet.inetfetch.command.report import Exit
from twinet.inetfetch.settings import Options

ROOT = Path(__file__).resolve().parents[2]
SIZE = 100_000
#: The table of WinINet's guide, which is of this day, and that of the other one.
FASTER = [
    (
        "start",
        "request to Downfall",
        "request to Downfall and request to Fourth",
    ),
    ("asynchronous: Fourth answers", "waiting", "downloads Fourth's prices"),
    (
        "Downfall answers",
        "downloads Downfall's prices",
        "downloads Downfall's prices",
    ),
    ("Downfall's prices are there", "request to Fourth", "compares prices"),
    ("asynchronous: the comparison is done", "waiting", "operation complete"),
    ("synchronous: Fourth answers", "downloads Fourth's prices", "n/a"),
    ("synchronous: Fourth's prices are there", "compares prices", "n/a"),
    ("synchronous: the comparison is done", "operation complete", "n/a"),
]
SLOWER = [
    FASTER[0],
    FASTER[2],
    ("Downfall's prices are there", "request to Fourth", "waiting"),
    FASTER[1],
    ("asynchronous: Fourth's prices are there", "waiting", "compares prices"),
    *FASTER[4:],
]
SHELL_WORDS = {"&&", "||", ";", "|", ">", "<"}


class Run(SynchronousTestCase):
    """Programs, each in a folder of its own, with a real server."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.site = Website()
        self.addCleanup(self.site.close)
        self.server = f"{self.site.url}/bytes/{SIZE}"

    def run_program(self, *arguments: str, folder: str = "here") -> str:
        """Run Python; return what it printed."""
        where = self.home / folder
        where.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=where,
            env=environment(self.home),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def test_the_code_on_the_pages_runs(self):
        """As it stands, to its end, and it asks the server for something."""
        found = pages.programs(pages.all_blocks(ROOT))
        self.assertGreater(len(found), 3)
        for number, block in enumerate(found):
            self.site.paths.clear()
            code = self.home / f"block{number}.py"
            code.write_text(pages.at(self.server, block.text), encoding="utf-8")
            out = self.run_program(str(code), folder=f"folder{number}")
            self.assertTrue(out, block)
            self.assertTrue(self.site.paths, block)

    def test_the_download_with_progress_makes_a_file(self):
        """The example of that name, and its count follows what comes."""
        example = ROOT / "docs" / "examples" / "download_with_progress.py"
        size = 5_000_000
        url = f"{self.site.url}/bytes/{size}/coffee.txt"
        out = self.run_program(str(example), url)
        lines = out.splitlines()
        self.assertIn("connected to 127.0.0.1", lines)
        self.assertEqual(lines[-1], "saved coffee.txt")
        counted = int(lines[-2].split()[0])
        self.assertTrue(size / 2 < counted < size + 1000, counted)
        path = self.home / "here" / "coffee.txt"
        self.assertEqual(path.read_bytes(), content(size))

    def test_several_at_once_tells_which_is_which(self):
        """Each step carries its shop's name, and both answers are whole."""
        example = ROOT / "docs" / "examples" / "several_at_once.py"
        lines = self.run_program(str(example), self.server).splitlines()
        self.assertEqual(lines[-1], "the same")
        for shop in ("downfall", "fourth"):
            heard = [line for line in lines if line.startswith(f"{shop}: ")]
            self.assertEqual(heard[:2], [f"{shop}: asked", f"{shop}: answers"])
            self.assertEqual(heard[-1], f"{shop}: all {SIZE} bytes are here")
        self.assertEqual(
            sorted(self.site.paths),
            [f"/bytes/{SIZE}/{s}" for s in ("downfall", "fourth")],
        )

    def test_the_fetch_from_asyncio_takes_what_comes_in_time(self):
        """One file comes, one is not there, and one server says nothing."""
        example = ROOT / "docs" / "examples" / "fetch_from_asyncio.py"
        urls = [
            f"{self.server}/a.txt",
            f"{self.site.url}/status/404",
            f"{self.site.url}/silent",
        ]
        lines = self.run_program(str(example), "2.5", *urls).splitlines()
        self.assertEqual(lines[0], f"{urls[0]}: saved a.txt")
        self.assertIn("404", lines[1])
        self.assertEqual(
            lines[2:], [f"{urls[2]}: took too long", "2 of 3 ended in time"]
        )
        self.assertEqual([p.name for p in (self.home / "here").iterdir()], ["a.txt"])

    def test_ported_programs_fetch_the_whole(self):
        """The blocking one and the asynchronous one, with WinINet's names."""
        for name in ("ported_blocking.py", "ported_asynchronous.py"):
            example = ROOT / "docs" / "examples" / name
            out = self.run_program(str(example), self.server, folder=name)
            lines = out.splitlines()
            self.assertIn(f"{SIZE} bytes", lines)
            steps = [line.split()[1] for line in lines if line.startswith("1 ")]
            self.assertEqual(
                (steps[0], steps[-1]), ("HANDLE_CREATED", "HANDLE_CLOSING")
            )
            self.assertEqual("REQUEST_COMPLETE" in steps, "asynchronous" in name)

    def test_coffee_prices_tells_what_happens_on_both_days(self):
        """The table of WinINet's guide, from real notifications: rows and order."""
        example = ROOT / "docs" / "examples" / "coffee_prices.py"
        out = self.run_program(str(example))
        _, faster, slower = out.split("On a day when Fourth Coffee is the ")
        self.assertEqual(table_rows(faster), FASTER)
        self.assertEqual(table_rows(slower), SLOWER)
        for day in (faster, slower):
            saved = re.search(r"([\d.]+) s and ([\d.]+) s: ([\d.]+) s saved", day)
            assert saved is not None, day
            self.assertGreater(float(saved[1]), float(saved[2]))
            self.assertIn("The best: espresso 2.20, mocha 3.70\n", day)

    def test_coffee_prices_can_be_asked_of_others(self):
        """One table, of today."""
        example = ROOT / "docs" / "examples" / "coffee_prices.py"
        urls = [f"{self.site.url}/bytes/10/{name}" for name in "ab"]
        out = self.run_program(str(example), *urls)
        self.assertEqual(out.count("synchronous version"), 2)
        self.assertEqual(
            sorted(self.site.paths), ["/bytes/10/a"] * 2 + ["/bytes/10/b"] * 2
        )

    def test_the_browser_fetches_things_while_the_page_comes(self):
        """Each that is referred to, as it is found; and a picture of it."""
        example = ROOT / "docs" / "examples" / "browser.py"
        lines = self.run_program(str(example), "page.svg").splitlines()
        things = [line[6:] for line in lines if line.startswith("found ")]
        self.assertEqual(len(things), 8)
        self.assertEqual((things[0], things[-1]), ("style.css", "gone.png"))
        whole = lines.index("the page is here")
        early = [line for line in lines[:whole] if line.startswith("style.css is here")]
        self.assertEqual(len(early), 1, lines)
        self.assertEqual(sum(" is here: " in line for line in lines), 7)
        self.assertIn("gone.png cannot be had: 404 Not Found", lines)
        drawing = Drawing((self.home / "here" / "page.svg").read_text("utf-8"))
        self.assertEqual(len(drawing.rows()), 9)
        self.assertEqual(list(drawing.outside()), [])

    def test_the_watchdog_interrupts_what_it_must(self):
        """And nothing else."""
        example = ROOT / "docs" / "examples" / "watchdog.py"
        lines = self.run_program(str(example)).splitlines()
        told = {line.partition(":")[0]: line for line in lines}
        self.assertEqual(told.pop("good"), "good: finished, 100000 bytes")
        for name, words in (
            ("dripping", "less than 2000 bytes a second"),
            ("endless", "more than 500000 bytes"),
            ("silent", "after 0 bytes, silent for 2 s"),
        ):
            line = told.pop(name)
            self.assertTrue(line.startswith(f"{name}: interrupted after "), line)
            self.assertTrue(line.endswith(words), line)
        self.assertEqual(told, {})

    def test_the_tests_of_an_example_pass(self):
        """In pytest, and the cases in trial."""
        for runner, tests, said in (
            ("pytest", "test_cheapest_coffee.py", "6 passed"),
            ("twisted.trial", "test_cheapest_coffee", "PASSED (successes=4)"),
        ):
            (self.home / runner).mkdir()
            for name in ("cheapest_coffee.py", "test_cheapest_coffee.py"):
                shutil.copy(ROOT / "docs" / "examples" / name, self.home / runner)
            self.assertIn(said, self.run_program("-m", runner, tests, folder=runner))

    def test_the_cheapest_coffee_is_found(self):
        """By real sockets too, where nobody answers with a price."""
        example = ROOT / "docs" / "examples" / "cheapest_coffee.py"
        out = self.run_program(str(example), f"{self.site.url}/nothing")
        self.assertEqual(out, "nobody sells any\n")

    def test_every_example_is_run_here(self):
        """A new one needs a test of its own."""
        examples = (ROOT / "docs" / "examples").glob("*.py")
        text = "".join(
            each.read_text(encoding="utf-8")
            for each in Path(__file__).parent.glob("test_*_run.py")
        )
        for example in examples:
            # What serves the others is run with them.
            if example.name != "slow_site.py":
                self.assertIn(f'"{example.name}"', text)


def table_rows(text: str) -> list[tuple[str, ...]]:
    """Return the rows of a table with columns that two blanks part."""
    _, _, table = text.partition("asynchronous version\n")
    rows = table.partition("\n\n")[0].splitlines()
    return [
        tuple(cell.strip() for cell in (row[:40], row[40:69], row[69:])) for row in rows
    ]


class Pages(SynchronousTestCase):
    """What is written down fits what is there."""

    def setUp(self):
        self.blocks = pages.all_blocks(ROOT)

    def test_excerpts_stand_in_an_example(self):
        """Word for word, so that what is shown is run."""
        examples = "".join(
            path.read_text(encoding="utf-8")
            for path in sorted((ROOT / "docs" / "examples").glob("*.py"))
        )
        found = pages.excerpts(self.blocks)
        self.assertGreater(len(found), 1)
        for block in found:
            depths = (textwrap.indent(block.text, " " * depth) for depth in (0, 4, 8))
            self.assertTrue(any(text in examples for text in depths), block)

    def test_command_lines_can_be_typed(self):
        """Every command and option on the pages is one that we have."""
        checked = 0
        # It is asked for when the line is looked at.
        self.patch(getpass, "getpass", lambda _prompt: "secret")
        for block, words in pages.command_lines(self.blocks):
            cut = next((n for n, w in enumerate(words) if w in SHELL_WORDS), None)
            program, *arguments = words[:cut]
            if Path(program).name == "inetfetch":
                arguments = [
                    # A list of URLs is read when the line is looked at.
                    "/dev/null" if word.endswith(".txt") and "/" not in word else word
                    for word in arguments
                ]
                self.assertTrue(callable(prepare(arguments)), block)
                checked += 1
            elif Path(program).name == "twistd":
                options = arguments[arguments.index("inetfetch") + 1 :]
                if "--help" not in options:
                    Options({}).parseOptions(options)  # type: ignore[no-untyped-call]  # Twisted's
                checked += 1
        self.assertGreater(checked, 20)

    def test_fragments_are_python(self):
        """What cannot be run here, for want of a server or of what is around it."""
        found = [
            each for each in self.blocks if each.kind == "python" and each.fragment
        ]
        self.assertGreater(len(found), 10)
        for block in found:
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(block.text, str(block), "exec", flags=flags)

    def test_exit_codes_are_the_programs(self):
        """The table has each of them, and none that does not exist."""
        page = ROOT / "docs" / "howto" / "get-from-the-command-line.rst"
        table = page.read_text(encoding="utf-8").partition("Exit codes\n")[2]
        codes = re.findall(r"^(\d+) +\S", table, re.MULTILINE)
        self.assertEqual([int(code) for code in codes], sorted(Exit))

    def test_dependencies_are_explained(self):
        """Each one of pyproject, and none that is not there."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        extras = project["optional-dependencies"]
        declared = {
            re.split(r"[\[><=]", line)[0]
            for lines in (project["dependencies"], *extras.values())
            for line in lines
        }
        page = ROOT / "docs" / "explanation" / "dependencies.rst"
        text = page.read_text(encoding="utf-8").partition("What we do without")[0]
        terms = re.findall(r"^``.*(?=\n    )", text, re.MULTILINE)
        named = {
            name
            for term in terms
            for name in re.findall(r"``(\S+?)``", re.sub(r"\(.*\)", "", term))
        }
        self.assertEqual(named, declared)

    def test_readme_has_one_command_under_each_heading(self):
        """So that a person, and a program, can copy it."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for heading, end in (
            ("Run it", ".venv/bin/twistd -n inetfetch"),
            ("Test it", ".venv/bin/python -m pytest"),
        ):
            (section,) = re.findall(
                rf"^## {heading}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL
            )
            command = re.match(r"\n```sh\n(.*)\n```\n", section)
            assert command is not None, heading
            self.assertTrue(command[1].startswith("python3 -m venv .venv && "))
            self.assertTrue(command[1].endswith(f" && {end}"))
            self.assertEqual(section.count("```sh"), 1)

    def test_links_of_readme_lead_somewhere(self):
        """Those into the tree."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        links = [
            link
            for link in re.findall(r"\]\(([^)]+)\)", text)
            if not link.startswith("http")
        ]
        self.assertGreater(len(links), 5)
        for link in links:
            self.assertTrue((ROOT / link).exists(), link)


class Checks(SynchronousTestCase):
    """How pages are read."""

    def read(self, name: str, text: str) -> list[pages.Block]:
        """Return the blocks of a page with this text."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / name
        path.write_text(text, encoding="utf-8")
        return list(pages.blocks(path, path.parent))

    def test_blocks_of_rest_are_found(self):
        """With their line, without their indent, fragments marked."""
        found = self.read(
            "a.rst",
            "Text\n\n.. code-block:: python\n\n    a = 1\n\n    if a:\n        b\n\n"
            "Text\n\n  .. code-block:: python\n     :class: fragment\n\n     c\n\nText",
        )
        self.assertEqual(
            [(str(each), each.text, each.fragment) for each in found],
            [
                ("a.rst:4", "a = 1\n\nif a:\n    b\n", False),
                ("a.rst:14", "c\n", True),
            ],
        )
        self.assertEqual(pages.programs(found), found[:1])

    def test_blocks_of_markdown_are_found(self):
        """Each by its language."""
        found = self.read(
            "a.md",
            "```python\na\n```\n\n```python fragment\nb\n```\n"
            "```console\n$ c 'd e'\nf\n```\n",
        )
        self.assertEqual(
            [(each.kind, each.text, each.fragment) for each in found],
            [
                ("python", "a\n", False),
                ("python", "b\n", True),
                ("console", "$ c 'd e'\nf\n", False),
            ],
        )
        self.assertEqual(pages.command_lines(found), [(found[2], ["c", "d e"])])

    def test_only_hosts_of_examples_are_replaced(self):
        """Whatever stands behind them stays."""
        code = "https://example.org/a http://www.shop.example/b https://pypi.org/c"
        self.assertEqual(pages.at("S", code), "S/a S/b https://pypi.org/c")
