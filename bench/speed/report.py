"""The page docs/reference/performance.md and its plot, from the parts that have been measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bench.report import REFERENCE, page, picture, table
from bench.report import write as write_file
from bench.speed.run import median, speed_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Took = Sequence[Mapping[str, float]]

PAGE = REFERENCE / "performance.md"

_HEAD = """\
Made of what was measured last of each part; when and how stands under each. Every contestant is a
whole process (start-up, models, report), and they take turns; ratios are taken within a turn, and
the middle one is given, with the smallest and the largest where they matter. Compare ratios, not
seconds: this is a virtual machine whose own pace changes by a fifth from minute to minute. Parts
dated before 2026-11-30 were measured with mediapipe 1.2.3; the version that is pinned since then
imports faster and is about a tenth quicker in all.
"""

_WHY = """\
## What makes it so

- Landmarks come from models without the segmentation branch (docs/reference/models.md), with the
  same result to the bit. From the side a second, stock landmarker makes a mask six times a second.
- MediaPipe imports a plotting library and one for microphones; both are put off until somebody asks
  for them, which is most of its import time.
- Decoding runs ahead in a thread, which also hands the pictures to MediaPipe's memory; frames are
  converted once (docs/reference/video.md). The masks of a side view are made in another thread
  while the tracker goes on. Each network still sees the same pictures in the same order, so nothing
  that is found changes by a bit.
- What writing results needs is imported while the network is at work.
- Measures, smoothing and neutral are worked out over arrays, in blocks, so that memory grows by
  the landmarks alone.
- The annotated video is a second pass, because measures of a recording look ahead: pictures are
  halved by whole factors, drawn on from cached sprites, and turned into H.264 in a thread of its
  own.
- Many clips: one process for each core, as far as memory reaches, each with MediaPipe imported once
  and a fresh landmarker for each clip; the largest files first ([batch.md](../how-to/batch.md)).

## A graphics card

`--delegate gpu` lets the network run on one where MediaPipe offers that; where it does not, as in
its packages for Linux, one sentence says so and nothing is written. Only that sentence has been
tested: no graphics card was available, so the gain was not measured. Landmarks
differ a little between the two, which is why results of one are not used again by the other.

## What was tried and left out

- Pictures made smaller before the network: no gain, and landmarks move (docs/reference/video.md).
- Leaving out frames: repetitions are short, and holes over 0.2 s are not filled.
"""


#: Parts that run once.
_WHOLE = frozenset({"length", "many", "hour", "stages"})


def write(store: Path, path: Path = PAGE) -> None:
    """Write the page, and the plot into the folder ``images`` beside it."""
    parts = {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(store.glob("*.json"))
    }
    blocks = [_HEAD]
    if parts:
        plot = path.parent / "images" / "performance.png"
        plot.parent.mkdir(parents=True, exist_ok=True)
        _plot(parts, plot)
        blocks += [
            picture("Speed against the bare loops, workers, and memory", plot.name),
            "## What was to be reached", table(("", "goal", "measured"), _goals(parts)),
        ]  # fmt: skip
    for name, render in _RENDER.items():
        if name in parts:
            blocks += [*render(parts[name]["found"]), _under(name, parts[name])]
    write_file(path, page("Speed", "python -m bench.speed PART...", *blocks, _WHY))
    print(path)


def _under(name: str, part: Mapping[str, Any]) -> str:
    how = part["how"]
    length = "clips of 60 s" if name == "minute" else f"clips of {how['seconds']:g} s"
    what = f"; {length}, {how['rounds']} rounds" if name not in _WHOLE else ""
    return f"*{part['date']}, {part['machine']}{what}{part['busy']}.*"


def _goals(parts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What was to be reached, and what was."""
    found = {name: part["found"] for name, part in parts.items()}
    for name, clip in (("single", "short clip"), ("minute", "a minute")):
        for view, one in found.get(name, {}).items():
            stock, pruned, product, *_ = one["took"].values()
            goals = ("at least 1.25", "at least 0.95") if view == "front" else ("stated", "stated")
            where = f"{clip}, {view} view, no video"
            yield f"{where}: x bare stock loop", goals[0], _spread(product, stock)
            what = "x bare loop over the pruned model that decodes in a thread"
            yield f"{where}: {what}", goals[1], _spread(product, pruned)
    if "engines" in found:
        pool, local, alone, there = found["engines"]["took"].values()
        cores = found["engines"]["cores"]
        yield f"{cores} workers: x bare pool", "at least 0.95", _spread(local, pool)
        # Workers that ran before are not children: their processor time is not known.
        ready = _spread(there, local, processor=False)
        yield "Dask, a cluster that is there: x local", "at least 0.95", ready
        yield "Dask that starts its own processes: x local", "stated", _spread(alone, local)
    if "workers" in found:
        one, *_, local, _dask = found["workers"]["took"].values()
        what = f"{found['workers']['cores']} workers: x one worker on one core"
        yield what, "stated", _spread(local, one)
    if "stages" in found:
        shares = " and ".join(f"{_share(one):.1f} %" for one in found["stages"].values())
        yield "measures, smoothing, neutral, of the network's time", "under 3 %", shares
    if "start" in found:
        imported, _, first = found["start"].values()
        later = median(first, "wall") - median(imported, "wall")
        yield "first frame after the bare import", "at most 0.3 s", f"{later:.2f} s"
    if "hour" in found:
        what = f"{found['hour']['minutes']:g} minutes: peak memory of a process"
        yield what, "under 1500 MB", f"{found['hour']['largest']:.0f} MB"


