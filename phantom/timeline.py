"""Movements as key poses with smooth moves between them: pure functions of time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from phantom.pose import Pose, blend, couple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from phantom.person import Person


@dataclass(frozen=True, slots=True)
class Key:
    """A pose to go to and stay in.

    Attributes:
        pose: as the person intends it; coupling and sway are added.
        move: seconds to get there.
        hold: seconds to stay.
        segment: name of the hold in the truth file; "" none.
        moving: name of the move to it.
        rep: number of the repetition, 0 none.
    """

    pose: Pose
    move: float = 0.8
    hold: float = 0.0
    segment: str = ""
    moving: str = ""
    rep: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A movement of one person, start to end.

    Attributes:
        name: as on the command line.
        keys: in order; the move to the first one is skipped.
        person: whose movement.
        props: names of props to draw (`phantom.props`).
        couple_arms: whether the girdle follows raised arms and shrugs.
        shake: amplitude of camera shake in degrees.
        passer: whether a second person walks through behind.
    """

    name: str
    keys: Sequence[Key]
    person: Person
    props: tuple[str, ...] = ()
    couple_arms: bool = True
    shake: float = 0.0
    passer: bool = False
    _ends: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        spans = [(k.move if i else 0.0) + k.hold for i, k in enumerate(self.keys)]
        self._ends.extend(x / self.person.pace for x in accumulate(spans))

    @property
    def ends(self) -> tuple[float, ...]:
        """When the hold of each key ends, seconds."""
        return tuple(self._ends)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self._ends[-1]

    def _at(self, t: float) -> tuple[int, float]:
        """Index of the key at `t` and the share of the move to it that is done, 1 in the hold."""
        i = min(bisect_right(self._ends, t), len(self.keys) - 1)
        start = self._ends[i - 1] if i else 0.0
        move = self.keys[i].move / self.person.pace if i else 0.0
        return i, 1.0 if t - start >= move else (t - start) / move

    def pose(self, t: float) -> Pose:
        """The pose at `t` seconds."""
        i, share = self._at(t)
        p = self.keys[i].pose
        if share < 1.0:
            p = blend(self.keys[i - 1].pose, p, minimum_jerk(share))
        if self.couple_arms:
            p = couple(p, self.person.coupling)
        return self.person.swayed(p, t)

    def label(self, t: float) -> tuple[str, int]:
        """Segment name and repetition at `t` seconds."""
        i, share = self._at(t)
        key = self.keys[i]
        return (key.segment if share >= 1.0 else key.moving), key.rep


def minimum_jerk(share: float) -> float:
    """The smooth way in which people move from rest to rest (Flash & Hogan 1985)."""
    s = min(max(share, 0.0), 1.0)
    return s * s * s * (10 + s * (6 * s - 15))


#: A maker of scripts: a person -> the script they follow.
if TYPE_CHECKING:
    Maker = Callable[[Person], Script]
    Library = Mapping[str, Maker]
