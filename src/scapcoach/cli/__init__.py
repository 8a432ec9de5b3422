"""The `scapcoach` command: parses, calls, prints. Commands are imported only when used."""

from __future__ import annotations

import signal
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from scapcoach._version import __version__
from scapcoach.cli.exit_codes import FAILED, FINE, INTERRUPTED
from scapcoach.cli.groups import LazyGroup
from scapcoach.cli.streams import drop_streams, printable, settle_streams
from scapcoach.cli.unexpected import unexpected
from scapcoach.errors import ScapcoachError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

#: Command name: (module, one line of help). The line is here so that `--help` imports nothing.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "analyze": ("scapcoach.cli.analyze", "Analyse lift videos: measures, video, report."),
        "calibrate": ("scapcoach.cli.calibrate", "Make a profile from a calibration clip."),
        "live": ("scapcoach.cli.live", "Coach from a camera, in a window."),
        "serve": ("scapcoach.cli.serve", "Coach in the browser, served by this computer."),
        "desk": ("scapcoach.cli.desk", "Watch your posture at the desk, with few alerts."),
        "check": ("scapcoach.cli.check", "Check posture in pictures, or with the webcam."),
        "exercises": ("scapcoach.cli.exercises", "List and explain what can be coached."),
        "compare": ("scapcoach.cli.compare", "Compare two sets or sessions."),
        "history": ("scapcoach.cli.history", "Look back: posture minutes, reminders, lifting."),
        "replay": ("scapcoach.cli.replay", "Run a recorded session again."),
        "profiles": ("scapcoach.cli.profiles", "List, show, export and delete profiles."),
        "doctor": ("scapcoach.cli.doctor", "Check that everything works on this computer."),
    }
)


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with:  scapcoach analyze row.mp4 --out results",
)
@click.version_option(__version__, prog_name="scapcoach")
def cli() -> None:
    """A coach for shoulder-blade retraction, shrugging and hunched posture.

    It says what it cannot see. No picture leaves this computer, and nothing it says is a
    diagnosis. `scapcoach COMMAND --help` explains each command, with examples.
    """


def main() -> None:
    """The program `scapcoach`: quiet libraries, and the command line."""
    settle_streams()
    sys.exit(run())


def run() -> int:
    """Run the command line; returns the exit code. Every error becomes one sentence on stderr.

    The exit code of an error is defined with it, see `errors`; docs/reference/cli.md explains them.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ScapcoachError as error:
        click.echo(f"Error: {_lines(error)}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        drop_streams()  # the reader of our output has gone (`| head`)
        return FAILED
    except Exception as problem:  # noqa: BLE001 - a user never sees a traceback
        click.echo(f"Error: {unexpected(problem)}", err=True)
        return FAILED
    return code if isinstance(code, int) else FINE


def _lines(error: Exception) -> str:
    return "\n".join(printable(line) for line in str(error).splitlines())


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Handle SIGTERM like Ctrl-C, so that computed results are kept."""
    raise KeyboardInterrupt
