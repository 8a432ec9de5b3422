"""The window's loop: newest picture, landmarks, reading, picture with overlay, keys."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from scapcoach.live.painter import State
from scapcoach.sinks.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from scapcoach.landmarks import Poses
    from scapcoach.live.painter import Painter
    from scapcoach.session.engine import Reading
    from scapcoach.session.replay import Session
    from scapcoach.sources.types import Frame

    Image = npt.NDArray[np.uint8]

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
        on_reading: called with each new reading (voice, video).
    """

    camera: Pictures
    screen: Screen
    painter: Painter
    find: Callable[[Frame], Poses]
    session: Session
    exercises: tuple[str, ...] = ("",)
    choose: Callable[[str], dict[str, Any]] = lambda name: {"name": name}
    titles: dict[str, str] = field(default_factory=dict)
    on_reading: Callable[[Frame, Reading], None] | None = None
    frames: int = 0
    _last: tuple[Frame, Reading] | None = None
    _exercise: str = ""
    _paused: bool = False
    _muted: bool = False
    _spans: deque[float] = field(default_factory=lambda: deque(maxlen=60))

    def __post_init__(self) -> None:
        self._exercise = self.exercises[0]

    def run(self) -> None:
        """Until the person finishes, or the file is over."""
        while not self.camera.ended:
            if self.press(self.screen.key()):
                return
            frame = self.camera.newest(_WAIT_S)
            if frame is not None:
                reading = self.session.step(self.find(frame))
                self._last = (frame, reading)
                self.frames += 1
                if self.on_reading is not None:
                    self.on_reading(frame, reading)
            elif not (self._paused or self.camera.trouble):
                continue
            self.show()

    def press(self, key: str) -> bool:
        """What a key does; True where it ends the session."""
        if key in {"q", "escape", "closed"}:
            return True
        actions = {"p": self._pause, " ": self._pause, "m": self._mute, "e": self._next_exercise,
                   "f": self.screen.toggle_full}  # fmt: skip
        if key in actions:
            actions[key]()
            self.show()
        return False

    def show(self) -> None:
        """Paint the last picture with what holds now."""
        if self._last is not None:
            frame, reading = self._last
            shown = None if self._paused else reading
            self.screen.show(self.painter.paint(frame.image, shown, self._prompt(reading),
                                                self._state(reading)))  # fmt: skip

    def _pause(self) -> None:
        self._paused = not self._paused
        (self.camera.pause if self._paused else self.camera.resume)()

    def _mute(self) -> None:
        self._muted = not self._muted
        self.session.mute(self._muted)

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
            ("M", "unmute" if self._muted else "mute"),
            *([("E", f"exercise: {title}")] if len(self.exercises) > 1 else []),
            ("F", "full screen"),
            ("Q", "finish"),
        ]
        journal = self.session.journal
        trouble = self.camera.trouble
        notice = "Paused. The camera is off." if self._paused else trouble
        hint = (journal.trouble if journal is not None else "") or reading.notice
        recording = journal is not None and not journal.trouble and not self._paused
        return State(tuple(keys), notice, hint, muted=self._muted, recording=recording)
