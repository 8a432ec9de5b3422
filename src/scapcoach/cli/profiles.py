"""`scapcoach profiles`: list, show, export and delete profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scapcoach.cli import completion
from scapcoach.cli.groups import Group
from scapcoach.cli.streams import confirm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.calibration import Calibration


@click.group("profiles", cls=Group, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show, export and delete calibration profiles.

    Profiles are made by `scapcoach calibrate` and used by `scapcoach analyze --profile NAME`.
    They are small JSON files in your user data folder and hold no picture.

    \b
    Examples:
      scapcoach profiles
      scapcoach profiles show anna
      scapcoach profiles export anna anna.json
    """  # noqa: D301 - click reads the \\b
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(as_json: bool = False) -> None:
    """List the saved profiles.

    Example:  scapcoach profiles list
    """
    from scapcoach.calibration.profiles import list_profiles

    names = list_profiles()
    if as_json:
        click.echo(json.dumps(list(names), ensure_ascii=False))
    elif names:
        click.echo("\n".join(names))
    else:
        click.echo("No profiles yet. Make one with: scapcoach calibrate CLIP --profile NAME")


@command.command("show")
@click.argument("name", shell_complete=completion.profiles)
def show(name: str) -> None:
    """Show the ranges in profile NAME.

    Example:  scapcoach profiles show anna
    """
    from scapcoach.calibration.profiles import load_profile

    found = load_profile(name)
    click.echo(f"Profile {name!r}")
    click.echo("\n".join(describe(found)))


@command.command("export")
@click.argument("name", shell_complete=completion.profiles)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(name: str, file: Path) -> None:
    """Copy profile NAME to FILE (JSON).

    Example:  scapcoach profiles export anna anna.json
    """
    from scapcoach.calibration.profiles import load_profile, profile_path
    from scapcoach.errors import OutputError

    load_profile(name)
    try:
        file.write_bytes(profile_path(name).read_bytes())
    except OSError as error:
        raise OutputError(f"{file} could not be written: {error.strerror}.") from error
    click.echo(f"Exported to {file}")


@command.command("delete")
@click.argument("name", shell_complete=completion.profiles)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> None:
    """Delete profile NAME.

    Example:  scapcoach profiles delete anna
    """
    from scapcoach.calibration.profiles import delete_profile, load_profile, profile_path

    if not profile_path(name).is_file():
        load_profile(name)  # the error lists the existing profiles
    if not yes:
        confirm(f"Delete the profile {name!r}?")
    delete_profile(name)
    click.echo(f"Deleted {name!r}.")


def describe(calibration: Calibration) -> Iterator[str]:
    """The personal ranges of a calibration, one line each."""
    from scapcoach.measures.words import figure

    both = (("Retraction", calibration.retraction), ("Shrug", calibration.elevation))
    missing = [title for title, ranges in both if ranges is None]
    if missing:
        yield f"  {' and '.join(missing).capitalize()} with hanging arms: not recorded"
    for title, ranges in both:
        if ranges is None:
            continue
        for side, own in zip(("mean", "left", "right"), ranges, strict=True):
            note = "" if own.high >= 2 * own.sdc else "  (too small to be graded from this view)"
            yield (
                f"  {title}, {side}: {figure(own.low, 'deg', plus=True)} to "
                f"{figure(own.high, 'deg', plus=True)}, changes under "
                f"{figure(own.sdc, 'deg', decimals=1)} cannot be seen{note}"
            )
    if calibration.camera:
        yield f"  Camera: {calibration.camera}"
    yield f"  Slumped posture: {'recorded' if calibration.slump else 'not recorded'}"
    moving = "recorded" if calibration.exercise else "not recorded"
    yield f"  Retraction and shrug while the arms move: {moving}"
