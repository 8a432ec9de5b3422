"""`Calibration`: the neutral, the personal ranges and the smallest detectable changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from scapcoach.arrays import DegreesOrNan, NumberOrNan  # noqa: TC001 - for `schema`
from scapcoach.errors import CalibrationError
from scapcoach.girdle.estimators import Estimator
from scapcoach.girdle.neutral import Neutral  # noqa: TC001 - for `schema`
from scapcoach.girdle.personal import Shifts  # noqa: TC001 - for `schema`
from scapcoach.girdle.template import Template  # noqa: TC001 - for `schema`


class CalibrationKind(StrEnum):
    """Where a calibration comes from; it decides which status a measure can have."""

    AUTO = "auto"  # a moment of rest in the recording itself: relative values only
    CLIP = "clip"  # a calibration clip or marked segments
    PROFILE = "profile"  # a saved profile


#: Smallest detectable change is 2.77 standard deviations between repeats: 1.96 x sqrt(2), for a
#: difference of two readings at 95 % (Beckerman et al., Qual Life Res 2001).
SDC_FACTOR: Final = 2.77


@dataclass(frozen=True, slots=True)
class Range:
    """How far one side goes, in degrees from neutral.

    Attributes:
        high: the person's full retraction or shrug; NaN when not taken.
        low: the person's full protraction or depression, negative; NaN when not taken.
        sdc: smallest detectable change in degrees, between means of repeated holds.
    """

    high: DegreesOrNan
    low: DegreesOrNan
    sdc: DegreesOrNan


#: Of the mean, the left and the right side (`girdle.state.SIDES`).
Ranges: TypeAlias = tuple[Range, Range, Range]


@dataclass(frozen=True, slots=True)
class Slump:
    """The person's own slump pose, as changes from neutral; NaN where it could not be seen.

    Attributes:
        head_forward: degrees.
        head_drop: per cent of the neutral height of the ears over the shoulders.
        rounding: degrees, as the measure `rounding_deg`.
        protraction: degrees.
    """

    head_forward: DegreesOrNan
    head_drop: NumberOrNan
    rounding: DegreesOrNan
    protraction: DegreesOrNan


@dataclass(frozen=True, slots=True)
class PersonalRanges:
    """The person's ranges as one estimator sees them; as in `Calibration`."""

    retraction: Ranges | None
    elevation: Ranges | None


#: The slump that is assumed when the person's own was not taken [E].
DEFAULT_SLUMP: Final = Slump(head_forward=30.0, head_drop=30.0, rounding=20.0, protraction=20.0)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Everything that converts degrees to per cent of a person's own range.

    Attributes:
        kind: where it comes from.
        neutral: the resting pose.
        retraction, elevation: ranges, or None when only a neutral is known.
        slump: the person's own slump pose, or None for the documented default.
        shifts: how the full poses shift the landmarks, or None; retraction and elevation are
            read from them while the arms hang as in the calibration.
        exercise: how the landmarks move in one exercise, or None; retraction and elevation are
            read from it while the arms move as in the calibration.
        model_sha256: of the model that made the landmarks; another model places them elsewhere.
        name: of the profile, or of the clip.
        estimator: that took the ranges, and reads frames against them.
        camera: the system's name of the camera that filmed it; empty for a clip.
        observed: ranges by the observer, which `Estimator.JOINT` uses as well; or None.
    """

    kind: CalibrationKind
    neutral: Neutral
    retraction: Ranges | None = None
    elevation: Ranges | None = None
    slump: Slump | None = None
    exercise: Template | None = None
    model_sha256: str = ""
    name: str = ""
    estimator: Estimator = Estimator.JOINT
    shifts: Shifts | None = None
    camera: str = ""
    observed: PersonalRanges | None = None

    def other_camera(self, camera: str) -> str:
        """A warning that this is another camera than in the calibration; empty if it is not.

        Another lens in another place shows the same shoulders differently.
        """
        if not self.camera or not camera or camera == self.camera:
            return ""
        return (
            f"The profile {self.name!r} was taken with the camera {self.camera!r}, and this is "
            f"{camera!r}: check the calibration."
        )

    def check_estimator(self, wanted: str | None) -> None:
        """Make sure that frames are read with the estimator that took the ranges.

        Args:
            wanted: one of `Estimator`; None for the calibration's own.

        Raises:
            CalibrationError: it was taken with another one.
        """
        if wanted not in {None, str(self.estimator)}:
            raise CalibrationError(
                f"The calibration {self.name!r} was taken with the {self.estimator} estimator, "
                f"whose ranges are not those of the {wanted} one: leave --estimator out, or "
                "calibrate again with it."
            )

    def check_model(self, sha256: str) -> None:
        """Make sure that landmarks of this model may be read with this calibration.

        Raises:
            CalibrationError: it was taken with another model.
        """
        if self.model_sha256 not in {"", sha256}:
            raise CalibrationError(
                f"The calibration {self.name!r} was taken with another pose model, which places "
                "the points elsewhere: use the --model it was taken with, or calibrate again."
            )
