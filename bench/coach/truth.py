"""What a rendered set contains: repetitions, phases and values, from script and truth table.

Shares of the person's range are those that the script asks for; what raised arms bring along is
no part of them, as it is no part of what a calibration at the same arm pose reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from phantom.person import Person
    from phantom.pose import Pose
    from phantom.record import Record
    from phantom.timeline import Script


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One repetition of a script.

    Attributes:
        number: as in the script.
        kind: how it is done: good, lazy, shrug, ...; empty where all are done the same way.
        start, peak_start, peak_end, end: seconds, as `scapcoach.coaching.Rep`.
        before, peak, after: poses at the start, at the peak's end, and after the return.
        way: poses of all keys from the start to the return.
    """

    number: int
    kind: str
    start: float
    peak_start: float
    peak_end: float
    end: float
    before: Pose
    peak: Pose
    after: Pose
    way: tuple[Pose, ...]

    @property
    def times(self) -> tuple[float, float, float, float]:
        """Start, peak start, peak end, end."""
        return self.start, self.peak_start, self.peak_end, self.end


@dataclass(frozen=True, slots=True)
class _Stay:
    name: str
    begins: float
    arrives: float
    leaves: float
    before: Pose
    pose: Pose


#: Stays that are the far end of a repetition, by the last part of their name.
_PEAKS = ("finish", "bottom", "up", "back")


def true_reps(script: Script) -> list[TrueRep]:
    """The repetitions of `script`, in order."""
    pace = script.person.pace
    found: dict[int, list[_Stay]] = {}
    begin = 0.0
    for i, (key, end) in enumerate(zip(script.keys, script.ends, strict=True)):
        move = key.move / pace if i else 0.0
        if key.rep:
            before = script.keys[i - 1].pose if i else key.pose
            stay = _Stay(key.segment, begin, begin + move, end, before, key.pose)
            found.setdefault(key.rep, []).append(stay)
        begin = end
    return [_rep(number, stays) for number, stays in found.items()]


def _rep(number: int, stays: list[_Stay]) -> TrueRep:
    peaks = [s for s in stays if s.name.split(":")[-1] in _PEAKS] or stays[:1]
    return TrueRep(
        number=number,
        kind=stays[0].name.split(":")[0] if ":" in stays[0].name else "",
        start=stays[0].begins,
        peak_start=peaks[0].arrives,
        peak_end=peaks[-1].leaves,
        end=stays[-1].arrives,
        before=stays[0].before,
        peak=peaks[-1].pose,
        after=stays[-1].pose,
        way=(stays[0].before, *(s.pose for s in stays)),
    )


def share(pose: Pose, person: Person, quantity: str, side: str = "") -> float:
    """Per cent of the person's range of retraction or elevation in a pose; one side or the mean."""
    sides = (side,) if side else ("left", "right")
    degrees = float(np.mean([getattr(pose, f"{quantity}_{s}") for s in sides]))
    low = "protraction" if quantity == "retraction" else "depression"
    return 100 * degrees / getattr(person, quantity if degrees > 0 else low)


def true_values(rep: TrueRep, person: Person, record: Record) -> dict[str, float]:
    """What `REP_VALUES` are in truth, as far as a script determines them."""
    at = {"start": rep.before, "peak": rep.peak, "end": rep.after}
    out = {
        f"{q}_{where}": share(pose, person, q)
        for q in ("retraction", "elevation")
        for where, pose in at.items()
    }
    out["retraction_drop"] = out["retraction_start"] - min(
        share(pose, person, "retraction") for pose in rep.way
    )
    out["elevation_gain"] = out["elevation_peak"] - out["elevation_start"]
    for q in ("retraction", "elevation"):
        left, right = (share(rep.peak, person, q, side) for side in ("left", "right"))
        out[f"{q}_asymmetry"] = abs(left - right)
    lean, head, back = (
        record.column(c) for c in ("trunk_lean", "head_forward", "thoracic_flexion")
    )
    t = record.poses.t
    whole = (t >= rep.start) & (t <= rep.end)
    peak = (t >= rep.peak_start - 0.05) & (t <= rep.peak_end + 0.05)
    before = (t >= rep.start - 0.2) & (t <= rep.start + 0.05)
    returning = (t >= rep.peak_end) & (t <= rep.end)
    out["trunk_swing"] = float(np.ptp(np.percentile(lean[whole], [5, 95])))
    out["lean_peak"] = float(np.median(lean[peak]))
    out["head_poke"] = float(np.median(head[peak]) - np.median(head[before]))
    out["rounding_gain"] = float(np.max(back[returning]) - np.median(back[before]))
    return out
