"""The gap between the blades from rates of stretch: a number, or the reason why not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.landmarks import N_SURFACE, SURFACE, Followed, Landmark, Poses
from scapcoach.surface.blades import (
    MAX_AGE,
    MAX_REST,
    MAX_SIGMA,
    BladeReader,
    Blades,
    Withheld,
)
from tests.support.back import Look, landmarks, pulls, squeezes

FPS = 20.0
COLUMN = {name: k for k, name in enumerate(SURFACE)}


def film(gap: np.ndarray, pull: np.ndarray | None = None, **columns: np.ndarray | float) -> Poses:
    """Landmarks with the rates of a back whose logarithmic gap goes like this, both sides alike."""
    n = len(gap)
    t = np.arange(n) / FPS
    poses = landmarks(t, [Look()] * n, pulls(t) if pull is None else pull)
    surface = np.zeros((n, N_SURFACE))
    surface[:, 0] = Followed.YES
    surface[0, 0] = Followed.BEGINS
    for zone in ("blades", "left", "right"):
        surface[:, COLUMN[f"{zone}_across"]] = np.diff(gap, prepend=gap[0])
    surface[:, COLUMN["share"]] = 1.0
    for name, values in columns.items():
        surface[:, COLUMN[name]] = values
    return replace(poses, surface=surface)


def deep(*depths: float, extra: int = 20) -> np.ndarray:
    """(T,) logarithmic gap over repetitions of two seconds that are drawn together so far."""
    one = squeezes(pulls(np.arange(40) / FPS))
    return np.concatenate([*(-depth * one for depth in depths), np.zeros(extra)])


def codes(blades: Blades) -> set[Withheld]:
    return {Withheld(int(code)) for code in blades.withheld}


def test_the_gap_is_measured_from_the_stretch_once_one_was_seen() -> None:
    gap = deep(0.2, 0.15, 0.2)
    blades = BladeReader()(film(gap))
    given = blades.withheld == Withheld.NO
    first = int(np.argmax(given))
    assert set(blades.withheld[:first].tolist()) == {Withheld.NO_STRETCH}
    assert first < 20  # before the first squeeze is over
    assert given[first:].all()
    np.testing.assert_allclose(blades.gap[:, first:], np.tile(gap[first:], (3, 1)), atol=1e-6)
    assert np.isnan(blades.gap[:, :first]).all()
    assert (blades.sigma[1, given] == 1.5 * blades.sigma[0, given]).all()


def test_what_crept_in_before_a_stretch_does_not_count_after_it() -> None:
    creep = np.linspace(0, 0.3, 140)
    blades = BladeReader()(film(deep(0.2, 0.2, 0.2) + creep))
    since = creep[[60, 100]] - creep[[40, 80]]
    assert blades.gap[0, [60, 100]] == pytest.approx(-0.2 + since, abs=0.02)


def test_the_way_back_to_the_stretch_makes_later_gaps_less_sure() -> None:
    steady = BladeReader()(film(deep(0.2, 0.2, 0.2, 0.2)))
    creeping = BladeReader()(film(deep(0.2, 0.2, 0.2, 0.2) + np.linspace(0, 0.8, 180)))
    assert creeping.sigma[0, 140] > steady.sigma[0, 140] + 0.03
    assert steady.sigma[0, 140] < steady.sigma[0, 20]


def test_the_best_is_of_finished_repetitions_that_stand_out() -> None:
    blades = BladeReader()(film(deep(0.3, 0.2, 0.35, 0.2)))
    assert np.isnan(blades.best[:40]).all()
    assert blades.best[60] == pytest.approx(-0.28, abs=0.03)  # while the second goes on
    assert blades.best[100] == blades.best[60]  # the second was less, the third goes on
    assert blades.best[140] == pytest.approx(-0.33, abs=0.03)


def test_a_lazy_set_has_no_best() -> None:
    blades = BladeReader()(film(deep(0.03, 0.04, 0.03, 0.04)))
    assert (blades.withheld == Withheld.NO).any()
    assert np.isnan(blades.best).all()


def test_one_deep_frame_makes_no_best() -> None:
    gap = deep(0.03, 0.03, 0.03)
    gap[55] = -0.25
    assert np.isnan(BladeReader()(film(gap)).best).all()


def test_a_rest_ends_the_stretch_and_then_the_set() -> None:
    still = int((MAX_REST + 3) * FPS)
    gap = np.concatenate([deep(0.3, 0.3, extra=0), np.zeros(still)])
    pull = np.concatenate([pulls(np.arange(80) / FPS), np.zeros(still)])
    blades = BladeReader()(film(gap, pull))
    assert blades.withheld[-1] == Withheld.NO_STRETCH
    late = int(80 + MAX_AGE * FPS)
    assert set(blades.withheld[late:].tolist()) == {Withheld.NO_STRETCH}
    assert np.isfinite(blades.best[late - 40])
    assert np.isnan(blades.best[-1])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (Followed.NOT_BEHIND, Withheld.NOT_BEHIND),
        (Followed.NO_TEXTURE, Withheld.NO_TEXTURE),
        (Followed.COVERED, Withheld.COVERED),
        (Followed.TOO_SMALL, Withheld.TOO_SMALL),
    ],
)
def test_what_was_not_followed_is_withheld_with_its_reason(
    code: Followed, reason: Withheld
) -> None:
    followed = np.full(140, float(Followed.YES))
    followed[60:64] = code
    blades = BladeReader()(film(deep(0.2, 0.2, 0.2), followed=followed))
    assert set(blades.withheld[60:64].tolist()) == {reason}
    assert np.isnan(blades.gap[:, 60:64]).all()
    assert blades.withheld[70] == Withheld.NO  # and the sums go on
    everywhere = np.full(140, float(code))
    assert codes(BladeReader()(film(deep(0.2, 0.2, 0.2), followed=everywhere))) == {reason}


def test_a_break_adds_doubt_and_a_cut_forgets_everything() -> None:
    whole = BladeReader()(film(deep(0.2, 0.2, 0.2, 0.2)))
    followed = np.full(180, float(Followed.YES))
    followed[62] = Followed.RESUMES
    resumed = BladeReader()(film(deep(0.2, 0.2, 0.2, 0.2), followed=followed))
    assert resumed.sigma[0, 64] > whole.sigma[0, 64] + 0.01
    followed[62] = Followed.BEGINS
    begun = BladeReader()(film(deep(0.2, 0.2, 0.2, 0.2), followed=followed))
    assert begun.withheld[64] == Withheld.NO_STRETCH
    assert np.isfinite(begun.best[61])
    assert np.isnan(begun.best[62])


def test_another_person_starts_from_nothing_and_a_gap_without_anybody_does_not() -> None:
    poses = film(deep(0.2, 0.2, 0.2))
    subject = poses.subject.copy()
    subject[60:] = 1
    assert BladeReader()(replace(poses, subject=subject)).withheld[61] == Withheld.NO_STRETCH
    subject[:] = 0
    subject[60:63] = -1
    blades = BladeReader()(replace(poses, subject=subject))
    assert set(blades.withheld[60:63].tolist()) == {Withheld.NOT_BEHIND}
    assert blades.withheld[64] == Withheld.NO


def folded(poses: Poses, frames: slice, degrees: float) -> Poses:
    """The same with the trunk bent forwards in space."""
    world = poses.world.copy()
    turn = np.radians(degrees)
    y, z = world[frames, :, 1].copy(), world[frames, :, 2].copy()
    world[frames, :, 1] = np.cos(turn) * y - np.sin(turn) * z
    world[frames, :, 2] = np.sin(turn) * y + np.cos(turn) * z
    return replace(poses, world=world)


def test_a_trunk_that_folds_withholds_and_for_longer_ends_the_stretch() -> None:
    poses = film(deep(0.2, 0.2, 0.2))
    moment = BladeReader()(folded(poses, slice(60, 63), 50))
    assert set(moment.withheld[60:63].tolist()) == {Withheld.FOLDED}
    assert moment.withheld[65] == Withheld.NO
    longer = BladeReader()(folded(poses, slice(58, 68), 50))
    assert longer.withheld[72] == Withheld.FOLDED
    a_little = BladeReader()(folded(poses, slice(58, 68), 12))
    assert codes(a_little) == {Withheld.NO_STRETCH, Withheld.NO}
    assert a_little.sigma[0, 62] > BladeReader()(poses).sigma[0, 62]


def test_a_squat_withholds() -> None:
    poses = film(deep(0.2, 0.2, 0.2))
    xy = poses.xy.copy()
    xy[60:, [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE], 1] -= 0.4 * 190
    assert BladeReader()(replace(poses, xy=xy)).withheld[62] == Withheld.FOLDED


def turned(poses: Poses, frames: slice, degrees: float) -> Poses:
    """The same with the trunk turned about its own axis in space."""
    world = poses.world.copy()
    turn = np.radians(degrees)
    x, z = world[frames, :, 0].copy(), world[frames, :, 2].copy()
    world[frames, :, 0] = np.cos(turn) * x - np.sin(turn) * z
    world[frames, :, 2] = np.sin(turn) * x + np.cos(turn) * z
    return replace(poses, world=world)


def test_turning_narrows_the_whole_back_and_is_taken_out() -> None:
    gap, lower = deep(0.0, 0.2, 0.2), np.zeros(140)
    narrower = np.log(np.cos(np.radians(30.0)))
    gap[58:] += narrower
    lower[58] = narrower
    poses = turned(film(gap, lower_across=lower), slice(58, None), 30)
    blades = BladeReader()(poses)
    assert blades.gap[0, 60] == pytest.approx(-0.2, abs=0.02)
    unseen = BladeReader()(film(gap))  # the landmarks say nothing of it
    assert unseen.gap[0, 60] == pytest.approx(-0.2 + narrower, abs=0.02)
    assert blades.sigma[0, 60] > unseen.sigma[0, 60]
    lower[58] = np.log(np.cos(np.radians(60.0)))
    gap[58:] += lower[58] - narrower
    far = BladeReader()(turned(film(gap, lower_across=lower), slice(58, None), 60))
    assert far.withheld[60] == Withheld.TURNED


def test_doubt_beyond_the_limit_withholds() -> None:
    unsure = BladeReader()(film(deep(0.2, 0.2, 0.2), variance=0.05))
    assert codes(unsure) == {Withheld.NO_STRETCH, Withheld.UNCERTAIN}
    few = BladeReader()(film(deep(0.2, 0.2, 0.2), share=0.05))
    assert codes(few) == {Withheld.NO_STRETCH, Withheld.UNCERTAIN}
    half = BladeReader()(film(deep(0.2, 0.2, 0.2), share=0.4))
    assert 0.1 < np.nanmin(half.sigma) < MAX_SIGMA


def test_a_side_that_is_hidden_has_no_gap_and_the_others_have() -> None:
    hidden = film(deep(0.2, 0.2, 0.2), left_across=np.nan, left_along=np.nan)
    blades = BladeReader()(hidden)
    assert np.isnan(blades.gap[1, 25:]).all()
    assert np.isnan(blades.sigma[1, 25:]).all()
    assert blades.gap[[0, 2], 60] == pytest.approx([-0.2, -0.2], abs=0.01)
    moment = film(deep(0.2, 0.2, 0.2))
    assert moment.surface is not None
    surface = moment.surface.copy()
    surface[60:63, COLUMN["left_along"]] = np.nan
    assert np.isfinite(BladeReader()(replace(moment, surface=surface)).gap[1, 64])


def test_nothing_known_gives_nothing_and_no_error() -> None:
    poses = film(deep(0.2, 0.2))
    for poor in (replace(poses, surface=None), film(deep(0.2, 0.2), followed=np.nan)):
        blades = BladeReader()(poor)
        assert codes(blades) == {Withheld.NOT_BEHIND}
        assert np.isnan(blades.gap).all()
    blank = replace(poses, xy=np.full_like(poses.xy, np.nan), world=poses.world * np.nan)
    assert codes(BladeReader()(blank)) == {Withheld.NO_STRETCH}
    none = BladeReader()(poses[:0])
    assert none.gap.shape == (3, 0)
    assert none.withheld.shape == (0,)


@cache
def mixed() -> Poses:
    """A set with gaps, a cut, another person, breaks, hidden landmarks and uneven times."""
    rng = np.random.default_rng(4)
    followed = np.full(340, float(Followed.YES))
    followed[rng.integers(0, 340, 30)] = Followed.COVERED
    followed[[50, 90]] = Followed.RESUMES
    followed[[0, 200]] = Followed.BEGINS
    poses = film(
        deep(0.2, 0.3, 0.1, 0.2, 0.3, 0.2, 0.3, 0.2) + rng.normal(0, 0.005, 340),
        followed=followed, share=rng.uniform(0.5, 1, 340), variance=rng.uniform(0, 1e-4, 340),
    )  # fmt: skip
    subject, xy = poses.subject.copy(), poses.xy + rng.normal(0, 1, poses.xy.shape)
    subject[100:104], subject[280:300] = -1, 1
    xy[70:73] = np.nan
    return replace(poses, subject=subject, xy=xy, t=poses.t + rng.uniform(0, 0.03, 340))


def joined(parts: list[Blades]) -> Blades:
    names = ("gap", "sigma", "best", "withheld")
    return Blades(*(np.concatenate([getattr(p, n) for p in parts], axis=-1) for n in names))


@given(cuts=st.sets(st.integers(1, 339), max_size=40))
@settings(max_examples=15)
def test_runs_of_any_length_give_equal_results(cuts: set[int]) -> None:
    poses, reader = mixed(), BladeReader()
    whole = BladeReader()(poses)
    assert (whole.withheld == Withheld.NO).mean() > 0.4
    parts = joined([reader(poses[a:b]) for a, b in pairwise([0, *sorted(cuts), len(poses)])])
    for name in ("gap", "sigma", "best", "withheld"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name), err_msg=name)
    for name in ("gap", "best"):
        np.testing.assert_array_equal(getattr(whole[40:90], name), getattr(whole, name)[..., 40:90])


def test_what_comes_later_changes_nothing_before() -> None:
    poses = mixed()
    some, whole = BladeReader()(poses[:150]), BladeReader()(poses)
    np.testing.assert_array_equal(some.gap, whole.gap[:, :150])
    np.testing.assert_array_equal(some.best, whole.best[:150])


@given(
    st.lists(
        st.tuples(st.floats(0.02, 3), st.floats(0, 1), st.sampled_from([*range(7), 1, 1])),
        min_size=2, max_size=80,
    )
)  # fmt: skip
@settings(max_examples=40)
def test_whatever_happens_no_gap_is_given_without_its_sigma(
    frames: list[tuple[float, float, int]],
) -> None:
    n = len(frames)
    t = np.cumsum([seconds for seconds, _, _ in frames])
    poses = film(np.zeros(n), np.array([place for _, place, _ in frames]))
    assert poses.surface is not None
    surface = poses.surface.copy()
    surface[:, 0] = [code for _, _, code in frames]
    blades = BladeReader()(replace(poses, t=t, surface=surface))
    given_ = blades.withheld == Withheld.NO
    assert (np.isfinite(blades.gap[0]) == given_).all()
    assert (np.isfinite(blades.sigma[0]) == given_).all()
    assert (blades.sigma[0, given_] <= MAX_SIGMA).all()


def test_an_hour_is_remembered_no_longer_than_some_seconds() -> None:
    reader, part = BladeReader(), film(deep(0.2, extra=0))
    for k in range(100):
        later = replace(part, t=part.t + 2 * k)
        if k:
            assert later.surface is not None
            surface = later.surface.copy()
            surface[0, 0] = Followed.YES
            later = replace(later, surface=surface)
        reader(later)
    assert len(reader._past) <= MAX_AGE * FPS + 1
