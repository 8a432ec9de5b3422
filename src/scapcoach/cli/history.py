"""`scapcoach history`: show minutes, reminders, breaks and lifting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scapcoach.cli.exit_codes import FAILED
from scapcoach.cli.groups import Group
from scapcoach.cli.streams import confirm
from scapcoach.history import History, Stamp
from scapcoach.history.records import LOOK_BACK_DAYS

if TYPE_CHECKING:
    from scapcoach.history import Alert
    from scapcoach.history.summary import HistorySummary

#: Width of the bars in the table, characters.
_BAR: Final = 24


@click.group("history", cls=Group, invoke_without_command=True)
@click.option("--days", type=click.IntRange(1, 3660), default=LOOK_BACK_DAYS, show_default=True,
              help="How many days to look back, today included.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one CSV row a day.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page (today, week, trend, hours of the day) that opens offline.",
)
@click.pass_context
def command(
    ctx: click.Context, days: int, as_json: bool, as_csv: bool, html: Path | None
) -> int | None:
    """Look back on posture minutes, reminders, breaks and lifting.

    Written by `scapcoach desk` and by logged lifting; kept in your user data folder on this
    computer alone. No picture is ever stored.

    \b
    Examples:
      scapcoach history
      scapcoach history --days 90 --html history.html
      scapcoach history why
      scapcoach history export backup/
    """  # noqa: D301 - click reads the \\b
    if ctx.invoked_subcommand is not None:
        return None
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from scapcoach.history.export import days_csv
    from scapcoach.history.summary import plain, summarise

    with open_history() as history:
        summary = summarise(history, Stamp.now(), days)
    if html is not None:
        from scapcoach.report.history_page import history_page
        from scapcoach.report.page import write_page

        write_page(html, history_page(summary))
        click.echo(f"Written: {html}", err=as_json or as_csv)
    if as_json:
        click.echo(json.dumps(plain(summary), indent=1, ensure_ascii=False))
    elif as_csv:
        click.echo(days_csv(summary), nl=False)
    elif html is None:
        click.echo("\n".join(table(summary)))
    return 0


@command.command("why")
@click.argument("number", type=int, required=False)
def why(number: int | None) -> int:
    """Show why reminder NUMBER was given (the last one without a number).

    Example:  scapcoach history why 12
    """
    from scapcoach.errors import MissingInputError

    with open_history() as history:
        hunches = (a for a in reversed(history.alerts()) if a.kind == "hunch")
        found = history.alert(number) if number else next(hunches, None)
    if found is None and number:
        raise MissingInputError(f"There is no reminder {number}: scapcoach history alerts has all.")
    if found is None:
        click.echo("There is no reminder about posture yet.", err=True)
        return FAILED
    click.echo("\n".join(explain(found)))
    return 0


@command.command("alerts")
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True,
              help="How many days to look back.")  # fmt: skip
def alerts(days: int) -> None:
    """List the reminders of the last days.

    Example:  scapcoach history alerts --days 30
    """
    with open_history() as history:
        found = history.alerts(Stamp.now().utc - 86400 * days)
    for a in found:
        click.echo(f"{a.id:>5}  {a.at.local:%Y-%m-%d %H:%M}  {a.kind:<6} {a.text}")
    if not found:
        click.echo(f"No reminders in the last {days} days.")


@command.command("log")
@click.argument("results", nargs=-1, required=True,
                type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="When; without it, today.")
def log(results: tuple[Path, ...], day: object) -> None:
    """Log analysed sets as one lifting session; RESULTS are folders of `scapcoach analyze`.

    \b
    Examples:
      scapcoach history log results/row1 results/row2 results/bench
      scapcoach history log results/row1 --date 2026-03-10
    """  # noqa: D301 - click reads the \\b
    from datetime import datetime

    from scapcoach.export.lifting import log_sets

    start = Stamp.now()
    if isinstance(day, datetime):
        start = Stamp.at(day.replace(hour=12).astimezone().timestamp())
    with open_history() as history:
        session = log_sets(history, results, start)
    for s in session.sets:
        load = "" if s.load is None else f" at {s.load:g} kg"
        click.echo(f"Logged: {s.exercise} ({s.pattern}), {s.reps} repetitions{load}")


@command.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write everything that is stored into FOLDER: history.json and four CSV tables.

    Example:  scapcoach history export backup/
    """
    from scapcoach.files import atomic_path
    from scapcoach.history.export import csv_tables, everything

    with open_history() as history:
        texts = csv_tables(history)
        whole = everything(history)
    texts["history.json"] = json.dumps(whole, indent=1, ensure_ascii=False)
    for name, text in texts.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text, "utf-8", newline="")
    click.echo(f"Written: {', '.join(sorted(texts))} in {folder}")


