"""The coaching bench: what it holds for true, and that its test set stays apart."""

from __future__ import annotations

import numpy as np
import pytest

from bench.coach.examine import Examined, Judged
from bench.coach.report import report
from bench.coach.sets import DEVELOPMENT_SEED, TEST_SEED, jobs, takes
from bench.coach.truth import share, true_reps
from phantom.library import SCRIPTS
from phantom.person import Person
from scapcoach.coaching import Verdict, packaged

PERSON = Person(pace=1.0, retraction=20.0, elevation=30.0)


def test_the_test_set_is_apart_and_in_the_views_that_landmarks_need() -> None:
    test, development = takes(TEST_SEED), takes(DEVELOPMENT_SEED)
    assert min(job.seed for job in jobs(test)) >= 2_000_000
    assert max(job.seed for job in jobs(development)) < 4_000
    for take in test:
        if take.exercise:
            # Pulls are filmed from behind for the blades, but for the landmarks from the front.
            best = packaged()[take.exercise]
            wanted = "oblique" if best.squeezes else best.view
            assert take.job.view == wanted, take.exercise
        assert take.job.script in SCRIPTS
    # The phantom has a lift for every exercise but the high row.
    assert {t.exercise for t in test if t.exercise} == set(packaged()) - {"high_row"}


@pytest.mark.parametrize(
    ("script", "count"),
    [("row", 6), ("row_mixed", 7), ("pulldown", 4), ("shrug", 6), ("shrug_backward", 4),
     ("squat_rounding", 4), ("bench_press", 4), ("retraction_hold", 4)],
)  # fmt: skip
def test_true_repetitions_follow_one_another(script: str, count: int) -> None:
    made = SCRIPTS[script](PERSON)
    reps = true_reps(made)
    assert [r.number for r in reps] == list(range(1, count + 1))
    times = np.array([r.times for r in reps])
    assert np.all(np.diff(times.ravel()) >= 0)
    assert times[-1, -1] < made.duration


def test_truth_is_what_the_script_asked_for() -> None:
    reps = {r.kind: r for r in true_reps(SCRIPTS["row_mixed"](PERSON))}
    shares = {kind: share(r.peak, PERSON, "retraction") for kind, r in reps.items()}
    assert shares["good"] == pytest.approx(100)
    assert shares["lazy"] == pytest.approx(10)
    assert shares["hyper"] == pytest.approx(120)
    assert share(reps["shrug"].peak, PERSON, "elevation") == pytest.approx(70)
    assert share(reps["good"].before, PERSON, "retraction") == pytest.approx(-60)


def test_the_report_counts_what_was_judged_and_what_was_not() -> None:
    (take, *_) = takes(TEST_SEED)

    def judged(*pairs: tuple[bool, Verdict]) -> tuple[Judged, ...]:
        return tuple(Judged("row", "lazy_blades", t, 0.0, v, 0.0, "trunk_moved") for t, v in pairs)

    found = Examined(
        take, true=4, found=4, errors=((0.0, 0.1, -0.1, 0.3),) * 4, recognised="row",
        judged=judged((True, Verdict.FAULTY), (False, Verdict.FAULTY), (True, Verdict.GOOD),
                      (True, Verdict.UNJUDGED), (True, Verdict.UNCLEAR)),
        pulls=(("mid", "mid"), ("mid", ""), ("mid", "low"), ("mid", "mid")),
    )  # fmt: skip
    page = report([found], TEST_SEED, of=3)
    assert "2 of its 3 clips are not rendered yet" in page
    assert "1 of 1 sets counted exactly" in page
    assert "75 % lie within 0.15 s" in page
    assert "| row | oblique | 1 | 1 | 4 | 100 % | 100 % | 100 % | 0 % | 75 % |" in page
    assert "| Elbows back, blades not | 5 | 4 | 60 % | 1 | 1 | 1 | 0.50 | 0.50 |" in page
    why = "`trunk_moved`: 1, within one sigma of the limit: 1"
    assert f"| row | Elbows back, blades not | 5 | 2 | {why} |" in page
    assert "| row | 4 | 75 % | 0.67 (mid taken for low: 1) |" in page
    assert "1 of 1 sets right" in page
