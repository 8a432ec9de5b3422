"""The .rrd file, read back by the SDK's own reader."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.errors import MissingExtraError, OutputError
from scapcoach.export.rerun import TIMELINE, write_rrd
from tests.support.cli import SAMPLES
from tests.support.synthetic import synthetic_measures, synthetic_poses

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

VIDEO = SAMPLES / "phantom_row_oblique.mp4"


def entities(path: Path) -> dict[str, list[pa.RecordBatch]]:
    reader = pytest.importorskip("rerun.chunk").RrdReader
    found: dict[str, list[pa.RecordBatch]] = {}
    for chunk in reader(str(path)).stream().to_chunks():
        found.setdefault(chunk.entity_path, []).append(chunk.to_record_batch())
    return found


def column(batches: list[pa.RecordBatch], ending: str) -> tuple[np.ndarray, list]:
    """Seconds and values of the component that ends so, over all chunks."""
    seconds: list[float] = []
    values: list = []
    for batch in batches:
        name = next((n for n in batch.schema.names if n.endswith(ending)), None)
        if name is not None and TIMELINE in batch.schema.names:
            seconds += (1e-9 * batch[TIMELINE].cast("int64").to_numpy()).tolist()
            values += batch[name].to_pylist()
    return np.array(seconds), values


def test_points_measures_and_notes_come_back(tmp_path: Path) -> None:
    poses = synthetic_poses(60)
    measures = synthetic_measures(poses)
    write_rrd(tmp_path / "set.rrd", poses, measures, name="a set", notes=[(0.5, "Drive back")])
    found = entities(tmp_path / "set.rrd")
    seconds, points = column(found["/picture/points"], "positions")
    np.testing.assert_allclose(seconds, poses.t, atol=1e-6)
    np.testing.assert_allclose(np.array(points[10]), poses.xy[10], atol=1e-4)
    assert points[-1] == []  # nobody there
    seconds, points = column(found["/world/points"], "positions")
    np.testing.assert_allclose(np.array(points[10]), poses.world[10], atol=1e-6)
    retraction = measures["retraction"].value
    seconds, values = column(found["/measures/retraction"], "scalars")
    known = np.isfinite(retraction)
    np.testing.assert_allclose(seconds, poses.t[known], atol=1e-6)
    np.testing.assert_allclose(np.array(values).ravel(), retraction[known])
    assert "/sigma/elevation_left_deg" in found
    assert column(found["/notes"], "text") == (pytest.approx([0.5]), [["Drive back"]])


def test_the_video_travels_inside_and_points_fit_its_pictures(tmp_path: Path) -> None:
    poses = synthetic_poses(40, (1280, 960))
    path = tmp_path / "set.rrd"
    write_rrd(path, poses, synthetic_measures(poses), name="a set", video=VIDEO)
    found = entities(path)
    assert path.stat().st_size > VIDEO.stat().st_size
    seconds, _ = column(found["/picture/video"], "timestamp")
    np.testing.assert_allclose(np.diff(seconds), 0.04, atol=1e-3)
    _, points = column(found["/picture/points"], "positions")
    np.testing.assert_allclose(np.array(points[5]), poses.xy[5] / 2, atol=1e-3)


def test_without_the_sdk_the_message_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    poses = synthetic_poses(5)
    with pytest.raises(MissingExtraError, match=r'pip install "scapcoach\[rerun\]"'):
        write_rrd(tmp_path / "set.rrd", poses, synthetic_measures(poses), name="")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    pytest.importorskip("rerun")
    (tmp_path / "set.rrd").mkdir()
    poses = synthetic_poses(5)
    with pytest.raises(OutputError, match=r"set\.rrd"):
        write_rrd(tmp_path / "set.rrd", poses, synthetic_measures(poses), name="")
