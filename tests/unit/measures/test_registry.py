"""The list of measures: it says how each is worked out, and a new entry shows up everywhere."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.export.dataset_table import Row, facts_of, index_table
from scapcoach.export.summary import build_summary
from scapcoach.export.tables import frames_table
from scapcoach.measures import SPECS, Reason, Series, Status, measure, registry
from scapcoach.measures.gates import Scene, judge
from scapcoach.measures.registry import MEASURES, plots
from scapcoach.measures.series import MeasureSpec, Plot
from scapcoach.report.clip_text import clip_view
from scapcoach.report.plots import plot_groups
from tests.support.synthetic import synthetic_poses

if TYPE_CHECKING:
    from typing import Any

    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures


def summary_of(measures: Measures, poses: Poses) -> dict[str, Any]:
    source = {"name": "a.mp4", "size": [640, 360], "fps": 30.0, "duration": 2.0, "warnings": []}
    return build_summary(
        measures, poses, source=source, model={"name": "full", "sha256": "ab"},
        calibration="none", settings={},
    )  # fmt: skip


def test_names_are_used_once_and_the_mapping_is_the_list() -> None:
    assert tuple(SPECS.values()) == MEASURES
    assert list(SPECS) == [spec.name for spec in MEASURES]


def test_every_range_holds_zero_and_every_zone_lies_in_it() -> None:
    for spec in MEASURES:
        assert spec.low <= 0 < spec.high
        assert all(spec.low < zone < spec.high for zone in spec.zones)
        assert spec.degrees is None or spec.degrees[0] < 0 < spec.degrees[1]
        assert spec.has_degrees == (spec.degrees is not None)


def test_the_plots_of_the_report_and_their_order() -> None:
    assert [title for title, _ in plots()] == [
        "Gap between the blades", "Retraction", "Shrug", "Hunch", "Head forward",
        "Head drop", "Upper-back rounding", "Trunk lean",
    ]  # fmt: skip
    gaps = [("blade_gap", "Both"), ("blade_gap_left", "Left"), ("blade_gap_right", "Right")]
    assert plots()[0][1] == gaps
    assert plots()[1][1] == [("retraction_left", "Left"), ("retraction_right", "Right")]
    assert plots()[3][1] == [("hunch", "")]


@pytest.fixture
def wrist(monkeypatch: pytest.MonkeyPatch) -> MeasureSpec:
    """A measure that builds on another one, in the registry until the test is over."""

    def wrist_series(scene: Scene) -> Series:
        value = 2 * scene.found["shoulder_tilt"].value + 1.0
        odd = np.arange(len(value)) % 2 == 1
        return judge(
            scene, "wrist", value, np.ones_like(value), [(odd, Reason.TOO_UNCERTAIN)], None
        )

    module = ModuleType("wrists")
    module.__dict__["wrist_series"] = wrist_series
    monkeypatch.setitem(sys.modules, "wrists", module)
    spec = MeasureSpec("wrist", "Wrist", "deg", "wrist up", -10, 10, "wrists:wrist_series",
                       plot=Plot("Wrist", 20))  # fmt: skip
    monkeypatch.setitem(registry._BY_NAME, "wrist", spec)
    return spec


def test_a_new_entry_is_computed_and_gated(wrist: MeasureSpec) -> None:
    measures = measure(synthetic_poses(60), None)
    found = measures["wrist"]
    assert list(measures.series)[-1] == "wrist"
    assert found.spec is wrist
    assert found.status[0] == Status.OK
    assert found.value[0] == pytest.approx(2 * measures["shoulder_tilt"].value[0] + 1)
    assert Reason(int(found.reason[1])) is Reason.TOO_UNCERTAIN
    assert np.isnan(found.value[1])


def test_a_new_entry_appears_in_tables_summary_and_report(wrist: MeasureSpec) -> None:
    poses = synthetic_poses(60)
    measures = measure(poses, None)
    table = frames_table(measures)
    assert table.column_names[-4:] == ["wrist", "wrist_sigma", "wrist_status", "wrist_reason"]
    assert table.schema.field("wrist").metadata[b"positive"] == b"wrist up"
    summary = summary_of(measures, poses)
    assert summary["measures"]["wrist"]["title"] == "Wrist"
    assert summary["measures"]["wrist"]["share_ok"] > 0
    assert "wrist_share_ok" not in index_table([]).column_names
    assert "wrist_ok" in index_table([Row("a", "done", facts=facts_of(summary))]).column_names
    assert "Wrist" in [line.title for line in clip_view(summary).lines]
    assert "Wrist" in [group["title"] for group in plot_groups(measures)]


def test_without_the_entry_there_is_no_trace_of_it() -> None:
    poses = synthetic_poses(60)
    measures = measure(poses, None)
    assert "wrist" not in measures.series
    assert "wrist" not in summary_of(measures, poses)["measures"]
