"""`Readings`: the coach's input for T frames, as one table of numbers.

The same table holds a recording or one live frame (T = 1), so both use the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.arm_path import ARM_PHASE, arm_phase, path_of
from scapcoach.coaching.kinematics import KINEMATICS, kinematics
from scapcoach.coaching.squeeze import SQUEEZE, squeeze
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures


_PARTS: Final = ("value", "sigma", "status", "reason", "deg", "deg_sigma")
_QUANTITIES: Final = (*KINEMATICS, *ARM_PHASE, SQUEEZE, "yaw")
_TABLE_COLUMNS: Final = (*_QUANTITIES, *(f"{name}.{part}" for name in SPECS for part in _PARTS))
_INDEX: Final[Mapping[str, int]] = MappingProxyType({n: i for i, n in enumerate(_TABLE_COLUMNS)})
#: For every measure its parts and their columns.
_MEASURED: Final[Mapping[str, tuple[tuple[str, int], ...]]] = MappingProxyType(
    {name: tuple((part, _INDEX[f"{name}.{part}"]) for part in _PARTS) for name in SPECS}
)


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The coach's input for T frames.

    Attributes:
        t: (T,) seconds.
        table: (T, K) kinematics, and of every measure its value, sigma, status, reason and, where
            it has one, its estimate in degrees. NaN where missing.
    """

    t: FloatArray
    table: FloatArray

    @classmethod
    def of(
        cls, poses: Poses, measures: Measures | None, calibration: Calibration | None = None
    ) -> Readings:
        """Compute the table from these frames.

        Args:
            poses: T frames, smoothed; frames without the followed person become NaN.
            measures: of the same frames; NaN without.
            calibration: the one that the measures come from; it adds the position on the calibrated
                arm path, and squeezes that are too uncertain to be shown as a measure.
        """
        table = np.full((len(poses), len(_TABLE_COLUMNS)), np.nan)
        found = {**kinematics(poses), **arm_phase(poses, path_of(calibration))}
        for name, values in found.items():
            table[:, _INDEX[name]] = values
        table[:, _INDEX[SQUEEZE]] = squeeze(poses, measures, calibration)
        table[poses.subject != 0] = np.nan
        if measures is not None:
            table[:, _INDEX["yaw"]] = measures.yaw
            for name, columns in _MEASURED.items():
                series = measures[name]
                for part, column in columns:
                    values = getattr(series, part)
                    if values is not None:
                        table[:, column] = values
        return cls(np.asarray(poses.t, np.float64), table)

    @classmethod
    def join(cls, parts: Iterable[Readings]) -> Readings:
        """One table of several, in order of time; at least one."""
        rows = list(parts)
        return cls(np.concatenate([r.t for r in rows]), np.concatenate([r.table for r in rows]))

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> Readings:
        """Readings of some of the frames."""
        return Readings(self.t[index], self.table[index])

    def quantity(self, name: str) -> FloatArray:
        """(T,) one quantity of `kinematics`, `arm_path` or `squeeze`, or ``yaw`` in degrees."""
        return self.table[:, _INDEX[name]]

    def measure(self, name: str, part: str = "value") -> FloatArray:
        """(T,) one part of a measure: value, sigma, deg or deg_sigma."""
        return self.table[:, _INDEX[f"{name}.{part}"]]

    def status(self, name: str) -> IntArray:
        """(T,) `Status` codes of a measure."""
        codes = np.nan_to_num(self.measure(name, "status"), nan=float(Status.NO_PERSON))
        return codes.astype(np.int8)

    def reason(self, name: str) -> IntArray:
        """(T,) `Reason` codes of a measure."""
        return np.nan_to_num(self.measure(name, "reason"), nan=float(Reason.NONE)).astype(np.int8)

    def between(self, start: float, end: float) -> Readings:
        """The frames from `start` to `end` seconds, both included."""
        # 1e-6 s of tolerance for rounded timestamps.
        low, high = np.searchsorted(self.t, [start - 1e-6, end + 1e-6])
        return self[int(low) : int(high)]
