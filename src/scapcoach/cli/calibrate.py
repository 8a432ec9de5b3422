"""`scapcoach calibrate`: a profile from a calibration clip."""

from __future__ import annotations

from pathlib import Path

import click

from scapcoach.cli import options


@click.command("calibrate")
@click.argument("clip", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", required=True, help="Name for the profile, e.g. 'anna, home rack'.")
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
    profile holds for this person, this camera and this view.
    """
    from rich.console import Console

    from scapcoach.analysis import calibrate_clip
    from scapcoach.calibration import read_segments
    from scapcoach.calibration.profiles import profile_path, save_profile
    from scapcoach.cli.progress import Bar

    console = Console(stderr=True, highlight=False)
    profile_path(profile)  # a bad name is told before the work, not after it
    segments = read_segments(calibration_segments) if calibration_segments else None
    with Bar(console, enabled=True) as bar:
        bar.clip(clip.name)
        found = calibrate_clip(clip, segments, model=model, subject=subject, progress=bar)
    path = save_profile(found, profile)
    click.echo(f"Profile {profile!r} saved: {path}")
    for title, ranges in (("Retraction", found.retraction), ("Elevation", found.elevation)):
        if ranges is None:
            click.echo(f"  {title}: not taken")
            continue
        for side, own in zip(("mean", "left", "right"), ranges, strict=True):
            note = "" if own.high >= 2 * own.sdc else "  (too small to be graded from this view)"
            click.echo(
                f"  {title}, {side}: {own.low:+.0f} to {own.high:+.0f} deg, smallest "
                f"detectable change {own.sdc:.1f} deg{note}"
            )
    return 0
