"""Where the time of requests goes: recorded, and shown as a table, a picture, a HAR.

::

    timeline = twinet.timeline.Timeline()
    timeline.record(session)
    ...
    timeline.save("waterfall.svg")
"""

from __future__ import annotations

from twinet.timeline.phase import Phase, Span
from twinet.timeline.row import Row
from twinet.timeline.timeline import Timeline

__all__ = ["Phase", "Row", "Span", "Timeline"]
