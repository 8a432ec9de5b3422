"""What the report says of the gap between the blades: its base, its direction, the best squeeze."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from scapcoach.coaching import find_exercise
from scapcoach.measures.series import Measures, Reason, Status
from scapcoach.recording.coached import set_curves
from scapcoach.report.clip_text import clip_view
from scapcoach.report.plots import plot_groups
from tests.support.synthetic import synthetic_measures, synthetic_poses
from tests.unit.measures.test_registry import summary_of

NAMES = ("blade_gap", "blade_gap_left", "blade_gap_right")
POSES = synthetic_poses(120)


def with_gap(
    low: float, reason: Reason = Reason.SINCE_STRETCH, *, stands_out: bool = True
) -> Measures:
    """Measures whose gap goes from 0 down to `low`; withheld with any other reason."""
    measures = synthetic_measures(POSES, calibrated=False)
    gap = (np.linspace(0, low, len(POSES)), reason)
    share = (np.linspace(0, 100, len(POSES)), reason if stands_out else Reason.NO_SQUEEZE)
    series = dict(measures.series)
    for name, (value, why) in {**dict.fromkeys(NAMES, gap), "squeeze_share": share}.items():
        known = why is Reason.SINCE_STRETCH
        series[name] = replace(
            measures[name],
            value=value if known else np.full(len(POSES), np.nan),
            sigma=np.full(len(POSES), 3.0),
            status=np.full(len(POSES), Status.RELATIVE if known else Status.NOT_OBSERVABLE),
            reason=np.full(len(POSES), why),
        )
    return replace(measures, series=MappingProxyType(series))


def test_the_plot_names_its_base_and_its_direction() -> None:
    group = plot_groups(with_gap(-40))[0]
    assert group["title"] == "Gap between the blades"
    assert "since the stretch of this repetition" in group["about"]
    assert group["below"] == "drawn together"
    assert [trace["label"] for trace in group["modes"][0]["traces"]] == ["Both", "Left", "Right"]
    others = [g for g in plot_groups(with_gap(-40)) if g["title"] != group["title"]]
    assert not any(g["below"] for g in others)
    assert not any("since the stretch" in g["about"] for g in others)


def test_the_best_squeeze_comes_first_among_the_tiles() -> None:
    tile = clip_view(summary_of(with_gap(-40), POSES)).tiles[0]
    assert (tile.title, tile.big, tile.unit) == ("Best squeeze", "\N{MINUS SIGN}38", "%")
    assert "relative to the stretch" in tile.note
    assert "neutral" not in tile.note


@pytest.mark.parametrize(
    "measures", [with_gap(-40, stands_out=False), with_gap(0, Reason.BACK_NOT_SEEN)]
)
def test_without_a_squeeze_there_is_no_tile(measures: Measures) -> None:
    titles = [tile.title for tile in clip_view(summary_of(measures, POSES)).tiles]
    assert titles == ["Retraction", "Shrug", "Hunch"]


def test_repetitions_are_laid_over_each_other_where_the_back_is_seen() -> None:
    exercise = find_exercise("row")
    curve = set_curves(POSES, with_gap(-40), exercise)[1]
    assert curve.title == "Gap between the blades"
    assert "since the stretch of this repetition" in curve.positive
    withheld = set_curves(POSES, with_gap(0, Reason.NO_TEXTURE), exercise)[1]
    assert (withheld.title, withheld.why) == (curve.title, Reason.NO_TEXTURE.advice)
    front = set_curves(POSES, with_gap(0, Reason.BACK_NOT_SEEN), exercise)
    assert curve.title not in [one.title for one in front]
