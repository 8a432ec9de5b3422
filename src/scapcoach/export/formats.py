"""The output formats: one line here and one file in this folder for each.

`analyze` takes its options (``--csv``) from this list, writes what it names, and
`docs/reference/outputs.md` lists it. How to add one: docs/how-to/add-an-output-format.md.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scapcoach.errors import InputError
from scapcoach.folders import FRAMES, LANDMARKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from scapcoach.export.results import AnalysisResults


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """One kind of file that an analysis writes.

    Attributes:
        name: of the option (``--name``), of the key in summary.json, and in `Options.formats`.
        files: what it writes: (file name, what the file is for).
        writer: "module:function", imported when it is first needed. The function is called with
            the folder and the `AnalysisResults`; it raises `OutputError` where it cannot write.
        help: of the option; "" for a format that is always written and has no option.
        check: "module:function" that raises `MissingExtraError` where an extra is not installed.
    """

    name: str
    files: tuple[tuple[str, str], ...]
    writer: str
    help: str = ""
    check: str = ""

    def write(self, place: Path, results: AnalysisResults) -> None:
        """Write the files into the folder `place`.

        Raises:
            OutputError: one of them cannot be written.
            MissingExtraError: an extra is not installed.
        """
        _load(self.writer)(place, results)


FORMATS: tuple[OutputFormat, ...] = (
    OutputFormat(
        "parquet",
        (
            (FRAMES, "for analysis: every measure of every frame"),
            (LANDMARKS, "the raw landmarks, from which everything can be computed again"),
            ("reps.parquet", "with `--exercise`: one row per repetition"),
        ),
        "scapcoach.export.parquet_tables:write",
    ),
    OutputFormat(
        "csv",
        (
            ("frames.csv", "with `--csv`: frames.parquet as text"),
            ("reps.csv", "with `--csv` and `--exercise`: reps.parquet as text"),
        ),
        "scapcoach.export.csv_tables:write",
        "Write tables as CSV, too.",
    ),
    OutputFormat(
        "subtitles",
        (
            ("cues.srt", "with `--exercise`: what the coach said, as subtitles"),
            ("cues.vtt", "the same, for browsers"),
        ),
        "scapcoach.export.subtitles:write",
    ),
    OutputFormat(
        "trc",
        (("landmarks.trc", "with `--trc`: markers for OpenSim, Pose2Sim, Sports2D"),),
        "scapcoach.export.trc:write",
        "Write landmarks.trc (OpenSim, Pose2Sim, Sports2D).",
    ),
    OutputFormat(
        "rrd",
        (("recording.rrd", "with `--rrd`: everything over time for the Rerun viewer"),),
        "scapcoach.export.rerun:write",
        "Write recording.rrd (Rerun viewer; extra: rerun).",
        check="scapcoach.export.rerun:need_rerun",
    ),
)

#: Marks around the table of `listing` in docs/reference/outputs.md.
LISTING_MARKS: Final = ("<!-- formats -->", "<!-- end of formats -->")


def optional() -> Iterator[OutputFormat]:
    """The formats that are written only when asked for, in the order of the options."""
    return (one for one in FORMATS if one.help)


def asked_for(names: Collection[str]) -> list[OutputFormat]:
    """The formats to write: those always written, and those named.

    Raises:
        InputError: no optional format has one of these names.
    """
    known = [one.name for one in optional()]
    for name in names:
        if name not in known:
            raise InputError(
                f"There is no output format {name!r}: choose one of {', '.join(known)}."
            )
    return [one for one in FORMATS if not one.help or one.name in names]


def check_installed(names: Collection[str]) -> None:
    """Check before any work that all extras needed by the named formats are installed.

    Raises:
        InputError: no optional format has one of these names.
        MissingExtraError: one is not installed.
    """
    for one in asked_for(names):
        if one.check:
            _load(one.check)()


def listing() -> str:
    """The table in docs/reference/outputs.md: each file, and what it is for."""
    rows = [f"| `{file}` | {words} |" for one in FORMATS for file, words in one.files]
    return "\n".join(("| file | what it is for |", "|---|---|", *rows))


def _load(place: str) -> Any:
    module, _, function = place.partition(":")
    return getattr(importlib.import_module(module), function)
