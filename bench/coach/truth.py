"""What a rendered set contains, from its script alone: repetitions, phases and how each is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.phantom.timeline import Script


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One repetition of a script.

    Attributes:
        number: as in the script.
        kind: how it is done: good, lazy, shrug, ...; empty where all are alike.
        start, peak_start, peak_end, end: seconds, as `scapcoach.coaching.Rep`.
    """

    number: int
    kind: str
    start: float
    peak_start: float
    peak_end: float
    end: float

    @property
    def times(self) -> tuple[float, float, float, float]:
        """Start, peak start, peak end, end."""
        return self.start, self.peak_start, self.peak_end, self.end


#: Stays that are the far end of a repetition, by the last part of their name.
_PEAKS = ("finish", "bottom", "up", "back")


def true_reps(script: Script) -> list[TrueRep]:
    """The repetitions of `script`, in order."""
    pace = script.person.pace
    found: dict[int, list[tuple[str, float, float, float]]] = {}
    begin = 0.0
    for i, (key, end) in enumerate(zip(script.keys, script.ends, strict=True)):
        move = key.move / pace if i else 0.0
        if key.rep:
            found.setdefault(key.rep, []).append((key.segment, begin, begin + move, end))
        begin = end
    reps = []
    for number, keys in found.items():
        peaks = [k for k in keys if k[0].split(":")[-1] in _PEAKS] or keys[:1]
        kind = keys[0][0].split(":")[0] if ":" in keys[0][0] else ""
        reps.append(TrueRep(number, kind, keys[0][1], peaks[0][2], peaks[-1][3], keys[-1][2]))
    return reps
