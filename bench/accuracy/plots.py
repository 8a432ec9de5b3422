"""Three pictures: estimate against truth, wrong signs beside the baseline's, cross-talk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy.tables import VIEWS
from bench.accuracy.words import find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.accuracy.tables import Clip

_GREEN: Final = "#1b7f6b"
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
    # A palette of 64 colours is enough for these and a third of the size.
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(64)
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
            ax.legend(fontsize=7, loc="upper left", markerscale=4, framealpha=0.8)
            if line == 0:
                ax.set_title(view)
            else:
                ax.set_xlabel("truth, deg")
        axes[line, 0].set_ylabel(f"{title}, estimate, deg")
    _save(figure, path)


def _signs(results: Mapping[str, Any], path: Path) -> None:
    import matplotlib.pyplot as plt

    scripts = []
    for r in results["scripts"]:
        signed = find(results["scripts"], measure="naive width rule", script=r["script"],
                      view="all").get("signed")  # fmt: skip
        if r["view"] == "all" and r["measure"] == "retraction" and signed:
            scripts.append(r)
    figure, ax = plt.subplots(figsize=(8.5, 0.55 * len(scripts) + 1.4), layout="constrained")
    for at, r in enumerate(scripts):
        naive = find(results["scripts"], measure="naive width rule", script=r["script"], view="all")
        ours = 100 * (r["sign_errors"] or 0)
        theirs = 100 * (naive["sign_errors"] or 0)
        ax.barh(at - 0.19, theirs, 0.36, color=_ORANGE, label="width rule" if at == 0 else None)
        ax.barh(at + 0.19, ours, 0.36, color=_GREEN, label="scapcoach" if at == 0 else None)
        ax.text(theirs + 0.5, at - 0.19, f"{theirs:.0f} %, judges all", va="center", fontsize=8)
        text = f"{ours:.1f} %, judges {r['share_judged']:.0%}" if r["signed"] else (
            f"judges {r['share_judged']:.0%}, none with a clear sign")  # fmt: skip
        ax.text(ours + 0.5, at + 0.19, text, va="center", fontsize=8)
    ax.set_yticks(range(len(scripts)), [r["script"].replace("_", " ") for r in scripts])
    ax.invert_yaxis()
    ax.set_xlabel("frames with the wrong sign of retraction (truth beyond 5 deg), %")
    ax.margins(x=0.28)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="lower right", fontsize=8)
    _save(figure, path)


def _crosstalk(results: Mapping[str, Any], path: Path) -> None:
    import matplotlib.pyplot as plt

    matrix = results["crosstalk"]["all"]
    if not matrix:
        return
    names = list(matrix[0]["cells"])
    values = np.array(
        [
            [np.nan if m["cells"][n]["median"] is None else m["cells"][n]["median"] for n in names]
            for m in matrix
        ]
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
                text = f"{cell['median']:+.0f}  ({cell['share_judged']:.0%})"
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
