"""The command line ``inetfetch``: how a command begins, and how it ends.

Everything that takes time to load is loaded inside the command that needs it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from twinet.inetfetch.command.arguments import make_parser
from twinet.inetfetch.command.report import Exit, Trouble, complain

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Coroutine, Sequence

    #: What a command is: given a reactor, it comes to an exit code.
    Act = Callable[[Any], Coroutine[Any, Any, int]]

__all__ = ["ending", "main", "prepare"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the program with its exit code."""
    _open_streams()
    try:
        act = prepare(arguments)
        from twinet.inetfetch.command import foreground  # noqa: PLC0415

        code = foreground.run(act)
        sys.stdout.flush()
    except (Trouble, KeyboardInterrupt, OSError) as error:
        code = ending(error)
    sys.exit(int(code))


def prepare(arguments: Sequence[str] | None = None) -> Act:
    """Return what a command line asks for, ready to be run on a reactor.

    :raises SystemExit: it is wrong, or asks for help; that has been printed.
    :raises Trouble: it is wrong in another way.
    """
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        sys.exit(Exit.USAGE)
    if options.command == "get":
        return _get(options)
    if options.command == "add":
        return _add(options)
    from twinet.inetfetch.command import commands  # noqa: PLC0415

    act = getattr(commands, options.command)
    return lambda reactor: act(reactor, options)


def ending(error: BaseException) -> Exit:
    """Say what ended a command, and return the exit code for it."""
    if isinstance(error, Trouble):
        complain(str(error))
        return error.code
    if isinstance(error, KeyboardInterrupt):
        # Before or after the reactor's time, when nothing needs to be cleaned up.
        return Exit.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # "| head" has seen enough: nothing to complain about, and nobody to tell.
        _close_output()
        return Exit.PIPE
    if isinstance(error, OSError):
        complain(f"cannot write the output: {error.strerror}")
        _close_output()
        return Exit.LOCAL
    raise error


def _open_streams() -> None:
    """Make sure that something can be written, whatever the locale."""
    if sys.stdout is None:  # closed by the caller: ">&-"
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  stays open
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  stays open
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _close_output() -> None:
    """Let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# -- the commands


def _get(options: Namespace) -> Act:
    if options.output is not None and len(options.urls) != 1:
        raise Trouble(f"-o names one file, for {len(options.urls)} URLs", Exit.USAGE)
    if options.output == "-":
        raise Trouble(
            "-o - would write to standard output, which is not possible: a file has "
            "its name only when it is whole; write ./- for a file called '-'",
            Exit.USAGE,
        )
    from twinet.inetfetch.command import get, login  # noqa: PLC0415

    # Asked for before the reactor runs: whoever types takes his time.
    options.urls = login.urls_with_user(options)
    return lambda reactor: get.get(reactor, options)


def _add(options: Namespace) -> Act:
    from twinet.inetfetch.command import commands, wanted  # noqa: PLC0415

    # Read before the reactor runs: a list may come from a slow pipe.
    options.jobs = wanted.wanted_jobs(options.urls, options.list, options.output)
    if not options.jobs and options.list is None:
        raise Trouble("add what? give a URL, or a list of them with -i", Exit.USAGE)
    return lambda reactor: commands.add(reactor, options)


if __name__ == "__main__":
    main()
