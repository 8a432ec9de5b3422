"""The frozen test set: the people, cameras and movements that the product is measured on.

`testset.toml` was written once, before the first run, and is not to be changed: a new version
gets a new name. It holds seeds and, beside them, what they gave when they were drawn (the camera
and the person's own ranges), so that a change of the phantom that would make another test set
out of the same seeds is noticed and two different sets are not compared silently.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from phantom.batch import Job
from phantom.person import Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from phantom import clip

FILE: Final = Path(__file__).with_name("testset.toml")

#: What is recorded of each set-up to notice a change of the phantom.
CAMERA_FIELDS: Final = ("yaw", "distance", "height", "fov")
PERSON_FIELDS: Final = (
    "retraction", "protraction", "elevation", "depression", "slump_thoracic", "slump_neck", "pace",
)  # fmt: skip
_TOLERANCE: Final = 1e-3


class TestSetError(Exception):
    """The test set is not what it was; the message says what changed."""

    __test__ = False  # not a test, in spite of its name


@dataclass(frozen=True, slots=True)
class DeskJob(Job):
    """A job whose camera stands lower and farther away: those drawn aim at standing people.

    Attributes:
        lower: metres by which camera and aim are let down.
        retreat: factor on the distance.
    """

    lower: float = 0.28
    retreat: float = 1.3

    def setup(self) -> clip.Setup:
        """What is rendered, but for the movement."""
        drawn = Job.setup(self)  # a slotted dataclass is a new class, which plain super() misses
        camera = replace(
            drawn.camera,
            aim=drawn.camera.aim - self.lower,
            height=drawn.camera.height - self.lower,
            distance=drawn.camera.distance * self.retreat,
        )
        return replace(drawn, camera=camera)


@dataclass(frozen=True, slots=True)
class Setup:
    """One person before one camera, and the movements they are filmed in.

    Attributes:
        seed: of body, clothes, room, camera and person.
        view: front, oblique, side, back-oblique or back.
        framing: body or desk.
        width, height: of the picture, pixels.
        fps: frames a second.
        model: lite, full or heavy.
        calibration: script that the product is calibrated with.
        clips: scripts that it is examined on.
        camera, person: as drawn when the set was frozen.
        lower, retreat: by which the drawn camera is let down (metres) and moved away; None as
            the framing has it.
    """

    seed: int
    view: str
    framing: str
    width: int
    height: int
    fps: float
    model: str
    calibration: str
    clips: tuple[str, ...]
    camera: dict[str, float]
    person: dict[str, float]
    lower: float | None = None
    retreat: float = 1.0

    @property
    def name(self) -> str:
        """For people: view and seed."""
        return f"{self.view} {self.seed}"

    def job(self, script: str) -> Job:
        """The clip of one movement."""
        kind: Callable[..., Job] = DeskJob if self.framing == "desk" else Job
        if self.lower is not None:
            kind = partial(DeskJob, lower=self.lower, retreat=self.retreat)
        return kind(
            script, self.seed, view=self.view, width=self.width, height=self.height,
            framing=self.framing, fps=self.fps, model=self.model,
        )  # fmt: skip

    def drawn(self) -> tuple[dict[str, float], dict[str, float]]:
        """Camera and person as the phantom draws them now."""
        return drawn(self.job(self.calibration))

    def check(self) -> None:
        """Make sure that the seeds still give what was frozen.

        Raises:
            TestSetError: they do not.
        """
        for what, frozen, now in zip(
            ("camera", "person"), (self.camera, self.person), self.drawn(), strict=True
        ):
            for key, value in frozen.items():
                if abs(now[key] - value) > _TOLERANCE:
                    raise TestSetError(
                        f"Set-up {self.name} is no longer the frozen one: {what}.{key} was "
                        f"{value:g} and is now {now[key]:g}. The phantom draws differently, and "
                        "figures would not compare: restore it, or freeze a new test set."
                    )


@dataclass(frozen=True, slots=True)
class TestSet:
    """All set-ups, in the order in which they are run.

    Attributes:
        version: of the set.
        digest: first 12 digits of the file's SHA-256.
        setups: in order.
        quick: (seed, script) pairs of the short subset.
    """

    __test__ = False

    version: int
    digest: str
    setups: tuple[Setup, ...]
    quick: tuple[tuple[int, str], ...]

    def shortened(self) -> TestSet:
        """The short subset, for a regression guard."""
        wanted = set(self.quick)
        setups = tuple(
            replace(s, clips=clips)
            for s in self.setups
            if (clips := tuple(c for c in s.clips if (s.seed, c) in wanted))
        )
        return replace(self, setups=setups)


def drawn(job: Job) -> tuple[dict[str, float], dict[str, float]]:
    """What is recorded of a job's camera and person."""
    camera, person = asdict(job.setup().camera), asdict(Person.random(job.seed))
    return (
        {k: round(float(camera[k]), 4) for k in CAMERA_FIELDS},
        {k: round(float(person[k]), 4) for k in PERSON_FIELDS},
    )


def load(file: Path = FILE) -> TestSet:
    """Read the frozen test set.

    Raises:
        TestSetError: the file is damaged.
    """
    data = file.read_bytes()
    try:
        content = tomllib.loads(data.decode())
        kinds = content["kinds"]
        entries = [{**kinds[entry["kind"]], **entry} for entry in content["setup"]]
        setups = msgspec.convert(entries, tuple[Setup, ...])
        quick = tuple((int(seed), str(script)) for seed, script in content["quick"])
        version = int(content["version"])
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise TestSetError(f"The test set {file} is damaged: {error!r}.") from error
    return TestSet(version, hashlib.sha256(data).hexdigest()[:12], setups, quick)
