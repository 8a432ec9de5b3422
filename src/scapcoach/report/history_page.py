"""The history as a page: today, the week, the trend, the hours, reminders, the lifting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scapcoach.history.summary import LEAST_JUDGED_S
from scapcoach.measures.registry import MARKED, MILD, SPECS
from scapcoach.measures.words import NOTHING, figure
from scapcoach.report.page import render
from scapcoach.report.parts import Tile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.history.records import Alert
    from scapcoach.history.summary import Balance, Day, HistorySummary

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: States shown in a bar of time at the desk, and their words.
_SHOWN: Final = {
    "good": "upright", "mild": "slightly hunched", "marked": "hunched", "unknown": "not judged",
}  # fmt: skip

#: How many alerts the page lists: the newest ones.
_ALERTS: Final = 8

#: Up to this many days the trend has a column per day; beyond, per week.
_DAILY: Final = 62

#: How many hours of the day fit side by side as numbers on a phone.
_NUMBERED: Final = 12
#: Hours of the day that the heat map always shows.
_HOURS: Final = (8, 18)


def history_page(summary: HistorySummary) -> str:
    """The whole page as HTML; it opens offline and uses no network."""
    days, week = summary.days, summary.days[-7:]
    reminders = [a for a in summary.alerts if a.kind == "hunch"][-_ALERTS:]
    return render(
        "history.html",
        title="Your posture history",
        empty=summary.empty,
        keys=_SHOWN,
        tiles=_tiles(summary.today),
        today=_stack(summary.today),
        known=summary.today.hunched is not None,
        least=f"{LEAST_JUDGED_S / 60:.0f}",
        week=_week(week),
        days=len(days),
        trend=_trend(days) if len(days) > 7 else None,
        heat=_heat(summary.heat),
        reminders=[_reminder(alert) for alert in reversed(reminders)],
        edges=[f"{edge:.0f}" for edge in (MILD, MARKED)],
        balance=[_balance(week) for week in summary.balance],
    )


def hours(seconds: float) -> str:
    """Seconds as people say them: 45 min, 3 h 05."""
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def per_cent(share: float | None) -> str:
    """A share in per cent, or a dash where there is too little to say."""
    return NOTHING if share is None else figure(100 * share, "%")


def _tiles(day: Day) -> list[Tile]:
    breaks = day.alerts.get("break", 0)
    return [
        Tile("At the desk", hours(day.judged + day.seconds["unknown"]),
             share=f"away: {hours(day.seconds['away'])}"),
        Tile("Hunched", per_cent(day.hunched), share="of the time that could be judged"),
        Tile("Reminders", str(day.alerts.get("hunch", 0)), share="about posture"),
        Tile("Breaks", str(day.breaks), share=f"reminded {breaks} time{'s' * (breaks != 1)}"),
    ]  # fmt: skip


def _stack(day: Day, scale: float = 0.0) -> dict[str, Any]:
    """A bar of the day's time at the desk; `scale` is the seconds that fill its width."""
    total = max(scale, sum(day.seconds[s] for s in _SHOWN), 1.0)
    return {
        "words": ", ".join(f"{hours(day.seconds[s])} {word}" for s, word in _SHOWN.items()),
        "parts": [(s, round(100 * day.seconds[s] / total, 2)) for s in _SHOWN],
    }


def _week(days: tuple[Day, ...]) -> dict[str, Any]:
    scale = max(sum(d.seconds[s] for s in _SHOWN) for d in days)
    share = _share(days)
    lead = "Too little was judged this week to give a share."
    if share is not None:
        lead = f"Hunched for {per_cent(share)} of {hours(sum(d.judged for d in days))} judged."
    rows = [(_WEEKDAYS[d.day.weekday()], _stack(d, scale), per_cent(d.hunched)) for d in days]
    return {"lead": lead, "rows": rows}


def _trend(days: tuple[Day, ...]) -> dict[str, Any]:
    """A column per day, or per week where there are many days; None where too little was judged."""
    size = 1 if len(days) <= _DAILY else 7
    groups = [days[max(i - size, 0) : i] for i in range(len(days), 0, -size)][::-1]
    shares = [_share(group) for group in groups]
    most = max(0.2, -(-max([s for s in shares if s is not None], default=0.0) // 0.2) * 0.2)
    return {
        "what": "day" if size == 1 else "week",
        "lines": [(50 * k, per_cent(0.5 * k * most)) for k in range(3)],
        "columns": [
            (None if share is None else round(100 * share / most, 1),
             f"{group[0].day:%d %b}: {per_cent(share)}")
            for group, share in zip(groups, shares, strict=True)
        ],
        "ends": [f"{day.day:%d %b}" for day in (days[0], days[-1])],
    }  # fmt: skip


def _share(days: tuple[Day, ...]) -> float | None:
    """Share hunched, of the days with enough judged time."""
    known = [d for d in days if d.hunched is not None]
    judged = sum(d.judged for d in known)
    return sum(d.seconds["mild"] + d.seconds["marked"] for d in known) / judged if judged else None


def _heat(heat: Mapping[tuple[int, int], tuple[float, float]]) -> dict[str, Any]:
    """Hours of the day, and for each weekday a cell per hour; None where too little was judged."""
    known = [hour for _, hour in heat]
    span = range(min([*known, _HOURS[0]]), max([*known, _HOURS[1]]) + 1)

    def cell(weekday: int, hour: int) -> tuple[str, str] | None:
        judged, hunched = heat.get((weekday, hour), (0.0, 0.0))
        if judged < LEAST_JUDGED_S:
            return None
        share, at = hunched / judged, f"{_WEEKDAYS[weekday]} {hour}:00"
        return f"{100 * share:.0f}", f"{at}: hunched {per_cent(share)} of {hours(judged)}"

    return {
        "span": span,
        # On a phone, a longer heat map shows colours without numbers.
        "long": len(span) > _NUMBERED,
        "rows": [(name, [cell(day, hour) for hour in span]) for day, name in enumerate(_WEEKDAYS)],
    }


def _reminder(alert: Alert) -> dict[str, Any]:
    return {
        "text": alert.text,
        "at": f"{alert.at.local:%A %d %B, %H:%M}",
        "spark": _spark(alert) if len(alert.trace) > 1 else None,
    }


def _spark(alert: Alert) -> dict[str, Any]:
    """The hunch score around a reminder, as a path from 0 at the bottom."""
    first, last = alert.trace[0].dt, max(alert.trace[-1].dt, 1.0)
    top = SPECS["hunch"].high
    path, pen = [], "M"
    for point in alert.trace:
        if point.score is None:
            pen = "M"
            continue
        path.append(f"{pen}{point.dt:.0f} {top - point.score:.0f}")
        pen = "L"
    return {
        "first": round(first), "last": round(last), "top": f"{top:.0f}", "path": " ".join(path),
        "edges": [f"{top - edge:.0f}" for edge in (MILD, MARKED)],
    }  # fmt: skip


def _balance(week: Balance) -> dict[str, Any]:
    counts = [n.get(p, 0) for p in ("push", "pull") for n in (week.sets, week.reps)]
    ratio = NOTHING if week.ratio is None else f"{week.ratio:.1f}"
    return {
        "week": f"{week.monday:%d %b}",
        "numbers": [*counts, ratio],
        "variety": ", ".join(week.variety) or NOTHING,
    }
