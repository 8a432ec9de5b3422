"""Analyse many clips: calibrations first, then the clips, with a row of the index for each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scapcoach.batch.cuts import run_cut
from scapcoach.batch.execution import NOT_BEGUN, Done, Failed
from scapcoach.batch.jobs import CalibrationJob, ClipDone, ClipJob
from scapcoach.batch.plan import folders_to_avoid, longest_first
from scapcoach.batch.remote import RemoteFile
from scapcoach.batch.remote_jobs import RemoteClipJob
from scapcoach.batch.run import run_all
from scapcoach.calibration.profiles import load_profile
from scapcoach.errors import CalibrationError
from scapcoach.export.clip_status import ClipStatus
from scapcoach.export.dataset_table import Row
from scapcoach.recording.options import estimator_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.batch.execution import Executor, Outcome, Watch
    from scapcoach.batch.listing import ListedClip
    from scapcoach.batch.remote_results import RemoteFolder
    from scapcoach.calibration import Calibration, Segment
    from scapcoach.recording import Options


#: Subfolder of the results with landmarks of calibration clips, which every run needs.
CALIBRATIONS: Final = ".calibrations"

#: Key of the calibration for all clips that name none.
_COMMON: Final = ""


@dataclass(frozen=True, slots=True)
class CalibrationClip:
    """A calibration to be made from a clip, with its segments if they are known."""

    clip: Path | RemoteFile
    segments: tuple[Segment, ...] | None = None


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """The outcome of one clip.

    Attributes:
        number: number of the entry.
        row: row of the index.
        notes: problems of the clip that did not stop its analysis.
    """

    number: int
    row: Row
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Clips, and the settings for all clips without their own.

    Attributes:
        entries: the clips.
        out: folder of all results.
        options: how to analyse them.
        calibration: of the same person and camera, or None.
        split_minutes: local clips at least half as long again are cut into pieces of about this
            length, for several workers; infinite cuts none.
    """

    entries: Sequence[ListedClip]
    out: Path | RemoteFolder
    options: Options
    calibration: Calibration | CalibrationClip | None = None
    split_minutes: float = math.inf

    def analyze(
        self, executor: Executor, *, watch: Watch, stop: Callable[[], bool]
    ) -> Iterator[ClipOutcome]:
        """Analyse every clip; yields one `ClipOutcome` each, in the order in which they end.

        Args:
            executor: does the work.
            watch: called with the number of an entry, a stage and its progress.
            stop: called now and then; True ends the run.

        Raises:
            CalibrationError: the calibration for all clips cannot be made. Without that of a single
                entry, only the clips that need it fail.
            EngineError: no workers can be started.
        """
        calibrations = self._calibrations(executor, stop)
        if stop():
            for number in range(len(self.entries)):
                yield ClipOutcome(number, self._row(number, ClipStatus.STOPPED, NOT_BEGUN))
            return
        if isinstance(reason := calibrations[_COMMON], str):
            raise CalibrationError(reason)
        order = longest_first([entry.clip for entry in self.entries])
        avoid = folders_to_avoid([entry.clip for entry in self.entries], self.out)
        jobs, numbers = [], []
        for number in order:
            entry = self.entries[number]
            calibration = calibrations[entry.calibration or _COMMON]
            if isinstance(calibration, str):
                yield ClipOutcome(number, self._row(number, ClipStatus.FAILED, calibration))
                continue
            jobs.append(self._job(entry, calibration, avoid[number]))
            numbers.append(number)
        for job, outcome in run_cut(
            executor, jobs, self.split_minutes, stop=stop,
            watch=lambda job, stage, done, total: watch(numbers[job], stage, done, total),
        ):  # fmt: skip
            yield self._found(numbers[job], outcome)

    def _job(
        self, entry: ListedClip, calibration: Calibration | None, avoid: frozenset[str]
    ) -> ClipJob | RemoteClipJob:
        clip, out, options = entry.clip, self.out, self._options(entry)
        if isinstance(clip, Path) and isinstance(out, Path):
            return ClipJob(clip.absolute(), out.absolute(), options, calibration, avoid)
        return RemoteClipJob(_absolute(clip), _absolute(out), options, calibration, avoid)

    def _calibrations(
        self, executor: Executor, stop: Callable[[], bool]
    ) -> dict[object, Calibration | str | None]:
        """Every calibration by the key in its entries, or the reason why there is none."""
        wanted = dict.fromkeys(e.calibration for e in self.entries if e.calibration)
        found: dict[object, Calibration | str | None] = {}
        clips: dict[object, CalibrationClip] = {}
        if isinstance(self.calibration, CalibrationClip):
            clips[_COMMON] = self.calibration
        else:
            found[_COMMON] = self.calibration
        for calibration in wanted:
            if isinstance(calibration, Path | RemoteFile):
                clips[calibration] = CalibrationClip(calibration)
            else:
                found[calibration] = _profile(calibration)
        keys, estimator = list(clips), str(estimator_of(self.options, None))
        local = isinstance(self.out, Path) and not self.options.force
        keep = _absolute(self.out) / CALIBRATIONS if local else None
        jobs = [
            CalibrationJob(_absolute(c.clip), c.segments, self.options.model, estimator, keep)
            for c in clips.values()
        ]
        for number, outcome in run_all(executor, jobs, watch=lambda *_: None, stop=stop):
            found[keys[number]] = _calibration(outcome)
        return found

    def _options(self, entry: ListedClip) -> Options:
        return replace(
            self.options,
            subject=entry.subject or self.options.subject,
            exercise=entry.exercise or self.options.exercise,
        )

    def _found(self, number: int, outcome: Outcome) -> ClipOutcome:
        if not isinstance(outcome, Done):
            failed = isinstance(outcome, Failed)
            status = ClipStatus.FAILED if failed else ClipStatus.STOPPED
            return ClipOutcome(number, self._row(number, status, outcome.reason))
        done: ClipDone = outcome.value
        row = self._row(number, ClipStatus.SKIPPED if done.skipped else ClipStatus.DONE)
        return ClipOutcome(number, replace(row, folder=done.folder, facts=done.facts), done.notes)

    def _row(self, number: int, status: ClipStatus, reason: str = "") -> Row:
        entry = self.entries[number]
        exercise = entry.exercise or self.options.exercise or ""
        return Row(str(entry.clip), status, reason, lifter=entry.lifter, exercise=exercise)


def _absolute(place: Any) -> Any:
    """A path that is valid in every process; addresses are not changed."""
    return place.absolute() if isinstance(place, Path) else place


def _profile(name: str) -> Calibration | str:
    try:
        return load_profile(name)
    except CalibrationError as error:
        return str(error)


def _calibration(outcome: Outcome) -> Calibration | str:
    if isinstance(outcome, Done):
        calibration: Calibration = outcome.value
        return calibration
    return outcome.reason
