"""The state folder: one daemon's at a time, and readable by its owner only.

``lock``
    held (``flock``) as long as the daemon lives; the kernel drops it with the
    process, so that nothing stale is left by a crash
``token``
    the secret that clients of the API must know, made at the first start
``jobs.db``
    the queue
``daemon.json``
    where the daemon listens, for the command line of the same user
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: A token with fewer characters was not made by us, and could be guessed.
_SHORTEST_TOKEN = 22


class StateError(Exception):
    """The state folder cannot be used; the text says why and what to try."""


class StateFolder:
    """A daemon's own folder.  Make it, :meth:`lock` it, then use the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.token_file = path / "token"
        self.database = path / "jobs.db"
        self._announcement = path / "daemon.json"
        self._lock: int | None = None

    def lock(self) -> None:
        """Make the folder if it is not there, and keep other daemons out.

        The lock survives the forks of a process that becomes a daemon.

        :raises StateError: another daemon has it, or it cannot be made or written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self.path / "lock", flags, 0o600)
        except OSError as reason:
            raise StateError(
                f"the state folder {self.path} cannot be used: {reason.strerror}; "
                "give --state-dir (INETFETCH_STATE_DIR) another folder"
            ) from reason
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as reason:
            os.close(descriptor)
            if not isinstance(reason, BlockingIOError):
                raise StateError(
                    f"the state folder {self.path} cannot be locked: "
                    f"{reason.strerror}; give --state-dir a folder on a local disk"
                ) from reason
            raise StateError(
                f"another inetfetch daemon uses the state folder {self.path}"
                f"{self._whose()}; stop it, or give --state-dir "
                "(INETFETCH_STATE_DIR) another folder"
            ) from None
        self._lock = descriptor

    def _whose(self) -> str:
        try:
            told = json.loads(self._announcement.read_bytes())
            return f" (process {told['pid']}, {told['url']})"
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def token(self) -> str:
        """Return the token, making it at the first start.

        :raises StateError: the file cannot be read or made, or holds no token.
        """
        try:
            with contextlib.suppress(FileNotFoundError):
                token = self.token_file.read_text("ascii").strip()
                if len(token) < _SHORTEST_TOKEN or not token.isprintable():
                    raise StateError(
                        f"{self.token_file} does not hold a token of at least "
                        f"{_SHORTEST_TOKEN} characters; remove it, and the next start "
                        "makes a new one"
                    )
                return token
            token = secrets.token_urlsafe(32)
            self._write(self.token_file, token + "\n")
        except (OSError, UnicodeDecodeError) as reason:
            raise StateError(
                f"the token file {self.token_file} cannot be used: {reason}"
            ) from reason
        return token

    def announce(self, **members: Any) -> None:
        """Write down where the daemon listens.

        :raises OSError: it cannot be written.
        """
        self._write(self._announcement, json.dumps(members) + "\n")

    def _write(self, path: Path, text: str) -> None:
        """Write a file for the owner only, so that it is there whole or not at all."""
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(new, flags, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def leave(self) -> None:
        """Take the announcement back and let others in."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._announcement.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None
