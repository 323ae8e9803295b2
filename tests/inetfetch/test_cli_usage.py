"""What may be typed: help, wrong usage, and how soon both are answered."""

from __future__ import annotations

from importlib.metadata import entry_points

import twinet
from tests.inetfetch.commandline import CommandLine, InProcess
from twinet.inetfetch.command import cli
from twinet.inetfetch.command.report import Exit


class Usage(InProcess):
    """The answers of the parser."""

    async def test_nothing_at_all_gives_help_and_two(self):
        """On standard error: it was not asked for."""
        end = await self.run_command()
        self.assertEqual((end.code, end.out), (2, ""))
        for command in ("get", "add", "ls", "show", "rm", "wait"):
            self.assertIn(f"\n    {command} ", end.err)

    async def test_help_tells_exit_codes_and_environment(self):
        """What a script needs to know can be read without the net."""
        end = await self.run_command("--help")
        self.assertEqual((end.code, end.err), (0, ""))
        for code in Exit:
            self.assertIn(str(int(code)), end.out)
        for variable in ("URL", "STATE_DIR", "TOKEN_FILE", "TRUST_ROOTS"):
            self.assertIn(f"INETFETCH_{variable}", end.out)

    async def test_each_command_has_help(self):
        """With its options and the exit codes."""
        for command in ("get", "add", "ls", "show", "rm", "wait"):
            end = await self.run_command(command, "--help")
            self.assertEqual((end.code, end.err), (0, ""))
            self.assertIn(f"usage: inetfetch {command} ", end.out)
            self.assertIn("exit codes:", end.out)

    async def test_the_version_is_the_librarys(self):
        """So that a report can name it."""
        end = await self.run_command("--version")
        self.assertEqual((end.code, end.out), (0, f"inetfetch {twinet.__version__}\n"))

    async def test_what_cannot_be_is_two(self):
        """The parser says what; nothing is begun."""
        for arguments in (
            ["get"],
            ["got", "http://127.0.0.1/"],
            ["get", "--qui", "http://127.0.0.1/"],
            ["get", "-j0", "http://127.0.0.1/"],
            ["get", "-j", "many", "http://127.0.0.1/"],
            ["get", "--max-time", "-1", "http://127.0.0.1/"],
            ["get", "--max-time", "nan", "http://127.0.0.1/"],
            ["add"],
            ["add", "-o", "x", "http://127.0.0.1/", "http://127.0.0.1/"],
            ["ls", "--state", "lost"],
            ["show"],
            ["rm"],
            ["rm", ""],
            ["wait", "--timeout", "soon"],
        ):
            end = await self.run_command(*arguments)
            self.assertEqual((end.code, end.out), (2, ""), arguments)
            self.assertNotIn("Traceback", end.err)
            for inner in ("_count", "_seconds", "State."):
                self.assertNotIn(inner, end.err)


class Start(CommandLine):
    """The program itself."""

    def test_help_loads_no_reactor_and_no_bars(self):
        """Each costs more than all that help needs."""
        self.folder.joinpath("sitecustomize.py").write_text(
            "import atexit, sys\n"
            "dear = {'twisted.internet.reactor', 'rich', 'sqlite3'}\n"
            "atexit.register(lambda: print(dear & set(sys.modules), file=sys.stderr))\n"
        )
        path = f"{self.folder}:{self.environment()['PYTHONPATH']}"
        end = self.run_command("--help", env={"PYTHONPATH": path})
        self.assertEqual((end.code, end.err), (0, "set()\n"))

    def test_the_installed_command_is_this_one(self):
        """``pip install`` makes ``inetfetch``."""
        (command,) = entry_points(group="console_scripts", name="inetfetch")
        self.assertIs(command.load(), cli.main)
