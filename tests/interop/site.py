"""The site that every server in here serves: its files, its programs, its addresses.

``/NAME``
    a file of :data:`FILES`, with ``ETag`` and ``Last-Modified``, ranges, and coded as
    the request allows it if it is a text.
``/moved/X``, ``/leads/CODE/X``
    redirect to ``/X``: with 302, and with one of :data:`LEADS`.
``/closing/X``
    is ``/X``, after which the server closes the connection.
``/private/X``
    is ``/X`` for those who know :data:`USER` and :data:`PASSWORD` (Basic); below
    ``/private/dav/`` it takes PUT.
``/digest/X``, ``/sha256/X``, ``/either/X``
    is ``/X`` for the same, by Digest with MD5, with SHA-256, and with either, SHA-256
    offered first; below ``dav/`` they take PUT.  ``/digest/brief/X`` has nonces that
    are stale after a second.
``/dav/X``
    takes PUT, GET and DELETE; ``/limited/X`` too, but no body above :data:`LIMIT`.
``/cgi/told``
    what the server was told, as JSON: ``verb target length type cookie expect port``
    (the client's port), and ``tls`` (version); ``sha256`` and ``size`` of the body
    where the server hands it to a program.
``/cgi/sideways``
    redirects to ``told``, which is another name in the same folder.
``/cgi/answer/204``
    is a 204.  ``/cgi/cookie`` sets two cookies.
``/cgi/heads/N``
    is an answer with N KiB of header fields.
``/cgi/chunks/N``
    is N MiB of zeros without an announced length.
``/cgi/cut``
    announces 200,000 bytes and gives half of them.
``/hang-up``
    is no answer: the server closes the connection.
``/old/chunks/N``
    is the same in an answer of HTTP/1.0, which ends where the connection does.
anything else
    is a 404 with :data:`MISSING` as its page.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: The files that it serves: name to contents.
FILES = {
    "empty.bin": b"",
    "small.txt": b"Downfall Coffee & Tea: 2.50\n",
    "one-mebibyte.bin": bytes(range(256)) * 4096,
    "folder/inner.txt": b"inner\n",
    "long.txt": b"".join(b"%d bottles of beer\n" % n for n in range(10_000)),
}
#: When they were written: a server calls the tag of a fresh file weak.
WRITTEN = 1_700_000_000
#: The page that comes with a 404.
MISSING = b"No such leaf.\n"
#: The statuses that lead to another place.
LEADS = (301, 302, 303, 307, 308)
#: Who may see ``/private/``; the password is a word that nothing else has.
USER, PASSWORD = "downfall", "zwetschge47 & tea"
#: What the password opens.
REALM = "downfall"
#: The longest body that ``/limited/`` takes [bytes].
LIMIT = 1 << 20
#: The longest head, in fields of 1 KiB, and the two sizes that are tried [KiB].
HEADS = (60, 70)

#: Run by the shell, because it starts in a millisecond.
PROGRAMS = {
    "told": """\
sum=$(tee size.$$ | sha256sum)
size=$(wc -c < size.$$)
rm size.$$
printf 'Content-Type: application/json\\r\\n\\r\\n'
printf '{"verb": "%s", "target": "%s", "length": "%s", "type": "%s", ' \\
  "$REQUEST_METHOD" "$REQUEST_URI" "$CONTENT_LENGTH" "$CONTENT_TYPE"
printf '"cookie": "%s", "expect": "%s", "port": "%s", "tls": "%s", ' \\
  "$HTTP_COOKIE" "$HTTP_EXPECT" "$REMOTE_PORT" "$SSL_PROTOCOL"
printf '"size": %s, "sha256": "%s"}' "$size" "${sum%% *}"
""",
    "answer": """\
printf 'Status: %s\\r\\n\\r\\n' "${PATH_INFO#/}"
""",
    "sideways": """\
printf 'Status: 302\\r\\nLocation: told?sideways\\r\\n\\r\\n'
""",
    "cookie": """\
printf 'Set-Cookie: cup=small; Path=/cgi; HttpOnly\\r\\n'
printf 'Set-Cookie: plate=no; Path=/elsewhere\\r\\n'
printf 'Content-Type: text/plain\\r\\n\\r\\nserved\\n'
""",
    "heads": """\
number=${PATH_INFO#/}
value=$(head -c 1000 /dev/zero | tr '\\0' x)
while [ "$number" -gt 0 ]; do
  printf 'X-Number-%010d: %s\\r\\n' "$number" "$value"
  number=$((number - 1))
done
printf 'Content-Type: text/plain\\r\\n\\r\\n'
""",
    "cut": """\
printf 'Content-Length: 200000\\r\\nContent-Type: text/plain\\r\\n\\r\\n'
head -c 100000 /dev/zero
""",
    "chunks": """\
printf 'Content-Type: application/octet-stream\\r\\n\\r\\n'
head -c "$((${PATH_INFO#/} << 20))" /dev/zero
""",
}


def furnish(home: Path) -> None:
    """Write files, programs, pages and passwords below a server's folder.

    They may be read by all, because a server that was started by root becomes
    somebody else; where it writes, everybody may.
    """
    for name, contents in FILES.items():
        path = home / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
        os.utime(path, (WRITTEN, WRITTEN))
    for name in ("dav", "limited"):
        folder = home / "root" / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    pages = home / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "404.html").write_bytes(MISSING)
    programs = home / "cgi"
    programs.mkdir(exist_ok=True)
    programs.chmod(0o777)
    for name, script in PROGRAMS.items():
        program = programs / name
        program.write_text(f"#!/bin/sh\n{script}")
        program.chmod(0o755)
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    (home / "passwords").write_text(f"{USER}:{{SHA}}{digest}\n")
    secret = f"{USER}:{REALM}:{PASSWORD}".encode()
    for name, hashes in (
        ("md5", [hashlib.md5]),
        ("sha256", [hashlib.sha256]),
        ("either", [hashlib.sha256, hashlib.md5]),
    ):
        lines = (f"{USER}:{REALM}:{each(secret).hexdigest()}\n" for each in hashes)
        (home / f"{name}.digests").write_text("".join(lines))


def heads(kibibytes: int) -> list[tuple[str, str]]:
    """Return the fields of ``/cgi/heads/N``, for a server that runs no programs."""
    return [(f"X-Number-{n:010}", "x" * 1000) for n in range(kibibytes, 0, -1)]
