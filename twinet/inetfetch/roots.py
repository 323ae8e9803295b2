"""Trust roots of the operator's, besides those that the platform has."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi


def with_platform(file: Path) -> list[bytes]:
    """Return PEM texts: the file's and the platform's certificates.

    Where the platform has no bundle in one file, certifi's is taken.

    :raises OSError: the file cannot be read.
    """
    own = file.read_bytes()
    # Only the paths are asked for; nothing here verifies anything.
    found = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    return [own, Path(found or certifi.where()).read_bytes()]
