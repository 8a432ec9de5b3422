"""Properties of every set and every sequence of verdicts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.coaching import (
    CoachState,
    CueConfig,
    CueKind,
    Value,
    Verdict,
    find_exercise,
    finish,
    step,
)
from scapcoach.coaching.cues import CueInput, CueState, cue_step
from scapcoach.coaching.judge import verdict
from scapcoach.coaching.specs import SHARE
from scapcoach.measures.series import Reason, Status
from tests.support.coaching import row, sets

if TYPE_CHECKING:
    from scapcoach.coaching import Cue
    from scapcoach.coaching.exercise import FaultRule
    from scapcoach.coaching.readings import Readings

ROW = find_exercise("row")
#: Rules with a limit of their own; the other one compares with the best squeeze of the set.
ABSOLUTE = [rule for rule in ROW.faults if rule.measure != SHARE]
HOLD = find_exercise("retraction_hold")
CONFIG = CueConfig()

_verdicts = st.fixed_dictionaries({r.key: st.sampled_from(Verdict) for r in ROW.faults})
_script = st.lists(st.tuples(st.floats(0.3, 20), _verdicts), max_size=40)


def played(script: list[tuple[float, dict[str, Verdict]]]) -> list[tuple[Cue, dict[str, Verdict]]]:
    state, said, t = CueState(), [], 0.0
    for number, (pause, verdicts) in enumerate(script, start=1):
        t += pause
        moment = CueInput(t, verdicts, number, t - 0.2, t - 0.1)
        state, cues = cue_step(state, ROW, CONFIG, moment)
        assert len(cues) <= 1
        said += [(cue, verdicts) for cue in cues]
    for event in state.all_episodes():
        assert len(set(event.reps)) == len(event.reps) >= 2
        assert event.start <= event.end
    return said


@given(_script)
def test_never_two_cues_at_once_and_none_without_a_fault(
    script: list[tuple[float, dict[str, Verdict]]],
) -> None:
    said = played(script)
    for cue, verdicts in said:
        wanted = Verdict.FAULTY if cue.kind is CueKind.CORRECT else Verdict.GOOD
        assert verdicts[cue.fault] is wanted
    for (a, _), (b, _) in pairwise(said):
        assert b.time >= a.until
    for key in {cue.fault for cue, _ in said}:
        times = [c.time for c, _ in said if c.fault == key and c.kind is CueKind.CORRECT]
        assert all(np.diff(times) >= CONFIG.cooldown - 1e-9)


@given(_script)
def test_praise_only_follows_a_correction(
    script: list[tuple[float, dict[str, Verdict]]],
) -> None:
    owed: set[str] = set()
    for cue, _ in played(script):
        if cue.kind is CueKind.PRAISE:
            assert cue.fault in owed
            owed.discard(cue.fault)
        else:
            owed.add(cue.fault)


@given(
    st.lists(st.floats(-0.99, 0.99), min_size=1, max_size=60),
    st.floats(0.5, 20),
    st.sampled_from(ABSOLUTE),
)
def test_noise_at_a_threshold_gives_no_cue(
    noise: list[float], sigma: float, rule: FaultRule
) -> None:
    """Values within one sigma of the limit, on either side, repetition after repetition."""
    script = [(4.0, {rule.key: verdict(rule, Value(rule.limit + sigma * x, sigma))}) for x in noise]
    assert played(script) == []


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 50),
    st.sampled_from([Status.RELATIVE, Status.NOT_OBSERVABLE, Status.NO_PERSON]),
)
def test_only_absolute_values_are_faults(value: float, sigma: float, status: Status) -> None:
    for rule in ABSOLUTE:
        assert verdict(rule, Value(value, sigma, status, Reason.AUTO_CALIBRATED)) is (
            Verdict.UNJUDGED
        )


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 3.0), st.sampled_from(Verdict)), max_size=60))
def test_in_a_hold_flicker_gives_no_cue(flicker: list[tuple[float, Verdict]]) -> None:
    """A verdict that lasts less than the dwell time gives no episode."""
    state, t = CueState(), 0.0
    since = {"verdict": Verdict.UNJUDGED, "t": 0.0}
    for seconds, seen in flicker:
        for _ in range(max(1, round(seconds / 0.05))):
            if seen is not Verdict.UNCLEAR and seen is not since["verdict"]:
                since = {"verdict": seen, "t": t}
            state, cues = cue_step(state, HOLD, CONFIG, CueInput(t, {"shrugged": seen}))
            for cue in cues:
                assert since["verdict"] is not Verdict.UNJUDGED
                assert t - float(since["t"]) >= CONFIG.dwell - 1e-9
                assert cue.fault == "shrugged"
            t += 0.05


def coached(
    readings: Readings, chunk: int = 1, config: CueConfig = CONFIG
) -> tuple[CoachState, list[Cue]]:
    state, said = CoachState.begin(), []
    for i in range(0, len(readings), chunk):
        for k in range(i, min(i + chunk, len(readings))):
            state, cues = step(state, ROW, readings[k : k + 1], config)
            said += cues
    state, cues = finish(state, ROW, config)
    return state, [*said, *cues]


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 5),
    st.sampled_from([12.0, 25.0, 30.0]),
    st.tuples(*[st.floats(0.5, 1.8)] * 2, *[st.floats(0.1, 1.2)] * 2),
    st.floats(-50, 5000),
)
def test_count_and_times_do_not_depend_on_pace_frames_or_clock(
    count: int, fps: float, tempo: tuple[float, float, float, float], offset: float
) -> None:
    up, back, held, rest = tempo
    t, share, _ = sets(count, fps=fps, up=up, back=back, held=held, rest=rest)
    values = {"retraction": (5.0, 4.0), "elevation": (0.0, 4.0)}
    # No set lasts so long that its cue is due a second time.
    once = replace(CONFIG, cooldown=60.0)
    state, said = coached(row(t, share, values), config=once)
    later, said_later = coached(row(t + offset, share, values), config=once)
    assert state.count == later.count == count
    for a, b in zip(state.reps, later.reps, strict=True):
        assert abs(a.rep.start + offset - b.rep.start) < 0.02  # a frame at a window's very edge
        assert dict(a.verdicts) == dict(b.verdicts)
    assert [c.text for c in said] == [c.text for c in said_later]
    assert len(said) == (count >= 2)
