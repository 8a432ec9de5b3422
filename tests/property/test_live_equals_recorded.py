"""Frame by frame, in runs of any length or all at once: the same frames give the same numbers."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.calibration import calibrate, calibrate_automatically, guided_segments
from scapcoach.filters import smooth_poses
from scapcoach.landmarks import N_CONTOUR, Poses
from scapcoach.measures import Measures, Status, measure
from scapcoach.session.causal import CausalSmoother
from scapcoach.session.engine import Engine, join_measures, joined, run
from tests.support.clips import protocol_clip
from tests.support.synthetic import synthetic_poses

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration

_ARRAYS = ("t", "xy", "world", "visibility", "presence", "subject")


@cache
def clip() -> Poses:
    """A protocol clip with a gap, somebody else for a while, a jump, and contours."""
    poses = protocol_clip()[:400]
    parts = {name: getattr(poses, name).copy() for name in _ARRAYS}
    rng = np.random.default_rng(5)
    contour = np.full((len(poses), N_CONTOUR, 2), np.nan)
    contour[::5] = rng.normal(200, 20, (80, N_CONTOUR, 2))
    for start, stop in ((100, 103), (150, 175)):
        parts["subject"][start:stop] = -1
        for name in ("xy", "world", "visibility", "presence"):
            parts[name][start:stop] = np.nan
    parts["subject"][250:270] = 1
    parts["xy"][320:] += 200.0  # a jump: the tracker took somebody up elsewhere
    parts["t"] += rng.uniform(0, 0.02, len(poses))  # no camera is even
    return Poses(**parts, size=poses.size, contour=contour)


@cache
def calibration() -> Calibration:
    smooth = smooth_poses(protocol_clip())
    return calibrate(smooth, guided_segments(smooth))


def same_poses(a: Poses, b: Poses) -> None:
    for name in _ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    np.testing.assert_array_equal(_contour(a), _contour(b))


def _contour(poses: Poses) -> np.ndarray:
    empty = np.full((len(poses), N_CONTOUR, 2), np.nan, np.float32)
    return empty if poses.contour is None else poses.contour


def same_measures(a: Measures, b: Measures) -> None:
    for name in ("t", "yaw", "yaw_sigma", "view"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    for name, one in a.series.items():
        for part in ("value", "sigma", "status", "reason", "deg", "deg_sigma"):
            left, right = getattr(one, part), getattr(b[name], part)
            np.testing.assert_array_equal(left, right, err_msg=f"{name}.{part}")


@given(cuts=st.sets(st.integers(1, 399), max_size=30))
@settings(max_examples=15, deadline=None)
def test_smoothing_does_not_depend_on_how_frames_are_cut_into_runs(cuts: set[int]) -> None:
    poses = clip()
    whole = CausalSmoother()(poses)
    smoother = CausalSmoother()
    edges = [0, *sorted(cuts), len(poses)]
    parts = [smoother(poses[a:b]) for a, b in pairwise(edges)]
    same_poses(Poses.concatenate(parts), whole)


@pytest.mark.parametrize("calibrated", [True, False])
def test_live_equals_recorded_with_causal_settings(calibrated: bool) -> None:
    known = calibration() if calibrated else None
    engine = Engine(known)
    poses, measures = joined(run(engine, clip()))
    smooth = CausalSmoother()(clip())
    same_poses(poses, smooth)
    if calibrated:
        same_measures(measures, measure(smooth, known))
        judged = measures["elevation"].status == Status.OK
        assert judged.mean() > 0.3
    else:
        # The neutral is found on the way; from that frame on it is one calibration.
        assert engine.calibration is not None
        calm = measures["elevation"].status == Status.RELATIVE
        first = int(np.argmax(calm))
        assert 2.4 < smooth.t[first] < 6
        same_measures(
            measures.frames(slice(first, None)), measure(smooth[first:], engine.calibration)
        )


def test_a_repeat_of_the_session_gives_the_same_readings() -> None:
    first, second = run(Engine(), clip()[:130]), run(Engine(), clip()[:130])
    same_measures(join_measures([r.measures for r in first]),
                  join_measures([r.measures for r in second]))  # fmt: skip
    assert [r.notice for r in first] == [r.notice for r in second]


def test_nobody_ever_moving_still_leaves_no_neutral() -> None:
    rng = np.random.default_rng(0)
    poses = synthetic_poses(200)
    walk = rng.normal(0, 6, (len(poses), 1, 2)).cumsum(axis=0).astype(np.float32)
    moving = Poses(poses.t, poses.xy + walk, poses.world, poses.visibility, poses.presence,
                   np.zeros(len(poses), int), poses.size)  # fmt: skip
    engine = Engine()
    run(engine, moving)
    assert engine.calibration is None


def test_smoothing_takes_noise_away_and_lags_little() -> None:
    poses = protocol_clip()
    smooth, ideal = CausalSmoother()(poses), smooth_poses(poses)

    def jitter(p: Poses) -> float:
        return float(np.sqrt(np.mean(np.diff(p.xy[:, 11:13], n=2, axis=0) ** 2)))

    assert jitter(smooth) < 0.7 * jitter(poses)
    known = calibrate_automatically(ideal)
    live, recorded = (measure(p, known)["elevation"].deg for p in (smooth, ideal))
    assert live is not None
    assert recorded is not None
    shifts = [np.nanmean((live[k:] - recorded[: len(recorded) - k]) ** 2) for k in range(8)]
    assert int(np.argmin(shifts)) <= 2  # frames of 33 ms
