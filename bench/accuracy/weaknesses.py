"""The product's weaknesses, picked from the figures by fixed rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.tables import MIN_SIGNED
from bench.accuracy.words import HARDLY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A row is a weakness when fewer truths than this lie within two sigma (95 % is right), ...
_TOO_SURE: Final = 0.85
#: ... or when more signs than this are wrong; a cell of the cross-talk, above this many per cent.
_WRONG_SIGNS: Final = 0.10
_TALK: Final = 50.0
_MEASURES: Final = (
    "retraction_deg", "elevation_deg", "rounding_deg", "head_forward", "trunk_lean", "hunch",
    "shoulder_tilt", "yaw",
)  # fmt: skip
#: Motions that a measure is meant to show.
_MEANT: Final = {
    "retraction": ("full retraction", "full protraction"),
    "elevation": ("full shrug", "full depression"),
    "hunch": ("upper back rounds (own slump)", "pokes the head forward"),
}

TOO_SURE: Final = "too sure"
WRONG_SIGNS: Final = "wrong signs"
CROSSTALK: Final = "cross-talk"


def weaknesses(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each: its kind, measure, view, where (arms or motion) and size.

    `size` is the share within two sigma, the share of wrong signs, or the change in per cent of
    the range; `two_sided` where that change has no sign.
    """
    for r in results["agreement"]:
        named = r["measure"] in _MEASURES and r["calibration"] == "own" and r["view"] != "all"
        if not named or r["share_judged"] < HARDLY:
            continue
        if r["within_2"] is not None and r["within_2"] < _TOO_SURE:
            yield _row(TOO_SURE, r, r["within_2"])
        if r["signed"] >= MIN_SIGNED and r["sign_errors"] > _WRONG_SIGNS:
            yield _row(WRONG_SIGNS, r, r["sign_errors"])
    for view, matrix in results["crosstalk"].items():
        for m in matrix if view != "all" else ():
            for name in ("retraction", "elevation", "hunch"):
                yield from _talk(view, m, name)


def _row(kind: str, r: Mapping[str, Any], size: float) -> dict[str, Any]:
    return {
        "kind": kind, "measure": r["measure"], "view": r["view"], "where": r["condition"],
        "size": size, "two_sided": False, "frames": r["frames"],
        "share_judged": r["share_judged"], "setups": r["setups"], "bias": r["bias"],
        "mae": r["mae"], "worst_setup": r["worst_setup"],
    }  # fmt: skip


def _talk(view: str, m: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    cell = m["cells"][name]
    loud = cell["holds"] and cell["size"] > _TALK and cell["share_judged"] >= HARDLY
    if loud and m["motion"] not in _MEANT[name]:
        yield {
            "kind": CROSSTALK, "measure": name, "view": view, "where": m["motion"],
            "size": cell["size" if m["two_sided"] else "median"], "two_sided": m["two_sided"],
            "frames": None, "share_judged": cell["share_judged"], "setups": m["setups"],
            "bias": None, "mae": None, "worst_setup": None,
        }  # fmt: skip
