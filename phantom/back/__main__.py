"""Command line: clips of a textured back, with truth of the gap between the blades."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from phantom.assets import AssetError

if TYPE_CHECKING:
    from phantom.back.clip import BackSetup
    from phantom.back.sets import Job


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m phantom.back",
        description="Render a movement seen from behind, with textured skin and cloth, to a video; "
        "beside it the truth of every frame (NAME.truth.csv, and with the gap between the shoulder "
        "blades NAME.truth.npz).",
    )
    p.add_argument("script", nargs="?", help="which movement, or the set: pulls, nuisances, all")
    p.add_argument("--list", action="store_true", help="list movements, views and sets, and stop")
    p.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: here)")
    p.add_argument("--view", default="back", help="back, back-left, back-right or yaw in degrees")
    p.add_argument("--cloth", default="shirt", choices=("bare", "tank", "shirt", "dark"))
    p.add_argument("--seed", type=int, default=0, help="of body, person, clothes, room and camera")
    p.add_argument("--motion", default="still", choices=("still", "approach", "hand", "nudge"))
    p.add_argument("--size", default="480x640", help="WIDTHxHEIGHT in pixels")
    p.add_argument("--fps", type=float, default=25.0)
    p.add_argument("--crf", type=int, default=26, help="compression: 18 fine .. 35 coarse")
    p.add_argument("--looseness", type=float, help="of the shirt, 0 .. 1 (default: by seed)")
    p.add_argument("--noise", type=float, help="sensor noise, grey levels (default: by seed)")
    p.add_argument("--brightness", type=float, help="1 well lit .. 0.35 dark (default: by seed)")
    return p


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    from phantom.back.sets import NUISANCES, PULLS, VIEWS, Job
    from phantom.library import SCRIPTS, describe

    if options.list or options.script is None:
        for name in SCRIPTS:
            print(f"{name:20} {describe(name)}")
        print("views:", ", ".join(f"{name} {yaw:g}" for name, yaw in VIEWS.items()))
        print("pulls:", ", ".join(PULLS))
        print("nuisances:", ", ".join(s if m == "still" else f"{s} ({m})" for s, m in NUISANCES))
        return 0
    pulls, nuisances = [(name, options.motion) for name in PULLS], list(NUISANCES)
    sets = {"pulls": pulls, "nuisances": nuisances, "all": pulls + nuisances}
    if options.script not in sets and options.script not in SCRIPTS:
        parser.error(f"there is no script {options.script!r}: --list shows them")
    try:
        yaw = VIEWS[options.view] if options.view in VIEWS else float(options.view)
        width, height = (int(x) for x in options.size.split("x"))
    except ValueError:
        parser.error("--view takes a name or degrees, --size WIDTHxHEIGHT")
    try:
        for script, motion in sets.get(options.script, [(options.script, options.motion)]):
            size = (width, height)
            _write(
                Job(script, options.seed, yaw, options.cloth, motion, options.fps, size), options
            )
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _changed(setup: BackSetup, options: argparse.Namespace) -> BackSetup:
    """What the command line says beside the seed."""
    base = setup.base
    if options.looseness is not None:
        base = replace(base, look=replace(base.look, looseness=options.looseness))
    if options.noise is not None:
        base = replace(base, camera=replace(base.camera, noise=options.noise))
    if options.brightness is not None:
        base = replace(base, scene=replace(base.scene, brightness=options.brightness))
    return replace(setup, base=base)


def _write(job: Job, options: argparse.Namespace) -> None:
    from phantom.back.clip import write

    start, script = time.monotonic(), job.movement()
    path = options.out / f"{job.name}.mp4"
    write(path, script, _changed(job.setup(), options), options.crf, {"job": asdict(job)})
    frames = int(script.duration * job.fps)
    pace = frames / (time.monotonic() - start)
    print(f"{path}: {script.duration:.1f} s, {frames} frames, {pace:.0f} a second", flush=True)


if __name__ == "__main__":
    sys.exit(main())
