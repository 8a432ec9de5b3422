"""The desk check running: eyes, engine and ways to tell, until told to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scapcoach.desk.policy import Kind
from scapcoach.desk.posture import take_baseline
from scapcoach.errors import CalibrationError
from scapcoach.history import Stamp
from scapcoach.landmarks import Poses
from scapcoach.system.instance import take_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scapcoach.desk.engine import DeskEngine, Moment, Said
    from scapcoach.desk.eyes import Eyes
    from scapcoach.desk.posture import Baseline
    from scapcoach.history import Journal
    from scapcoach.system.power import Pauses

#: Seconds between two looks at battery, lock and schedule, and while paused.
PAUSE_CHECK_S: Final = 10.0

#: Seconds between two looks for the word that a lent camera is free again.
LENT_CHECK_S: Final = 0.5

#: Seconds of the ten-second calibration: sitting upright, and then the own slump after a moment
#: to get there; and between its looks.
UPRIGHT_S: Final = 6.0
SINK_S: Final = 1.5
SLUMP_S: Final = 3.5
CALIBRATION_STEP_S: Final = 0.25

#: Seconds for which the camera may show nothing before calibrating is given up.
_GIVE_UP_S: Final = 20.0


@dataclass(slots=True)
class Clock:
    """Time on the wall: the computer's, or for a file its own from a given start.

    Attributes:
        start: when a file is taken to have begun; None for the computer's clock.
    """

    start: float | None = None

    def at(self, t: float) -> Stamp:
        """The moment of `t`, on the eyes' clock."""
        return Stamp.now() if self.start is None else Stamp.at(self.start + t)


@dataclass(slots=True)
class Watch:
    """One run of the desk check.

    Attributes:
        eyes: open.
        engine: with its baselines.
        tell: takes what there is to tell the person.
        note: takes sentences about the check itself (camera trouble, pauses).
        clock: of the wall.
        pauses: when to let go of the camera; None never.
        journal: the engine's own, flushed at the end; None without a history.
        on_moment: called with each look, for a display.
        obey: whether words left by `scapcoach desk stop`, `snooze` and `calibrate` are heeded.
        baselines: reads them again after a calibration.
    """

    eyes: Eyes
    engine: DeskEngine
    tell: Callable[[Said], None]
    note: Callable[[str], None]
    clock: Clock = field(default_factory=Clock)
    pauses: Pauses | None = None
    journal: Journal | None = None
    on_moment: Callable[[Moment], None] | None = None
    obey: bool = True
    baselines: Callable[[], Sequence[Baseline]] | None = None
    _lent: float | None = None
    _trouble: str = ""
    _paused: str = ""
    _checked: float | None = None

    def run(self) -> None:
        """Until the eyes see no more, or a word to stop; what was counted is written down."""
        wait = 0.0
        try:
            while not self.eyes.ended:
                if self.obey and self._told_to_stop():
                    return
                if self._lending():
                    self._idle(LENT_CHECK_S)
                    continue
                if self._pausing():
                    self._idle(PAUSE_CHECK_S)
                    continue
                poses = self.eyes.look(wait)
                self._watch_trouble()
                if poses is None:
                    wait = 0.5
                    continue
                wait = self._step(poses)
        finally:
            if self.journal is not None:
                self.journal.flush()
                if self.journal.trouble:
                    self.note(f"The last minutes could not be stored: {self.journal.trouble}")

    def _step(self, poses: Poses) -> float:
        moment = self.engine.step(poses, self.clock.at(float(poses.t[0])))
        if self.on_moment is not None:
            self.on_moment(moment)
        for said in moment.said:
            self.tell(said)
        return moment.wait

    def _told_to_stop(self) -> bool:
        word = take_word()
        if word is None:
            return False
        command, value = word
        if command == "snooze":
            self.engine.snooze(self.engine.memory.t or 0.0, value)
            self.note(f"No alerts for {value / 60:.0f} minutes.")
        elif command == "lend":
            self._lent = self.eyes.now() + value
            self.eyes.pause()
            self.note("Paused: the camera is lent to a calibration.")
        elif command == "reload":
            self._take_back()
        return command == "stop"

    def _lending(self) -> bool:
        """Whether the camera is lent; one that is not given back is taken back."""
        if self._lent is not None and self.eyes.now() >= self._lent:
            self._take_back()
        return self._lent is not None

    def _take_back(self) -> None:
        self._lent = None
        try:
            found = self.baselines() if self.baselines is not None else ()
        except CalibrationError as error:
            self.note(f"Going on with the baseline as it was: {error}")
            return
        if found:
            self.engine.calibrated(found)
        self.note("Going on, with the baselines as they are now.")

    def _pausing(self) -> bool:
        if self.pauses is None:
            return False
        now = self.eyes.now()
        due = self._checked is None or now - self._checked >= PAUSE_CHECK_S
        if not due:
            return bool(self._paused)
        self._checked = now
        reason = self.pauses.reason(Stamp.now().local)
        if reason != self._paused:
            self.note(f"Paused: {reason}." if reason else "Going on.")
            if reason:
                self.eyes.pause()
        self._paused = reason
        return bool(reason)

    def _idle(self, seconds: float) -> None:
        """Time passes without the camera."""
        begun = self.eyes.now()
        self.eyes.rest(seconds)
        self.engine.pause(self.eyes.now() - begun, Stamp.now())

    def _watch_trouble(self) -> None:
        """Say once what is wrong with the camera, and once that it is over."""
        trouble = self.eyes.trouble
        if self.journal is not None and not trouble:
            trouble = self.journal.trouble
        if trouble != self._trouble:
            self.note(trouble or "All is well again.")
        self._trouble = trouble


