"""`scapcoach doctor`: does everything work on this computer?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scapcoach.system.doctor import SystemCheck


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
    from scapcoach.system.doctor import render, run_checks

    checks = (*run_checks(), _pauses())
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=1, default=str))
    else:
        click.echo(render(checks))
    return int(any(check.state == "fail" for check in checks))


def _pauses() -> SystemCheck:
    """Whether the desk check would notice that it should pause."""
    from scapcoach.system.doctor import SystemCheck
    from scapcoach.system.screen import presenting, screen_locked

    found = {"a locked screen": screen_locked(), "presenting": presenting()}
    known = [f"{what} ({'yes' if now else 'no'} now)" for what, now in found.items()
            if now is not None]  # fmt: skip
    unknown = [what for what, now in found.items() if now is None]
    message = (
        f"this system reports {' and '.join(known)}" if known else "this system reports nothing"
    )
    if not unknown:
        return SystemCheck("desk pauses", "ok", message)
    return SystemCheck("desk pauses", "warn", f"{message}, not {' nor '.join(unknown)}",
                 "The desk check cannot pause by itself for that: use scapcoach desk snooze.",
                 )  # fmt: skip
