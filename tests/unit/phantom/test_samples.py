"""The committed samples are those that `python -m phantom.samples` makes."""

from __future__ import annotations

import csv

import pytest

from phantom.clip import truth_at
from phantom.samples import MAX_BYTES, PICTURES, SAMPLES
from tests.support.cli import ROOT
from tests.support.phantom import need_phantom


def test_every_rendered_sample_is_one_of_the_list() -> None:
    assert {f.stem for f in (ROOT / "sample_videos").glob("phantom_*.mp4")} == set(SAMPLES)
    assert {f.stem for f in (ROOT / "sample_pictures").glob("*.jpg")} == set(PICTURES)
    page = (ROOT / "sample_videos" / "README.md").read_text("utf-8")
    for name in SAMPLES:
        assert f"| `{name}.mp4` |" in page
    for folder in ("sample_videos", "sample_pictures"):
        assert all(f.stat().st_size <= MAX_BYTES for f in (ROOT / folder).iterdir())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_truth_beside_a_sample_is_that_of_its_script(name: str) -> None:
    need_phantom()
    sample = SAMPLES[name]
    script = sample.movement()
    with (ROOT / "sample_videos" / f"{name}.truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == int(script.duration * sample.setup.fps)
    for row in (rows[0], rows[len(rows) // 2]):
        t = float(row["t"])
        assert row["segment"] == script.label(t)[0]
        truth = truth_at(script, sample.setup, t)
        for column, value in truth.items():
            if row[column]:
                assert float(row[column]) == pytest.approx(value, abs=0.02), column
