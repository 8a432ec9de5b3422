"""Replay of a recorded session: the same frames and commands give the same readings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scapcoach.calibration import update_calibration
from scapcoach.calibration.profiles import parse_profile, profile_data
from scapcoach.girdle.estimators import Estimator, find_estimator
from scapcoach.session.coach import make_coach
from scapcoach.session.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.session.engine import Reading
    from scapcoach.session.journal import Command, Journal, Recording


class Session:
    """An engine whose frames and commands are also written into a journal.

    Args:
        engine: made by `begin`.
        journal: None records nothing.
    """

    def __init__(self, engine: Engine, journal: Journal | None = None) -> None:
        self.engine = engine
        self.journal = journal

    def step(self, raw: Poses) -> Reading:
        """Read the next frame: `smooth`, then `read`."""
        return self.read(self.smooth(raw))

    def smooth(self, raw: Poses) -> Poses:
        """`Engine.smooth` of the next frame; its landmarks go into the journal."""
        if self.journal is not None:
            self.journal.add(raw)
        return self.engine.smooth(raw)

    def read(self, poses: Poses) -> Reading:
        """`Engine.read` of what `smooth` gave."""
        return self.engine.read(poses)

    def mute(self, muted: bool) -> None:
        """Mute cues, or show and speak them again."""
        self._do("mute", muted)

    def exercise(self, settings: dict[str, Any]) -> None:
        """Coach this exercise from now on."""
        self._do("exercise", settings)

    def calibrate(self, calibration: Calibration | None) -> None:
        """Measure against this calibration from now on."""
        self._do("calibrate", plain_calibration(calibration))

    def renew(self, found: Calibration) -> Calibration:
        """Measure against a new calibration joined with the one in use; returns the joint one."""
        joint = update_calibration(self.engine.calibration, found)
        self.calibrate(joint)
        return joint

    def _do(self, name: str, data: Any) -> None:
        apply(self.engine, name, data)
        if self.journal is not None:
            self.journal.command(name, data)


def begin(head: dict[str, Any]) -> Engine:
    """Make the engine of a session from its head.

    Raises:
        CalibrationError: its calibration is damaged, or was made with another model.
    """
    return Engine(
        read_calibration(head.get("calibration")),
        coach=make_coach(head.get("exercise") or {}),
        model_sha256=head.get("model_sha256", ""),
        estimator=head.get("estimator", Estimator.GEOMETRIC),
    )


def apply(engine: Engine, name: str, data: Any) -> None:
    """Carry out a command, live or from a journal; unknown commands are ignored."""
    if name == "mute":
        engine.muted = bool(data)
    elif name == "exercise":
        engine.coach(make_coach(data or {}))
    elif name == "calibrate":
        engine.calibrate(read_calibration(data))


def with_estimator(recording: Recording, estimator: str | None) -> Recording:
    """The same session with another estimator of the girdle; None leaves it unchanged.

    Raises:
        InputError: there is no such estimator.
        CalibrationError: a calibration of the session was made with another one.
    """
    if estimator is None:
        return recording
    chosen = find_estimator(estimator)
    commands = (c.data for c in recording.commands if c.name == "calibrate")
    for data in (recording.head.get("calibration"), *commands):
        known = read_calibration(data)
        if known is not None:
            known.check_estimator(chosen)
    return replace(recording, head={**recording.head, "estimator": chosen})


def replay(recording: Recording) -> Iterator[Reading]:
    """Every reading of a recorded session, as it was given live."""
    engine = begin(recording.head)
    for reading, _ in play(recording, engine):
        yield reading


def play(recording: Recording, engine: Engine) -> Iterator[tuple[Reading, tuple[Command, ...]]]:
    """Every reading, with the commands carried out just before it."""
    commands = list(recording.commands)
    for i in range(len(recording.poses)):
        now = tuple(c for c in commands if c.frame <= i)
        commands = commands[len(now) :]
        for command in now:
            apply(engine, command.name, command.data)
        yield engine.step(recording.poses[i : i + 1]), now


def plain_calibration(calibration: Calibration | None) -> dict[str, Any] | None:
    """A calibration for a head or a command."""
    return None if calibration is None else profile_data(calibration, calibration.name)


def read_calibration(data: Any) -> Calibration | None:
    """The calibration in a head or a command.

    Raises:
        CalibrationError: damaged, or of another version.
    """
    return None if data is None else parse_profile(data, "The calibration of the session")
