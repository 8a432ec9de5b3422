"""Names for array types, used only in annotations; import them under ``TYPE_CHECKING``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.integer[Any]]
#: A picture: (H, W, 3) uint8, RGB.
Image = npt.NDArray[np.uint8]
