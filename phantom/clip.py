"""Scripts -> frames with truth, and frames -> a video file with its truth beside it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.body import BodyShape, make_body
from phantom.camera import Camera
from phantom.outfit import Look
from phantom.pose import Pose
from phantom.props import Placer
from phantom.render import Actor, Renderer
from phantom.scene import Scene
from phantom.skeleton import pose_body
from phantom.truth import COLUMNS, truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from phantom.timeline import Script
    from scapcoach.arrays import FloatArray, Image


#: Pictures averaged for one frame with motion blur.
_BLUR_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything about a clip but the movement.

    Attributes:
        shape, look, camera, scene: who is seen, how dressed, from where, in what room.
        fps: frames a second.
        quality: JPEG quality that frames pass through, as a webcam's do; 0 none.
        seed: of noise, shake and the passer-by.
    """

    shape: BodyShape = field(default_factory=BodyShape)
    look: Look = field(default_factory=Look)
    camera: Camera = field(default_factory=Camera)
    scene: Scene = field(default_factory=Scene)
    fps: float = 25.0
    quality: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One rendered frame.

    Attributes:
        t: seconds.
        image: (H, W, 3) uint8 RGB, C-contiguous.
        truth: all of `phantom.truth.COLUMNS`.
        segment: what the person holds or does at this moment; "" in between.
        rep: number of the repetition, 0 none.
    """

    t: float
    image: Image
    truth: dict[str, float]
    segment: str
    rep: int


def times(script: Script, fps: float) -> FloatArray:
    """(T,) instants of a script's frames, seconds."""
    return np.arange(max(1, int(np.floor(script.duration * fps)))) / fps


def truth_at(script: Script, setup: Setup, t: float) -> dict[str, float]:
    """Truth of one instant, without drawing it."""
    body = make_body(setup.shape)
    return truth(body, pose_body(body, script.pose(t)), setup.camera.eye)


def render(script: Script, setup: Setup | None = None) -> Iterator[Frame]:
    """The frames of `script`, in order of time, each with its truth."""
    setup = Setup() if setup is None else setup
    actor = Actor.of(make_body(setup.shape), setup.look)
    props = Placer(script.props, pose_body(actor.body, script.pose(0.0)))
    renderer = Renderer(actor, setup.camera, setup.scene, props, setup.seed)
    passer = _passer(setup) if script.passer else None
    for t in times(script, setup.fps):
        image = _exposed(renderer, script, setup, passer, float(t))
        if setup.quality:
            image = _through_jpeg(image, setup.quality)
        segment, rep = script.label(float(t))
        row = truth(actor.body, pose_body(actor.body, script.pose(float(t))), setup.camera.eye)
        yield Frame(float(t), image, row, segment, rep)


def _exposed(
    renderer: Renderer, script: Script, setup: Setup, passer: Actor | None, t: float
) -> Image:
    """One frame, averaged over the time in which the shutter is open."""
    blur = setup.camera.blur
    steps = (
        [t] if blur <= 0 else [t + k * blur / _BLUR_STEPS / setup.fps for k in range(_BLUR_STEPS)]
    )
    images = []
    for moment in steps:
        others = [(passer, _walking(setup, script.duration, moment))] if passer else []
        images.append(renderer.frame(script.pose(moment), others, _shake(script, setup, moment)))
    if len(images) == 1:
        return images[0]
    return np.mean(images, axis=0).astype(np.uint8)


def _shake(script: Script, setup: Setup, t: float) -> tuple[float, float]:
    size = max(script.shake, setup.camera.shake)
    if size <= 0:
        return (0.0, 0.0)
    rng = np.random.default_rng(setup.seed + 101)
    rates, phases = rng.uniform(0.6, 3.5, (2, 4)), rng.uniform(0, 2 * np.pi, (2, 4))
    wave = np.sin(2 * np.pi * rates * t + phases).mean(axis=1) * size
    return float(wave[0]), float(wave[1])


def _through_jpeg(image: Image, quality: int) -> Image:
    import cv2

    _, coded = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _passer(setup: Setup) -> Actor:
    other = replace(setup.shape, sex=1 - round(setup.shape.sex), weight=0.4)
    return Actor.of(make_body(other), Look(top=(150, 60, 50), bottom=(70, 74, 90), seed=9))


def _walking(setup: Setup, duration: float, t: float) -> Pose:
    """Somebody walks through behind the subject, from the picture's left to its right."""
    c = setup.camera
    eye = c.eye
    away = -eye * (1, 0, 1) / np.hypot(eye[0], eye[2])
    right = np.cross(away, [0.0, 1.0, 0.0])
    x, _, z = 1.1 * away + right * (-2.0 + 4.0 * t / duration)
    stride = float(np.sin(2 * np.pi * 0.9 * t))
    step = Pose(
        turn=float(np.degrees(np.arctan2(right[0], right[2]))),
        position=(float(x), float(z)),
        hip_flexion_left=22 * stride,
        hip_flexion_right=-22 * stride,
        knee_flexion_left=14 + 12 * stride,
        knee_flexion_right=14 - 12 * stride,
    )
    return replace(
        step,
        arm_left=replace(step.arm_left, elevation=-22 * stride, plane=85),
        arm_right=replace(step.arm_right, elevation=22 * stride, plane=85),
    )


def write_clip(path: Path, frames: Iterable[Frame], fps: float, crf: int = 26) -> Path:
    """Write an H.264 file and, beside it, ``<name>.truth.csv``; returns the latter's path.

    Args:
        path: of the video; its ending chooses the container.
        frames: at least one.
        fps: frames a second.
        crf: x264's constant rate factor: 18 nearly lossless, 35 heavily compressed.
    """
    from scapcoach.pyav import av

    path.parent.mkdir(parents=True, exist_ok=True)
    rows: list[list[str]] = []
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "medium"}
        for n, frame in enumerate(frames):
            if n == 0:
                stream.height, stream.width = frame.image.shape[:2]
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame.image, format="rgb24")):
                out.mux(packet)
            rows.append(_row(frame))
        for packet in stream.encode():
            out.mux(packet)
    beside = path.with_suffix(".truth.csv")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["t", *COLUMNS, "segment", "rep"])
        writer.writerows(rows)
    return beside


def _row(frame: Frame) -> list[str]:
    values = (
        "" if np.isnan(v := frame.truth[c]) else f"{v:.4f}" if c.endswith("_m") else f"{v:.2f}"
        for c in COLUMNS
    )
    return [f"{frame.t:.4f}", *values, frame.segment, str(frame.rep)]
