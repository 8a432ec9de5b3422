"""The coach as a whole: what a set's measures come to, live and recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import calibrate_automatically
from scapcoach.coaching import (
    CoachState,
    CueConfig,
    CueKind,
    Focus,
    Readings,
    Verdict,
    coach,
    find_exercise,
    finish,
    recognise,
    step,
)
from scapcoach.coaching.coach import read_again
from scapcoach.coaching.judge import floors
from scapcoach.coaching.results import Value
from scapcoach.coaching.summary import summarise
from scapcoach.filters import OneEuro, smooth_poses
from scapcoach.measures import Reason, Status, measure
from scapcoach.measures.matched import matched
from tests.support.coaching import minimum_jerk, row, sets
from tests.support.person import person
from tests.support.sets import exercise, repetition

if TYPE_CHECKING:
    from scapcoach.coaching.results import RepValues, SetSummary
    from scapcoach.landmarks import Poses

ROW = find_exercise("row")


def coached(readings: Readings) -> CoachState:
    state = CoachState.begin()
    for i in range(len(readings)):
        state, _ = step(state, ROW, readings[i : i + 1])
    return finish(state, ROW)[0]


def summary(readings: Readings) -> SetSummary:
    return summarise(ROW, coached(readings).reps, readings)


def test_a_lazy_row_is_reported_and_scored() -> None:
    t, share, _ = sets(4)
    state = coached(row(t, share, {"retraction": (8.0, 6.0), "elevation": (2.0, 5.0),
                                   "trunk_lean": (3.0, 2.0)}))  # fmt: skip
    for rep in state.reps:
        assert rep.verdicts["lazy_blades"] is Verdict.FAULTY
        assert rep.verdicts["shrugged"] is Verdict.GOOD
        assert rep.verdicts["swing"] is Verdict.GOOD
        (fault,) = rep.faults
        assert (fault.key, fault.limit) == ("lazy_blades", 30)
        assert rep[fault.measure].value == pytest.approx(8)
    parts = {p.measure: p.points for p in state.reps[0].score.parts}
    assert parts["retraction_peak"] == 0
    assert parts["elevation_peak"] == parts["trunk_swing"] == parts["range_share"] == 100
    assert state.reps[0].score.total == pytest.approx(60, abs=1)
    result = summarise(ROW, state.reps, row(t, share))
    assert result.next_time == (
        "Next time: finish each pull with the shoulder blades, not only with the elbows."
    )
    assert result.advice == ()


def test_withheld_values_give_no_faults_and_no_points_but_advice() -> None:
    t, share, _ = sets(4)
    readings = row(t, share, withheld=Reason.HIPS_HIDDEN)
    state = coached(readings)
    for rep in state.reps:
        assert set(rep.verdicts.values()) == {Verdict.UNJUDGED}
        assert rep.faults == ()
        assert np.isnan(rep.score.total)
        value = rep["retraction_peak"]
        assert (value.status, value.reason) == (Status.NOT_OBSERVABLE, Reason.HIPS_HIDDEN)
        assert np.isnan(value.value)
        assert rep["hold"].absolute
    shown = summary(readings)
    assert Reason.HIPS_HIDDEN.advice in shown.advice
    assert ROW.film in shown.advice
    assert np.isnan(shown.score)
    assert all(c.judged == 0 for c in shown.faults)


def test_relative_values_rank_repetitions_but_make_no_faults() -> None:
    t, share, true = sets(5)
    readings = row(t, share)
    fading = np.interp(t, [true[0][1], true[-1][2]], [15.0, 3.0])
    readings.measure("retraction", "deg")[:] = fading
    readings.measure("retraction", "deg_sigma")[:] = 4.0
    readings.measure("retraction", "status")[:] = Status.RELATIVE
    readings.measure("retraction", "reason")[:] = Reason.AUTO_CALIBRATED
    state = coached(readings)
    assert all(r.verdicts["lazy_blades"] is Verdict.UNJUDGED for r in state.reps)
    assert state.reps[0]["retraction_peak_deg"].status is Status.RELATIVE
    assert np.isnan(state.reps[0]["retraction_peak"].value)
    shown = summarise(ROW, state.reps, readings)
    assert (shown.best, shown.worst, shown.ranked_by) == (1, 5, "retraction_peak_deg")
    (trend,) = [x for x in shown.trends if x.measure == "retraction_peak_deg"]
    assert trend.clear
    assert trend.change.value == pytest.approx(-12, abs=1)


def test_a_fading_squeeze_is_named_for_next_time() -> None:
    t, share, true = sets(6)
    fading = np.interp(t, [true[0][1], true[-1][2]], [95.0, 55.0])
    shown = summary(row(t, share, {"retraction": (fading, 8.0), "elevation": (0.0, 5.0),
                                  "trunk_lean": (0.0, 2.0)}))  # fmt: skip
    assert "squeeze faded" in shown.next_time


def test_a_swinging_trunk() -> None:
    t, share, _ = sets(4)
    shown = coached(row(t, share, {"trunk_lean": (20 - 45 * share, 2.0)}))
    assert all(r.verdicts["swing"] is Verdict.FAULTY for r in shown.reps)
    assert shown.reps[0]["trunk_swing"].value == pytest.approx(45, abs=3)


def test_an_uncertain_value_is_neither_good_nor_faulty() -> None:
    t, share, _ = sets(3)
    state = coached(row(t, share, {"retraction": (70.0, 60.0)}))
    assert {r.verdicts["lazy_blades"] for r in state.reps} == {Verdict.UNCLEAR}
    part = state.reps[0].score.parts[0]
    assert np.isnan(part.points)
    assert part.reason is Reason.TOO_UNCERTAIN


def test_a_set_without_repetitions_says_so() -> None:
    t = np.arange(0, 5, 1 / 30)
    shown = summary(row(t, np.zeros(len(t))))
    assert shown.reps == 0
    assert shown.next_time.startswith("No repetitions of row, low were seen.")
    assert shown.advice


def test_time_under_peak_contraction() -> None:
    t, share, true = sets(3, held=2.0)
    inside = sum((t >= a) & (t <= b) for _, a, b, _ in true).astype(bool)
    state = coached(row(t, share, {"retraction": (np.where(inside, 90.0, 0.0), 10.0)}))
    for rep in state.reps:
        assert rep["hold"].value == pytest.approx(2.0, abs=0.3)
        assert rep["squeeze"].value == pytest.approx(2.0, abs=0.2)
        assert rep["overdone"].value == pytest.approx(0.0, abs=0.2)


def test_differences_below_the_detectable_change_are_no_faults() -> None:
    t, share, _ = sets(2)
    readings = row(t, share, {"retraction": (20.0, 1.0)})
    state = CoachState.begin()
    state = replace(state, floors={**floors(None), "retraction": 15.0})
    for i in range(len(readings)):
        state, _ = step(state, ROW, readings[i : i + 1])
    assert {r.verdicts["lazy_blades"] for r in state.reps} == {Verdict.UNCLEAR}


# ------------------------------------------------------ from landmarks on


def rowing(reps: int, noise: float = 0.0) -> tuple[Poses, list[float]]:
    """A person whose straight arms go from 60 degrees in front to the sides."""
    cycle = 3.0
    t = np.arange(round((2 + reps * cycle) * 30)) / 30
    share = np.zeros(len(t))
    for k in range(reps):
        a = 1.5 + k * cycle
        share += minimum_jerk((t - a) / 0.9) - minimum_jerk((t - a - 1.4) / 1.0)
    poses = person(len(t), yaw=35.0, arm_swing=60 - 60 * share, unit=200.0)
    if noise:
        rng = np.random.default_rng(3)
        poses = replace(
            poses,
            xy=poses.xy + rng.normal(0, 200 * noise, poses.xy.shape),
            world=poses.world + rng.normal(0, 0.5 * noise, poses.world.shape),
        )
    return poses, [1.5 + k * cycle for k in range(reps)]


def test_a_recording_from_landmarks_to_summary() -> None:
    poses, starts = rowing(4)
    smooth = smooth_poses(poses)
    result = coach(
        smooth, measure(smooth, calibrate_automatically(smooth)), ROW,
        focus=Focus.INTERNAL, load=40.0,
    )  # fmt: skip
    assert [r.rep.start for r in result.reps] == pytest.approx(starts, abs=0.15)
    assert (result.load, result.focus, result.exercise) == (40.0, Focus.INTERNAL, ROW)
    assert len(result.phase) == len(result.rep) == len(result.count) == len(poses)
    assert result.count[-1] == 4
    assert result.summary.reps == 4
    assert all(r.pull_angle.name in {"", "low", "mid"} for r in result.reps)
    for r in result.reps:
        assert (r.grip.status, r.grip.reason) == (Status.NOT_OBSERVABLE, Reason.HANDS_NOT_SHOWN)


def test_live_and_recorded_agree_within_a_frame_or_two() -> None:
    poses, _ = rowing(2, noise=0.004)
    smooth = smooth_poses(poses)
    calibration = calibrate_automatically(smooth)
    recorded = coach(smooth, measure(smooth, calibration), ROW)
    euro = {name: OneEuro() for name in ("xy", "world")}
    state = CoachState.begin(calibration)
    for i in range(len(poses)):
        frame = poses[i : i + 1]
        steady = {n: f(frame.t, getattr(frame, n).astype(float)) for n, f in euro.items()}
        frame = replace(frame, **steady)
        state, _ = step(state, ROW, Readings.of(frame, measure(frame, calibration)))
    state, _ = finish(state, ROW)
    assert state.count == len(recorded.reps) == 2
    for live, kept in zip(state.reps, recorded.reps, strict=True):
        assert live.rep.start == pytest.approx(kept.rep.start, abs=0.15)
        assert live.rep.end == pytest.approx(kept.rep.end, abs=0.15)


def test_frames_of_another_person_are_not_repetitions() -> None:
    poses, _ = rowing(4)
    other = np.where(poses.t > 7.0, 1, 0)
    changed = replace(poses, subject=other)
    result = coach(changed, measure(changed, None), ROW)
    assert len(result.reps) == 2


def test_recordings_without_a_person_or_without_frames() -> None:
    poses, _ = rowing(1)
    nobody = replace(poses, subject=np.full(len(poses), -1), xy=poses.xy * np.nan,
                     world=poses.world * np.nan, visibility=poses.visibility * np.nan)  # fmt: skip
    for some in (nobody, poses[:0], poses[:1]):
        result = coach(some, measure(some, None), ROW)
        assert result.reps == ()
        assert result.cues == ()
        assert recognise(some).exercise is None


def test_recognition_names_the_exercise_or_says_that_it_cannot() -> None:
    poses, _ = rowing(4)
    known = recognise(smooth_poses(poses))
    assert known.exercise is ROW
    assert known.why == "Recognised as row, low."
    one, _ = rowing(1)
    unknown = recognise(smooth_poses(one))
    assert unknown.exercise is None
    assert "--exercise" in unknown.why


def test_cues_of_a_recording_come_when_the_repetition_is_over() -> None:
    t, share, true = sets(4)
    readings = row(t, share, {"retraction": (5.0, 5.0)})
    state, said = CoachState.begin(), []
    for i in range(len(readings)):
        state, cues = step(state, ROW, readings[i : i + 1], CueConfig())
        said += cues
    (cue,) = said
    assert cue.kind is CueKind.CORRECT
    assert true[1][3] - 0.1 <= cue.time <= true[1][3] + 0.45
    assert cue.time < true[2][0] + 0.1, "between two repetitions"


def test_values_read_again_equal_those_of_a_set_coached_again() -> None:
    poses = smooth_poses(rowing(4)[0])
    calibration = calibrate_automatically(poses)
    plain = measure(poses, calibration)
    first = coach(poses, plain, ROW, calibration=calibration)
    finish = np.zeros(len(poses), bool)
    for r in first.reps:
        finish |= (poses.t >= r.rep.peak_start) & (poses.t <= r.rep.peak_end)
    like = matched(poses, plain, finish)
    again = read_again(first, poses, like, calibration)
    whole = coach(poses, like, ROW, calibration=calibration)
    assert any(r["retraction_peak_deg"].reason is Reason.MATCHED_REPS for r in again.reps)
    assert [repr(r) for r in again.reps] == [repr(r) for r in whole.reps]
    assert repr(again.summary) == repr(whole.summary)
    assert again.cues == whole.cues


def test_the_list_of_unjudged_faults_is_a_sentence() -> None:
    t, share, _ = sets(3)
    first, *_ = summary(row(t, share, {"trunk_lean": (3.0, 2.0)})).advice
    assert first == (
        "Not judged here: \u201cElbows back, blades not\u201d and "
        "\u201cShoulders hiked at the finish\u201d."
    )


def test_a_squat_is_counted_and_not_judged() -> None:
    squat = find_exercise("squat")
    t, share, _ = sets(3)
    done = summarise(squat, coached(row(t, share, {})).reps, row(t, share, {}))
    assert "not judged" in done.next_time
    assert done.advice == ()


@pytest.mark.parametrize("n", [4, 8])
def test_chance_alone_gives_a_trend_in_at_most_one_of_twenty_sets(n: int) -> None:
    noise = np.random.default_rng(1)

    def steady(number: int) -> RepValues:
        values = {
            name: Value(50 + size * noise.standard_normal(), 0.01)
            for name, size in (("retraction_peak", 8.0), ("hold", 2.0), ("return_time", 2.0))
        }
        one = repetition(1)
        return replace(one, rep=replace(one.rep, number=number), values={**one.values, **values})

    many, readings = 400, row(*sets(1)[:2])
    found = [
        summarise(exercise(), [steady(k) for k in range(1, n + 1)], readings) for _ in range(many)
    ]
    assert np.mean([any(t.clear for t in one.trends) for one in found]) < 0.07
    assert all(t.sure >= 0.95 for one in found for t in one.trends if t.clear)
