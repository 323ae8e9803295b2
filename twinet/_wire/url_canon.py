"""The canonical form of a URL, and combining a base with a relative URL.

WinINet's rules, as measured, not those of RFC 3986: a ``..`` that would lead above the
root is kept, so is a ``.`` at the very end, an empty reference means the base's
folder, and a reference that repeats the base's scheme counts as relative.

A URL is worked on in three pieces: the front (scheme and authority), the path, and the
extra information from the first ``?`` or ``#`` on, which is never touched.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from twinet import errors
from twinet._wire.url_parts import check_text, scheme_of
from twinet.flags import Icu

# Backslashes in these are slashes.
_WEB = frozenset({"http", "https"})
_OPAQUE = frozenset({"mailto", "news", "javascript", "vbscript", "about", "data"})

_UNSAFE = re.compile(r'[\x00-\x20"<>{}|\\^\[\]`&\x7f-\U0010ffff]')
_UNSAFE_OR_PERCENT = re.compile(r'[\x00-\x20"<>{}|\\^\[\]`&%\x7f-\U0010ffff]')
_SPACE = re.compile(" ")
_TRAILING = "".join(map(chr, range(0x21)))
_DRIVE_PATH = re.compile(r"[/\\]*([A-Za-z]:)(?=[/\\]|$)", re.ASCII)


class _Pieces(NamedTuple):
    scheme: str
    authority: str | None
    path: str
    extra: str

    @property
    def front(self) -> str:
        scheme = f"{self.scheme}:" if self.scheme else ""
        return scheme if self.authority is None else f"{scheme}//{self.authority}"


def _pieces(url: str) -> _Pieces:
    scheme, rest = scheme_of(url)
    cut = re.search("[?#]", rest)
    extra = "" if cut is None else rest[cut.start() :]
    path = rest if cut is None else rest[: cut.start()]
    if scheme.lower() in _WEB:
        path = path.replace("\\", "/")
    if path.startswith("//"):
        authority, slash, path = path[2:].partition("/")
        return _Pieces(scheme, authority, slash + path, extra)
    return _Pieces(scheme, None, path, extra)


def _trimmed(url: str) -> str:
    check_text(url)
    return url.replace("\t", "").rstrip(_TRAILING)


def canonicalize(url: str, flags: Icu | int = 0) -> str:
    """Bring a URL into its canonical form (InternetCanonicalizeUrl).

    Tabs go, so do blanks and control characters at the end; dot segments are removed;
    unsafe characters of the path are percent-encoded, those outside ASCII as UTF-8.
    Case, port and what follows ``?`` or ``#`` stay as they are.

    :param url: a URL, which may also be relative
    :param flags: NO_META keeps dot segments; DECODE decodes first; NO_ENCODE,
        ENCODE_SPACES_ONLY and ENCODE_PERCENT choose what is encoded;
        ESCAPE_AUTHORITY encodes the authority too
    :raises BadPathname: 161, a character that has no UTF-8 form
    :raises InvalidParameter: 87, it is no text
    """
    check_text(url, flags)
    url = _trimmed(url)
    if re.match(r"[A-Za-z]:[/\\]", url):
        url = f"file:///{url}"
    return _canonical(_pieces(url), flags, windows=True)


def _canonical(pieces: _Pieces, flags: Icu | int, *, windows: bool) -> str:
    """Write the canonical form; ``windows``: ``file:`` paths with backslashes."""
    path = pieces.path
    if flags & Icu.DECODE:
        path = unquote(path)
    is_file = pieces.scheme.lower() == "file"
    drive = None
    if is_file:
        whole = path if pieces.authority is None else f"{pieces.authority}{path}"
        drive = _DRIVE_PATH.match(whole)
    if drive is not None:
        path = "/" + whole[drive.start(1) :].replace("\\", "/")
        pieces = pieces._replace(authority="")
    if pieces.authority and not path:
        path = "" if pieces.extra else "/"
    if not flags & Icu.NO_META and pieces.scheme.lower() not in _OPAQUE:
        path = _simplified(path)
    path = _escaped(path, flags)
    if drive is not None and windows:
        path = path[1:].replace("/", "\\")
    if pieces.authority and flags & Icu.ESCAPE_AUTHORITY:
        pieces = pieces._replace(authority=_escaped(pieces.authority, flags))
    return pieces.front + path + pieces.extra


def _simplified(path: str) -> str:
    """Remove dot segments, but none that would lead above the root."""
    *folders, last = path.split("/")
    kept: list[str] = []
    for index, segment in enumerate([*folders, last]):
        is_last = index == len(folders)
        if segment == "." and not is_last:
            continue
        above = kept[-1] if kept else ".."
        at_root = len(kept) == 1 and path.startswith("/")
        if segment == ".." and above != ".." and not at_root:
            kept.pop()
            if is_last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)


def _escaped(text: str, flags: Icu | int) -> str:
    if flags & Icu.ENCODE_SPACES_ONLY:
        unsafe = _SPACE
    elif flags & Icu.NO_ENCODE:
        return text
    else:
        unsafe = _UNSAFE_OR_PERCENT if flags & Icu.ENCODE_PERCENT else _UNSAFE
    try:
        return unsafe.sub(_encoded, text)
    except UnicodeEncodeError:
        raise errors.BadPathname(
            "the URL has half of a surrogate pair, which has no UTF-8 form"
        ) from None


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def combine(base: str, relative: str, flags: Icu | int = 0) -> str:
    """Combine a base with a relative URL (InternetCombineUrl).

    The result is canonical; the flags are those of :func:`canonicalize`. Redirects are
    followed by RFC 3986 instead.

    :param base: an absolute URL
    :param relative: what is found on the page at ``base``; may be absolute
    :raises BadPathname: 161, both lack a scheme
    :raises InvalidParameter: 87, one of them is no text
    """
    check_text(base, flags)
    origin = _pieces(_trimmed(base))
    reference = _trimmed(relative)
    scheme, rest = scheme_of(reference)
    if scheme and (
        scheme.lower() != origin.scheme.lower() or rest.startswith(("//", "\\\\"))
    ):
        return _canonical(_pieces(reference), flags, windows=False)
    if not origin.scheme:
        raise errors.BadPathname("the base URL has no scheme: it must be absolute")
    if scheme:
        origin = origin._replace(scheme=scheme.lower())
    return _canonical(_combined(origin, rest), flags, windows=False)


def _combined(origin: _Pieces, reference: str) -> _Pieces:
    """Resolve a reference without a scheme."""
    if reference.startswith("#"):
        query = origin.extra.partition("#")[0]
        return origin._replace(extra=query + reference)
    new = _pieces(f"{origin.scheme}:{reference}")
    if new.authority is not None or new.path.startswith("/"):
        authority = origin.authority if new.authority is None else new.authority
        return new._replace(authority=authority)
    base_path = origin.path
    if origin.scheme.lower() == "file":
        base_path = base_path.replace("\\", "/")
    folder = base_path[: base_path.rfind("/") + 1]
    if not folder and origin.authority:
        folder = "/"
    return origin._replace(path=folder + new.path, extra=new.extra)
