"""Character sets of a target other than UTF-8, by the numbers that Windows has.

What is outside ASCII is percent-encoded in the character set that was chosen; what
comes out is ASCII, and is cut like any other target.
"""

from __future__ import annotations

import codecs

from twinet.errors import InvalidParameter, InvalidUrl

__all__ = ["UTF_8", "charset_of", "recoded"]

#: The code page of UTF-8, the default.
UTF_8 = 65001
#: Those that Python does not call ``cp`` and the number.  Encodings with a state, such
#: as ISO 2022, are not among them: a character alone does not mean anything there.
_NAMES = {
    UTF_8: "utf-8",
    20127: "ascii",
    20866: "koi8-r",
    21866: "koi8-u",
    51932: "euc-jp",
    51949: "euc-kr",
    54936: "gb18030",
    **{28590 + part: f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
}


def charset_of(page: object) -> str:
    """Return the name of a code page's character set.

    :raises InvalidParameter: 87, it is no code page, or none that URLs can be in.
    """
    if type(page) is int and page > 0:
        try:
            return codecs.lookup(_NAMES.get(page, f"cp{page}")).name
        except LookupError:
            pass
    msg = (
        f"{page!r} is no code page for URLs; give one such as 1252, or {UTF_8} (UTF-8)"
    )
    raise InvalidParameter(msg)


def recoded(target: str, path: str, query: str) -> str:
    """Return a target in ASCII, its two parts each from a character set of its own.

    :raises InvalidUrl: 12005, a character is not in the set.
    """
    path_text, mark, query_text = target.partition("?")
    return _encoded(path_text, path) + mark + _encoded(query_text, query)


def _encoded(text: str, charset: str) -> str:
    if text.isascii():
        return text
    try:
        return "".join(
            each
            if each.isascii()
            else "".join(f"%{byte:02X}" for byte in each.encode(charset))
            for each in text
        )
    except UnicodeEncodeError as error:
        msg = f"{error.object!r} of the target is no character of {charset}"
        raise InvalidUrl(msg) from error
