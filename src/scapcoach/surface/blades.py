"""From rates of stretch to the gap between the blades since a repetition's stretch: causal.

The gap is the width of the zone between the blades over its height. Coming nearer, a phone that
moves and a trunk that tilts in the picture change both alike, so they change nothing. What else
could move it is taken out where it can be measured, added to sigma where it cannot, and beyond a
limit the gap is withheld.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import SURFACE, Followed
from scapcoach.surface.reach import TurnFinder, bearing

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.landmarks import Poses
    from scapcoach.surface.reach import Bearing, Turn


class Withheld(IntEnum):
    """Why the gap is not known in a frame."""

    NO = 0
    NOT_BEHIND = 1
    NO_TEXTURE = 2
    COVERED = 3
    TOO_SMALL = 4
    NO_STRETCH = 5
    TURNED = 6
    FOLDED = 7
    UNCERTAIN = 8


_FROM_FOLLOWED: Final = {
    Followed.NOT_BEHIND: Withheld.NOT_BEHIND,
    Followed.NO_TEXTURE: Withheld.NO_TEXTURE,
    Followed.COVERED: Withheld.COVERED,
    Followed.TOO_SMALL: Withheld.TOO_SMALL,
}

#: Seconds without a turn of the arms after which a stretch serves no longer.
MAX_AGE: Final = 8.0
#: Seconds without a turn of the arms after which another set begins.
MAX_REST: Final = 12.0
#: Degrees by which the trunk may change its direction since the stretch, and by which it may turn.
MAX_FOLD: Final = 35.0
MAX_TURNED: Final = 40.0
#: Trunk lengths by which the hips may come down over the ankles: squats and lunges fold the back.
MAX_LEGS: Final = 0.2
#: Seconds of folding after which a stretch serves no longer: landmarks may be wrong for a moment.
_FOLDING: Final = 0.3
#: Standard deviation of the gap, as a logarithm: at the least; for each second since the stretch;
#: for each degree of the trunk's change of direction; where no point can be followed (with
#: the square of their share); and of the way back to the stretch before any was seen.
FLOOR: Final = 0.02
PER_SECOND: Final = 0.025
PER_DEGREE: Final = 0.004
PER_LOST: Final = 0.35
DRIFT: Final = 0.06
#: Largest standard deviation with which a gap is given.
MAX_SIGMA: Final = 0.3
#: A squeeze stands out from so much on, and from so many standard deviations.
LEAST_SQUEEZE: Final = 0.05
_STANDS_OUT: Final = 2.0
#: Seconds over which the deepest gap of a repetition is averaged, so that noise makes no best.
_HELD: Final = 0.25
#: Seconds since the stretch for which a side may be hidden and still count as followed.
MAX_HIDDEN: Final = 0.35
#: Gain of the average of the share of points that can be followed, about a second's; the mean
#: before that.
_SHARE_GAIN: Final = 0.04
#: Ways back to the stretch that are remembered.
_REMEMBERED: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Blades:
    """The gap between the blades in T frames.

    Attributes:
        gap: (3, T) logarithm of its width over that at the stretch: mean, left, right. Negative is
            drawn together. NaN where withheld, and for a side that could not be followed.
        sigma: (3, T) one standard deviation.
        best: (T,) deepest gap of the finished repetitions of this set; NaN before one stood out.
        withheld: (T,) `Withheld` codes.
    """

    gap: FloatArray
    sigma: FloatArray
    best: FloatArray
    withheld: IntArray

    def __getitem__(self, index: slice) -> Blades:
        """The same for some of the frames."""
        return Blades(**{f.name: getattr(self, f.name)[..., index] for f in fields(self)})


class BladeReader:
    """Reads the gap frame by frame; frames may come one by one or in runs, with equal results."""

    def __init__(self) -> None:
        self._subject = -1
        self._begin()

    def _begin(self) -> None:
        """What was seen of the back before cannot be compared with."""
        self._sums = np.zeros(_COLUMNS)
        self._past: deque[tuple[float, FloatArray, _Held]] = deque()
        self._turns = TurnFinder()
        self._turned = -np.inf
        self._anchor: _Anchor | None = None
        self._ways_back: deque[float] = deque(maxlen=_REMEMBERED)
        self._share, self._shares = 0.0, 0
        self._best, self._deepest, self._mean = np.nan, np.nan, np.nan

    def __call__(self, poses: Poses) -> Blades:
        """The gap in the frames that follow those of the last call; landmarks as they came."""
        held = bearing(poses)
        rows = [self._step(poses, held, i) for i in range(len(poses))]
        columns = np.array([row[0] for row in rows]).reshape(-1, 7).T
        codes = np.array([row[1] for row in rows], np.int8)
        return Blades(columns[:3], columns[3:6], columns[6], codes)

    def _step(self, poses: Poses, held: Bearing, i: int) -> tuple[FloatArray, Withheld]:
        t, subject = float(poses.t[i]), int(poses.subject[i])
        if subject not in {-1, self._subject}:
            self._begin()
            self._subject = subject
        row = None if poses.surface is None else poses.surface[i].astype(np.float64)
        code = Followed.NOT_BEHIND if row is None or np.isnan(row[0]) else Followed(int(row[0]))
        if subject < 0 or row is None or code is Followed.NOT_BEHIND:
            return self._nothing(), Withheld.NOT_BEHIND
        self._add(code, row, t - self._past[-1][0] if self._past else 0.0)
        now = _Held.of(held, i)
        turn = self._turns.step(t, held.arms[i], float(held.reach[i]))
        self._past.append((t, self._sums, now))
        while self._past[0][0] < t - MAX_AGE:
            self._past.popleft()
        if turn is not None:
            self._take(turn, t)
        if t - self._turned > MAX_AGE or self._turns.at_rest:
            self._anchor = None
        if t - self._turned > MAX_REST:
            self._best = self._deepest = self._mean = np.nan
        if code in _FROM_FOLLOWED:
            return self._nothing(), _FROM_FOLLOWED[code]
        return self._read(t, now)

    def _add(self, code: Followed, row: FloatArray, seconds: float) -> None:
        """Add the rates of one frame to the sums, and how long each side was hidden."""
        if code is Followed.BEGINS:
            self._begin()
        elif code is Followed.RESUMES:
            self._sums = self._sums + _BREAK
        elif code is Followed.YES:
            rates = row[1:-1]
            hidden = np.isnan(rates[_ACROSS] + rates[_ALONG]) * seconds
            self._sums = self._sums + np.concatenate([np.nan_to_num(rates), hidden])
            if np.isfinite(row[-1]):
                self._shares += 1
                gain = max(1 / self._shares, _SHARE_GAIN)
                self._share += gain * (float(row[-1]) - self._share)

    def _nothing(self) -> FloatArray:
        return np.array([*[np.nan] * 6, self._best])

    def _take(self, turn: Turn, t: float) -> None:
        """A turn of the arms: a new stretch to compare with, or the end of a repetition's pull."""
        self._turned = t
        if not turn.stretch:
            return
        self._finish()
        within = [(s, h) for at, s, h in self._past if turn.start <= at <= turn.end]
        if not within:
            return  # the back has been followed since later only
        sums = np.mean([s for s, _ in within], axis=0)
        before = self._anchor
        self._anchor = _Anchor(turn.end, sums, _Held.mean([h for _, h in within]))
        if before is not None and not before.folded:
            self._ways_back.append(float(_gaps(sums - before.sums)[0]))
        self._deepest = self._mean = np.nan

    def _finish(self) -> None:
        """A repetition is over: its deepest gap may be the best so far."""
        if np.isfinite(self._deepest):
            self._best = float(np.fmin(self._best, self._deepest))

    def _read(self, t: float, now: _Held) -> tuple[FloatArray, Withheld]:
        anchor = self._anchor
        if anchor is None:
            return self._nothing(), Withheld.NO_STRETCH
        folded, turned, bent = now.against(anchor.held)
        if anchor.folds(t, now=folded > MAX_FOLD or bent > MAX_LEGS):
            return self._nothing(), Withheld.FOLDED
        change = self._sums - anchor.sums
        gaps, taken_out = _gaps(change), _turning(change, now.yaw, anchor.held.yaw)
        if turned > MAX_TURNED and abs(taken_out) > FLOOR:
            return self._nothing(), Withheld.TURNED
        gaps = np.where(change[_HIDDEN] <= MAX_HIDDEN, gaps - taken_out, np.nan)
        back = np.array([*self._ways_back, DRIFT, DRIFT])
        variance = (
            FLOOR**2 + max(change[_VARIANCE], 0.0) + (back**2).mean() / 2
            + (PER_LOST * (1 - self._share) ** 2) ** 2
            + (PER_SECOND * (t - anchor.t)) ** 2 + (PER_DEGREE * folded) ** 2 + (taken_out / 2) ** 2
        )  # fmt: skip
        # Wider than at the stretch is no pull: a shrug, a lean, or cloth that slides.
        sigma = float(np.hypot(np.sqrt(variance), max(gaps[0], 0.0)))
        if sigma > MAX_SIGMA:
            return self._nothing(), Withheld.UNCERTAIN
        self._remember(t, float(gaps[0]), sigma)
        sigmas = np.where(np.isnan(gaps), np.nan, _SIGMAS * sigma)
        return np.concatenate([gaps, sigmas, [self._best]]), Withheld.NO

    def _remember(self, t: float, gap: float, sigma: float) -> None:
        """Average the gap over a short hold, and remember the deepest that stands out."""
        step = t - self._past[-2][0] if len(self._past) > 1 else 0.0
        gain = 1 - float(np.exp(-step / _HELD))
        self._mean = gap if np.isnan(self._mean) else self._mean + gain * (gap - self._mean)
        if -self._mean > max(LEAST_SQUEEZE, _STANDS_OUT * sigma):
            self._deepest = float(np.fmin(self._deepest, self._mean))


