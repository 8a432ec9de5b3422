"""What measures are called and how their numbers are written, wherever people read them."""

from __future__ import annotations

import math
from typing import Final

#: The three measures that people ask about, as gauges, plots, tables and sentences call them.
TITLES: Final = {"retraction": "Retraction", "elevation": "Shrug", "hunch": "Hunch"}

#: Titles of the cards of gauges: the first one shows retraction or the gap between the blades.
CARDS: Final = {"retraction": TITLES["retraction"], "blade_gap": "Blade gap", **TITLES}

#: Shown where there is no number.
NOTHING: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"


def symbol(unit: str) -> str:
    """The sign of a unit: "deg" is a degree sign, every other unit is its own sign."""
    return "°" if unit == "deg" else unit


def suffix(unit: str) -> str:
    """What follows a number: its unit, after a space where one belongs."""
    sign = symbol(unit)
    return sign if sign in {"", "°"} else f" {sign}"


def figure(value: float, unit: str = "", *, decimals: int = 0, plus: bool = False) -> str:
    """A number with its unit: "62 %", "+12°", "1.2 s"; `NOTHING` where it is not finite.

    Args:
        value: the number, in `unit`.
        unit: "%", "deg", "s" or "" for none.
        decimals: how many to show.
        plus: whether a number above zero gets its sign; zero never has one.
    """
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:{'+' if plus else ''}.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS) + suffix(unit)
