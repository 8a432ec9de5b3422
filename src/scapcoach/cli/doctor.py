"""`scapcoach doctor`: does everything work on this computer?"""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def command(as_json: bool) -> int:
    """Check models, camera, codecs, display and packages, and say what to do.

    A camera and a display are needed only for live use: without them it warns. Exit code 1 when
    something that recorded videos need fails.

    \b
    Examples:
      scapcoach doctor
      scapcoach doctor --json
    """  # noqa: D301 - click reads the \\b
    from scapcoach.doctor import render, run_checks

    checks = run_checks()
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=1, default=str))
    else:
        click.echo(render(checks))
    return int(any(check.state == "fail" for check in checks))
