"""The wheel on every CPython at hand: installed into a fresh environment and used from elsewhere.

``python -m tools.check_wheel dist/scapcoach-*.whl`` looks for CPython 3.11 and newer on PATH and
among the versions that pyenv keeps. For each it makes an environment, installs the wheel, runs the
first command of the README and the doctor. On the oldest of them it does so once more with the
lowest versions that pyproject.toml allows, and installs the wheel with uv and with pipx. It prints
what it saw, and fails if anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
OLDEST: Final = (3, 11)
#: Environments that are made at the same time; times of commands are measured beside each other.
JOBS: Final = 2
#: What every finished clip has; the README's command makes a video, too.
RESULTS: Final = ("report.html", "annotated.mp4", "frames.parquet", "summary.json")
_ASK: Final = (
    "import sys, ensurepip, venv; "
    "print(sys.implementation.name, sys.version_info[0], sys.version_info[1])"
)


class WheelError(Exception):
    """Something of what a new user does failed; the message holds what was printed."""


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m tools.check_wheel", description=__doc__)
    p.add_argument("wheel", type=Path)
    p.add_argument("--only", metavar="3.N", help="just this Python")
    options = p.parse_args(arguments)
    pythons = {
        version: python
        for version, python in find_pythons().items()
        if options.only in (None, "{}.{}".format(*version))
    }
    if not pythons:
        print("No fitting CPython with venv was found.", file=sys.stderr)
        return 1
    wheel, oldest = options.wheel.resolve(), pythons[min(pythons)]
    steps: list[tuple[str, Callable[[], str]]] = [
        ("CPython {}.{}".format(*version), partial(check, python, wheel))
        for version, python in sorted(pythons.items())
    ]
    if min(pythons) == OLDEST:  # newer ones have no wheels of some of the lowest versions
        steps.append(
            ("CPython {}.{}, lowest versions".format(*OLDEST),
             partial(check, oldest, wheel, lowest=True))
        )  # fmt: skip
    steps += [
        ("uv tool install", partial(check_installer, oldest, wheel, "uv", ("tool", "install"))),
        ("pipx install", partial(check_installer, oldest, wheel, "pipx", ("install",))),
    ]  # fmt: skip
    failed = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for name, step in [(name, pool.submit(step)) for name, step in steps]:
            try:
                print(f"ok    {name}: {step.result()}", flush=True)
            except WheelError as error:
                failed += 1
                print(f"FAIL  {name}: {error}", flush=True)
    return int(failed > 0)


def find_pythons(path: str | None = None) -> dict[tuple[int, int], Path]:
    """The first usable CPython of each minor version, on `path` (None: PATH) and in pyenv."""
    folders = [
        Path(part) for part in os.get_exec_path({"PATH": path} if path is not None else None)
    ]
    named = [found for folder in folders for found in sorted(folder.glob("python3.[0-9]*"))]
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))]
    roots += [folder.parent for folder in folders if folder.name == "shims"]
    kept = [found for root in roots for found in sorted(root.glob("versions/*/bin/python"))]
    pythons: dict[tuple[int, int], Path] = {}
    for python in (*named, *kept):
        version = _version(python)
        if version is not None and version >= OLDEST:
            pythons.setdefault(version, python)
    return pythons


def _version(python: Path) -> tuple[int, int] | None:
    """(3, 12) for a CPython that can make environments; None for anything else."""
    if not re.fullmatch(r"python(3\.\d+)?", python.name):
        return None
    try:
        done = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    if done.returncode or words[:1] != ["cpython"]:
        return None
    return int(words[1]), int(words[2])


def check(python: Path, wheel: Path, *, lowest: bool = False) -> str:
    """Install and use the wheel; the figures that are worth knowing.

    Raises:
        WheelError: a step failed.
    """
    with _new_user(python) as (place, env, own):
        pinned: list[str | Path] = []
        if lowest:
            constraints = place / "lowest.txt"
            constraints.write_text("\n".join(lowest_versions()) + "\n", "utf-8")
            pinned = ["--constraint", constraints]
        install = [own / "python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        # Only installing may use the settings and the cache of the person who runs this.
        _run([*install, *pinned, wheel], place, dict(os.environ))
        shutil.copytree(ROOT / "sample_videos", place / "sample_videos")
        words = readme_command()
        seconds = _run([own / "scapcoach", *words[1:]], place, env)
        results = place / words[words.index("--out") + 1]
        for clip in results.iterdir():
            missing = [name for name in RESULTS if not (clip / name).is_file()]
            if missing:
                raise WheelError(f"{clip.name} lacks {', '.join(missing)}")
        _run([own / "scapcoach", "doctor"], place, env)
        return f"{_figures(own, place, env)}; the README's command takes {seconds:.0f} s"


def check_installer(python: Path, wheel: Path, name: str, words: Sequence[str]) -> str:
    """Install the wheel as a command of its own, with uv or pipx, and run its doctor.

    Raises:
        WheelError: a step failed.
    """
    with _new_user(python) as (place, env, own):
        _run([own / "python", "-m", "pip", "install", "--quiet", name], place, dict(os.environ))
        commands = place / "commands"
        places = {
            "UV_TOOL_DIR": place / "tools", "UV_TOOL_BIN_DIR": commands, "UV_PYTHON": python,
            "PIPX_HOME": place / "tools", "PIPX_BIN_DIR": commands, "PIPX_DEFAULT_PYTHON": python,
        }  # fmt: skip
        settings = os.environ | {variable: str(path) for variable, path in places.items()}
        seconds = _run([own / name, *words, wheel], place, settings)
        _run([commands / "scapcoach", "doctor"], place, env)
        return f"took {seconds:.0f} s"


@contextmanager
def _new_user(python: Path) -> Iterator[tuple[Path, dict[str, str], Path]]:
    """An empty folder, an environment without settings, and the programs of a new venv in it."""
    with tempfile.TemporaryDirectory(prefix="scapcoach-wheel-") as folder:
        place = Path(folder)
        (place / "home").mkdir()
        env = {"HOME": str(place / "home"), "PATH": os.defpath, "LANG": "C.UTF-8"}
        _run([python, "-m", "venv", place / "venv"], place, env)
        yield place, env, place / "venv" / "bin"


def lowest_versions(pyproject: Path = ROOT / "pyproject.toml") -> Iterator[str]:
    """``name==version`` for the lower bound of each dependency; extras have no part in it.

    Raises:
        WheelError: a dependency has no lower bound.
    """
    for need in tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"]:
        match = re.match(r"([\w.-]+)>=([\d.]+)", need)
        if match is None:
            raise WheelError(f"{need!r} in {pyproject.name} has no lower bound")
        yield f"{match[1]}=={match[2]}"


def readme_command(readme: Path = ROOT / "README.md") -> list[str]:
    """The words of the first command of the README, without those that set it up."""
    text = readme.read_text("utf-8")
    block = re.search(r"<!-- command: analyse -->\n```sh\n(.*?)```", text, re.DOTALL)
    if block is None:
        raise WheelError(f"{readme} lacks its marked command")
    command = block[1].rpartition("&&")[2] or block[1]
    return shlex.split(command.replace("\\\n", " "))


def _run(command: list[str | Path], cwd: Path, env: Mapping[str, str]) -> float:
    """Run it; the seconds it took.

    Raises:
        WheelError: it failed.
    """
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        shown = shlex.join(map(str, command))
        raise WheelError(f"{shown} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.monotonic() - begun


def _figures(own: Path, place: Path, env: Mapping[str, str]) -> str:
    """Size, packages, times of an environment, and the versions that decide most."""
    listed = subprocess.run(
        [own / "python", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
        cwd=place, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    packages = {one["name"].lower(): one["version"] for one in json.loads(listed.stdout)}
    files = [f for f in (own.parent / "lib").rglob("*") if f.is_file() and not f.is_symlink()]
    size = sum(f.stat().st_size for f in files) / 1e6
    imported = _run([own / "python", "-c", "import scapcoach"], place, env)
    helped = _run([own / "scapcoach", "--help"], place, env)
    shown = ", ".join(f"{n} {packages[n]}" for n in ("mediapipe", "opencv-python", "av", "numpy"))
    return (
        f"{shown}; {len(packages)} packages, {size:.0f} MB, import {imported:.2f} s, "
        f"--help {helped:.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
