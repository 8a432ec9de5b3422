"""One call for all estimators: landmarks and a neutral in, a `GirdleState` out.

The closed form (`girdle.geometric`) can be followed with pencil and paper; the observer
(`girdle.observer`) was trained on rendered bodies. Both return the same quantities, each with a
sigma, so that callers need not know which one was used. Their degrees are not interchangeable:
ranges calibrated with one are not valid for the other. To compare both, use shares of the
personal range.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from scapcoach.errors import SettingError
from scapcoach.girdle.geometric import solve
from scapcoach.girdle.observer import observe

if TYPE_CHECKING:
    from scapcoach.girdle.neutral import Neutral
    from scapcoach.girdle.state import GirdleState
    from scapcoach.landmarks import Poses


class Estimator(StrEnum):
    """How landmarks are turned into degrees.

    `JOINT` takes all degrees from the closed form; where the person's own full poses are
    calibrated, it also uses the observer (`measures.personal_series`).
    """

    JOINT = "joint"
    GEOMETRIC = "geometric"
    OBSERVER = "observer"


def find_estimator(name: str) -> Estimator:
    """The estimator of that name.

    Raises:
        SettingError: there is none.
    """
    try:
        return Estimator(name)
    except ValueError:
        known = ", ".join(Estimator)
        raise SettingError(f"There is no estimator {name!r}: choose one of {known}.") from None


def estimate(poses: Poses, neutral: Neutral, estimator: Estimator) -> GirdleState:
    """The state of the girdle in every frame, as changes from `neutral`.

    Each frame is estimated independently: one live frame and a whole recording give equal results.

    Args:
        poses: T frames, smoothed or not.
        neutral: of the same person, camera and view.
        estimator: which one.

    Returns:
        T frames; NaN without a person.

    Raises:
        ModelError: the observer's weights are missing or damaged.
    """
    if estimator is Estimator.OBSERVER:
        return observe(poses, neutral)
    return solve(poses, neutral)
