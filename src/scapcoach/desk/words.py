"""What alerts say: what has changed, and what to do. Nobody is blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scapcoach.desk.drift import Drift
from scapcoach.desk.policy import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Parts that an alert may name: the least share worth naming, the share of a full slump [M,
#: phantom], and the sentence.
_CHANGES: Final = (
    ("forward", 0.10, 0.25, "Your head has come forward of your shoulders"),
    ("closer", 0.10, 0.15, "You have come {per_cent:.0f} % nearer to the camera"),
    ("shoulders", 0.12, 0.25, "Head and shoulders have sunk"),
    ("lower", 0.10, 0.40, "Your head has sunk"),
    ("neck", 0.10, 0.30, "Your neck has shortened"),
)

#: What to do about each.
_ADVICE: Final = {
    "forward": "bring your ears back over your shoulders and let the chair carry your back.",
    "closer": "sit back until the chair carries you, and bring the screen to you if it is too far.",
    "shoulders": "push your hips to the back of the seat and grow taller.",
    "lower": "lift your gaze to the top of the screen and grow taller.",
    "neck": "let your shoulders drop and grow taller.",
}

#: How somebody has sat for long, where the baseline no longer fits.
_DRIFTS: Final = {
    Drift.LOWER: "lower in the picture",
    Drift.HIGHER: "higher in the picture",
    Drift.NEARER: "nearer to the camera",
    Drift.FARTHER: "farther from the camera",
}


def recheck(drift: Drift) -> str:
    """What to say when a baseline no longer fits."""
    if drift is Drift.ELSEWHERE:
        return (
            "The baseline has not fitted for a while, and nothing could be judged. Take one for "
            "this place: scapcoach desk calibrate, with --name for a second one, such as standing."
        )
    return (
        f"Head and shoulders have been {_DRIFTS[drift]} than in the baseline for a while, the neck "
        "as it was. Has the seat, the screen or the camera moved? Then take a new baseline: "
        "scapcoach desk calibrate."
    )


def words(kind: Kind, cause: Mapping[str, float], seconds: float) -> str:
    """One or two sentences for the person.

    Args:
        kind: of the event.
        cause: what had changed, by part, as shares (`posture.PARTS`).
        seconds: of the event.
    """
    if kind is Kind.BREAK:
        return f"You have been at the desk for {seconds / 60:.0f} minutes: stand up for a moment."
    if kind is Kind.RECOVERED:
        return "Upright again. Good."
    if kind is Kind.ASK:
        return (
            "You sit lower than when you calibrated. Sunk? Then grow taller. A lower chair, or a "
            "moved screen? Then take a new baseline: scapcoach desk calibrate."
        )
    name = strongest(cause)
    if name is None:
        return "You have been hunched for a while: sit back and grow taller."
    sentence = next(s for n, _, _, s in _CHANGES if n == name)
    return f"{sentence.format(per_cent=100 * cause[name])}: {_ADVICE[name]}"


def strongest(cause: Mapping[str, float]) -> str | None:
    """The part that stands out most against a full slump's; None when none is worth naming."""
    weight = {n: cause[n] / full for n, least, full, _ in _CHANGES if cause.get(n, 0.0) >= least}
    return max(weight, key=lambda n: weight[n], default=None)
