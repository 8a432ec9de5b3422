"""The loop of the window: newest picture, landmarks, reading, picture with overlay, keys."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from scapcoach.guide.card import card
from scapcoach.guide.holds import POSTURE
from scapcoach.guide.repetitions import EXERCISE
from scapcoach.guide.runner import GuideRunner
from scapcoach.guide.steps import Guide, Plan
from scapcoach.live.painter import WindowState
from scapcoach.overlay.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.arrays import Image
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.live.painter import Painter
    from scapcoach.live.session_sound import SessionSound
    from scapcoach.session.engine import Reading
    from scapcoach.session.film import SessionFilm
    from scapcoach.session.replay import Session
    from scapcoach.sources.frames import Frame


#: Seconds to wait for a picture before the keys are checked again.
_WAIT_S: Final = 0.05


class Pictures(Protocol):
    """Source of frames, such as `sources.camera.Camera`."""

    @property
    def ended(self) -> bool:
        """Whether no more frames come."""

    @property
    def trouble(self) -> str:
        """What is wrong, as a sentence for the person; empty when nothing is."""

    def newest(self, timeout: float = 0.5) -> Frame | None:
        """The newest frame that was not returned before."""

    def pause(self) -> None:
        """Release the camera."""

    def resume(self) -> None:
        """Open the camera again."""


class Screen(Protocol):
    """Where pictures are shown, such as `live.window.Window`."""

    def show(self, image: Image) -> None:
        """Show an RGB picture."""

    def key(self) -> str:
        """The key pressed since the last call; empty for none."""

    def toggle_full(self) -> None:
        """Fill the screen, or stop doing so."""


@dataclass(slots=True)
class App:
    """One live session in a window.

    Attributes:
        camera, screen, painter: source of pictures, and how they are shown.
        find: gives the landmarks of a frame, T = 1, such as `Tracker.step`.
        session: engine and journal.
        exercises: names to choose from, in order; the first one is used at the start.
        choose: gives the settings of an exercise by name, for `Session.exercise`; "" is none.
        titles: names shown to people, by name.
        plan: what the calibration key calibrates.
        on_calibrated: called with a new calibration (to save it); the sentence that it returns is
            shown.
        calibrate_only: begin with a calibration and end after it: ``posture``, ``exercise`` or
            ``both``; empty for a session.
        sound: voice and tones; None is silent.
        film: records the pictures of the camera; None records none.
        locked: whether the screen is locked; the camera is released while it is.
        message: a sentence for the person, shown until there is another.
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
    sound: SessionSound | None = None
    film: SessionFilm | None = None
    locked: Callable[[], bool] = lambda: False
    message: str = ""
    frames: int = 0
    _last: tuple[Frame, Reading] | None = None
    _exercise: str = ""
    _paused: bool = False
    _screen_locked: bool = False
    _muted: bool = False
    _guiding: GuideRunner = field(init=False)

    def __post_init__(self) -> None:
        self._exercise = self.exercises[0]
        self._guiding = GuideRunner(self._finished)
        if self.calibrate_only:
            first = EXERCISE if self.calibrate_only == "exercise" else POSTURE
            self._guiding.guide = Guide(first, self.plan)

    def run(self) -> None:
        """Run until the person finishes, or the file is over."""
        while not self.camera.ended:
            if self.press(self.screen.key()):
                return
            if self.locked() != self._screen_locked:
                self._set_paused(paused=self._paused, locked=not self._screen_locked)
                self.show()
            frame = self.camera.newest(_WAIT_S)
            if frame is not None:
                self.step(frame)
            elif self._off:
                time.sleep(_WAIT_S)  # a screen may be locked for a night
            elif self.camera.trouble:
                self.show()

    def step(self, frame: Frame) -> None:
        """Process one frame: show it with its skeleton at once, then read it.

        Gauges change slowly, so the picture is first shown with the previous reading; what is new
        (a repetition, a cue) is shown as soon as it is known.
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
        if self.sound is not None:
            self.sound.follow(reading, self._guiding.guide)
        if before is None or _news(reading) != _news(before):
            self.show()

    def press(self, key: str) -> bool:
        """Carry out a key; True where it ends the session."""
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
        """Carry out a key of a guided calibration; leaving it changes nothing."""
        onwards = guide.over and key == "\r"
        both = onwards and self.calibrate_only == "both" and guide.script is POSTURE
        if both or (key == "x" and card(guide).more):
            self._calibrate_exercise()
        elif key == "escape" or onwards:
            self._guiding.guide = None
        elif key == "r" and guide.over:
            self._guiding.command("again")
        elif key in {"r", "\r"}:
            self._guiding.command("retry" if key == "r" else "accept")

    def _finished(self, found: Calibration) -> None:
        """Use and save a guided calibration."""
        self.message = self.on_calibrated(self.session.renew(found))

    def _calibrate(self) -> None:
        self._guiding.guide = Guide(POSTURE, self.plan)

    def _calibrate_exercise(self) -> None:
        self._guiding.guide = Guide(EXERCISE, self.plan)

    def show(self) -> None:
        """Paint the last picture in the current state."""
        if self._last is not None:
            frame, reading = self._last
            shown = None if self._off else reading
            self.screen.show(self.painter.paint(frame.image, shown, self._prompt(reading),
                                                self._state(reading)))  # fmt: skip

    @property
    def _off(self) -> bool:
        return self._paused or self._screen_locked

    def _pause(self) -> None:
        self._set_paused(paused=not self._paused, locked=self._screen_locked)

    def _set_paused(self, *, paused: bool, locked: bool) -> None:
        """Release the camera, or open it again: it is off while paused or locked."""
        before = self._off
        self._paused, self._screen_locked = paused, locked
        if self._off != before:
            (self.camera.pause if self._off else self.camera.resume)()

    def _mute(self) -> None:
        self._muted = not self._muted
        self.session.mute(self._muted)
        if self.sound is not None:
            self.sound.mute(self._muted)

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

    def _state(self, reading: Reading) -> WindowState:
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
            why = "The screen is locked" if self._screen_locked else "Paused"
            notice = f"{why}. The camera is off."
        journal = self.session.journal
        recording = journal is not None and not journal.trouble and not self._off
        filming = recording and self.film is not None and not self.film.video.trouble
        return WindowState(
            tuple(keys), notice, self._hint(reading), muted=self._muted, recording=recording,
            filming=filming, sound="" if self.sound is None else self.sound.indicator,
            guide=self._guiding.guide,
        )  # fmt: skip

    def _hint(self, reading: Reading) -> str:
        """The most important sentence to show below the picture."""
        journal, film, sound = self.session.journal, self.film, self.sound
        return (
            (journal.trouble if journal is not None else "")
            or (film.video.trouble if film is not None else "")
            or (sound.trouble if sound is not None else "")
            or reading.notice
            or self.message
        )


def _news(reading: Reading) -> tuple[object, ...]:
    """What is shown without delay when it changes."""
    return reading.coached.count, reading.coached.phase, reading.cue, reading.notice


def _guide_keys(guide: Guide) -> list[tuple[str, str]]:
    """The keys of a guided calibration, and what they do."""
    shown = card(guide)
    choices = (("Enter", shown.accept), ("R", shown.retry), ("X", shown.more))
    keys = [(key, word[0].lower() + word[1:]) for key, word in choices if word]
    if not guide.over:
        keys += [("Esc", "leave the calibration"), ("P", "pause")]
    return [*keys, ("Q", "finish")]
