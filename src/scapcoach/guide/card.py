"""What the window and the page show of a guided calibration at one moment, in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

from scapcoach.guide.steps import Step, person_found

if TYPE_CHECKING:
    from scapcoach.guide.framing import FramingCheck
    from scapcoach.guide.steps import Guide

    Points = tuple[tuple[float, float], ...]


class Mood(StrEnum):
    """In which mood a card speaks to the person; colours and tones follow it."""

    CALM = "calm"
    ACT = "act"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class GuideCard:
    """One moment of a guided calibration.

    Attributes:
        title, text: what to do, or what the result is.
        mood: gives the colour of the title.
        big: seconds or repetitions left, in large letters; empty for none.
        share: of the hold that is done, or of the path to the finish; negative for no bar.
        progress: share of everything that is done, 0..1.
        checks: of the framing; empty elsewhere.
        arrow: where to move (`framing.FramingCheck.arrow`); empty for none.
        trace: (seconds before now, height -1..1) of the last `steps.TRACE_S` seconds.
        accept, retry, more: labels of the buttons; empty where there is no such button.
    """

    title: str
    text: str
    mood: Mood = Mood.CALM
    big: str = ""
    share: float = -1.0
    progress: float = 0.0
    checks: tuple[FramingCheck, ...] = ()
    arrow: str = ""
    trace: Points = ()
    accept: str = ""
    retry: str = ""
    more: str = ""


def card(guide: Guide) -> GuideCard:
    """What is shown of a guided calibration now."""
    if guide.step is Step.FRAMING:
        return _framing(guide)
    if guide.step is Step.FAILED:
        return GuideCard("This did not work", guide.fault, Mood.BAD, progress=guide.progress,
                    accept="Go on", retry="Once more")  # fmt: skip
    if guide.step is Step.DONE:
        return GuideCard("Calibrated", " ".join(guide.lines), Mood.GOOD, progress=1.0,
                    accept="Go on", retry="Once more", more=guide.script.more)  # fmt: skip
    if guide.step is Step.REVIEW:
        title, mood = ("Once more", Mood.BAD) if guide.fault else ("Good", Mood.GOOD)
        return GuideCard(title, guide.fault, mood, progress=guide.progress,
                    accept="Accept", retry="Repeat")  # fmt: skip
    return _task(guide)


def _framing(guide: Guide) -> GuideCard:
    bad = next((check for check in guide.checks if check.advice), None)
    if bad is None:
        return GuideCard("Good. Stay like this.", "", progress=guide.progress, checks=guide.checks)
    return GuideCard(
        _DO.get(bad.arrow or bad.name, bad.title),
        bad.advice,
        progress=guide.progress,
        checks=guide.checks,
        arrow=bad.arrow,
        accept="Go on as it is" if person_found(guide.checks) else "",
    )


#: What to do in large letters, by the arrow or the name of the bad check.
_DO: Final = {
    "back": "Step back", "nearer": "Step closer", "left": "Move left",
    "right": "Move right", "turn": "Turn a little", "person": "Step into the picture",
    "distance": "Step back", "level": "Set the camera level", "light": "Change the light",
    "rate": "Too few pictures",
}  # fmt: skip


def _task(guide: Guide) -> GuideCard:
    """Before or during a pose or repetitions."""
    acting, counter = guide.step is not Step.READY, guide.counter
    title, text = guide.task.during if acting else guide.task.before
    mood = Mood.BAD if guide.fault else Mood.ACT
    big, share = str(ceil(guide.left)) if guide.left > 0 else "", -1.0
    if counter is not None:
        big, share = f"{len(guide.spans)}/{guide.task.count}", min(1.0, counter.share)
    elif acting:
        share = 1 - guide.left / guide.script.hold_s
    moving = guide.step is Step.MOVE
    return GuideCard(
        title,
        guide.fault or text,
        mood if acting else Mood.CALM,
        big=big,
        share=share,
        progress=guide.progress,
        trace=tuple((t - guide.t, height) for t, height in guide.trace),
        accept=guide.task.skip,
        retry="Begin these again" if moving else "",
    )
