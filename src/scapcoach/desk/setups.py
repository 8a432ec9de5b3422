"""Several set-ups (two screens, sitting and standing): stored in a file, recognised in pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach import schema
from scapcoach.desk.head import head_size
from scapcoach.desk.posture import Baseline  # noqa: TC001 - for `schema`
from scapcoach.errors import CalibrationError, ProfileNameError
from scapcoach.files import write_private
from scapcoach.folders import data_folder
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.landmarks import EARS, SHOULDERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scapcoach.landmarks import Poses

SCHEMA: Final = "scapcoach.desk/1"
_FORM: Final = schema.Format(
    "Delete the file and run 'scapcoach desk calibrate'", CalibrationError, SCHEMA, later={}
)

#: Differences that make up one unit of `unlikeness` [E]: degrees of yaw; logarithm of the head's
#: size; neck heights of movement sideways or up.
_UNIT_YAW: Final = 25.0
_UNIT_SCALE: Final = 0.35
_UNIT_PLACE: Final = 1.2

#: Another set-up is chosen when its unlikeness is below this share of the current one's for so many
#: seconds.
_MARGIN: Final = 0.6
_SWITCH_AFTER_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class _Setups:
    """The content of the file."""

    setups: tuple[Baseline, ...]


def setups_file() -> Path:
    """The file with the baselines; SCAPCOACH_DATA_DIR overrides the platform's user data folder."""
    return data_folder() / "desk.json"


def load_setups(path: Path | None = None) -> tuple[Baseline, ...]:
    """Load the stored baselines; none when there is no file yet.

    Raises:
        CalibrationError: the file is damaged or of another version.
    """
    path = setups_file() if path is None else path
    try:
        return schema.read(path, _Setups, _FORM, f"The file of desk baselines {path}").setups
    except FileNotFoundError:
        return ()


def save_setup(baseline: Baseline, path: Path | None = None) -> Path:
    """Store a baseline, replacing one of the same name.

    Raises:
        CalibrationError: the existing file is damaged.
        OutputError: it cannot be written.
    """
    path = setups_file() if path is None else path
    kept = (b for b in load_setups(path) if b.name != baseline.name)
    write_private(path, schema.text(_Setups((*kept, baseline)), _FORM))
    return path


def delete_setup(name: str, path: Path | None = None) -> None:
    """Delete a baseline.

    Raises:
        ProfileNameError: no baseline has that name.
        CalibrationError: the existing file is damaged.
        OutputError: it cannot be written.
    """
    path = setups_file() if path is None else path
    found = load_setups(path)
    kept = tuple(b for b in found if b.name != name)
    if len(kept) == len(found):
        known = ", ".join(b.name for b in found) or "none yet"
        raise ProfileNameError(f"There is no set-up {name!r}; there are: {known}.")
    write_private(path, schema.text(_Setups(kept), _FORM))


def unlikeness(poses: Poses, baseline: Baseline) -> float:
    """How much one frame differs from a set-up: 0 not at all, about 1 for an ordinary movement."""
    high = float(poses.size[1])
    shoulders = poses.point(*SHOULDERS)[0] / high
    ears = poses.point(*EARS)[0] / high
    yaw = float(wrap_degrees(estimate_yaw(poses)[0] - baseline.yaw)[0])
    scale = float(np.log(head_size(poses)[0] / high / baseline.face))
    # A slump lowers the head, so only sideways and higher count as another place.
    place = abs(shoulders[0] - baseline.shoulders[0]) + max(baseline.ears[1] - ears[1], 0.0)
    found = abs(yaw) / _UNIT_YAW + abs(scale) / _UNIT_SCALE + place / baseline.neck / _UNIT_PLACE
    return float(found) if np.isfinite(found) else math.inf


@dataclass(slots=True)
class SetupChooser:
    """Decides which of several set-ups the person sits in, without flickering between two.

    Attributes:
        setups: the baselines.
        current: the set-up in use; None when there are none.
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
        best = min(self.setups, key=lambda b: unlikeness(poses, b))
        if self.current is None:
            self.current = best
        elif best is self.current or not self._clearly_better(poses, best):
            self._rival = None
        elif best is not self._rival:
            self._rival, self._since = best, t
        elif t - self._since >= _SWITCH_AFTER_S:
            self.current, self._rival = best, None
        return self.current

    def _clearly_better(self, poses: Poses, best: Baseline) -> bool:
        assert self.current is not None
        return unlikeness(poses, best) < _MARGIN * unlikeness(poses, self.current)
