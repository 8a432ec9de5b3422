"""Manners of the command line: help that teaches, plain output, exit codes, a quick start."""

from __future__ import annotations

import re
import resource
import shlex
from typing import TYPE_CHECKING

import click
import pytest

import scapcoach
from tests.support.cli import SAMPLES, STYLE, OnTerminal, no_traceback
from tests.support.cli import scapcoach as run
from tools.cli_docs import PAGE, commands, render

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "walking_front_portrait.mp4"
CONTEXTS = dict(commands())
ESCAPE = "\x1b"


@pytest.mark.parametrize("path", CONTEXTS)
def test_every_help_teaches(path: str) -> None:
    text = CONTEXTS[path].command.get_help(CONTEXTS[path])
    assert text.startswith(f"Usage: {path}")
    name = "scapcoach analyze" if path == "scapcoach" else path
    examples = [line for line in text.splitlines()[1:] if name in line]
    assert examples, f"{path} --help shows no example"
    for parameter in CONTEXTS[path].command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path} {parameter.opts[0]} has no help"
            assert parameter.help.endswith((".", ")")), parameter.help


def test_every_example_on_a_help_page_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Examples are parsed as they stand; files and folders they name are made first."""
    monkeypatch.chdir(tmp_path)
    seen = 0
    for path, context in CONTEXTS.items():
        for line in context.command.get_help(context).splitlines()[1:]:
            example = re.search(r"(?:^ +|:  )(scapcoach [a-z].*)", line)
            if example is None or not example[1].startswith(path):
                continue
            seen += 1
            words = shlex.split(example[1])[1:]
            for word in words:
                if re.fullmatch(r"\w+\.(mp4|jpg|csv|toml)", word):
                    (tmp_path / word).touch()
                elif re.fullmatch(r"\w+/([\w-]+)?", word):
                    (tmp_path / word).mkdir(parents=True, exist_ok=True)
            command = CONTEXTS["scapcoach"].command
            while isinstance(command, click.Group) and words and words[0][0] != "-":
                inner = command.get_command(CONTEXTS["scapcoach"], words.pop(0))
                assert inner is not None, example[1]
                command = inner
            command.make_context("scapcoach", words)
    assert seen >= 12


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    written = PAGE.read_text("utf-8")
    assert written.split() == render().split(), "run: python -m tools.cli_docs"
    for path, context in CONTEXTS.items():
        section = written.split(f"## {path}\n")[1].split("\n## ")[0]
        for parameter in context.command.params:
            for name in [*parameter.opts, *parameter.secondary_opts]:
                assert (name if name.startswith("-") else name.upper()) in section or (
                    parameter.human_readable_name in section
                )


def test_help_is_there_at_once() -> None:
    """Under 0.3 s of processor time; the best of three, so that a busy machine does no harm."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.3, spent


def test_version() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.split() == ["scapcoach,", "version", scapcoach.__version__]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("analyse",), "Did you mean 'analyze'?"),
        (("profiles", "lst"), "Did you mean 'list'?"),
        (("zzz",), "scapcoach --help"),
        (("analyze", CLIP, "--ot", "x"), "--out"),
        (("analyze", CLIP, "--model", "huge"), "lite"),
        (("calibrate", CLIP), "--profile"),
    ],
)
def test_wrong_usage_says_what_was_meant_and_exits_with_2(
    arguments: tuple[object, ...], hint: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert hint in done.stderr
    no_traceback(done)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("analyze", "gone.mp4"), "gone.mp4"),
        (("profiles", "show", "nobody"), "nobody"),
        (("profiles", "export", "nobody", "x.json"), "nobody"),
        (("profiles", "delete", "nobody", "--yes"), "nobody"),
        (("calibrate", CLIP, "--profile", "../up"), "cannot name a profile"),
        (("analyze", CLIP, "--profile", "nobody"), "scapcoach calibrate"),
    ],
)
def test_a_name_of_nothing_exits_with_2_and_one_sentence(
    tmp_path: Path, arguments: tuple[object, ...], says: str
) -> None:
    done = run(*arguments, cwd=tmp_path, SCAPCOACH_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    no_traceback(done)
    assert not list(tmp_path.glob("x.json"))


def test_output_to_a_pipe_has_no_escape_codes(tmp_path: Path) -> None:
    done = run("analyze", CLIP, tmp_path / "gone.mp4", "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 1
    assert "done" in done.stdout
    assert "failed" in done.stderr
    assert ESCAPE not in done.stdout + done.stderr
    assert "\r" not in done.stderr


def test_a_terminal_shows_progress_and_no_color_is_honoured(tmp_path: Path) -> None:
    arguments = ("analyze", str(CLIP), "--no-video", "--force", "--out", str(tmp_path))
    shown = _on_terminal(*arguments)
    assert re.search(r"landmarks .*\d+/\d+ +\d+ fps +\d+:\d+:\d+", STYLE.sub("", shown)), shown
    assert STYLE.search(shown)
    plain = _on_terminal(*arguments, NO_COLOR="1")
    assert "fps" in plain
    assert not STYLE.search(plain)
    quiet = _on_terminal(*arguments, "--quiet")
    assert quiet.strip() == ""


def test_a_deletion_asks_first(tmp_path: Path) -> None:
    place = {"SCAPCOACH_DATA_DIR": str(tmp_path)}
    segments = tmp_path / "segments.csv"
    segments.write_text("start,end,pose\n0.0,0.5,neutral\n", "utf-8")
    made = run("calibrate", CLIP, "--profile", "me", "--calibration-segments", segments, **place)
    assert made.returncode == 0, made.stderr
    shown = run("profiles", "show", "me", **place).stdout
    assert "Retraction and shrug with hanging arms: not recorded" in shown
    assert "Retraction and shrug while the arms move: not recorded" in shown
    # No answer (stdin is at its end) is no consent.
    assert run("profiles", "delete", "me", **place).returncode == 130
    assert run("profiles", "list", "--json", **place).stdout.strip() == '["me"]'
    exported = run("profiles", "export", "me", tmp_path / "copy.json", **place)
    assert exported.returncode == 0
    assert '"scapcoach.profile/1"' in (tmp_path / "copy.json").read_text("utf-8")


def _on_terminal(*arguments: str, **environment: str) -> str:
    with OnTerminal(*arguments, **environment) as terminal:
        code, shown = terminal.finish()
    assert code == 0, shown
    return shown
