"""The texts of alerts: what has changed, and what to do, without blame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scapcoach.desk.drift import Drift
from scapcoach.desk.policy import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Parts that an alert may name: the smallest share worth naming, the share in a full slump [M,
#: phantom], and the sentence.
_CHANGES: Final = (
    ("forward", 0.10, 0.25, "Your head has come forward of your shoulders"),
    ("closer", 0.10, 0.15, "You have come {per_cent:.0f} % nearer to the camera"),
    ("shoulders", 0.12, 0.25, "Head and shoulders have sunk"),
    ("lower", 0.10, 0.40, "Your head has sunk"),
    ("neck", 0.10, 0.30, "Your neck has shortened"),
)

#: What to do about each part.
_ADVICE: Final = {
    "forward": "bring your ears back over your shoulders and let the chair carry your back.",
    "closer": "sit back against the backrest, and move the screen closer if it is too far away.",
    "shoulders": "push your hips to the back of the seat and grow taller.",
    "lower": "look at the top of the screen and grow taller.",
    "neck": "let your shoulders drop and grow taller.",
}

#: How somebody has been sitting when the baseline no longer fits.
_DRIFTS: Final = {
    Drift.LOWER: "lower in the picture",
    Drift.HIGHER: "higher in the picture",
    Drift.NEARER: "nearer to the camera",
    Drift.FARTHER: "farther from the camera",
}


def recheck_text(drift: Drift) -> str:
    """The text when a baseline no longer fits."""
    if drift is Drift.ELSEWHERE:
        return (
            "The baseline has not fitted for a while, so nothing could be judged. Take one for "
            "this place: scapcoach desk calibrate, with --name for a second one, such as standing."
        )
    return (
        f"Head and shoulders have been {_DRIFTS[drift]} than in the baseline for a while, with the "
        "neck unchanged. Has the seat, the screen or the camera moved? Then take a new baseline: "
        "scapcoach desk calibrate."
    )


def notice_text(kind: NoticeKind, cause: Mapping[str, float], seconds: float) -> str:
    """One or two sentences for the person.

    Args:
        kind: what the notice is about.
        cause: what had changed, by part, as shares (`posture.PARTS`).
        seconds: as in `policy.Event`.
    """
    if kind is NoticeKind.BREAK:
        return f"You have been at the desk for {seconds / 60:.0f} minutes: stand up for a moment."
    if kind is NoticeKind.RECOVERED:
        return "Upright again. Good."
    if kind is NoticeKind.ASK:
        return (
            "You sit lower than when you calibrated. If you have sunk down, grow taller. If the "
            "chair is lower or the screen has moved, take a new baseline: scapcoach desk calibrate."
        )
    name = strongest(cause)
    if name is None:
        return "You have been hunched for a while: sit back and grow taller."
    sentence = next(s for n, _, _, s in _CHANGES if n == name)
    return f"{sentence.format(per_cent=100 * cause[name])}: {_ADVICE[name]}"


def strongest(cause: Mapping[str, float]) -> str | None:
    """The part that is largest relative to a full slump; None when none is worth naming."""
    weight = {n: cause[n] / full for n, least, full, _ in _CHANGES if cause.get(n, 0.0) >= least}
    return max(weight, key=lambda n: weight[n], default=None)
