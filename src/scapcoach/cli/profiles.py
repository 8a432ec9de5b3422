"""`scapcoach profiles`: what is saved, and getting rid of it."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group("profiles", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show, export and delete calibration profiles."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_(as_json: bool = False) -> None:
    """List the saved profiles."""
    from scapcoach.calibration.profiles import list_profiles

    names = list_profiles()
    if as_json:
        click.echo(json.dumps(list(names), ensure_ascii=False))
    elif names:
        click.echo("\n".join(names))
    else:
        click.echo("No profiles yet. Make one with: scapcoach calibrate CLIP --profile NAME")


@command.command("export")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(name: str, file: Path) -> None:
    """Copy profile NAME to FILE (JSON)."""
    from scapcoach.calibration.profiles import load_profile, profile_path
    from scapcoach.errors import OutputError

    load_profile(name)
    try:
        file.write_bytes(profile_path(name).read_bytes())
    except OSError as error:
        raise OutputError(f"{file} could not be written: {error.strerror}.") from error
    click.echo(f"Exported to {file}")


@command.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> None:
    """Delete profile NAME."""
    from scapcoach.calibration.profiles import load_profile, profile_path

    load_profile(name)
    if not yes:
        click.confirm(f"Delete the profile {name!r}?", abort=True)
    profile_path(name).unlink()
    click.echo(f"Deleted {name!r}.")
