"""A WinINet program as it would be written for threads: every call blocks.

``python ported_blocking.py URL``
"""

from __future__ import annotations

import sys
from typing import Any

from twinet.wininet import (
    HTTP_QUERY_FLAG_NUMBER,
    HTTP_QUERY_STATUS_CODE,
    HttpQueryInfo,
    InternetCloseHandle,
    InternetOpen,
    InternetOpenUrl,
    InternetReadFile,
    InternetSetStatusCallback,
)


def on_status(_handle: Any, context: Any, status: Any, info: Any, _length: int) -> None:
    """Write each step down; it runs in the thread that is blocked."""
    print(context, status.name, info if isinstance(info, str | int) else "")


def main(url: str) -> None:
    """Fetch a URL and count its bytes."""
    session = InternetOpen("coffee/1.0")
    InternetSetStatusCallback(session, on_status)
    request = InternetOpenUrl(session, url, context=1)
    print(HttpQueryInfo(request, HTTP_QUERY_STATUS_CODE | HTTP_QUERY_FLAG_NUMBER))
    count = 0
    while data := InternetReadFile(request, 4096):
        count += len(data)
    print(f"{count} bytes")
    InternetCloseHandle(session)


if __name__ == "__main__":
    main(*sys.argv[1:])
