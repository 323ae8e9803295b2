"""What ``twistd inetfetch`` and ``twist inetfetch`` load."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from twinet.inetfetch.daemon import Daemon
from twinet.inetfetch.ending import Ending
from twinet.inetfetch.fetch.faults import Faults
from twinet.inetfetch.refusal import StartRefused
from twinet.inetfetch.settings import Options, Settings
from twinet.inetfetch.statefolder import StateError, StateFolder

__all__ = ["Options", "makeService"]


def makeService(options: Options) -> Daemon:  # noqa: N802  Twisted's name
    """Make the daemon; its state folder is locked when this returns.

    :raises StartRefused: a folder cannot be used, or another daemon has it.
    """
    # Late: importing it installs it.
    from twisted.internet import reactor  # noqa: PLC0415

    settings = options.settings
    try:
        faults = Faults(os.environ.get("INETFETCH_FAULT", ""))
    except ValueError as reason:
        raise StartRefused(str(reason)) from None
    _check_root(settings.root)
    state = StateFolder(settings.state_dir)
    try:
        state.lock()
        daemon = Daemon(
            reactor,
            settings,
            state,
            faults=faults,
            mode=0o666 & ~_umask(),
            sample=sample_line(settings, sys.argv[0], Path.cwd()),
        )
    except StateError as reason:
        state.leave()
        raise StartRefused(str(reason)) from None
    Ending(reactor).take_signals()
    return daemon


def _check_root(root: Path) -> None:
    """Make the download folder if it is not there.

    :raises StartRefused: it cannot be made or written to.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise StartRefused(
            f"the download folder {root} cannot be made: {reason.strerror}; "
            "give --dir (INETFETCH_DIR) another one"
        ) from reason
    if not os.access(root, os.W_OK | os.X_OK):
        raise StartRefused(
            f"the download folder {root} cannot be written to; change its "
            "permissions or give --dir (INETFETCH_DIR) another one"
        )


def _umask() -> int:
    """Return the umask of whoever starts us: twistd sets 077 when it forks."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def sample_line(settings: Settings, program: str, folder: Path) -> str:
    """Return a command that adds a job to this very daemon.

    :param program: how twistd was called (``sys.argv[0]``).
    :param folder: the working folder, from which the user will call it.
    """
    command = "inetfetch"
    script = Path(program).parent / "inetfetch"
    if "/" in program and script.exists():
        found = shutil.which("inetfetch")
        if found is None or not Path(found).samefile(script):
            command = str(script)
            if script.is_relative_to(folder):
                command = str(script.relative_to(folder))
    line = f"{shlex.quote(command)} add https://example.org/"
    if not settings.usual_state_dir:
        line = f"INETFETCH_STATE_DIR={shlex.quote(str(settings.state_dir))} {line}"
    return line
