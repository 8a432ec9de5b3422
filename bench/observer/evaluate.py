"""The observer on set-ups it was not trained on, compared with the closed form and the naive rule.

`python -m bench.observer.evaluate` reads the validation shards of `bench.observer.data` and prints,
for each quantity, view and theme: correlation, error, signs and whether sigma is right. The bench
of the whole product, on its frozen test set, is `bench.accuracy`.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.accuracy.naive import width_ratio
from bench.accuracy.observe import SIGN_LIMIT
from bench.accuracy.stats import agreement, line
from bench.accuracy.tables import VIEWS
from bench.observer.data import SEGMENTS, cache_folder, shards
from bench.observer.dataset import Clip, clips, targets
from bench.observer.scripts import THEMES
from phantom.truth import COLUMNS
from scapcoach.geometry.view import classify_view
from scapcoach.girdle.geometric import solve
from scapcoach.girdle.observer import load_observer, observe, shipped_observer
from scapcoach.girdle.state import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.girdle.observer import Observer
    from scapcoach.girdle.state import GirdleState


#: Degrees of sigma up to which a frame counts as judged.
JUDGED: Final = {"retraction": 7.0, "elevation": 7.0, "flexion": 7.0}


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """All frames of work of all clips, quantity by quantity.

    Attributes:
        truth: quantity -> (N,) degrees from neutral.
        said: estimator -> quantity -> (N, 2) value and sigma.
        view: (N,) code of `classify_view` of the true yaw; theme: (N,) index in `THEMES`.
        setup: (N,) seed; arms: (N, 8) true arm angles and their squares, for partialling out.
    """

    truth: dict[str, FloatArray]
    said: dict[str, dict[str, FloatArray]]
    view: IntArray
    theme: IntArray
    setup: IntArray
    arms: FloatArray


def read(paths: Sequence[Path], observer: Observer) -> Frames:
    """Every estimator on every frame of work with a person."""
    rows: list[dict[str, FloatArray]] = []
    for clip in clips(paths):
        usable = clip.poses.present & np.isfinite(targets(clip)).all(axis=1)
        at = usable & (clip.segment == SEGMENTS.index("work"))
        row = dict(_truths(clip)) | dict(_estimates(clip, observer))
        rows.append({k: v[at] for k, v in row.items()})
    joined = {k: np.concatenate([r[k] for r in rows]) for k in rows[0]}
    said: dict[str, dict[str, FloatArray]] = {}
    for key, value in joined.items():
        if "/" in key:
            who, what = key.split("/")
            said.setdefault(who, {})[what] = value
    return Frames(
        {k[1:]: v for k, v in joined.items() if k[0] == "="}, said,
        joined["view"].astype(int), joined["theme"].astype(int), joined["setup"], joined["arms"],
    )  # fmt: skip


def _truths(clip: Clip) -> Iterator[tuple[str, FloatArray]]:
    n = len(clip.poses)
    for quantity in ("retraction", "elevation"):
        for side in SIDES:
            name = quantity if side == "mean" else f"{quantity}_{side}"
            yield f"={name}", clip.change(name)
    yield "=flexion", clip.change("thoracic_flexion")
    yield "=lean", clip.change("trunk_lean")
    yaw = clip.truth[:, COLUMNS.index("yaw")]
    yield "=yaw", yaw
    yield "view", classify_view(yaw)
    yield "theme", np.full(n, clip.theme)
    yield "setup", np.full(n, clip.seed)
    arms = [f"{a}_{s}" for a in ("arm_elevation", "arm_plane", "elbow") for s in ("left", "right")]
    angles = np.stack([clip.truth[:, COLUMNS.index(a)] for a in arms], axis=1)
    rad = np.radians(angles)
    yield "arms", np.column_stack([np.sin(rad), np.cos(rad)])


def _estimates(clip: Clip, observer: Observer) -> Iterator[tuple[str, FloatArray]]:
    yaw = clip.truth[:, COLUMNS.index("yaw")]
    for who, state in (
        ("observer", observe(clip.poses, clip.neutral, observer)),
        ("geometric", solve(clip.poses, clip.neutral)),
    ):
        for what, value in _columns(state, yaw):
            yield f"{who}/{what}", value
    ratio = width_ratio(clip.poses)
    rest = float(np.nanmedian(ratio[clip.segment == SEGMENTS.index("neutral")]))
    # 15 degrees for every tenth that the shoulders narrow: any gain gives the same r and signs.
    value = -150 * (ratio / rest - 1)
    yield "naive/retraction", np.column_stack([value, np.full_like(value, np.nan)])


def _columns(state: GirdleState, yaw: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    for quantity in ("retraction", "elevation"):
        values, sigmas = getattr(state, quantity), getattr(state, f"{quantity}_sigma")
        for i, side in enumerate(SIDES):
            name = quantity if side == "mean" else f"{quantity}_{side}"
            yield name, np.column_stack([values[:, i], sigmas[:, i]])
    yield "flexion", np.column_stack([state.flexion, state.flexion_sigma])
    yield "lean", np.column_stack([state.lean, np.full_like(state.lean, np.nan)])
    near = yaw + (state.yaw - yaw + 180) % 360 - 180
    yield "yaw", np.column_stack([near, state.yaw_sigma])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report; see `bench.accuracy.stats.Agreement`.

    Attributes:
        r_like_arms: correlation after the arms' pose is partialled out of estimate and truth.
        judged: share of frames with sigma up to `JUDGED`; r_judged: correlation in those.
    """

    estimator: str
    quantity: str
    view: str
    theme: str
    setups: int
    frames: int
    r: float
    r_like_arms: float
    slope: float
    mae: float
    mae_of_zero: float
    sign_errors: float
    within_1: float
    within_2: float
    sigma: float
    judged: float
    r_judged: float
    sign_errors_judged: float


