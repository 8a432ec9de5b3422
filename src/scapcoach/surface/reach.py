"""How arms and trunk are held, and the turning points of the arms' movement.

A repetition goes back and forth along one line in the space of all arm coordinates, whatever the
exercise: the first principal component of the last seconds. Its turning points are the stretch and
the squeeze, without knowing the exercise. Which is which, the reach says: in every pull the hands
come to the shoulders, the elbows go outwards, or from overhead down to the side.
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

#: Weights of elbows and wrists in the picture, and of the distance from shoulder to wrist in
#: space: wrists are often hidden, and depth is noisy but says most in a row [M, 7 real and 5
#: rendered clips of pulls: 80 of 90 turning points found].
_WEIGHTS: Final = (1.0, 0.5, 1.0)
#: Share of that distance in the reach, and height of the elbows, in trunk lengths over the
#: shoulders, below which lowering them does not change it: a row must not go the wrong way.
_DEPTH_SHARE: Final = 0.75
_ELBOWS_LOW: Final = -0.35
#: Height of the wrists over the shoulders, trunk lengths, from which the hands are overhead.
_OVERHEAD: Final = 0.4
#: Visibility from which ankles are believed.
_SEEN: Final = 0.5
#: Coordinates of the arms: two for each elbow and wrist, and two distances.
N_ARMS: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Bearing:
    """How T frames hold arms and trunk; NaN without a person.

    Attributes:
        arms: (T, N_ARMS) coordinates of the arms in the trunk's frame, trunk lengths, weighted.
        reach: (T,) trunk lengths; large with arms stretched away or overhead.
        up: (T, 3) unit vector from hips to shoulders, MediaPipe axes.
        yaw: (T,) degrees of the shoulder line against the picture, in [-90, 90): left and right may
            have been swapped.
        legs: (T,) height of the hips over the ankles, trunk lengths; NaN where these are hidden.
        overhead: (T,) 1 where both wrists are well above the shoulders, else 0.
    """

    arms: FloatArray
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
    axes = np.stack([u, v], axis=2)
    elbows, wrists = (
        (xy[:, list(pair)] - shoulders[:, None]) / length[:, None] @ axes
        for pair in (_ELBOWS, _WRISTS)
    )
    trunk = _middle(world, SHOULDERS) - _middle(world, HIPS)
    size = np.maximum(np.linalg.norm(trunk, axis=1), 1e-6)[:, None]
    away = np.linalg.norm(world[:, list(_WRISTS)] - world[:, list(SHOULDERS)], axis=2) / size
    out, high = np.abs(elbows[..., 0]), np.maximum(-elbows[..., 1], _ELBOWS_LOW)
    parts = (elbows.reshape(-1, 4), wrists.reshape(-1, 4), away)
    line = world[:, SHOULDERS[0]] - world[:, SHOULDERS[1]]
    yaw = np.degrees(np.arctan2(line[:, 2], line[:, 0]))
    legs = (_middle(xy, _ANKLES) - hips)[:, 1] / length[:, 0]
    seen = poses.visibility[:, list(_ANKLES)].min(axis=1) >= _SEEN
    raised = (shoulders[:, None, 1] - xy[:, list(_WRISTS), 1]) / length > _OVERHEAD
    return Bearing(
        arms=np.concatenate([w * p for w, p in zip(_WEIGHTS, parts, strict=True)], axis=1),
        reach=(_DEPTH_SHARE * away - out + high).mean(axis=1),
        up=trunk / size,
        yaw=(yaw + 90) % 180 - 90,
        legs=np.where(seen, legs, np.nan),
        overhead=np.asarray(raised.all(axis=1), np.float64),
    )


def _middle(points: FloatArray, pair: tuple[Landmark, ...]) -> FloatArray:
    return np.asarray(points[:, list(pair)].mean(axis=1))


#: Frames of the median, and seconds of the average after it, that steady the coordinates.
_MEDIAN: Final = 3
_STEADY: Final = 0.12
#: The movement must turn back by so much to have turned: trunk lengths, and share of what it
#: covered in the last seconds.
MIN_TURN: Final = 0.3
_TURN_SHARE: Final = 0.4
#: Seconds over which the line of the movement is sought, and how often; and seconds remembered.
_LINE_SPAN: Final = 8.0
_LINE_EVERY: Final = 0.1
_MEMORY: Final = 12.0
#: Distance from the middle, in trunk lengths, beyond which a coordinate counts no more: landmarks
#: that are wrong for a moment must not turn the line.
_FAR: Final = 1.5
#: Correlation with the reach from which it says which end of the line is the stretch.
_SURE: Final = 0.15
#: Seconds for which the arms move less than a turn at rest: few hold a squeeze for so long.
STILL_SPAN: Final = 4.0
#: Within this share of a turn from the extreme, the arms count as being there still.
_PLATEAU: Final = 0.3


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning point of the arms.

    Attributes:
        stretch: True at the end of the line where the arms reach farther.
        start, end: seconds for which the arms were there.
    """

    stretch: bool
    start: float
    end: float


