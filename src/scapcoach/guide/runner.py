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
    """

    def __init__(self, finished: Callable[[Calibration], Any]) -> None:
        self._finished = finished
        self._given: Calibration | None = None
        self._guide: Guide | None = None

    @property
    def guide(self) -> Guide | None:
        """The guide at this moment; None while there is none."""
        return self._guide

    def begin(self, guide: Guide) -> None:
        """Run this guide, instead of any other."""
        self._guide = guide

    def leave(self) -> None:
        """Stop; everything stays as it was before."""
        self._guide = None

    def frame(self, raw: Poses, image: npt.NDArray[np.uint8]) -> None:
        """Take one more frame.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            image: (H, W, 3) their picture.
        """
        if self._guide is not None:
            self._guide = self._guide.frame(raw, float(image[::16, ::16].mean()))
            self._hand_over(self._guide)

    def command(self, name: str) -> None:
        """Carry out what the person asks for: ``accept``, ``retry``, ``again``."""
        if self._guide is not None:
            self._guide = self._guide.command(name)
            self._hand_over(self._guide)

    def _hand_over(self, guide: Guide) -> None:
        found = guide.calibration
        if guide.step is Step.DONE and found is not None and found is not self._given:
            self._given = found
            self._finished(found)
