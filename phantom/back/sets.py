"""Set-ups of a camera behind a lifter by seed, and the sets of clips that belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.back.clip import BackSetup
from phantom.back.cloth import Cloth, Kind
from phantom.body import BONES, make_body
from phantom.library import SCRIPTS
from phantom.person import Person
from phantom.sampling import random_setup
from phantom.skeleton import pose_body

if TYPE_CHECKING:
    from phantom.timeline import Script

#: The subject's yaw: straight from behind, and from behind on either side.
VIEWS: Final = {"back": 180.0, "back-left": 150.0, "back-right": 210.0}

#: Movements whose blades come together and part; the last ones have faults among them.
PULLS: Final = (
    "squeezes_and_shrugs", "row", "row_mixed", "row_lazy", "bent_row", "face_pull", "pulldown",
)  # fmt: skip

#: Movements with locked blades, each with the motion of the camera.
NUISANCES: Final = (
    ("pure_shrug", "still"), ("twisting", "still"), ("leaning", "still"), ("turning", "still"),
    ("arm_raises", "still"), ("row_arms_only", "still"), ("face_pull_arms_only", "still"),
    ("pulldown_arms_only", "still"), ("rounding_only", "still"), ("standing", "approach"),
    ("standing", "hand"), ("standing", "nudge"),
)  # fmt: skip

#: Height of the picture at the subject, metres.
_SPAN: Final = 1.35


@dataclass(frozen=True, slots=True)
class Job:
    """One clip; every field is part of its name.

    Attributes:
        script: name in `phantom.library.SCRIPTS`.
        seed: of body, person, look, cloth, room, light, noise and the camera's height.
        yaw: of the subject, degrees: 180 straight from behind.
        kind: of cloth.
        motion: of the camera, one of `phone.MOTIONS`.
        fps: frames a second.
        size: (width, height), pixels.
    """

    script: str
    seed: int = 0
    yaw: float = 180.0
    kind: Kind = "shirt"
    motion: str = "still"
    fps: float = 25.0
    size: tuple[int, int] = (480, 640)

    @property
    def name(self) -> str:
        """Of the files, without ending."""
        moved = "" if self.motion == "still" else f"_{self.motion}"
        return f"{self.script}{moved}_{self.yaw:g}_{self.kind}_{self.seed}"

    def movement(self) -> Script:
        """The movement of the person of that seed."""
        return SCRIPTS[self.script](Person.random(self.seed))

    def setup(self) -> BackSetup:
        """The rest, as the seed gives it; the camera looks at the middle of the back."""
        base = random_setup(self.seed, "back", fps=self.fps)
        rng = np.random.default_rng(self.seed + 61)
        body = make_body(base.shape)
        back = pose_body(body, self.movement().pose(0.0)).head[BONES.index("spine01")]
        fov = float(rng.uniform(36, 58))
        span = _SPAN * max(1.0, 0.72 * self.size[1] / self.size[0])
        camera = replace(
            base.camera,
            yaw=self.yaw, size=self.size, fov=fov, aim=float(back[1]),
            distance=float(span / 2 / np.tan(np.radians(fov) / 2)),
            height=float(max(back[1] + rng.uniform(-0.3, 0.35), 0.3)), pan=0.0, blur=0.0,
            noise=float(rng.uniform(1.0, 4.0)),
        )  # fmt: skip
        base = replace(base, camera=camera, quality=0)
        return BackSetup(base, Cloth(self.kind, seed=self.seed), self.motion)
