"""Follows the surface of the back through the pictures of one person, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import HIPS, SHOULDERS, SURFACE, Followed
from scapcoach.surface.flow import Flow, has_texture
from scapcoach.surface.patch import ZONES, BodyAxes, body_axes, cut, likeness
from scapcoach.surface.strain import INSIDE, LEAST_SHARE, Strain, strain

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray, Image
    from scapcoach.landmarks import Poses

#: Seconds for which one patch stays the one that later frames are compared with. Longer chains of
#: short steps drift, and longer steps lose the surface [M, 7 real clips: 45 moves of 48 have the
#: right sign with every frame, 46 with 0.1 and 0.15 s, 45 with 0.2 s].
KEY_SPAN: Final = 0.12
#: Seconds after which a patch that nothing was matched with is given up.
MAX_UNMATCHED: Final = 0.35
#: Longest break, in seconds, after which the sums go on, with more doubt.
MAX_BREAK: Final = 1.0
#: Share of the points of the zone between the blades below which a second place is tried.
GOOD_SHARE: Final = 0.6
#: The same after a frame that could not be matched, from which the next one is: another picture
#: matches in places by chance.
REJOIN_SHARE: Final = 0.5
#: Correlation of two patches, seen coarsely, from which they may show the same back.
SAME_BACK: Final = 0.7
#: Seconds between the frames that are followed: more of them cost time and tell no more.
MIN_STEP: Final = 1 / 31
#: Pixels of a trunk in the picture below which the back shows too little.
MIN_TRUNK: Final = 60.0
#: Largest stretch between two patches that a back can do within `MAX_UNMATCHED`, as a logarithm.
MAX_STRAIN: Final = 0.3
#: Trunk lengths by which the trunk may move, and ratio by which it may grow, between two frames.
MAX_JUMP: Final = 0.6
#: Mean width of shoulders and hips over the trunk from which the back is seen well enough, and
#: below which not any more; 0.5 is seen straight from behind. Seconds of its average.
WIDTH: Final = (0.25, 0.2)
_WIDTH_SPAN: Final = 0.5
#: Share of the last frames in which left lies left of right, as it does from behind: from which a
#: person counts as seen from behind, and below which not any more [M, 35 real clips: 15 of 16 backs
#: reach 0.9 within 4 s and one 0.46, 12 of 13 fronts stay below 0.2; a front that walks, its face
#: blanked out, reaches 0.33]. Seconds of its average.
BACKS: Final = (0.4, 0.12)
_SHARE_SPAN: Final = 4.0


class BackFollower:
    """How the back moved from each frame to the next, where it is seen from behind.

    The result depends on the frames alone, not on the time that anything takes.
    """

    def __init__(self) -> None:
        self._flow = Flow()
        self._behind = _Behind()
        self._chain: _Chain | None = None
        self._subject = -1
        self._before: _Chain | None = None

    def step(self, image: Image, poses: Poses) -> FloatArray:
        """The rates of the next frame.

        Args:
            image: (H, W, 3) uint8 RGB.
            poses: landmarks in it, T = 1.

        Returns:
            (N_SURFACE,) float32, columns as in `landmarks.SURFACE`: what was found, and logarithms
            of the stretch since the last frame that could be followed; NaN where nothing was.
        """
        t, xy = float(poses.t[0]), poses.xy[0].astype(np.float64)
        subject = int(poses.subject[0])
        if subject not in {-1, self._subject}:
            self._chain, self._subject, self._before = None, subject, None
        axes = body_axes(xy) if subject >= 0 else None
        if axes is None or not self._behind.step(t, xy, axes.length):
            return _row(Followed.NOT_BEHIND)
        return self._follow(t, axes, image)

    def _follow(self, t: float, axes: BodyAxes, image: Image) -> FloatArray:
        if self._chain is not None and t - self._chain.seen > MAX_UNMATCHED:
            self._chain, self._before = None, self._chain
        if self._chain is not None and t - self._chain.tried < MIN_STEP - 1e-6:
            return _row(Followed.YES, np.zeros(_SUMS))
        if self._chain is not None and self._chain.jumped(axes, t):
            return _row(Followed.COVERED)
        if axes.length < MIN_TRUNK:
            return _row(Followed.TOO_SMALL)
        if self._chain is None:
            return self._begin(t, axes, image)
        return self._chain.step(t, axes, image, self._flow)

    def _begin(self, t: float, axes: BodyAxes, image: Image) -> FloatArray:
        key = _Key.cut(t, axes, image)
        if key is None:
            return _row(Followed.NO_TEXTURE)
        before, self._before = self._before, None
        self._chain = _Chain(key)
        if before is None or not before.resumes(key):
            return _row(Followed.BEGINS)
        self._chain.matched = before.matched
        return _row(Followed.RESUMES)


class _Behind:
    """Whether the person is seen from behind, over some frames.

    The network takes some backs for fronts, in single frames or for seconds, but hardly ever a
    front for a back: so a share of backs in the last seconds is enough.
    """

    def __init__(self) -> None:
        self._share, self._width = _Average(_SHARE_SPAN), _Average(_WIDTH_SPAN)
        self._is = False

    def step(self, t: float, xy: FloatArray, length: float) -> bool:
        left, right = ([pair[k] for pair in (SHOULDERS, HIPS)] for k in (0, 1))
        width = float((xy[right, 0] - xy[left, 0]).mean()) / length
        limit = 1 if self._is else 0
        share = self._share.step(t, float(width > WIDTH[1]))
        wide = self._width.step(t, abs(width)) >= WIDTH[limit]
        self._is = share >= BACKS[limit] and wide
        return self._is


class _Average:
    """Mean with weights that fall off over the seconds past."""

    def __init__(self, span: float) -> None:
        self._span, self._sum, self._weight, self._t = span, 0.0, 0.0, 0.0

    def step(self, t: float, value: float) -> float:
        old = float(np.exp(-max(t - self._t, 0.0) / self._span)) if self._weight else 0.0
        self._sum, self._weight = old * self._sum + value, old * self._weight + 1.0
        self._t = t
        return self._sum / self._weight


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """A patch that later frames are compared with."""

    t: float
    axes: BodyAxes
    patch: Image
    textured: BoolArray

    @classmethod
    def cut(cls, t: float, axes: BodyAxes, image: Image) -> _Key | None:
        """None where the back shows too little to be followed."""
        patch = cut(image, axes)
        if patch is None:
            return None
        textured = has_texture(patch)
        enough = (INSIDE[0] & textured).sum() >= LEAST_SHARE * INSIDE[0].sum()
        return cls(t, axes, patch, textured) if enough else None


class _Chain:
    """Sums of stretch over the keys that follow each other without a break."""

    def __init__(self, key: _Key) -> None:
        self.seen = self.tried = key.t
        self.matched = -np.inf
        self._missed = False
        self._key, self._last = key, key.axes
        self._at_key: FloatArray = np.zeros(_SUMS)
        self._now: FloatArray = np.zeros(_SUMS)

    def jumped(self, axes: BodyAxes, t: float) -> bool:
        """Whether the trunk is in another place: a cut, or landmarks of something else."""
        moved = float(np.hypot(*(axes.origin - self._last.origin))) / self._last.length
        grown = abs(np.log(axes.length / self._last.length))
        allowed = MAX_JUMP * max(1.0, (t - self.tried) * 10)
        return moved > allowed or grown > allowed

    def resumes(self, key: _Key) -> bool:
        """Whether a back that nothing was matched with may still be the same."""
        return (
            key.t - self.matched <= MAX_BREAK and likeness(self._key.patch, key.patch) >= SAME_BACK
        )

    def step(self, t: float, axes: BodyAxes, image: Image, flow: Flow) -> FloatArray:
        """Compare with the key; the rates since the last frame that could be followed."""
        self.tried, self._last = t, axes
        found = self._compare(image, axes, flow)
        if found is None or found.share[0] < GOOD_SHARE:
            # The landmarks may have jumped, the trunk not: look where it was at the key.
            again = self._compare(image, self._key.axes, flow)
            if found is None or (again is not None and again.share[0] > found.share[0]):
                found = again
        step = None if found is None else self._step(found)
        share = np.nan if found is None else float(found.share[0])
        if step is None or (self._missed and share < REJOIN_SHARE):
            self._missed = True
            return _row(Followed.COVERED, share=share)
        # A side or the lower back that is hidden for a moment stays as it was.
        known = np.isfinite(step)
        sums = np.where(known, self._at_key + step, self._now)
        rates = np.where(known, sums - self._now, np.nan)
        self._now, self.seen, self.matched, self._missed = sums, t, t, False
        if t - self._key.t >= KEY_SPAN - 1e-6 and (key := _Key.cut(t, axes, image)) is not None:
            self._key, self._at_key = key, sums
        return _row(Followed.YES, rates, share)

    def _compare(self, image: Image, axes: BodyAxes, flow: Flow) -> Strain | None:
        """Stretch from the key to the picture, cut out at `axes`; None outside of it."""
        patch = cut(image, axes)
        if patch is None:
            return None
        return strain(*flow(self._key.patch, patch), self._key.textured)

    @staticmethod
    def _step(found: Strain) -> FloatArray | None:
        """(_SUMS,) since the key, NaN where unknown; None where the first zone is not fitted."""
        steps = np.stack([found.across, found.along], axis=1)
        if not np.abs(steps[0]).max() <= MAX_STRAIN:  # also where NaN
            return None
        step = np.append(steps.ravel(), found.error[0] ** 2)
        step[np.abs(step) > MAX_STRAIN] = np.nan
        return step


_SUMS: Final = 2 * len(ZONES) + 1


def _row(state: Followed, rates: FloatArray | None = None, share: float = np.nan) -> FloatArray:
    row = np.full(len(SURFACE), np.nan, np.float32)
    row[0] = state
    if rates is not None:
        row[1:-1] = rates
    row[-1] = share
    return row
