"""`scapcoach calibrate`: a profile from a calibration clip."""

from __future__ import annotations

from pathlib import Path

import click

from scapcoach.cli import options


@click.command("calibrate")
@click.argument("clip", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", required=True, help="Name for the profile, e.g. 'anna home rack'.")
@options.model
@options.subject
@options.segments
def command(
    clip: Path,
    profile: str,
    model: str,
    subject: tuple[float, float] | None,
    calibration_segments: Path | None,
) -> int:
    """Make a profile from CLIP, for `scapcoach analyze --profile NAME`.

    In CLIP one person holds six poses for about three seconds each, arms hanging: relaxed,
    blades back, blades apart, shrug, shoulders down, relaxed again; a slump may follow. A
    profile holds for this person, this camera and this view; one of the same name is replaced.

    \b
    Examples:
      scapcoach calibrate me.mp4 --profile "anna home rack"
      scapcoach calibrate me.mp4 --profile anna --calibration-segments holds.csv
    """  # noqa: D301 - click reads the \\b
    from scapcoach.analysis import calibrate_clip
    from scapcoach.calibration import read_segments
    from scapcoach.calibration.profiles import profile_path, save_profile
    from scapcoach.cli.profiles import describe
    from scapcoach.cli.progress import Bar, stderr_console

    profile_path(profile)  # a bad name is told before the work, not after it
    segments = read_segments(calibration_segments) if calibration_segments else None
    with Bar(stderr_console(), enabled=True) as bar:
        bar.clip(clip.name)
        found = calibrate_clip(clip, segments, model=model, subject=subject, progress=bar)
    path = save_profile(found, profile)
    click.echo(f"Profile {profile!r} saved: {path}")
    click.echo("\n".join(describe(found)))
    return 0
