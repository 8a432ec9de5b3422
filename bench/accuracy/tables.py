"""From comparisons clip by clip to the tables of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy.naive import naive_retraction
from bench.accuracy.observe import (
    TARGETS,
    Calibrated,
    Comparison,
    compare,
    compare_automatic,
    take_calibration,
)
from bench.accuracy.record import path_of
from bench.accuracy.stats import agreement, middle_and_worst, smallest_detectable_change
from phantom import camera
from phantom.record import load
from scapcoach.filters import smooth_poses
from scapcoach.measures import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bench.accuracy.testset import Setup
    from phantom.record import Record
    from scapcoach.arrays import FloatArray


#: Name of the baseline in tables.
NAIVE: Final = "naive width rule"
VIEWS: Final = tuple(camera.VIEWS)
#: The condition of a script: what the arms do, and whether the girdle moves at all.
CONDITIONS: Final = {
    "still": "arms still", "shrug": "arms still",
    "row": "arms moving", "row_lazy": "arms moving", "overhead_press": "arms moving",
    "face_pull": "arms moving", "squat_rounding": "arms moving",
    "turning": "nuisance", "leaning": "nuisance", "arm_raises": "nuisance",
    "nodding": "nuisance", "stepping": "nuisance", "rounding_only": "nuisance",
    "desk_hunching": "desk",
}  # fmt: skip
#: Estimators that are also measured alone, and the targets for that.
ALONE: Final = ("geometric", "observer")
BESIDE: Final = (
    "retraction", "retraction_deg", "elevation", "elevation_deg", "rounding_deg", "hunch",
)  # fmt: skip
#: Judged frames that a set-up needs for a figure of its own.
MIN_JUDGED: Final = 10
#: Frames with a clear sign of the truth that a share of wrong signs needs.
MIN_SIGNED: Final = 30
#: Seconds at the start of a hold that do not count: landmarks lag a little.
SETTLE: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One clip of the test set, compared.

    Attributes:
        setup: of the person; script: the movement; condition: of `CONDITIONS`.
        record: landmarks and truth.
        own: the person's calibration.
        found: by target, with the person's calibration.
        automatic: by target in degrees, with the automatic calibration.
        alone: by estimator and target, with the person's calibration: each one without the others.
        naive: (T,) the baseline's retraction, per cent.
        reasons: by measure, how many frames were withheld for what.
    """

    setup: Setup
    script: str
    condition: str
    record: Record
    own: Calibrated
    found: Mapping[str, Comparison]
    automatic: Mapping[str, Comparison]
    alone: Mapping[str, Mapping[str, Comparison]]
    naive: Comparison
    reasons: Mapping[str, Counter[str]]


def read_clips(setups: Sequence[Setup], folder: Path) -> Iterator[Clip]:
    """Measure all recorded clips; set-ups without a recorded calibration clip are left out."""
    for setup in setups:
        calibration = path_of(setup.job(setup.calibration), folder)
        if not calibration.is_file():
            continue
        shown = load(calibration)
        own = take_calibration(shown)
        others = {name: take_calibration(shown, name) for name in ALONE}
        for script in setup.clips:
            path = path_of(setup.job(script), folder)
            if path.is_file():
                yield _clip(setup, script, load(path), own, others)


def _clip(
    setup: Setup, script: str, record: Record, own: Calibrated, others: Mapping[str, Calibrated]
) -> Clip:
    found = compare(record, own)
    percent = found["retraction"]
    naive = naive_retraction(record.poses, own)
    return Clip(
        setup, script, CONDITIONS[script], record, own, found, compare_automatic(record, own),
        {name: compare(record, other) for name, other in others.items()},
        Comparison(naive, np.full(len(naive), np.nan), percent.truth, percent.sided),
        _reasons(record, own),
    )  # fmt: skip


def _reasons(record: Record, own: Calibrated) -> dict[str, Counter[str]]:
    from scapcoach.measures import Reason, Status

    found = measure(smooth_poses(record.poses), own.calibration)
    out = {}
    for name, series in found.series.items():
        away = ~series.judged
        labels = [
            Reason(int(r)).label or Status(int(s)).label
            for r, s in zip(series.reason[away], series.status[away], strict=True)
        ]
        out[name] = Counter(labels)
    return out


def pick(name: str, kind: str) -> Callable[[Clip], Comparison | None]:
    """Chooses a target of a clip: kind own, auto, naive, or one of `ALONE`."""
    if kind == "naive":
        return lambda clip: clip.naive
    if kind in ALONE:
        return lambda clip: clip.alone[kind].get(name)
    return lambda clip: (clip.found if kind == "own" else clip.automatic).get(name)


