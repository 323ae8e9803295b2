"""URLs of jobs: checked when they come in, masked when they are shown."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

#: What this version fetches.
SCHEMES = ("http", "https", "ftp", "ftps", "gopher", "gophers")

#: The longest URL in characters (our own).
MAX_LENGTH = 8192

#: Answers of success whose body is not the content: nothing, or a part that was not
#: asked for.
NO_CONTENT = frozenset({204, 205, 206})

#: A password shorter than this is not looked for in free text: it would be found in
#: every second word.
_SHORT = 4


class BadUrl(ValueError):  # noqa: N818  says what is the matter
    """A URL cannot be fetched; the text says why and shows no password."""


def check_url(url: str) -> str:
    """Return the URL without blanks round it, or refuse it.

    :raises BadUrl: it is not an absolute URL that this version fetches.
    """
    url = url.strip(" \t\r\n")
    if not url:
        raise BadUrl("the URL is empty")
    if len(url) > MAX_LENGTH:
        raise BadUrl(f"the URL has {len(url)} characters; at most {MAX_LENGTH} fit")
    if any(ord(char) <= 0x20 or ord(char) == 0x7F for char in url):  # noqa: PLR2004  ASCII's
        raise BadUrl("the URL has a blank or a control character in it; write %20")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in url):  # noqa: PLR2004  surrogates
        raise BadUrl("the URL is not text: it has half a character in it")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as reason:
        raise BadUrl(f"{masked(url)!r} is not a URL: {reason}") from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        what = f"scheme {scheme!r}" if scheme else "no scheme"
        raise BadUrl(
            f"{masked(url)!r} has {what}; this version fetches http://, https://, "
            "ftp://, ftps://, gopher:// and gophers://"
        )
    if not host:
        raise BadUrl(f"{masked(url)!r} names no host")
    if port == 0:
        raise BadUrl(f"{masked(url)!r} names port 0")
    if scheme.startswith("ftp"):
        path, _, kind = parts.path.partition(";type=")
        if kind.lower() == "d" or path.rpartition("/")[2] == "":
            raise BadUrl(f"{masked(url)!r} names a directory; name a file in it")
    if is_gopher(url):
        _check_gopher(url)
    return url


def is_gopher(url: str) -> bool:
    """Tell whether a URL is one of Gopher."""
    return urlsplit(url).scheme.lower() in ("gopher", "gophers")


def _check_gopher(url: str) -> None:
    """Refuse a gopher URL that cannot be fetched into a file.

    :raises BadUrl: it cannot be, or names a menu.
    """
    from twinet import errors, urls  # noqa: PLC0415  for such URLs alone

    try:
        wanted = urls.crack_gopher(url)
    except errors.InternetError as reason:
        raise BadUrl(f"{masked(url)!r}: {reason.message}") from None
    if not wanted.is_file:
        raise BadUrl(
            f"{masked(url)!r} names no file (type {wanted.sign}); one begins with /0 "
            "for a text, /9 for a binary file"
        )


def host_of(url: str) -> str:
    """Return the host's name in lower case: what the limit per host counts by."""
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def masked(url: str) -> str:
    """Return the URL as it may be shown: a password becomes ``***``.

    A user name alone may be a token and goes as well.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None or not parts.netloc:
        # Not a URL; whatever stands before an "@" may be a secret all the same.
        front, at, rest = url.rpartition("@")
        scheme = front.partition("//")[0] + "//" if "//" in front else ""
        return f"{scheme}***{at}{rest}" if at else url
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url
    user, colon, _ = userinfo.partition(":")
    shown = f"{user}:***" if colon else "***"
    return urlunsplit(parts._replace(netloc=f"{shown}@{host}"))


def scrubbed(text: str, url: str) -> str:
    """Return the text without the URL's user name and password in it."""
    try:
        userinfo = urlsplit(url).netloc.rpartition("@")[0]
    except ValueError:
        return text
    if not userinfo:
        return text
    text = text.replace(userinfo + "@", "***@")
    user, colon, password = userinfo.partition(":")
    secret = password if colon else user
    for form in {secret, unquote(secret)}:
        if len(form) >= _SHORT:
            text = text.replace(form, "***")
    return text