def calibrate(
    eyes: Eyes,
    say: Callable[[str], Any],
    *,
    name: str = "desk",
    with_slump: bool = True,
    model_sha256: str = "",
) -> Baseline:
    """The ten-second calibration: sit as you like to sit, then let yourself sink.

    Args:
        eyes: open.
        say: takes what the person is to do.
        name: of the set-up.
        with_slump: False takes the upright posture alone.
        model_sha256: of the model that the eyes use.

    Raises:
        CalibrationError: no picture came, or head and shoulders were not seen.
    """
    say(f"Sit upright and relaxed, as you like to sit, for {UPRIGHT_S:.0f} seconds.")
    upright = _collect(eyes, 0.0, UPRIGHT_S if with_slump else UPRIGHT_S + SLUMP_S)
    slump = None
    if with_slump:
        say("Now let yourself sink, as at the end of a long day.")
        slump = _collect(eyes, SINK_S, SLUMP_S)
    if eyes.trouble:  # a covered lens gives pictures, too
        raise CalibrationError(eyes.trouble)
    found = take_baseline(upright, slump, name=name, model_sha256=model_sha256)
    say("Thank you: sit upright again.")
    return found


def _collect(eyes: Eyes, before: float, seconds: float) -> Poses:
    """Looks over so many seconds, after a wait."""
    parts: list[Poses] = []
    wait, begun, asked = before, None, eyes.now()
    while not eyes.ended:
        poses = eyes.look(wait)
        wait = CALIBRATION_STEP_S
        if poses is None:
            if eyes.now() - asked > _GIVE_UP_S:
                break
            continue
        t = float(poses.t[0])
        begun = t if begun is None else begun
        parts.append(poses)
        if t - begun >= seconds:
            return Poses.concatenate(parts)
    raise CalibrationError(
        eyes.trouble or "The pictures ended before calibrating was done: it takes ten seconds."
    )


def is_alert(said: Said) -> bool:
    """Whether this is for every way to tell, not for the terminal alone."""
    return said.kind is not Kind.RECOVERED
