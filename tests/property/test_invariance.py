"""What must not change the answer: place, size, mirror, chunking; and live equals recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.calibration import Calibration, calibrate, guided_segments
from scapcoach.filters import OneEuro, ZeroPhase, fill_gaps
from scapcoach.measures import Measures, Status, measure
from tests.support.clips import jittered, protocol_clip
from tests.support.person import mirrored, person

if TYPE_CHECKING:
    from scapcoach.landmarks import Poses

YAW = 25.0
few = settings(max_examples=25, deadline=None)
angles = st.floats(-12, 22)


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    clip = protocol_clip(yaw=YAW)
    return calibrate(clip, guided_segments(clip))


def moving(seed: int, n: int = 12) -> Poses:
    rng = np.random.default_rng(seed)
    changes = {
        name: rng.uniform(-10, 20, n)
        for name in ("retraction_left", "retraction_right", "elevation_left", "elevation_right",
                     "lean", "head_pitch")
    }  # fmt: skip
    return jittered(person(n, yaw=YAW, **changes), 0.3, seed)


def assert_equal(a: Measures, b: Measures, atol: float = 1e-9) -> None:
    for name, series in a.series.items():
        np.testing.assert_array_equal(series.status, b[name].status, err_msg=name)
        np.testing.assert_array_equal(series.reason, b[name].reason, err_msg=name)
        np.testing.assert_allclose(series.value, b[name].value, atol=atol, err_msg=name)
        np.testing.assert_allclose(series.sigma, b[name].sigma, atol=atol, err_msg=name)
        if series.deg is not None:
            np.testing.assert_allclose(series.deg, b[name].deg, atol=atol, err_msg=name)


@few
@given(seed=st.integers(0, 10_000))
def test_live_frames_equal_the_recording(calibration: Calibration, seed: int) -> None:
    poses = moving(seed)
    whole = measure(poses, calibration)
    for i in range(len(poses)):
        live = measure(poses[i : i + 1], calibration)
        assert_equal(live, whole.frames(slice(i, i + 1)))


@few
@given(seed=st.integers(0, 10_000), cut=st.integers(1, 11))
def test_chunks_equal_the_whole(calibration: Calibration, seed: int, cut: int) -> None:
    poses = moving(seed)
    whole = measure(poses, calibration)
    assert_equal(measure(poses[:cut], calibration), whole.frames(slice(None, cut)))
    assert_equal(measure(poses[cut:], calibration), whole.frames(slice(cut, None)))


@few
@given(dx=st.floats(-120, 120), dy=st.floats(-60, 60), seed=st.integers(0, 100))
def test_place_in_the_picture_does_not_matter(
    calibration: Calibration, dx: float, dy: float, seed: int
) -> None:
    poses = moving(seed)
    moved = replace(poses, xy=poses.xy + np.array([dx, dy]))
    assert_equal(measure(moved, calibration), measure(poses, calibration), atol=0.02)


@few
@given(factor=st.floats(0.5, 4.0), seed=st.integers(0, 100))
def test_resolution_does_not_matter(factor: float, seed: int) -> None:
    clip, poses = protocol_clip(yaw=YAW), moving(seed)

    def scaled(p: Poses) -> Poses:
        size = (round(640 * factor), round(480 * factor))
        return replace(p, xy=p.xy * factor, size=size)

    a = measure(poses, calibrate(clip, guided_segments(clip)))
    b = measure(scaled(poses), calibrate(scaled(clip), guided_segments(clip)))
    for name in ("retraction", "elevation", "trunk_lean", "head_drop", "hunch"):
        np.testing.assert_array_equal(a[name].status, b[name].status, err_msg=name)
        np.testing.assert_allclose(a[name].value, b[name].value, atol=0.1, err_msg=name)


@few
@given(seed=st.integers(0, 10_000))
def test_a_mirror_swaps_the_sides_and_nothing_else(seed: int) -> None:
    clip, poses = protocol_clip(yaw=YAW), moving(seed)
    segments = guided_segments(clip)
    a = measure(poses, calibrate(clip, segments))
    b = measure(mirrored(poses), calibrate(mirrored(clip), segments))
    np.testing.assert_allclose(b.yaw, -a.yaw, atol=1e-3)
    for name, other in (
        ("retraction", "retraction"),
        ("retraction_left", "retraction_right"),
        ("elevation_left", "elevation_right"),
        ("head_drop", "head_drop"),
        ("hunch", "hunch"),
    ):
        np.testing.assert_array_equal(a[name].status, b[other].status, err_msg=name)
        np.testing.assert_allclose(a[name].value, b[other].value, atol=0.1, err_msg=name)


@few
@given(
    seed=st.integers(0, 1000),
    hidden=st.sets(st.integers(0, 32), max_size=12),
    frames=st.sets(st.integers(0, 11), max_size=6),
)
def test_missing_points_never_raise_and_never_leave_a_number_behind(
    calibration: Calibration, seed: int, hidden: set[int], frames: set[int]
) -> None:
    poses = moving(seed)
    arrays = {n: getattr(poses, n).copy() for n in ("xy", "world", "visibility", "presence")}
    subject = poses.subject.copy()
    for frame in frames:
        subject[frame] = -1
        for values in arrays.values():
            values[frame] = np.nan
    arrays["visibility"][:, sorted(hidden)] = 0.05
    arrays["xy"][:, sorted(hidden)] = np.nan
    measures = measure(replace(poses, subject=subject, **arrays), calibration)
    for series in measures.series.values():
        withheld = series.status > Status.RELATIVE
        assert np.isnan(series.value[withheld]).all()
        assert np.isnan(series.sigma[withheld]).all()
        assert (series.status[sorted(frames)] == Status.NO_PERSON).all()
        if series.deg is not None:
            assert np.isnan(series.deg[withheld]).all()
        shown = series.status == Status.OK
        assert np.isfinite(series.value[shown]).all()
        assert np.isfinite(series.sigma[shown]).all()


@few
@given(
    steps=st.lists(st.floats(0.005, 0.2), min_size=2, max_size=40),
    slope=st.floats(-50, 50),
    width=st.floats(0.01, 0.2),
)
def test_smoothing_leaves_straight_movement_alone(
    steps: list[float], slope: float, width: float
) -> None:
    t = np.cumsum(steps)
    np.testing.assert_allclose(ZeroPhase(width)(t, slope * t), slope * t, atol=1e-6)


@few
@given(seed=st.integers(0, 1000), cut=st.integers(1, 29))
def test_the_live_filter_does_not_mind_how_frames_arrive(seed: int, cut: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(0.01, 0.3, 30))
    x = np.where(rng.random(30) < 0.2, np.nan, rng.normal(size=30))
    live = OneEuro()
    pieces = np.concatenate([live(t[:cut], x[:cut]), live(t[cut:], x[cut:])])
    np.testing.assert_array_equal(pieces, OneEuro()(t, x))


@few
@given(seed=st.integers(0, 1000), gap=st.floats(0.05, 0.5))
def test_filling_never_changes_what_was_there(seed: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(0.01, 0.1, 60))
    x = np.where(rng.random(60) < 0.4, np.nan, rng.normal(size=60))
    filled = fill_gaps(t, x, gap)
    known = np.isfinite(x)
    np.testing.assert_array_equal(filled[known], x[known])
    for i in np.flatnonzero(~known & np.isfinite(filled)):
        before, after = t[:i][known[:i]][-1], t[i + 1 :][known[i + 1 :]][0]
        assert after - before <= gap + 1e-5
