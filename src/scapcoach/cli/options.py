"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scapcoach.cli import completion
from scapcoach.export.formats import optional
from scapcoach.pose.engines import DEFAULT_MODEL, model_names

if TYPE_CHECKING:
    from collections.abc import Callable

#: The international pound.
KILOGRAMS_A_POUND: Final = 0.45359237


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
    type=click.Choice(model_names()),
    default=DEFAULT_MODEL,
    show_default=True,
    help="Pose model: lite is the fastest, heavy the largest.",
)

DEFAULT_ESTIMATOR = "joint"

estimator = click.option(
    "--estimator",
    type=click.Choice([DEFAULT_ESTIMATOR, "geometric", "observer"]),
    help="What turns landmarks into degrees: the closed form (geometric), the observer, a small "
    "net that has seen many rendered bodies, or both together (joint). A calibration is read with "
    "the one it was taken with; without one: joint.",
)

delegate = click.option(
    "--delegate",
    type=click.Choice(["cpu", "gpu"]),
    default="cpu",
    show_default=True,
    help="What the network runs on; gpu only where MediaPipe offers it (macOS).",
)

source = click.option(
    "--source",
    default="0",
    show_default=True,
    help="Camera: its number, name or path, an rtsp:// or http:// address, or a video file, which "
    "is played in real time.",
)

sessions = click.option(
    "--sessions",
    default="sessions",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for recorded sessions: SESSIONS/<date and time>/.",
)

mirror = click.option(
    "--mirror/--no-mirror",
    default=None,
    help="Show the picture as a mirror does (default: yes for cameras, no for files).",
)

voice = click.option(
    "--voice/--no-voice",
    default=False,
    help="Say cues aloud, by this computer's own voice (default: no).",
)

tones = click.option(
    "--tones/--no-tones",
    default=False,
    help="Short tones for a counted repetition, a cue, praise (default: no).",
)

record_video = click.option(
    "--record-video",
    is_flag=True,
    help="Keep the camera's pictures, too: camera.mp4 in the session's folder, and the annotated "
    "video in its report. Without this no picture is kept.",
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
    help="CSV of start,end,pose (seconds; neutral, retract, protract, shrug, depress, slump; "
    "arms_only, squeeze, shrug_rep): which pose is held, or which kind of repetition is done, "
    "when. Without --calibration it speaks of the clip itself.",
)


def _kilograms(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """A number, alone or with kg or lb behind it."""
    if value is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(kg|lbs?)?\s*", value.lower())
    if match is None:
        raise click.BadParameter(f"{value!r} is not a load such as 60, 60kg or 135lb.")
    pounds = (match[2] or "").startswith("lb")
    return round(float(match[1].replace(",", ".")) * (KILOGRAMS_A_POUND if pounds else 1.0), 2)


def formats(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each output format that is written only when asked for."""
    for one in reversed(list(optional())):
        command = click.option(f"--{one.name}", is_flag=True, help=one.help)(command)
    return command


profile = click.option(
    "--profile",
    shell_complete=completion.profiles,
    help="A saved profile of the same person and camera.",
)

exercise = click.option(
    "--exercise",
    metavar="NAME|auto|FILE.toml",
    shell_complete=completion.exercises,
    help="Count and coach the repetitions of this exercise: a name (row, squat, ...), the path of "
    "a TOML file of your own, or auto to find out which one it is.",
)

focus = click.option(
    "--focus",
    type=click.Choice(["external", "internal"]),
    default="external",
    show_default=True,
    help="Wording of cues: external speaks of the effect (heavy sets), internal of the body "
    "(light ones).",
)

load = click.option(
    "--load",
    metavar="WEIGHT",
    callback=_kilograms,
    help="The weight moved, for tables and comparisons: 60, 60kg or 135lb.",
)
