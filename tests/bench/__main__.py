"""``python -m tests.bench``: every bench, with moderate sizes."""

from __future__ import annotations

import sys

from tests.bench import http_large, http_small, notification


def main() -> int:
    """Run them all; 1 when a client got wrong bytes somewhere."""
    return max(
        notification.main([]),
        http_small.main(["--requests", "4000", "--rounds", "3"]),
        http_small.main(["--requests", "2000", "--rounds", "3", "--concurrency", "1"]),
        http_large.main(["--mib", "512", "--rounds", "3"]),
    )


if __name__ == "__main__":
    sys.exit(main())
