"""Guided calibration: a person who follows it is calibrated; one who does not learns why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.guide.card import card
from scapcoach.guide.framing import FramingCheck, check_framing
from scapcoach.guide.holds import POSTURE, verify_hold
from scapcoach.guide.steps import MAX_RETRIES, Guide, Plan, Step
from scapcoach.landmarks import Poses
from scapcoach.live.guide_painter import GuidePainter
from tests.support.clips import jittered
from tests.support.person import person

if TYPE_CHECKING:
    from collections.abc import Callable

FPS = 10.5
BOTH = ("left", "right")
HELD = {
    "neutral": {},
    "retract": {f"retraction_{s}": 18.0 for s in BOTH},
    "protract": {f"retraction_{s}": -14.0 for s in BOTH},
    "shrug": {f"elevation_{s}": 25.0 for s in BOTH},
    "depress": {f"elevation_{s}": -7.0 for s in BOTH},
    "slump": {"flexion": 15.0, "head_pitch": 20.0},
    "verify": {f"retraction_{s}": 18.0 for s in BOTH},
}  # fmt: skip


def frame(k: int, **more: Any) -> Poses:
    """A person on frame `k`, with the tracker's noise."""
    settings = {"yaw": 15.0, "unit": 150.0} | more
    one = jittered(person(4, **settings), 0.3, seed=k)[:1]
    return replace(one, t=np.array([k / FPS]))


def follow(
    guide: Guide, seconds: float, behave: Callable[[Guide, int], Poses] | None = None
) -> tuple[Guide, list[Guide]]:
    """A person who does what is asked, or what `behave` does."""

    def follows(asked: Guide, k: int) -> Poses:
        return frame(k, **HELD[asked.task.name])

    past = []
    for k in range(round(seconds * FPS)):
        guide = guide.frame((behave or follows)(guide, k), 120.0)
        past.append(guide)
        if guide.over:
            break
    return guide, past


@pytest.mark.parametrize("slump", [False, True])
def test_a_person_who_follows_is_calibrated_without_touching_a_key(slump: bool) -> None:
    guide, past = follow(
        Guide(POSTURE, Plan(slump=slump, model_sha256="ab", name="anna", camera="gym")), 90
    )
    assert guide.step is Step.DONE, (guide.step, guide.task.name, guide.fault)
    assert guide.t < 75
    assert guide.progress == 1.0
    found = guide.calibration
    assert found is not None
    assert found.retraction is not None
    assert found.elevation is not None
    assert found.retraction[0].high > 5
    assert found.elevation[0].high > 10
    assert found.retraction[0].low < 0 < found.retraction[0].sdc
    assert (found.slump is not None) == slump
    assert (found.model_sha256, found.name, found.camera) == ("ab", "anna", "gym")
    assert "Check: the last squeeze reads" in guide.lines[-1]
    assert len(guide.lines) == 3
    order = [g.task.name for g in past if g.step is Step.HOLD]
    assert list(dict.fromkeys(order)) == [p for p in HELD if p != "slump" or slump]
    assert any(len(g.trace) > 5 for g in past)


def test_the_framing_waits_and_says_where_to_move() -> None:
    def far_left(_guide: Guide, k: int) -> Poses:
        return frame(k, unit=150.0, hips_at=(100.0, 330.0))

    guide, _ = follow(Guide(POSTURE), 5, far_left)
    assert guide.step is Step.FRAMING
    (bad,) = [c for c in guide.checks if not c.good]
    # A person who faces the camera and is at the left of its picture has to move to their left.
    assert (bad.name, bad.arrow) == ("place", "left")
    dark = Guide(POSTURE)
    for k in range(20):
        dark = dark.frame(frame(k), 20.0)
    assert [c.name for c in dark.checks if not c.good] == ["light"]


def test_a_framing_that_cannot_be_better_is_accepted_by_the_person() -> None:
    def at_a_desk(_guide: Guide, k: int) -> Poses:
        return frame(k, unit=300.0, hips_at=(320.0, 470.0))

    guide, _ = follow(Guide(POSTURE), 5, at_a_desk)
    assert guide.step is Step.FRAMING
    assert card(guide).title == "Step back"
    assert (card(guide).arrow, card(guide).accept) == ("back", "Go on as it is")
    assert guide.command("accept").step is Step.READY
    alone = replace(
        guide, checks=check_framing(replace(person(10), subject=np.full(10, -1)), 120, 30)
    )
    assert card(alone).title == "Step into the picture"
    assert card(alone).accept == ""
    assert alone.command("accept") is alone


