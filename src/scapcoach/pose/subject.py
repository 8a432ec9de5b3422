"""The subject lock: which of the people in the picture is to be judged.

Pure logic over `Person`, without pictures or MediaPipe. The estimator calls `doubts` after every
frame, which is cheap; only in doubt does it search the picture and call `decide`. Numbers are
starting values, tested on real clips with two people and on composites.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from scapcoach.errors import InputError
from scapcoach.pose.people import Person, colour_distance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapcoach.arrays import FloatArray


#: Largest number of seconds between frames with continuous motion.
CONTINUOUS: Final = 0.2
#: Nobody moves the middle of the trunk by a trunk length, ...
JUMP: Final = 1.0
#: ... nor changes size by this factor, within CONTINUOUS seconds.
RESCALE: Final = 1.4
#: Seconds after which the place where somebody was last seen is no longer used.
PLACE_MEMORY: Final = 1.5
#: Seconds between two comparisons of colours without doubt.
COLOURS_EVERY: Final = 0.25
#: Seconds between two searches of the picture, so that a difficult clip does not become slow.
LOOK_EVERY: Final = 0.2
#: The same while somebody else is followed and the subject is searched for.
RETURN_EVERY: Final = 1.0
#: Seconds for which the subject must have been followed before the choice is final, so that a
#: title, a close-up or a rack mistaken for a body does not stay the subject.
PROBATION: Final = 1.0
#: Hellinger distances. One person differs from frame to frame by up to 0.35, two people by 0.5-1.
ALIKE: Final = 0.42
DIFFERENT: Final = 0.6
UNLIKE: Final = 0.8
#: By how much somebody else must fit better than the one being followed.
_MARGIN: Final = 0.15
_LOOKS_KEPT: Final = 6
#: Colours are remembered once the tracker has settled: this many frames in a row with little
#: motion (trunk lengths) and change of size. Its first fits may lie half beside the body.
_STEADY_FRAMES: Final = 5
_STEADY_MOVE: Final = 0.2
_STEADY_RESCALE: Final = 1.15
#: Trunk lengths between two people; nearer findings may be parts of one, taken for another.
_APART: Final = 1.5


@dataclass(frozen=True, slots=True)
class Choice:
    """The person to follow from now on, and that person's number (0 the subject)."""

    target: Person
    subject: int


@dataclass(slots=True, eq=False)
class _Known:
    """What is remembered of one person."""

    looks: list[FloatArray] = field(default_factory=list)
    last: Person | None = None
    t: float = -math.inf
    seen: float = 0.0

    def unlike(self, person: Person) -> float:
        """Colour distance to the nearest remembered look; 0.5, neutral, if unknown."""
        if person.colours is None or not self.looks:
            return 0.5
        return min(colour_distance(person.colours, look) for look in self.looks)

    def remember(self, person: Person, t: float, *, steady: bool) -> None:
        if t - self.t <= CONTINUOUS:
            self.seen += t - self.t
        self.last, self.t = person, t
        if not steady or person.colours is None or len(self.looks) >= _LOOKS_KEPT:
            return
        # A new look may differ from the last one, but not by much from the first: otherwise
        # a tracker that drifts to somebody else would change the memory.
        if not self.looks or (
            self.unlike(person) > ALIKE
            and colour_distance(person.colours, self.looks[0]) < DIFFERENT
        ):
            self.looks.append(person.colours)


