from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scapcoach.errors import InputError, LandmarksError, OutputError
from scapcoach.export.csv_tables import write_csv
from scapcoach.export.tables import (
    frames_table,
    landmarks_table,
    poses_from_table,
    read_landmarks,
    write_parquet,
)
from scapcoach.files import atomic_folder, atomic_path, output_error
from scapcoach.landmarks import Poses
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Reason, Status
from tests.support.synthetic import synthetic_measures, synthetic_poses


def expected_columns() -> list[str]:
    names = ["t", "view", "yaw", "yaw_sigma"]
    for name, spec in SPECS.items():
        names += [name, f"{name}_sigma", f"{name}_status", f"{name}_reason"]
        if spec.has_degrees:
            names += [f"{name}_deg", f"{name}_deg_sigma"]
    return names


def test_frames_table_has_the_promised_columns_labels_and_units():
    measures = synthetic_measures(synthetic_poses(100))
    table = frames_table(measures)
    assert table.column_names == expected_columns()
    assert table.num_rows == 100
    assert pa.types.is_dictionary(table.schema.field("view").type)
    assert table.schema.field("retraction").metadata[b"unit"] == b"% of the personal range"
    assert table.schema.field("retraction_deg").metadata[b"unit"] == b"deg"
    assert table.schema.field("retraction").metadata[b"positive"] == b"shoulder blades drawn back"
    for name, series in measures.series.items():
        assert table[f"{name}_status"].to_pylist() == [Status(s).label for s in series.status]
        assert table[f"{name}_reason"].to_pylist() == [Reason(r).label for r in series.reason]
        back = table[name].to_numpy()
        np.testing.assert_array_equal(back, series.value)
        assert table[name].null_count == int(np.isnan(series.value).sum()) > 0
    assert set(table["view"].to_pylist()) == {"front", "oblique", ""}


def test_withheld_values_are_empty_in_csv(tmp_path: Path):
    measures = synthetic_measures(synthetic_poses(50))
    write_csv(tmp_path / "frames.csv", frames_table(measures))
    with (tmp_path / "frames.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == expected_columns()
    withheld = [r for r in rows if r["hunch_status"] == "not_observable"]
    assert withheld
    assert all(r["hunch"] == "" and r["hunch_sigma"] == "" and r["hunch_reason"] for r in withheld)
    shown = next(r for r in rows if r["hunch_status"] == "ok")
    assert abs(float(shown["hunch"]) - measures["hunch"].value[rows.index(shown)]) <= 5e-5
    assert "nan" not in (tmp_path / "frames.csv").read_text().lower()


@pytest.mark.parametrize("contour", [False, True])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_landmarks_survive_the_round_trip_exactly(tmp_path: Path, contour: bool, n: int):
    poses = synthetic_poses(n, (241, 426), contour=contour)
    path = tmp_path / "an odd näme" / "landmarks.parquet"
    write_parquet(path, landmarks_table(poses))
    back = read_landmarks(path)
    assert back.size == (241, 426)
    assert (back.contour is None) == (not contour)
    for field in ("t", "xy", "world", "visibility", "presence", "subject"):
        np.testing.assert_array_equal(getattr(back, field), getattr(poses, field))
        assert getattr(back, field).dtype == getattr(poses, field).dtype
    if contour:
        np.testing.assert_array_equal(back.contour, poses.contour)


def test_files_that_are_no_landmarks_are_refused_in_one_sentence(tmp_path: Path):
    with pytest.raises(InputError, match="no landmarks file"):
        read_landmarks(tmp_path / "missing.parquet")
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(InputError, match="not a readable Parquet"):
        read_landmarks(tmp_path / "text.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(InputError, match="holds no landmarks"):
        read_landmarks(tmp_path / "other.parquet")
    table = landmarks_table(synthetic_poses(5))
    with pytest.raises(InputError, match="nose_x"):
        poses_from_table(table.drop_columns(["nose_x"]))
    backwards = table.take([3, 2, 1])
    with pytest.raises(LandmarksError, match="must increase"):
        poses_from_table(backwards)


def test_an_empty_recording_still_makes_tables():
    empty = Poses.empty((4, 4))
    assert len(poses_from_table(landmarks_table(empty))) == 0


def test_atomic_path_leaves_nothing_behind_on_failure(tmp_path: Path):
    final = tmp_path / "deep" / "file.txt"
    with atomic_path(final) as temporary:
        temporary.write_text("one")
        assert temporary.suffix == ".txt"
        assert not final.exists()
    assert final.read_text() == "one"
    with pytest.raises(ZeroDivisionError), atomic_path(final) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise ZeroDivisionError
    assert final.read_text() == "one"
    assert [p.name for p in final.parent.iterdir()] == ["file.txt"]


def test_atomic_folder_replaces_the_old_one_as_a_whole(tmp_path: Path):
    final = tmp_path / "clip"
    for text in ("one", "two"):
        with atomic_folder(final) as folder:
            (folder / text).write_text(text)
        assert [p.name for p in final.iterdir()] == [text]
    with pytest.raises(ZeroDivisionError), atomic_folder(final):
        raise ZeroDivisionError
    assert [p.name for p in final.iterdir()] == ["two"]
    assert [p.name for p in tmp_path.iterdir()] == ["clip"]


def test_disk_errors_become_one_clear_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="There is a file where a folder"):
        write_csv(tmp_path / "file" / "frames.csv", pa.table({"t": [1.0]}))
    (tmp_path / "frames.csv").mkdir()
    (tmp_path / "frames.csv" / "x").write_text("")
    with pytest.raises(OutputError, match="There is a folder where"):
        write_csv(tmp_path / "frames.csv", pa.table({"t": [1.0]}))
    with pytest.raises(OutputError, match="too long"):
        write_csv(tmp_path / ("x" * 300 + ".csv"), pa.table({"t": [1.0]}))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full (Linux)")
def test_a_full_disk_is_named(tmp_path: Path):
    full = Path("/dev/full")
    with pytest.raises(OutputError, match="No space left"), atomic_path(tmp_path / "a"):
        full.write_text("x")


@pytest.fixture
def nobody(tmp_path: Path):
    """Root may write anywhere, so its tests step down to a user who owns nothing."""
    write_csv(tmp_path / "first.csv", pa.table({"t": [1.0]}))  # every library is loaded by now
    tmp_path.chmod(0o500)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.usefixtures("nobody")
def test_a_folder_without_permission_is_named(tmp_path: Path):
    with pytest.raises(OutputError, match="No permission"):
        write_csv(tmp_path / "frames.csv", pa.table({"t": [1.0]}))


def test_permission_errors_have_their_sentence():
    assert "No permission" in str(output_error(PermissionError(13, "denied"), Path("a")))
    assert "read-only" in str(output_error(OSError(30, "ro"), Path("a")))
