"""`DeskEngine`: turns the landmarks of one moment into notices and history entries.

It uses no camera, clock or screen, so the same engine runs on a webcam, on a file and on a
simulated year.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scapcoach.desk.drift import DriftWatch
from scapcoach.desk.policy import (
    DeskState,
    Memory,
    NoticeKind,
    Policy,
    PostureSample,
    add_unwatched,
    forget_posture,
    snooze,
    step,
)
from scapcoach.desk.posture import PARTS, score_posture
from scapcoach.desk.sampling import Pace, next_look
from scapcoach.desk.setups import SetupChooser
from scapcoach.desk.words import notice_text, recheck_text
from scapcoach.history import Alert, Break, Stamp, TracePoint
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.desk.posture import Baseline
    from scapcoach.history import HistoryWriter
    from scapcoach.landmarks import Poses

#: Seconds of the trace stored from before and from after an alert.
TRACE_BEFORE: Final = 120.0
TRACE_AFTER: Final = 60.0

#: Seconds that one look represents in the history at most; looks are never farther apart while the
#: desk is watched.
LONGEST_LOOK_S: Final = 6.0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to report to the person.

    Attributes:
        kind: what it is about.
        text: the sentence.
        cause: parts that had changed, as shares.
        at: when, as calendar time.
    """

    kind: NoticeKind
    text: str
    cause: dict[str, float]
    at: Stamp


@dataclass(frozen=True, slots=True)
class Moment:
    """What one look found.

    Attributes:
        sample: input of the policy.
        status, reason: why there is a score, or none.
        setup: name of the set-up it was compared with, "" for none.
        parts: what has changed, as shares; only the parts that were scored.
        notices: what to report.
        wait: seconds until the next look.
    """

    sample: PostureSample
    status: Status
    reason: Reason
    setup: str
    parts: dict[str, float]
    notices: tuple[Notice, ...]
    wait: float


