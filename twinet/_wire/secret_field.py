"""Which header fields carry a secret, by their names.

What is sent to a stranger, or shown to one, by mistake cannot be called back; what is
missing shows at once.  So this takes rather too many for secrets.
"""

from __future__ import annotations

import re

__all__ = ["carries_secret"]

#: Words in the names of such fields: Authorization, Cookie, X-Api-Key, PRIVATE-TOKEN,
#: X-Amz-Security-Token ...
_SECRET = re.compile(
    rb"authori[sz]|authentic|(?:^|[-_])auth(?:$|[-_])"
    rb"|cookie|token|secret|passw|passphrase|passcode|credential|signature|session"
    rb"|(?:^|[-_])(?:jwt|t?otp|sig|sign)(?:$|[-_])"
    rb"|(?:api|access|account|admin|customer|encryption|functions?|master|private"
    rb"|shared|subscription)[-_]?key(?:$|[-_])",
    re.IGNORECASE,
).search
#: Fields of answers with such a word that say what a server wants.
_HARMLESS = frozenset(
    (
        b"www-authenticate",
        b"proxy-authenticate",
        b"access-control-allow-credentials",
    )
)


def carries_secret(name: bytes) -> bool:
    """Tell whether a field of this name is likely to carry a secret."""
    return _SECRET(name) is not None and name.lower() not in _HARMLESS
