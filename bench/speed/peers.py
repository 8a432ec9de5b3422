"""Other ways to get a person's landmarks from a clip, on the same clip.

Only what comes whole from the package registries can run here; most pose packages fetch their
weights from elsewhere when first used. Peers live in environments of their own and are never a
dependency.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from typing import TYPE_CHECKING, Any

from bench.report import ROOT
from bench.speed.parts import beside_bare
from bench.speed.run import interleaved

if TYPE_CHECKING:
    from pathlib import Path

    from bench.speed.parts import Setting

HOME = ROOT / ".cache" / "speed" / "peers"

#: MediaPipe's older interface, which most posture programs are built on: its default, the full
#: model, with smoothing.
_SOLUTIONS = """
import sys, cv2, mediapipe as mp
video, count = cv2.VideoCapture(sys.argv[1]), 0
with mp.solutions.pose.Pose(model_complexity=1) as pose:
    while True:
        good, bgr = video.read()
        if not good:
            break
        count += pose.process(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)).pose_landmarks is not None
print(count)
"""
#: Name, what to install, and the loop.
_PEERS = {"MediaPipe Solutions 0.10.21": (("mediapipe==0.10.21",), _SOLUTIONS)}


def peers(s: Setting) -> dict[str, Any]:
    """The bare loops, the product and its peers, in turns."""
    clip = s.clip("front")
    contestants = beside_bare(s, clip)
    left_out = {}
    for name, (packages, code) in _PEERS.items():
        try:
            python = _environment(packages)
        except (OSError, subprocess.CalledProcessError) as error:
            left_out[name] = str(error)
            print(f"  {name} is left out: {error}", file=sys.stderr)
            continue
        contestants[name] = [str(python), "-c", code, str(clip)]
    took = interleaved(contestants, s.rounds)
    return {"frames": s.frames("front"), "took": took, "left_out": left_out}


def _environment(packages: tuple[str, ...]) -> Path:
    """The interpreter of an environment with these packages; made when it is first asked for."""
    folder = HOME / "-".join(packages).replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "ready").touch()
    return python