@command.command("delete")
@click.option("--before", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
              help="Delete only desk time, reminders and breaks before this day.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(before: object, yes: bool) -> None:
    """Delete everything that is stored, or what lies before a day.

    \b
    Examples:
      scapcoach history delete
      scapcoach history delete --before 2026-01-01 --yes
    """  # noqa: D301 - click reads the \\b
    from datetime import datetime

    with open_history() as history:
        if isinstance(before, datetime):
            if not yes:
                confirm(f"Delete what lies before {before:%Y-%m-%d}?")
            gone = history.prune(before.astimezone().timestamp())
            click.echo(f"Deleted {gone} rows.")
            return
        if not yes:
            confirm("Delete the whole history, lifting included?")
        history.delete_everything()
    click.echo("Everything was deleted.")


def open_history() -> History:
    """The history; a note on stderr says when a new one had to be created."""
    history = History()
    if history.notice:
        click.echo(f"Note: {history.notice}", err=True)
    return history


def table(summary: HistorySummary) -> list[str]:
    """The summary as lines for a terminal."""
    if summary.empty:
        return ["Nothing yet. Start the desk check with: scapcoach desk"]
    lines = ["day         at desk   hunched                            reminders  breaks"]
    for day in summary.days:
        if not sum(day.seconds.values()) and not day.alerts and not day.breaks:
            continue
        at_desk = day.judged + day.seconds["unknown"]
        share = day.hunched
        filled = round(_BAR * (share or 0.0))
        bar = "#" * filled + "." * (_BAR - filled) if share is not None else " " * _BAR
        shown = "    -" if share is None else f"{100 * share:>3.0f} %"
        lines.append(
            f"{day.day:%a %d %b}  {at_desk / 3600:>5.1f} h   {shown} {bar}  "
            f"{day.alerts.get('hunch', 0):>9}  {day.breaks:>6}"
        )
    for week in summary.balance:
        ratio = "" if week.ratio is None else f": {week.ratio:.1f} pulls for each push"
        lines.append(
            f"Week of {week.monday:%d %b}: push {week.sets.get('push', 0)} sets "
            f"({week.reps.get('push', 0)} reps), pull {week.sets.get('pull', 0)} sets "
            f"({week.reps.get('pull', 0)} reps){ratio}"
        )
    return lines


def explain(alert: Alert) -> list[str]:
    """Why an alert was given: its text, what had changed, and the scores around it."""
    from scapcoach.measures.registry import MARKED, MILD

    lines = [f"Reminder {alert.id}, {alert.at.local:%A %d %B %Y, %H:%M}: {alert.text}"]
    lines += [f"  {name}: {value:+.0f}" for name, value in alert.cause.items()]
    if alert.trace:
        lines.append(
            f"  score around it (0 upright, {MILD:.0f} slightly, {MARKED:.0f} markedly hunched):"
        )
    for start in range(0, len(alert.trace), 10):
        part = alert.trace[start : start + 10]
        known = [p.score for p in part if p.score is not None]
        if not known:
            lines.append(f"  {part[0].dt:>+6.0f} s     - not judged")
            continue
        mean = sum(known) / len(known)
        lines.append(f"  {part[0].dt:>+6.0f} s  {mean:>4.0f} {'#' * round(mean / 4)}")
    return lines
