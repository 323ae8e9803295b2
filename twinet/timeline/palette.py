"""The colours of the picture, for light and for dark surroundings."""

from __future__ import annotations

from twinet.timeline.phase import Phase

__all__ = ["STYLE", "css_class"]

#: Each phase in light surroundings, and in dark ones.  Neighbours differ in lightness
#: as well, for those who see few colours.
_PHASES = {
    Phase.QUEUE: ("#b4bcc8", "#5b6472"),
    Phase.LOOK_UP: ("#0f8f86", "#2cc5b6"),
    Phase.CONNECT: ("#f0923a", "#f5a454"),
    Phase.TLS: ("#9b4fc4", "#bd7ee3"),
    Phase.SEND: ("#e0527f", "#f07aa0"),
    Phase.WAIT: ("#7cc88b", "#57b56c"),
    Phase.RECEIVE: ("#2f74d0", "#5b9df5"),
    Phase.IDLE: ("#c3cad4", "#49515e"),
}
_PAPER = ("#ffffff", "#0d1117")
#: The rest: paper, every second row, the one under the pointer, lines, ink, pale ink,
#: what went wrong.
_SURROUNDINGS = {
    ".paper": _PAPER,
    ".band": ("#f6f8fa", "#151b23"),
    ".line": ("#2f74d0", "#5b9df5"),
    ".ink": ("#1f2328", "#e6edf3"),
    ".pale": ("#66707b", "#919ba6"),
    ".wrong": ("#c62f3b", "#ff7b72"),
}
_LINES = {
    ".grid": ("#e1e5ea", "#262d36"),
    ".edge": ("#c9d1d9", "#3a424d"),
    ".over": _PAPER,
}
_FONT = "font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"


def css_class(phase: Phase) -> str:
    """Return the class of a phase's bars."""
    return phase.value.lower()


def _rules(shade: int) -> str:
    fills = {f".{css_class(phase)}": pair for phase, pair in _PHASES.items()}
    rules = [f"{n} {{ fill: {p[shade]} }}" for n, p in (fills | _SURROUNDINGS).items()]
    rules += [f"{n} {{ stroke: {p[shade]} }}" for n, p in _LINES.items()]
    return "\n".join(rules)


STYLE = f"""
text {{ {_FONT} }}
.title {{ font-size: 15px; font-weight: 600 }}
.end {{ text-anchor: end }}
.middle {{ text-anchor: middle }}
.line {{ opacity: 0 }}
.row:hover .line {{ opacity: 0.14 }}
.over {{ paint-order: stroke; stroke-width: 4; stroke-linejoin: round }}
{_rules(0)}
@media (prefers-color-scheme: dark) {{
{_rules(1)}
}}
"""