_COLUMN: Final = {name: k for k, name in enumerate(SURFACE[1:-1])}
_ACROSS: Final = [_COLUMN[f"{zone}_across"] for zone in ("blades", "left", "right")]
_ALONG: Final = [_COLUMN[f"{zone}_along"] for zone in ("blades", "left", "right")]
_LOWER: Final = (_COLUMN["lower_across"], _COLUMN["lower_along"])
_VARIANCE: Final = _COLUMN["variance"]
#: After the rates of stretch, the sums hold the seconds for which each of the three was hidden.
_COLUMNS: Final = len(_COLUMN) + len(_ACROSS)
_HIDDEN: Final = slice(len(_COLUMN), None)
#: What a short break adds to the sums: nothing but doubt [E].
_BREAK: Final = np.zeros(_COLUMNS)
_BREAK[_VARIANCE] = 0.05**2
#: A side has half the points of the whole zone, on half its width.
_SIGMAS: Final = np.array([1.0, 1.5, 1.5])


def _gaps(sums: FloatArray) -> FloatArray:
    """(3,) width over height of the zone between the blades, and of its left and right half."""
    return np.asarray(sums[_ACROSS] - sums[_ALONG])


def _turning(change: FloatArray, yaw: float, before: float) -> float:
    """What turning did to the gap: as much as both the landmarks and the lower back say."""
    lower = float(change[_LOWER[0]] - change[_LOWER[1]])
    cosines = np.cos(np.radians([yaw, before])).clip(0.2)
    seen = float(np.log(cosines[0] / cosines[1]))
    if lower * seen <= 0:
        return 0.0
    return float(np.sign(seen) * min(abs(lower), abs(seen)))


