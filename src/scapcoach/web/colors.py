"""Colours drawn over pictures, the same in the browser as in windows and videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapcoach.overlay.gauges import INK, PANEL, TRACK
from scapcoach.overlay.readings import GOOD, TO_DO

if TYPE_CHECKING:
    from scapcoach.overlay.paint import Color


def picture_colors() -> bytes:
    """A style sheet with a property for each."""
    colors = {"good": GOOD, "to-do": TO_DO, "panel": PANEL, "on-panel": INK, "scale": TRACK}
    rules = "".join(f" --{name}: {css_color(color)};" for name, color in colors.items())
    return f":root {{{rules} }}\n".encode()


def css_color(color: Color) -> str:
    """A colour as style sheets write it: #rrggbb."""
    return "#" + bytes(color).hex()
