"""Everything that an analysis writes into its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.folders import REPORT, SUMMARY

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.progress import Progress
    from scapcoach.recording.analysis import Analysis
    from scapcoach.recording.options import Options
    from scapcoach.recording.render import Film
    from scapcoach.report.set_section import SetPage, Snapshot


VIDEO: Final = "annotated.mp4"


def write_outputs(
    found: Analysis, raw: Poses, place: Path, options: Options, progress: Progress
) -> tuple[str, ...]:
    """Fill an empty folder with everything that `options` ask for.

    Args:
        found: what was found in the clip.
        raw: landmarks before smoothing, to be written.
        place: the folder.
        options: what to write.
        progress: called as ``progress(stage, done, total)``.

    Returns:
        What could not be kept in the annotated video, one sentence each.

    Raises:
        InputError: `options` name a format that does not exist.
        MissingExtraError: a format needs an extra that is not installed.
        OutputError: something could not be written.
    """
    from scapcoach.export.formats import asked_for
    from scapcoach.export.results import AnalysisResults
    from scapcoach.export.summary import write_summary
    from scapcoach.recording.coached import notes
    from scapcoach.recording.render import render
    from scapcoach.report.clip_page import write_report

    result, film = found.coached, _film(found)
    video = place / VIDEO if options.video and film is not None else None
    lost: tuple[str, ...] = ()
    if film is not None and video is not None:
        lost = render(film, found.poses, found.measures, video, progress, result)
        if not video.is_file():
            video = None  # a session's film may end before an exercise begins
    results = AnalysisResults(
        name=found.clip.stem, raw=raw, poses=found.poses, measures=found.measures,
        coached=result, notes=() if result is None else notes(result), video=video,
    )  # fmt: skip
    for one in asked_for(options.formats):
        one.write(place, results)
    write_report(
        place / REPORT,
        title=found.clip.stem,
        measures=found.measures,
        poses=found.poses,
        summary=dict(found.summary),
        video=video,
        lifting=None if result is None else _page(found, result),
    )
    write_summary(place / SUMMARY, dict(found.summary))
    return lost


def _film(found: Analysis) -> Film | None:
    """The pictures; None where none were stored, as in a session that was not filmed."""
    from scapcoach.recording.render import Film

    if found.film is None and found.clip.is_dir():
        return None
    return found.film or Film(found.clip)


def _page(found: Analysis, result: SetResult) -> SetPage:
    """What the report shows of the set."""
    from scapcoach.recording.coached import set_curves
    from scapcoach.report.set_section import SetPage

    curves = set_curves(found.poses, found.measures, result.exercise)
    return SetPage(result, found.poses.t, curves, _snapshots(found, result))


def _snapshots(found: Analysis, result: SetResult) -> list[Snapshot]:
    """The best and the weakest repetition in the middle of their peak."""
    from scapcoach.recording.render import stills
    from scapcoach.report.set_section import Snapshot

    t, shots = found.poses.t, []
    for number in (result.summary.best, result.summary.worst):
        one = result.repetition(number)
        if one is not None:
            middle = (one.rep.peak_start + one.rep.peak_end) / 2
            shots.append((number, int(np.argmin(np.abs(t - middle)))))
    film = _film(found)
    pictures = {} if film is None else stills(film, found.poses, [i for _, i in shots])
    return [Snapshot(n, float(t[i]), pictures[i]) for n, i in shots if i in pictures]
