"""The rendered clips in ``sample_videos/`` and the pictures in ``sample_pictures/``.

`python -m phantom.samples` makes them again.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phantom.assets import AssetError
from phantom.body import BodyShape
from phantom.camera import Camera
from phantom.clip import Setup, render, write_clip
from phantom.desk import baseline, long_hunch, picture
from phantom.library import SCRIPTS
from phantom.outfit import Look
from phantom.person import Person
from phantom.scene import Scene

if TYPE_CHECKING:
    from phantom.timeline import Script

#: The largest a sample may be, bytes.
MAX_BYTES: Final = 1_000_000

_HE: Final = BodyShape(sex=1, muscle=0.62, weight=0.5)
_SHE: Final = BodyShape(sex=0, muscle=0.55, weight=0.45, ethnicity=(0.6, 0.2, 0.2))
_HIM: Final = BodyShape(sex=1, muscle=0.5, weight=0.62, ethnicity=(0.1, 0.7, 0.2))
_BLUE: Final = Look(looseness=0.3)
_VEST: Final = Look(
    skin=(150, 104, 78), hair=(30, 24, 22), top=(178, 62, 74), sleeve="none", legs="short",
    looseness=0.15, hair_length=0.5,
)  # fmt: skip
_OFFICE: Final = Look(top=(206, 204, 196), bottom=(52, 58, 76), sleeve="long", looseness=0.45)
_ROOM: Final = Scene(background="room", seed=4)
_GYM: Final = Scene(background="gym", wall=(132, 136, 142), floor=(66, 66, 70), seed=8)

#: The library's scripts, and those that are too long for it.
_MAKERS: Final = {**SCRIPTS, "desk_baseline": baseline, "desk_long_hunch": long_hunch}


@dataclass(frozen=True, slots=True)
class Sample:
    """One clip: its movement, whose, and how it is filmed."""

    script: str
    person: Person
    setup: Setup
    crf: int = 25
    hold: float | None = None

    def movement(self) -> Script:
        """The script, with its holds shortened where the sample says so."""
        make = _MAKERS[self.script]
        return make(self.person) if self.hold is None else make(self.person, hold=self.hold)


_PORTRAIT: Final = Camera(size=(480, 640), distance=2.6, height=1.25, aim=0.92, noise=1.0)
_ROWER: Final = Person(seed=3)
_ROWING: Final = Setup(
    _HE,
    _VEST,
    Camera(yaw=40, size=(640, 480), distance=2.5, height=1.1, aim=0.72, fov=36, noise=1.0),
    _GYM,
)
_SHRUGGER: Final = Person(seed=6, elevation=34)
_SHRUGGING: Final = Setup(
    _SHE, _VEST, replace(_PORTRAIT, size=(480, 854), distance=2.3, fov=44, aim=0.82), _GYM
)
#: A camera at arm's length beside the screen.
_DESK: Final = Setup(
    _HIM,
    _OFFICE,
    Camera(yaw=68, size=(640, 480), distance=1.7, height=1.15, aim=0.9, fov=40, noise=0.5),
    _ROOM,
    fps=5.0,
)
_WORKER: Final = Person(seed=4)

SAMPLES: Final[dict[str, Sample]] = {
    "phantom_calibration_front": Sample(
        "calibration", Person(seed=1), Setup(_HE, _BLUE, _PORTRAIT, _ROOM), hold=2.0
    ),
    "phantom_retraction_oblique": Sample(
        "squeezes_and_shrugs",
        Person(seed=2, retraction=20, elevation=32),
        Setup(_SHE, _VEST, replace(_PORTRAIT, yaw=35, aim=0.82, distance=2.4), _GYM),
    ),
    "phantom_row_oblique": Sample("row_mixed", _ROWER, _ROWING),
    "phantom_row_calibration_oblique": Sample("row_calibration", _ROWER, _ROWING),
    "phantom_desk_side": Sample(
        "desk_hunching",
        Person(seed=4),
        Setup(
            _HIM,
            _OFFICE,
            Camera(yaw=88, size=(640, 480), distance=2.4, height=1.05, aim=0.78, fov=40, noise=1.0),
            _ROOM,
        ),
    ),
    "phantom_turning_front": Sample(
        "turning", Person(seed=5), Setup(_HIM, replace(_BLUE, top=(70, 118, 88)), _PORTRAIT, _ROOM)
    ),
    "phantom_shrug_front": Sample("shrug", _SHRUGGER, _SHRUGGING),
    "phantom_shrug_calibration_front": Sample("calibration", _SHRUGGER, _SHRUGGING, hold=2.0),
    "phantom_row_shrugged_oblique": Sample("row_shrug", replace(_ROWER, seed=13), _ROWING),
    "phantom_desk_calibration": Sample("desk_baseline", _WORKER, _DESK, crf=28),
    "phantom_desk_hunch": Sample("desk_long_hunch", replace(_WORKER, seed=14), _DESK, crf=28),
}


#: Pictures of somebody at a desk, from the side: the share of the person's slump.
PICTURES: Final[dict[str, float]] = {"side_upright": 0.0, "side_hunched": 1.0}


def write_sample(name: str, folder: Path) -> Path:
    """Render one clip, with its truth beside it."""
    sample = SAMPLES[name]
    path = folder / f"{name}.mp4"
    write_clip(path, render(sample.movement(), sample.setup), sample.setup.fps, sample.crf)
    return path


def write_picture(name: str, folder: Path) -> Path:
    """Render one picture."""
    from PIL import Image

    setup = replace(_DESK, camera=replace(_DESK.camera, yaw=86), fps=1.0)
    frame = next(render(picture(_WORKER, PICTURES[name]), setup))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jpg"
    Image.fromarray(frame.image).save(path, quality=88)
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m phantom.samples", description=__doc__)
    parser.add_argument("names", nargs="*", help="which; default all")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the two folders")
    options = parser.parse_args(arguments)
    for name in options.names or [*SAMPLES, *PICTURES]:
        if name not in SAMPLES and name not in PICTURES:
            parser.error(f"there is no {name!r}; there are {', '.join([*SAMPLES, *PICTURES])}")
        try:
            if name in SAMPLES:
                path = write_sample(name, options.out / "sample_videos")
            else:
                path = write_picture(name, options.out / "sample_pictures")
        except AssetError as error:
            print(error, file=sys.stderr)
            return 1
        size = path.stat().st_size
        print(f"{path}: {size / 1000:.0f} kB")
        if size > MAX_BYTES:
            print(f"{path} is larger than {MAX_BYTES} bytes: raise its crf", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
