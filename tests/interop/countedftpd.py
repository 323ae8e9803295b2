"""pyftpdlib, which is asked afterwards who has logged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.interop.pyftpd import PyFtpd

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CountedFtpd"]

#: What it writes when somebody was let in, and when he has left.
_NEWS = re.compile(r"-\[.+\] (?:USER '.+' logged (in)\.|FTP session closed)")


class CountedFtpd(PyFtpd):
    """One that says how often somebody logged in.

    :param most: how many connections one address is given; 0: any number.
    :param idle: how long a session may do nothing (whole seconds) before it is ended.
    """

    def __init__(
        self, home: Path, root: Path, *, most: int = 0, idle: int = 300
    ) -> None:
        super().__init__(home, root)
        self._limits = (f"most={most}", f"idle={idle}")

    def options(self) -> list[str | Path]:
        """Return who may come, and the limits."""
        return [*super().options(), *self._limits]

    def logins(self) -> tuple[int, int]:
        """Return how many there were, and how many at a time."""
        logins = together = now = 0
        for found in _NEWS.finditer((self.home / "output.log").read_text()):
            came = found[1] is not None
            logins += came
            now += 1 if came else -1
            together = max(together, now)
        return logins, together
