"""Summary of the history for people: today, the week, the trend, the hours, the balance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from scapcoach.history.records import (
    LOOK_BACK_DAYS,
    STATES,
    Alert,
    LiftingSession,
    Stamp,
    plain_session,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapcoach.history.store import History, MinuteKey

#: States in which somebody sat at the desk and was judged.
JUDGED: Final = ("good", "mild", "marked")

#: Seconds judged in an hour or on a day that are needed to give a share [E].
LEAST_JUDGED_S: Final = 300.0


@dataclass(slots=True)
class Day:
    """One day in local time.

    Attributes:
        day: the local date.
        seconds: by state.
        alerts: number of alerts by kind.
        breaks: number of breaks.
    """

    day: date
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STATES, 0.0))
    alerts: dict[str, int] = field(default_factory=dict)
    breaks: int = 0

    @property
    def judged(self) -> float:
        """Seconds at the desk that could be judged."""
        return sum(self.seconds[s] for s in JUDGED)

    @property
    def hunched(self) -> float | None:
        """Share of the judged time spent hunched, mildly or markedly; None: too little judged."""
        if self.judged < LEAST_JUDGED_S:
            return None
        return (self.seconds["mild"] + self.seconds["marked"]) / self.judged


@dataclass(frozen=True, slots=True)
class Balance:
    """Pushing against pulling in one week.

    Attributes:
        monday: the first day of the week.
        sets: number of sets by pattern (push, pull, other).
        reps: repetitions by pattern.
        volume: kilograms times repetitions by pattern, over the sets whose load is known.
        variety: different grips and angles of pull that were seen.
    """

    monday: date
    sets: dict[str, int]
    reps: dict[str, int]
    volume: dict[str, float]
    variety: tuple[str, ...]

    @property
    def ratio(self) -> float | None:
        """Pulling repetitions per pushing repetition; None without any pushing."""
        push = self.reps.get("push", 0)
        return self.reps.get("pull", 0) / push if push else None


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """A period of days that ends today.

    Attributes:
        now: when it was made.
        days: every day, the oldest first, also days without entries.
        heat: by (weekday from Monday 0, hour): seconds judged and seconds hunched.
        alerts: in order of time.
        sessions: lifting, in order of time.
        balance: by week, the oldest first.
    """

    now: Stamp
    days: tuple[Day, ...]
    heat: dict[tuple[int, int], tuple[float, float]]
    alerts: tuple[Alert, ...]
    sessions: tuple[LiftingSession, ...]
    balance: tuple[Balance, ...]

    @property
    def today(self) -> Day:
        """The last of the days."""
        return self.days[-1]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        nothing = not any(sum(d.seconds.values()) or d.alerts or d.breaks for d in self.days)
        return nothing and not self.sessions


def summarise(history: History, now: Stamp, days: int = LOOK_BACK_DAYS) -> HistorySummary:
    """Summarise the last days.

    Args:
        history: open.
        now: the current moment.
        days: number of days, including today.

    Raises:
        HistoryError: the database cannot be read.
    """
    first = now.day - timedelta(days=days - 1)
    # A day and a half more, because midnight differs between time zones.
    since = now.utc - (days + 1.5) * 86400
    minutes = [(key, s) for key, s in history.minutes(since) if local(key).date() >= first]
    found = {first + timedelta(days=i): Day(first + timedelta(days=i)) for i in range(days)}
    for key, seconds in minutes:
        if (day := found.get(local(key).date())) is not None:
            day.seconds[key[2]] += seconds
    alerts = [a for a in history.alerts(since) if a.at.day in found]
    for alert in alerts:
        counts = found[alert.at.day].alerts
        counts[alert.kind] = counts.get(alert.kind, 0) + 1
    for one in history.breaks(since):
        if one.start.day in found:
            found[one.start.day].breaks += 1
    sessions = [s for s in history.sessions(since) if s.start.day in found]
    return HistorySummary(
        now, tuple(found.values()), heat_map(minutes), tuple(alerts), tuple(sessions),
        push_pull(sessions),
    )  # fmt: skip


def local(key: MinuteKey) -> datetime:
    """Local time at the beginning of a minute's row."""
    return Stamp(60.0 * key[0], key[1]).local


def heat_map(
    minutes: Iterable[tuple[MinuteKey, float]],
) -> dict[tuple[int, int], tuple[float, float]]:
    """(weekday from Monday 0, hour) -> seconds judged, seconds hunched."""
    heat: dict[tuple[int, int], tuple[float, float]] = {}
    for key, seconds in minutes:
        if key[2] in JUDGED:
            at = local(key)
            judged, hunched = heat.get((at.weekday(), at.hour), (0.0, 0.0))
            more = seconds if key[2] != "good" else 0.0
            heat[at.weekday(), at.hour] = judged + seconds, hunched + more
    return heat


def push_pull(sessions: Iterable[LiftingSession]) -> tuple[Balance, ...]:
    """Sets, repetitions and volume of pushing and pulling, week by week."""
    weeks: dict[date, list[LiftingSession]] = defaultdict(list)
    for session in sessions:
        day = session.start.day
        weeks[day - timedelta(days=day.weekday())].append(session)
    found = []
    for monday, some in sorted(weeks.items()):
        sets: dict[str, int] = defaultdict(int)
        reps: dict[str, int] = defaultdict(int)
        volume: dict[str, float] = defaultdict(float)
        variety = set()
        for one in (s for session in some for s in session.sets):
            sets[one.pattern] += 1
            reps[one.pattern] += one.reps
            if one.load is not None:
                volume[one.pattern] += one.load * one.reps
            variety |= {word for word in (one.grip, one.angle) if word}
        found.append(Balance(monday, dict(sets), dict(reps), dict(volume), tuple(sorted(variety))))
    return tuple(found)


def plain(summary: HistorySummary) -> dict[str, Any]:
    """A summary as plain JSON types."""
    return {
        "schema": "scapcoach.history-summary/1",
        "now": summary.now.text,
        "days": [
            {
                "day": d.day.isoformat(),
                "minutes": {s: round(d.seconds[s] / 60, 2) for s in STATES},
                "hunched_share": None if d.hunched is None else round(d.hunched, 4),
                "alerts": d.alerts,
                "breaks": d.breaks,
            }
            for d in summary.days
        ],
        "hours": [
            {"weekday": weekday, "hour": hour, "judged_minutes": round(judged / 60, 2),
             "hunched_minutes": round(hunched / 60, 2)}
            for (weekday, hour), (judged, hunched) in sorted(summary.heat.items())
        ],
        "sessions": [plain_session(s) for s in summary.sessions],
        "push_pull": [
            {"monday": b.monday.isoformat(), "sets": b.sets, "reps": b.reps, "volume_kg": b.volume,
             "pull_per_push": b.ratio, "variety": list(b.variety)}
            for b in summary.balance
        ],
    }  # fmt: skip
