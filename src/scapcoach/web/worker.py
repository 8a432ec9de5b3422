"""One live session behind the page, in a thread of its own: newest picture in, newest state out."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from scapcoach.calibration.profiles import profile_path
from scapcoach.errors import ScapcoachError, unforeseen
from scapcoach.guide.holds import POSTURE
from scapcoach.guide.repetitions import EXERCISE
from scapcoach.guide.runner import GuideRunner
from scapcoach.guide.steps import Guide, Plan
from scapcoach.pictures import shrunk
from scapcoach.session.plain import plain_guide, plain_points, plain_reading
from scapcoach.session.tracker import Tracker
from scapcoach.sources.camera import fitted
from scapcoach.sources.frames import Frame
from scapcoach.web import protocol
from scapcoach.web.protocol import Command, Picture, decode, encode, with_picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.pose.detection import PoseEngine
    from scapcoach.session.film import Film
    from scapcoach.session.replay import Session
    from scapcoach.sources.camera import Camera

    Publish = Callable[[dict[str, Any] | bytes], None]

#: The longer side of pictures of the server's own camera as the page gets them.
_SHOWN_SIDE: Final = 960
_WAIT_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the worker is given by the command line, which knows how to make things.

    Attributes:
        estimator: opens a pose estimator.
        session: begins a session for pictures of this size, from a source of this name, recorded
            into a folder.
        folder: a new session's folder; None where nothing is recorded.
        close: writes a finished session's results; the page is sent what it returns.
        load: a profile by name; save: keeps a calibration under a name.
        settings: settings of an exercise by name and focus.
        way: the estimator that guided calibrations use.
        camera: opens the server's own camera; None where the page's is used.
        film: keeps the pictures of a session in its folder; None where none are kept.
    """

    estimator: Callable[[], PoseEngine]
    session: Callable[[ExitStack, PoseEngine, tuple[int, int], str, Path | None], Session]
    folder: Callable[[], Path | None]
    close: Callable[[Path], dict[str, Any]]
    load: Callable[[str], Calibration]
    save: Callable[[Calibration, str], Path]
    settings: Callable[[str, str], dict[str, Any]]
    way: str = "joint"
    camera: Callable[[], Camera] | None = None
    film: Callable[[ExitStack, Session, tuple[int, int], Path | None], Film | None] | None = None