class TurnFinder:
    """Finds the turning points of the arms, from past frames only."""

    def __init__(self) -> None:
        self._raw: deque[FloatArray] = deque(maxlen=_MEDIAN)
        self._past = _Track()
        self._line: _Line | None = None
        self._going = 0  # 1 towards the stretch, -1 away from it, 0 not known
        self._since = -np.inf

    @property
    def at_rest(self) -> bool:
        """Whether the arms have hardly moved for some seconds, as before and after a set."""
        t, points = self._past.since(self._past.last - STILL_SPAN)
        if self._line is None or self._past.first > self._past.last - STILL_SPAN or not len(t):
            return False
        return float(np.ptp(self._line.along(points))) < self._line.turn

    def step(self, t: float, arms: FloatArray, reach: float) -> Turn | None:
        """Take in the next frame; the turning point that it proves, if it does.

        Args:
            t: seconds.
            arms: (N_ARMS,) from `bearing`.
            reach: from `bearing`.
        """
        now = np.append(arms, reach)
        if not np.isfinite(now).all():
            return None
        self._raw.append(now)
        self._past.add(t, np.median(np.array(self._raw), axis=0))
        if self._line is None or t - self._line.t >= _LINE_EVERY - 1e-6:
            self._line = _Line.through(t, *self._past.since(t - _LINE_SPAN), self._line)
        return self._turned(self._line)

    def _turned(self, line: _Line) -> Turn | None:
        t, points = self._past.since(self._since)
        along = line.along(points)
        high, low, now = float(along.max()), float(along.min()), float(along[-1])
        if self._going >= 0 and now < high - line.turn:
            self._going, extreme = -1, high
        elif self._going <= 0 and now > low + line.turn:
            self._going, extreme = 1, low
        else:
            return None
        near = np.abs(along - extreme) <= _PLATEAU * line.turn
        end = int(np.flatnonzero(near)[-1])
        apart = np.flatnonzero(~near[:end])
        start = int(apart[-1]) + 1 if len(apart) else 0
        self._since = float(t[end])
        return Turn(self._going < 0, float(t[start]), float(t[end]))


class _Track:
    """The steadied coordinates of the last seconds."""

    def __init__(self) -> None:
        self._t: FloatArray = np.empty(512)
        self._points: FloatArray = np.empty((512, N_ARMS + 1))
        self._from = self._to = 0

    @property
    def first(self) -> float:
        return float(self._t[self._from]) if self._to > self._from else np.inf

    @property
    def last(self) -> float:
        return float(self._t[self._to - 1]) if self._to > self._from else -np.inf

    def add(self, t: float, point: FloatArray) -> None:
        """Average the point over a short time, remember it, and forget what is long past."""
        if self._to > self._from:
            before = self._points[self._to - 1]
            point = before + (1 - np.exp(-(t - self.last) / _STEADY)) * (point - before)
        if self._to == len(self._t):
            self._move()
        self._t[self._to], self._points[self._to] = t, point
        self._to += 1
        while self._t[self._from] < t - _MEMORY:
            self._from += 1

    def _move(self) -> None:
        """Make room at the end; more of it where the last seconds hold many frames."""
        kept = slice(self._from, self._to)
        count = self._to - self._from
        size = max(512, 2 * count)
        t, points = np.empty(size), np.empty((size, N_ARMS + 1))
        t[:count], points[:count] = self._t[kept], self._points[kept]
        self._t, self._points, self._from, self._to = t, points, 0, count

    def since(self, t: float) -> tuple[FloatArray, FloatArray]:
        """Times and points from `t` on."""
        times = self._t[self._from : self._to]
        start = self._from + int(np.searchsorted(times, t))
        return self._t[start : self._to], self._points[start : self._to]


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """The line along which the arms move.

    Attributes:
        t: seconds at which it was found.
        middle: (N_ARMS,) point on it.
        direction: (N_ARMS,) unit vector, towards the stretch.
        turn: trunk lengths by which the movement must turn back to have turned.
    """

    t: float
    middle: FloatArray
    direction: FloatArray
    turn: float

    @classmethod
    def through(cls, t: float, _t: FloatArray, points: FloatArray, before: _Line | None) -> _Line:
        """First principal component of the points, its end chosen by the reach."""
        middle = np.median(points[:, :-1], axis=0)
        apart = points[:, :-1] - middle
        distance = np.linalg.norm(apart, axis=1)
        apart = apart * np.minimum(1.0, _FAR / np.maximum(distance, 1e-9))[:, None]
        direction = np.linalg.eigh(apart.T @ apart)[1][:, -1]
        along = apart @ direction
        reach = points[:, -1] - points[:, -1].mean()
        size = float(np.linalg.norm(along) * np.linalg.norm(reach))
        likeness = float(along @ reach) / size if size > 0 else 0.0
        if abs(likeness) < _SURE and before is not None:
            likeness = float(direction @ before.direction)
        low, high = np.percentile(along, [5, 95])
        turn = max(MIN_TURN, _TURN_SHARE * float(high - low))
        return cls(t, middle, direction if likeness >= 0 else -direction, turn)

    def along(self, points: FloatArray) -> FloatArray:
        """(T,) trunk lengths along the line, towards the stretch."""
        return np.asarray((points[:, :-1] - self.middle) @ self.direction)
