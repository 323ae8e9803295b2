"""Host names as they stand in URLs, brought into the form used for connecting.

Own rules, in the order they are applied: percent-encoded hosts are decoded as UTF-8
(RFC 3986 3.2.2), names outside ASCII become IDNA names (UTS #46 mapping, then RFC
5891), and what comes out may hold letters, digits, ``-``, ``_`` and dots only. Names
that are ASCII from the beginning are not held to IDNA's rules: underscores and
leading hyphens are in use.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import unquote

import idna

from twinet import errors

# Labels have 63 characters at most, the whole 253 (RFC 1035 2.3.4); a dot at the end
# stands for the root and is kept, because it makes a name absolute for the resolver.
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", re.ASCII)
_LONGEST = 253


def host_name(text: str) -> str:
    """Bring a registered name or IPv4 address into the form used for connecting.

    :param text: the host of a URL, without port, not in brackets
    :returns: the name in lower case and ASCII
    :raises InvalidUrl: 12005, not a host name
    """
    name = text
    if "%" in name:
        try:
            name = unquote(name, errors="strict")
        except UnicodeDecodeError:
            raise errors.InvalidUrl(
                f"the host {text!r} is percent-encoded, but not from UTF-8"
            ) from None
    name = name.lower() if name.isascii() else _international(name)
    if _NAME.fullmatch(name) is None or len(name.rstrip(".")) > _LONGEST:
        raise errors.InvalidUrl(
            f"{text!r} is not a host name: labels of 1 to 63 letters, digits and "
            "hyphens between dots are"
        )
    return name


def _international(text: str) -> str:
    """Turn a name with characters outside ASCII into its ASCII form."""
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
        return ".".join(
            label if label.isascii() else idna.alabel(label).decode("ascii")
            for label in mapped.split(".")
        )
    except (idna.IDNAError, UnicodeError) as problem:
        raise errors.InvalidUrl(
            f"the host {text!r} is not a valid international name: {problem}"
        ) from problem


def ipv6_host(text: str) -> str:
    """Bring what stands in brackets into the form used for connecting.

    A zone id is written ``%25eth0`` in URLs (RFC 6874); a bare ``%eth0`` is taken too.

    :param text: the host without its brackets
    :returns: the address in its shortest form, with ``%zone`` if there is a zone
    :raises InvalidUrl: 12005, not an IPv6 address
    """
    address, percent, zone = text.partition("%")
    if percent and zone.startswith("25"):
        zone = unquote(zone[2:])
    if percent and re.fullmatch(r"[A-Za-z0-9._~-]+", zone) is None:
        raise errors.InvalidUrl(f"[{text}] has no valid zone after the % sign")
    try:
        shortest = str(IPv6Address(address))
    except ValueError as problem:
        raise errors.InvalidUrl(f"[{text}] is no IPv6 address: {problem}") from problem
    return shortest + percent + zone
