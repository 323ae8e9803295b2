"""What lies on an FTP peer: files and directories, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter
from twinet.testing.script import Script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinet.testing.script import Step

__all__ = ["FtpContent", "FtpEntry", "FtpTree"]

#: When what says nothing else was modified.
MODIFIED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(slots=True)
class FtpEntry:
    """A file, and what is said about it.

    :ivar content: its bytes; or a :class:`~twinet.testing.Script` that is played
        when it is asked for: one that breaks off, or comes slowly.
    :ivar modified: when it was last modified (UTC).
    :ivar size: the size that is told; that of the content when left out.
    """

    content: bytes | Script
    modified: datetime = MODIFIED
    size: int | None = None

    @property
    def told_size(self) -> int:
        """The size that is told."""
        return len(self.data) if self.size is None else self.size

    @property
    def data(self) -> bytes:
        """All of the bytes."""
        if isinstance(self.content, bytes):
            return self.content
        steps = self.content.steps
        return b"".join(_bytes(step) for step in steps)

    @property
    def ends(self) -> bool:
        """Whether the connection is closed behind it; a script does that itself."""
        return isinstance(self.content, bytes)

    def steps(self, offset: int) -> Iterable[Step]:
        """Return what is sent of it, from an offset on."""
        if isinstance(self.content, bytes):
            return (self.content[offset:],)
        return _from(self.content.steps, offset)


def _bytes(step: Step) -> bytes:
    if isinstance(step, str):
        return step.encode()
    return step if isinstance(step, bytes) else b""


def _from(steps: Iterable[Step], offset: int) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, bytes | str):
            data = _bytes(step)
            yield data[offset:]
            offset = max(0, offset - len(data))
        else:
            yield step


#: What a file may be given as.
FtpContent = bytes | str | Script | FtpEntry


class FtpTree:
    """Files by their whole paths, and directories.

    :param files: content by path; a path with a slash at its end is a directory, and
        its content is left out (``None``).  Directories above files are there too.
    :raises InvalidParameter: 87, something cannot be.
    """

    def __init__(self, files: Mapping[str, FtpContent | None]) -> None:
        self.files: dict[str, FtpEntry] = {}
        self.directories: set[str] = {"/"}
        for path, content in files.items():
            if not path.startswith("/"):
                msg = f"a path on an FtpPeer begins with a slash, as '/{path}'"
                raise InvalidParameter(msg)
            if path.endswith("/"):
                self._make(path.rstrip("/") or "/")
            else:
                self.put(path, content)

    def put(self, path: str, content: FtpContent | None) -> None:
        """Have a file.

        :raises InvalidParameter: 87, it cannot be.
        """
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes | Script):
            content = FtpEntry(content)
        if not isinstance(content, FtpEntry):
            msg = (
                f"{content!r} cannot be the file {path}; give bytes, text, a Script or "
                "an FtpEntry (a directory has a slash behind its path)"
            )
            raise InvalidParameter(msg)
        self._make(parent(path))
        self.files[path] = content

    def _make(self, path: str) -> None:
        while path not in self.directories:
            self.directories.add(path)
            path = parent(path)

    def __contains__(self, path: str) -> bool:
        return path in self.files or path in self.directories

    def names(self, directory: str) -> list[str]:
        """Return the names in a directory."""
        paths = [*self.files, *self.directories - {"/"}]
        found = [path for path in paths if parent(path) == directory]
        return sorted(path.rpartition("/")[2] for path in found)

    def move(self, old: str, new: str) -> None:
        """Give a file, or a directory and all in it, another path."""
        for path in [each for each in self.files if _in(each, old)]:
            self.files[new + path[len(old) :]] = self.files.pop(path)
        for path in [each for each in self.directories if _in(each, old)]:
            self.directories.remove(path)
            self.directories.add(new + path[len(old) :])

    def facts(self, path: str) -> str:
        """Return what MLST says of a path (RFC 3659)."""
        if path in self.directories:
            return f"type=dir;modify={stamp(MODIFIED)};"
        entry = self.files[path]
        size, modified = entry.told_size, stamp(entry.modified)
        return f"type=file;size={size};modify={modified};"

    def line(self, path: str) -> str:
        """Return what ``ls -l`` says of a path."""
        name = path.rpartition("/")[2]
        if path in self.directories:
            return f"drwxr-xr-x 2 ftp ftp 4096 {MODIFIED:%b %d  %Y} {name}"
        entry = self.files[path]
        when = f"{entry.modified:%b %d  %Y}"
        return f"-rw-r--r-- 1 ftp ftp {entry.told_size} {when} {name}"


def parent(path: str) -> str:
    """Return the directory that a path is in."""
    return path.rpartition("/")[0] or "/"


def joined(directory: str, path: str) -> str:
    """Return the whole path of what is named in a directory."""
    parts: list[str] = []
    whole = path if path.startswith("/") else f"{directory}/{path}"
    for part in whole.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(f"{directory}/")


def stamp(when: datetime) -> str:
    """Return a time as RFC 3659 writes it."""
    return f"{when.astimezone(UTC):%Y%m%d%H%M%S}"
