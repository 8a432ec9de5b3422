"""Observability: which frames a measure may be read in, and the reason where it may not.

`Scene` holds what every measure asks about a recording; `judge` turns values, sigmas and an
ordered list of objections into a `Series`. The first objection that holds gives the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import EARS, HIPS, SHOULDERS, face_size, is_supine, trunk_length
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import classify_view, estimate_yaw
from scapcoach.girdle.conditioned import read
from scapcoach.girdle.estimators import Estimator, estimate
from scapcoach.girdle.neutral import BORDER, usable_landmarks
from scapcoach.girdle.personal import read_shares
from scapcoach.landmarks import indices
from scapcoach.measures.registry import SPECS
from scapcoach.measures.types import Reason, Series, Status, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.calibration import Calibration
    from scapcoach.girdle.conditioned import Conditioned
    from scapcoach.girdle.personal import Shares
    from scapcoach.girdle.state import GirdleState
    from scapcoach.landmarks import Landmark, Poses

    Objection = tuple[BoolArray, Reason]

#: Apparent size over that of the calibration within which it holds [E].
SCALE_LIMITS: Final = (0.85, 1.15)

#: Degrees by which the trunk may have left its neutral direction in space: a bent-over body
#: shows its shoulders otherwise than an upright one [E].
MAX_TRUNK_CHANGE: Final = 25.0

#: Trunk lengths by which the trunk may look shorter: full depression makes it 0.02 [M, phantom].
MIN_RISE: Final = -0.045

#: The same for the face, as a second witness [E].
FACE_LIMITS: Final = (0.93, 1.07)

#: Degrees of elevation from which doubt about another measure is put down to a shrug [E].
MIN_SHRUG: Final = 8.0

#: Pixels of trunk length below which landmarks are too coarse [M, phantom: three people at 36 to
#: 109 px are told equally well, retraction in holds r 0.77-0.97 and elevation in shrugs 0.97-0.99;
#: at 22 to 29 px ranges shrink and r falls to 0.4-0.7 and 0.8-0.9].
MIN_TRUNK: Final = 40.0


@dataclass(frozen=True, eq=False)  # no slots: they would leave no room for cached properties
class Scene:
    """A recording as the measures see it: T frames.

    What several measures ask is worked out once: a live session has one frame at a time, and
    then every call of numpy counts.
    """

    poses: Poses
    calibration: Calibration | None
    state: GirdleState | None
    observed: GirdleState | None
    personal: Shares | None
    exercise: Conditioned | None
    usable: BoolArray
    yaw: FloatArray
    yaw_sigma: FloatArray
    view: IntArray
    supine: BoolArray

    @classmethod
    def of(cls, poses: Poses, calibration: Calibration | None) -> Scene:
        """Look at a recording, once for all measures."""
        state, observed, personal = None, None, None
        if calibration is not None:
            state = estimate(poses, calibration.neutral, calibration.estimator)
            if calibration.shifts is not None:
                personal = read_shares(poses, calibration.neutral, calibration.shifts)
                if calibration.observed is not None:
                    observed = estimate(poses, calibration.neutral, Estimator.OBSERVER)
        template = calibration.exercise if calibration else None
        yaw, yaw_sigma = estimate_yaw(poses)
        return cls(
            poses=poses,
            calibration=calibration,
            state=state,
            observed=observed,
            personal=personal,
            exercise=None if template is None else read(poses, template),
            usable=usable_landmarks(poses),
            yaw=yaw,
            yaw_sigma=yaw_sigma,
            view=classify_view(yaw),
            supine=is_supine(poses),
        )

    @cached_property
    def not_the_subject(self) -> tuple[tuple[BoolArray, Status], ...]:
        """Frames with nobody, and with somebody else, where there are any."""
        subject = self.poses.subject
        both = ((subject < 0, Status.NO_PERSON), (subject > 0, Status.SUBJECT_CHANGED))
        return tuple((where, code) for where, code in both if where.any())

    @cached_property
    def _asked(self) -> dict[tuple[str, tuple[Landmark, ...]], BoolArray]:
        return {}

    def sees(self, *landmarks: Landmark) -> BoolArray:
        """(T,) all of these landmarks count."""
        key = ("all", landmarks)
        if key not in self._asked:
            self._asked[key] = np.asarray(self.usable[:, indices(landmarks)].all(axis=1))
        return self._asked[key]

    def sees_any(self, *landmarks: Landmark) -> BoolArray:
        """(T,) at least one of these landmarks counts."""
        key = ("any", landmarks)
        if key not in self._asked:
            self._asked[key] = np.asarray(self.usable[:, indices(landmarks)].any(axis=1))
        return self._asked[key]

    @cached_property
    def at_border(self) -> BoolArray:
        """(T, 33) out of the picture or at its very border."""
        points, size = self.poses.xy, np.asarray(self.poses.size)
        with np.errstate(invalid="ignore"):
            out = (points < BORDER * size) | (points > (1 - BORDER) * size)
        return np.asarray(out.any(axis=-1))

    def leaves(self, *landmarks: Landmark) -> BoolArray:
        """(T,) one of these landmarks is out of the picture or at its very border."""
        return np.asarray(self.at_border[:, indices(landmarks)].any(axis=1))

    @cached_property
    def turned(self) -> FloatArray:
        """(T,) degrees by which the person has turned away from the neutral; NaN without one."""
        if self.calibration is None:
            return np.full(len(self.poses), np.nan)
        return np.abs(wrap_degrees(self.yaw - self.calibration.neutral.yaw))

    @cached_property
    def from_side(self) -> BoolArray:
        """(T,) seen from the side."""
        return np.asarray(self.view == View.SIDE)

    def missing(self, reason: Reason, *landmarks: Landmark, needed: BoolArray) -> list[Objection]:
        """Objections where landmarks do not count: out of the picture, or hidden."""
        absent = ~needed
        return [(absent & self.leaves(*landmarks), Reason.OUT_OF_FRAME), (absent, reason)]

    def uncalibrated(self) -> list[Objection]:
        """Objection to everything that is measured from a neutral where there is none."""
        return [(np.full(len(self.poses), self.calibration is None), Reason.NOT_CALIBRATED)]

    def misplaced(self) -> list[Objection]:
        """Objections to the distance from the camera."""
        return list(self._misplaced)

    @cached_property
    def _misplaced(self) -> tuple[Objection, ...]:
        unit = self.trunk_pixels
        objections = [(unit < MIN_TRUNK, Reason.TOO_FAR)]
        if self.state is not None and self.calibration is not None:
            # A leaning trunk looks nearer or farther, too; the size of the face does not mind it.
            face = self.face / self.calibration.neutral.face
            blind = ~self.sees_any(*EARS) | ~np.isfinite(face)
            with np.errstate(invalid="ignore"):
                near = (self.state.scale > SCALE_LIMITS[1]) & (blind | (face > FACE_LIMITS[1]))
                far = (self.state.scale < SCALE_LIMITS[0]) & (blind | (face < FACE_LIMITS[0]))
            objections += [(near, Reason.TOO_NEAR), (far, Reason.TOO_FAR)]
        return tuple(objections)

    def bent(self) -> list[Objection]:
        """Objection to a trunk that is held otherwise than in the neutral.

        Its direction in space has changed, or it looks shorter than any lowering of the
        shoulders can make it: bent over towards the camera, sunk, or sitting in place of standing.
        """
        return list(self._bent)

    @cached_property
    def _bent(self) -> tuple[Objection, ...]:
        if self.state is None:
            return ()
        with np.errstate(invalid="ignore"):
            turned = (self.state.trunk_change > MAX_TRUNK_CHANGE) & self.sees_any(*HIPS)
            shorter = self.state.rise < MIN_RISE
        return ((turned | shorter, Reason.TRUNK_MOVED),)

    def lying(self) -> list[Objection]:
        """Objection to whoever lies on the back."""
        return [(self.supine, Reason.SUPINE)]

    @cached_property
    def face(self) -> FloatArray:
        """(T,) size of the face in pixels."""
        return face_size(self.poses)

    @cached_property
    def trunk_pixels(self) -> FloatArray:
        """(T,) trunk length in pixels, from the calibration where there is one."""
        if self.state is not None and self.calibration is not None:
            return np.asarray(self.calibration.neutral.unit * self.state.scale)
        return trunk_length(self.poses)

    def head(self) -> list[Objection]:
        """Objections where no ear counts."""
        return self.missing(Reason.HEAD_HIDDEN, *EARS, needed=self.sees_any(*EARS))

    def hips(self) -> list[Objection]:
        """Objections where no hip counts."""
        return [(~self.sees_any(*HIPS), Reason.HIPS_HIDDEN)]


def unsure(scene: Scene, wide: BoolArray, raised: BoolArray, otherwise: Reason) -> list[Objection]:
    """Objections over (3, T) to an estimate that is not sure enough: the likely cause first.

    Args:
        scene: of T frames.
        wide: (3, T) where sigma is too large.
        raised: (3, T) where the shoulders are so high that their rise drowns the estimate.
        otherwise: the reason where neither hidden hips nor raised shoulders explain it.
    """
    return [
        (wide & ~scene.sees_any(*HIPS), Reason.HIPS_HIDDEN),
        (wide & raised, Reason.SHOULDERS_RAISED),
        (wide, otherwise),
    ]


def shrugged(state: GirdleState, quantity: str) -> BoolArray:
    """(3, T) where raised shoulders may drown retraction; nowhere for another quantity."""
    with np.errstate(invalid="ignore"):
        return np.asarray((state.elevation.T > MIN_SHRUG) & (quantity == "retraction"))


#: Which of `girdle.state.SIDES` are a single side: (3, 1), against frames.
ONE_SIDE: Final = np.array([[False], [True], [True]])


def hidden_shoulders(scene: Scene, both: np.ufunc) -> list[Objection]:
    """Objections over (3, T) where a shoulder does not count.

    Args:
        scene: of T frames.
        both: how the two make the mean's: `numpy.logical_and`, or `logical_or` where one is enough.
    """
    seen, out = (a[:, indices(SHOULDERS)].T for a in (scene.usable, scene.at_border))
    absent = ~np.stack([both(*seen), *seen])
    leaves = np.stack([out[0] | out[1], *out])
    return [(absent & leaves, Reason.OUT_OF_FRAME), (absent, Reason.SHOULDER_HIDDEN)]


def judge(
    scene: Scene,
    name: str,
    value: FloatArray,
    sigma: FloatArray,
    objections: list[Objection],
    relative: Reason | None,
    degrees: tuple[FloatArray, FloatArray] | None = None,
) -> Series:
    """A series of values where they are allowed, and of reasons where they are not.

    Args:
        scene: of T frames.
        name: of the measure.
        value: (T,), NaN where unknown.
        sigma: (T,) one standard deviation.
        objections: in order of importance.
        relative: None for absolute values; else the reason why they are relative only.
        degrees: (T,) estimate in degrees and its sigma; then `value` is in per cent of the
            personal range, and is dropped where only relative.
    """
    arrays = _judged(scene, value, sigma, objections, relative, degrees)
    return Series(SPECS[name], *arrays)


def judge_sides(
    scene: Scene,
    names: Sequence[str],
    value: FloatArray,
    sigma: FloatArray,
    objections: list[Objection],
    relative: Reason | None,
    degrees: tuple[FloatArray, FloatArray],
) -> Iterator[Series]:
    """The same for S measures at once, one a name.

    Values and sigmas are (S, T), objections (T,), (S, 1) or (S, T).
    """
    *arrays, deg, deg_sigma = _judged(scene, value, sigma, objections, relative, degrees)
    assert deg is not None  # as degrees were given
    assert deg_sigma is not None
    for k, name in enumerate(names):
        yield Series(SPECS[name], *(a[k] for a in (*arrays, deg, deg_sigma)))


def _judged(
    scene: Scene,
    value: FloatArray,
    sigma: FloatArray,
    objections: list[Objection],
    relative: Reason | None,
    degrees: tuple[FloatArray, FloatArray] | None,
) -> tuple[FloatArray, FloatArray, IntArray, IntArray, FloatArray | None, FloatArray | None]:
    """What makes a `Series`, over the frames as the last axis."""
    held = np.empty((len(objections) + 2, *value.shape), bool)
    for k, (where, _) in enumerate(objections):
        held[k] = where
    held[-2] = ~np.isfinite(value if degrees is None or relative is None else degrees[0])
    held[-1] = True
    first = held.argmax(axis=0)  # of the objections that hold in a frame, the first
    allowed, why = (Status.OK, Reason.NONE) if relative is None else (Status.RELATIVE, relative)
    whys = np.array([*(int(r) for _, r in objections), Reason.LOW_CONFIDENCE, why], np.int8)
    codes = np.full(len(held), Status.NOT_OBSERVABLE, np.int8)
    codes[-1] = allowed
    status, reason = codes[first], whys[first]
    for where, code in scene.not_the_subject:
        status[..., where], reason[..., where] = code, Reason.NONE
    judged = status <= Status.RELATIVE
    if degrees is None:
        return (*_where(judged, value, sigma), status, reason, None, None)
    absolute = judged if relative is None else status == Status.OK
    return (*_where(absolute, value, sigma), status, reason, *_where(judged, *degrees))


def _where(
    allowed: BoolArray, value: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return np.where(allowed, value, np.nan), np.where(allowed, sigma, np.nan)
