"""A finished live session as files: the same tables, summary and report as for a clip.

The recorded session itself, on disk, is `session.journal`; a running one is `session.engine`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scapcoach.errors import InputError
from scapcoach.folders import REPORT
from scapcoach.progress import silent
from scapcoach.recording.options import Options
from scapcoach.recording.outputs import write_outputs
from scapcoach.session.engine import joined
from scapcoach.session.film import VIDEO_FILE, film_start
from scapcoach.session.journal import read_journal
from scapcoach.session.replay import begin, play, with_estimator
from scapcoach.sources.frames import SourceInfo
from scapcoach.sources.video import probe

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration
    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures
    from scapcoach.progress import Progress
    from scapcoach.recording.render import Film
    from scapcoach.session.engine import Reading
    from scapcoach.session.journal import Recording


#: Seconds that an exercise has to be chosen for to get a report of its own: shorter ones were
#: only passed while switching to another.
_LEAST_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a session in which one exercise was coached.

    Attributes:
        start, stop: frames.
        exercise: its settings; empty for none.
        calibration: the one in use at its end.
    """

    start: int
    stop: int
    exercise: dict[str, Any]
    calibration: Calibration | None


def close_session(
    folder: Path,
    *,
    video: bool = True,
    estimator: str | None = None,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Results from a session's journal, in its folder; the reports' paths.

    Args:
        folder: the folder of the session.
        video: whether a session that was filmed gets its annotated video, too; this takes a
            seventh of the session's time at 640 x 480, more for larger pictures.
        estimator: girdle estimator to use instead of the session's own.
        progress: called as ``progress(stage, done, total)``.

    A session with several exercises gets a subfolder for each. Measures are those that were shown,
    smoothed without looking ahead. An interrupted session is written as far as it was recorded.
    Doing it twice gives the same files.

    Raises:
        InputError: there is no session, or it has no frames; there is no such estimator.
        CalibrationError: a calibration of the session was taken with another estimator.
        OutputError: the files cannot be written.
    """
    recording = with_estimator(read_journal(folder), estimator)
    if not len(recording.poses):
        raise InputError(f"The session {folder} has no frames: there is nothing to report.")
    readings, parts = _replayed(recording)
    places, film = [folder], _film(folder, recording)
    if len(parts) > 1:
        names = [str(part.exercise.get("name") or "free") for part in parts]
        # The exercise may be a file from anywhere: its results stay in the folder of the session.
        places = [folder / f"{k}-{_as_folder(name)}" for k, name in enumerate(names, start=1)]
    for part, place in zip(parts, places, strict=True):
        options = Options(video=video)
        _write(recording, part, readings[part.start : part.stop], place, film, options, progress)
    return tuple(place / REPORT for place in places)


def _as_folder(name: str) -> str:
    """The name of an exercise, or the stem of its file, as part of the name of a folder."""
    return re.sub(r"[^\w-]+", "_", Path(name).stem) or "exercise"


def _replayed(recording: Recording) -> tuple[list[Reading], list[Part]]:
    """Every reading, and the exercises one after the other."""
    engine = begin(recording.head)
    exercise: dict[str, Any] = recording.head.get("exercise") or {}
    readings: list[Reading] = []
    parts: list[Part] = []

    def end_part() -> None:
        start = parts[-1].stop if parts else 0
        parts.append(Part(start, len(readings), exercise, engine.calibration))

    for reading, commands in play(recording, engine):
        for command in commands:
            if command.name == "exercise":
                end_part()
                exercise = command.data or {}
        readings.append(reading)
    end_part()
    t = recording.poses.t
    long = [p for p in parts if p.stop > p.start and t[p.stop - 1] - t[p.start] >= _LEAST_S]
    return readings, long or [max(parts, key=lambda p: p.stop - p.start)]


def _film(folder: Path, recording: Recording) -> Film | None:
    """The session's pictures, if it was filmed and they can be read."""
    from scapcoach.recording.render import Film

    start, path = film_start(recording), folder / VIDEO_FILE
    if start is None or not path.is_file():
        return None
    try:
        probe(path)
    except InputError:
        return None  # it was interrupted within its first second
    return Film(path, start)


def _write(
    recording: Recording,
    part: Part,
    readings: list[Reading],
    place: Path,
    film: Film | None,
    options: Options,
    progress: Progress,
) -> None:
    from scapcoach.export.rep_tables import set_summary
    from scapcoach.export.summary import build_summary
    from scapcoach.recording.analysis import Analysis

    head, raw = recording.head, recording.poses[part.start : part.stop]
    poses, measures = joined(readings)
    span = float(raw.t[-1] - raw.t[0])
    fps = (len(raw) - 1) / span if span > 0 else float("nan")
    warnings = () if recording.complete else ("The session broke off; its last seconds are lost.",)
    info = SourceInfo(str(head.get("source", "camera")), raw.size, fps, span, len(raw))
    kind = readings[-1].calibration
    coached = _set(poses, measures, part)
    summary = build_summary(
        measures,
        poses,
        source={"name": info.name, "size": list(info.size), "fps": fps, "duration": span,
                "warnings": list(warnings)},
        model={"name": head.get("model", ""), "sha256": head.get("model_sha256", "")},
        calibration="none" if kind is None else str(kind),
        settings={"live": True, "started": head.get("started", ""), "exercise": part.exercise},
        lifting=None if coached is None else set_summary(coached),
    )  # fmt: skip
    found = Analysis(
        clip=place,
        info=info,
        poses=poses,
        measures=measures,
        calibration=part.calibration,
        summary=summary,
        folder=place,
        warnings=warnings,
        coached=coached,
        film=film,
    )
    place.mkdir(parents=True, exist_ok=True)
    write_outputs(found, raw, place, options, progress)


def _set(poses: Poses, measures: Measures, part: Part) -> SetResult | None:
    """The set as the coach saw it live, with its summary."""
    from scapcoach.coaching.coach import coach
    from scapcoach.coaching.exercise import Focus
    from scapcoach.coaching.library import find_exercise

    if not part.exercise.get("name"):
        return None
    return coach(
        poses,
        measures,
        find_exercise(part.exercise["name"]),
        focus=Focus(part.exercise.get("focus") or "external"),
        load=part.exercise.get("load"),
        calibration=part.calibration,
    )
