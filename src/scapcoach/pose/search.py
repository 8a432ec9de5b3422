"""Search one picture for people other than the person being followed."""

from __future__ import annotations

import math
import os
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.model_files import model_file
from scapcoach.pose.detection import Detection
from scapcoach.pose.landmarker import Landmarker
from scapcoach.pose.people import Person, person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.arrays import Image


#: Most people that are distinguished.
_MOST_PEOPLE: Final = 4
#: With MediaPipe's default of 0.5, shadows, legs and parts of close-ups were detected as people in
#: real gym clips; with 0.85 none were, and no unobstructed person was missed.
_CONFIDENCE: Final = 0.8
#: The detector sees a picture fitted into a small square. Longer pictures are also searched in
#: square tiles, where people are larger.
_TILED_FROM: Final = 1.2
#: Shoulders and hips must be this visible on average; trees and gym racks mostly are not.
_CLEAR: Final = 0.8
#: Detections whose trunks are nearer than this, in trunk lengths, are one person: the place of a
#: small person in the whole picture is off by up to half a trunk.
_SAME: Final = 0.8
#: Trunks smaller than this share of the picture's shorter side are bystanders far away.
_SMALLEST: Final = 0.05


#: Only one thread at a time may use the native landmarker.
_ONE_AT_A_TIME: Final = Lock()


def look_around(image: Image) -> list[Person]:
    """Everybody in `image`, each once; from any thread.

    Slow (several detector runs), so only for moments of doubt. Always uses the lite model, which is
    enough to find where people are.

    Raises:
        ModelError: the model is missing or damaged, or MediaPipe cannot load it.
    """
    smallest = _SMALLEST * min(image.shape[:2])
    people: list[Person] = []
    for x, y, tile in _tiles(image):
        with _ONE_AT_A_TIME:
            seen = _landmarker(os.getpid()).look(tile)
        for found in seen:
            who = person(_shifted(found, x, y), image)
            if who.clear < _CLEAR or who.scale < smallest or _cut(who, x, tile, image):
                continue
            if not any(who.distance(known) < _SAME for known in people):
                people.append(who)
    return people


@cache
def _landmarker(_process: int) -> Landmarker:
    """One landmarker for the whole process, made at first use: single pictures leave no state.

    Making it takes as long as several frames, which matters for short clips.
    """
    return Landmarker(model_file("lite", mask=False), people=_MOST_PEOPLE, confidence=_CONFIDENCE)


def _cut(who: Person, x: int, tile: Image, image: Image) -> bool:
    """Whether the body crosses a side of its tile inside the picture."""
    left, right = x > 0, x + tile.shape[1] < image.shape[1]
    reach = 0.5 * who.scale
    return bool(
        (left and who.centre[0] - reach < x)
        or (right and who.centre[0] + reach > x + tile.shape[1])
    )


def _tiles(image: Image) -> Iterator[tuple[int, int, Image]]:
    """Overlapping squares along the longer side, then the whole: x, y and pixels of each.

    The squares come first: people are larger in them, so their landmarks are more exact.
    """
    height, width = image.shape[:2]
    short, long = sorted((height, width))
    if long / short < _TILED_FROM:
        yield 0, 0, image
        return
    # Neighbours overlap by at least a third, so that nobody is cut by every tile.
    count = math.ceil((long - short) / (short * 2 / 3)) + 1
    for start in np.linspace(0, long - short, count).astype(int):
        x, y = (int(start), 0) if width > height else (0, int(start))
        yield x, y, np.ascontiguousarray(image[y : y + short, x : x + short])
    yield 0, 0, image


def _shifted(found: Detection, x: int, y: int) -> Detection:
    offset: Any = np.array([x, y], np.float32)
    return Detection(found.xy + offset, found.world, found.visibility, found.presence)
