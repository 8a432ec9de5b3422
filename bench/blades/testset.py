"""The frozen clips: never looked at while anything was chosen, and never tuned on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from phantom.back.sets import NUISANCES, VIEWS, Job

if TYPE_CHECKING:
    from phantom.back.cloth import Kind

KINDS: Final[tuple[Kind, ...]] = ("bare", "tank", "shirt", "dark")
#: Seeds of people, clothes, rooms and cameras begin here.
ROWS_FROM: Final = 9000
LOCKED_FROM: Final = 9500


def rows() -> list[Job]:
    """Rows with good, lazy, shrugged, swung, half and hyper-retracted repetitions mixed.

    Each view and kind of clothes, another person in each.
    """
    pairs = [(yaw, kind) for yaw in VIEWS.values() for kind in KINDS]
    return [Job("row_mixed", ROWS_FROM + k, yaw, kind) for k, (yaw, kind) in enumerate(pairs)]


def locked() -> list[Job]:
    """Movements in which the blades stay where they are on the ribs: the right answer is 0."""
    found = []
    for k, (script, motion) in enumerate(NUISANCES):
        kind = KINDS[k % 3]  # a dark shirt is withheld in any case
        found.append(Job(script, LOCKED_FROM + k, list(VIEWS.values())[k % 3], kind, motion))
    return found
