"""`DeskEngine`: landmarks of one moment in, what there is to say and to write down out.

It knows no camera, no clock and no screen: the same engine runs on a webcam, on a file and on a
simulated year.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scapcoach.desk.drift import DriftWatch
from scapcoach.desk.policy import (
    Kind,
    Memory,
    Policy,
    Reading,
    State,
    forgive,
    snooze,
    step,
    unwatched,
)
from scapcoach.desk.posture import PARTS, look
from scapcoach.desk.sampling import Pace, next_look
from scapcoach.desk.setups import SetupChooser
from scapcoach.desk.words import recheck, words
from scapcoach.history import Alert, Break, Stamp, TracePoint
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.desk.posture import Baseline
    from scapcoach.history import Journal
    from scapcoach.landmarks import Poses

#: Seconds of the trace kept before an alert and added after it.
TRACE_BEFORE: Final = 120.0
TRACE_AFTER: Final = 60.0

#: A look stands for at most so many seconds in the history; looks are never further apart while
#: somebody watches.
LONGEST: Final = 6.0


@dataclass(frozen=True, slots=True)
class Said:
    """Something to tell the person.

    Attributes:
        kind: what.
        text: the words.
        cause: parts that had changed, as shares.
        at: when, by the clock on the wall.
    """

    kind: Kind
    text: str
    cause: dict[str, float]
    at: Stamp


@dataclass(frozen=True, slots=True)
class Moment:
    """What one look found.

    Attributes:
        reading: for the policy.
        status, reason: why there is a score, or none.
        setup: name of the set-up it was compared with, "" none.
        parts: what has changed, as shares; only what was seen.
        said: what there is to say.
        wait: seconds until the next look.
    """

    reading: Reading
    status: Status
    reason: Reason
    setup: str
    parts: dict[str, float]
    said: tuple[Said, ...]
    wait: float


class DeskEngine:
    """Judges one look after another.

    Args:
        setups: baselines; without any, nothing is judged.
        policy: when to speak.
        journal: where minutes, alerts and breaks are written down; None nowhere.
    """

    def __init__(
        self,
        setups: Sequence[Baseline],
        policy: Policy | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self._chooser = SetupChooser(setups)
        self._journal = journal
        self._memory = Memory()
        self._pace = Pace()
        self._drift: tuple[Baseline | None, DriftWatch] = None, DriftWatch()
        self._unwatched = 0.0
        self._trace: deque[tuple[float, TracePoint]] = deque()
        self._open: list[tuple[float, Alert]] = []
        self._gone: tuple[float, Stamp] | None = None
        self._causes: deque[tuple[float, dict[str, float]]] = deque()

    @property
    def memory(self) -> Memory:
        """What the policy remembers."""
        return self._memory

    @property
    def held(self) -> int:
        """Things kept in memory; bounded, which a day-long test checks."""
        traces = len(self._trace) + len(self._open) + len(self._causes)
        return traces + len(self._memory.beyond) + self._drift[1].held

    def snooze(self, t: float, seconds: float) -> None:
        """No alerts for so many seconds from `t` on."""
        self._memory = snooze(self._memory, t + seconds)

    def calibrated(self, setups: Sequence[Baseline]) -> None:
        """New baselines; what was held against the old ones is forgotten."""
        self._chooser = SetupChooser(setups)
        self._memory = forgive(self._memory)

    def pause(self, seconds: float, at: Stamp) -> None:
        """So many seconds that end now were paused on purpose, or the screen was locked."""
        self._count(State.PAUSED, seconds, at)
        self._unwatched += seconds
        self._memory = unwatched(self._memory, self.policy, self._unwatched)
        if self._journal is not None:
            self._journal.flush()

    def step(self, poses: Poses, at: Stamp) -> Moment:
        """Judge one look.

        Args:
            poses: one frame, `t` on a clock that never jumps.
            at: the same moment by the clock on the wall.
        """
        t = float(poses.t[0])
        self._unwatched = 0.0
        baseline = self._chooser.choose(poses, t)
        seen = look(poses, baseline)
        status, reason = Status(int(seen.status[0])), Reason(int(seen.reason[0]))
        judged = status <= Status.RELATIVE
        score = float(seen.score[0]) if judged else None
        reading = Reading(t, status is not Status.NO_PERSON, score, bool(seen.chair[0]))
        parts = {n: float(v[0]) for n, v in seen.parts.items() if v[0] == v[0]}
        passed = 0.0 if self._memory.t is None else min(t - self._memory.t, LONGEST)
        self._count(reading.state, passed, at)
        self._remember(reading, parts)
        self._breaks(reading, at)
        self._memory, events = step(self._memory, self.policy, reading)
        said = tuple(self._say(e.kind, e.seconds, t, at) for e in events)
        said = said or self._recheck(baseline, reading, reason, parts, at)
        self._pace = next_look(self._pace, reading)
        if self._journal is not None:
            self._journal.flush_if_due(t)
        setup = baseline.name if baseline is not None else ""
        return Moment(reading, status, reason, setup, parts, said, self._pace.wait)

    def _recheck(
        self, baseline: Baseline | None, reading: Reading, reason: Reason,
        parts: dict[str, float], at: Stamp,
    ) -> tuple[Said, ...]:  # fmt: skip
        """Ask for a new baseline when this one has not fitted for long; it never adapts itself."""
        if baseline is not self._drift[0]:
            self._drift = baseline, DriftWatch()
        if baseline is None:
            return ()
        watch = self._drift[1]
        watch.step(reading.t, reading.present, reason, parts)
        drift = watch.due(reading.t) if reading.t >= self._memory.snoozed_until else None
        if drift is None:
            return ()
        watch.asked(reading.t)
        return (Said(Kind.RECHECK, recheck(drift), {}, at),)

    def _count(self, state: State, seconds: float, at: Stamp) -> None:
        if self._journal is not None and seconds > 0:
            self._journal.count(at, state.value, seconds)

    def _remember(self, reading: Reading, parts: dict[str, float]) -> None:
        """Keep the trace, and lengthen that of alerts whose time after is not over."""
        t = reading.t
        score = None if reading.score is None else round(reading.score, 1)
        self._trace.append((t, TracePoint(0.0, score, reading.state.value)))
        while self._trace and self._trace[0][0] < t - TRACE_BEFORE - TRACE_AFTER:
            self._trace.popleft()
        if reading.score is not None and reading.score > self.policy.threshold:
            self._causes.append((t, parts))
        while self._causes and self._causes[0][0] < t - self.policy.window:
            self._causes.popleft()
        done = [entry for entry in self._open if t - entry[0] >= TRACE_AFTER]
        for told, alert in done:
            if self._journal is not None:
                self._journal.alert(replace(alert, trace=self._around(told)))
        self._open = [entry for entry in self._open if t - entry[0] < TRACE_AFTER]

    def _around(self, told: float) -> tuple[TracePoint, ...]:
        return tuple(
            replace(point, dt=round(t - told, 1))
            for t, point in self._trace
            if told - TRACE_BEFORE <= t <= told + TRACE_AFTER
        )

    def _breaks(self, reading: Reading, at: Stamp) -> None:
        """Write down a break when it ends."""
        if not reading.present:
            if self._gone is None:
                self._gone = reading.t, at
            return
        if self._gone is not None:
            since, start = self._gone
            self._gone = None
            if reading.t - since >= self.policy.break_length and self._journal is not None:
                self._journal.end_break(Break(start, reading.t - since))

    def _say(self, kind: Kind, seconds: float, t: float, at: Stamp) -> Said:
        cause = self._cause() if kind in (Kind.HUNCH, Kind.ASK) else {}
        said = Said(kind, words(kind, cause, seconds), cause, at)
        if kind is Kind.RECOVERED or self._journal is None:
            return said
        per_cent = {PARTS[n] + ", %": round(100 * v, 1) for n, v in cause.items()}
        stored = "break" if kind is Kind.BREAK else "hunch"
        trace = self._around(t) if stored == "hunch" else ()
        alert = Alert(at, stored, said.text, per_cent, trace)
        self._journal.alert(alert)
        if stored == "hunch":
            self._open.append((t, alert))
        return said

    def _cause(self) -> dict[str, float]:
        """Median of each part over the hunched looks of the window."""
        from statistics import median

        names = [n for n in PARTS if any(n in parts for _, parts in self._causes)]
        return {n: median(p[n] for _, p in self._causes if n in p) for n in names}
