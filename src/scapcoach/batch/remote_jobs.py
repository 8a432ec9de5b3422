"""A clip that comes from an address, or whose results go to one, as a job."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scapcoach.batch.jobs import ClipDone, ClipJob, local_copy, rename_in_errors
from scapcoach.batch.remote import RemoteFile, looked_up
from scapcoach.errors import OutputError
from scapcoach.recording.places import content_hash

if TYPE_CHECKING:
    from scapcoach.batch.remote_results import RemoteFolder
    from scapcoach.calibration import Calibration
    from scapcoach.progress import Progress
    from scapcoach.recording import Options


@dataclass(frozen=True, slots=True)
class RemoteClipJob:
    """Like `ClipJob`, with copies in a temporary folder; calling it returns a `ClipDone`.

    If the store gives a check sum, that identifies the clip, which then need not be fetched to be
    skipped.

    Attributes:
        clip: the video.
        out: folder of all results.
        options, calibration, avoid: as in `ClipJob`.
    """

    clip: Path | RemoteFile
    out: Path | RemoteFolder
    options: Options
    calibration: Calibration | None = None
    avoid: frozenset[str] = frozenset()

    def __call__(self, progress: Progress) -> ClipDone:
        """Run the job, unless it is already done.

        Raises:
            ScapcoachError: as `scapcoach.analyze`, or the clip cannot be fetched or the results
                cannot be sent.
        """
        with ExitStack() as stack:
            place = Path(stack.enter_context(TemporaryDirectory(prefix="scapcoach-")))
            out = self.out if isinstance(self.out, Path) else place / "out"
            stack.enter_context(rename_in_errors({str(place / "out"): str(self.out)}))
            here, content = self._identify(stack, progress)
            path = Path(self.clip.name) if here is None else here
            job = ClipJob(path, out, self.options, self.calibration, self.avoid, content)
            if not isinstance(self.out, Path):
                out.mkdir()
                self.out.look(job.clip.stem, out, self.avoid)
            folder = job.folder(content)
            done = job.done_before(folder, content)
            if done is not None:
                return done
            if here is None:
                job = replace(job, clip=stack.enter_context(local_copy(self.clip, progress)))
            if isinstance(self.out, Path):
                return job(progress)
            return self._sent(self.out, job, folder, progress)

    def _identify(self, stack: ExitStack, progress: Progress) -> tuple[Path | None, str]:
        """The clip if it is already here, and the text that identifies its content."""
        clip = self.clip
        if isinstance(clip, RemoteFile):
            found = clip if clip.version else looked_up(clip)
            if found.version:
                return None, found.version
        here = stack.enter_context(local_copy(clip, progress))
        return here, content_hash(here)

    def _sent(self, out: RemoteFolder, job: ClipJob, folder: Path, progress: Progress) -> ClipDone:
        """Run the job here, and send the results."""
        out.landmarks(folder.name, job.out)
        try:
            done = job(progress)
        except BaseException:
            with suppress(OutputError):
                out.keep(folder)
            raise
        if not done.skipped:
            out.send(folder)
        return done