def _spread(took: Took, base: Took, *, processor: bool = True) -> str:
    """The middle of the ratios, the smallest and the largest, and that by processor time."""
    ratios = sorted(b["wall"] / a["wall"] for a, b in zip(took, base, strict=True))
    found = f"**{speed_ratio(took, base):.2f}** ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    return found + f"; by processor time {speed_ratio(took, base, 'cpu'):.2f}" * processor


def _share(one: Mapping[str, float]) -> float:
    """Measures, smoothing and neutral in percent of the network's time."""
    return 100 * (one["measures"] + one["smoothing"] + one["neutral"]) / one["network"]


def _rates(frames: int, took: Mapping[str, Took], *bases: Took) -> Iterator[tuple[str, ...]]:
    """Name, frames a second, and how many times as fast as each of `bases`."""
    for name, values in took.items():
        ratios = (f"{speed_ratio(values, base):.2f}" for base in bases)
        yield name, f"{frames / median(values, 'wall'):.0f}", *ratios


def _single(found: Mapping[str, Any], title: str = "One clip") -> Iterator[str]:
    yield f"## {title}, 1080 lines, full model"
    heads = ("", "frames a second", "x stock loop", "x pruned loop", "the same by processor time")
    for view, one in found.items():
        took = one["took"]
        stock, pruned, *_ = took.values()
        yield f"### From the {view}, {one['frames']} frames"
        rows = []
        for cells in _rates(one["frames"], took, stock, pruned):
            values = took[cells[0]]
            processor = [f"{speed_ratio(values, b, 'cpu'):.2f}" for b in (stock, pruned)]
            rows.append((*cells, ", ".join(processor)))
        yield table(heads, rows)


def _start(found: Mapping[str, Any]) -> Iterable[str]:
    rows = (
        (name, f"{median(values, 'wall'):.2f}", f"{median(values, 'cpu'):.2f}")
        for name, values in found.items()
    )
    return "## Start-up", table(("", "s", "s of processor"), rows)


def _stages(found: Mapping[str, Any]) -> Iterator[str]:
    yield "## Stages of one clip, milliseconds a frame"
    names = dict.fromkeys(name for one in found.values() for name in one)
    order = sorted(names, key=lambda n: -max(one.get(n, 0) for one in found.values()))
    rows = ((n, *(f"{one.get(n, 0):.2f}" for one in found.values())) for n in order)
    yield table(("", *found), rows)
    yield "\n".join(
        f"From the {view}, measures, smoothing, neutral: {_share(one):.1f} % of the network's time."
        for view, one in found.items()
    )


def _models(found: Mapping[str, Any]) -> Iterable[str]:
    rows = _rates(found["frames"], found["took"], found["took"]["full"])
    return "## Models (front view, no video)", table(("model", "frames a second", "x full"), rows)


def _sizes(found: Mapping[str, Any]) -> Iterable[str]:
    heads = ("lines", "frames a second", "x pruned loop that decodes in a thread",
             "peak memory, MB")  # fmt: skip
    rows = []
    for lines, one in found.items():
        values = one["took"]["scapcoach"]
        ((_, *cells),) = _rates(one["frames"], {"scapcoach": values}, one["took"]["bare"])
        rows.append((lines, *cells, f"{max(v['peak'] for v in values):.0f}"))
    return "## Size of the picture (front view, no video)", table(heads, rows)


def _length(found: Mapping[str, Any]) -> Iterable[str]:
    heads = ("minutes", "seconds for a minute of clip", "peak memory, MB")
    rows = (
        (minutes, f"{one['wall'] / float(minutes):.1f}", f"{one['peak']:.0f}")
        for minutes, one in found.items()
    )
    return "## Length of the clip (480 lines, no video)", table(heads, rows)


