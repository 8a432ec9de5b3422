"""Whether there is a GPU or not: `--delegate gpu` works, or says in one sentence why not."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.support.cli import SAMPLES, no_traceback
from tests.support.cli import scapcoach as run

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "walking_front_portrait.mp4"


def test_the_gpu_works_or_its_lack_is_one_sentence(tmp_path: Path) -> None:
    done = run("analyze", CLIP, "--no-video", "--delegate", "gpu", "--out", tmp_path)
    no_traceback(done)
    if done.returncode == 0:
        assert sys.platform != "linux", "these wheels would silently use the CPU"
        summary = json.loads((tmp_path / CLIP.stem / "summary.json").read_text("utf-8"))
        assert summary["settings"]["landmarks_key"]["delegate"] == "gpu"
        return
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "leave --delegate gpu out" in done.stderr
    assert not list(tmp_path.iterdir())
