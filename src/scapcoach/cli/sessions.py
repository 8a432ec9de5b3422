"""Shared by `live`, `serve` and `replay`: begin a session, open it in a window, close it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli.options import DEFAULT_ESTIMATOR
from scapcoach.cli.streams import to_stderr

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from scapcoach.live.app import App
    from scapcoach.pose.detection import PoseEngine
    from scapcoach.session.film import SessionFilm
    from scapcoach.session.replay import Session


def session_head(
    estimator: PoseEngine,
    size: tuple[int, int],
    source: str,
    *,
    profile: str | None = None,
    exercise: dict[str, Any] | None = None,
    girdle_estimator: str | None = None,
) -> dict[str, Any]:
    """The settings with which a session begins, as plain JSON types.

    Args:
        estimator: finds the landmarks.
        size: (width, height) of the pictures.
        source: name of the camera.
        profile: name of a saved profile, or None.
        exercise: settings for `session.coach.make_coach`.
        girdle_estimator: the estimator of the girdle; None for that of the profile, or the joint
            one.

    Raises:
        CalibrationError: there is no such profile, it is damaged, or of another estimator.
    """
    from scapcoach._version import __version__
    from scapcoach.calibration.profiles import load_profile
    from scapcoach.session.replay import plain_calibration

    calibration = load_profile(profile) if profile else None
    if calibration is not None:
        calibration.check_estimator(girdle_estimator)
        girdle_estimator = calibration.estimator
    return {
        "size": list(size),
        "source": source,
        "model": estimator.model,
        "model_sha256": estimator.model_sha256,
        "calibration": plain_calibration(calibration),
        "estimator": girdle_estimator or DEFAULT_ESTIMATOR,
        "exercise": exercise or {},
        "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        "version": __version__,
    }


def open_session(stack: ExitStack, head: dict[str, Any], folder: Path | None) -> Session:
    """Begin a session, recorded into `folder` unless that is None; its journal closes with `stack`.

    Raises:
        CalibrationError: the calibration was made with another model.
        OutputError: the journal cannot be made.
    """
    from scapcoach.session.journal import Journal
    from scapcoach.session.replay import Session, begin

    engine = begin(head)
    journal = None if folder is None else stack.enter_context(Journal(folder, head))
    return Session(engine, journal)


def open_film(
    stack: ExitStack, session: Session, size: tuple[int, int], folder: Path | None
) -> SessionFilm | None:
    """Begin the video of a recorded session in `folder`; it is closed with `stack`.

    Raises:
        OutputError: the video cannot be made.
    """
    from scapcoach.media.recorder import CameraVideo
    from scapcoach.session.film import VIDEO_FILE, SessionFilm

    if folder is None or session.journal is None:
        return None
    return SessionFilm(stack.enter_context(CameraVideo(folder / VIDEO_FILE, size)), session.journal)


def window_app(
    stack: ExitStack, chosen: dict[str, Any], folder: Path | None = None, **more: Any
) -> App:
    """A session in a window, ready to `run`; camera, model and window close with `stack`.

    Args:
        stack: closes what is opened.
        chosen: source, model, subject, mirror, voice, tones and, where there are any, profile,
            settings of the exercise, and whether to record video.
        folder: into which the session is recorded; None records nothing.
        more: arguments of `App`; the model's hash is added to a `plan`.

    Raises:
        DisplayError: there is no screen.
        CameraError: the camera cannot be opened.
        ScapcoachError: something else cannot be opened.
    """
    from dataclasses import replace

    from scapcoach.guide.steps import Plan
    from scapcoach.live.app import App
    from scapcoach.live.painter import Painter
    from scapcoach.live.screen_lock import LockWatch, screen_kept_on
    from scapcoach.live.session_sound import SessionSound
    from scapcoach.live.window import Window
    from scapcoach.pose.engines import open_engine
    from scapcoach.session import Tracker
    from scapcoach.sources.camera import Camera
    from scapcoach.system.screen import screen_locked
    from scapcoach.system.sound import open_announcer

    estimator = stack.enter_context(open_engine(chosen["model"], subject_at=chosen["subject"]))
    camera = stack.enter_context(Camera(chosen["source"]))
    size, mirror = camera.info.size, chosen["mirror"]
    head = session_head(
        estimator, size, camera.info.name,
        profile=chosen.get("profile"), exercise=chosen.get("settings"),
        girdle_estimator=chosen["estimator"],
    )  # fmt: skip
    session = open_session(stack, head, folder)
    painter = Painter(size, mirrored=camera.live if mirror is None else mirror)
    window = stack.enter_context(Window("scapcoach", painter.size))
    if chosen.get("record_video"):
        more["film"] = open_film(stack, session, size, folder)
    if chosen["voice"] or chosen["tones"]:
        announcer = open_announcer(voice=chosen["voice"], tones=chosen["tones"], report=to_stderr)
        more["sound"] = SessionSound(stack.enter_context(announcer))
    more["plan"] = replace(
        more.get("plan", Plan()), model_sha256=estimator.model_sha256, estimator=head["estimator"],
        camera=camera.info.name,
    )  # fmt: skip
    known = session.engine.calibration
    more["message"] = "" if known is None else known.other_camera(camera.info.name)
    stack.enter_context(screen_kept_on())
    more["locked"] = stack.enter_context(LockWatch(screen_locked))
    return App(camera, window, painter, Tracker(estimator).step, session, **more)


def exercise_settings(name: str | None, focus: str) -> dict[str, Any]:
    """Settings of an exercise, after checking its name; empty for none.

    Raises:
        ExerciseError: there is no such exercise.
    """
    if not name:
        return {}
    from scapcoach.coaching.library import find_exercise

    found = find_exercise(name)
    return {"name": name if found.path.endswith(name) else found.name, "focus": focus}


def report_results(
    folder: Path, *, video: bool = True, girdle_estimator: str | None = None
) -> None:
    """Close a recorded session and print where its report is; Ctrl-C leaves out the video.

    Args:
        folder: folder of the session.
        video: whether to make the annotated video of a filmed session.
        girdle_estimator: the estimator of the girdle; None for that of the session.
    """
    from scapcoach.cli.consoles import terminal
    from scapcoach.cli.progress import ProgressBar
    from scapcoach.errors import InputError
    from scapcoach.recording.sessions import close_session
    from scapcoach.session.film import VIDEO_FILE

    try:
        with ProgressBar(terminal(stderr=True), enabled=True) as bar:
            bar.clip(folder.name)
            reports = close_session(folder, video=video, estimator=girdle_estimator, progress=bar)
    except InputError as error:
        to_stderr(str(error))
        return
    except KeyboardInterrupt:
        if not video:
            raise
        if (folder / VIDEO_FILE).exists():
            to_stderr(
                f"Report without the video; 'scapcoach replay {folder}' makes it with the video."
            )
        report_results(folder, video=False, girdle_estimator=girdle_estimator)
        return
    for report in reports:
        click.echo(f"Session report: {report}")


def report_film(film: SessionFilm | None) -> None:
    """Print where the closed video of a session is, and what is missing in it."""
    if film is None:
        return
    video = film.video
    if video.trouble:
        to_stderr(video.trouble)
    if video.dropped:
        total = video.dropped + video.written
        to_stderr(f"{video.dropped} of {total} pictures were left out: encoding did not keep up.")
    if video.written:
        click.echo(f"Video: {video.path}")
