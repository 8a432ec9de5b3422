"""Everything that an analysis writes into its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.recording.places import LANDMARKS, SUMMARY

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
REPS: Final = "reps.parquet"


def write_outputs(
    found: Analysis, raw: Poses, place: Path, options: Options, progress: Progress
) -> tuple[str, ...]:
    """Fill an empty folder with everything that `options` ask for.

    Args:
        found: in the clip.
        raw: landmarks before smoothing, to be kept.
        place: the folder.
        options: what to write.
        progress: called as ``progress(stage, done, total)``.

    Returns:
        What could not be kept in the annotated video, one sentence each.

    Raises:
        OutputError: something could not be written.
    """
    from scapcoach.export import tables
    from scapcoach.export.summary import write_summary
    from scapcoach.recording.render import render
    from scapcoach.report.clip_page import write_report

    result = found.coached
    tables.write_parquet(place / LANDMARKS, tables.landmarks_table(raw))
    frames = tables.frames_table(found.measures)
    tables.write_parquet(place / "frames.parquet", frames)
    if options.csv:
        tables.write_csv(place / "frames.csv", frames)
    if result is not None:
        _write_set(result, place, options)
    film = _film(found)
    video = place / VIDEO if options.video and film is not None else None
    lost: tuple[str, ...] = ()
    if film is not None and video is not None:
        lost = render(film, found.poses, found.measures, video, progress, result)
        if not video.is_file():
            video = None  # a session's film may end before an exercise begins
    _write_exports(found, place, video, options)
    write_report(
        place / "report.html",
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
    """The pictures; None where none were kept, as in a session that was not filmed."""
    from scapcoach.recording.render import Film

    if found.film is None and found.clip.is_dir():
        return None
    return found.film or Film(found.clip)


def _write_set(result: SetResult, place: Path, options: Options) -> None:
    """Repetitions as tables, cues as subtitles."""
    from scapcoach.export import tables
    from scapcoach.export.rep_tables import reps_table
    from scapcoach.media.subtitles import Subtitle, write_srt, write_vtt

    reps = reps_table(result)
    tables.write_parquet(place / REPS, reps)
    if options.csv:
        tables.write_csv(place / "reps.csv", reps)
    subtitles = [Subtitle(cue.time, cue.until - cue.time, cue.text) for cue in result.cues]
    write_srt(place / "cues.srt", subtitles)
    write_vtt(place / "cues.vtt", subtitles)


def _write_exports(found: Analysis, place: Path, video: Path | None, options: Options) -> None:
    """What other programs read."""
    if options.trc:
        from scapcoach.export.trc import write_trc

        write_trc(place / "landmarks.trc", found.poses)
    if options.rrd:
        from scapcoach.export.rerun import write_rrd
        from scapcoach.recording.coached import notes

        write_rrd(
            place / "recording.rrd",
            found.poses,
            found.measures,
            name=found.clip.stem,
            video=video,
            notes=() if found.coached is None else notes(found.coached),
        )


def _page(found: Analysis, result: SetResult) -> SetPage:
    """What the report shows of the set."""
    from scapcoach.recording.coached import set_curves, set_record
    from scapcoach.report.set_section import SetPage

    curves = set_curves(found.poses, found.measures, result.exercise)
    return SetPage(set_record(result), found.poses.t, curves, _snapshots(found, result))


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
