"""Movement scripts: smooth, labelled, pure functions of time; nuisances leave the girdle alone."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from phantom.body import make_body
from phantom.library import SCRIPTS, describe
from phantom.nuisances import camera_shake
from phantom.person import Person
from phantom.pose import Arm, Pose, blend, couple
from phantom.skeleton import pose_body
from phantom.timeline import Key, Script, minimum_jerk
from tests.support.phantom import need_phantom

NUISANCES = (
    "turning", "leaning", "arm_raises", "arm_swings", "nodding", "stepping", "camera_shake",
    "rounding_only",
)  # fmt: skip


@pytest.fixture(scope="module")
def body():
    need_phantom()
    return make_body()


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_pure_labelled_and_within_the_body_s_limits(name):
    script = SCRIPTS[name](Person.random(3))
    assert script.name == name
    assert describe(name).endswith(".")
    assert 5 < script.duration < 80
    labels = set()
    for t in np.linspace(0, script.duration - 1e-3, 60):
        pose = script.pose(t)
        assert pose == script.pose(t)
        for side in ("left", "right"):
            assert -25 <= getattr(pose, f"retraction_{side}") <= 55
            assert -15 <= getattr(pose, f"elevation_{side}") <= 55
            assert -75 <= pose.side(side).elevation <= 175
            assert -5 <= pose.side(side).elbow <= 150
        labels.add(script.label(t)[0])
    assert labels - {""}


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_jumps(name, body):
    script = SCRIPTS[name](Person())
    # Where a jump could be: as a move begins, half-way (yes-or-no values flip), as it ends.
    start = 0.0
    for key, end in zip(script.keys, script.ends, strict=True):
        arrival = end - key.hold
        for t in (start, (start + arrival) / 2, arrival):
            if t > 0:
                before, after = (pose_body(body, script.pose(t + s)).head for s in (-1e-3, 1e-3))
                # The fastest hand in the library moves at about 4 m/s.
                assert np.abs(after - before).max() < 2e-3 * 6, t
        start = end


@pytest.mark.parametrize("name", NUISANCES)
def test_nuisances_do_not_move_the_girdle(name):
    script = SCRIPTS[name](Person.random(11))
    for t in np.linspace(0, script.duration, 80):
        pose = script.pose(t)
        assert pose.retraction_left == pose.retraction_right == 0
        assert pose.elevation_left == pose.elevation_right == 0


def test_calibration_holds_every_extreme_of_the_person():
    person = Person(retraction=21, protraction=12, elevation=33, depression=6)
    script = SCRIPTS["calibration"](person)
    held = {}
    for t in np.arange(0, script.duration, 0.05):
        name, _ = script.label(t)
        held.setdefault(name, []).append(script.pose(t))
    assert list(dict.fromkeys(held)) == [
        "neutral", "", "retraction", "protraction", "shrug", "depression", "slump",
    ]  # fmt: skip
    for name in ("retraction", "protraction", "shrug", "depression"):
        assert 2.8 < len(held[name]) * 0.05 < 3.2
    assert {p.retraction_left for p in held["retraction"]} == {21}
    assert {p.retraction_left for p in held["protraction"]} == {-12}
    assert {p.elevation_left for p in held["shrug"]} == {33}
    assert {p.elevation_left for p in held["depression"]} == {-6}
    assert {p.elevation_left for p in held["neutral"]} == {0}


def test_lazy_rows_move_the_arms_like_good_ones_but_not_the_blades():
    good, lazy = (SCRIPTS[n](Person(coupling=0, sway=0)) for n in ("row", "row_lazy"))
    times = np.arange(0, good.duration, 0.1)
    arms = [[s.pose(t).arm_left for t in times] for s in (good, lazy)]
    assert arms[0] == arms[1]
    peaks = [max(s.pose(t).retraction_left for t in times) for s in (good, lazy)]
    assert peaks[0] == pytest.approx(18)
    assert peaks[1] < 3


def test_raised_arms_bring_the_girdle_along_only_when_coupled():
    raised = Pose().arms(elevation=130, plane=30)
    assert couple(raised, 0.0) == raised
    moved = couple(raised, 1.0)
    assert moved.retraction_left == pytest.approx(16)
    assert moved.elevation_right == pytest.approx(6)
    half = couple(Pose().arms(elevation=70), 1.0)
    assert half.elevation_left == pytest.approx(3)
    assert couple(Pose().arms(elevation=-40, plane=80)).retraction_left == 0


def test_blending_ends_at_its_ends_and_is_smooth():
    a, b = Pose(), Pose(turn=40, arm_left=Arm(elevation=90), position=(0.2, 0.4))
    assert blend(a, b, 0.0) == a
    assert blend(a, b, 1.0) == b
    middle = blend(a, b, 0.5)
    assert middle.turn == 20
    assert middle.position == (0.1, 0.2)
    assert [minimum_jerk(s) for s in (-1, 0, 0.5, 1, 2)] == [0, 0, 0.5, 1, 1]


def test_pace_shortens_a_script_without_changing_it():
    keys = [Key(Pose(), 0, 1.0, "a"), Key(Pose(turn=10), 1.0, 1.0, "b", "on")]
    slow = Script("x", keys, Person(sway=0))
    fast = Script("x", keys, Person(sway=0, pace=2))
    assert slow.duration == 3.0
    assert fast.duration == 1.5
    assert slow.label(1.5) == ("on", 0)
    for t in np.linspace(0, 2.9, 20):
        assert fast.pose(t / 2) == slow.pose(t)


def test_people_differ_and_stay_the_same():
    assert Person.random(1) == Person.random(1)
    assert Person.random(1) != Person.random(2)
    for seed in range(40):
        p = Person.random(seed)
        assert 10 <= p.retraction <= 25
        assert 25 <= p.elevation <= 40
    names = {f.name for f in fields(Person)}
    assert "coupling" in names


def test_a_still_person_sways_but_not_with_the_girdle():
    script = camera_shake(Person(sway=1.0))
    poses = [script.pose(t) for t in np.linspace(0, 8, 50)]
    assert np.std([p.head_yaw for p in poses]) > 0.2
    assert {p.retraction_left for p in poses} == {0.0}
