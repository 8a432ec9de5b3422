"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click


def _point(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[float, float] | None:
    """Two numbers that are not negative, with a comma between them."""
    if value is None:
        return None
    try:
        x, y = (float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not two numbers with a comma between.") from None
    if not (x >= 0 and y >= 0):
        raise click.BadParameter(f"{value!r} lies outside the picture.")
    return x, y


model = click.option(
    "--model",
    type=click.Choice(["lite", "full", "heavy"]),
    default="full",
    show_default=True,
    help="Pose model: lite is the fastest, heavy the largest.",
)

subject = click.option(
    "--subject",
    metavar="X,Y",
    callback=_point,
    help="Where the person to follow is at the start, in pixels (320,240) or shares of the "
    "picture (0.5,0.4). Without it: the largest, most central person.",
)

segments = click.option(
    "--calibration-segments",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of start,end,pose (seconds; neutral, retract, protract, shrug, depress, slump): "
    "which pose is held when. Without --calibration it speaks of the clip itself.",
)
