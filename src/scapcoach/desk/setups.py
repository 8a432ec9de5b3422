"""Several set-ups (two screens, sitting and standing): kept in a file, recognised by their look."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach import schema
from scapcoach.desk.head import head_size
from scapcoach.desk.posture import Baseline
from scapcoach.errors import CalibrationError, ProfileNameError
from scapcoach.files import write_private
from scapcoach.folders import data_folder
from scapcoach.geometry.posture import EARS, SHOULDERS
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scapcoach.landmarks import Poses

SCHEMA: Final = "scapcoach.desk/1"
_FORM: Final = schema.Format(
    "Delete the file and run 'scapcoach desk calibrate'", CalibrationError, SCHEMA
)

#: What makes a set-up unlike another by one unit [E]: degrees of yaw, share of the head's size,
#: neck heights that the shoulders have moved sideways and up or down.
_UNIT_YAW: Final = 25.0
_UNIT_SCALE: Final = 0.35
_UNIT_PLACE: Final = 1.2

#: Another set-up has to look this much more likely, for so many seconds, to be taken for the one.
_MARGIN: Final = 0.6
_PATIENCE: Final = 8.0


def setups_file() -> Path:
    """Where baselines are kept; SCAPCOACH_DATA_DIR overrides the platform's user data folder."""
    return data_folder() / "desk.json"


def load_setups(path: Path | None = None) -> tuple[Baseline, ...]:
    """The baselines that were taken; none when there is no file yet.

    Raises:
        CalibrationError: the file is damaged or of another version.
    """
    path = setups_file() if path is None else path
    from scapcoach.desk.records import SetupsRecord

    try:
        found = schema.read(path, SetupsRecord, _FORM, f"The file of desk baselines {path}")
    except FileNotFoundError:
        return ()
    return tuple(schema.built(Baseline, record) for record in found.setups)


def save_setup(baseline: Baseline, path: Path | None = None) -> Path:
    """Keep a baseline, in place of one of the same name.

    Raises:
        CalibrationError: the file that is there is damaged.
        OutputError: it cannot be written.
    """
    path = setups_file() if path is None else path
    kept = [b for b in load_setups(path) if b.name != baseline.name]
    return _write(path, [*kept, baseline])


def delete_setup(name: str, path: Path | None = None) -> None:
    """Forget a baseline.

    Raises:
        ProfileNameError: there is none of that name.
        CalibrationError: the file that is there is damaged.
        OutputError: it cannot be written.
    """
    path = setups_file() if path is None else path
    found = load_setups(path)
    kept = [b for b in found if b.name != name]
    if len(kept) == len(found):
        known = ", ".join(b.name for b in found) or "none yet"
        raise ProfileNameError(f"There is no set-up {name!r}; there are: {known}.")
    _write(path, kept)


def _write(path: Path, setups: list[Baseline]) -> Path:
    data = {"schema": SCHEMA, "setups": [_plain(b) for b in setups]}
    write_private(path, json.dumps(data, indent=1, allow_nan=False))
    return path


def _plain(baseline: Baseline) -> dict[str, Any]:
    return {k: None if v != v else v for k, v in asdict(baseline).items()}  # noqa: PLR0124 - NaN


def unlikeness(poses: Poses, baseline: Baseline) -> float:
    """How unlike one frame is to a set-up: 0 the same, about 1 for an ordinary movement."""
    high = float(poses.size[1])
    shoulders = poses.point(*SHOULDERS)[0] / high
    ears = poses.point(*EARS)[0] / high
    yaw = float(wrap_degrees(estimate_yaw(poses)[0] - baseline.yaw)[0])
    scale = float(np.log(head_size(poses)[0] / high / baseline.face))
    # Lower is what a slump is; only sideways, and higher, is another place.
    place = abs(shoulders[0] - baseline.shoulders[0]) + max(baseline.ears[1] - ears[1], 0.0)
    found = abs(yaw) / _UNIT_YAW + abs(scale) / _UNIT_SCALE + place / baseline.neck / _UNIT_PLACE
    return float(found) if np.isfinite(found) else math.inf


@dataclass(slots=True)
class SetupChooser:
    """Tells which of several set-ups the person sits in, without flickering between two.

    Attributes:
        setups: the baselines.
        current: the one taken for now; None when there is none at all.
    """

    setups: Sequence[Baseline]
    current: Baseline | None = None
    _rival: Baseline | None = None
    _since: float = 0.0

    def choose(self, poses: Poses, t: float) -> Baseline | None:
        """The set-up of one frame (T = 1) at `t` seconds."""
        if len(self.setups) <= 1:
            self.current = self.setups[0] if self.setups else None
        if len(self.setups) <= 1 or not poses.present[0]:
            return self.current
        rank = sorted(self.setups, key=lambda b: unlikeness(poses, b))
        best = rank[0]
        if self.current is None:
            self.current = best
        elif best is self.current or not self._clearly(poses, best):
            self._rival = None
        elif best is not self._rival:
            self._rival, self._since = best, t
        elif t - self._since >= _PATIENCE:
            self.current, self._rival = best, None
        return self.current

    def _clearly(self, poses: Poses, best: Baseline) -> bool:
        assert self.current is not None
        return unlikeness(poses, best) < _MARGIN * unlikeness(poses, self.current)
