"""All scripts by name, with what each shows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from phantom import movements, nuisances
from phantom.back.scripts import LOCKED
from phantom.between import BETWEEN
from phantom.calibrations import CALIBRATIONS
from phantom.desk import DESK
from phantom.lifts import LIFTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phantom.timeline import Maker

SCRIPTS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "calibration": movements.calibration,
        "still": movements.still,
        "squeezes_and_shrugs": movements.squeezes_and_shrugs,
        "retraction_hold": movements.retraction_holds,
        "hyper_retraction": movements.hyper_retraction,
        "wander": movements.wander,
        **LIFTS,
        **CALIBRATIONS,
        **BETWEEN,
        **DESK,
        "turning": nuisances.turning,
        "leaning": nuisances.leaning,
        "arm_raises": nuisances.arm_raises,
        "arm_swings": nuisances.arm_swings,
        "nodding": nuisances.nodding,
        "stepping": nuisances.stepping,
        "camera_shake": nuisances.camera_shake,
        "rounding_only": nuisances.rounding_only,
        **LOCKED,
    }
)


def describe(name: str) -> str:
    """The first line of what a script says about itself."""
    return (SCRIPTS[name].__doc__ or "").strip().splitlines()[0]
