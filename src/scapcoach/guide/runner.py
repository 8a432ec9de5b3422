"""The running guided calibration: at most one, its result handed over once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scapcoach.guide.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from scapcoach.calibration import Calibration
    from scapcoach.guide.steps import Guide
    from scapcoach.landmarks import Poses


class GuideRunner:
    """Runs guided calibrations, one after the other.

    Args:
        finished: called with each finished calibration, whether a frame or a command finished it.

    Attributes:
        guide: the one that runs; None while there is none. Setting it begins another, or ends it.
    """

    def __init__(self, finished: Callable[[Calibration], Any]) -> None:
        self._finished = finished
        self._given: Calibration | None = None
        self.guide: Guide | None = None

    def frame(self, raw: Poses, image: npt.NDArray[np.uint8]) -> None:
        """Take one more frame.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            image: (H, W, 3) their picture.
        """
        if self.guide is not None:
            self.guide = self.guide.frame(raw, float(image[::16, ::16].mean()))
            self._hand_over(self.guide)

    def command(self, name: str) -> None:
        """Carry out what the person asks for: ``accept``, ``retry``, ``again``."""
        if self.guide is not None:
            self.guide = self.guide.command(name)
            self._hand_over(self.guide)

    def _hand_over(self, guide: Guide) -> None:
        found = guide.calibration
        if guide.step is Step.DONE and found is not None and found is not self._given:
            self._given = found
            self._finished(found)
