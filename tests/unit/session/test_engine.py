"""The engine's own policies: cues over time, mute, and a calibration that no longer fits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.calibration.calibration import Calibration, CalibrationKind
from scapcoach.coaching.exercise import Phase, Severity
from scapcoach.coaching.results import Cue
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.landmarks import SURFACE, Followed
from scapcoach.measures import Status
from scapcoach.measures.leading import leading_measures
from scapcoach.session.coach import Coached
from scapcoach.session.engine import Engine, joined, run
from scapcoach.session.plain import plain_reading
from tests.support.clips import protocol_clip
from tests.support.person import person

if TYPE_CHECKING:
    from scapcoach.landmarks import Poses


@cache
def calibration(model: str = "") -> Calibration:
    smooth = smooth_poses(protocol_clip())
    return calibrate(smooth, guided_segments(smooth), model_sha256=model)


class Scripted:
    """A coach that gives a set cue at a set time."""

    def __init__(self, *cues: Cue) -> None:
        self.cues = list(cues)

    def calibrated(self, calibration) -> None:
        pass

    def step(self, poses, measures) -> Coached:
        t = float(poses.t[0])
        now = tuple(c for c in self.cues if c.time <= t)
        self.cues = [c for c in self.cues if c.time > t]
        return Coached(Phase.PULL, 2, 1, now)


def cue(time: float, until: float) -> Cue:
    return Cue(time, until, "row", "shrug", f"cue at {time}", Severity.MINOR)


def test_a_cue_is_shown_until_its_time_and_not_while_muted() -> None:
    engine = Engine(coach=Scripted(cue(1.0, 2.0), cue(3.0, 4.0)))
    readings = list(run(engine, person(75)))
    engine.muted = True
    readings += run(engine, person(150)[75:])
    shown = {r.cue.text for r in readings if r.cue}
    assert shown == {"cue at 1.0"}
    on = [r.t for r in readings if r.cue]
    assert min(on) == pytest.approx(1.0, abs=0.04)
    assert max(on) == pytest.approx(2.0, abs=0.05)
    assert sum(len(r.coached.cues) for r in readings) == 2  # muted is not unsaid
    assert readings[0].coached.phase is Phase.PULL
    assert [r.index for r in readings] == list(range(150))


def test_another_exercise_drops_the_cue_of_the_last() -> None:
    engine = Engine(coach=Scripted(cue(0.1, 60.0)))
    assert run(engine, person(30))[-1].cue is not None
    engine.coach(None)
    assert run(engine, person(60)[30:])[-1].cue is None


def test_a_calibration_of_another_model_is_refused() -> None:
    engine = Engine(model_sha256="a" * 64)
    with pytest.raises(CalibrationError, match="another pose model"):
        engine.calibrate(calibration("b" * 64))
    assert engine.calibration is None


def test_without_a_profile_the_first_rest_gives_relative_values() -> None:
    readings = run(Engine(), person(150))
    assert readings[0].calibration is None
    assert readings[-1].calibration is CalibrationKind.AUTO
    assert readings[-1].measures["elevation"].status[0] == Status.RELATIVE
    first = next(r for r in readings if r.calibration)
    assert first.t == pytest.approx(2.5, abs=0.1)


def later(poses: Poses, by: float) -> Poses:
    return replace(poses, t=poses.t + by)


def test_a_profile_that_no_longer_fits_asks_for_a_check_and_calls_it_off() -> None:
    own = calibration()
    unit, n = own.neutral.unit, 8 * 14
    common = {"fps": 8.0, "yaw": own.neutral.yaw}
    good = person(n, unit=unit, **common)
    engine = Engine(own)
    assert run(engine, good)[-1].notice == ""
    near = run(engine, later(person(n, unit=1.3 * unit, hips_at=(320, 380), **common), 14))
    assert near[8 * 5].notice == ""  # not after a moment's step
    assert near[-1].notice == (
        "You are nearer to the camera than in the calibration. Check the calibration again."
    )
    assert run(engine, later(good, 28))[-1].notice == ""
    engine.calibrate(own)
    turned = run(engine, later(person(n, unit=unit, fps=8.0, yaw=own.neutral.yaw + 45), 42))
    assert "face another direction" in turned[-1].notice


@pytest.mark.parametrize(
    ("found", "leading"),
    [(Followed.NO_TEXTURE, "blade_gap"), (Followed.NOT_BEHIND, "retraction")],
)
def test_a_reading_names_the_measure_of_the_first_card(found: Followed, leading: str) -> None:
    poses = person(10)
    surface = np.full((len(poses), len(SURFACE)), np.nan)
    surface[:, 0] = found
    readings = run(Engine(), replace(poses, surface=surface))
    assert [r.leading for r in readings] == [leading] * len(poses)
    assert [plain_reading(r)["leading"] for r in readings] == [leading] * len(poses)
    assert leading_measures(joined(readings)[1]) == [leading] * len(poses)
