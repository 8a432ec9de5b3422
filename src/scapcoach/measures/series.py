"""`Measures`, the third core type: named series with value, sigma, status and reason.

Nothing downstream reads a value that its status does not allow: `Series.value` is NaN wherever
the status is neither ``ok`` nor ``relative``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray, IntArray


class Status(IntEnum):
    """What a value may be used for."""

    OK = 0
    RELATIVE = 1
    NOT_OBSERVABLE = 2
    NO_PERSON = 3
    SUBJECT_CHANGED = 4

    @property
    def label(self) -> str:
        """The name used in files: ok, relative, not_observable, no_person, subject_changed."""
        return self.name.lower()


class Reason(IntEnum):
    """Why a status is not ``ok``."""

    NONE = 0
    NOT_CALIBRATED = 1
    AUTO_CALIBRATED = 2
    CALIBRATION_STALE = 3
    RANGE_TOO_SMALL = 4
    ARMS_AWAY_FROM_CALIBRATION = 5
    SHOULDER_HIDDEN = 6
    HIPS_HIDDEN = 7
    HEAD_HIDDEN = 8
    OUT_OF_FRAME = 9
    TURN_TOWARDS_CAMERA = 10
    TURN_SIDE_ON = 11
    TOO_FAR = 12
    TOO_NEAR = 13
    LOW_CONFIDENCE = 14
    SUPINE = 16  # 15 is unused
    SHOULDERS_RAISED = 17
    TOO_UNCERTAIN = 18
    TRUNK_MOVED = 19
    MATCHED_REPS = 20
    HANDS_NOT_SHOWN = 21
    BACK_NOT_SEEN = 22
    NO_TEXTURE = 23
    BACK_COVERED = 24
    NO_STRETCH = 25
    TURNED_SINCE_STRETCH = 26
    TRUNK_FOLDS = 27
    BACK_UNCLEAR = 28
    NO_SQUEEZE = 29
    SINCE_STRETCH = 30
    BEST_SO_FAR = 31

    @property
    def label(self) -> str:
        """The name used in files; empty for NONE."""
        return "" if self is Reason.NONE else self.name.lower()

    @property
    def advice(self) -> str:
        """One sentence for the person about what to change."""
        return _REASON_ADVICE[self]


_REASON_ADVICE: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.NONE: "",
        Reason.NOT_CALIBRATED: "Not calibrated: record a short calibration clip.",
        Reason.AUTO_CALIBRATED: "Not calibrated: only changes within this recording are shown.",
        Reason.CALIBRATION_STALE: "You or the camera turned: keep the direction of the start.",
        Reason.RANGE_TOO_SMALL: "Your range is too small to be measured here: turn a little.",
        Reason.ARMS_AWAY_FROM_CALIBRATION: (
            "Moving arms hide the shoulder blades: calibrate this exercise."
        ),
        Reason.SHOULDER_HIDDEN: "A shoulder is hidden: turn a little or clear the view.",
        Reason.HIPS_HIDDEN: "Hips are out of the picture: step back.",
        Reason.HEAD_HIDDEN: "The head is hidden: bring it into the picture.",
        Reason.OUT_OF_FRAME: "Part of the body is out of the picture: step back.",
        Reason.TURN_TOWARDS_CAMERA: "Not seen from here: turn about 30 degrees towards the camera.",
        Reason.TURN_SIDE_ON: "Only seen from the side: turn side-on to the camera.",
        Reason.TOO_FAR: "Too far from the camera: step closer.",
        Reason.TOO_NEAR: "Too near to the camera: step back.",
        Reason.LOW_CONFIDENCE: "The picture is not clear enough: more light, plainer background.",
        Reason.SHOULDERS_RAISED: "The shoulders are raised: lower them to have this judged.",
        Reason.TOO_UNCERTAIN: "This view does not show it well enough: turn a little.",
        Reason.TRUNK_MOVED: "The trunk leans too far from its starting position.",
        Reason.MATCHED_REPS: "Not calibrated: only differences between repetitions are shown.",
        Reason.HANDS_NOT_SHOWN: "How the hands grip cannot be seen.",
        Reason.SUPINE: "Lying down: this cannot be judged.",
        Reason.BACK_NOT_SEEN: "Film your back, from behind or 30 degrees off, to see the blades.",
        Reason.NO_TEXTURE: "The back shows too little: more light, or a lighter, patterned top.",
        Reason.BACK_COVERED: "The upper back is covered or blurred: keep hair and pads off it.",
        Reason.NO_STRETCH: "No stretch of the arms was seen yet to compare with.",
        Reason.TURNED_SINCE_STRETCH: "You turned since the stretch: keep your back to the camera.",
        Reason.TRUNK_FOLDS: "The trunk folds in this movement, which moves the back as well.",
        Reason.BACK_UNCLEAR: "The back could not be followed well enough: keep the camera still.",
        Reason.NO_SQUEEZE: "No squeeze has stood out yet in this set.",
        Reason.SINCE_STRETCH: "Compared with the stretch of this repetition.",
        Reason.BEST_SO_FAR: "Compared with the best squeeze so far in this set.",
    }
)


class View(IntEnum):
    """The direction from which the camera sees the subject."""

    UNKNOWN = -1
    FRONT = 0
    OBLIQUE = 1
    SIDE = 2
    BACK_OBLIQUE = 3
    BACK = 4

    @property
    def label(self) -> str:
        """The name used in files and on screen: front, oblique, side, back-oblique, back."""
        return "" if self is View.UNKNOWN else self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the report draws a measure.

    Attributes:
        title: of the plot; measures with the same title share one.
        place: plots stand in this order, from the top down.
        label: of the curve, where several share a plot; else "".
        about: what a positive value means and since when; empty where `MeasureSpec.positive` says
            all of it.
        below: what values below zero mean, written at the foot of the plot; empty for nothing.
    """

    title: str
    place: int
    label: str = ""
    about: str = ""
    below: str = ""


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """What a measure is; the registry holds one for each.

    Attributes:
        name: column name in tables.
        title: words for people, e.g. "Retraction, left".
        unit: "%" of the personal range, "deg", or "" for an index.
        positive: what a positive value means, e.g. "shoulder blades drawn back".
        low, high: the range a gauge shows.
        function: "module:function" that works it out and decides where it may be read. It takes
            the `gates.Scene` and gives one `Series`, or several where measures share it.
        degrees: the range a gauge shows of the estimate in degrees that stands beside the value;
            None for a measure without one.
        zones: values at which a verdict changes, e.g. from ok to mild; empty without verdicts.
        plot: where the report draws it; None for a measure that it does not draw.
        compared: whether `compare` says how it differs between two recordings.
    """

    name: str
    title: str
    unit: str
    positive: str
    low: float
    high: float
    function: str
    degrees: tuple[float, float] | None = None
    zones: tuple[float, ...] = ()
    plot: Plot | None = None
    compared: bool = False

    @property
    def has_degrees(self) -> bool:
        """Whether an estimate in degrees stands beside the value."""
        return self.degrees is not None


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One measure over T frames.

    Attributes:
        spec: name, unit and range of the measure.
        value: (T,) in `spec.unit`; NaN where the status does not allow a value, and for measures
            in per cent of the personal range also where it is only ``relative``.
        sigma: (T,) one standard deviation, same unit; NaN where `value` is.
        status: (T,) `Status` codes.
        reason: (T,) `Reason` codes; NONE exactly where the status is ``ok``, ``no_person`` or
            ``subject_changed``.
        deg: (T,) estimate in degrees from neutral, where `spec.has_degrees`; else None.
        deg_sigma: (T,) one standard deviation of `deg`, or None.
    """

    spec: MeasureSpec
    value: FloatArray
    sigma: FloatArray
    status: IntArray
    reason: IntArray
    deg: FloatArray | None = None
    deg_sigma: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> Series:
        """The same series for some of the frames."""
        deg = None if self.deg is None else self.deg[index]
        deg_sigma = None if self.deg_sigma is None else self.deg_sigma[index]
        return Series(
            self.spec,
            self.value[index],
            self.sigma[index],
            self.status[index],
            self.reason[index],
            deg,
            deg_sigma,
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Series]) -> Series:
        """Join parts of one series, in order of time; at least one."""
        joined: dict[str, Any] = {}
        for name in ("value", "sigma", "status", "reason", "deg", "deg_sigma"):
            arrays = [getattr(part, name) for part in parts]
            joined[name] = None if arrays[0] is None else np.concatenate(arrays)
        return cls(parts[0].spec, **joined)

    @property
    def judged(self) -> npt.NDArray[np.bool_]:
        """(T,) True where there is a value to use, absolute or relative."""
        return np.asarray(self.status <= Status.RELATIVE)


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """All measures of a recording, or of one live frame (T = 1).

    Attributes:
        t: (T,) seconds.
        yaw: (T,) degrees: 0 facing the camera, + turned to the subject's own left, 180 back to it.
        yaw_sigma: (T,) degrees.
        view: (T,) `View` codes.
        series: by measure name, in the order of the registry.
    """

    t: FloatArray
    yaw: FloatArray
    yaw_sigma: FloatArray
    view: IntArray
    series: Mapping[str, Series]

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, name: str) -> Series:
        return self.series[name]

    def frames(self, index: slice | npt.NDArray[Any]) -> Measures:
        """The same measures for some of the frames."""
        return Measures(
            self.t[index],
            self.yaw[index],
            self.yaw_sigma[index],
            self.view[index],
            MappingProxyType({name: s[index] for name, s in self.series.items()}),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Measures]) -> Measures:
        """Join parts of one recording, in order of time; at least one."""
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("t", "yaw", "yaw_sigma", "view")
        }
        series = {
            name: Series.concatenate([part[name] for part in parts]) for name in parts[0].series
        }
        return cls(**joined, series=MappingProxyType(series))
