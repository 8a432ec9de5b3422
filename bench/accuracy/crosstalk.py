"""The cross-talk matrix: one true motion at full range, and how every measure changes with it.

Each cell is the change of a reported measure between the hold of a motion and the rests of the
same clip, in per cent of that measure's personal range. On the diagonal 100 is right; everywhere
else 0 is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy.stats import auc
from bench.accuracy.tables import VIEWS, Clip, holds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion that a script shows alone.

    Attributes:
        title: for people.
        script: that shows it; segments: names of its holds there.
        least: smallest change of the truth column `by` (degrees) that is full range; some scripts
            show it graded.
    """

    title: str
    script: str
    segments: tuple[str, ...]
    by: str = ""
    least: float = 0.0

    @property
    def two_sided(self) -> bool:
        """Whether its holds go opposite ways, so that only sizes may be pooled."""
        return len(self.segments) > 1


MOTIONS: Final = (
    Motion("full retraction", "still", ("retraction_100",)),
    Motion("full protraction", "still", ("protraction_100",)),
    Motion("full shrug", "still", ("shrug_100",)),
    Motion("full depression", "still", ("depression",)),
    Motion("upper back rounds (own slump)", "rounding_only", ("rounded",)),
    Motion("turns by 20 deg", "turning", ("turn_left", "turn_right"), "yaw", 15.0),
    Motion("leans forward 30 deg", "leaning", ("lean_forward",), "trunk_lean", 22.0),
    Motion("leans back 10 deg", "leaning", ("lean_back",)),
    Motion("leans sideways 12 deg", "leaning", ("lean_left", "lean_right")),
    Motion("arms forwards", "arm_raises", ("raise_front",)),
    Motion("arms sideways", "arm_raises", ("raise_side",)),
    Motion("arms overhead", "arm_raises", ("raise_overhead",)),
    Motion("bends elbows, crosses arms", "arm_raises", ("bend_elbows", "cross_arms")),
    Motion("nods, looks up", "nodding", ("nod_down", "look_up")),
    Motion("looks aside", "nodding", ("look_left", "look_right")),
    Motion("tilts the head", "nodding", ("tilt_left", "tilt_right")),
    Motion("pokes the head forward", "nodding", ("poke",)),
    Motion("steps nearer, farther", "stepping", ("nearer", "farther")),
    Motion("steps aside", "stepping", ("left", "right")),
)

#: Reported measures, and what 100 per cent of each is: of the person's range or slump, or degrees
#: where a measure has no personal range.
COLUMNS: Final = {
    "retraction": "own range", "elevation": "own range", "rounding_deg": "own slump",
    "head_forward": "own slump", "hunch": "own slump", "trunk_lean": "30 deg",
    "shoulder_tilt": "10 deg",
}  # fmt: skip


#: Where the rests of the clip are withheld, the person's neutral replaces them: 0 for all measures
#: except those that count from the vertical.
_ZERO: Final = {"trunk_lean": np.nan, "shoulder_tilt": np.nan}


def _full(clip: Clip, name: str) -> float:
    slump = clip.own.slump
    return {
        "rounding_deg": slump["thoracic_flexion"], "head_forward": slump["head_forward"],
        "trunk_lean": 30.0, "shoulder_tilt": 10.0,
    }.get(name, 100.0)  # fmt: skip


def _cell(clip: Clip, motion: Motion, name: str) -> tuple[list[float], int, int]:
    """Changes in per cent hold by hold, and how many frames of holds there are and were judged."""
    c = clip.found[name]
    rest = np.concatenate(
        [c.estimate[f] for n, f in holds(clip) if n == "neutral"] or [np.zeros(0)]
    )
    rest = rest[np.isfinite(rest)]
    zero = float(np.median(rest)) if len(rest) else _ZERO.get(name, 0.0)
    changes, frames, judged = [], 0, 0
    for segment, at in holds(clip):
        if segment not in motion.segments or not _full_range(clip, motion, at):
            continue
        part = c.estimate[at]
        known = part[np.isfinite(part)]
        frames, judged = frames + len(part), judged + len(known)
        if len(known) and np.isfinite(zero):
            changes.append(100 * (float(np.median(known)) - zero) / _full(clip, name))
    return changes, frames, judged


def _full_range(clip: Clip, motion: Motion, at: slice) -> bool:
    if not motion.by:
        return True
    truth = clip.record.column(motion.by)
    change = np.abs((truth[at].mean() - truth[0] + 180) % 360 - 180)
    return bool(motion.least <= change <= 1.6 * motion.least)


def matrix(clips: Sequence[Clip], view: str = "all") -> list[dict[str, Any]]:
    """One entry for each motion, with the median and largest change and share judged by measure.

    `median` is of the signed changes, `size` of their absolute values.
    """
    out = []
    for motion in MOTIONS:
        some = [c for c in clips if c.script == motion.script and view in {"all", c.setup.view}]
        cells: dict[str, Any] = {}
        for name in COLUMNS:
            parts = [_cell(c, motion, name) for c in some]
            changes = [x for p in parts for x in p[0]]
            frames = sum(p[1] for p in parts)
            cells[name] = {
                "median": float(np.median(changes)) if changes else None,
                "size": float(np.median(np.abs(changes))) if changes else None,
                "worst": max(changes, key=abs) if changes else None,
                "holds": len(changes),
                "share_judged": sum(p[2] for p in parts) / frames if frames else None,
            }
        if some:
            out.append(
                {
                    "motion": motion.title,
                    "two_sided": motion.two_sided,
                    "setups": len(some),
                    "cells": cells,
                }
            )
    return out


#: Holds in which the upper back alone has rounded, and in which the head alone is poked forward.
_ROUNDED: Final = ("rounding_only", "rounded")
_POKED: Final = ("nodding", "poke")


def rounded_or_poked(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """How well the back's outline separates a rounded upper back from a head poked forward.

    One entry for each view in which both were filmed and the rounding is judged: `auc`, the chance
    that a frame of the first reads as rounder than one of the second, frames of each, and set-ups.
    """
    out = []
    for view in VIEWS:
        some = [c for c in clips if c.setup.view == view]
        rounded, poked = (_roundings(some, *hold) for hold in (_ROUNDED, _POKED))
        chance = auc(rounded, poked)
        if np.isfinite(chance):
            counts = {"rounded": len(rounded), "poked": len(poked)}
            people = {c.setup.name for c in some if c.script in {_ROUNDED[0], _POKED[0]}}
            out.append({"view": view, "auc": chance, **counts, "setups": len(people)})
    return out


def _roundings(clips: Sequence[Clip], script: str, hold: str) -> FloatArray:
    """Judged degrees of rounding in that hold of that script."""
    found = [
        c.found["rounding_deg"].estimate[at]
        for c in clips
        if c.script == script
        for segment, at in holds(c)
        if segment == hold
    ]
    values = np.concatenate([np.zeros(0), *found])
    return values[np.isfinite(values)]


def shown(entry: Mapping[str, Any], name: str) -> str:
    """The median change in words: with its sign, or +- its size where motions go both ways."""
    cell = entry["cells"][name]
    return f"±{cell['size']:.0f}" if entry["two_sided"] else f"{cell['median']:+.0f}"
