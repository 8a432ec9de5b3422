"""Shell completion: names, quickly, and in a real shell."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scapcoach.cli import COMMANDS
from scapcoach.coaching import packaged
from tests.support.cli import scapcoach

if TYPE_CHECKING:
    from pathlib import Path


#: As the installed script does it: completion goes by the name of the program.
_SCAPCOACH = "import sys; sys.argv = ['scapcoach']; from scapcoach.cli import main; main()"


def proposed(line: str, shell: str = "bash", **environment: str) -> list[str]:
    words = line.split(" ")
    done = subprocess.run(
        [sys.executable, "-c", _SCAPCOACH],
        env={"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
             "_SCAPCOACH_COMPLETE": f"{shell}_complete", "PYTHONPATH": ":".join(sys.path),
             **environment},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    if shell == "zsh":
        return done.stdout.splitlines()[1::3]
    return [item.partition(",")[2] for item in done.stdout.splitlines() if item]


def test_commands_options_and_choices() -> None:
    assert proposed("scapcoach ") == list(COMMANDS)
    assert proposed("scapcoach re") == ["replay"]
    assert proposed("scapcoach --v") == ["--version"]
    assert proposed("scapcoach profiles s") == ["show"]
    assert proposed("scapcoach analyze --mo") == ["--model"]
    assert proposed("scapcoach check --model ") == ["lite", "full", "heavy"]


def test_names_of_exercises_are_those_that_there_are() -> None:
    assert proposed("scapcoach exercises ") == sorted(packaged())
    assert proposed("scapcoach live --exercise ") == sorted(packaged())
    assert proposed("scapcoach analyze --exercise ") == sorted([*packaged(), "auto"])
    assert proposed("scapcoach analyze --exercise ro") == ["row"]


def test_names_of_profiles(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    for name in ("anna", "anna home rack", "ben"):
        (tmp_path / "profiles" / f"{name}.json").touch()
    data = {"SCAPCOACH_DATA_DIR": str(tmp_path)}
    for line in ("analyze --profile", "live --profile", "calibrate --profile", "profiles show"):
        assert proposed(f"scapcoach {line} an", **data) == ["anna", r"anna\ home\ rack"]
    assert proposed("scapcoach profiles delete an", "zsh", **data) == ["anna", "anna home rack"]
    assert proposed("scapcoach profiles delete x", **data) == []


def test_it_is_there_at_once() -> None:
    """Under 0.3 s of processor time, as the help; the best of three."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        proposed("scapcoach analyze --exercise ")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.3, spent


def test_in_bash_itself(tmp_path: Path) -> None:
    if (bash := shutil.which("bash")) is None:
        pytest.skip("needs bash")
    (tmp_path / "scapcoach").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.argv[0] = \'scapcoach\'\n'
        'from scapcoach.cli import main\nmain()" "$@"\n'
    )
    (tmp_path / "scapcoach").chmod(0o755)
    script = f"""
PATH="{tmp_path}:$PATH"
eval "$(_SCAPCOACH_COMPLETE=bash_source scapcoach)"
complete -p scapcoach
COMP_WORDS=(scapcoach analyze --exercise bench)
COMP_CWORD=3
_scapcoach_completion scapcoach bench --exercise
echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["bench_press"], done.stderr
    assert "_scapcoach_completion scapcoach" in done.stdout


def test_what_is_no_completion_runs_as_ever() -> None:
    assert scapcoach("--version").returncode == 0
