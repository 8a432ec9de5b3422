"""The window's loop: newest picture, landmarks, reading, picture with overlay, keys."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from scapcoach.guide.card import card
from scapcoach.guide.holds import POSTURE
from scapcoach.guide.repetitions import EXERCISE
from scapcoach.guide.runner import GuideRunner
from scapcoach.guide.steps import Guide, Plan
from scapcoach.live.painter import State
from scapcoach.overlay.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.arrays import Image
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.live.aloud import Aloud
    from scapcoach.live.painter import Painter
    from scapcoach.session.engine import Reading
    from scapcoach.session.film import Film
    from scapcoach.session.replay import Session
    from scapcoach.sources.frames import Frame


#: Seconds to wait for a picture before the keys are looked at again.
_WAIT_S: Final = 0.05


class Pictures(Protocol):
    """Where frames come from: `sources.camera.Camera`."""

    @property
    def ended(self) -> bool:
        """No more will come."""

    @property
    def trouble(self) -> str:
        """What is wrong, for the person."""

    def newest(self, timeout: float = 0.5) -> Frame | None:
        """The newest frame not handed out before."""

    def pause(self) -> None:
        """Let go of the camera."""

    def resume(self) -> None:
        """Take it again."""


class Screen(Protocol):
    """What pictures are shown on: `live.window.Window`."""

    def show(self, image: Image) -> None:
        """Show an RGB picture."""

    def key(self) -> str:
        """The key pressed since the last call."""

    def toggle_full(self) -> None:
        """Fill the screen, or stop doing so."""


@dataclass(slots=True)
class App:
    """One live session in a window.

    Attributes:
        camera, screen, painter: where pictures come from, and go to.
        find: landmarks of a frame, T = 1: `Tracker.step`.
        session: engine and journal.
        exercises: names to choose from, in order; the first is that at the start.
        choose: settings of an exercise by name, for `Session.exercise`; "" is none.
        titles: words for people, by name.
        plan: what the calibration key calibrates.
        on_calibrated: called with a calibration that was taken (to save it); what it returns is
            shown to the person.
        calibrate_only: begin with the calibration, and end with it: ``posture``, ``exercise`` or
            ``both``; empty for a session.
        aloud: voice and tones; None is silent.
        film: keeps the camera's pictures; None keeps none.
        locked: whether the screen is locked; the camera is let go of while it is.
        said: a sentence for the person, until there is another.
    """

    camera: Pictures
    screen: Screen
    painter: Painter
    find: Callable[[Frame], Poses]
    session: Session
    exercises: tuple[str, ...] = ("",)
    choose: Callable[[str], dict[str, Any]] = lambda name: {"name": name}
    titles: dict[str, str] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    on_calibrated: Callable[[Calibration], str] = lambda _calibration: ""
    calibrate_only: str = ""
    aloud: Aloud | None = None
    film: Film | None = None
    locked: Callable[[], bool] = lambda: False
    said: str = ""
    frames: int = 0
    _last: tuple[Frame, Reading] | None = None
    _exercise: str = ""
    _paused: bool = False
    _away: bool = False
    _muted: bool = False
    _guiding: GuideRunner = field(init=False)

    def __post_init__(self) -> None:
        self._exercise = self.exercises[0]
        self._guiding = GuideRunner(self._finished)
        if self.calibrate_only:
            first = EXERCISE if self.calibrate_only == "exercise" else POSTURE
            self._guiding.begin(Guide(first, self.plan))

    def run(self) -> None:
        """Until the person finishes, or the file is over."""
        while not self.camera.ended:
            if self.press(self.screen.key()):
                return
            if self.locked() != self._away:
                self._hold(paused=self._paused, away=not self._away)
                self.show()
            frame = self.camera.newest(_WAIT_S)
            if frame is not None:
                self.step(frame)
            elif self._off:
                time.sleep(_WAIT_S)  # a screen may be locked for a night
            elif self.camera.trouble:
                self.show()

    def step(self, frame: Frame) -> None:
        """One frame: shown with its skeleton at once, then read.

        Gauges change slowly, so the picture does not wait for its own reading and bears the last
        one; what is news (a repetition, a cue) is shown as soon as it is known.
        """
        raw = self.find(frame)
        poses = self.session.smooth(raw)
        before = None if self._last is None else self._last[1]
        if before is not None:
            self._last = (frame, replace(before, poses=poses))
            self.show()
        reading = self.session.read(poses)
        self._last = (frame, reading)
        self.frames += 1
        self._guiding.frame(raw, frame.image)
        if self.film is not None:
            self.film.add(frame)
        if self.aloud is not None:
            self.aloud.follow(reading, self._guiding.guide)
        if before is None or _news(reading) != _news(before):
            self.show()

    def press(self, key: str) -> bool:
        """What a key does; True where it ends the session."""
        guide = self._guiding.guide
        if guide is not None and key in {"escape", "\r", "r", "c", "x"}:
            self._guide_key(guide, key)
            return bool(self.calibrate_only) and self._guiding.guide is None
        if key in {"q", "escape", "closed"}:
            return True
        actions = {"p": self._pause, " ": self._pause, "m": self._mute, "e": self._next_exercise,
                   "c": self._calibrate, "x": self._calibrate_exercise,
                   "f": self.screen.toggle_full}  # fmt: skip
        if key in actions:
            actions[key]()
            self.show()
        return False

    def _guide_key(self, guide: Guide, key: str) -> None:
        """Keys of a guided calibration; leaving it leaves everything as it was before."""
        onwards = guide.over and key == "\r"
        both = onwards and self.calibrate_only == "both" and guide.script is POSTURE
        if both or (key == "x" and card(guide).more):
            self._calibrate_exercise()
        elif key == "escape" or onwards:
            self._guiding.leave()
        elif key == "r" and guide.over:
            self._guiding.command("again")
        elif key in {"r", "\r"}:
            self._guiding.command("retry" if key == "r" else "accept")

    def _finished(self, found: Calibration) -> None:
        """Use and keep a guided calibration."""
        self.said = self.on_calibrated(self.session.renew(found))

    def _calibrate(self) -> None:
        self._guiding.begin(Guide(POSTURE, self.plan))

    def _calibrate_exercise(self) -> None:
        self._guiding.begin(Guide(EXERCISE, self.plan))

    def show(self) -> None:
        """Paint the last picture with what holds now."""
        if self._last is not None:
            frame, reading = self._last
            shown = None if self._off else reading
            self.screen.show(self.painter.paint(frame.image, shown, self._prompt(reading),
                                                self._state(reading)))  # fmt: skip

    @property
    def _off(self) -> bool:
        return self._paused or self._away

    def _pause(self) -> None:
        self._hold(paused=not self._paused, away=self._away)

    def _hold(self, *, paused: bool, away: bool) -> None:
        """Let go of the camera, or take it again: it is off for the person or for the lock."""
        before = self._off
        self._paused, self._away = paused, away
        if self._off != before:
            (self.camera.pause if self._off else self.camera.resume)()

    def _mute(self) -> None:
        self._muted = not self._muted
        self.session.mute(self._muted)
        if self.aloud is not None:
            self.aloud.mute(self._muted)

    def _next_exercise(self) -> None:
        here = self.exercises.index(self._exercise)
        self._exercise = self.exercises[(here + 1) % len(self.exercises)]
        self.session.exercise(self.choose(self._exercise))

    def _prompt(self, reading: Reading) -> Prompt:
        cue, coached = reading.cue, reading.coached
        return Prompt(
            count=coached.count if self._exercise else None,
            phase=coached.phase.label,
            cue="" if cue is None else cue.text,
            praise=cue is not None and cue.kind == "praise",
            targets=coached.targets,
        )

    def _state(self, reading: Reading) -> State:
        title = self.titles.get(self._exercise, self._exercise) or "none"
        keys = [
            ("P", "go on" if self._paused else "pause"),
            ("C", "calibrate"),
            ("X", "calibrate exercise"),
            ("M", "unmute" if self._muted else "mute"),
            *([("E", f"exercise: {title}")] if len(self.exercises) > 1 else []),
            ("F", "full screen"),
            ("Q", "finish"),
        ]
        if self._guiding.guide is not None:
            keys = _guide_keys(self._guiding.guide)
        notice = self.camera.trouble
        if self._off:
            why = "The screen is locked" if self._away else "Paused"
            notice = f"{why}. The camera is off."
        journal = self.session.journal
        recording = journal is not None and not journal.trouble and not self._off
        filming = recording and self.film is not None and not self.film.video.trouble
        return State(
            tuple(keys), notice, self._hint(reading), muted=self._muted, recording=recording,
            filming=filming, sound="" if self.aloud is None else self.aloud.lamp,
            guide=self._guiding.guide,
        )  # fmt: skip

    def _hint(self, reading: Reading) -> str:
        """The first that there is to say, by its weight."""
        journal, film, aloud = self.session.journal, self.film, self.aloud
        return (
            (journal.trouble if journal is not None else "")
            or (film.video.trouble if film is not None else "")
            or (aloud.trouble if aloud is not None else "")
            or reading.notice
            or self.said
        )


def _news(reading: Reading) -> tuple[object, ...]:
    """What is shown without delay where it changes."""
    return reading.coached.count, reading.coached.phase, reading.cue, reading.notice


def _guide_keys(guide: Guide) -> list[tuple[str, str]]:
    """What the keys do during a guided calibration."""
    shown = card(guide)
    choices = (("Enter", shown.accept), ("R", shown.retry), ("X", shown.more))
    keys = [(key, word[0].lower() + word[1:]) for key, word in choices if word]
    if not guide.over:
        keys += [("Esc", "leave the calibration"), ("P", "pause")]
    return [*keys, ("Q", "finish")]
