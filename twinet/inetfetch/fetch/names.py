"""File names: made safe when a stranger chose them, refused when a client did.

A name that comes out of a URL is cleaned, because nobody can be asked; a path that
a client gives is taken as it is or refused with the reason.  The rules are our own;
they keep a name harmless on every system on which the folder may be mounted.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote_to_bytes, urlsplit

from twinet.inetfetch.weburl import is_gopher
from twinet.urls import crack_gopher

#: The longest name in bytes; 255 is what file systems take, and the part file's name
#: and a number in brackets must still fit.
MAX_BYTES = 200

#: What a name may not hold on Windows, besides control characters.
_FORBIDDEN = frozenset('/\\:*?"<>|')

#: Devices on Windows, with any extension.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"]
)

#: Zero-width joiner and non-joiner.
_JOINERS = frozenset("\u200c\u200d")

#: Endings that belong together with the one before them.
_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".br", ".z"})


class BadPath(ValueError):  # noqa: N818  says what is the matter
    """A path that a client gave cannot be used; the text says why."""


def _invisible(char: str) -> bool:
    """Tell whether a character is a control, a format, half of one, or a new line."""
    # Cf holds the marks that turn the direction of text: after RLO, "gpj.exe" shows
    # as "exe.jpg".  Two of them belong to the spelling of some languages.
    category = unicodedata.category(char)
    return category in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in _JOINERS


def split_ending(name: str) -> tuple[str, str]:
    """Return stem and ending; ``.tar.gz`` is one ending, a leading dot is none."""
    stem, dot, last = name.rpartition(".")
    if not dot or not stem.strip("."):
        return name, ""
    ending = dot + last
    if ending.lower() in _PACKED and stem.lower().endswith(".tar") and stem[:-4]:
        return stem[:-4], stem[-4:] + ending
    return stem, ending


def _shortened(name: str) -> str:
    """Cut the stem so that the name has at most :data:`MAX_BYTES`."""
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, ending = split_ending(name)
    room = MAX_BYTES - len(ending.encode())
    if room < MAX_BYTES // 2:  # the ending is no ending
        stem, ending, room = name, "", MAX_BYTES
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + ending


def clean_name(name: str) -> str:
    """Return a harmless name that looks like the given one; perhaps an empty one."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(
        "_" if char in _FORBIDDEN or char == "\ufffd" or _invisible(char) else char
        for char in name
    )
    # A leading dot hides the file (and is how our own part files are called);
    # Windows drops dots and blanks at the end.
    name = name.strip(" ").lstrip(".").strip(" ").rstrip(" .")
    if name.split(".")[0].rstrip(" ").lower() in _DEVICES:
        name = "_" + name
    return _shortened(name)


def name_from_url(url: str) -> str:
    """Return the name that a URL suggests: its path's last part, cleaned.

    Query and fragment are not looked at, nor what an FTP URL says about how the file
    is transferred.  ``index.html`` where there is no name.
    """
    if is_gopher(url):
        # The first character of its path is the type's.
        return clean_name(crack_gopher(url).name) or "index.txt"
    parts = urlsplit(url)
    last = parts.path.rpartition("/")[2]
    if parts.scheme in ("ftp", "ftps"):
        # How it is transferred is no part of its name (RFC 1738, section 3.2.2).
        last = last.partition(";type=")[0]
    # Decoded only now: an encoded slash is part of the name, and becomes "_".
    text = unquote_to_bytes(last).decode("utf-8", "replace")
    return clean_name(text) or "index.html"


def check_path(path: str) -> str:
    """Return a client's path below the download folder, or refuse it.

    :raises BadPath: it is not a plain relative path.
    """
    path = unicodedata.normalize("NFC", path)
    if not path:
        raise BadPath("the path is empty")
    if path.startswith("/"):
        raise BadPath(
            f"{path!r} is absolute; give a path below the daemon's download folder"
        )
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            raise BadPath(f"{path!r} has an empty part, '.' or '..' in it")
        if any(map(_invisible, part)) or "\\" in part:
            raise BadPath(
                f"{path!r} has a backslash or a character that cannot be seen in it"
            )
        if part.startswith("."):
            # Hidden files steer other programs, and part files are called so.
            raise BadPath(f"{path!r} has a part that begins with a dot")
        if len(part.encode()) > MAX_BYTES:
            raise BadPath(
                f"a part of the path has {len(part.encode())} bytes; "
                f"at most {MAX_BYTES} fit"
            )
    return path


def numbered(name: str, number: int) -> str:
    """Return the name for a file whose name is taken: ``name (1).ext``."""
    if number == 0:
        return name
    stem, ending = split_ending(name)
    return f"{stem} ({number}){ending}"


def part_name(name: str, gid: str, fence: int) -> str:
    """Return the name of the part file; two owners never share one."""
    return f".{name}.{gid}.{fence}.part"


def part_gid(name: str) -> str | None:
    """Return the gid in a part file's name, ``None`` if it is not such a name."""
    pieces = name.rsplit(".", 3)
    if len(pieces) != 4 or not name.startswith(".") or pieces[3] != "part":  # noqa: PLR2004  stem, gid, fence, "part"
        return None
    gid, fence = pieces[1], pieces[2]
    plain = len(gid) == 16 and set(gid) <= set("0123456789abcdef")  # noqa: PLR2004  as new_gid() makes them
    return gid if plain and fence.isdecimal() else None
