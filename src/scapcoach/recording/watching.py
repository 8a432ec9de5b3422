"""From a clip to raw landmarks: the one loop in which nearly all of the time is spent."""

from __future__ import annotations

import importlib
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scapcoach.recording.pieces import lead_in
from scapcoach.session import Follower
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.progress import Progress
    from scapcoach.recording.options import Options
    from scapcoach.session import PoseRecorder


#: What writing results needs, and what NumPy itself imports at the first median.
_NEEDED_LATER: Final = (
    "jinja2",
    "pyarrow.parquet",
    "numpy.ma",
    "scapcoach.export.tables",
    "scapcoach.export.summary",
    "scapcoach.recording.render",
    "scapcoach.report.clip_page",
)


def watch(
    clip: Path, options: Options, recorder: PoseRecorder, progress: Progress
) -> tuple[str, ...]:
    """Record the landmarks of every frame, after those that `recorder` already has.

    Args:
        clip: the video.
        options: how to analyse it.
        recorder: receives the landmarks; they stay in it when this fails or is interrupted.
        progress: called as ``progress("landmarks", done, total)``.

    Returns:
        Problems of the file, one sentence each.

    Raises:
        InputError: the clip cannot be read as a video.
        ModelError: the pose engine failed.
    """
    from scapcoach.pose.engines import open_engine

    lead = lead_in(recorder.poses())
    with (
        VideoFile(clip, start=lead.first) as source,
        open_engine(
            options.model,
            subject_at=lead.subject_at or options.subject,
            delegate=options.delegate,
        ) as estimator,
        Follower(estimator, recorder) as follower,
    ):
        begun = False
        for frame in source.frames(prepare=estimator.picture):
            if frame.t > lead.end or frame.t <= lead.seen:
                follower.step(frame, keep=frame.t > lead.end)
            progress("landmarks", len(recorder), source.info.n_frames)
            if not begun:
                import_ahead()
                begun = True
        return source.warnings


def import_ahead() -> None:
    """Import what comes after the landmarks in a thread, while the network is working."""
    threading.Thread(target=_import, name="imports", daemon=True).start()


def _import() -> None:
    for name in _NEEDED_LATER:
        with suppress(ImportError):  # reported where it is needed
            importlib.import_module(name)