def _eight(found: Mapping[str, Any], title: str, *bases: str) -> Iterable[str]:
    """Eight clips at once: frames a second of each contestant, and against the first two."""
    first, second, *_ = found["took"].values()
    rows = _rates(found["frames"], found["took"], first, second)
    heads = ("", "frames a second", *bases)
    return f"## {title}: eight clips, {found['cores']} cores", table(heads, rows)


def _many(found: Mapping[str, Any]) -> Iterable[str]:
    return f"## {found['clips']} tiny clips, {found['bad']} of them bad", (
        f"Killed with `kill -9` after {found['kept']} clips and started again: "
        f"{found['skipped']} skipped, {found['done']} done, {found['failed']} failed; "
        f"{found['done_again']} done twice. {found['seconds']:.0f} s in all, peak memory of all "
        f"processes together {found['peak']:.0f} MB (shared pages once), of the largest one "
        f"{found['largest']:.0f} MB; the page about all "
        f"has {found['page'] / 1e6:.1f} MB."
    )


def _hour(found: Mapping[str, Any]) -> Iterable[str]:
    return f"## A recording of {found['minutes']:g} min", (
        f"{found['frames']} frames of 480 lines ({found['bytes'] / 1e6:.0f} MB), lite model, no "
        f"video, cut in six for two workers (`--split-minutes`): {found['seconds']:.0f} s. Peak "
        f"memory of all processes together {found['peak']:.0f} MB, of the largest one "
        f"{found['largest']:.0f} MB: it joins the pieces and measures the whole, as it would "
        "uncut. The model changes the time, hardly the memory: all make as many landmarks."
    )


def _peers(found: Mapping[str, Any]) -> Iterator[str]:
    yield "## Peers (front view, 1080 lines)"
    rows = list(_rates(found["frames"], found["took"], next(iter(found["took"].values()))))
    rows += [(name, f"could not be installed: {why}", "")
             for name, why in found["left_out"].items()]  # fmt: skip
    yield table(("", "frames a second", "x stock loop"), rows)
    yield (
        "MediaPipe Solutions is the older interface, which most posture programs are built on. "
        "rtmlib (RTMPose), Sports2D and Ultralytics' YOLO are not here: their packages hold no "
        "weights (looked at: 0.0.16, 0.8.34, 8.4.190) but fetch them from elsewhere when first "
        "used, and this bench uses the package registries alone."
    )


_POOL = "x bare pool of decode and detect"
_WORKERS = ("Many clips at once", "x one worker on one core", _POOL)
_RENDER = {
    "single": _single, "minute": lambda found: _single(found, "A minute"), "start": _start,
    "stages": _stages, "models": _models, "sizes": _sizes, "length": _length,
    "workers": lambda found: _eight(found, *_WORKERS),
    "engines": lambda found: _eight(found, "Engines", _POOL, "x local"), "many": _many,
    "hour": _hour, "peers": _peers,
}  # fmt: skip


def _plot(parts: Mapping[str, Any], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    shown = [name for name in ("single", "workers", "length") if name in parts]
    figure, axes = plt.subplots(1, max(1, len(shown)), figsize=(5.2 * max(1, len(shown)), 3.6))
    for axis, name in zip([axes] if len(shown) < 2 else axes, shown, strict=False):
        found = parts[name]["found"]
        if name == "single":
            for k, (view, one) in enumerate(found.items()):
                took = one["took"]
                stock = next(iter(took.values()))
                ratios = [speed_ratio(values, stock) for values in took.values()]
                places = [i + 0.38 * k for i in range(len(ratios))]
                axis.barh(places, ratios, 0.36, label=f"{view} view")
            names = ["bare, stock", "bare, pruned,\nthread", "no video", "with video"]
            axis.set_yticks([i + 0.19 for i in range(len(took))], names)
            axis.axvline(1, color="0.5", lw=1)
            axis.invert_yaxis()
            axis.set_xlabel("times as fast as the bare stock loop")
            axis.legend(frameon=False)
        elif name == "workers":
            speeds = [found["frames"] / median(values, "wall") for values in found["took"].values()]
            axis.barh(range(len(speeds)), speeds)
            axis.set_yticks(range(len(speeds)), list(found["took"]))
            axis.invert_yaxis()
            axis.set_xlabel("frames a second, eight clips")
        else:
            minutes = [float(m) for m in found]
            axis.plot(minutes, [one["peak"] for one in found.values()], "o-")
            axis.set(xlabel="minutes of clip", ylabel="peak memory, MB", ylim=(0, None))
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
