"""`scapcoach live`: a camera that coaches, in a window."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("live")
@options.source
@click.option("--profile", help="A saved profile of the same person and camera.")
@click.option("--exercise", help="Exercise to coach: its name, or a TOML file; E changes it later.")
@options.focus
@options.model
@options.subject
@click.option(
    "--record/--no-record",
    default=False,
    help="Keep landmarks and measures of the session, and write its report (default: no).",
)
@options.sessions
@click.option(
    "--mirror/--no-mirror",
    default=None,
    help="Show the picture as a mirror does (default: yes for cameras, no for files).",
)
def command(source: str, sessions: Path, **chosen: Any) -> int:
    """Measure retraction, shrug and hunch live, in a window.

    The keys are shown below the picture: P pauses and lets go of the camera, M mutes cues,
    E changes the exercise, F fills the screen, Q finishes. No picture is kept; with --record
    the landmarks are, second by second, and a report is written at the end. Without a screen:
    `scapcoach serve`.

    \b
    Examples:
      scapcoach live
      scapcoach live --source 1 --profile "anna home rack" --record
      scapcoach live --exercise row --focus internal
      scapcoach live --source rtsp://192.168.1.20/stream
      scapcoach live --source row.mp4
    """  # noqa: D301 - click reads the \\b
    from scapcoach.live.window import check_display

    check_display()  # before the camera's light goes on
    from scapcoach.cli.sessions import (
        exercise_settings,
        open_session,
        session_head,
        tell_results,
    )
    from scapcoach.coaching.library import packaged
    from scapcoach.live.app import App
    from scapcoach.live.painter import Painter
    from scapcoach.live.window import Window
    from scapcoach.pose.mediapipe import MediaPipePose
    from scapcoach.session import Tracker
    from scapcoach.session.journal import session_folder
    from scapcoach.sources.camera import Camera

    first = exercise_settings(chosen["exercise"], chosen["focus"])
    titles = {name: found.title for name, found in packaged().items()}
    names = dict.fromkeys((str(first.get("name", "")), "", *titles))
    folder = session_folder(sessions, time.localtime()) if chosen["record"] else None
    with ExitStack() as stack:
        estimator = stack.enter_context(
            MediaPipePose(chosen["model"], subject_at=chosen["subject"])
        )
        camera = stack.enter_context(Camera(source))
        head = session_head(
            estimator, camera.info.size, camera.info.name, profile=chosen["profile"], exercise=first
        )
        session = open_session(stack, head, folder)
        painter = Painter(
            camera.info.size, mirrored=camera.live if chosen["mirror"] is None else chosen["mirror"]
        )
        window = stack.enter_context(Window("scapcoach", painter.size))
        App(
            camera,
            window,
            painter,
            Tracker(estimator).step,
            session,
            exercises=tuple(names),
            choose=lambda name: exercise_settings(name, chosen["focus"]),
            titles=titles,
        ).run()
    if folder is not None:
        tell_results(folder)
    return 0
