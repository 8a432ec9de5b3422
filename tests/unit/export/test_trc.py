"""TRC files, read back by a parser written after the published layout of the format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.errors import OutputError
from scapcoach.export.trc import MARKERS, write_trc
from scapcoach.landmarks import Landmark, Poses
from tests.support.person import person
from tests.support.synthetic import synthetic_poses

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ["DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units", "OrigDataRate",
        "OrigDataStartFrame", "OrigNumFrames"]  # fmt: skip


@dataclass(frozen=True)
class Trc:
    header: dict[str, str]
    markers: list[str]
    frames: list[int]
    t: np.ndarray
    points: np.ndarray


def fields(line: str) -> list[str]:
    """As OpenSim splits a line: every tab ends a field, a rest that is not empty is one more."""
    parts = line.split("\t")
    return parts if parts[-1] else parts[:-1]


def parse(path: Path) -> Trc:
    """The rules of the format: three lines of header, two of labels, blank lines, then data."""
    lines = path.read_text("utf-8").split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    assert fields(lines[1]) == KEYS
    header = dict(zip(KEYS, fields(lines[2]), strict=True))
    labels = [label for label in fields(lines[3]) if label]
    assert labels[:2] == ["Frame#", "Time"]
    markers = labels[2:]
    assert len(markers) == int(header["NumMarkers"])
    # The name stands over the first of its three columns.
    assert fields(lines[3])[2::3][: len(markers)] == markers
    axes = [label for label in fields(lines[4]) if label]
    assert axes == [f"{a}{k}" for k in range(1, len(markers) + 1) for a in "XYZ"]
    rows = [fields(line) for line in lines[5:] if line]
    assert lines[5] == ""
    assert len(rows) == int(header["NumFrames"])
    assert {len(row) for row in rows} <= {2 + 3 * len(markers)}
    numbers = np.array([[float(x) if x else np.nan for x in row] for row in rows])
    numbers = numbers.reshape(len(rows), 2 + 3 * len(markers))
    points = numbers[:, 2:].reshape(len(rows), len(markers), 3)
    return Trc(header, markers, numbers[:, 0].astype(int).tolist(), numbers[:, 1], points)


def test_the_layout_and_the_numbers_are_those_of_the_format(tmp_path: Path) -> None:
    poses = person(40, yaw=25.0, elevation_left=20.0)
    write_trc(tmp_path / "set.trc", poses)
    found = parse(tmp_path / "set.trc")
    assert found.header["Units"] == "m"
    assert float(found.header["DataRate"]) == pytest.approx(30)
    assert found.markers == list(MARKERS)
    assert found.frames == list(range(1, 41))
    np.testing.assert_allclose(found.t, poses.t, atol=1e-6)
    np.testing.assert_allclose(found.points, poses.world * [1, -1, -1], atol=1e-5)


def test_the_axes_are_right_handed_with_y_up_and_the_origin_between_the_hips(
    tmp_path: Path,
) -> None:
    write_trc(tmp_path / "set.trc", person(5))  # faces the camera
    found = parse(tmp_path / "set.trc")
    at = {name: found.points[0, k] for k, name in enumerate(found.markers)}
    up = at["LShoulder"] + at["RShoulder"] - at["LHip"] - at["RHip"]
    assert up[1] > 0.9 * np.linalg.norm(up)
    np.testing.assert_allclose(at["LHip"] + at["RHip"], 0, atol=1e-4)
    assert at["LShoulder"][0] > at["RShoulder"][0]  # their left is on the right of the picture
    assert at["Nose"][2] > at["LEar"][2]  # the face is nearer to the camera
    ahead = np.cross(at["LShoulder"] - at["RShoulder"], up)  # left x up is forward, right-handed
    assert ahead[2] > 0


def test_nobody_and_somebody_else_are_blank_fields(tmp_path: Path) -> None:
    poses = synthetic_poses(50)
    write_trc(tmp_path / "set.trc", poses)
    found = parse(tmp_path / "set.trc")
    blank = np.isnan(found.points).all(axis=(1, 2))
    np.testing.assert_array_equal(blank, poses.subject != 0)
    assert blank.any()
    assert "nan" not in (tmp_path / "set.trc").read_text("utf-8").lower()


def test_one_point_that_is_missing_is_blank_as_a_whole_even_the_last(tmp_path: Path) -> None:
    poses = person(3)
    world = poses.world.copy()
    world[1, Landmark.RIGHT_FOOT_INDEX, 2] = np.nan
    write_trc(tmp_path / "set.trc", replace(poses, world=world))
    points = parse(tmp_path / "set.trc").points
    assert np.isnan(points[1, -1]).all()
    assert np.isfinite(points[[0, 2]]).all()
    assert np.isfinite(points[1, :-1]).all()


def test_times_are_the_recordings_own_and_the_rate_their_median(tmp_path: Path) -> None:
    poses = person(5)
    uneven = replace(poses, t=np.array([0.0, 0.04, 0.08, 0.12, 0.5]))
    write_trc(tmp_path / "set.trc", uneven)
    found = parse(tmp_path / "set.trc")
    np.testing.assert_allclose(found.t, uneven.t)
    assert float(found.header["DataRate"]) == pytest.approx(25)


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_frames_make_a_file_all_the_same(tmp_path: Path, n: int) -> None:
    poses = person(1) if n else Poses.empty((640, 480))
    write_trc(tmp_path / "set.trc", poses)
    assert len(parse(tmp_path / "set.trc").t) == n


def test_a_marker_for_each_landmark_by_the_names_of_pose2sim() -> None:
    assert len(set(MARKERS)) == len(Landmark)
    at = dict(zip(Landmark, MARKERS, strict=True))
    assert at[Landmark.NOSE] == "Nose"
    assert at[Landmark.LEFT_SHOULDER] == "LShoulder"
    assert at[Landmark.RIGHT_FOOT_INDEX] == "RBigToe"
    assert at[Landmark.LEFT_EYE_INNER] == "LEyeInner"
    assert at[Landmark.MOUTH_RIGHT] == "RMouth"


def test_an_odd_file_name_does_not_break_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a\tname\nof lines.trc"
    write_trc(path, person(2))
    assert parse(path).header["NumFrames"] == "2"


def test_a_folder_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "set.trc").mkdir()
    with pytest.raises(OutputError, match=r"set\.trc"):
        write_trc(tmp_path / "set.trc", person(2))
