"""What is shipped is what works: the wheel, built, installed elsewhere, used outside the tree."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.parser import HeaderParser
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scapcoach._version import __version__
from scapcoach.measures import SPECS
from tests.support.cli import ROOT, SAMPLES

CLIP = SAMPLES / "walking_front_portrait.mp4"
INFO = f"scapcoach-{__version__}.dist-info"
#: Everything besides modules that belongs into the wheel; a new file here is a decision.
DATA = {
    "scapcoach/py.typed",
    *(
        f"scapcoach/models/{name}"
        for name in (
            "README.md", "exercise_scatter.npz", "manifest.json", "observer.npz",
            "pose_landmarker_full.task", "pose_landmarker_full_pruned.task",
            "pose_landmarker_lite.task", "pose_landmarker_lite_pruned.task",
        )
    ),
    *(
        f"scapcoach/coaching/exercises/{name}.toml"
        for name in (
            "backward_shrug", "bench_press", "bent_over_row", "face_pull", "high_row",
            "overhead_press", "pulldown", "retraction_hold", "row", "shrug", "squat",
        )
    ),
    *(
        f"scapcoach/report/assets/{name}"
        for name in (
            "base.css", "check.css", "compare.css", "dataset.css", "dataset.js", "history.css",
            "palette.css", "report.css", "report.js", "set.css",
        )
    ),
    *(
        f"scapcoach/report/templates/{name}.html"
        for name in (
            "clip", "comparison", "dataset", "history", "layout", "parts", "posture_check", "set",
        )
    ),
    *(
        f"scapcoach/overlay/fonts/{name}"
        for name in (
            "OFL.txt", "barlow-semi-condensed-latin-500-normal.woff",
            "barlow-semi-condensed-latin-700-normal.woff",
        )
    ),
    "scapcoach/export/summary.schema.json",
    *(
        f"scapcoach/web/assets/{name}"
        for name in (
            "app.css", "app.js", "camera.js", "dom.js", "gauges.js", "icon.svg", "index.html",
            "link.js", "past.js", "plots.js", "profiles.js", "sound.js", "stage.js", "wizard.js",
        )
    ),
    *(f"{INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt")),
    *(f"{INFO}/licenses/{name}" for name in ("LICENSE", "NOTICE")),
}  # fmt: skip


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a freshly built sdist, and of the wheel built from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    # Hatchling comes from the index, as for everybody who builds, unless it is there already.
    isolation = ["--no-isolation"] if find_spec("hatchling") else []
    subprocess.run(
        [sys.executable, "-m", "build", *isolation, "--outdir", str(out), str(ROOT)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`scapcoach` in an environment of its own.

    The libraries it depends on are lent by a path file from the environment that runs the tests,
    the package itself is not: an editable install is a path file too, and those are not followed
    from a folder that is added by one.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    (own,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (own / "lent.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    return folder / "venv" / "bin" / "scapcoach"


@pytest.fixture
def empty_home(tmp_path: Path) -> dict[str, str]:
    """The environment of a new user: a home with nothing in it, and no settings."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"}


def _run(
    program: Path, *arguments: object, cwd: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *map(str, arguments)], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_the_wheel_holds_what_it_should_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if not n.endswith("/")}
    source = ROOT / "src"
    modules = {p.relative_to(source).as_posix() for p in (source / "scapcoach").rglob("*.py")}
    expected = modules | DATA
    if not (ROOT / "models" / "README.md").exists():
        expected.discard("scapcoach/models/README.md")
    assert names - expected == set(), "superfluous"
    assert expected - names == set(), "missing"
    assert wheel.stat().st_size < 40_000_000


def test_the_models_in_the_wheel_are_those_of_the_manifest(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read("scapcoach/models/manifest.json"))["files"]
        shipped = [n for n in archive.namelist() if n.endswith(".task")]
        assert len(shipped) == 4
        for name in shipped:
            digest = hashlib.sha256(archive.read(name)).hexdigest()
            assert digest == manifest[Path(name).name]["sha256"], name


def test_the_metadata_is_complete(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = HeaderParser().parsestr(archive.read(f"{INFO}/METADATA").decode())
        entry = archive.read(f"{INFO}/entry_points.txt").decode()
    assert data["Version"] == __version__
    assert data["License-Expression"] == "Apache-2.0"
    assert set(data.get_all("License-File") or ()) == {"LICENSE", "NOTICE"}
    needs = [r for r in data.get_all("Requires-Dist") or () if "extra ==" not in r]
    assert "mediapipe<0.10.32,>=0.10.30" in needs  # later ones send usage metrics
    assert [r for r in needs if r.startswith("opencv")] == ["opencv-python<6,>=4.10.0.84"]
    assert all("<" in r and ">=" in r for r in needs), "a dependency without both bounds"
    assert "scapcoach = scapcoach.__main__:main" in entry


def test_the_source_archive_builds_the_same_without_ballast(dist: Path) -> None:
    (found,) = dist.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        tops = {Path(n).parts[1] for n in archive.getnames() if len(Path(n).parts) > 1}
    assert tops == {
        "src", "models", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE", "pyproject.toml",
        "PKG-INFO", ".gitignore",
    }  # fmt: skip


def test_the_main_job_runs_outside_the_tree_for_a_new_user(
    program: Path, tmp_path: Path, empty_home: dict[str, str]
) -> None:
    work = tmp_path / "some where"
    work.mkdir()
    shutil.copy(CLIP, work / "my clip.mp4")
    version = _run(program, "--version", cwd=work, env=empty_home)
    assert version.stdout.strip().endswith(__version__)

    where = subprocess.run(
        [program.parent / "python", "-c", "import scapcoach; print(scapcoach.__file__)"],
        cwd=work, env=empty_home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(program.parents[1])), "not the installed package"

    done = _run(program, "analyze", "my clip.mp4", "--csv", cwd=work, env=empty_home)
    assert done.returncode == 0, done.stderr
    folder = work / "results" / "my clip"
    assert {p.name for p in folder.iterdir()} == {
        "report.html", "annotated.mp4", "frames.parquet", "frames.csv", "landmarks.parquet",
        "summary.json",
    }  # fmt: skip
    assert set(SPECS) <= set(pq.read_table(folder / "frames.parquet").column_names)
    # Nothing is left in a new user's home by analysing a clip but what libraries cache.
    kept = list(Path(empty_home["HOME"]).rglob("*scapcoach*"))
    assert kept == []


def test_the_doctor_is_content(program: Path, tmp_path: Path, empty_home: dict[str, str]) -> None:
    done = _run(program, "doctor", "--json", cwd=tmp_path, env=empty_home)
    assert done.returncode == 0, done.stdout
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["models"]["state"] == "ok"
    assert str(program.parents[1]) in checks["models"]["message"]
    assert checks["video"]["state"] == checks["pose"]["state"] == "ok"