class SubjectLock:
    """Follows one person's identity over time.

    Args:
        size: (width, height) of the pictures in pixels.
        subject_at: a point on the subject at the start, in pixels; None for the largest and most
            central person.
    """

    def __init__(
        self, size: tuple[int, int], subject_at: tuple[float, float] | None = None
    ) -> None:
        self._size = size
        self._point = subject_at
        self._known: list[_Known] = []
        self._bystanders: list[FloatArray] = []
        self._crowded = False
        self._current: int | None = None
        self._last: Person | None = None
        self._t = -math.inf
        self._looked = -math.inf
        self._compared = -math.inf
        self._mismatches = 0
        self._steady = 0

    @property
    def locked(self) -> bool:
        """Whether the subject has been chosen."""
        return self._current is not None

    @property
    def alone(self) -> bool:
        """Whether nobody but the subject has ever been seen."""
        return not self._crowded and len(self._known) <= 1

    def wants_colours(self, person: Person, t: float) -> bool:
        """Whether `person` should come with colours in this frame."""
        first = self._steady >= _STEADY_FRAMES and not self._known[self.current].looks
        return first or not self._smooth(person, t) or t - self._compared >= COLOURS_EVERY

    def doubts(self, person: Person, t: float) -> bool:
        """Whether `person`, whom the tracker follows, may not be who it followed before."""
        if not self.locked:
            return t - self._looked >= LOOK_EVERY
        if self._current != 0 and t - self._looked >= RETURN_EVERY:
            return True
        if not self._smooth(person, t):
            return not (self._near(person, t) and self._unlike_current(person) < ALIKE)
        if person.colours is not None:
            mismatch = self._unlike_current(person) > DIFFERENT
            self._mismatches = self._mismatches + 1 if mismatch else 0
        return self._mismatches >= 2 and t - self._looked >= LOOK_EVERY

    def may_look(self, t: float) -> bool:
        """Whether enough time has gone by since the last look around."""
        return t - self._looked >= LOOK_EVERY

    def decide(
        self, person: Person, others: Iterable[Person], t: float, *, confirmed: bool = True
    ) -> Choice | None:
        """Whom to follow, out of the one being followed and everybody else in the picture.

        Args:
            person: the one being followed, as the search found them if it did.
            others: everybody else the search found.
            t: seconds.
            confirmed: whether the search found `person` too. A tracker that has just taken
                somebody up fits badly for some frames, which says little about who it is.

        Returns:
            The choice, or None when it is not clear yet.
        """
        everybody = [person, *others]
        self._looked = t
        self._mismatches = 0
        if not self.locked or not self._known[0].looks:
            return self._start(everybody)
        if not confirmed and len(everybody) == 1 and self._near(person, t):
            return Choice(person, self.current)
        costs = [self._cost(p, t) for p in everybody]
        best = min(range(len(everybody)), key=lambda i: costs[i] - (_MARGIN if i == 0 else 0.0))
        if self._is_subject(everybody[best], t):
            target = everybody[best]
            self._meet([p for p in everybody if p is not target], target)
            return Choice(target, 0)
        if not confirmed:
            return None
        if self._known[0].seen < PROBATION:
            self._known[0] = _Known()
            return self._start(everybody)
        return Choice(person, self._number_of_other(person, t))

    def _start(self, everybody: list[Person]) -> Choice:
        target = choose(everybody, self._size, self._point)
        self._meet([p for p in everybody if p is not target], target)
        return Choice(target, 0)

    def accept(self, person: Person, t: float, subject: int) -> None:
        """Take note that `person` has been seen at `t` and is number `subject`."""
        while len(self._known) <= subject:
            self._known.append(_Known())
        calm = (
            subject == self._current
            and self._last is not None
            and person.distance(self._last) < _STEADY_MOVE
            and person.scale_ratio(self._last) < _STEADY_RESCALE
        )
        self._steady = self._steady + 1 if calm else 0
        self._known[subject].remember(person, t, steady=self._steady >= _STEADY_FRAMES)
        if person.colours is not None:
            self._compared = t
        self._current, self._last, self._t = subject, person, t

    @property
    def current(self) -> int:
        """Number of the person followed now."""
        return self._current or 0

    def _smooth(self, person: Person, t: float) -> bool:
        """Whether `person` continues the last frame's motion."""
        return self._last is not None and t - self._t <= CONTINUOUS and _close(person, self._last)

    def _near(self, person: Person, t: float) -> bool:
        return self._last is not None and t - self._t < PLACE_MEMORY and _close(person, self._last)

    def _unlike_current(self, person: Person) -> float:
        return self._known[self.current].unlike(person)

    def _cost(self, person: Person, t: float) -> float:
        """How badly somebody fits the subject: colours, and the place while it is remembered."""
        subject = self._known[0]
        cost = subject.unlike(person)
        if subject.last is not None and t - subject.t < PLACE_MEMORY:
            cost += 0.25 * min(person.distance(subject.last), 2.0)
        return cost

    def _is_subject(self, person: Person, t: float) -> bool:
        subject = self._known[0]
        unlike = subject.unlike(person)
        gap = t - subject.t
        near = subject.last is not None and person.distance(subject.last) <= JUMP
        if gap <= CONTINUOUS and not near:
            # Nobody is that fast: a cut in the film, or another person.
            return unlike < ALIKE and self.alone
        if near and gap < PLACE_MEMORY:
            # Clothes look different from another side; still, rather a known bystander?
            return unlike < DIFFERENT or (
                unlike < UNLIKE and unlike < self._nearest_other(person) + _MARGIN
            )
        if self.alone:
            return unlike < UNLIKE
        return unlike < ALIKE and unlike < self._nearest_other(person)

    def _nearest_other(self, person: Person) -> float:
        """Colour distance to other people seen so far; infinite if there are none."""
        looks = [*self._bystanders, *(look for known in self._known[1:] for look in known.looks)]
        if person.colours is None or not looks:
            return math.inf
        return min(colour_distance(person.colours, look) for look in looks)

    def _number_of_other(self, person: Person, t: float) -> int:
        if self._current and self._near(person, t):
            return self._current
        known = [(k.unlike(person), i) for i, k in enumerate(self._known) if i > 0]
        if known and min(known)[0] < ALIKE:
            return min(known)[1]
        return max(1, len(self._known))

    def _meet(self, others: list[Person], subject: Person) -> None:
        """Remember that there are people who are not the subject, and their colours."""
        looks = self._known[0].looks if self._known else []
        mine = [*looks, *([] if subject.colours is None else [subject.colours])]
        for other in others:
            if other.distance(subject) < _APART:
                continue
            self._crowded = True
            if other.colours is not None and all(
                colour_distance(other.colours, look) > ALIKE for look in (*self._bystanders, *mine)
            ):
                self._bystanders = [*self._bystanders, other.colours][-_LOOKS_KEPT:]


