"""One live session of the page in its own thread: it takes pictures and publishes states."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from scapcoach.calibration.profiles import load_profile, profile_path, save_profile
from scapcoach.coaching.library import packaged_exercise
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
from scapcoach.web.protocol import PageCommand, PagePicture, decode, encode, with_picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.pose.detection import PoseEngine
    from scapcoach.session.film import SessionFilm
    from scapcoach.session.replay import Session
    from scapcoach.sources.camera import Camera

    Publish = Callable[[dict[str, Any] | bytes], None]

#: Longer side of the pictures of the server's own camera that are sent to the page, pixels.
_SHOWN_SIDE: Final = 960
_WAIT_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class SessionFactories:
    """Functions of the command line that make what a session in the browser needs.

    Attributes:
        open_estimator: opens a pose estimator.
        begin_session: begins a session for pictures of a size, from a source with a name, recorded
            in a folder.
        new_folder: gives the folder of a new session; None where nothing is recorded.
        write_results: writes the results of a finished session, which may have been filmed; the
            page is sent its return value.
        girdle_estimator: name of the girdle estimator that guided calibrations use.
        open_camera: opens the server's own camera; None where the page's camera is used.
        open_film: films a session into its folder; None where sessions are not filmed.
    """

    open_estimator: Callable[[], PoseEngine]
    begin_session: Callable[[ExitStack, PoseEngine, tuple[int, int], str, Path | None], Session]
    new_folder: Callable[[], Path | None]
    write_results: Callable[[Path, SessionFilm | None], dict[str, Any]]
    girdle_estimator: str = "joint"
    open_camera: Callable[[], Camera] | None = None
    open_film: (
        Callable[[ExitStack, Session, tuple[int, int], Path | None], SessionFilm | None] | None
    ) = None


class Worker:
    """Runs a session; every method may be called from any thread.

    Args:
        factories: make what the session needs.
        publish: receives states for the page, in the worker's thread; only the newest of each type
            matters.
        send: receives messages that must all arrive.
    """

    def __init__(self, factories: SessionFactories, publish: Publish, send: Publish) -> None:
        self._factories = factories
        self._publish, self._send = publish, send
        self._changed = threading.Condition()
        self._picture: PagePicture | None = None
        self._commands: list[PageCommand] = []
        self._stop = False
        self._guiding = GuideRunner(self._finished)
        self._save_as = ""
        self._camera_name = ""
        self._paused = False
        self._session: Session | None = None
        self._film: SessionFilm | None = None
        self._pending: list[PageCommand] = []
        self._size: tuple[int, int] | None = None
        self._origin = 0.0
        self._last = -1.0
        self._index = 0
        self._sent = 0.0
        self._thread = threading.Thread(target=self._run, name="web session", daemon=True)
        self._thread.start()

    def picture(self, picture: PagePicture) -> None:
        """Pass the newest picture on; one that still waits is dropped."""
        with self._changed:
            self._picture = picture
            self._changed.notify_all()

    def command(self, command: PageCommand) -> None:
        """Pass a checked command on; it is carried out before the next picture."""
        with self._changed:
            self._commands.append(command)
            self._changed.notify_all()

    def stop(self) -> None:
        """Finish because the page was closed; what was recorded is kept."""
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
            # Journal and film are closed by now.
            results: dict[str, Any] = {"reports": []}
            if folder is not None:
                results = self._factories.write_results(folder, self._film)
            self._send({"type": "finished", **results})
        except ScapcoachError as error:
            self._send({"type": "failed", "message": str(error)})
        except Exception as error:
            self._send({"type": "failed", "message": str(unforeseen(error))})
            raise

    def _live(self, stack: ExitStack) -> Path | None:
        """Run until the page leaves or finishes; the folder of the recording, if there is one."""
        estimator = stack.enter_context(self._factories.open_estimator())
        tracker = Tracker(estimator)
        open_camera = self._factories.open_camera
        camera = None if open_camera is None else stack.enter_context(open_camera())
        folder = self._factories.new_folder()
        plan = Plan(model_sha256=estimator.model_sha256, estimator=self._factories.girdle_estimator)
        self._camera_name = "" if camera is None else camera.info.name
        self._send({"type": "ready", "model": estimator.model})
        while self._carry_out_pending(plan, camera):
            frame = self._camera_frame(camera) if camera is not None else self._page_frame()
            if frame is None:
                continue
            if self._session is None:
                source = "browser camera" if camera is None else camera.info.name
                size = (frame.image.shape[1], frame.image.shape[0])
                self._session = self._factories.begin_session(
                    stack, estimator, size, source, folder
                )
                if self._factories.open_film is not None:
                    self._film = self._factories.open_film(stack, self._session, size, folder)
                pending, self._pending = self._pending, []
                for command in pending:
                    self._carry_out(command)
            self._step(frame, tracker.step(frame), camera)
        return folder if self._session is not None else None

    def _carry_out_pending(self, plan: Plan, camera: Camera | None) -> bool:
        """Carry out the waiting commands; False where the session is to finish."""
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
                if command.command == "leave":
                    self._guiding.guide = None
                else:
                    self._guiding.command(command.command)
            elif isinstance(command, protocol.Pause):
                self._paused = command.on
                if camera is not None:
                    (camera.pause if command.on else camera.resume)()
            elif self._session is None:
                self._pending.append(command)
            else:
                self._carry_out(command)
        return True

    def _begin_guide(self, plan: Plan, command: protocol.Calibrate) -> None:
        """Begin a guided calibration; a name that no profile can have is reported first."""
        try:
            if command.name:
                profile_path(command.name)
        except ScapcoachError as error:
            self._send({"type": "problem", "message": str(error)})
            return
        script = EXERCISE if command.what == "exercise" else POSTURE
        plan = replace(
            plan, slump=command.slump, name=command.name or "guided",
            camera=self._camera_name or command.camera,
        )  # fmt: skip
        self._guiding.guide = Guide(script, plan)
        self._save_as = command.name

    def _carry_out(self, command: PageCommand) -> None:
        """Carry out a command that changes the session; a wrong one is reported instead."""
        assert self._session is not None
        try:
            if isinstance(command, protocol.Mute):
                self._session.mute(command.on)
            elif isinstance(command, protocol.UseExercise):
                # A page cannot name a file of this computer: only exercises of the package.
                name = packaged_exercise(command.name).name if command.name else ""
                self._session.exercise({"name": name, "focus": command.focus} if name else {})
            elif isinstance(command, protocol.UseProfile):
                self._use(command.name, command.camera)
        except ScapcoachError as error:
            self._send({"type": "problem", "message": str(error)})

    def _use(self, name: str, camera: str) -> None:
        """Measure against a profile; without a name, against a moment of rest."""
        assert self._session is not None
        found = load_profile(name) if name else None
        self._session.calibrate(found)
        other = "" if found is None else found.other_camera(self._camera_name or camera)
        if other:
            self._send({"type": "problem", "message": other})

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
        # The clock of a page starts again when the page is reloaded.
        self._last = max(picture.t - self._origin, self._last + 1e-3)
        self._index += 1
        self._sent = picture.t
        return Frame(self._index - 1, self._last, image)

    def _step(self, frame: Frame, raw: Poses, camera: Camera | None) -> None:
        """Process one frame: its landmarks are published at once, then what was read from them."""
        assert self._session is not None
        poses = self._session.smooth(raw)
        self._publish(self._sight(frame, poses, camera))
        time.sleep(0)  # lets the socket thread send it before the measures are computed
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
        """Use a guided calibration, and save it if that was requested."""
        assert self._session is not None
        joint = self._session.renew(found)
        if not self._save_as:
            return
        try:
            save_profile(joint, self._save_as)
            self._send({"type": "saved", "profile": self._save_as})
        except ScapcoachError as error:
            self._send({"type": "problem", "message": str(error)})
