"""The hunch score: 0 upright as at rest, 100 as in the calibrated (or a default) slump pose.

From where on a score is called mild or marked: `measures.registry.HUNCH_ZONES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import DEFAULT_SLUMP
from scapcoach.geometry.posture import LYING_TILT, trunk_tilt
from scapcoach.landmarks import HIPS
from scapcoach.measures.gates import MIN_SHRUG, Scene, judge
from scapcoach.measures.series import Reason, Series, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray


#: Weight of each part, where it is observable and certain [E]. From the front, head drop replaces
#: head forward. Trunk lean is not a part: a bent-over row is not a hunch.
WEIGHTS: Final = {"head_forward": 0.4, "head_drop": 0.4, "rounding": 0.4, "protraction": 0.2}

#: Parts of which at least one must be observable: protraction alone is not a hunch.
_MAIN: Final = ("head_forward", "head_drop", "rounding")

#: Trunk lengths by which the ears come nearer to the shoulders per degree of estimated elevation,
#: and its relative error: a shrug is not a hunch [M, phantom: 0.0033-0.0044 over nine set-ups;
#: 0.0057 on a real shrug, where the neck comes forward, too].
SHRUG_DROP: Final = 0.0038
SHRUG_DROP_ERROR: Final = 0.4

#: Degrees of leaning forward that belong to slumping at a desk; leaning further moves the head
#: forward without a hunch [E].
SLUMP_LEAN: Final = 10.0

#: Share of the slump pose added to each part's sigma before parts are weighed against each other:
#: even a precise part shows only one aspect of a hunch [E].
PART_SIGMA: Final = 0.15

#: Largest sigma with which a score is still shown: with a larger one, upright cannot be
#: distinguished from a marked hunch [E].
MAX_HUNCH_SIGMA: Final = 22.0

#: The score of the slump pose, and the highest one.
MAX_HUNCH: Final = 100.0


def hunch_series(scene: Scene) -> Series:
    """Weighted mean of the observable parts, each as a share of its change in the slump pose.

    The weights are `WEIGHTS` over the variance of each part. The score needs the head or the back:
    protraction alone is not a hunch. The sigma is that of a weighted mean of independent parts.
    The parts come before it in the registry.
    """
    series = scene.found
    parts = _parts(scene, series)
    total, weights, variance = (np.zeros(len(scene.poses)) for _ in range(3))
    main = np.zeros(len(scene.poses), bool)
    for name, (share, sigma) in parts.items():
        known = np.isfinite(share)
        weight = np.where(known, WEIGHTS[name] / (sigma**2 + PART_SIGMA**2), 0.0)
        total += np.where(known, weight * share, 0.0)
        weights += weight
        variance += np.where(known, (weight * sigma) ** 2, 0.0)
        if name in _MAIN:
            main |= known
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(main, np.clip(100 * total / weights, 0, MAX_HUNCH), np.nan)
        sigma = 100 * np.sqrt(variance) / weights
    objections = [*scene.uncalibrated(), *scene.lying_down()]
    flat = (trunk_tilt(scene.poses) > LYING_TILT) & scene.sees_any(*HIPS)
    objections.append((flat, Reason.TRUNK_MOVED))
    # Without the head there is no score, so the reason for the missing head is given.
    head = series["head_drop"]
    blocked = ~main & (head.status == Status.NOT_OBSERVABLE)
    objections += [
        (blocked & (head.reason == code), Reason(int(code))) for code in np.unique(head.reason)
    ]
    with np.errstate(invalid="ignore"):
        uncertain = sigma > MAX_HUNCH_SIGMA
        if scene.state is not None:
            shrugged = scene.state.elevation[:, 0] > MIN_SHRUG
            objections.append((uncertain & shrugged, Reason.SHOULDERS_RAISED))
        objections.append((uncertain, Reason.TURN_SIDE_ON))
    relative = None
    if scene.calibration is None or scene.calibration.kind == "auto":
        relative = Reason.AUTO_CALIBRATED if scene.calibration else Reason.NOT_CALIBRATED
    return judge(scene, "hunch", value, sigma, objections, relative)


def _parts(scene: Scene, series: Mapping[str, Series]) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Each part as a share of its change in the slump pose, with sigma; NaN where withheld."""
    own = scene.calibration.slump if scene.calibration else None
    changes = {n: (series[n].value, series[n].sigma) for n in ("head_forward", "head_drop")}
    for name, measure, sign in (("rounding", "rounding", 1.0), ("protraction", "retraction", -1.0)):
        degrees, sigma = series[measure].deg, series[measure].deg_sigma
        if degrees is not None and sigma is not None:
            changes[name] = (sign * degrees, sigma)
    forward, forward_sigma = changes["head_forward"]
    changes["head_forward"] = (forward - _bent_over(scene, series["trunk_lean"]), forward_sigma)
    # The head's forward angle is more reliable; its drop is only used where that is unknown.
    drop, drop_sigma = _without_shrug(scene, *changes["head_drop"])
    hidden = np.isfinite(changes["head_forward"][0])
    changes["head_drop"] = (np.where(hidden, np.nan, drop), drop_sigma)
    out = {}
    for name, (change, sigma) in changes.items():
        full = getattr(own, name) if own else np.nan
        # A calibrated slump that barely moved this part cannot scale it.
        least = 0.3 * getattr(DEFAULT_SLUMP, name)
        full = full if full >= least else getattr(DEFAULT_SLUMP, name)
        out[name] = (np.maximum(change, 0) / full, sigma / full)
    return out


def _without_shrug(
    scene: Scene, drop: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The head's drop without the part that rising shoulders cause, and its sigma.

    Elevation is used even where it is withheld as a measure: here it only corrects another measure,
    and its uncertainty is included in that measure's sigma.
    """
    if scene.state is None or scene.calibration is None:
        return drop, sigma
    neutral = scene.calibration.neutral
    per_degree = 100 * SHRUG_DROP * neutral.unit / neutral.head_height
    elevation, elevation_sigma = scene.state.elevation[:, 0], scene.state.elevation_sigma[:, 0]
    error = np.hypot(elevation_sigma, SHRUG_DROP_ERROR * elevation)
    return drop - per_degree * elevation, np.hypot(sigma, per_degree * error)


def _bent_over(scene: Scene, lean: Series) -> FloatArray:
    """(T,) degrees of head forward that come from the whole trunk bending over."""
    if scene.calibration is None:
        return np.zeros(len(scene.poses))
    change = lean.value - scene.calibration.neutral.lean
    return np.asarray(np.fmax(change - SLUMP_LEAN, 0))  # 0 where the lean is not known
