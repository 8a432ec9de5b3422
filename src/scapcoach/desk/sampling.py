"""When to look next: often while something changes, rarely while nothing does. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scapcoach.measures.registry import MILD

if TYPE_CHECKING:
    from scapcoach.desk.policy import Reading

#: Seconds between looks [E, the CPU figures in docs/desk.md follow from them]: while the score
#: changes, as a rule, while it has not changed for `STILL_AFTER`, and with nobody there. The lock
#: on the subject forgets a place after 1.5 s and then searches the whole picture, which costs more
#: than the looks that a longer wait would save [M: 53 ms a look at 2 s, 20 ms below].
CHANGING: Final = 0.5
USUAL: Final = 1.0
STILL: Final = 1.25
EMPTY: Final = (2.0, 5.0)

#: Change of the score between two looks that is a movement, and the spread that is stillness:
#: a look's own noise is about 7.
MOVED: Final = 25.0
STEADY: Final = 15.0

#: Seconds of stillness, and of absence, after which looks grow rare.
STILL_AFTER: Final = 20.0
EMPTY_AFTER: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What `next_look` remembers.

    Attributes:
        wait: seconds until the next look.
        since: when the present stillness or absence began.
        anchor: the score then; None with nobody there or nothing judged.
        last: the last score.
        absent: whether nobody was there.
    """

    wait: float = USUAL
    since: float | None = None
    anchor: float | None = None
    last: float | None = None
    absent: bool = False


def next_look(pace: Pace, reading: Reading) -> Pace:
    """How long to wait after this reading.

    Args:
        pace: as returned for the reading before; `Pace()` at the start.
        reading: the newest.
    """
    if not reading.present:
        since = pace.since if pace.absent and pace.since is not None else reading.t
        wait = EMPTY[0] if reading.t - since < EMPTY_AFTER else EMPTY[1]
        return Pace(wait, since, None, None, absent=True)
    moved = (
        pace.last is not None
        and reading.score is not None
        and abs(reading.score - pace.last) > MOVED
    )
    if pace.absent or moved or reading.score is None:
        wait = CHANGING if moved or pace.absent else USUAL
        return Pace(wait, reading.t, reading.score, reading.score)
    if pace.anchor is None or pace.since is None or abs(reading.score - pace.anchor) > STEADY:
        return Pace(USUAL, reading.t, reading.score, reading.score)
    # Somebody who is hunched is watched at the usual pace: the alert should come in time.
    calm = reading.t - pace.since >= STILL_AFTER and reading.score < MILD
    return replace(pace, wait=STILL if calm else USUAL, last=reading.score)
