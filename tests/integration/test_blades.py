"""The surface of a real back, followed by the real model: kept, read again, and the same live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from scapcoach.export.tables import read_landmarks
from scapcoach.landmarks import Followed
from scapcoach.session.engine import Engine, run
from tests.support.cli import SAMPLES
from tests.support.cli import scapcoach as command

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("blade_gap", "blade_gap_left", "blade_gap_right", "squeeze_share")


def analysed(clip: str, out: Path, *more: str) -> Path:
    done = command("analyze", SAMPLES / clip, "--out", out, "--no-video", *more)
    assert done.returncode == 0, done.stderr
    return out / clip.removesuffix(".mp4")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analysed("walking_back_portrait.mp4", tmp_path_factory.mktemp("behind"))


def test_a_back_is_followed_and_its_rates_are_kept(behind: Path) -> None:
    poses = read_landmarks(behind / "landmarks.parquet")
    assert poses.surface is not None
    codes = poses.surface[:, 0]
    assert codes[0] == Followed.BEGINS
    assert (codes == Followed.YES).mean() > 0.9
    assert np.nanmedian(poses.surface[:, -1]) > 0.5


def test_walking_claims_no_squeeze_and_names_why(behind: Path) -> None:
    table = pq.read_table(behind / "frames.parquet").to_pydict()
    judged = [
        (value, sigma)
        for value, sigma, status in zip(
            *(table[f"blade_gap{end}"] for end in ("", "_sigma", "_status")), strict=True
        )
        if status == "relative"
    ]
    assert all(value > -2 * sigma for value, sigma in judged)
    assert "back_not_seen" not in table["blade_gap_reason"]
    assert set(table["squeeze_share_status"]) == {"not_observable"}


def test_live_is_as_recorded(behind: Path) -> None:
    poses = read_landmarks(behind / "landmarks.parquet")
    table = pq.read_table(behind / "frames.parquet").to_pydict()
    readings = run(Engine(), poses)
    for name in NAMES:
        live = [reading.measures[name].value[0] for reading in readings]
        recorded = np.array([np.nan if v is None else v for v in table[name]])
        assert np.array(live) == pytest.approx(recorded, abs=1e-9, nan_ok=True)


def test_a_second_run_reads_the_kept_rates(behind: Path) -> None:
    before = pq.read_table(behind / "frames.parquet")
    again = analysed("walking_back_portrait.mp4", behind.parent, "--csv")
    assert (again / "frames.csv").exists()
    assert pq.read_table(again / "frames.parquet").equals(before)


def test_from_the_front_the_back_is_not_seen(tmp_path: Path) -> None:
    front = analysed("walking_front_portrait.mp4", tmp_path)
    table = pq.read_table(front / "frames.parquet").to_pydict()
    assert set(table["blade_gap_reason"]) <= {"back_not_seen", ""}
    assert set(table["blade_gap"]) == {None}
