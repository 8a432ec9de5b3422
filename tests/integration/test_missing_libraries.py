"""A system without some shared libraries: every command says all of them at once, in one line.

OpenCV is copied, and the names of two libraries that its files need are changed to such as no
system has; the rest is as in a slim container.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.cli import ROOT, SAMPLES, no_traceback
from tests.support.cli import scapcoach as run

CLIPS = (SAMPLES / "walking_front_portrait.mp4", SAMPLES / "walking_back_portrait.mp4")
MISSING = ("bilGL.so.1", "bilgthread-2.0.so.0")

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="wheels for other systems bring everything"
)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of an environment in which OpenCV lacks two libraries."""
    spec = find_spec("cv2")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    place = tmp_path_factory.mktemp("site")
    shutil.copytree(package, place / "cv2", ignore=shutil.ignore_patterns("data", "qt"))
    (libraries,) = package.parent.glob("opencv_python.libs")
    (place / libraries.name).mkdir()
    for file in libraries.iterdir():
        copy = place / libraries.name / file.name
        if file.name.startswith(("libQt5Gui", "libQt5Core")):
            content = file.read_bytes()
            for name in MISSING:
                wanted = name.replace("bil", "lib").encode()
                content = content.replace(b"\0" + wanted + b"\0", b"\0" + name.encode() + b"\0")
            copy.write_bytes(content)
        else:
            copy.symlink_to(file)
    return {"PYTHONPATH": f"{place}{os.pathsep}{ROOT / 'src'}"}


@pytest.mark.parametrize(
    "command",
    [
        ("analyze", CLIPS[0]),
        ("analyze", *CLIPS, "--workers", "1"),
        ("analyze", *CLIPS, "--workers", "2"),
        ("calibrate", CLIPS[0], "--profile", "nobody"),
        ("check", ROOT / "docs" / "images" / "overlay.jpg"),
        ("serve", "--port", "0"),
    ],
    ids=lambda command: f"{command[0]}-{len(command)}",
)
def test_one_line_names_all_that_is_missing(
    env: dict[str, str], tmp_path: Path, command: tuple[str | Path, ...]
) -> None:
    out = ("--out", tmp_path / "out") if command[0] == "analyze" else ()
    done = run(*command, *out, cwd=tmp_path, SCAPCOACH_DATA_DIR=str(tmp_path), **env)
    no_traceback(done)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"Error: This system lacks {' and '.join(MISSING)}, which OpenCV")
    assert "Install them: " in line
    assert not list(tmp_path.rglob("summary.json"))


def test_the_doctor_names_them_too(env: dict[str, str], tmp_path: Path) -> None:
    done = run("doctor", "--json", cwd=tmp_path, **env)
    assert done.returncode == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["opencv"]["state"] == "fail"
    assert checks["opencv"]["message"] == f"this system lacks {' and '.join(MISSING)}"
    assert all(name in checks["opencv"]["advice"] for name in MISSING)
    assert checks["video"]["advice"] == "First do what opencv says."
    assert checks["models"]["state"] == "ok"