class Worker:
    """Runs a session; every method may be called from any thread.

    Args:
        rooms: what it works with.
        publish: takes states for the page, from the worker's thread; of each type only the newest
            counts.
        tell: takes messages that must all arrive.
    """

    def __init__(self, rooms: Rooms, publish: Publish, tell: Publish) -> None:
        self._rooms = rooms
        self._publish, self._tell = publish, tell
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._commands: list[Command] = []
        self._stop = False
        self._guiding = GuideRunner(self._finished)
        self._save_as = ""
        self._camera_name = ""
        self._paused = False
        self._session: Session | None = None
        self._film: Film | None = None
        self._pending: list[Command] = []
        self._size: tuple[int, int] | None = None
        self._origin = 0.0
        self._last = -1.0
        self._index = 0
        self._sent = 0.0
        self._thread = threading.Thread(target=self._run, name="web session", daemon=True)
        self._thread.start()

    def picture(self, picture: Picture) -> None:
        """The newest picture; one that waits is dropped."""
        with self._changed:
            self._picture = picture
            self._changed.notify_all()

    def command(self, command: Command) -> None:
        """A checked command; carried out before the next picture."""
        with self._changed:
            self._commands.append(command)
            self._changed.notify_all()

    def stop(self) -> None:
        """The page has gone: finish, and keep what was recorded."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()

    def join(self, timeout: float | None = None) -> None:
        """Wait until everything is closed and written."""
        self._thread.join(timeout)

    # The thread. ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                folder = self._live(stack)
            # The journal is closed by now.
            if folder is not None:
                self._tell({"type": "finished", **self._rooms.close(folder)})
            else:
                self._tell({"type": "finished", "reports": []})
        except ScapcoachError as error:
            self._tell({"type": "failed", "message": str(error)})
        except Exception as error:
            self._tell({"type": "failed", "message": str(unforeseen(error))})
            raise

    def _live(self, stack: ExitStack) -> Path | None:
        """Until the page leaves or finishes; the folder of what was recorded, if anything was."""
        estimator = stack.enter_context(self._rooms.estimator())
        tracker = Tracker(estimator)
        camera = None if self._rooms.camera is None else stack.enter_context(self._rooms.camera())
        folder = self._rooms.folder()
        plan = Plan(model_sha256=estimator.model_sha256, estimator=self._rooms.way)
        self._camera_name = "" if camera is None else camera.info.name
        self._tell({"type": "ready", "model": estimator.model})
        while self._obey(plan, camera):
            frame = self._camera_frame(camera) if camera is not None else self._page_frame()
            if frame is None:
                continue
            if self._session is None:
                source = "browser camera" if camera is None else camera.info.name
                size = (frame.image.shape[1], frame.image.shape[0])
                self._session = self._rooms.session(stack, estimator, size, source, folder)
                if self._rooms.film is not None:
                    self._film = self._rooms.film(stack, self._session, size, folder)
                pending, self._pending = self._pending, []
                for command in pending:
                    self._carry_out(command)
            self._step(frame, tracker.step(frame), camera)
        return folder if self._session is not None else None

    def _obey(self, plan: Plan, camera: Camera | None) -> bool:
        """Carry out what was asked for; False where it was to finish."""
        with self._changed:
            if camera is None and self._picture is None and not self._commands and not self._stop:
                self._changed.wait(_WAIT_S)
            commands, self._commands = self._commands, []
            if self._stop:
                return False
        for command in commands:
            if isinstance(command, protocol.Finish):
                return False
            if isinstance(command, protocol.Calibrate):
                self._begin_guide(plan, command)
            elif isinstance(command, protocol.Steer):
                self._steer(command.command)
            elif isinstance(command, protocol.Pause):
                self._pause(command.on, camera)
            elif self._session is None:
                self._pending.append(command)
            else:
                self._carry_out(command)
        return True

    def _begin_guide(self, plan: Plan, command: protocol.Calibrate) -> None:
        """A guided calibration; a name that cannot be a profile's is told before the work."""
        try:
            if command.name:
                profile_path(command.name)
        except ScapcoachError as error:
            self._tell({"type": "problem", "message": str(error)})
            return
        script = EXERCISE if command.what == "exercise" else POSTURE
        plan = replace(
            plan, slump=command.slump, name=command.name or "guided",
            camera=self._camera_name or command.camera,
        )  # fmt: skip
        self._guiding.begin(Guide(script, plan))
        self._save_as = command.name

    def _pause(self, on: bool, camera: Camera | None) -> None:
        self._paused = on
        if camera is not None:
            (camera.pause if on else camera.resume)()

    def _steer(self, command: str) -> None:
        """A command for the guided calibration."""
        if command == "leave":
            self._guiding.leave()
        else:
            self._guiding.command(command)

    def _carry_out(self, command: Command) -> None:
        """A command that changes the session; a mistake in it is told and changes nothing."""
        assert self._session is not None
        try:
            if isinstance(command, protocol.Mute):
                self._session.mute(command.on)
            elif isinstance(command, protocol.UseExercise):
                self._session.exercise(self._rooms.settings(command.name, command.focus))
            elif isinstance(command, protocol.UseProfile):
                self._use(command.name, command.camera)
        except ScapcoachError as error:
            self._tell({"type": "problem", "message": str(error)})

    def _use(self, name: str, camera: str) -> None:
        """Measure against a profile; none finds a moment of rest."""
        assert self._session is not None
        found = self._rooms.load(name) if name else None
        self._session.calibrate(found)
        other = "" if found is None else found.other_camera(self._camera_name or camera)
        if other:
            self._tell({"type": "problem", "message": other})

    def _camera_frame(self, camera: Camera) -> Frame | None:
        frame = camera.newest(_WAIT_S)
        if frame is None and camera.trouble:
            self._publish({"type": "trouble", "message": camera.trouble})
        if frame is None and camera.ended:
            with self._changed:
                self._stop = True
        return frame

    def _page_frame(self) -> Frame | None:
        """The newest picture of the page as a frame; None where there is none, or it is damaged."""
        with self._changed:
            picture, self._picture = self._picture, None
        if picture is None or self._paused:
            return None
        image = decode(picture.jpeg)
        if image is None:
            self._publish({"type": "trouble", "message": "A picture from the browser was damaged."})
            return None
        size = (image.shape[1], image.shape[0])
        if self._size is None:
            self._size, self._origin = size, picture.t
        elif size != self._size:
            image = fitted(image, self._size)  # a phone that was turned
        # A page that was loaded anew has a clock that starts again.
        self._last = max(picture.t - self._origin, self._last + 1e-3)
        self._index += 1
        self._sent = picture.t
        return Frame(self._index - 1, self._last, image)

    def _step(self, frame: Frame, raw: Poses, camera: Camera | None) -> None:
        """One frame: where its landmarks are is told at once, then what was read from them."""
        assert self._session is not None
        poses = self._session.smooth(raw)
        self._publish(self._sight(frame, poses, camera))
        time.sleep(0)  # lets the thread of the sockets send it before the measures are worked out
        reading = self._session.read(poses)
        message = {"type": "reading", **plain_reading(reading)}
        if camera is None:
            message["sent"] = self._sent
        self._guiding.frame(raw, frame.image)
        if self._guiding.guide is not None:
            message["guide"] = plain_guide(self._guiding.guide)
        journal, film = self._session.journal, self._film
        message["recording"] = journal is not None and not journal.trouble
        message["filming"] = film is not None and not film.video.trouble
        if film is not None:
            film.add(frame)
            message["notice"] = film.video.trouble or message["notice"]
        if journal is not None and journal.trouble:
            message["notice"] = journal.trouble
        self._publish(message)

    def _sight(self, frame: Frame, poses: Poses, camera: Camera | None) -> dict[str, Any] | bytes:
        """What the page draws: landmarks, and the picture where it has none of its own."""
        message = {"type": "sight", "points": plain_points(poses)}
        if camera is None:
            return {**message, "sent": self._sent}
        size = frame.image.shape[1], frame.image.shape[0]
        factor = min(1.0, _SHOWN_SIDE / max(size))
        small = shrunk(frame.image, (round(size[0] * factor), round(size[1] * factor)))
        return with_picture(message, encode(small))

    def _finished(self, found: Calibration) -> None:
        """Use a guided calibration, and keep it where that was asked for."""
        assert self._session is not None
        joint = self._session.renew(found)
        if not self._save_as:
            return
        try:
            self._rooms.save(joint, self._save_as)
            self._tell({"type": "saved", "profile": self._save_as})
        except ScapcoachError as error:
            self._tell({"type": "problem", "message": str(error)})
