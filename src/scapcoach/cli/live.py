"""`scapcoach live`: a camera that coaches, in a window."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import completion, options

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.calibration import Calibration
    from scapcoach.session.film import SessionFilm


@click.command("live")
@options.source
@options.profile
@click.option(
    "--exercise",
    shell_complete=completion.exercises,
    help="Exercise to coach: its name, or a TOML file; E changes it later.",
)
@options.focus
@options.model
@options.estimator
@options.subject
@options.voice
@options.tones
@click.option(
    "--record/--no-record",
    default=None,
    help="Keep landmarks and measures of the session, and write its report (default: no, but "
    "with --record-video).",
)
@options.record_video
@options.sessions
@options.mirror
def command(sessions: Path, **chosen: Any) -> int:
    """Measure retraction, shrug and hunch live, in a window.

    The keys are shown below the picture: P pauses and releases the camera, C calibrates
    with poses and X with an exercise (into the profile, if one is named), M mutes cues, E changes
    the exercise, F fills the screen, Q finishes. The camera is also released while the
    screen is locked or blanked. --voice says cues aloud. With --record the landmarks are kept,
    second by second, and a report is written at the end; pictures are kept with --record-video
    only. Without a screen: `scapcoach serve`.

    \b
    Examples:
      scapcoach live
      scapcoach live --source 1 --profile "anna home rack" --record
      scapcoach live --exercise row --focus internal --voice
      scapcoach live --exercise row --tones --record-video
      scapcoach live --source rtsp://192.168.1.20/stream
      scapcoach live --source row.mp4
    """  # noqa: D301 - click reads the \\b
    recorded = chosen["record_video"] if chosen["record"] is None else chosen["record"]
    if chosen["record_video"] and not recorded:
        raise click.UsageError("--record-video keeps a session: it does not go with --no-record.")
    from scapcoach.calibration.profiles import save_profile
    from scapcoach.cli.sessions import exercise_settings, report_film, report_results, window_app
    from scapcoach.coaching.library import packaged
    from scapcoach.live.window import check_display
    from scapcoach.session.journal import session_folder

    chosen["settings"] = exercise_settings(chosen.pop("exercise"), chosen["focus"])
    check_display()  # before the camera is opened
    titles = {name: found.title for name, found in packaged().items()}
    names = dict.fromkeys((str(chosen["settings"].get("name", "")), "", *titles))
    folder = session_folder(sessions, time.localtime()) if recorded else None
    profile: str | None = chosen["profile"]

    def keep(calibration: Calibration) -> str:
        if profile is None:
            return "Calibrated for this session. To keep it: scapcoach calibrate --profile NAME."
        save_profile(calibration, profile)
        return f"Calibrated, and the profile {profile!r} replaced."

    film: SessionFilm | None = None
    # Ctrl-C finishes a session as Q does: what was recorded gets its report.
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        app = window_app(
            stack,
            chosen,
            folder,
            exercises=tuple(names),
            choose=lambda name: exercise_settings(name, chosen["focus"]),
            titles=titles,
            on_calibrated=keep,
        )
        film = app.film
        app.run()
    report_film(film)
    if folder is not None:
        report_results(folder)
    return 0
