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
    """Leads a person through guided calibrations, one after the other.

    Args:
        finished: is given each calibration that is finished, whether by a frame or by a command.
    """

    def __init__(self, finished: Callable[[Calibration], Any]) -> None:
        self._finished = finished
        self._given: Calibration | None = None
        self._guide: Guide | None = None

    @property
    def guide(self) -> Guide | None:
        """As it stands; None while there is none."""
        return self._guide

    def begin(self, guide: Guide) -> None:
        """Lead through this one, in place of any other."""
        self._guide = guide

    def leave(self) -> None:
        """Stop; everything stays as it was before."""
        self._guide = None

    def frame(self, raw: Poses, image: npt.NDArray[np.uint8]) -> None:
        """One frame further.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            image: (H, W, 3) their picture.
        """
        if self._guide is not None:
            self._guide = self._guide.frame(raw, float(image[::16, ::16].mean()))
            self._hand_over(self._guide)

    def command(self, name: str) -> None:
        """What the person asks for: ``accept``, ``retry``, ``again``."""
        if self._guide is not None:
            self._guide = self._guide.command(name)
            self._hand_over(self._guide)

    def _hand_over(self, guide: Guide) -> None:
        found = guide.calibration
        if guide.step is Step.DONE and found is not None and found is not self._given:
            self._given = found
            self._finished(found)
