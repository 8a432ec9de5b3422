"""A person-like figure and measures with spans of every status, for tests of what draws them."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from scapcoach.landmarks import N_CONTOUR, Landmark, Poses
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Measures, Reason, Series, Status, View

# A standing figure in trunk lengths: x to the subject's left (image right, facing), y up from
# the hips. (x, y) per landmark.
_FIGURE = {
    "NOSE": (0, 1.38), "LEFT_EYE_INNER": (0.03, 1.43), "LEFT_EYE": (0.05, 1.43),
    "LEFT_EYE_OUTER": (0.07, 1.43), "RIGHT_EYE_INNER": (-0.03, 1.43), "RIGHT_EYE": (-0.05, 1.43),
    "RIGHT_EYE_OUTER": (-0.07, 1.43), "LEFT_EAR": (0.13, 1.4), "RIGHT_EAR": (-0.13, 1.4),
    "MOUTH_LEFT": (0.04, 1.31), "MOUTH_RIGHT": (-0.04, 1.31), "LEFT_SHOULDER": (0.33, 1.0),
    "RIGHT_SHOULDER": (-0.33, 1.0), "LEFT_ELBOW": (0.48, 0.5), "RIGHT_ELBOW": (-0.48, 0.5),
    "LEFT_WRIST": (0.4, 0.1), "RIGHT_WRIST": (-0.4, 0.1), "LEFT_PINKY": (0.41, 0.02),
    "RIGHT_PINKY": (-0.41, 0.02), "LEFT_INDEX": (0.38, 0), "RIGHT_INDEX": (-0.38, 0),
    "LEFT_THUMB": (0.36, 0.04), "RIGHT_THUMB": (-0.36, 0.04), "LEFT_HIP": (0.2, 0),
    "RIGHT_HIP": (-0.2, 0), "LEFT_KNEE": (0.22, -0.8), "RIGHT_KNEE": (-0.22, -0.8),
    "LEFT_ANKLE": (0.22, -1.55), "RIGHT_ANKLE": (-0.22, -1.55), "LEFT_HEEL": (0.2, -1.62),
    "RIGHT_HEEL": (-0.2, -1.62), "LEFT_FOOT_INDEX": (0.26, -1.68),
    "RIGHT_FOOT_INDEX": (-0.26, -1.68),
}  # fmt: skip
_LOWER_LIMBS = ("KNEE", "ANKLE", "HEEL", "FOOT")


def synthetic_poses(
    n: int = 300,
    size: tuple[int, int] = (640, 360),
    *,
    fps: float = 30.0,
    contour: bool = False,
    center: tuple[float, float] = (0.5, 0.55),
    scale: float = 0.3,
) -> Poses:
    """A figure that shrugs and pulls; nobody in the last tenth, somebody else before that."""
    width, height = size
    t = np.arange(n) / fps
    figure = np.array([_FIGURE[p.name] for p in Landmark], dtype=np.float64)
    assert len(figure) == len(Landmark)
    points = np.repeat(figure[None], n, axis=0)
    pull = 0.5 - 0.5 * np.cos(2 * np.pi * t / 3)
    for side, sign in (("LEFT", 1), ("RIGHT", -1)):
        points[:, Landmark[f"{side}_SHOULDER"], 1] += 0.08 * pull
        points[:, Landmark[f"{side}_SHOULDER"], 0] -= sign * 0.03 * pull
        for end in ("WRIST", "PINKY", "INDEX", "THUMB"):
            points[:, Landmark[f"{side}_{end}"], 1] += 0.5 * pull
    unit = scale * height
    x = center[0] * width + points[..., 0] * unit
    y = center[1] * height - points[..., 1] * unit
    xy = np.stack([x, y], axis=-1)
    world = np.concatenate([points * 0.5, np.zeros((n, len(Landmark), 1))], axis=-1)
    world[..., 1] *= -1
    visibility = np.full((n, len(Landmark)), 0.95)
    for p in Landmark:
        if any(limb in p.name for limb in _LOWER_LIMBS):
            visibility[:, p] = 0.3
    subject = np.zeros(n, np.int32)
    subject[int(n * 0.82) : int(n * 0.9)] = 1
    subject[int(n * 0.9) :] = -1
    nobody = subject < 0
    xy[nobody] = world[nobody] = np.nan
    visibility[nobody] = np.nan
    back = None
    if contour:
        along = np.linspace(0, 1, N_CONTOUR)
        bulge = 0.05 * np.sin(np.pi * along)
        line = np.stack([x[:, :1] - (0.2 + bulge) * unit, y[:, :1] * 0 - along * unit], axis=-1)
        line[..., 1] += center[1] * height
        line[nobody] = np.nan
        back = line
    return Poses(t, xy, world, visibility, visibility.copy(), subject, size, back)


def synthetic_measures(poses: Poses, *, calibrated: bool = True, seed: int = 0) -> Measures:
    """Measures over `poses` with a span of every status; `calibrated` gives ``ok`` spans."""
    n = len(poses)
    rng = np.random.default_rng(seed)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * poses.t / 3)
    series = {}
    for k, (name, spec) in enumerate(SPECS.items()):
        status = np.full(n, Status.OK if calibrated else Status.RELATIVE, np.int32)
        reason = np.full(n, Reason.NONE if calibrated else Reason.AUTO_CALIBRATED, np.int32)
        a, b, c = int(n * 0.25), int(n * 0.4), int(n * 0.55)
        status[a:b], reason[a:b] = Status.RELATIVE, Reason.AUTO_CALIBRATED
        status[b:c] = Status.NOT_OBSERVABLE
        reason[b:c] = list(Reason)[3 + k % (len(Reason) - 3)]
        status[poses.subject > 0], reason[poses.subject > 0] = Status.SUBJECT_CHANGED, 0
        status[poses.subject < 0], reason[poses.subject < 0] = Status.NO_PERSON, 0
        personal = spec.unit == "%" and spec.has_degrees
        span = spec.high - spec.low
        noise = rng.normal(0, 0.01, n).cumsum() * 0.1 + (0.03 if name.endswith("left") else 0)
        value = (wave * 0.7 + noise) * span * (0.45 if spec.low < 0 else 0.9)
        sigma = np.full(n, 0.05 * span) * (1 + wave)
        deg = value * 0.2 if spec.has_degrees else None
        deg_sigma = sigma * 0.2 if spec.has_degrees else None
        hidden = status > (Status.OK if personal else Status.RELATIVE)
        value, sigma = np.where(hidden, np.nan, value), np.where(hidden, np.nan, sigma)
        if deg is not None and deg_sigma is not None:
            deg = np.where(status > Status.RELATIVE, np.nan, deg)
            deg_sigma = np.where(status > Status.RELATIVE, np.nan, deg_sigma)
        series[name] = Series(spec, value, sigma, status, reason, deg, deg_sigma)
    yaw = np.where(poses.present, 38 * np.sin(poses.t / 4), np.nan)
    view = np.where(np.abs(yaw) < 20, int(View.FRONT), int(View.OBLIQUE))
    view = np.where(poses.present, view, int(View.UNKNOWN)).astype(np.int32)
    return Measures(
        poses.t, yaw, np.where(poses.present, 4.0, np.nan), view, MappingProxyType(series)
    )
