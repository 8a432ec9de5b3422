"""A person who follows a guided exercise calibration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.guide.steps import Step
from tests.support.exercise import exercise_clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.guide.steps import Guide
    from scapcoach.landmarks import Poses

FPS = 15.0
ASKED = {"arms_only": "arms_only", "squeeze": "squeeze", "shrug_rep": "shrug_rep",
         "verify": "squeeze"}  # fmt: skip


class Lifter:
    """Does a repetition whenever the guide waits for one; `kind` says which.

    Every repetition and every moment of rest has noise of its own.
    """

    def __init__(self, kind: Callable[[Guide], str], **changes: Any) -> None:
        self._kind, self._changes = kind, {"yaw": 20.0, "fps": FPS} | changes
        self._queue: list[Poses] = []
        self._seed = 0

    def frame(self, guide: Guide, t: float) -> Poses:
        if not self._queue:
            self._seed += 1
            kind = self._kind(guide) if guide.step is Step.MOVE else ""
            clip = exercise_clip((kind or "arms_only",), seed=self._seed, **self._changes)
            waiting = int(0.3 * FPS)
            self._queue = [clip[i : i + 1] for i in range(len(clip) if kind else waiting)]
        return replace(self._queue.pop(0), t=np.array([t]))
