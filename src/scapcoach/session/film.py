"""The video of a filmed session, and the time of its first picture on the landmarks' clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scapcoach.media.recorder import CameraVideo
    from scapcoach.session.journal import Journal, Recording
    from scapcoach.sources.frames import Frame

#: File of the camera's pictures in the session's folder.
VIDEO_FILE: Final = "camera.mp4"
_COMMAND: Final = "film"


class SessionFilm:
    """Films a session: writes pictures into the video, and the time of the first into the journal.

    Args:
        video: open.
        journal: journal of the same session.
    """

    def __init__(self, video: CameraVideo, journal: Journal) -> None:
        self.video = video
        self._journal = journal

    def add(self, frame: Frame) -> None:
        """SessionFilm a picture; never waits."""
        begun = self.video.start is not None
        self.video.add(frame.image, frame.t)
        if not begun and self.video.start is not None:
            self._journal.command(_COMMAND, {"start": self.video.start})


def film_start(recording: Recording) -> float | None:
    """Time of the first picture of the video; None where the session was not filmed."""
    for command in recording.commands:
        if command.name == _COMMAND:
            return float(command.data["start"])
    return None
