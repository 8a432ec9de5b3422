"""`scapcoach calibrate`: a profile, guided before a camera or from a calibration clip."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import options

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration


@click.command("calibrate")
@click.argument(
    "clip", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--profile", required=True, help="Name for the profile, e.g. 'anna home rack'.")
@options.source
@click.option("--slump", is_flag=True, help="Guided: take your own slump, too.")
@options.model
@options.subject
@options.segments
@options.mirror
def command(clip: Path | None, profile: str, **chosen: Any) -> int:
    """Make a profile: guided before a camera, or from CLIP.

    Without CLIP a window opens: it looks whether you are well in the picture, then leads through
    the poses with a countdown, and tries the result on one more squeeze. It takes a minute; no
    key needs to be touched.

    In CLIP one person holds six poses for about three seconds each, arms hanging: relaxed,
    blades back, blades apart, shrug, shoulders down, relaxed again; a slump may follow. A
    profile holds for this person, this camera and this view; one of the same name is replaced.

    \b
    Examples:
      scapcoach calibrate --profile anna
      scapcoach calibrate me.mp4 --profile "anna home rack"
      scapcoach calibrate me.mp4 --profile anna --calibration-segments holds.csv
    """  # noqa: D301 - click reads the \\b
    from scapcoach.calibration.profiles import profile_path, save_profile
    from scapcoach.cli.profiles import describe

    profile_path(profile)  # a bad name is told before the work, not after it
    segments: Path | None = chosen["calibration_segments"]
    if clip is None and segments is not None:
        raise click.UsageError("--calibration-segments needs a CLIP to speak of.")
    found = _guided(chosen, profile) if clip is None else _from_clip(clip, segments, chosen)
    if found is None:
        click.echo("The calibration was not finished; no profile was saved.", err=True)
        return 1
    path = save_profile(found, profile)
    click.echo(f"Profile {profile!r} saved: {path}")
    click.echo("\n".join(describe(found)))
    return 0


def _from_clip(clip: Path, marked: Path | None, chosen: dict[str, Any]) -> Calibration:
    from scapcoach.analysis import calibrate_clip
    from scapcoach.calibration import read_segments
    from scapcoach.cli.progress import Bar, stderr_console

    segments = read_segments(marked) if marked else None
    with Bar(stderr_console(), enabled=True) as bar:
        bar.clip(clip.name)
        return calibrate_clip(
            clip, segments, model=chosen["model"], subject=chosen["subject"], progress=bar
        )


def _guided(chosen: dict[str, Any], profile: str) -> Calibration | None:
    """The last calibration that was finished in the window, or None."""
    from scapcoach.cli.sessions import window_app
    from scapcoach.live.window import check_display
    from scapcoach.session.guided import Plan

    check_display()  # before the camera's light goes on
    taken: list[Calibration] = []

    def keep(calibration: Calibration) -> str:
        taken.append(calibration)
        return ""

    plan = Plan(slump=chosen["slump"], name=profile)
    with ExitStack() as stack:
        window_app(stack, chosen, plan=plan, calibrate_only=True, on_calibrated=keep).run()
    return taken[-1] if taken else None
