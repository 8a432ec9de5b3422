"""Pictures of the untextured body: what everything that is older than textures was drawn with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scapcoach.arrays import Image


def pictures() -> Image:
    """Three small frames side by side: a row from behind, a press, a desk with a passer-by."""
    from dataclasses import replace

    from phantom.clip import render
    from phantom.library import SCRIPTS
    from phantom.person import Person
    from phantom.sampling import Framing, random_setup

    found = []
    for seed, view, name, framing in (
        (3, "back", "row", "upper"), (8, "front", "overhead_press", "body"),
        (12, "oblique", "desk_hunching", "desk"),
    ):  # fmt: skip
        script = replace(SCRIPTS[name](Person.random(seed)), passer=framing == "desk")
        setup = random_setup(seed, view, Framing((200, 240), framing), fps=0.3)
        # Noise would make the file that this is compared with four times as large.
        quiet = replace(setup, camera=replace(setup.camera, noise=0.0), quality=0)
        frames = render(script, quiet)
        next(frames)
        found.append(next(frames).image)
    return np.concatenate(found, axis=1)
