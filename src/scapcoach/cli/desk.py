"""`scapcoach desk`: few alerts, and correct ones, when you sit hunched."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli.groups import Group
from scapcoach.cli.streams import to_stderr
from scapcoach.desk import SENSITIVITIES
from scapcoach.installed import install_extra

if TYPE_CHECKING:
    from contextlib import ExitStack

    from scapcoach.desk.engine import Moment, Notice
    from scapcoach.desk.notifiers import Notifier, NotifierChain
    from scapcoach.desk.posture import Baseline
    from scapcoach.desk.sampler import PoseSampler


_camera = click.option(
    "--source", default="0", show_default=True, metavar="CAMERA|FILE",
    help="Camera number or name, address, or a video file (played in real time).",
)  # fmt: skip
_model = click.option(
    "--model", type=click.Choice(["lite", "full"]), default="lite", show_default=True,
    help="Pose model: lite uses less of the processor.",
)  # fmt: skip
_fast = click.option("--fast", is_flag=True, help="Read a file as fast as possible.")


@click.group("desk", cls=Group, invoke_without_command=True)
@_camera
@_model
@_fast
@click.option("--sensitivity", type=click.Choice(SENSITIVITIES), default="normal",
              show_default=True, help="How soon a posture is hunched.")  # fmt: skip
@click.option("--alert", "ways", multiple=True,
              type=click.Choice(["terminal", "notification", "sound", "voice"]),
              help="How to alert you; may be given several times. By default terminal, and "
              "notification where the extra 'desk' is installed.")  # fmt: skip
@click.option("--alert-command", metavar="LINE",
              help="Also run this program; SCAPCOACH_TEXT holds the words.")  # fmt: skip
@click.option("--break-every", type=click.FloatRange(min=0), default=30.0, show_default=True,
              metavar="MINUTES", help="Suggest a break after so many minutes at the desk; 0 never.",
              )  # fmt: skip
@click.option("--hours", metavar="H:MM-H:MM", help="Only between these hours.")
@click.option("--days", metavar="DAYS", help="Only on these days, e.g. mon-fri.")
@click.option("--pause-on-battery", is_flag=True, help="Release the camera while on battery.")
@click.option("--pause-while-presenting/--no-pause-while-presenting", default=True,
              show_default=True, help="Release the camera while you present, or have 'do not "
              "disturb' on, as far as the system reports it.")  # fmt: skip
@click.option("--keep-days", type=click.IntRange(1), default=730, show_default=True,
              help="Delete desk time and alerts older than this.")  # fmt: skip
@click.option("--no-history", is_flag=True, help="Store nothing.")
@click.option("--install", is_flag=True, help="Run at every login, with the options given.")
@click.option("--dry-run", is_flag=True, help="With --install: print the file, change nothing.")
@click.option("-v", "--verbose", is_flag=True, help="Show every look.")
@click.pass_context
def command(ctx: click.Context, /, **chosen: Any) -> int | None:
    """Watch your posture at the desk and alert you, but rarely, when you sit hunched.

    From the front, obliquely or from the side; hips need not be seen. An alert comes after a
    minute of which 70 % were hunched, at most every ten minutes and four times an hour. Looking
    at the keyboard, drinking, stretching or standing up are no reason for one. The first start
    takes a ten-second baseline. No picture is stored or sent; Ctrl-C ends it.

    \b
    Examples:
      scapcoach desk
      scapcoach desk --alert notification --alert sound --hours 9:00-17:30 --days mon-fri
      scapcoach desk --install --pause-on-battery
      scapcoach desk snooze 45
    """  # noqa: D301 - click reads the \\b
    if ctx.invoked_subcommand is not None:
        return None
    if chosen["dry_run"] and not chosen["install"]:
        raise click.UsageError("--dry-run goes with --install.")
    if chosen["install"]:
        return _install(chosen["dry_run"])
    return _watch(chosen)


@command.command("calibrate")
@_camera
@_model
@_fast
@click.option("--name", default="desk", show_default=True,
              help="Name of the set-up: one per screen, for sitting and for standing.")  # fmt: skip
@click.option("--no-slump", is_flag=True, help="Take only the upright posture.")
def calibrate(source: str, model: str, fast: bool, name: str, no_slump: bool) -> int:
    """Take a ten-second baseline of how you sit upright and slumped.

    A running desk check releases its camera for this time, and then uses the new baseline.

    \b
    Examples:
      scapcoach desk calibrate
      scapcoach desk calibrate --name standing
    """  # noqa: D301 - click reads the \\b
    from scapcoach.desk.sampler import open_sampler
    from scapcoach.desk.setups import load_setups
    from scapcoach.system.instance import borrowed_camera

    load_setups()  # a file that cannot be read is reported before the ten seconds of sitting still
    with borrowed_camera(), open_sampler(source, model=model, fast=fast) as sampler:
        _take_baseline(sampler, model, name, with_slump=not no_slump)
    return 0


@command.command("snooze")
@click.argument("minutes", type=click.FloatRange(min=0, min_open=True), default=30.0)
def snooze(minutes: float) -> None:
    """No alerts for MINUTES (default 30) from the running desk check.

    Example:  scapcoach desk snooze 60
    """
    from scapcoach.system.instance import send_command

    send_command("snooze", 60 * minutes)
    click.echo(f"No alerts for {minutes:g} minutes.")


@command.command("stop")
def stop() -> None:
    """End the running desk check.

    Example:  scapcoach desk stop
    """
    from scapcoach.system.instance import send_command

    send_command("stop")
    click.echo("The desk check has been asked to stop.")


@command.command("setups")
@click.option("--delete", "gone", metavar="NAME", help="Delete this set-up.")
def setups(gone: str | None) -> int:
    """List the set-ups that have a baseline.

    Example:  scapcoach desk setups --delete standing
    """
    from scapcoach.desk.setups import delete_setup, load_setups

    if gone is not None:
        delete_setup(gone)
    found = load_setups()
    for b in found:
        own = "with the own slump" if b.slump == b.slump else "upright alone"
        click.echo(f"{b.name}: facing {b.yaw:+.0f} degrees, {own}")
    if not found:
        click.echo("No set-ups yet. Take one with: scapcoach desk calibrate")
    return 0


def _install(dry_run: bool) -> int:
    from scapcoach.desk.setups import load_setups
    from scapcoach.system.autostart import login_entry

    words = [w for w in sys.argv[2:] if w not in {"--install", "--dry-run"}]
    found = login_entry([sys.executable, "-m", "scapcoach", "desk", *words])
    if dry_run:
        click.echo(f"# {found.path}")
        click.echo(found.text)
    else:
        found.install()
        click.echo(f"Written: {found.path}")
    if not load_setups():
        click.echo("There is no baseline yet: take one first, with scapcoach desk calibrate.",
                   err=True)  # fmt: skip
    click.echo(f"Switch it on:  {found.enable}", err=dry_run)
    click.echo(f"Switch it off: {found.disable}", err=dry_run)
    return 0


def _take_baseline(sampler: PoseSampler, model: str, name: str, *, with_slump: bool) -> Baseline:
    from scapcoach.desk.run import calibrate as take
    from scapcoach.desk.setups import save_setup
    from scapcoach.pose.engines import model_sha256

    sha256 = model_sha256(model)
    found = take(sampler, to_stderr, name=name, with_slump=with_slump, model_sha256=sha256)
    save_setup(found)
    click.echo(f"Baseline {name!r} taken.")
    return found


def _watch(chosen: dict[str, Any]) -> int:
    from contextlib import ExitStack

    from scapcoach.desk.engine import DeskEngine
    from scapcoach.desk.notifiers import TerminalNotifier
    from scapcoach.desk.policy import THRESHOLDS, Policy
    from scapcoach.desk.run import Clock, Watch, is_alert
    from scapcoach.desk.sampler import open_sampler
    from scapcoach.history import Stamp
    from scapcoach.system.instance import SingleInstance
    from scapcoach.system.power import Pauses, Schedule, on_battery

    schedule = Schedule.parse(chosen["hours"], chosen["days"])
    praise, halt = TerminalNotifier(click.echo), threading.Event()
    with ExitStack() as stack:
        alert = _notifiers(stack, chosen)
        stack.enter_context(SingleInstance())
        journal = None if chosen["no_history"] else _journal(stack, chosen["keep_days"])
        sampler = stack.enter_context(
            open_sampler(chosen["source"], model=chosen["model"], fast=chosen["fast"], stop=halt)
        )
        policy = Policy(threshold=THRESHOLDS[chosen["sensitivity"]],
                        break_every=60 * chosen["break_every"])  # fmt: skip
        # A calibration needs somebody who reads the instructions: not at login.
        asks = chosen["fast"] or sys.stderr.isatty()
        engine = DeskEngine(_baselines(sampler, chosen["model"], asks=asks), policy, journal)

        def notify(notice: Notice) -> None:
            (alert if is_alert(notice) else praise.notify)(notice)

        if chosen["pause_on_battery"] and on_battery() is None:
            to_stderr(
                "This computer does not report whether it runs on battery; mains power is assumed."
            )
        click.echo("Watching. Ctrl-C ends it.", err=True)
        Watch(
            sampler, engine, notify, to_stderr, journal=journal,
            clock=Clock(Stamp.now().utc if chosen["fast"] else None),
            pauses=None if chosen["fast"] else Pauses(
                chosen["pause_on_battery"], schedule, chosen["pause_while_presenting"]
            ),
            on_moment=_show if chosen["verbose"] else None,
            load_baselines=lambda: _taken(chosen["model"]),
        ).run()  # fmt: skip
    return 0


def _baselines(sampler: PoseSampler, model: str, *, asks: bool) -> tuple[Baseline, ...]:
    """The baselines taken with this model; when there are none yet, one is taken now."""
    from scapcoach.errors import CalibrationError

    if found := _taken(model):
        return found
    if not asks:
        raise CalibrationError(
            "There is no baseline yet: take one with 'scapcoach desk calibrate', in a terminal."
        )
    click.echo("No baseline yet: it takes ten seconds.", err=True)
    return (_take_baseline(sampler, model, "desk", with_slump=True),)


def _taken(model: str) -> tuple[Baseline, ...]:
    from scapcoach.desk.setups import load_setups
    from scapcoach.pose.engines import model_sha256

    sha256 = model_sha256(model)
    return tuple(b for b in load_setups() if b.model_sha256 == sha256)


def _journal(stack: Any, keep_days: int) -> Any:
    from scapcoach.cli.history import open_history
    from scapcoach.history import HistoryWriter, Stamp

    history = stack.enter_context(open_history())
    history.prune(Stamp.now().utc - 86400 * keep_days)
    return HistoryWriter(history)


def _notifiers(stack: ExitStack, chosen: dict[str, Any]) -> NotifierChain:
    from scapcoach.desk.notifiers import (
        CommandNotifier,
        NotifierChain,
        PopupNotifier,
        SoundNotifier,
        TerminalNotifier,
    )
    from scapcoach.errors import MissingExtraError
    from scapcoach.system.sound import open_announcer

    notifiers: list[Notifier] = []
    named = chosen["ways"]
    if "terminal" in named or not named:
        notifiers.append(TerminalNotifier(click.echo))
    if "notification" in named:
        notifiers.append(PopupNotifier())
    elif not named:
        try:
            notifiers.append(PopupNotifier())
        except MissingExtraError:
            click.echo("Alerts come in this terminal alone: for notifications, "
                       f"{install_extra('desk')}", err=True)  # fmt: skip
    voice, tones = "voice" in named, "sound" in named
    if voice or tones:
        announcer = open_announcer(voice=voice, tones=tones, report=to_stderr)
        notifiers.append(SoundNotifier(stack.enter_context(announcer)))
    if chosen["alert_command"]:
        notifiers.append(CommandNotifier(chosen["alert_command"]))
    return NotifierChain(notifiers, to_stderr)


def _show(moment: Moment) -> None:
    score = moment.sample.score
    shown = f"{score:5.0f}" if score is not None else moment.reason.label or "nobody"
    parts = " ".join(f"{n} {100 * v:+.0f} %" for n, v in moment.parts.items())
    click.echo(f"{moment.sample.t:10.1f} s  {moment.sample.state.value:<8} {shown}  {parts}",
               err=True)  # fmt: skip
