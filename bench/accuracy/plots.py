"""Three pictures: estimate against truth, wrong signs and the baseline's, cross-talk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy.crosstalk import shown
from bench.accuracy.tables import CONDITIONS, MIN_SIGNED, NAIVE, VIEWS
from bench.accuracy.words import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.accuracy.tables import Clip

_GREEN: Final = "#1b7f6b"
_LIGHT: Final = "#8cc7b8"
_ORANGE: Final = "#d9822b"
_GREY: Final = "#8a8f98"
_DPI: Final = 110
#: Points a panel shows at most; more only make the file larger.
_POINTS: Final = 1500


def write_plots(clips: Sequence[Clip], results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write all pictures as small PNG files; returns their paths."""
    import matplotlib as mpl

    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"accuracy_{name}.png" for name in ("scatter", "signs", "crosstalk")]
    _scatter(clips, made[0])
    _signs(results, made[1])
    _crosstalk(results, made[2])
    return made


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(path, dpi=_DPI)
    plt.close(figure)
    # A palette of 128 colours is enough for these and makes them half the size.
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(128)
    small.save(path, optimize=True)


def _scatter(clips: Sequence[Clip], path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, len(VIEWS), figsize=(13, 5.6), sharex="row", sharey="row",
                                layout="constrained")  # fmt: skip
    rng = np.random.default_rng(0)
    for line, (name, title) in enumerate(
        (("retraction_deg", "Retraction"), ("elevation_deg", "Elevation"))
    ):
        for ax, view in zip(axes[line], VIEWS, strict=True):
            for condition, colour in (("arms moving", _ORANGE), ("arms still", _GREEN)):
                some = [
                    c.found[name]
                    for c in clips
                    if c.setup.view == view and c.condition == condition
                ]
                if not some:
                    continue
                x = np.concatenate([c.truth for c in some])
                y = np.concatenate([c.estimate for c in some])
                known = np.flatnonzero(np.isfinite(y))
                shown = rng.permutation(known)[:_POINTS]
                share = len(known) / len(y)
                ax.plot(x[shown], y[shown], ".", ms=2.2, alpha=0.5, color=colour,
                        label=f"{condition}, {share:.0%} judged")  # fmt: skip
            limit = 30 if line == 0 else 45
            ax.plot([-limit, limit], [-limit, limit], color=_GREY, lw=0.8)
            ax.axhline(0, color=_GREY, lw=0.4)
            ax.axvline(0, color=_GREY, lw=0.4)
            ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
            if ax.get_legend_handles_labels()[0]:
                ax.legend(fontsize=7, loc="upper left", markerscale=4, framealpha=0.8)
            if line == 0:
                ax.set_title(view)
            else:
                ax.set_xlabel("truth, deg")
        axes[line, 0].set_ylabel(f"{title}, estimate, deg")
    _save(figure, path)


def _signs(results: Mapping[str, Any], path: Path) -> None:
    import matplotlib.pyplot as plt

    def of(script: str, kind: str) -> dict[str, Any]:
        name = NAIVE if kind == "naive" else "retraction_deg"
        return find(results["scripts"], measure=name, calibration=kind, script=script, view="all")

    scripts = [s for s in CONDITIONS if of(s, "naive").get("signed", 0) >= MIN_SIGNED]
    kinds = (("naive", "width rule", _ORANGE), ("auto", "scapcoach, automatic", _LIGHT),
             ("own", "scapcoach, calibrated", _GREEN))  # fmt: skip
    figure, ax = plt.subplots(figsize=(8.5, 0.75 * len(scripts) + 1.2), layout="constrained")
    for at, script in enumerate(scripts):
        for k, (kind, title, colour) in enumerate(kinds):
            r, y = of(script, kind), at + 0.27 * (k - 1)
            wrong = 100 * (r["sign_errors"] or 0)
            ax.barh(y, wrong, 0.25, color=colour, label=title if at == 0 else None)
            label = f"{wrong:.0f} % of {r['signed']}" if r["signed"] else "no clear case"
            label += f" (judges {r['share_judged']:.0%} of frames)"
            ax.text(wrong + 0.6, y, label, va="center", fontsize=7.5)
    ax.set_yticks(range(len(scripts)), [s.replace("_", " ") for s in scripts])
    ax.invert_yaxis()
    ax.set_xlabel("wrong sign of retraction, % of clear cases (judged, truth beyond 5 deg)")
    ax.set_xlim(0, 135)
    ax.set_xticks(range(0, 101, 20))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="lower right", fontsize=8)
    _save(figure, path)


def _crosstalk(results: Mapping[str, Any], path: Path) -> None:
    import matplotlib.pyplot as plt

    matrix = results["crosstalk"]["all"]
    if not matrix:
        return
    names = list(matrix[0]["cells"])
    which = ["size" if m["two_sided"] else "median" for m in matrix]
    values = np.array(
        [[m["cells"][n][w] for n in names] for m, w in zip(matrix, which, strict=True)], np.float64
    )
    figure, ax = plt.subplots(figsize=(8.6, 0.36 * len(matrix) + 1.3), layout="constrained")
    ax.set_facecolor("#e9eaec")
    drawn = ax.imshow(np.clip(values, -100, 100), cmap="PuOr", vmin=-100, vmax=100, aspect="auto")
    for i, m in enumerate(matrix):
        for j, n in enumerate(names):
            cell = m["cells"][n]
            if not cell["holds"]:
                text, colour = "withheld", _GREY
            else:
                text = f"{shown(m, n)}  ({cell['share_judged']:.0%})"
                colour = "white" if abs(values[i, j]) > 65 else "black"
            ax.text(j, i, text, ha="center", va="center", fontsize=7.5, color=colour)
    ax.set_xticks(
        range(len(names)), [n.replace("_deg", "").replace("_", " ") for n in names], fontsize=8
    )
    ax.set_yticks(range(len(matrix)), [m["motion"] for m in matrix], fontsize=8)
    ax.tick_params(length=0)
    ax.xaxis.tick_top()
    bar = figure.colorbar(drawn, shrink=0.7)
    bar.set_label("% of personal range (share judged in brackets)", fontsize=8)
    _save(figure, path)