def row(frames: Frames, who: str, what: str, pick: BoolArray, names: tuple[str, str]) -> Row:
    """Statistics of one estimator and quantity over some frames."""
    value, sigma = frames.said[who][what][pick].T
    truth = frames.truth[what][pick]
    sided = np.abs(truth) > SIGN_LIMIT
    a = agreement(value, truth, sigma, sided)
    sure = sigma <= JUDGED.get(what, np.inf)
    b = agreement(value[sure], truth[sure], sigma[sure], sided[sure]) if sure.sum() > 9 else None
    return Row(
        who, what, *names, len(np.unique(frames.setup[pick])), len(truth), a.r,
        _r_like_arms(value, truth, frames.arms[pick]), a.slope, a.mae, a.mae_of_zero,
        a.sign_errors, a.within_1, a.within_2, float(np.median(sigma)), float(sure.mean()),
        b.r if b else np.nan, b.sign_errors if b else np.nan,
    )  # fmt: skip


def _r_like_arms(value: FloatArray, truth: FloatArray, arms: FloatArray) -> float:
    """Partial correlation, given sines, cosines and their products of the arms' angles."""
    if len(truth) < 500:
        return float("nan")
    products = (arms[:, :, None] * arms[:, None, :])[:, *np.triu_indices(arms.shape[1])]
    design = np.column_stack([np.ones(len(arms)), arms, products])
    left = [y - design @ np.linalg.lstsq(design, y, rcond=None)[0] for y in (value, truth)]
    return line(left[1], left[0])[1]


def rows(frames: Frames) -> Iterator[Row]:
    """The whole report."""
    anywhere = np.ones(len(frames.view), bool)
    still = list(THEMES).index("still")
    themes = {"all": anywhere, "arms still": frames.theme == still,
              "arms moving": frames.theme != still}  # fmt: skip
    for what in frames.truth:
        for who, said in frames.said.items():
            if what not in said:
                continue
            for theme, acted in themes.items():
                for view in ("all", *VIEWS):
                    seen = anywhere if view == "all" else frames.view == VIEWS.index(view)
                    if (seen & acted).sum() > 20:
                        yield row(frames, who, what, seen & acted, (view, theme))


def show(found: Sequence[Row], quantities: Sequence[str]) -> None:
    """Print some quantities as a table."""
    print(
        f"{'quantity':11s} {'theme':12s} {'view':13s} {'estimator':10s} {'n':>4s} {'r':>6s} "
        f"{'r|arm':>6s} {'slope':>6s} {'MAE':>5s} {'(0)':>5s} {'sign':>5s} {'1sd':>5s} {'2sd':>5s} "
        f"{'sigma':>5s} {'judg':>5s} {'r jud':>6s} {'sgn j':>5s}"
    )
    for r in found:
        if r.quantity in quantities:
            print(
                f"{r.quantity:11s} {r.theme:12s} {r.view:13s} {r.estimator:10s} {r.setups:4d} "
                f"{r.r:6.2f} {r.r_like_arms:6.2f} {r.slope:6.2f} {r.mae:5.1f} "
                f"{r.mae_of_zero:5.1f} {r.sign_errors:5.0%} {r.within_1:5.0%} {r.within_2:5.0%} "
                f"{r.sigma:5.1f} {r.judged:5.0%} {r.r_judged:6.2f} {r.sign_errors_judged:5.0%}"
            )


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.observer.evaluate", description=__doc__)
    p.add_argument("--folder", type=Path, default=None, help="of the shards")
    p.add_argument("--weights", type=Path, default=None, help="other than the shipped ones")
    p.add_argument("--quantities", default="retraction,elevation,flexion,lean,yaw")
    p.add_argument("--json", type=Path, default=None, help="also write all rows here")
    o = p.parse_args(arguments)
    observer = load_observer(o.weights) if o.weights else shipped_observer()
    frames = read(shards("validation", o.folder or cache_folder()), observer)
    found = list(rows(frames))
    show(found, o.quantities.split(","))
    if o.json:
        plain = [{k: None if v != v else v for k, v in asdict(r).items()} for r in found]  # noqa: PLR0124 - NaN
        o.json.write_text(json.dumps(plain, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
