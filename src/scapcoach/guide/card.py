"""What every face shows of a guided calibration at one moment, in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

from scapcoach.guide.poses import HOLD_S, POSES, VERIFY, Guide, Step, anybody
from scapcoach.guide.reps import MOVES, RepGuide

if TYPE_CHECKING:
    from scapcoach.guide.framing import Check

    Points = tuple[tuple[float, float], ...]

#: A guided calibration of either sort.
AnyGuide = Guide | RepGuide

#: Seconds, and degrees up and down, that the trace of a pose shows.
TRACE_S: Final = 8.0
_TRACE_DEG: Final = 25.0


class Mood(StrEnum):
    """How it is said."""

    CALM = "calm"
    ACT = "act"
    GOOD = "good"
    AMISS = "amiss"


@dataclass(frozen=True, slots=True)
class Card:
    """One moment of a guided calibration.

    Attributes:
        title, text: what to do, or what came of it.
        mood: colour of the title.
        big: seconds or repetitions left, in large letters; empty for none.
        share: of the hold that is done, or of the way to the finish; negative for no bar.
        progress: share of everything that is done, 0..1.
        checks: of the framing; empty elsewhere.
        arrow: which way to move (`framing.Check.arrow`); empty for none.
        trace: (seconds before now, height -1..1) of the last `TRACE_S` seconds.
        accept, retry, more: words of what may be chosen; empty where there is no such choice.
    """

    title: str
    text: str
    mood: Mood = Mood.CALM
    big: str = ""
    share: float = -1.0
    progress: float = 0.0
    checks: tuple[Check, ...] = ()
    arrow: str = ""
    trace: Points = ()
    accept: str = ""
    retry: str = ""
    more: str = ""


def card(guide: AnyGuide) -> Card:
    """What is shown of a guided calibration now."""
    if guide.step is Step.FRAMING:
        return _framing(guide)
    if guide.step is Step.FAILED:
        return Card("This did not work", guide.fault, Mood.AMISS, progress=guide.progress,
                    accept="Go on", retry="Once more")  # fmt: skip
    if guide.step is Step.DONE:
        more = "Calibrate an exercise, too" if isinstance(guide, Guide) else ""
        return Card("Calibrated", " ".join(guide.lines), Mood.GOOD, progress=1.0,
                    accept="Go on", retry="Once more", more=more)  # fmt: skip
    if guide.step is Step.REVIEW:
        title, mood = ("Once more", Mood.AMISS) if guide.fault else ("Good", Mood.GOOD)
        return Card(title, guide.fault, mood, progress=guide.progress,
                    accept="Accept", retry="Repeat")  # fmt: skip
    return _pose(guide) if isinstance(guide, Guide) else _rep(guide)


def _framing(guide: AnyGuide) -> Card:
    amiss = next((c for c in guide.checks if not c.good and c.advice), None)
    title = _DO.get(amiss.arrow or amiss.name, amiss.title) if amiss else "Good. Stay like this."
    can_go_on = amiss is not None and anybody(guide.checks)
    return Card(
        title,
        amiss.advice if amiss else "",
        progress=guide.progress,
        checks=guide.checks,
        arrow=amiss.arrow if amiss else "",
        accept="Go on as it is" if can_go_on else "",
    )


#: What to do in large letters, by the arrow or the name of the check that is amiss.
_DO: Final = {
    "back": "Step back", "nearer": "Step closer", "left": "Move left",
    "right": "Move right", "turn": "Turn a little", "person": "Step into the picture",
    "distance": "Step back", "level": "Set the camera level", "light": "Change the light",
    "rate": "Too few pictures",
}  # fmt: skip


def _pose(guide: Guide) -> Card:
    title, text = POSES[guide.pose]
    holding = guide.step is Step.HOLD
    return Card(
        f"Hold: {title[0].lower()}{title[1:]}" if holding else title,
        text,
        Mood.ACT if holding else Mood.CALM,
        big=str(ceil(guide.left)),
        share=1 - guide.left / HOLD_S if holding else -1.0,
        progress=guide.progress,
        trace=tuple((t - guide.t, _within(v / _TRACE_DEG)) for t, v in guide.trace),
    )


def _rep(guide: RepGuide) -> Card:
    title, text = MOVES[guide.kind]
    skip = "Finish without it" if guide.kind == VERIFY else ""
    if guide.step is Step.READY:
        count = "one repetition" if guide.wanted == 1 else f"{guide.wanted} repetitions"
        told = guide.fault or f"{text} Take up the start position, arms still."
        return Card(f"Next: {title[0].lower()}{title[1:]}, {count}", told, progress=guide.progress,
                    big=str(ceil(guide.left)) if guide.left > 0 else "",
                    accept=skip)  # fmt: skip
    assert guide.counter is not None
    return Card(
        title,
        guide.fault or f"{text} At your own tempo.",
        Mood.AMISS if guide.fault else Mood.ACT,
        big=f"{len(guide.spans)}/{guide.wanted}",
        share=min(1.0, guide.counter.share),
        progress=guide.progress,
        trace=tuple((t - guide.t, _within(2 * v - 1)) for t, v in guide.trace),
        accept=skip,
        retry="Begin these again",
    )


def _within(value: float) -> float:
    return min(1.0, max(-1.0, value))
