"""Which sets the coaching bench renders: the frozen test set, and the development set.

Test seeds lie at 2,000,000 and above and were frozen before the first run; development looks at
seeds 3000 to 3999 only. The first test set, two people from 2,000,000 on, was used to find
faults; this is the second one, four other people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from phantom.batch import Job

#: First seed of the test set and of development.
TEST_SEED: Final = 2_100_000
DEVELOPMENT_SEED: Final = 3_100


@dataclass(frozen=True, slots=True)
class Take:
    """One rendered set.

    Attributes:
        job: the clip.
        exercise: it is coached as; empty for what is no exercise at all.
        calibration: the same person before the same camera, in a calibration clip; None: the
            neutral comes from the clip itself.
    """

    job: Job
    exercise: str
    calibration: Job | None = None


#: Exercise, its recommended view, calibration script or "", and scripts: for each person.
_LIFTS: Final = (
    ("row", "oblique", "row_calibration", ("row_mixed", "row_lazy", "row_shrug", "row_swing")),
    ("bent_over_row", "oblique", "bent_row_calibration", ("bent_row",)),
    ("pulldown", "oblique", "pulldown_calibration", ("pulldown",)),
    ("bench_press", "oblique", "", ("bench_press",)),
    ("squat", "oblique", "", ("squat_stable", "squat_rounding")),
    ("overhead_press", "front", "overhead_press_calibration", ("overhead_press",)),
    ("face_pull", "oblique", "face_pull_calibration", ("face_pull",)),
    ("shrug", "front", "calibration", ("shrug",)),
    ("backward_shrug", "front", "calibration", ("shrug_backward",)),
    ("retraction_hold", "front", "calibration", ("retraction_hold",)),
)
PEOPLE: Final = 4
#: Movements that are no repetition of anything, by view, each of another person.
_GHOSTS: Final = (
    ("stepping", "oblique"), ("turning", "front"), ("leaning", "oblique"), ("arm_swings", "front"),
    ("arm_raises", "oblique"), ("setting_up", "oblique"), ("sitting_down", "oblique"),
    ("racking", "oblique"), ("idle", "front"), ("turning", "oblique"), ("setting_up", "front"),
    ("idle", "oblique"),
)  # fmt: skip


def takes(first_seed: int, people: int = PEOPLE) -> tuple[Take, ...]:
    """The sets of a first seed (TEST_SEED or DEVELOPMENT_SEED), of so many people."""
    found = []
    for person in range(people):
        for exercise, view, calibration, scripts in _LIFTS:
            seed = first_seed + person
            own = Job(calibration, seed, view=view) if calibration else None
            found += [Take(Job(s, seed, view=view), exercise, own) for s in scripts]
    ghosts = [
        Take(Job(script, first_seed + 10 + n, view=view), "")
        for n, (script, view) in enumerate(_GHOSTS)
    ]
    return (*found, *ghosts)


def jobs(chosen: tuple[Take, ...]) -> tuple[Job, ...]:
    """Every clip to render, calibrations included, each once."""
    every = [job for t in chosen for job in (t.job, t.calibration) if job is not None]
    return tuple(dict.fromkeys(every))