class DeskEngine:
    """Judges one look after another.

    Args:
        setups: baselines; without any, nothing is judged.
        policy: when to alert.
        journal: stores minutes, alerts and breaks; None stores nothing.
    """

    def __init__(
        self,
        setups: Sequence[Baseline],
        policy: Policy | None = None,
        journal: HistoryWriter | None = None,
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
        self._left: tuple[float, Stamp] | None = None
        self._causes: deque[tuple[float, dict[str, float]]] = deque()

    @property
    def memory(self) -> Memory:
        """The memory of the policy."""
        return self._memory

    @property
    def held(self) -> int:
        """Number of items kept in memory; bounded, as a day-long test checks."""
        traces = len(self._trace) + len(self._open) + len(self._causes)
        return traces + len(self._memory.hunched_parts) + self._drift[1].held

    def snooze(self, t: float, seconds: float) -> None:
        """Give no alerts for `seconds` from `t` on."""
        self._memory = snooze(self._memory, t + seconds)

    def calibrated(self, setups: Sequence[Baseline]) -> None:
        """Use new baselines, and forget the posture judged against the old ones."""
        self._chooser = SetupChooser(setups)
        self._memory = forget_posture(self._memory)

    def pause(self, seconds: float, at: Stamp) -> None:
        """Add `seconds` up to now in which the check was paused or the screen locked."""
        self._count(DeskState.PAUSED, seconds, at)
        self._unwatched += seconds
        self._memory = add_unwatched(self._memory, self.policy, self._unwatched)
        if self._journal is not None:
            self._journal.flush()

    def step(self, poses: Poses, at: Stamp) -> Moment:
        """Judge one look.

        Args:
            poses: one frame, `t` on a clock that never jumps.
            at: the same moment as calendar time.
        """
        t = float(poses.t[0])
        self._unwatched = 0.0
        baseline = self._chooser.choose(poses, t)
        scored = score_posture(poses, baseline)
        status, reason = Status(int(scored.status[0])), Reason(int(scored.reason[0]))
        judged = status <= Status.RELATIVE
        score = float(scored.score[0]) if judged else None
        sample = PostureSample(t, status is not Status.NO_PERSON, score, bool(scored.chair[0]))
        parts = {n: float(v[0]) for n, v in scored.parts.items() if v[0] == v[0]}
        passed = 0.0 if self._memory.t is None else min(t - self._memory.t, LONGEST_LOOK_S)
        self._count(sample.state, passed, at)
        self._remember(sample, parts)
        self._breaks(sample, at)
        self._memory, events = step(self._memory, self.policy, sample)
        notices = tuple(self._notice(e.kind, e.seconds, t, at) for e in events)
        notices = notices or self._recheck(baseline, sample, reason, parts, at)
        self._pace = next_look(self._pace, sample)
        if self._journal is not None:
            self._journal.flush_if_due(t)
        setup = baseline.name if baseline is not None else ""
        return Moment(sample, status, reason, setup, parts, notices, self._pace.wait)

    def _recheck(
        self, baseline: Baseline | None, sample: PostureSample, reason: Reason,
        parts: dict[str, float], at: Stamp,
    ) -> tuple[Notice, ...]:  # fmt: skip
        """Suggest a new baseline when this one has not fitted for long; it is never adapted."""
        if baseline is not self._drift[0]:
            self._drift = baseline, DriftWatch()
        if baseline is None:
            return ()
        watch = self._drift[1]
        watch.step(sample.t, sample.present, reason, parts)
        drift = watch.due(sample.t) if sample.t >= self._memory.snoozed_until else None
        if drift is None:
            return ()
        watch.asked(sample.t)
        return (Notice(NoticeKind.RECHECK, recheck_text(drift), {}, at),)

    def _count(self, state: DeskState, seconds: float, at: Stamp) -> None:
        if self._journal is not None and seconds > 0:
            self._journal.count(at, state.value, seconds)

    def _remember(self, sample: PostureSample, parts: dict[str, float]) -> None:
        """Extend the trace, and store it with alerts whose time afterwards is over."""
        t = sample.t
        score = None if sample.score is None else round(sample.score, 1)
        self._trace.append((t, TracePoint(0.0, score, sample.state.value)))
        while self._trace and self._trace[0][0] < t - TRACE_BEFORE - TRACE_AFTER:
            self._trace.popleft()
        if sample.score is not None and sample.score > self.policy.threshold:
            self._causes.append((t, parts))
        while self._causes and self._causes[0][0] < t - self.policy.window:
            self._causes.popleft()
        done = [entry for entry in self._open if t - entry[0] >= TRACE_AFTER]
        for alerted_at, alert in done:
            if self._journal is not None:
                self._journal.alert(replace(alert, trace=self._around(alerted_at)))
        self._open = [entry for entry in self._open if t - entry[0] < TRACE_AFTER]

    def _around(self, alerted_at: float) -> tuple[TracePoint, ...]:
        return tuple(
            replace(point, dt=round(t - alerted_at, 1))
            for t, point in self._trace
            if alerted_at - TRACE_BEFORE <= t <= alerted_at + TRACE_AFTER
        )

    def _breaks(self, sample: PostureSample, at: Stamp) -> None:
        """Store a break when it ends."""
        if not sample.present:
            if self._left is None:
                self._left = sample.t, at
            return
        if self._left is not None:
            since, start = self._left
            self._left = None
            if sample.t - since >= self.policy.break_length and self._journal is not None:
                self._journal.end_break(Break(start, sample.t - since))

    def _notice(self, kind: NoticeKind, seconds: float, t: float, at: Stamp) -> Notice:
        cause = self._cause() if kind in (NoticeKind.HUNCH, NoticeKind.ASK) else {}
        notice = Notice(kind, notice_text(kind, cause, seconds), cause, at)
        if kind is NoticeKind.RECOVERED or self._journal is None:
            return notice
        per_cent = {PARTS[n] + ", %": round(100 * v, 1) for n, v in cause.items()}
        stored = "break" if kind is NoticeKind.BREAK else "hunch"
        trace = self._around(t) if stored == "hunch" else ()
        alert = Alert(at, stored, notice.text, per_cent, trace)
        self._journal.alert(alert)
        if stored == "hunch":
            self._open.append((t, alert))
        return notice

    def _cause(self) -> dict[str, float]:
        """Median of each part over the hunched looks in the window."""
        from statistics import median

        names = [n for n in PARTS if any(n in parts for _, parts in self._causes)]
        return {n: median(p[n] for _, p in self._causes if n in p) for n in names}
