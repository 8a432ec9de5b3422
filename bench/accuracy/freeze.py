"""Draws a test set and writes its file; done once, before the first run, and refused afterwards.

``python -m bench.accuracy.freeze FILE``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from bench.accuracy.testset import DeskJob, drawn
from phantom.batch import Job
from phantom.sampling import FIRST_TEST_SEED

_HEAD: Final = """\
# The frozen test set of the accuracy bench. Written once by bench.accuracy.freeze, before the
# first run; not to be changed. Seeds are those of phantom (from 1,000,000 on they are kept
# for this set: nothing is tuned on them). camera and person are what the seeds gave, degrees and
# metres; they are checked before every run.
# Version 2 has other people at the desk: in version 1 the cameras, drawn for standing people,
# looked over their heads. The standing people are the same.
version = 2

# The short subset that guards against regressions: (seed, script).
quick = [
  [1000000, "still"], [1000000, "turning"], [1000000, "arm_raises"],
  [1000001, "still"], [1000001, "row"],
]

[kinds.standing]
framing = "body"
width = 400
height = 400
fps = 6.0
model = "full"
calibration = "calibration"

[kinds.desk]
framing = "desk"
width = 400
height = 300
fps = 6.0
model = "full"
calibration = "desk_calibration"
"""
VIEWS: Final = ("front", "oblique", "side", "back-oblique", "back")
PEOPLE_A_VIEW: Final = 4
#: Everybody is filmed in these ...
CORE: Final = ("still", "row", "turning", "leaning")
#: ... and in some of these, in turn, so that the set stays within half an hour of rendering.
TURNS: Final = (
    "arm_raises", "row_lazy", "rounding_only", "nodding", "overhead_press", "stepping", "shrug",
    "face_pull",
)  # fmt: skip
EACH: Final = 3
DESK_VIEWS: Final = ("front", "oblique", "side")


def text() -> str:
    """The file's content."""
    parts = [_HEAD]
    for n in range(PEOPLE_A_VIEW * len(VIEWS)):
        person, view = divmod(n, len(VIEWS))
        first = (person * EACH + view * 2) % len(TURNS)
        clips = [*CORE, *(TURNS[(first + k) % len(TURNS)] for k in range(EACH))]
        if VIEWS[view] in {"oblique", "side"} and person < 2:
            clips.append("squat_rounding")
        if n == 0 and "arm_raises" not in clips:
            clips.append("arm_raises")
        parts.append(_entry("standing", FIRST_TEST_SEED + n, VIEWS[view], clips, (400, 400)))
    for n in range(2 * len(DESK_VIEWS)):
        view_name = DESK_VIEWS[n % len(DESK_VIEWS)]
        seed = FIRST_TEST_SEED + 200 + n
        parts.append(_entry("desk", seed, view_name, ["desk_hunching"], (400, 300)))
    return "\n".join(parts)


def _entry(kind: str, seed: int, view: str, clips: list[str], size: tuple[int, int]) -> str:
    make, framing = (DeskJob, "desk") if kind == "desk" else (Job, "body")
    camera, person = drawn(
        make("calibration", seed, view=view, width=size[0], height=size[1], framing=framing)
    )
    names = ", ".join(f'"{c}"' for c in clips)
    tables = [
        f"{what} = {{ {', '.join(f'{k} = {v}' for k, v in values.items())} }}"
        for what, values in (("camera", camera), ("person", person))
    ]
    head = [f'[[setup]]\nkind = "{kind}"\nseed = {seed}\nview = "{view}"\nclips = [{names}]']
    return "\n".join([*head, *tables, ""])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy.freeze", description=__doc__)
    parser.add_argument("file", type=Path, help="to write; must not exist")
    file = parser.parse_args(arguments).file
    if file.exists():
        print(f"{file} exists and stays as it is: a frozen test set is not drawn again.",
              file=sys.stderr)  # fmt: skip
        return 1
    file.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
