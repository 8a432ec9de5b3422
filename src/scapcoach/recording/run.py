"""One clip from video to results."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scapcoach.calibration import (
    Calibration,
    Segment,
    calibrate,
    calibrate_automatically,
    guided_segments,
)
from scapcoach.errors import OutputError
from scapcoach.export.formats import check_installed
from scapcoach.files import atomic_folder
from scapcoach.filters import smooth_poses
from scapcoach.girdle.estimators import Estimator
from scapcoach.measures import Measures, measure
from scapcoach.progress import silent
from scapcoach.recording.analysis import Analysis
from scapcoach.recording.options import (
    Options,
    estimator_of,
    finished,
    landmarks_key,
    settings,
)
from scapcoach.recording.outputs import write_outputs
from scapcoach.recording.pieces import follow, joined
from scapcoach.recording.places import (
    content_hash,
    finished_landmarks,
    keep_partial,
    kept_landmarks,
    partial_folder,
    read_summary,
    result_folder,
)
from scapcoach.recording.watching import watch
from scapcoach.session import PoseRecorder
from scapcoach.sources.video import VideoFile
from scapcoach.surface.blades import BladeReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.progress import Progress
    from scapcoach.recording.pieces import Piece, Stretch


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of a clip; the message says what was stored and what is missing."""


def analyze(
    path: str | Path,
    *,
    out: str | Path | None = None,
    options: Options | None = None,
    calibration: Calibration | None = None,
    progress: Progress | None = None,
    taken: set[Path] | None = None,
) -> Analysis:
    """Analyse one recorded clip.

    Args:
        path: the video.
        out: folder under which a folder of results is written; None writes nothing.
        options: how to analyse it.
        calibration: of the same person, camera and view; without it the neutral comes from a
            moment of rest in the clip, and values are relative.
        progress: called as ``progress(stage, done, total)``.
        taken: folders of results given to other clips in this run; this one's is added.

    Raises:
        InputError: the clip cannot be read as a video.
        CalibrationError: `calibration` does not fit the model or the estimator, or the segments
            cannot be used.
        ExerciseError: the exercise is unknown, or its file has errors.
        MissingExtraError: an output format needs an extra that is not installed.
        OutputError: the results cannot be written.
        Interrupted: Ctrl-C; landmarks found so far are stored if `out` is given.
    """
    work = _Work(Path(path), options or Options(), calibration, progress or silent)
    if out is None:
        return work.analysis(work.landmarks(None), None)
    folder = result_folder(work.clip, work.key.content, Path(out), taken or ())
    if taken is not None:
        taken.add(folder)
    return work.write_into(folder)


def analyze_into(
    clip: Path,
    folder: Path,
    content: str,
    options: Options,
    calibration: Calibration | None = None,
    progress: Progress | None = None,
    pieces: Sequence[Piece] = (),
) -> Analysis:
    """As `analyze`, for callers that know where the results go.

    Args:
        clip: the video.
        folder: of its results.
        content: identifies its content: its SHA-256, or what a remote store says about it.
        options: how to analyse it.
        calibration: as for `analyze`.
        progress: as for `analyze`.
        pieces: pieces whose landmarks are stored next to `folder`.
    """
    work = _Work(clip, options, calibration, progress or silent, content)
    work.pieces = tuple(pieces)
    return work.write_into(folder)


def calibrate_clip(
    path: str | Path,
    segments: tuple[Segment, ...] | None = None,
    *,
    model: str = "full",
    subject: tuple[float, float] | None = None,
    estimator: str = Estimator.JOINT,
    progress: Progress | None = None,
    keep: Path | None = None,
) -> Calibration:
    """A calibration from a clip in which poses are held.

    Args:
        path: the video.
        segments: which pose is held when; None finds them by the order of the guided protocol.
        model: lite, full or heavy; the same as for the clips it is meant for.
        subject: where the person is at the start.
        estimator: one of `Estimator`; clips measured with the calibration use the same one.
        progress: called as ``progress(stage, done, total)``.
        keep: folder in which landmarks are stored, so that the network processes a clip only once.

    Raises:
        InputError: the clip cannot be read as a video.
        CalibrationError: the poses are not found, or nobody is seen in them.
    """
    work = _Work(Path(path), Options(model=model, subject=subject), None, progress or silent)
    poses = smooth_poses(work.kept(keep))
    segments = segments or guided_segments(poses)
    return calibrate(
        poses, segments, model_sha256=work.key.model, name=work.clip.name, estimator=estimator
    )


#: Frames worth storing: finding fewer again is quicker than reading them back.
_WORTH_STORING: Final = 30


