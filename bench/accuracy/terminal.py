"""The key figures as a table in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.words import find, number, percent

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

    rows = results["agreement"]
    for condition in ("arms still", "arms moving", "nuisance", "desk"):
        table = Table(title=f"{condition}, own calibration", title_justify="left")
        table.add_column("measure")
        table.add_column("view")
        for head in ("n", "judged", "slope", "r", "MAE", "worst", "bias", "SDC", "in 1 s", "in 2 s",
                     "wrong sign"):  # fmt: skip
            table.add_column(head, justify="right")
        for name in _SHOWN:
            for r in rows:
                if (r["measure"], r["condition"], r["calibration"]) != (name, condition, "own"):
                    continue
                table.add_row(
                    name if r["view"] == "all" else "", r["view"], str(r["frames"]),
                    percent(r["share_judged"]), number(r["slope"], 2), number(r["r"], 2),
                    number(r["mae"]), number(r["mae_worst"]), number(r["bias"]), number(r["sdc"]),
                    percent(r["within_1"]), percent(r["within_2"]), percent(r["sign_errors"]),
                    style="bold" if r["view"] == "all" else "",
                )  # fmt: skip
        if table.row_count:
            console.print(table)
    console.print(_signs(results))


def _signs(results: Mapping[str, Any]) -> Any:
    from rich.table import Table

    table = Table(title="Wrong sign of retraction, all views", title_justify="left")
    for head in ("clip", "scapcoach judges", "wrong sign", "width rule wrong"):
        table.add_column(head, justify="left" if head == "clip" else "right")
    for r in results["scripts"]:
        if r["measure"] != "retraction" or r["view"] != "all":
            continue
        naive = find(results["scripts"], measure="naive width rule", script=r["script"], view="all")
        if naive["signed"]:
            table.add_row(r["script"], percent(r["share_judged"]), percent(r["sign_errors"]),
                          percent(naive["sign_errors"]))  # fmt: skip
    return table