def row(clips: Sequence[Clip], choose: Callable[[Clip], Comparison | None]) -> dict[str, Any]:
    """One line of a table: all figures of one quantity over some clips.

    Beside the pooled figures stand the median and the worst set-up.
    """
    chosen = [(clip, c) for clip in clips if (c := choose(clip)) is not None]
    setups: dict[str, list[Comparison]] = {}
    for clip, c in chosen:
        setups.setdefault(clip.setup.name, []).append(c)
    each = {name: _agree(parts) for name, parts in setups.items()}
    enough = {n: a for n, a in each.items() if a.judged >= MIN_JUDGED}
    out: dict[str, Any] = asdict(_agree([c for _, c in chosen]))
    out["setups"], out["setups_judged"] = len(each), len(enough)
    out["mae_median"], out["mae_worst"] = middle_and_worst(a.mae for a in enough.values())
    out["r_median"], out["r_worst"] = middle_and_worst(
        (a.r for a in enough.values()), high_is_bad=False
    )
    out["share_median"], out["share_worst"] = middle_and_worst(
        (a.share_judged for a in each.values()), high_is_bad=False
    )
    out["worst_setup"] = max(enough, key=lambda n: enough[n].mae, default=None)
    out["sdc"] = smallest_detectable_change(
        group for clip, c in chosen for group in repeats(clip, c)
    )
    return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in out.items()}


def _agree(parts: Sequence[Comparison]) -> Any:
    def joined(field: str) -> Any:
        return np.concatenate([getattr(p, field) for p in parts]) if parts else np.zeros(0)

    sided = joined("sided").astype(bool)
    return agreement(joined("estimate"), joined("truth"), joined("sigma"), sided)


def holds(clip: Clip) -> Iterator[tuple[str, slice]]:
    """The held poses of a clip in order, by the script: what each is called and its frames."""
    script = clip.setup.job(clip.script).movement()
    t = clip.record.poses.t
    for key, end in zip(script.keys, script.ends, strict=True):
        begin = end - key.hold / script.person.pace + SETTLE
        a, b = (int(x) for x in np.searchsorted(t, [begin - 1e-6, end - 1e-6]))
        if key.segment and b - a >= 2:
            yield key.segment, slice(a, b)


def repeats(clip: Clip, c: Comparison) -> Iterator[FloatArray]:
    """Means over the holds of one pose that a clip repeats at least three times.

    Of estimate less truth, so that what the body really did differently does not count.
    """
    groups: dict[str, list[float]] = {}
    for name, frames in holds(clip):
        error = (c.estimate - c.truth)[frames]
        known = error[np.isfinite(error)]
        if len(known) >= 2:
            groups.setdefault(name, []).append(float(known.mean()))
    yield from (np.array(g) for g in groups.values() if len(g) >= 3)


def agreement_rows(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Every target x calibration x view x condition that has clips; "all" pools."""
    wanted = [("own", name) for name in TARGETS]
    wanted += [("auto", name) for name, target in TARGETS.items() if target.unit == "deg"]
    wanted += [(kind, name) for kind in ALONE for name in BESIDE]
    wanted.append(("naive", NAIVE))
    rows = []
    for view in ("all", *VIEWS):
        for condition in dict.fromkeys(CONDITIONS.values()):
            some = [c for c in clips if view in {"all", c.setup.view} and c.condition == condition]
            rows += [
                {"measure": name, "calibration": kind, "view": view, "condition": condition,
                 **row(some, pick(name, kind))}
                for kind, name in wanted if some
            ]  # fmt: skip
    return rows


def script_rows(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Retraction, elevation and hunch by script and view, product and baseline."""
    wanted = [("own", n) for n in ("retraction", "retraction_deg", "elevation", "elevation_deg",
                                   "hunch")]  # fmt: skip
    wanted += [("auto", "retraction_deg"), ("auto", "elevation_deg"), ("naive", NAIVE)]
    rows = []
    for script in CONDITIONS:
        for view in ("all", *VIEWS):
            some = [c for c in clips if view in {"all", c.setup.view} and c.script == script]
            rows += [
                {"measure": name, "calibration": kind, "script": script, "view": view,
                 **row(some, pick(name, kind))}
                for kind, name in wanted if some
            ]  # fmt: skip
    return rows


def reason_rows(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Why frames were withheld: measure x view x condition, shares of all frames."""
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    frames: Counter[tuple[str, str]] = Counter()
    for clip in clips:
        where = (clip.setup.view, clip.condition)
        frames[where] += len(clip.record.poses)
        for name, counter in clip.reasons.items():
            counts.setdefault((name, *where), Counter()).update(counter)
    return [
        {"measure": name, "view": view, "condition": condition,
         "reasons": {r: n / frames[view, condition] for r, n in counter.most_common()}}
        for (name, view, condition), counter in counts.items()
    ]  # fmt: skip
