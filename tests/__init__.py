"""The tests, which a proxy of the machine that they run on is nothing to."""

from __future__ import annotations

import os

for _variable in list(os.environ):
    if _variable.lower().endswith("_proxy"):
        del os.environ[_variable]
