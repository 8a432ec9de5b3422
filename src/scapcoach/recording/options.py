"""How a clip is analysed, and what its results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from scapcoach import schema
from scapcoach._version import __version__
from scapcoach.export.formats import asked_for, optional
from scapcoach.folders import LANDMARKS
from scapcoach.girdle.estimators import Estimator, find_estimator
from scapcoach.pose.engines import model_sha256
from scapcoach.recording.places import Key, read_summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scapcoach.calibration import Calibration, Segment

#: As an exercise: find out which one it is.
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class Options:
    """How to analyse a clip.

    Attributes:
        model: lite, full or heavy.
        subject: where the person to follow is at the start, in pixels or shares of the picture.
        segments: poses held in the clip itself, to calibrate from.
        video: whether to write the annotated video.
        formats: names of output formats to write besides those always written: csv, trc, rrd
            (`export.formats`).
        force: whether to analyse again what is already there.
        exercise: whose repetitions are counted and coached: a name, the path of a TOML file, or
            "auto" to find out; None coaches nothing.
        focus: wording of the cues, external or internal.
        load: kilograms, as given by the person; None where unknown.
        delegate: what the network runs on: cpu, or gpu where MediaPipe offers it.
        estimator: one of `Estimator`; None for the calibration's own, else joint.
    """

    model: str = "full"
    subject: tuple[float, float] | None = None
    segments: tuple[Segment, ...] | None = None
    video: bool = True
    formats: tuple[str, ...] = ()
    force: bool = False
    exercise: str | None = None
    focus: str = "external"
    load: float | None = None
    delegate: str = "cpu"
    estimator: str | None = None


def settings(key: Key, options: Options, calibration: Calibration | None) -> dict[str, Any]:
    """What the results depend on; equal settings need no second analysis.

    Raises:
        InputError: there is no such estimator, or no such output format.
        CalibrationError: the calibration was taken with another estimator.
        ExerciseError: the exercise is unknown, or its file has errors.
    """
    written = asked_for(options.formats)
    chosen = schema.plain(calibration or options.segments or ())
    if calibration:
        # The same calibration measures alike, whether it comes from a clip or a profile.
        del chosen["kind"], chosen["name"]
    return {
        "content": key.content,
        "landmarks_key": asdict(key),
        "model": options.model,
        "subject": key.subject,
        "estimator": str(estimator_of(options, calibration)),
        "calibration": _digest(json.dumps(chosen, sort_keys=True)),
        "exercise": _exercise(options),
        "video": options.video,
        **{one.name: one in written for one in optional()},
        "version": __version__,
    }


def finished(
    content: str, folder: Path, options: Options, calibration: Calibration | None
) -> Mapping[str, Any] | None:
    """The summary in `folder`, if an analysis with the same settings would find nothing to do.

    No video is opened, and nothing is measured.

    Args:
        content: identifies the clip's content.
        folder: the folder of its results.
        options: how to analyse it.
        calibration: as for `analyze`.
    """
    summary = None if options.force else read_summary(folder)
    if summary is None or not (folder / LANDMARKS).is_file():
        return None
    wanted = settings(landmarks_key(content, options), options, calibration)
    return summary if summary.get("settings") == wanted else None


def landmarks_key(content: str, options: Options) -> Key:
    """What the landmarks of a clip depend on."""
    where = "" if options.subject is None else "{:g},{:g}".format(*options.subject)
    return Key(content, model_sha256(options.model), where, delegate=options.delegate)


def estimator_of(options: Options, calibration: Calibration | None) -> Estimator:
    """The estimator that an analysis uses.

    Raises:
        InputError: there is no such estimator.
        CalibrationError: the calibration was taken with another one.
    """
    wanted = None if options.estimator is None else find_estimator(options.estimator)
    if calibration is None:
        return wanted or Estimator.JOINT
    calibration.check_estimator(wanted)
    return calibration.estimator


def _exercise(options: Options) -> dict[str, Any] | None:
    """The exercise by its contents, wherever its file lies; None coaches nothing."""
    if options.exercise is None:
        return None
    from scapcoach.coaching.library import find_exercise, packaged

    name, contents = AUTO, repr(list(packaged().values()))
    if options.exercise != AUTO:
        found = find_exercise(options.exercise)
        name, contents = found.name, repr(replace(found, path=""))
    return {
        "name": name,
        "sha256": _digest(contents),
        "focus": options.focus,
        "load_kg": options.load,
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
