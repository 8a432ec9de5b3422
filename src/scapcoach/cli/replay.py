"""`scapcoach replay`: run a recorded session again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scapcoach.cli import options


@click.command("replay")
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="Print every frame as a line of JSON, and no report."
)
@click.option("--video/--no-video", default=True,
              help="Make the annotated video of a session that was filmed (default: yes).",
              )  # fmt: skip
@options.estimator
def command(folder: Path, as_json: bool, video: bool, estimator: str | None) -> int:
    """Run a recorded session through the coach again.

    SESSION is a folder that `scapcoach live --record` or `scapcoach serve` wrote. The same frames
    give the same measures and cues, unless --estimator names another one. A session that broke
    off (by a power cut, for example) also gets its report this way.

    \b
    Examples:
      scapcoach replay sessions/2026-05-04_18-30-05
      scapcoach replay sessions/2026-05-04_18-30-05 --json
      scapcoach replay sessions/2026-05-04_18-30-05 --estimator observer
    """  # noqa: D301 - click reads the \\b
    from scapcoach.cli.sessions import report_results
    from scapcoach.session.journal import read_journal
    from scapcoach.session.plain import plain_reading
    from scapcoach.session.replay import replay, with_estimator

    recording = with_estimator(read_journal(folder), estimator)
    if as_json:
        for reading in replay(recording):
            click.echo(json.dumps(plain_reading(reading), allow_nan=False))
        return 0
    state = "complete" if recording.complete else "broke off; read as far as it goes"
    click.echo(f"{len(recording.poses)} frames, {state}.")
    report_results(folder, video=video, girdle_estimator=estimator)
    return 0
