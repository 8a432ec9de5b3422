"""Command line: any scripted movement as a clip with its truth."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from phantom.assets import AssetError


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m phantom",
        description="Render a movement of a body with known joint angles to a video, with a table "
        "of the truth for every frame beside it (NAME.truth.csv).",
    )
    p.add_argument("script", nargs="?", help="which movement; --list shows them")
    p.add_argument("--list", action="store_true", help="list the movements and views, and stop")
    p.add_argument("--out", type=Path, help="video to write (default: SCRIPT_VIEW.mp4)")
    p.add_argument("--view", default="front", help="front, oblique, side, ... or yaw in degrees")
    p.add_argument("--size", default="480x640", help="WIDTHxHEIGHT in pixels")
    p.add_argument("--fps", type=float, default=25.0)
    p.add_argument("--crf", type=int, default=26, help="compression: 18 fine .. 35 coarse")
    p.add_argument("--distance", type=float, default=3.0, help="of the camera, metres")
    p.add_argument("--height", type=float, default=1.2, help="of the camera, metres")
    p.add_argument("--aim", type=float, default=0.95, help="height the camera points at, metres")
    p.add_argument("--fov", type=float, default=40.0, help="vertical field of view, degrees")
    p.add_argument("--noise", type=float, default=2.0, help="sensor noise, grey levels")
    p.add_argument("--blur", type=float, default=0.0, help="share of a frame the shutter is open")
    p.add_argument("--brightness", type=float, default=1.0, help="1 well lit .. 0.35 dark")
    p.add_argument("--background", default="room", choices=("plain", "gradient", "room", "gym"))
    p.add_argument("--sex", type=float, default=1.0, help="0 female .. 1 male")
    p.add_argument("--muscle", type=float, default=0.5, help="0 .. 1")
    p.add_argument("--weight", type=float, default=0.5, help="0 .. 1")
    p.add_argument("--looseness", type=float, default=0.35, help="of the clothes, 0 .. 1")
    p.add_argument("--person", type=int, help="seed of a person with their own ranges and habits")
    p.add_argument("--passer", action="store_true", help="somebody walks through behind")
    return p


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    from phantom.camera import VIEWS
    from phantom.library import SCRIPTS, describe

    if options.list or options.script is None:
        for name in SCRIPTS:
            print(f"{name:20} {describe(name)}")
        print("views:", ", ".join(f"{name} {yaw:g}" for name, yaw in VIEWS.items()))
        return 0
    if options.script not in SCRIPTS:
        parser.error(f"there is no script {options.script!r}: --list shows them")
    try:
        yaw = VIEWS[options.view] if options.view in VIEWS else float(options.view)
        size = tuple(int(x) for x in options.size.split("x"))
    except ValueError:
        parser.error("--view takes a name or degrees, --size WIDTHxHEIGHT")
    out = options.out or Path(f"{options.script}_{options.view}.mp4")
    try:
        return _render(options, yaw, size, out)
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1


def _render(options: argparse.Namespace, yaw: float, size: tuple[int, ...], out: Path) -> int:
    from phantom.body import BodyShape
    from phantom.camera import Camera
    from phantom.clip import Setup, render, write_clip
    from phantom.library import SCRIPTS
    from phantom.outfit import Look
    from phantom.person import Person
    from phantom.scene import Scene

    person = Person() if options.person is None else Person.random(options.person)
    script = SCRIPTS[options.script](person)
    if options.passer:
        script = replace(script, passer=True)
    setup = Setup(
        shape=BodyShape(sex=options.sex, muscle=options.muscle, weight=options.weight),
        look=Look(looseness=options.looseness),
        camera=Camera(
            yaw=yaw, distance=options.distance, height=options.height, aim=options.aim,
            fov=options.fov, size=(size[0], size[1]), noise=options.noise, blur=options.blur,
        ),
        scene=Scene(background=options.background, brightness=options.brightness),
        fps=options.fps,
    )  # fmt: skip
    start = time.monotonic()
    beside = write_clip(out, render(script, setup), options.fps, options.crf)
    frames = int(script.duration * options.fps)
    pace = frames / (time.monotonic() - start)
    print(f"{out} and {beside.name}: {script.duration:.1f} s, {frames} frames, {pace:.0f} a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
