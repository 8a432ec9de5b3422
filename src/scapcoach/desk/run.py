"""The loop of the desk check: sampler, engine and notifiers, until it is stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.posture import take_baseline
from scapcoach.errors import CalibrationError
from scapcoach.history import Stamp
from scapcoach.landmarks import Poses
from scapcoach.system.instance import take_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scapcoach.desk.engine import DeskEngine, Moment, Notice
    from scapcoach.desk.posture import Baseline
    from scapcoach.desk.sampler import PoseSampler
    from scapcoach.history import HistoryWriter
    from scapcoach.system.power import Pauses

#: Seconds between two checks of battery, screen lock and schedule; also while paused.
PAUSE_CHECK_S: Final = 10.0

#: Seconds between two checks whether a lent camera is free again.
LENT_CHECK_S: Final = 0.5

#: Seconds of the ten-second calibration: sitting upright, time to sink down, and the slump; and
#: seconds between its looks.
UPRIGHT_S: Final = 6.0
SINK_S: Final = 1.5
SLUMP_S: Final = 3.5
CALIBRATION_STEP_S: Final = 0.25

#: Seconds without a picture after which the calibration is given up.
_GIVE_UP_S: Final = 20.0


@dataclass(slots=True)
class Clock:
    """Calendar time: the computer's, or for a file its time stamps from a given start.

    Attributes:
        start: assumed start of a file, seconds since 1970; None for the computer's clock.
    """

    start: float | None = None

    def at(self, t: float) -> Stamp:
        """Calendar time of `t`, which is on the sampler's clock."""
        return Stamp.now() if self.start is None else Stamp.at(self.start + t)


@dataclass(slots=True)
class Watch:
    """One run of the desk check.

    Attributes:
        sampler: open.
        engine: with its baselines.
        notify: receives notices for the person.
        report: receives sentences about the check itself (camera trouble, pauses).
        clock: gives calendar time.
        pauses: when to release the camera; None never.
        journal: that of the engine, flushed at the end; None without a history.
        on_moment: called with the result of each look, for a display.
        accept_commands: whether commands of `scapcoach desk stop`, `snooze` and `calibrate` are
            carried out.
        load_baselines: loads the baselines again after a calibration.
    """

    sampler: PoseSampler
    engine: DeskEngine
    notify: Callable[[Notice], None]
    report: Callable[[str], None]
    clock: Clock = field(default_factory=Clock)
    pauses: Pauses | None = None
    journal: HistoryWriter | None = None
    on_moment: Callable[[Moment], None] | None = None
    accept_commands: bool = True
    load_baselines: Callable[[], Sequence[Baseline]] | None = None
    _lent: float | None = None
    _trouble: str = ""
    _paused: str = ""
    _checked: float | None = None

    def run(self) -> None:
        """Watch until the sampler ends or a command to stop comes; stores what was counted."""
        wait = 0.0
        try:
            while not self.sampler.ended:
                if self.accept_commands and self._carry_out_command():
                    return
                if self._lending():
                    self._idle(LENT_CHECK_S)
                    continue
                if self._pausing():
                    self._idle(PAUSE_CHECK_S)
                    continue
                poses = self.sampler.look(wait)
                self._report_trouble()
                if poses is None:
                    wait = 0.5
                    continue
                wait = self._step(poses)
        finally:
            if self.journal is not None:
                self.journal.flush()
                if self.journal.trouble:
                    self.report(f"The last minutes could not be stored: {self.journal.trouble}")

    def _step(self, poses: Poses) -> float:
        moment = self.engine.step(poses, self.clock.at(float(poses.t[0])))
        if self.on_moment is not None:
            self.on_moment(moment)
        for notice in moment.notices:
            self.notify(notice)
        return moment.wait

    def _carry_out_command(self) -> bool:
        """Carry out a command that another process sent; True for the command to stop."""
        received = take_command()
        if received is None:
            return False
        command, value = received
        if command == "snooze":
            self.engine.snooze(self.engine.memory.t or 0.0, value)
            self.report(f"No alerts for {value / 60:.0f} minutes.")
        elif command == "lend":
            self._lent = self.sampler.now() + value
            self.sampler.pause()
            self.report("Paused: a calibration uses the camera.")
        elif command == "reload":
            self._take_back()
        return command == "stop"

    def _lending(self) -> bool:
        """Whether the camera is lent; when the time is over, it is taken back."""
        if self._lent is not None and self.sampler.now() >= self._lent:
            self._take_back()
        return self._lent is not None

    def _take_back(self) -> None:
        self._lent = None
        try:
            found = self.load_baselines() if self.load_baselines is not None else ()
        except CalibrationError as error:
            self.report(f"Going on with the previous baseline: {error}")
            return
        if found:
            self.engine.calibrated(found)
        self.report("Going on, with the new baselines.")

    def _pausing(self) -> bool:
        if self.pauses is None:
            return False
        now = self.sampler.now()
        due = self._checked is None or now - self._checked >= PAUSE_CHECK_S
        if not due:
            return bool(self._paused)
        self._checked = now
        reason = self.pauses.reason(Stamp.now().local)
        if reason != self._paused:
            self.report(f"Paused: {reason}." if reason else "Going on.")
            if reason:
                self.sampler.pause()
        self._paused = reason
        return bool(reason)

    def _idle(self, seconds: float) -> None:
        """Let time pass without the camera, and add it as paused."""
        begun = self.sampler.now()
        self.sampler.rest(seconds)
        self.engine.pause(self.sampler.now() - begun, Stamp.now())

    def _report_trouble(self) -> None:
        """Report a problem with camera or history once, and its end once."""
        trouble = self.sampler.trouble
        if self.journal is not None and not trouble:
            trouble = self.journal.trouble
        if trouble != self._trouble:
            self.report(trouble or "It works again.")
        self._trouble = trouble


