"""Clips of textured backs: command line, files, and optical flow that follows the skin."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from tests.support.phantom import need_phantom


@pytest.fixture(autouse=True)
def _phantom():
    need_phantom()


def cli(*arguments):
    from phantom.back.__main__ import main

    return main([str(a) for a in arguments])


def test_one_command_makes_a_clip_with_the_gap_s_truth(tmp_path, capsys):
    from phantom.back.truth import BACK_COLUMNS

    code = cli(
        "row", "--cloth", "tank", "--view", "back-left", "--seed", 5, "--size", "160x200",
        "--fps", 4, "--motion", "hand", "--looseness", 0.1, "--noise", 1, "--brightness", 0.8,
        "--out", tmp_path,
    )  # fmt: skip
    assert code == 0
    assert "frames" in capsys.readouterr().out
    stem = tmp_path / "row_hand_150_tank_5"
    with stem.with_suffix(".truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with np.load(stem.with_suffix(".truth.npz")) as z:
        assert tuple(z["columns"]) == BACK_COLUMNS
        assert len(rows) == len(z["t"]) == len(z["truth"]) == len(z["points"]) > 40
        gap, retraction = z["gap_pct"], z["truth"][:, BACK_COLUMNS.index("retraction")]
        assert gap[0] == 0
        assert np.corrcoef(gap, retraction)[0, 1] < -0.9
        assert gap.min() < -15
        assert z["seen"].mean() > 0.7
        inside = z["points"][z["seen"]]
        assert ((inside > 0) & (inside < z["size"])).all()
        info = json.loads(str(z["info"]))
        assert info["job"]["kind"] == "tank"
        assert info["setup"]["base"]["look"]["looseness"] == 0.1
        assert info["setup"]["base"]["camera"]["noise"] == 1
        assert info["setup"]["base"]["scene"]["brightness"] == 0.8


def test_the_command_says_what_is_wrong(capsys):
    for arguments in (["moonwalk"], ["row", "--view", "upstairs"], ["row", "--size", "big"]):
        with pytest.raises(SystemExit) as error:
            cli(*arguments)
        assert error.value.code == 2
    assert "--list" in capsys.readouterr().err
    assert cli("--list") == 0
    listed = capsys.readouterr().out
    assert "back-left 150" in listed
    assert "standing (approach)" in listed


def test_optical_flow_follows_the_skin(tmp_path):
    """Two points on the blades' edges, carried along by dense flow through H.264, see the gap."""
    import cv2

    from phantom.back.clip import write
    from phantom.back.sets import Job
    from scapcoach.pyav import av

    job = Job("row", seed=3, kind="bare", size=(480, 640), fps=15)
    path, movement = tmp_path / "row.mp4", job.movement()
    two = replace(movement, keys=movement.keys[:5])  # repetitions are enough
    with np.load(write(path, two, job.setup())) as z:
        gap, points = z["gap_pct"], z["points"][:, 1][:, [0, 4]]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    with av.open(str(path)) as container:
        grey = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    assert len(grey) == len(gap)
    at, widths = points[0].astype(float), []
    for n, now in enumerate(grey):
        if n:
            field = flow.calc(grey[n - 1], now, None)
            around = [field[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] for x, y in at]
            at += [np.median(a.reshape(-1, 2), axis=0) for a in around]
        widths.append(np.linalg.norm(at[1] - at[0]))
    seen = 100 * (np.array(widths) / widths[0] - 1)
    assert np.corrcoef(seen, gap)[0, 1] > 0.95
    assert seen.min() == pytest.approx(gap.min(), abs=6)
    # Still where they are on the skin after two repetitions: within 4 pixels, 8 mm.
    assert np.linalg.norm(at - points[-1], axis=1).max() < 4
