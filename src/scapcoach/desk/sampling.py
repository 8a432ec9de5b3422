"""When to look next: soon while something changes, later while nothing does. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scapcoach.measures.registry import MILD

if TYPE_CHECKING:
    from scapcoach.desk.policy import PostureSample

#: Seconds between looks [E, the CPU figures in docs/reference/desk_accuracy.md follow from them]:
#: while the score changes; normally; after `STEADY_AFTER` without change; and with nobody there (at
#: first, and after `EMPTY_AFTER`). The lock on the subject forgets its place after 1.5 s and then
#: searches the whole picture, which costs more than a longer wait saves [M: 53 ms a look at 2 s, 20
#: ms below].
CHANGING: Final = 0.5
USUAL: Final = 1.0
STEADY_WAIT: Final = 1.25
EMPTY: Final = (2.0, 5.0)

#: Change of the score between two looks that is a movement, and largest change that is no movement;
#: the noise of one look is about 7.
MOVED: Final = 25.0
STEADY_SPREAD: Final = 15.0

#: Seconds without movement, and without anybody, after which looks become rarer.
STEADY_AFTER: Final = 20.0
EMPTY_AFTER: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What `next_look` remembers between looks.

    Attributes:
        wait: seconds until the next look.
        since: when the current stillness or absence began.
        anchor: the score at that time; None with nobody there or nothing judged.
        last: the last score.
        absent: whether nobody was there.
    """

    wait: float = USUAL
    since: float | None = None
    anchor: float | None = None
    last: float | None = None
    absent: bool = False


def next_look(pace: Pace, sample: PostureSample) -> Pace:
    """How long to wait after this sample.

    Args:
        pace: as returned for the previous sample; `Pace()` at the start.
        sample: the newest.
    """
    if not sample.present:
        since = pace.since if pace.absent and pace.since is not None else sample.t
        wait = EMPTY[0] if sample.t - since < EMPTY_AFTER else EMPTY[1]
        return Pace(wait, since, None, None, absent=True)
    moved = (
        pace.last is not None and sample.score is not None and abs(sample.score - pace.last) > MOVED
    )
    if pace.absent or moved or sample.score is None:
        wait = CHANGING if moved or pace.absent else USUAL
        return Pace(wait, sample.t, sample.score, sample.score)
    if pace.anchor is None or pace.since is None or abs(sample.score - pace.anchor) > STEADY_SPREAD:
        return Pace(USUAL, sample.t, sample.score, sample.score)
    # Somebody who is hunched is watched at the usual pace, so that the alert comes in time.
    calm = sample.t - pace.since >= STEADY_AFTER and sample.score < MILD
    return replace(pace, wait=STEADY_WAIT if calm else USUAL, last=sample.score)
