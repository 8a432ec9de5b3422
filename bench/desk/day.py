"""Days at a desk put together from snippets, with truth, at the level of landmarks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.desk.snippets import CLIPS, FPS, MEANING, jobs
from phantom.batch import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from phantom.record import Record
    from scapcoach.arrays import IntArray
    from scapcoach.landmarks import Poses


#: Everyday movements: name -> (how often it is drawn, least and most seconds).
EVERYDAY: Final[Mapping[str, tuple[float, float, float]]] = {
    "keyboard": (5, 2, 15), "phone": (3, 4, 20), "side_screen": (3, 5, 60), "drink": (2, 2, 6),
    "reach": (2, 2, 6), "closer": (2, 3, 12), "talk": (3, 8, 60), "stretch": (1, 3, 8),
    "lean_back": (2, 5, 120), "shrug": (1, 4, 15), "half": (1, 5, 20), "poke": (1, 4, 12),
    "passer": (1, 9, 9),
}  # fmt: skip

#: Seconds of plain work between two movements, on an ordinary and on a restless day.
WORK: Final = (15.0, 90.0)
RESTLESS: Final = (2.0, 8.0)
#: Seconds from one sustained hunch to the next: past the cooldown of ten minutes.
HUNCH_EVERY: Final = (760.0, 1100.0)
#: Seconds that a sustained hunch lasts.
HUNCH_FOR: Final = (95.0, 240.0)
#: Seconds between two times of leaving the desk, and away from it.
LEAVE_EVERY: Final = (1800.0, 3600.0)
AWAY_FOR: Final = (60.0, 480.0)


@dataclass(frozen=True, slots=True)
class Episode:
    """A sustained hunch.

    Attributes:
        start, end: seconds; from the moment the pose is reached.
        kind: hunch or sunk.
    """

    start: float
    end: float
    kind: str


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody sits down again: not quite where they sat before.

    Attributes:
        start: seconds.
        shift: (x, y) in neck heights.
        scale: of everything.
    """

    start: float
    shift: tuple[float, float]
    scale: float


@dataclass(slots=True)
class Day:
    """A day of one person before one camera.

    Attributes:
        clips: the snippets' records, by name.
        frames: (clip, frame) for each quarter of a second, as two lists of numbers.
        doing: what is done in each.
        episodes: the sustained hunches.
        seats: the first, and one after each return.
    """

    clips: Mapping[str, Record]
    frames: list[tuple[int, int]] = field(default_factory=list)
    doing: list[str] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=lambda: [Seat(0.0, (0.0, 0.0), 1.0)])

    @property
    def seconds(self) -> float:
        """Length of the day."""
        return len(self.frames) / FPS

    def at(self, t: float, neck: float) -> Poses:
        """The frame of that moment, stamped with it.

        Args:
            t: seconds.
            neck: pixels of the neck's height, the unit of a seat's shift.
        """
        i = min(int(t * FPS), len(self.frames) - 1)
        clip, frame = self.frames[i]
        poses = self.clips[list(CLIPS)[clip]].poses[frame : frame + 1]
        seat = next(s for s in reversed(self.seats) if s.start <= t)
        middle = np.array(poses.size) / 2
        shift = neck * np.array(seat.shift)
        xy = middle + seat.scale * (poses.xy - middle) + shift
        return replace(poses, t=np.array([t]), xy=xy)


class Library:
    """The snippets of one set-up: where each named hold lies, and the ways to and from it.

    Args:
        folder: of the records.
        seed: of the set-up.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.jobs = {job.script: job for job in jobs([seed])}
        self.clips = {name: load(folder / f"{job.key}.npz") for name, job in self.jobs.items()}

    @cached_property
    def baseline(self) -> Poses:
        """Ten seconds at rest."""
        work = self.clips["work"]
        return work.poses[work.segment == "calibrate"]

    @cached_property
    def own_slump(self) -> Poses:
        """Four seconds of the person's slump."""
        found = self.clips["hunch"]
        return found.poses[found.segment == "hunch"][: int(4 * FPS)]

    def spans(self, name: str) -> tuple[int, IntArray, IntArray, IntArray]:
        """Number of the clip, and frames on the way to the hold, in it, and back."""
        for number, record in enumerate(self.clips.values()):
            held = np.flatnonzero(record.segment == name)
            if len(held):
                first, last = held[0], held[-1]
                rest = np.flatnonzero(np.isin(record.segment, ("work", "calibrate")))
                before, after = rest[rest < first], rest[rest > last]
                start = before[-1] if len(before) else first
                stop = after[0] if len(after) else last + 1
                span = np.arange(len(record.segment))
                return number, span[start:first], span[first : last + 1], span[last + 1 : stop]
        raise KeyError(name)


def make_day(library: Library, hours: float, seed: int, work: tuple[float, float] = WORK) -> Day:
    """A day with work, everyday movements, sustained hunches and absences."""
    rng = np.random.default_rng(seed)
    day = Day(library.clips)
    hunch_at, leave_at = rng.uniform(120, 600), rng.uniform(*LEAVE_EVERY)
    names = list(EVERYDAY)
    odds = np.array([EVERYDAY[n][0] for n in names])
    while day.seconds < 3600 * hours:
        _play(day, library, "work", rng.uniform(*work))
        if day.seconds >= leave_at:
            _leave(day, library, rng)
            leave_at = day.seconds + rng.uniform(*LEAVE_EVERY)
        elif day.seconds >= hunch_at:
            kind = str(rng.choice(["hunch", "hunch", "sunk"]))
            length = rng.uniform(*HUNCH_FOR)
            start = _play(day, library, kind, length)
            day.episodes.append(Episode(start, start + length, kind))
            hunch_at = day.seconds + rng.uniform(*HUNCH_EVERY)
        else:
            name = str(rng.choice(names, p=odds / odds.sum()))
            _play(day, library, name, rng.uniform(*EVERYDAY[name][1:]))
    return day


def _play(day: Day, library: Library, name: str, seconds: float) -> float:
    """Go to a hold, stay in it for so long, come back; when the hold began."""
    number, there, held, back = library.spans(name)
    count = max(1, round(seconds * FPS))
    # Back and forth over the frames of the hold, so that nothing jumps; from anywhere in work.
    loop = np.concatenate([held, held[-2:0:-1]]) if len(held) > 2 else held
    offset = len(day.frames) * 7 if name == "work" else 0
    stay = loop[(np.arange(count) + offset) % len(loop)]
    _add(day, number, there, name)
    start = day.seconds
    _add(day, number, stay, name)
    _add(day, number, back, name)
    return start


def _leave(day: Day, library: Library, rng: np.random.Generator) -> None:
    number, there, held, back = library.spans("away")
    _add(day, number, there, "standing")
    stay = np.resize(held, round(rng.uniform(*AWAY_FOR) * FPS))
    _add(day, number, stay, "away")
    shift = float(rng.normal(0, 0.15)), float(rng.normal(0, 0.05))
    day.seats.append(Seat(day.seconds, shift, float(rng.normal(1.0, 0.03))))
    _add(day, number, back, "standing")


def _add(day: Day, clip: int, frames: IntArray, doing: str) -> None:
    day.frames += [(clip, int(i)) for i in frames]
    day.doing += [doing] * len(frames)


assert set(EVERYDAY) <= set(MEANING)