def choose(
    people: list[Person], size: tuple[int, int], point: tuple[float, float] | None = None
) -> Person:
    """The one to lock onto: nearest to `point`, else the largest and most central.

    Someone at the rim of the picture counts half as large as someone in the middle. The first of
    `people` (whom the tracker found by itself) gets a tenth on top, so that a tie costs nothing.
    """
    if point is not None:
        return min(people, key=lambda p: _outside(p, point))

    def weight(person: Person) -> float:
        off = abs(float(person.centre[0]) - size[0] / 2) / (size[0] / 2)
        bonus = 1.1 if person is people[0] else 1.0
        return bonus * person.scale * (1 - 0.5 * min(off, 1.0))

    return max(people, key=weight)


def subject_point(
    subject_at: tuple[float, float] | None, size: tuple[int, int]
) -> tuple[float, float] | None:
    """`subject_at` in pixels: values that are both at most 1 are shares of width and height.

    Raises:
        InputError: not two numbers, or the point is outside the picture.
    """
    if subject_at is None:
        return None
    x, y = (float(v) for v in subject_at)
    if 0 <= x <= 1 and 0 <= y <= 1:
        x, y = x * size[0], y * size[1]
    if not (0 <= x <= size[0] and 0 <= y <= size[1]):
        raise InputError(
            f"The subject's position {subject_at[0]:g},{subject_at[1]:g} is outside the picture of "
            f"{size[0]} x {size[1]} pixels: give pixels from the upper left corner, or shares "
            "between 0 and 1."
        )
    return x, y


def _close(person: Person, last: Person) -> bool:
    return person.distance(last) <= JUMP and person.scale_ratio(last) <= RESCALE


def _outside(person: Person, point: tuple[float, float]) -> float:
    """How far a point is from the body's box, then from the trunk's middle, in trunk lengths."""
    x0, y0, x1, y1 = person.box
    x, y = point
    beyond = math.hypot(max(x0 - x, 0, x - x1), max(y0 - y, 0, y - y1))
    middle = math.hypot(x - float(person.centre[0]), y - float(person.centre[1]))
    return (beyond + 0.1 * middle) / person.scale
