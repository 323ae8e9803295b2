"""Trial's reactor: it has every interface, which no single type of Twisted's says."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor as _reactor

reactor: Any = _reactor
