"""Scripts -> frames of a textured back with truth, and a video with its truth beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom.back.cloth import Cloth
from phantom.back.phone import MOTIONS
from phantom.back.render import BackActor, BackRenderer
from phantom.back.truth import BACK_COLUMNS, back_truth, followed, percent
from phantom.body import make_body
from phantom.clip import Frame, Setup, _exposed, _passer, _through_jpeg, times, write_clip
from phantom.props import Placer
from phantom.skeleton import pose_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from phantom.timeline import Script
    from scapcoach.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class BackSetup:
    """Everything about a clip of a back but the movement.

    Attributes:
        base: body, look, camera, room, frame rate, noise.
        cloth: what is worn over the back.
        motion: of the camera, one of `phone.MOTIONS`.
        rhythm: 1 where blades turn upwards with raised arms, 0 where they do not; None: as the
            script has it (0 where blades are locked).
    """

    base: Setup = field(default_factory=Setup)
    cloth: Cloth = field(default_factory=Cloth)
    motion: str = "still"
    rhythm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BackFrame(Frame):
    """One rendered frame; its truth has all of `truth.BACK_COLUMNS`.

    Attributes:
        points: (3, 5, 2) pixels of the followed points (`truth.FOLLOWED`) at the three levels.
        seen: (3, 5) whether they are in the picture and nothing hides them.
    """

    points: FloatArray
    seen: BoolArray


def render(script: Script, setup: BackSetup | None = None) -> Iterator[BackFrame]:
    """The frames of `script`, in order of time, each with its truth."""
    setup = BackSetup() if setup is None else setup
    base = setup.base
    actor = BackActor.wearing(make_body(base.shape), base.look, setup.cloth)
    props = Placer(script.props, pose_body(actor.body, script.pose(0.0)))
    rhythm = float(script.couple_arms) if setup.rhythm is None else setup.rhythm
    renderer = BackRenderer(actor, base.camera, base.scene, props, base.seed, rhythm=rhythm)
    passer = _passer(base) if script.passer else None
    motion = MOTIONS[setup.motion]
    for moment in times(script, base.fps):
        t = float(moment)
        if setup.motion != "still":
            renderer.move(motion(base.camera, t, script.duration, base.seed))
        image = _exposed(renderer, script, base, passer, t)
        posed = pose_body(actor.body, script.pose(t))
        row = back_truth(actor, posed, renderer.camera.eye, rhythm)
        points, seen = renderer.where(followed(actor, actor.vertices(posed, rhythm)))
        if base.quality:
            image = _through_jpeg(image, base.quality)
        yield BackFrame(t, image, row, *script.label(t), points, seen)


def write(
    path: Path, script: Script, setup: BackSetup, crf: int = 26, info: dict[str, Any] | None = None
) -> Path:
    """Render to a video and, beside it, ``NAME.truth.csv`` and ``NAME.truth.npz``.

    The npz has ``t``, ``columns``, ``truth`` (T, C), ``segment``, ``rep``, ``gap_pct`` (T,) (the
    middle level against the first frame), ``points`` (T, 3, 5, 2), ``seen`` (T, 3, 5), ``size``,
    ``fps`` and ``info`` (JSON: how it was made).

    Args:
        path: of the video; its ending chooses the container.
        script: the movement.
        setup: all else.
        crf: x264's constant rate factor: 18 nearly lossless, 35 heavily compressed.
        info: further plain data for ``info``.

    Returns:
        the path of the npz.
    """
    kept: list[BackFrame] = []

    def passing(frames: Iterable[BackFrame]) -> Iterator[BackFrame]:
        for frame in frames:
            kept.append(replace(frame, image=frame.image[:0]))
            yield frame

    write_clip(path, passing(render(script, setup)), setup.base.fps, crf)
    truth = np.array([[f.truth[c] for c in BACK_COLUMNS] for f in kept])
    about = {"script": script.name, "person": asdict(script.person), "setup": asdict(setup)}
    beside = path.with_suffix(".truth.npz")
    np.savez_compressed(
        beside,
        t=[f.t for f in kept],
        columns=BACK_COLUMNS,
        truth=truth,
        segment=[f.segment for f in kept],
        rep=[f.rep for f in kept],
        gap_pct=percent(truth[:, BACK_COLUMNS.index("gap_middle_m")]),
        points=np.array([f.points for f in kept], np.float32),
        seen=np.array([f.seen for f in kept]),
        size=setup.base.camera.size,
        fps=setup.base.fps,
        info=json.dumps(about | (info or {})),
    )
    return beside
