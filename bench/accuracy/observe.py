"""The product on a record: calibrated, measured, and compared with the truth frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration import Segment, calibrate, calibrate_automatically
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.measures import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from phantom.record import Record
    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures


#: The phantom's names of the held poses, and the product's.
HOLDS: Final = {
    "neutral": "neutral", "retraction": "retract", "protraction": "protract", "shrug": "shrug",
    "depression": "depress", "slump": "slump",
}  # fmt: skip

#: Degrees of truth beyond which a wrong sign is an error.
SIGN_LIMIT: Final = 5.0

SIDED: Final = tuple(
    f"{q}{s}" for q in ("retraction", "elevation") for s in ("", "_left", "_right")
)
_RANGE: Final = {"retraction": ("retraction", "protraction"), "elevation": ("shrug", "depression")}


@dataclass(frozen=True, slots=True)
class Target:
    """A reported quantity that has a truth.

    Attributes:
        name: as in the report.
        title: for people.
        unit: "deg", "%" of the person's range, or "".
        signed: whether a wrong sign means something.
    """

    name: str
    title: str
    unit: str
    signed: bool = True


TARGETS: Final = {
    t.name: t
    for t in (
        *(
            Target(f"{quantity}{side}{end}", f"{quantity.capitalize()}{words}", unit)
            for quantity in ("retraction", "elevation")
            for end, unit in (("_deg", "deg"), ("", "%"))
            for side, words in (("", ""), ("_left", ", left"), ("_right", ", right"))
        ),
        Target("rounding_deg", "Upper-back rounding", "deg"),
        Target("head_forward", "Head forward", "deg"),
        # Counts from the vertical, so an offset of its landmarks would flip small signs.
        Target("trunk_lean", "Trunk lean", "deg", signed=False),
        Target("hunch", "Hunch", "", signed=False),
        Target("shoulder_tilt", "Shoulder tilt", "deg"),
        Target("yaw", "Yaw", "deg", signed=False),
    )
}


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One quantity over the T frames of one clip.

    Attributes:
        estimate, sigma: (T,), NaN where withheld.
        truth: (T,).
        sided: (T,) where the truth is beyond `SIGN_LIMIT` on one side.
    """

    estimate: FloatArray
    sigma: FloatArray
    truth: FloatArray
    sided: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """What a person's calibration clip gave.

    Attributes:
        calibration: the product's; None when it could not be taken.
        poses: smoothed, of the calibration clip; segments: which pose was held when.
        zero: truth in the neutral holds, by column.
        ends: truth in the held extremes: (high, low) degrees from neutral by sided quantity.
        slump: truth in the slump hold, degrees from neutral, by column.
        fault: why there is no calibration; empty where there is one.
    """

    calibration: Calibration | None
    poses: Poses
    segments: tuple[Segment, ...]
    zero: Mapping[str, float]
    ends: Mapping[str, tuple[float, float]]
    slump: Mapping[str, float]
    fault: str = ""


_ZEROED: Final = (*SIDED, "thoracic_flexion", "neck_flexion", "head_forward")


def segments_of(record: Record) -> tuple[Segment, ...]:
    """The held poses of a calibration clip, from the truth's labels."""
    names = record.segment
    cuts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
    t = record.poses.t
    return tuple(
        Segment(float(t[a]), float(t[b - 1]), HOLDS[str(names[a])])
        for a, b in pairwise(cuts)
        if str(names[a]) in HOLDS and b - a > 1
    )


def take_calibration(record: Record, estimator: str = "joint") -> Calibrated:
    """The product's calibration from the phantom's calibration clip, and the truth in it."""
    poses = smooth_poses(record.poses)
    segments = segments_of(record)
    calibration, fault = None, ""
    try:
        calibration = calibrate(
            poses, segments, model_sha256=record.info["model_sha256"], estimator=estimator
        )
    except CalibrationError as error:
        fault = str(error)

    def held(pose: str, column: str) -> float:
        return float(record.column(column)[record.segment == pose].mean())

    zero = {c: held("neutral", c) for c in _ZEROED}
    ends = {}
    for name in SIDED:
        high, low = _RANGE[name.split("_")[0]]
        ends[name] = (held(high, name) - zero[name], held(low, name) - zero[name])
    slump = {c: held("slump", c) - zero[c] for c in _ZEROED}
    return Calibrated(calibration, poses, segments, zero, ends, slump, fault)


