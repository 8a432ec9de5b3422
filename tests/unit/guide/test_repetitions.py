"""Guided exercise calibration: repetitions are counted live, judged, and combined with poses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.calibration import (
    Calibration,
    CalibrationKind,
    calibrate,
    guided_segments,
    update_calibration,
)
from scapcoach.calibration.reps import RepCounter, find_reps
from scapcoach.filters import smooth_poses
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import arm_features
from scapcoach.guide.card import card
from scapcoach.guide.rep_verdicts import judge_rep
from scapcoach.guide.repetitions import EXERCISE, STILL_S, TASKS
from scapcoach.guide.runner import GuideRunner
from scapcoach.guide.steps import BAD_S, Guide, Plan, Step
from scapcoach.live.guide_painter import GuidePainter
from scapcoach.measures import Status, measure
from scapcoach.session.plain import plain_guide
from tests.support.clips import protocol_clip
from tests.support.exercise import exercise_clip, phases
from tests.support.lifter import ASKED, FPS, Lifter

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.landmarks import Poses


def lift(
    guide: Guide, seconds: float, kind: Callable[[Guide], str] | None = None, **changes: Any
) -> tuple[Guide, list[Guide]]:
    lifter = Lifter(kind or (lambda g: ASKED[g.task.name]), **changes)
    past = []
    for k in range(round(seconds * FPS)):
        guide = guide.frame(lifter.frame(guide, k / FPS), 120.0)
        past.append(guide)
        if guide.over:
            break
    return guide, past


@pytest.fixture(scope="module")
def done() -> tuple[Guide, list[Guide]]:
    return lift(Guide(EXERCISE, Plan(model_sha256="ab", name="anna")), 90)


def test_a_person_who_follows_is_calibrated_at_their_own_tempo(done) -> None:
    guide, past = done
    assert guide.step is Step.DONE, (guide.step, guide.task.name, guide.fault)
    assert guide.t < 60
    found = guide.calibration
    assert found is not None
    assert found.exercise is not None
    assert (found.model_sha256, found.name) == ("ab", "anna")
    assert "smallest detectable change" in guide.lines[0]
    assert "Check: the last squeeze reads" in guide.lines[-1]
    assert not any(g.fault for g in past)
    counted = {(g.task.name, len(g.spans)) for g in past if g.step is Step.REVIEW}
    assert counted == {(task.name, task.count) for task in TASKS}
    shares = [g.progress for g in past]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_neutral_is_from_where_the_arms_were_still_however_long_ago() -> None:
    def unhurried(guide: Guide) -> str:
        waiting = guide.task.name == "arms_only" and not guide.spans and guide.t - guide.since < 6
        return "" if waiting else ASKED[guide.task.name]

    guide, past = lift(Guide(EXERCISE), 70, unhurried)
    assert guide.calibration is not None
    began = next(g.since for g in past if g.step is Step.MOVE)
    neutral = guide.calibration.neutral
    assert began - STILL_S - 0.1 <= neutral.start < neutral.end <= began + 0.1
    assert neutral.end - neutral.start > 0.3


def test_rows_are_read_with_the_calibration(done) -> None:
    found = done[0].calibration
    clip = smooth_poses(exercise_clip(("half", "squeeze"), seed=80, fps=FPS))
    series = measure(clip, found)["retraction"]
    tops = [slice(int((k + 0.45) * len(clip) / 2), int((k + 0.55) * len(clip) / 2)) for k in (0, 1)]
    assert all((series.status[top] == Status.OK).all() for top in tops)
    half, full = (float(series.value[top].mean()) for top in tops)
    assert half == pytest.approx(50, abs=20)
    assert full == pytest.approx(100, abs=20)


def test_counting_live_finds_what_is_found_in_the_whole_clip() -> None:
    clip = exercise_clip(fps=30.0)
    unit = float(np.median(trunk_length(clip[:10])))
    counter = RepCounter(np.median(arm_features(clip[:10], unit), axis=0), unit)
    for i in range(len(clip)):
        counter = counter.frame(clip[i : i + 1])
    smooth = smooth_poses(clip)
    whole = [(smooth.t[s.start], smooth.t[s.stop - 1]) for s in find_reps(smooth)]
    np.testing.assert_allclose(counter.reps, whole, atol=0.25)
    assert counter.short == 0
    nobody = replace(clip[:1], xy=clip.xy[:1] * np.nan, t=clip.t[-1:] + 1)
    assert counter.frame(nobody) is counter


def test_half_a_movement_and_one_wrong_frame_are_not_counted() -> None:
    clip = exercise_clip(("arms_only",), fps=30.0)
    reach = phases(1, 30.0)
    unit = float(np.median(trunk_length(clip[:10])))
    start = np.median(arm_features(clip[:10], unit), axis=0)
    counter = RepCounter(start, unit, usual=0.7)
    half = clip[np.flatnonzero(reach < 0.45)]
    for k, i in enumerate(range(len(half))):
        counter = counter.frame(replace(half[i : i + 1], t=np.array([k / 30])))
    assert counter.reps == ()
    wild = RepCounter(start, unit)
    top = clip[int(np.argmax(reach)) :][:1]
    for k in range(30):
        wild = wild.frame(replace(top if k == 15 else clip[:1], t=np.array([k / 30])))
    assert (wild.reps, wild.short) == ((), 0)


@pytest.mark.parametrize(
    ("lazy", "words"),
    [("squeeze", "draw the blades together"), ("shrug_rep", "lift the shoulders")],
)
def test_what_hardly_differs_from_the_arms_is_repeated_and_then_refused(lazy, words) -> None:
    guide, past = lift(
        Guide(EXERCISE), 120, lambda g: "arms_only" if g.task.name == lazy else ASKED[g.task.name]
    )
    faults = {g.fault for g in past if g.step is Step.REVIEW and g.task.name == lazy}
    assert len(faults) == 1
    assert words in faults.pop()
    assert max(g.repeats for g in past) == 2
    assert guide.step is Step.FAILED
    assert "looks like the arms alone" in guide.fault
    assert guide.calibration is None


def test_repetitions_that_differ_are_reported() -> None:
    turn = iter(["arms_only", "squeeze"])
    _, past = lift(
        Guide(EXERCISE), 14, lambda g: next(turn, "") if g.task.name == "arms_only" else ""
    )
    # Between a squeeze and none lies less than between a swing of the trunk and none.
    assert not any(g.fault for g in past)
    count = 0

    class Swinger(Lifter):
        def frame(self, guide: Guide, t: float) -> Poses:
            self._changes["lean"] = 25.0 if len(guide.spans) else 0.0
            return super().frame(guide, t)

    guide, swinger = Guide(EXERCISE), Swinger(lambda g: ASKED[g.task.name])
    while not guide.fault and count < 16 * FPS:
        guide = guide.frame(swinger.frame(guide, count / FPS), 120.0)
        count += 1
    assert guide.step is Step.REVIEW
    assert "They differed" in guide.fault
    assert guide.left == pytest.approx(BAD_S)


def test_a_repetition_out_of_sight_is_not_counted() -> None:
    class Hidden(Lifter):
        def frame(self, guide: Guide, t: float) -> Poses:
            one = super().frame(guide, t)
            away = guide.counter is not None and 0.3 < t - guide.counter.begun < 1.3
            if not away or guide.dropped:
                return one
            return replace(one, xy=one.xy * np.nan, subject=np.array([-1]))

    guide, lifter, faults = Guide(EXERCISE), Hidden(lambda g: ASKED[g.task.name]), set()
    for k in range(round(25 * FPS)):
        guide = guide.frame(lifter.frame(guide, k / FPS), 120.0)
        faults |= {guide.fault} if guide.step is Step.MOVE else set()
        if guide.step is Step.REVIEW:
            break
    assert any("not seen all the time" in fault for fault in faults)
    assert guide.step is Step.REVIEW
    assert len(guide.spans) == 2
    assert len(guide.dropped) == 1


def test_a_repetition_in_another_direction_is_reported() -> None:
    first, turned = (exercise_clip(("arms_only",), yaw=yaw) for yaw in (20.0, 50.0))
    assert judge_rep(first, first) == ""
    assert "You turned" in judge_rep(turned, first)


def test_arms_that_do_not_come_back_are_asked_to_come_back() -> None:
    guide, _ = lift(Guide(EXERCISE), 6, lambda _g: "")
    assert guide.step is Step.MOVE
    clip = exercise_clip(("arms_only",), fps=FPS, yaw=20.0)
    top = clip[len(clip) // 2 :][:1]
    began = guide.t
    while guide.step is Step.MOVE and guide.t < began + 12:
        guide = guide.frame(replace(top, t=np.array([guide.t + 1 / FPS])))
    assert guide.step is Step.READY
    assert guide.t > began + 9
    assert "Come back to the start" in card(guide).text
    assert guide.trace == ()  # that of the repetitions to come begins with them


def test_arms_that_move_keep_it_waiting() -> None:
    guide, _ = lift(Guide(EXERCISE), 3, lambda _g: "")
    assert guide.step is Step.READY
    clip = exercise_clip(("arms_only",) * 3, fps=FPS, yaw=20.0)
    for i in range(len(clip)):
        guide = guide.frame(replace(clip[i : i + 1], t=np.array([3 + i / FPS])))
        if len(guide.now) > 45 * FPS:
            raise AssertionError("it keeps everything")
        if guide.step is Step.MOVE:
            break
    assert i > 2 * FPS


def test_the_person_may_accept_repeat_skip_the_proof_and_begin_again(done) -> None:
    _, past = done
    review = next(g for g in past if g.step is Step.REVIEW)
    retry = review.command("retry")
    assert (retry.step, retry.number, retry.repeats, retry.spans) == (Step.READY, 0, 1, ())
    assert review.command("accept").number == 1
    assert review.command("again").step is Step.FRAMING
    moving = next(g for g in past if g.step is Step.MOVE and len(g.spans) == 1)
    assert moving.command("retry").step is Step.READY
    assert moving.command("accept") is moving
    proof = next(g for g in past if g.task.name == "verify")
    skipped = proof.command("accept")
    assert skipped.step is Step.DONE
    assert skipped.calibration is proof.calibration
    assert Guide(EXERCISE).command("accept").step is Step.FRAMING  # nobody is there yet


def test_a_result_is_handed_over_once_by_frame_or_command(done) -> None:
    _, past = done
    image = np.zeros((480, 640, 3), np.uint8)
    for by_command in (True, False):
        taken: list[Calibration] = []
        guiding = GuideRunner(taken.append)
        guiding.command("accept")  # nothing is there yet
        guiding.guide = [g for g in past if g.step is Step.REVIEW][-1]
        if by_command:
            guiding.command("accept")
        for k in range(4):
            guiding.frame(replace(exercise_clip()[:1], t=np.array([100.0 + k])), image)
        assert guiding.guide is not None
        assert guiding.guide.step is Step.DONE
        assert len(taken) == 1


def test_repetitions_are_added_to_poses_and_kept_only_in_the_same_place() -> None:
    clip, reps = (smooth_poses(c) for c in (protocol_clip(yaw=20.0), exercise_clip(yaw=20.0)))
    posture = calibrate(clip, guided_segments(clip), name="anna")
    exercise = calibrate(reps, guided_segments(reps), name="guided")
    both = update_calibration(posture, exercise)
    assert both.exercise is exercise.exercise
    assert both.retraction is posture.retraction
    assert update_calibration(None, exercise) is exercise
    auto = replace(posture, kind=CalibrationKind.AUTO, retraction=None)
    assert update_calibration(auto, exercise) is exercise
    assert update_calibration(both, posture).exercise is exercise.exercise
    here, there = replace(both, camera="gym cam"), replace(exercise, camera="laptop")
    assert (
        update_calibration(here, there) is there
    )  # another camera: nothing of the old one can be used
    assert (
        update_calibration(here, replace(there, camera="gym cam")).retraction is posture.retraction
    )

    def moved(**changes: float) -> Calibration:
        return replace(posture, neutral=replace(posture.neutral, **changes))

    assert update_calibration(both, moved(unit=1.2 * posture.neutral.unit)).exercise is None
    assert update_calibration(both, moved(yaw=posture.neutral.yaw + 20)).exercise is None


def test_every_moment_is_shown_and_painted(done) -> None:
    seen: dict[Any, Guide] = {}
    for guide in done[1]:
        seen.setdefault((guide.step, guide.task.name, len(guide.spans)), guide)
    for size in ((640, 480), (480, 854)):
        painter = GuidePainter(size, mirrored=True)
        for guide in seen.values():
            image = np.full((size[1], size[0], 3), 128, np.uint8)
            painter.draw(image, guide)
            assert (image != 128).any()
    titles = {card(g).title for g in seen.values()}
    assert {"Next: arms only, 2 repetitions", "Full squeeze", "Calibrated"} <= titles
    one = plain_guide(seen[(Step.MOVE, "squeeze", 1)])
    assert one["big"] == "1/2"
    assert 0 <= one["share"] <= 1
    assert all(-1 <= t <= 0 and -1 <= v <= 1 for t, v in one["trace"])
    assert len(one["trace"]) > 10
