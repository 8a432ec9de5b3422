"""The history as a page: today, the week, the trend, the hours, what was said, the lifting."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from scapcoach.history.summary import LEAST_JUDGED_S, Summary
from scapcoach.report.page import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scapcoach.history.records import Alert
    from scapcoach.history.summary import Balance, Day

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: States that a bar of time at the desk shows, and their words.
_SHOWN: Final = {
    "good": "upright", "mild": "slightly hunched", "marked": "hunched", "unknown": "not judged",
}  # fmt: skip

#: Alerts listed on the page; the newest.
_ALERTS: Final = 8

#: Stands where there is no number.
NOTHING: Final = "\N{EN DASH}"

#: Up to so many days the trend has a column for each; beyond, for each week.
_DAILY: Final = 62

#: Hours of the day whose numbers fit beside each other on a phone.
_NUMBERED: Final = 12
#: Hours of the day that the heat map always shows.
_HOURS: Final = (8, 18)


def history_page(summary: Summary) -> str:
    """The whole page as HTML; it opens offline and asks no network."""
    if summary.empty:
        body = _card(
            "Nothing yet",
            "<p>Start the desk check with <b>scapcoach desk</b>; minutes, reminders and breaks "
            "will show here. No picture is ever stored.</p>",
        )
    else:
        body = "\n".join(_cards(summary))
    return page("Your posture history", body, "history.css")


def hours(seconds: float) -> str:
    """Seconds as people say them: 45 min, 3 h 05."""
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def per_cent(share: float | None) -> str:
    """A share in per cent, or a dash where there is too little to say."""
    return NOTHING if share is None else f"{100 * share:.0f} %"


def _cards(summary: Summary) -> Iterator[str]:
    yield _card("Today", _today(summary.today))
    yield _card("This week", _week(summary.days[-7:]))
    if len(summary.days) > 7:
        yield _card(f"Trend over {len(summary.days)} days", _trend(summary.days))
    yield _card("Hours of the day", _heat(summary.heat))
    told = [a for a in summary.alerts if a.kind == "hunch"][-_ALERTS:]
    if told:
        yield _card("What you were told, and why", _told(told))
    if summary.balance:
        yield _card("Push and pull", _balance(summary.balance))


def _card(title: str, body: str) -> str:
    return f'<section class="card"><h2>{escape(title)}</h2>{body}</section>'


def _today(day: Day) -> str:
    tiles = (
        ("At the desk", hours(day.judged + day.seconds["unknown"]), "away: "
         + hours(day.seconds["away"])),
        ("Hunched", per_cent(day.hunched), "of the time that could be judged"),
        ("Reminders", str(day.alerts.get("hunch", 0)), "about posture"),
        ("Breaks", str(day.breaks), f"reminded {day.alerts.get('break', 0)} times"),
    )  # fmt: skip
    cells = "".join(
        f'<div class="tile"><h3>{name}</h3><div class="big">{escape(value)}</div>'
        f'<div class="share">{escape(note)}</div></div>'
        for name, value, note in tiles
    )
    note = ""
    if day.hunched is None:
        minutes = f"{LEAST_JUDGED_S / 60:.0f}"
        note = f'<p class="quiet">Shares are shown from {minutes} judged minutes on.</p>'
    return f'<div class="tiles">{cells}</div>{_stack(day)}{_keys()}{note}'


def _stack(day: Day, scale: float = 0.0) -> str:
    """A bar of the day's time at the desk; `scale` is the seconds that fill its width."""
    total = max(scale, sum(day.seconds[s] for s in _SHOWN), 1.0)
    words = ", ".join(f"{hours(day.seconds[s])} {word}" for s, word in _SHOWN.items())
    parts = "".join(
        f'<i class="{s}" style="width:{100 * day.seconds[s] / total:.2f}%"></i>' for s in _SHOWN
    )
    return f'<div class="stack" role="img" aria-label="{words}" title="{words}">{parts}</div>'


def _keys() -> str:
    items = "".join(f'<li><i class="{s}"></i>{word}</li>' for s, word in _SHOWN.items())
    return f'<ul class="keys">{items}</ul>'


def _week(days: tuple[Day, ...]) -> str:
    scale = max(sum(d.seconds[s] for s in _SHOWN) for d in days)
    rows = "".join(
        f"<dt>{_WEEKDAYS[d.day.weekday()]}</dt><dd>{_stack(d, scale)}</dd>"
        f'<dd class="n">{per_cent(d.hunched)}</dd>'
        for d in days
    )
    share = _share(days)
    words = "Too little was judged this week to tell a share."
    if share is not None:
        words = f"Hunched for {per_cent(share)} of {hours(sum(d.judged for d in days))} judged."
    return f'<p class="lead">{words}</p><dl class="days">{rows}</dl>{_keys()}'