def test_every_check_of_the_framing_can_fail() -> None:
    def bad(poses: Poses, light: float = 120.0, rate: float = 30.0) -> set[str]:
        return {c.name for c in check_framing(poses, light, rate) if not c.good}

    assert bad(person(10, unit=150)) == set()
    assert bad(person(10, unit=40, hips_at=(320, 300))) == {"distance"}
    assert "distance" in bad(person(10, unit=300, hips_at=(320, 470)))
    assert bad(person(10, yaw=90.0)) == {"view"}
    sideways = check_framing(person(10, yaw=90.0), 120, 30, sideways=True)
    assert all(check.good for check in sideways)
    assert bad(person(10), light=230.0) == {"light"}
    assert bad(person(10), rate=6.0) == {"rate"}
    assert bad(person(10), rate=float("nan"), light=float("nan")) == set()
    nobody = replace(person(10), subject=np.full(10, -1))
    assert {"person", "distance", "place"} <= bad(nobody)
    turn = np.radians(8.0)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    straight = person(10)
    tilted = replace(straight, xy=(straight.xy - (320, 240)) @ spin.T + (320, 240))
    assert bad(tilted) == {"level"}
    behind = check_framing(person(10, yaw=180.0, hips_at=(100, 330)), 120, 30)
    assert [c.arrow for c in behind if not c.good] == ["right"]


def test_a_bad_hold_is_repeated_twice_and_then_accepted() -> None:
    def lazy(guide: Guide, k: int) -> Poses:
        pose = "neutral" if guide.task.name == "retract" else guide.task.name
        return frame(k, **HELD[pose])

    guide, past = follow(Guide(POSTURE), 150, lazy)
    faults = {g.fault for g in past if g.step is Step.REVIEW and g.task.name == "retract"}
    assert faults == {"That hardly differs from rest: go as far as you can."}
    assert max(g.repeats for g in past) == MAX_RETRIES
    assert guide.step is Step.DONE
    assert "too small a range" in guide.lines[0]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"yaw": 50.0}, "You turned"),
        ({"arm_swing": 60.0}, "Your arms moved"),
        ("gone", "not seen"),
        ("shaking", "You moved"),
    ],
)
def test_what_spoils_a_hold_is_named(what: Any, words: str) -> None:
    def spoil(guide: Guide, k: int) -> Poses:
        if guide.task.name != "retract":
            return frame(k, **HELD[guide.task.name])
        if what == "gone":
            one = frame(k)
            return replace(one, subject=np.array([-1]), xy=one.xy * np.nan)
        if what == "shaking":
            return frame(k, hips_at=(320.0 + 12 * (-1) ** k, 330.0), **HELD["retract"])
        return frame(k, **{**HELD["retract"], **what})

    _, past = follow(Guide(POSTURE), 25, spoil)
    assert any(words in g.fault for g in past), {g.fault for g in past}


def test_the_person_may_accept_repeat_and_start_over() -> None:
    guide, _ = follow(Guide(POSTURE), 9)
    assert guide.step is Step.REVIEW
    retry = guide.command("retry")
    assert (retry.step, retry.number, retry.repeats) == (Step.READY, 0, 1)
    accepted = guide.command("accept")
    assert (accepted.step, accepted.number) == (Step.READY, 1)
    assert accepted.neutral is not None
    assert guide.command("again").step is Step.FRAMING
    assert Guide(POSTURE).command("accept").step is Step.FRAMING  # nothing to accept yet


def test_a_last_squeeze_that_differs_is_reported() -> None:
    guide, _ = follow(Guide(POSTURE), 90)
    assert guide.calibration is not None
    half = Poses.concatenate([frame(k, retraction_left=7.0, retraction_right=7.0)
                              for k in range(30)])  # fmt: skip
    assert "instead of about +100 %" in verify_hold(half, guide.calibration)
    side = Poses.concatenate([frame(k, yaw=90.0) for k in range(30)])
    assert "could not be judged" in verify_hold(side, guide.calibration)


def test_every_step_can_be_painted_on_wide_and_upright_pictures() -> None:
    _, past = follow(Guide(POSTURE), 90)
    seen = {}
    for guide in past:
        seen.setdefault((guide.step, guide.task.name), guide)
    for size in ((640, 480), (480, 854)):
        painter = GuidePainter(size, mirrored=True)
        for guide in seen.values():
            image = np.full((size[1], size[0], 3), 128, np.uint8)
            painter.draw(image, guide)
            assert (image != 128).any()
        for arrow in ("left", "right", "back", "nearer", "turn", "up", "down"):
            image = np.full((size[1], size[0], 3), 128, np.uint8)
            check = FramingCheck("place", "Place", good=False, advice="Move.", arrow=arrow)
            painter.draw(image, replace(Guide(POSTURE), checks=(check,)))
            upper = image[: round(0.45 * size[1])]
            side = upper[:, : size[0] // 3] if arrow == "left" else upper[:, -size[0] // 3 :]
            assert (side == (255, 214, 64)).all(axis=-1).any(), arrow
    assert all(card(g).title for g in seen.values())
