"""How far the arms reach, and how the trunk is held: what the blades are read beside.

In every pull the hands come to the shoulders, the elbows go outwards, or from overhead down to the
side. All three lower one number, the reach; so its turning points are the stretch and the squeeze
of a repetition without knowing the exercise [M, 7 real clips of pulls: 44 of 55 turns found within
0.6 s of the times seen by eye, with 62 found in all].
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses

_ELBOWS: Final = (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)
_WRISTS: Final = (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)
_ANKLES: Final = (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)

#: Share of the distance from shoulder to wrist in the reach: it rests on depth, which is noisy.
_DEPTH_SHARE: Final = 0.5
#: Height of the elbows, in trunk lengths over the shoulders, below which lowering them changes the
#: reach no more: otherwise a row, whose elbows rise a little, would go the wrong way.
_ELBOWS_LOW: Final = -0.2
#: Visibility from which ankles are believed.
_SEEN: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Bearing:
    """How T frames hold arms and trunk; NaN without a person.

    Attributes:
        reach: (T,) trunk lengths; large with arms stretched away or overhead.
        up: (T, 3) unit vector from hips to shoulders, MediaPipe axes.
        yaw: (T,) degrees of the shoulder line against the picture, in [-90, 90): left and right may
            have been swapped.
        legs: (T,) height of the hips over the ankles, trunk lengths; NaN where these are hidden.
        overhead: (T,) 1 where both wrists are above the shoulders, else 0.
    """

    reach: FloatArray
    up: FloatArray
    yaw: FloatArray
    legs: FloatArray
    overhead: FloatArray


def bearing(poses: Poses) -> Bearing:
    """How arms and trunk are held in each of T frames, from landmarks that are not smoothed."""
    xy, world = poses.xy.astype(np.float64), poses.world.astype(np.float64)
    shoulders, hips = _middle(xy, SHOULDERS), _middle(xy, HIPS)
    down = hips - shoulders
    length = np.maximum(np.hypot(*down.T), 1e-6)[:, None]
    v = down / length
    u = np.stack([v[:, 1], -v[:, 0]], axis=1)
    elbows = (xy[:, list(_ELBOWS)] - shoulders[:, None]) / length[:, None]
    out = np.abs((elbows * u[:, None]).sum(axis=2))
    high = np.maximum(-(elbows * v[:, None]).sum(axis=2), _ELBOWS_LOW)
    trunk = _middle(world, SHOULDERS) - _middle(world, HIPS)
    size = np.maximum(np.linalg.norm(trunk, axis=1), 1e-6)[:, None]
    arms = np.linalg.norm(world[:, list(_WRISTS)] - world[:, list(SHOULDERS)], axis=2) / size
    line = world[:, SHOULDERS[0]] - world[:, SHOULDERS[1]]
    yaw = np.degrees(np.arctan2(line[:, 2], line[:, 0]))
    legs = (_middle(xy, _ANKLES) - hips)[:, 1] / length[:, 0]
    seen = poses.visibility[:, list(_ANKLES)].min(axis=1) >= _SEEN
    wrists = xy[:, list(_WRISTS), 1] < shoulders[:, None, 1]
    return Bearing(
        reach=(_DEPTH_SHARE * arms - out + high).mean(axis=1),
        up=trunk / size,
        yaw=(yaw + 90) % 180 - 90,
        legs=np.where(seen, legs, np.nan),
        overhead=np.asarray(wrists.all(axis=1), np.float64),
    )


def _middle(points: FloatArray, pair: tuple[Landmark, ...]) -> FloatArray:
    return np.asarray(points[:, list(pair)].mean(axis=1))


#: Frames of the median, and seconds of the average after it, that steady the reach.
_MEDIAN: Final = 3
_STEADY: Final = 0.12
#: The reach must turn back by so much to have turned: trunk lengths, and share of what it covered
#: in the last seconds.
MIN_TURN: Final = 0.2
_TURN_SHARE: Final = 0.4
_TURN_SPAN: Final = 12.0
#: Seconds for which the arms move less than a turn at rest: few hold a squeeze for so long.
REST_SPAN: Final = 4.0
#: Within this share of a turn from the extreme, the arms count as being there still.
_PLATEAU: Final = 0.3


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning point of the reach.

    Attributes:
        stretch: True where the reach was largest, False where it was smallest.
        start, end: seconds for which the arms were there.
    """

    stretch: bool
    start: float
    end: float


class TurnFinder:
    """Finds the turning points of the reach, from past frames only."""

    def __init__(self) -> None:
        self._raw: deque[float] = deque(maxlen=_MEDIAN)
        self._past: deque[tuple[float, float]] = deque()
        self._value, self._t = np.nan, -np.inf
        self._going = 0  # 1 rising, -1 falling, 0 not known
        self._high, self._low = -np.inf, np.inf
        self._turn = MIN_TURN

    @property
    def value(self) -> float:
        """The steadied reach; NaN before the first frame."""
        return self._value

    @property
    def at_rest(self) -> bool:
        """Whether the arms have hardly moved for some seconds, as between repetitions of a set."""
        late = [v for t, v in self._past if t >= self._t - REST_SPAN]
        long = self._past[0][0] <= self._t - REST_SPAN if self._past else False
        return long and max(late) - min(late) < self._turn

    def step(self, t: float, reach: float) -> Turn | None:
        """Take in the next frame; the turning point that it proves, if it does."""
        if not np.isfinite(reach):
            return None
        self._raw.append(reach)
        middle = sorted(self._raw)[len(self._raw) // 2]
        gain = 1.0 if np.isnan(self._value) else 1 - float(np.exp(-(t - self._t) / _STEADY))
        self._value = middle if gain == 1.0 else self._value + gain * (middle - self._value)
        self._t = t
        self._past.append((t, self._value))
        while self._past[0][0] < t - _TURN_SPAN:
            self._past.popleft()
        return self._turned()

    def _turned(self) -> Turn | None:
        value = self._value
        self._high, self._low = max(self._high, value), min(self._low, value)
        values = [v for _, v in self._past]
        turn = self._turn = max(MIN_TURN, _TURN_SHARE * (max(values) - min(values)))
        if self._going >= 0 and value < self._high - turn:
            found = self._plateau(self._high, turn, stretch=True)
            self._going, self._low = -1, value
        elif self._going <= 0 and value > self._low + turn:
            found = self._plateau(self._low, turn, stretch=False)
            self._going, self._high = 1, value
        else:
            return None
        return found

    def _plateau(self, extreme: float, turn: float, *, stretch: bool) -> Turn:
        """When the reach was near its extreme: the last such time without a gap."""
        near = [t if abs(v - extreme) <= _PLATEAU * turn else None for t, v in self._past]
        end = max((k for k, t in enumerate(near) if t is not None), default=len(near) - 1)
        start = end
        while start > 0 and near[start - 1] is not None:
            start -= 1
        return Turn(stretch, self._past[start][0], self._past[end][0])