def calibrate(
    sampler: PoseSampler,
    say: Callable[[str], Any],
    *,
    name: str = "desk",
    with_slump: bool = True,
    model_sha256: str = "",
) -> Baseline:
    """The ten-second calibration: some seconds of sitting upright, then some of the own slump.

    Args:
        sampler: open.
        say: receives instructions for the person.
        name: name of the set-up.
        with_slump: False records only the upright posture.
        model_sha256: of the model that the sampler uses.

    Raises:
        CalibrationError: no picture came, or head and shoulders were not seen.
    """
    say(f"Sit upright and relaxed, as you like to sit, for {UPRIGHT_S:.0f} seconds.")
    upright = _collect(sampler, 0.0, UPRIGHT_S if with_slump else UPRIGHT_S + SLUMP_S)
    slump = None
    if with_slump:
        say("Now let yourself sink, as at the end of a long day.")
        slump = _collect(sampler, SINK_S, SLUMP_S)
    if sampler.trouble:  # pictures come even from a covered lens
        raise CalibrationError(sampler.trouble)
    found = take_baseline(upright, slump, name=name, model_sha256=model_sha256)
    say("Thank you: sit upright again.")
    return found


def _collect(sampler: PoseSampler, before: float, seconds: float) -> Poses:
    """Landmarks of `seconds` of looks, the first after `before` seconds."""
    parts: list[Poses] = []
    wait, begun, asked = before, None, sampler.now()
    while not sampler.ended:
        poses = sampler.look(wait)
        wait = CALIBRATION_STEP_S
        if poses is None:
            if sampler.now() - asked > _GIVE_UP_S:
                break
            continue
        t = float(poses.t[0])
        begun = t if begun is None else begun
        parts.append(poses)
        if t - begun >= seconds:
            return Poses.concatenate(parts)
    raise CalibrationError(
        sampler.trouble or "The pictures ended before calibrating was done: it takes ten seconds."
    )


def is_alert(notice: Notice) -> bool:
    """Whether a notice goes to all notifiers, not only to the terminal."""
    return notice.kind is not NoticeKind.RECOVERED
