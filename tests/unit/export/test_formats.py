"""The list of output formats: what it says is written, and a new entry shows up everywhere."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from scapcoach.errors import InputError, MissingExtraError
from scapcoach.export import formats
from scapcoach.export.formats import OutputFormat, asked_for, check_installed, listing, optional
from scapcoach.export.results import AnalysisResults
from tests.support.synthetic import synthetic_measures, synthetic_poses
from tools.cli_docs import OUTPUTS, with_formats

if TYPE_CHECKING:
    from pathlib import Path


def found() -> AnalysisResults:
    poses = synthetic_poses(20)
    return AnalysisResults("clip", poses, poses, synthetic_measures(poses))


@pytest.mark.parametrize("one", formats.FORMATS, ids=lambda one: one.name)
def test_each_format_writes_the_files_that_it_names(one: OutputFormat, tmp_path: Path) -> None:
    if one.check:
        pytest.importorskip("rerun", reason="needs the extra 'rerun'")
    one.write(tmp_path, found())
    written = {path.name for path in tmp_path.iterdir()}
    assert written <= {file for file, _ in one.files}
    of_sets = {"reps.parquet", "reps.csv", "cues.srt", "cues.vtt"}
    assert {file for file, _ in one.files} - written <= of_sets


def test_only_what_is_asked_for_is_written() -> None:
    assert [one.name for one in asked_for(())] == ["parquet", "subtitles"]
    assert [one.name for one in asked_for(("trc",))] == ["parquet", "subtitles", "trc"]
    with pytest.raises(InputError, match=r"no output format 'xlsx': choose one of csv, trc, rrd"):
        asked_for(("xlsx",))
    with pytest.raises(InputError, match="parquet"):
        asked_for(("parquet",))  # it has no option: it is always written


def test_no_file_and_no_name_is_used_twice() -> None:
    files = [file for one in formats.FORMATS for file, _ in one.files]
    names = [one.name for one in formats.FORMATS]
    assert len(set(files)) == len(files)
    assert len(set(names)) == len(names)


def test_a_new_entry_becomes_an_option_a_file_and_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def write(place: Path, results: AnalysisResults) -> None:
        (place / "frames.count").write_text(str(len(results.measures)))

    module = ModuleType("counted")
    module.__dict__.update(write=write, check=lambda: asked.append("checked"))
    monkeypatch.setitem(sys.modules, "counted", module)
    files = (("frames.count", "how many frames"),)
    entry = OutputFormat("count", files, "counted:write", "Write frames.count.", "counted:check")
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, entry))
    assert [one.name for one in optional()] == ["csv", "trc", "rrd", "count"]
    check_installed(("count",))
    assert asked == ["checked"]
    for one in asked_for(("count",)):
        one.write(tmp_path, found())
    assert (tmp_path / "frames.count").read_text() == "20"
    assert "| `frames.count` | how many frames |" in listing()
    monkeypatch.delitem(sys.modules, "scapcoach.cli.analyze", raising=False)
    from scapcoach.cli.analyze import chosen_options, command

    shown = CliRunner().invoke(command, ["--help"]).output
    assert "--count" in shown
    assert "Write frames.count." in shown
    context = command.make_context("analyze", ["clip.mp4", "--count", "--csv"])
    assert chosen_options(context.params).formats == ("csv", "count")


def test_a_missing_extra_is_found_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(MissingExtraError, match="Rerun SDK"):
        check_installed(("rrd",))
    check_installed(("csv", "trc"))


def test_the_page_lists_what_the_registry_lists() -> None:
    page = OUTPUTS.read_text("utf-8")
    assert page == with_formats(page), "run: python -m tools.cli_docs"