def compare(record: Record, own: Calibrated) -> dict[str, Comparison]:
    """All targets of a clip with the person's own calibration."""
    poses = smooth_poses(record.poses)
    found = measure(poses, own.calibration)
    return dict(_comparisons(record, found, own, own.zero))


def compare_automatic(record: Record, own: Calibrated) -> dict[str, Comparison]:
    """All targets in degrees with the automatic calibration of the clip itself.

    The truth counts from what it was in the stretch that the product took for neutral.
    """
    poses = smooth_poses(record.poses)
    calibration = calibrate_automatically(poses, record.info["model_sha256"])
    zero = dict(own.zero)
    if calibration is not None:
        t, neutral = poses.t, calibration.neutral
        still = (t >= neutral.start) & (t <= neutral.end)
        zero = {c: float(record.column(c)[still].mean()) for c in _ZEROED}
    found = measure(poses, calibration)
    return {
        name: c for name, c in _comparisons(record, found, own, zero) if TARGETS[name].unit == "deg"
    }


def _comparisons(
    record: Record, found: Measures, own: Calibrated, zero: Mapping[str, float]
) -> Iterator[tuple[str, Comparison]]:
    def change(column: str) -> FloatArray:
        return np.asarray(record.column(column) - zero[column])

    for name in SIDED:
        series, truth = found[name], change(name)
        assert series.deg is not None
        assert series.deg_sigma is not None
        sided = np.abs(truth) > SIGN_LIMIT
        yield f"{name}_deg", Comparison(series.deg, series.deg_sigma, truth, sided)
        share = per_cent(truth, own.ends[name])
        yield name, Comparison(series.value, series.sigma, share, sided)
    rounding = found["rounding"]
    assert rounding.deg is not None
    assert rounding.deg_sigma is not None
    yield "rounding_deg", _signed(rounding.deg, rounding.deg_sigma, change("thoracic_flexion"))
    series = found["head_forward"]
    yield "head_forward", _signed(series.value, series.sigma, change("head_forward"))
    tilt = found["shoulder_tilt"]
    yield "shoulder_tilt", _signed(tilt.value, tilt.sigma, record.column("shoulder_tilt"))
    hunch = found["hunch"]
    nowhere = np.zeros(len(found), bool)
    lean = found["trunk_lean"]
    yield "trunk_lean", Comparison(lean.value, lean.sigma, record.column("trunk_lean"), nowhere)
    yield "hunch", Comparison(hunch.value, hunch.sigma, slump_share(record, own), nowhere)
    yaw = record.column("yaw")
    estimate = yaw + wrap_degrees(found.yaw - yaw)
    yield "yaw", Comparison(estimate, found.yaw_sigma, yaw, nowhere)


def _signed(estimate: FloatArray, sigma: FloatArray, truth: FloatArray) -> Comparison:
    return Comparison(estimate, sigma, truth, np.abs(truth) > SIGN_LIMIT)


def per_cent(truth: FloatArray, ends: tuple[float, float]) -> FloatArray:
    """Degrees as per cent of the person's true range, of its upper or its lower part."""
    high, low = ends
    return np.asarray(100 * truth / np.where(truth >= 0, high, -low))


def slump_share(record: Record, own: Calibrated) -> FloatArray:
    """(T,) how far the person is on the way to the person's slump, 0-100.

    Mean of the shares of upper back and lower neck, which in a slump are equal.
    """
    parts = [
        np.clip((record.column(c) - own.zero[c]) / own.slump[c], 0, 1)
        for c in ("thoracic_flexion", "neck_flexion")
    ]
    return np.asarray(100 * np.mean(parts, axis=0))
