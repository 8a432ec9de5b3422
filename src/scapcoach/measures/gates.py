"""Observability: in which frames a measure is valid, and the reason where it is not.

`Scene` holds what all measures need to know about a recording; `judge` turns values, sigmas and an
ordered list of objections into a `Series`. The first objection that holds gives the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import face_size, is_supine, trunk_length
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import classify_view, estimate_yaw
from scapcoach.girdle.conditioned import read
from scapcoach.girdle.estimators import Estimator, estimate
from scapcoach.girdle.neutral import BORDER, usable_landmarks
from scapcoach.girdle.personal import read_shares
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, indices
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Reason, Series, Status, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.calibration import Calibration
    from scapcoach.girdle.conditioned import Conditioned
    from scapcoach.girdle.personal import Shares
    from scapcoach.girdle.state import GirdleState
    from scapcoach.landmarks import Landmark, Poses
    from scapcoach.surface.blades import Blades

    Objection = tuple[BoolArray, Reason]

#: Apparent size, over that of the calibration, within which a calibration is valid [E].
SCALE_LIMITS: Final = (0.85, 1.15)

#: Degrees by which the direction of the trunk in space may differ from the neutral: the shoulders
#: of a bent-over body look different from those of an upright one [E].
MAX_TRUNK_CHANGE: Final = 25.0

#: Trunk lengths by which the trunk may look shorter: full depression makes it 0.02 shorter
#: [M, phantom].
MIN_RISE: Final = -0.045

#: The same limits for the size of the face, as an independent check [E].
FACE_LIMITS: Final = (0.93, 1.07)

#: Degrees of elevation from which a shrug is given as the reason for an uncertain measure [E].
MIN_SHRUG: Final = 8.0

#: A range under twice the smallest detectable change cannot be graded (docs/reference/measures.md).
MIN_RANGE_IN_SDC: Final = 2.0

#: Pixels of trunk length below which landmarks are too coarse [M, phantom: three people at 36 to
#: 109 px are measured equally well, retraction in holds r 0.77-0.97 and elevation in shrugs
#: 0.97-0.99; at 22 to 29 px ranges shrink and r falls to 0.4-0.7 and 0.8-0.9].
MIN_TRUNK_PIXELS: Final = 40.0


@dataclass(frozen=True, eq=False)  # no slots: cached properties need a __dict__
class Scene:
    """What the measures need to know about T frames of a recording.

    Whatever several measures need is computed once: a live session has one frame at a time, and
    then the number of numpy calls determines the cost.
    """

    poses: Poses
    calibration: Calibration | None
    blades: Blades | None
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
    def of(
        cls, poses: Poses, calibration: Calibration | None, blades: Blades | None = None
    ) -> Scene:
        """Compute everything that the measures share."""
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
            blades=blades,
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
    def found(self) -> dict[str, Series]:
        """The measures that have been worked out so far, in the order of the registry."""
        return {}

    @cached_property
    def without_subject(self) -> tuple[tuple[BoolArray, Status], ...]:
        """Frames without a person, and with another person, where there are any."""
        subject = self.poses.subject
        both = ((subject < 0, Status.NO_PERSON), (subject > 0, Status.SUBJECT_CHANGED))
        return tuple((where, code) for where, code in both if where.any())

    @cached_property
    def _visibility_cache(self) -> dict[tuple[str, tuple[Landmark, ...]], BoolArray]:
        return {}

    def sees(self, *landmarks: Landmark) -> BoolArray:
        """(T,) all of these landmarks are usable."""
        key = ("all", landmarks)
        if key not in self._visibility_cache:
            self._visibility_cache[key] = np.asarray(self.usable[:, indices(landmarks)].all(axis=1))
        return self._visibility_cache[key]

    def sees_any(self, *landmarks: Landmark) -> BoolArray:
        """(T,) at least one of these landmarks is usable."""
        key = ("any", landmarks)
        if key not in self._visibility_cache:
            self._visibility_cache[key] = np.asarray(self.usable[:, indices(landmarks)].any(axis=1))
        return self._visibility_cache[key]

    @cached_property
    def at_border(self) -> BoolArray:
        """(T, 33) out of the picture or at its border."""
        points, size = self.poses.xy, np.asarray(self.poses.size)
        with np.errstate(invalid="ignore"):
            out = (points < BORDER * size) | (points > (1 - BORDER) * size)
        return np.asarray(out.any(axis=-1))

    def out_of_frame(self, *landmarks: Landmark) -> BoolArray:
        """(T,) one of these landmarks is out of the picture or at its border."""
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
        """Objections where landmarks are not usable: out of the picture, or hidden."""
        absent = ~needed
        return [(absent & self.out_of_frame(*landmarks), Reason.OUT_OF_FRAME), (absent, reason)]

    def uncalibrated(self) -> list[Objection]:
        """Objection to measures that start from a neutral where there is none."""
        return [(np.full(len(self.poses), self.calibration is None), Reason.NOT_CALIBRATED)]

    def wrong_distance(self) -> list[Objection]:
        """Objections to the distance from the camera."""
        return list(self._wrong_distance)

    @cached_property
    def _wrong_distance(self) -> tuple[Objection, ...]:
        unit = self.trunk_pixels
        objections = [(unit < MIN_TRUNK_PIXELS, Reason.TOO_FAR)]
        if self.state is not None and self.calibration is not None:
            # Leaning changes the size of the trunk as well, but hardly that of the face.
            face = self.face / self.calibration.neutral.face
            blind = ~self.sees_any(*EARS) | ~np.isfinite(face)
            with np.errstate(invalid="ignore"):
                near = (self.state.scale > SCALE_LIMITS[1]) & (blind | (face > FACE_LIMITS[1]))
                far = (self.state.scale < SCALE_LIMITS[0]) & (blind | (face < FACE_LIMITS[0]))
            objections += [(near, Reason.TOO_NEAR), (far, Reason.TOO_FAR)]
        return tuple(objections)

    def trunk_moved(self) -> list[Objection]:
        """Objection to a trunk that is held differently from the neutral.

        Its direction in space has changed, or it looks shorter than lowering the shoulders can make
        it: bent over towards the camera, slumped, or sitting instead of standing.
        """
        return list(self._trunk_moved)

    @cached_property
    def _trunk_moved(self) -> tuple[Objection, ...]:
        if self.state is None:
            return ()
        with np.errstate(invalid="ignore"):
            turned = (self.state.trunk_change > MAX_TRUNK_CHANGE) & self.sees_any(*HIPS)
            shorter = self.state.rise < MIN_RISE
        return ((turned | shorter, Reason.TRUNK_MOVED),)

    def lying_down(self) -> list[Objection]:
        """Objection to lying on the back."""
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

    def head_hidden(self) -> list[Objection]:
        """Objections where no ear is usable."""
        return self.missing(Reason.HEAD_HIDDEN, *EARS, needed=self.sees_any(*EARS))

    def hips_hidden(self) -> list[Objection]:
        """Objections where no hip is usable."""
        return [(~self.sees_any(*HIPS), Reason.HIPS_HIDDEN)]


def too_uncertain(
    scene: Scene, wide: BoolArray, raised: BoolArray, fallback: Reason
) -> list[Objection]:
    """Objections over (3, T) to an estimate that is too uncertain, each with its likely cause.

    Args:
        scene: of T frames.
        wide: (3, T) where sigma is too large.
        raised: (3, T) where the shoulders are so high that this may explain it.
        fallback: the reason where neither hidden hips nor raised shoulders explain it.
    """
    return [
        (wide & ~scene.sees_any(*HIPS), Reason.HIPS_HIDDEN),
        (wide & raised, Reason.SHOULDERS_RAISED),
        (wide, fallback),
    ]


def shoulders_raised(state: GirdleState, quantity: str) -> BoolArray:
    """(3, T) where raised shoulders may hide retraction; False for another quantity."""
    with np.errstate(invalid="ignore"):
        return np.asarray((state.elevation.T > MIN_SHRUG) & (quantity == "retraction"))


#: Which of `girdle.state.SIDES` are a single side: (3, 1), against frames.
ONE_SIDE: Final = np.array([[False], [True], [True]])


def hidden_shoulders(scene: Scene, both: np.ufunc) -> list[Objection]:
    """Objections over (3, T) where a shoulder is not usable.

    Args:
        scene: of T frames.
        both: whether the mean needs both: `numpy.logical_and`, or `logical_or` where one is enough.
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
    """A series with values where no objection holds, and the first objection's reason elsewhere.

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
    """The same for S measures at once, one for each name.

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
    """The arrays of a `Series`; frames are the last axis."""
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
    for where, code in scene.without_subject:
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
