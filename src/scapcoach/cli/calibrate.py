"""`scapcoach calibrate`: a profile, guided before a camera or from a calibration clip."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import completion, options

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration


@click.command("calibrate")
@click.argument(
    "clips",
    nargs=-1,
    metavar="[CLIP]...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--profile",
    required=True,
    shell_complete=completion.profiles,
    help="Name for the profile, e.g. 'anna home rack'.",
)
@options.source
@click.option(
    "--take",
    type=click.Choice(["posture", "exercise", "both"]),
    default="posture",
    show_default=True,
    help="Guided: poses with hanging arms, repetitions of an exercise, or both.",
)
@click.option("--slump", is_flag=True, help="Guided: take your own slump, too.")
@options.model
@options.estimator
@options.subject
@options.segments
@options.mirror
@options.voice
@options.tones
def command(clips: tuple[Path, ...], profile: str, **chosen: Any) -> int:
    """Make a profile: guided in front of a camera, or from one or two recorded CLIPs.

    Without CLIP a window opens: it checks that you are well in the picture, then leads through the
    poses with a countdown, and tests the result on one more squeeze. It takes a minute; no key
    needs to be pressed. --take exercise leads through five repetitions at your own tempo in
    the same way, and adds them to the profile if there is one of that name.

    A posture CLIP: one person holds six poses for about three seconds each, arms hanging:
    relaxed, blades back, blades apart, shrug, shoulders down, relaxed again; a slump may follow.
    An exercise CLIP: five repetitions of the exercise, two with the arms only, two with a full
    squeeze, one with a shrug; it is what makes retraction readable while the arms move. Which of
    the two a clip is shows; give both for a profile with both. A profile holds for this person,
    this camera and this view; one of the same name is replaced.

    \b
    Examples:
      scapcoach calibrate --profile anna
      scapcoach calibrate --profile anna --take exercise
      scapcoach calibrate me.mp4 --profile "anna home rack"
      scapcoach calibrate me.mp4 my_rows.mp4 --profile "anna row"
      scapcoach calibrate me.mp4 --profile anna --calibration-segments holds.csv
    """  # noqa: D301 - click reads the \\b
    from scapcoach.calibration.profiles import profile_path, save_profile
    from scapcoach.cli.profiles import describe

    profile_path(profile)  # a bad name is reported before the work
    segments: Path | None = chosen["calibration_segments"]
    if len(clips) != 1 and segments is not None:
        raise click.UsageError("--calibration-segments needs exactly one CLIP.")
    if len(clips) > _MOST_CLIPS:
        raise click.UsageError("Give one posture clip, one exercise clip, or one of each.")
    found = _from_clips(clips, segments, chosen) if clips else _guided(chosen, profile)
    if found is None:
        click.echo("The calibration was not finished; no profile was saved.", err=True)
        return 1
    path = save_profile(found, profile)
    click.echo(f"Profile {profile!r} saved: {path}")
    click.echo("\n".join(describe(found)))
    return 0


_MOST_CLIPS = 2


def _from_clips(
    clips: tuple[Path, ...], marked: Path | None, chosen: dict[str, Any]
) -> Calibration:
    from functools import reduce

    from scapcoach.calibration import combine, read_segments
    from scapcoach.cli.consoles import terminal
    from scapcoach.cli.progress import ProgressBar
    from scapcoach.recording import calibrate_clip

    segments = read_segments(marked) if marked else None
    found = []
    with ProgressBar(terminal(stderr=True), enabled=True) as bar:
        for clip in clips:
            bar.clip(clip.name)
            found.append(
                calibrate_clip(
                    clip,
                    segments,
                    model=chosen["model"],
                    subject=chosen["subject"],
                    estimator=chosen["estimator"] or options.DEFAULT_ESTIMATOR,
                    progress=bar,
                )
            )
    return reduce(combine, found)


def _guided(chosen: dict[str, Any], profile: str) -> Calibration | None:
    """The last calibration finished in the window, or None."""
    from scapcoach.calibration.profiles import list_profiles
    from scapcoach.cli.sessions import window_app
    from scapcoach.guide.steps import Plan
    from scapcoach.live.window import check_display

    check_display()  # before the camera is opened
    taken: list[Calibration] = []

    def keep(calibration: Calibration) -> str:
        taken.append(calibration)
        return ""

    take = chosen["take"]
    if take == "exercise" and profile in list_profiles():
        chosen = {**chosen, "profile": profile}
    plan = Plan(slump=chosen["slump"], name=profile)
    with ExitStack() as stack:
        window_app(stack, chosen, plan=plan, calibrate_only=take, on_calibrated=keep).run()
    return taken[-1] if taken else None
