"""The file behind a jar.  All methods block: call them off the reactor thread.

Theory of operation.  The file is never written in place: the new one is written beside
it, synced, and renamed, so that at every moment there is the old one or the new one,
whole.  It can be read by its owner alone from the first moment on.

Several jars, of several processes as well, may have the same file.  Each writes what
it has changed into what is there by then, and holds a lock meanwhile (``flock``).  The
lock is on the file itself, which is another one after each rename: who gets it looks
whether the file still has its name, and tries again if not.  So there is no file for
the lock that stays behind.  Where there are no such locks, of two jars that write at
the same moment one may lose what it changed; the file is whole all the same.

What cannot be read is never written over.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from twinet._http.cookie_shelf import IN_ALL, has_ended, key_of
from twinet._net.disk import refused, sync_folder
from twinet._wire.cookie_lines import read_cookie_lines, write_cookie_lines
from twinet.errors import AccessDenied, FileNotFound, Timeout

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # asked for before each use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from twinet._http.cookie_shelf import Key
    from twinet.cookie import Cookie

__all__ = ["CookieFile", "read_file", "replace_file"]

#: How long another process may hold the file, and how often it is looked at (seconds).
PATIENCE = 10.0
_PAUSE = 0.02
_READABLE_BY_OWNER = 0o600


class CookieFile:
    """The file behind a jar.

    :param session_cookies: whether cookies are kept that end with the session.
    """

    def __init__(self, path: Path, *, session_cookies: bool) -> None:
        # A link goes on leading to the file.
        self.path = path.resolve()
        self._session_cookies = session_cookies

    def read(self) -> list[Cookie]:
        """Return what it has; nothing if there is no file yet.

        :raises IncorrectFormat: 12027, it is another kind of file, or broken.
        :raises FileNotFound: 2, its folder does not exist.
        :raises AccessDenied: 5, it may not be read.
        """
        try:
            data = read_file(self.path)
        except FileNotFound:
            if self.path.parent.is_dir():
                return []
            raise
        return read_cookie_lines(data, str(self.path))

    def update(
        self,
        changes: Mapping[Key, Cookie | None],
        *,
        now: float,
        everything: bool = False,
    ) -> None:
        """Write changes into what it has by now.

        :param changes: cookies, and ``None`` for those that are gone.
        :param everything: it had nothing else that is to stay.
        :raises InternetError: as :meth:`read`; ``Timeout`` (12002), another process
            does not let go of it; ``UnableToCacheFile`` (12158), the disk is full.
        """
        with self._locked() as alone:
            there = self.read()
            kept = {} if everything else {key_of(each): each for each in there}
            for key, cookie in changes.items():
                if cookie is None or not (cookie.persistent or self._session_cookies):
                    kept.pop(key, None)
                else:
                    kept[key] = cookie
            lasting = [each for each in kept.values() if not has_ended(each, now)]
            replace_file(self.path, write_cookie_lines(lasting[-IN_ALL:]), alone)

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Make the file if it is not there, and keep other processes from it.

        It gives whether they are kept from it: not everywhere are there locks.
        """
        if fcntl is None:
            yield False
            return
        end = time.monotonic() + PATIENCE
        while True:
            try:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
                descriptor = os.open(self.path, flags, _READABLE_BY_OWNER)
            except OSError as error:
                raise refused(error, self.path) from error
            try:
                alone = self._lock(descriptor)
                if alone is not None:
                    yield alone
                    return
            finally:
                os.close(descriptor)
            if time.monotonic() > end:
                msg = (
                    f"another process has held {self.path} for {PATIENCE:g} s; the "
                    "cookies are written when it lets go of it"
                )
                raise Timeout(msg)
            time.sleep(_PAUSE)

    def _lock(self, descriptor: int) -> bool | None:
        """Try to lock what has been opened; ``None``: try again."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        except OSError:
            # This file system has no locks.
            return False
        with suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), self.path.stat()):
                return True
        # Another file has got the name since it was opened.
        return None


def read_file(path: Path) -> bytes:
    """Read a file of cookies.

    :raises FileNotFound: 2, there is none.
    :raises AccessDenied: 5, it may not be read, or is none.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        msg = f"cannot read {path}: there is no such file"
        raise FileNotFound(msg) from error
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise AccessDenied(msg) from error


def replace_file(path: Path, data: bytes, alone: bool = False) -> None:
    """Give a file other contents, all at once.

    Nobody but its owner can read it, from its first moment on.

    :param alone: whether nobody else does so now: then what one left that was killed
        is written over.
    :raises FileNotFound: 2, its folder does not exist.
    :raises AccessDenied: 5, it may not be written.
    :raises UnableToCacheFile: 12158, the disk is full.
    """
    mark = "" if alone else f".{secrets.token_hex(4)}"
    new = path.with_name(f".{path.name[:200]}{mark}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        new.unlink(missing_ok=True)
        descriptor = os.open(new, flags, _READABLE_BY_OWNER)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise refused(error, path) from error
