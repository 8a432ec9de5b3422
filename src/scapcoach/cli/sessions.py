"""What `live`, `serve` and `replay` share: a session's head, its coach, closing it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from scapcoach.live.app import App
    from scapcoach.pose.types import PoseEstimator
    from scapcoach.session.replay import Session


def session_head(
    estimator: PoseEstimator,
    size: tuple[int, int],
    source: str,
    *,
    profile: str | None = None,
    exercise: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What a session begins with, as plain JSON types.

    Args:
        estimator: of the landmarks.
        size: (width, height) of the pictures.
        source: name of the camera.
        profile: name of a saved profile, or None.
        exercise: settings as `session.coach.make_coach` takes them.

    Raises:
        CalibrationError: there is no such profile, or it is damaged.
    """
    from scapcoach._version import __version__
    from scapcoach.calibration.profiles import load_profile
    from scapcoach.session.replay import plain_calibration

    calibration = load_profile(profile) if profile else None
    return {
        "size": list(size),
        "source": source,
        "model": estimator.model,
        "model_sha256": estimator.model_sha256,
        "calibration": plain_calibration(calibration),
        "exercise": exercise or {},
        "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        "version": __version__,
    }


def open_session(stack: ExitStack, head: dict[str, Any], folder: Path | None) -> Session:
    """A session, recorded into `folder` unless that is None; its journal closes with `stack`.

    Raises:
        CalibrationError: the calibration is of another model.
        OutputError: the journal cannot be made.
    """
    from scapcoach.session.coach import make_coach
    from scapcoach.session.journal import Journal
    from scapcoach.session.replay import Session, begin

    engine = begin(head, make_coach)
    journal = None if folder is None else stack.enter_context(Journal(folder, head))
    return Session(engine, make_coach, journal)


def window_app(
    stack: ExitStack, chosen: dict[str, Any], folder: Path | None = None, **more: Any
) -> App:
    """A session in a window, ready to `run`; camera, model and window close with `stack`.

    Args:
        stack: closes what is opened.
        chosen: source, model, subject, mirror and, where there are any, profile and settings of
            the exercise.
        folder: into which the session is recorded; None records nothing.
        more: for `App`; a `plan` gets the model's hash.

    Raises:
        DisplayError: there is no screen.
        CameraError: the camera cannot be opened.
        ScapcoachError: what else cannot be opened.
    """
    from dataclasses import replace

    from scapcoach.live.app import App
    from scapcoach.live.painter import Painter
    from scapcoach.live.window import Window
    from scapcoach.pose.mediapipe import MediaPipePose
    from scapcoach.session import Tracker
    from scapcoach.session.guided import Plan
    from scapcoach.sources.camera import Camera

    estimator = stack.enter_context(MediaPipePose(chosen["model"], subject_at=chosen["subject"]))
    camera = stack.enter_context(Camera(chosen["source"]))
    size, mirror = camera.info.size, chosen["mirror"]
    head = session_head(
        estimator, size, camera.info.name,
        profile=chosen.get("profile"), exercise=chosen.get("settings"),
    )  # fmt: skip
    session = open_session(stack, head, folder)
    painter = Painter(size, mirrored=camera.live if mirror is None else mirror)
    window = stack.enter_context(Window("scapcoach", painter.size))
    plan = replace(more.pop("plan", Plan()), model_sha256=estimator.model_sha256)
    return App(camera, window, painter, Tracker(estimator).step, session, plan=plan, **more)


def exercise_settings(name: str | None, focus: str) -> dict[str, Any]:
    """Settings of an exercise, its name made sure of; empty for none.

    Raises:
        ExerciseError: there is no such exercise.
    """
    if not name:
        return {}
    from scapcoach.coaching.library import find_exercise

    found = find_exercise(name)
    return {"name": name if found.path.endswith(name) else found.name, "focus": focus}


def tell_results(folder: Path) -> None:
    """Close a recorded session and say where its report is."""
    from scapcoach.analysis.sessions import close_session
    from scapcoach.errors import InputError

    try:
        reports = close_session(folder)
    except InputError as error:
        click.echo(str(error), err=True)
        return
    for report in reports:
        click.echo(f"Session report: {report}")