def _trend(days: tuple[Day, ...]) -> str:
    """A column a day, or a week where there are many days; a stub where too little was judged."""
    size = 1 if len(days) <= _DAILY else 7
    groups = [days[max(i - size, 0) : i] for i in range(len(days), 0, -size)][::-1]
    shares = [_share(group) for group in groups]
    most = max(0.2, -(-max([s for s in shares if s is not None], default=0.0) // 0.2) * 0.2)
    lines = "".join(
        f'<u style="bottom:{50 * k}%"><span>{50 * k * most:.0f} %</span></u>' for k in range(3)
    )
    columns = []
    for group, share in zip(groups, shares, strict=True):
        words = f"{group[0].day:%d %b}: {per_cent(share)}"
        if share is None:
            columns.append(f'<i class="none" title="{words}"></i>')
        else:
            columns.append(f'<i style="height:{100 * share / most:.1f}%" title="{words}"></i>')
    what = "day" if size == 1 else "week"
    return (
        f'<p class="quiet under">Share of the judged time spent hunched, by {what}</p>'
        f'<div class="trend" role="img" aria-label="Share hunched by {what}">{lines}'
        f'{"".join(columns)}</div><div class="ends"><span>{days[0].day:%d %b}</span>'
        f"<span>{days[-1].day:%d %b}</span></div>"
    )


def _share(days: tuple[Day, ...]) -> float | None:
    """Share hunched of the days that tell one."""
    known = [d for d in days if d.hunched is not None]
    judged = sum(d.judged for d in known)
    return sum(d.seconds["mild"] + d.seconds["marked"] for d in known) / judged if judged else None


def _heat(heat: Mapping[tuple[int, int], tuple[float, float]]) -> str:
    known = [hour for _, hour in heat]
    span = range(min([*known, _HOURS[0]]), max([*known, _HOURS[1]]) + 1)
    head = "".join(f'<th scope="col">{hour}</th>' for hour in span)
    rows = []
    for weekday, name in enumerate(_WEEKDAYS):
        cells = []
        for hour in span:
            judged, hunched = heat.get((weekday, hour), (0.0, 0.0))
            if judged < LEAST_JUDGED_S:
                cells.append("<td></td>")
                continue
            share = hunched / judged
            words = f"{name} {hour}:00: hunched {per_cent(share)} of {hours(judged)}"
            cells.append(
                f'<td class="on" style="--share:{100 * share:.0f}" title="{words}">'
                f"{100 * share:.0f}</td>"
            )
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
    # On a phone, numbers of more hours than these have no room; colours have.
    size = "heat" if len(span) <= _NUMBERED else "heat long"
    return (
        f'<div class="scroll"><table class="{size}"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        '<p class="quiet">Per cent of the judged time in that hour spent hunched; grey: under five '
        "minutes judged.</p>"
    )


def _told(alerts: list[Alert]) -> str:
    items = "".join(
        f"<li><div><b>{escape(a.text)}</b><small>{a.at.local:%A %d %B, %H:%M}</small></div>"
        f"{_spark(a)}</li>"
        for a in reversed(alerts)
    )
    return (
        f'<ul class="told">{items}</ul><p class="quiet">The line is the hunch score around the '
        "reminder (red): dashed from 33 slightly, from 67 markedly hunched.</p>"
    )


def _spark(alert: Alert) -> str:
    if len(alert.trace) < 2:
        return "<span></span>"
    first, last = alert.trace[0].dt, max(alert.trace[-1].dt, 1.0)
    path, pen = [], "M"
    for point in alert.trace:
        if point.score is None:
            pen = "M"
            continue
        path.append(f"{pen}{point.dt:.0f} {100 - point.score:.0f}")
        pen = "L"
    marks = "".join(f'<line x1="{first:.0f}" x2="{last:.0f}" y1="{y}" y2="{y}"/>' for y in (33, 67))
    return (
        f'<svg viewBox="{first:.0f} 0 {last - first:.0f} 100" preserveAspectRatio="none" '
        f'role="img" aria-label="Hunch score around the reminder">{marks}'
        f'<line class="at" x1="0" x2="0" y1="0" y2="100"/><path d="{" ".join(path)}"/></svg>'
    )


def _balance(weeks: tuple[Balance, ...]) -> str:
    rows = "".join(
        f"<tr><td>{w.monday:%d %b}</td>"
        + "".join(
            f'<td class="num">{w.sets.get(p, 0)}</td><td class="num">{w.reps.get(p, 0)}</td>'
            for p in ("push", "pull")
        )
        + f'<td class="num">{NOTHING if w.ratio is None else f"{w.ratio:.1f}"}</td>'
        f"<td>{escape(', '.join(w.variety)) or NOTHING}</td></tr>"
        for w in weeks
    )
    return (
        '<div class="scroll"><table class="plain"><thead><tr><th>Week of</th>'
        '<th class="num">Push sets</th><th class="num">reps</th>'
        '<th class="num">Pull sets</th><th class="num">reps</th>'
        '<th class="num">Pull per push</th><th>Grips and angles</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