@dataclass(frozen=True, slots=True)
class _Held:
    """How the trunk is held at one time."""

    up: tuple[float, float, float]
    yaw: float
    legs: float
    overhead: float

    @classmethod
    def of(cls, held: Bearing, i: int) -> _Held:
        x, y, z = (float(a) for a in held.up[i])
        return cls((x, y, z), float(held.yaw[i]), float(held.legs[i]), float(held.overhead[i]))

    @classmethod
    def mean(cls, some: list[_Held]) -> _Held:
        values = [(*h.up, h.yaw, h.legs, h.overhead) for h in some]
        x, y, z, *rest = (float(v) for v in np.median(values, axis=0))
        return cls((x, y, z), *rest)

    def against(self, other: _Held) -> tuple[float, float, float]:
        """Degrees of folding and of turning, trunk lengths by which the legs bent; 0 for NaN."""
        length = float(np.linalg.norm(other.up)) or 1.0
        cosine = float(np.dot(self.up, other.up)) / length
        folded = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        turned = abs((self.yaw - other.yaw + 90) % 180 - 90)
        hanging = other.overhead > 0.5
        bent = 0.0 if hanging else abs(self.legs - other.legs)
        return tuple(float(np.nan_to_num(x)) for x in (folded, turned, bent))  # type: ignore[return-value]


@dataclass(slots=True, eq=False)
class _Anchor:
    """The stretch that gaps are read against.

    Attributes:
        t: seconds, its end.
        sums: of the rates of stretch up to it.
        held: how the trunk was held at it.
        folded: whether the trunk has folded since, so that no gap can be read against it any more.
    """

    t: float
    sums: FloatArray
    held: _Held
    folded: bool = False
    _since: float = np.inf

    def folds(self, t: float, *, now: bool) -> bool:
        """Whether the trunk folds in this frame, or did for longer than landmarks are wrong."""
        self._since = min(self._since, t) if now else np.inf
        self.folded |= t - self._since >= _FOLDING
        return now or self.folded
