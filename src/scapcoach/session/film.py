"""The pictures of a session that is filmed, and when they begin on the clock of its landmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scapcoach.media.recorder import CameraVideo
    from scapcoach.session.journal import Journal, Recording
    from scapcoach.sources.frames import Frame

#: The camera's own pictures, in the session's folder.
FILE: Final = "camera.mp4"
_COMMAND: Final = "film"


class Film:
    """Films a session: pictures into the video, the time of the first one into the journal.

    Args:
        video: open.
        journal: of the same session.
    """

    def __init__(self, video: CameraVideo, journal: Journal) -> None:
        self.video = video
        self._journal = journal

    def add(self, frame: Frame) -> None:
        """Film a picture; never waits."""
        begun = self.video.start is not None
        self.video.add(frame.image, frame.t)
        if not begun and self.video.start is not None:
            self._journal.command(_COMMAND, {"start": self.video.start})


def film_start(recording: Recording) -> float | None:
    """Time of the film's first picture; None where the session was not filmed."""
    for command in recording.commands:
        if command.name == _COMMAND:
            return float(command.data["start"])
    return None