class _Work:
    """The steps of one clip; each is pure, except for reading and writing files."""

    def __init__(
        self,
        clip: Path,
        options: Options,
        calibration: Calibration | None,
        progress: Progress,
        content: str = "",
    ) -> None:
        self.clip, self.options, self.progress = clip, options, progress
        self.calibration = calibration
        with VideoFile(clip) as source:
            self.info = source.info
        self.key = landmarks_key(content or content_hash(clip), options)
        if calibration is not None:
            calibration.check_model(self.key.model)
        self.warnings: tuple[str, ...] = ()
        self.pieces: tuple[Piece, ...] = ()
        settings(self.key, options, calibration)  # reports an unknown exercise before any work
        check_installed(options.formats)

    def landmarks(self, folder: Path | None) -> Poses:
        """Raw landmarks of every frame, continuing where an interrupted run stopped.

        Raises:
            Interrupted: Ctrl-C, with what was found stored next to `folder`.
        """
        recorder = PoseRecorder(self.info.size)
        whole = None if folder is None else self._joined(folder)
        if whole is not None:
            return whole
        if folder is not None and not self.options.force:
            known = self._known(folder)
            if known is not None:
                return known
            kept = kept_landmarks(folder, self.key)
            if kept is not None:
                recorder.add(kept)
        try:
            self.warnings = watch(self.clip, self.options, recorder, self.progress)
        except BaseException as stop:
            self._keep(folder, recorder.poses(), stop)
            raise
        return recorder.poses()

    def kept(self, keep: Path | None) -> Poses:
        """Raw landmarks of every frame, from a folder if they were stored there."""
        if keep is None:
            return self.landmarks(None)
        folder = keep / hashlib.sha256(repr(self.key).encode()).hexdigest()[:16]
        poses = kept_landmarks(folder, self.key)
        if poses is None:
            poses = self.landmarks(None)
            with suppress(OutputError):  # they are found again the next time
                keep_partial(folder, poses, self.key)
        return poses

    def _joined(self, folder: Path) -> Poses | None:
        """Landmarks from pieces, if all of them are there."""

        def again(piece: Piece, since: float, at: tuple[float, float]) -> Stretch | None:
            return follow(self.clip, piece, self.options, self.progress, since=since, subject_at=at)

        whole = joined(folder, self.pieces, self.key, again) if self.pieces else None
        if whole is None:
            return None
        self.warnings = whole.warnings
        return whole.poses

    def _known(self, folder: Path) -> Poses | None:
        """Landmarks of finished results, with what was wrong with the clip then."""
        poses = finished_landmarks(folder, self.key)
        if poses is not None:
            lines = (read_summary(folder) or {}).get("source", {}).get("warnings", [])
            self.warnings = tuple(str(line) for line in lines)
        return poses

    def _keep(self, folder: Path | None, poses: Poses, stop: BaseException) -> None:
        """Store the landmarks found before `stop`; a Ctrl-C becomes `Interrupted`."""
        kept = False
        if folder is not None and len(poses) >= _WORTH_STORING:
            # On a full disk they cannot be stored; the first error is the one to show.
            with suppress(OutputError):
                keep_partial(folder, poses, self.key)
                kept = True
        if isinstance(stop, KeyboardInterrupt):
            raise Interrupted(self._progress_kept(folder, len(poses), kept=kept)) from None

    def _progress_kept(self, folder: Path | None, done: int, *, kept: bool) -> str:
        if folder is None or not kept:
            return f"{self.clip.name} is not finished, and nothing of it was kept."
        total = self.info.n_frames
        share = f"{done} of about {total}" if total else f"{done}"
        return (
            f"{self.clip.name}: the landmarks of {share} frames are kept in "
            f"{partial_folder(folder)}; measures, video and report are missing. Run the "
            "same command again (without --force) to continue from there."
        )

    def analysis(self, raw: Poses, folder: Path | None) -> Analysis:
        """Measures and summary from raw landmarks."""
        from scapcoach.export.summary import build_summary

        poses = smooth_poses(raw)
        calibration = self.calibration
        estimator = estimator_of(self.options, calibration)
        if calibration is None and self.options.segments:
            calibration = calibrate(
                poses, self.options.segments, model_sha256=self.key.model, name=self.clip.name,
                estimator=estimator,
            )  # fmt: skip
        if calibration is None:
            calibration = calibrate_automatically(poses, self.key.model, estimator)
        measures = measure(poses, calibration, BladeReader()(raw))
        coached, problems, lifting = self._coached(poses, measures, calibration)
        summary = build_summary(
            measures,
            poses,
            source={**asdict(self.info), "warnings": list(self.warnings)},
            model={"name": self.options.model, "sha256": self.key.model},
            calibration=str(calibration.kind) if calibration else "none",
            settings=settings(self.key, self.options, self.calibration),
            lifting=lifting,
        )
        warnings = (*self.warnings, *problems)
        return Analysis(
            self.clip, self.info, poses, measures, calibration, summary, folder, warnings,
            coached=coached,
        )  # fmt: skip

    def _coached(
        self, poses: Poses, measures: Measures, calibration: Calibration | None
    ) -> tuple[SetResult | None, tuple[str, ...], dict[str, Any] | None]:
        """The set, if one was asked for, what could not be done, and both for the summary."""
        if self.options.exercise is None:
            return None, (), None
        from scapcoach.export.rep_tables import set_summary
        from scapcoach.recording.coached import coach_recording

        found, problems = coach_recording(poses, measures, calibration, self.options)
        if found is None:
            return None, problems, {"exercise": None, "reason": " ".join(problems)}
        return found, problems, set_summary(found)

    def write_into(self, folder: Path) -> Analysis:
        """Write all results into `folder`, or read what is there already."""
        import shutil

        if finished(self.key.content, folder, self.options, self.calibration) is not None:
            raw = self._known(folder)
            if raw is not None:
                return replace(self.analysis(raw, folder), skipped=True)
        raw = self.landmarks(folder)
        try:
            found = self.analysis(raw, folder)
            with atomic_folder(folder) as place:
                lost = write_outputs(found, raw, place, self.options, self.progress)
        except BaseException as stop:
            self._keep(folder, raw, stop)
            raise
        shutil.rmtree(partial_folder(folder), ignore_errors=True)
        return replace(found, warnings=(*found.warnings, *lost))
