"""The key figures as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.tables import MIN_SIGNED
from bench.accuracy.words import SIDE_BY_SIDE, find, number, percent, side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

_SHOWN: Final = (
    "retraction_deg", "retraction", "naive width rule", "elevation_deg", "elevation",
    "rounding_deg", "head_forward", "trunk_lean", "hunch", "shoulder_tilt", "yaw",
)  # fmt: skip


def show(results: Mapping[str, Any], console: Console) -> None:
    """Print measures x views x conditions, and the wrong signs over the lifts."""
    from rich.table import Table

    heads = ("measure", "view", "n", "judged", "slope", "r", "MAE", "worst", "SDC", "in 1s",
             "in 2s", "wrong")  # fmt: skip
    for condition in ("arms still", "arms moving", "nuisance", "desk"):
        table = Table(
            title=f"{condition}, own calibration", title_justify="left", padding=(0, 1, 0, 0)
        )
        for head in heads:
            left = head in {"measure", "view"}
            table.add_column(head, justify="left" if left else "right", no_wrap=True)
        for name in _SHOWN:
            for r in results["agreement"]:
                if (
                    r["measure"] == name
                    and r["condition"] == condition
                    and r["calibration"] in {"own", "naive"}
                ):
                    table.add_row(*_cells(r), style="bold" if r["view"] == "all" else "")
        if table.row_count:
            console.print(table)
    console.print(_beside(results))
    console.print(_signs(results))


def _beside(results: Mapping[str, Any]) -> Any:
    from rich.table import Table

    table = Table(title="The estimators and the width rule", title_justify="left")
    for head in ("measure", "arms", "view", *SIDE_BY_SIDE):
        left = head in {"measure", "arms", "view"}
        table.add_column(head, justify="left" if left else "right", no_wrap=True)
    for line in side_by_side(results):
        table.add_row(*line)
    return table


def _cells(r: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        r["measure"] if r["view"] == "all" else "", r["view"], str(r["frames"]),
        percent(r["share_judged"]), number(r["slope"], 2), number(r["r"], 2), number(r["mae"]),
        number(r["mae_worst"]), number(r["sdc"]), percent(r["within_1"]), percent(r["within_2"]),
        percent(r["sign_errors"]),
    )  # fmt: skip


def _signs(results: Mapping[str, Any]) -> Any:
    from rich.table import Table

    table = Table(title="Wrong sign of retraction, all views", title_justify="left")
    heads = ("clip", "own: judged", "wrong", "automatic: judged", "wrong", "width rule: wrong")
    for head in heads:
        table.add_column(head, justify="left" if head == "clip" else "right")
    scripts = results["scripts"]
    for r in scripts:
        if (r["measure"], r["calibration"], r["view"]) != ("retraction_deg", "own", "all"):
            continue
        where = {"script": r["script"], "view": "all"}
        auto = find(scripts, measure="retraction_deg", calibration="auto", **where)
        naive = find(scripts, calibration="naive", **where)
        if naive["signed"] >= MIN_SIGNED:
            table.add_row(
                r["script"], percent(r["share_judged"]), percent(r["sign_errors"]),
                percent(auto["share_judged"]), percent(auto["sign_errors"]),
                percent(naive["sign_errors"]),
            )  # fmt: skip
    return table
