"""Which card comes first: decided from the frames alone, and steady."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest

from scapcoach.measures.leading import FROM_ABSOLUTE, LeadingMeasure, leading_measures
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Measures, Reason, Series, Status, View

FPS = 20
_FRAMES = {
    "absolute": (Status.OK, Reason.NONE, Status.RELATIVE, Reason.SINCE_STRETCH),
    "relative": (Status.RELATIVE, Reason.AUTO_CALIBRATED, Status.RELATIVE, Reason.SINCE_STRETCH),
    "no texture": (
        Status.RELATIVE, Reason.AUTO_CALIBRATED, Status.NOT_OBSERVABLE, Reason.NO_TEXTURE,
    ),
    "front": (
        Status.RELATIVE, Reason.AUTO_CALIBRATED, Status.NOT_OBSERVABLE, Reason.BACK_NOT_SEEN,
    ),
    "nobody": (Status.NO_PERSON, Reason.NONE, Status.NO_PERSON, Reason.NONE),
}  # fmt: skip


def seen(*spans: tuple[str, float]) -> Measures:
    """Measures of spans of frames, each of one kind and so many seconds long."""
    kinds = [_FRAMES[kind] for kind, seconds in spans for _ in range(round(seconds * FPS))]
    rows, t = np.array(kinds, np.int32).T, np.arange(len(kinds)) / FPS
    nothing = np.full(len(t), np.nan)

    def series(name: str, k: int) -> Series:
        return Series(SPECS[name], nothing, nothing, rows[k], rows[k + 1])

    retraction = {
        name: series(name, 0) for name in ("retraction", "retraction_left", "retraction_right")
    }
    found = MappingProxyType({**retraction, "blade_gap": series("blade_gap", 2)})
    return Measures(t, nothing, nothing, np.full(len(t), View.BACK), found)


@pytest.mark.parametrize(
    ("kind", "leading"),
    [
        ("absolute", "retraction"),
        ("relative", "blade_gap"),
        ("no texture", "blade_gap"),
        ("front", "retraction"),
        ("nobody", "retraction"),
    ],
)
def test_the_first_card(kind: str, leading: str) -> None:
    assert leading_measures(seen((kind, 1))) == [leading] * FPS


def test_a_few_frames_that_look_otherwise_turn_no_card() -> None:
    spans = [("relative", 2), ("front", 0.8), ("relative", 0.2), ("front", 0.8), ("nobody", 3)]
    assert set(leading_measures(seen(*spans))) == {"blade_gap"}
    spans = [("front", 2), ("relative", 0.8), ("front", 1)]
    assert set(leading_measures(seen(*spans))) == {"retraction"}


def test_absolute_retraction_that_comes_and_goes_keeps_the_card() -> None:
    between = FROM_ABSOLUTE - 0.5
    once = [("absolute", 1), ("relative", between)]
    assert set(leading_measures(seen(*once, *once))) == {"retraction"}
    after = leading_measures(seen(("absolute", 1), ("relative", FROM_ABSOLUTE + 2)))
    assert after[-1] == "blade_gap"
    assert sum(a != b for a, b in pairwise(after)) == 1


def test_frame_by_frame_gives_the_same_as_the_whole_recording() -> None:
    rng = np.random.default_rng(3)
    kinds = rng.choice(list(_FRAMES), 60)
    measures = seen(*((str(kind), float(rng.uniform(0.1, 3))) for kind in kinds))
    leading = LeadingMeasure()
    live = [leading.step(measures.frames(slice(i, i + 1))) for i in range(len(measures))]
    assert live == leading_measures(measures)
    assert set(live) == {"retraction", "blade_gap"}
