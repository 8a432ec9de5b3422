"""The figures in plain words, for readers who work with people, not with tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.accuracy.tables import MIN_SIGNED
from bench.report import number, percent, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The views one by one, in words.
SEEN_FROM = {
    "front": "from the front", "oblique": "from the front, turned by 35 deg", "side": "side-on",
    "back-oblique": "from behind, turned by 35 deg", "back": "from behind",
}  # fmt: skip
#: Share of frames under which a measure counts as not judged there.
HARDLY = 0.05


def find(rows: list[dict[str, Any]], **where: str) -> dict[str, Any]:
    """The first row with these fields; empty if there is none."""
    return next((r for r in rows if all(r.get(k) == v for k, v in where.items())), {})


def follows(r: float | None) -> str:
    """How well a reading follows the truth, by its correlation."""
    if r is None:
        return "cannot be compared with the truth"
    words = ((0.9, "closely"), (0.7, "roughly"), (0.4, "loosely"))
    how = next((w for limit, w in words if r >= limit), None)
    return f"follows the truth {how}" if how else "hardly follows the truth"


_HANGING = (
    "**Arms hanging.** Mean error, in per cent of the person's own range (and degrees): the "
    "median and the worst person. *r*: how closely the reading follows the truth, 1 is perfect. "
    "*Judged*: share of frames in which a number is given at all."
)


def summary(results: Mapping[str, Any]) -> Iterator[str]:
    """One paragraph after the other."""
    rows, scripts = results["agreement"], results["scripts"]
    yield from _lifts(rows, scripts)
    yield from _girdle(rows)
    yield from _nuisances(results)
    yield from _posture(rows)
    yield from _doubt(rows)


def _girdle(rows: list[dict[str, Any]]) -> Iterator[str]:
    """A small table: shrug and retraction with hanging arms, by view."""
    lines = [
        (seen, *(c for name in ("elevation", "retraction") for c in _off(rows, name, view)))
        for view, seen in SEEN_FROM.items()
    ]
    columns = ("median", "worst", "r", "judged")
    heads = ("seen", *(f"shrug: {c}" if c == "median" else c for c in columns),
             *(f"retraction: {c}" if c == "median" else c for c in columns))  # fmt: skip
    yield _HANGING
    yield table(heads, (line for line in lines if len(line) > 1))


def _off(rows: list[dict[str, Any]], name: str, view: str) -> list[str]:
    where = {"calibration": "own", "view": view, "condition": "arms still"}
    own, deg = find(rows, measure=name, **where), find(rows, measure=f"{name}_deg", **where)
    if not own:
        return []
    if own["share_judged"] < HARDLY:
        return ["-", "-", "-", percent(own["share_judged"])]
    return [
        f"{number(own['mae_median'], 0)} % ({number(deg['mae_median'])})",
        f"{number(own['mae_worst'], 0)} % ({number(deg['mae_worst'])})",
        number(own["r"], 2),
        percent(own["share_judged"]),
    ]


def _lifts(rows: list[dict[str, Any]], scripts: list[dict[str, Any]]) -> Iterator[str]:
    where = {"script": "row", "view": "all"}
    product = find(scripts, measure="retraction_deg", calibration="own", **where)
    auto = find(scripts, measure="retraction_deg", calibration="auto", **where)
    naive = find(scripts, calibration="naive", **where)
    if not product:
        return
    text = (
        "**Rowing.** Moving arms drag the shoulder landmarks by more than the shoulder blades do. "
        f"With a calibration taken with hanging arms, scapcoach judges retraction in "
        f"{percent(product['share_judged'])} of the frames of a row and says so in all others. "
        "The usual rule of thumb, shoulder width over hip width, gives a number in every frame, "
        f"is {number(naive['mae'], 0)} % of the person's range off on average, and calls "
        "protracted what is retracted, or the other way round, in "
        f"{percent(naive['sign_errors'])} of the frames in which the blades are clearly "
        f"drawn back or apart ({_by_view(scripts)})."
    )
    if product["signed"]:
        wrong = percent(product["sign_errors"])
        text += f" In the frames that it does judge, scapcoach does so in {wrong}."
    text += (
        " With no calibration clip, against a moment of rest in the row itself, it judges "
        f"{percent(auto['share_judged'])} and has the wrong sign in {percent(auto['sign_errors'])} "
        f"of {auto['signed']} clear cases."
    )
    yield text
    moving = find(rows, measure="elevation_deg", calibration="own", view="all",
                  condition="arms moving")  # fmt: skip
    if moving and moving["judged"]:
        signs = ""
        if moving["signed"] >= MIN_SIGNED:
            signs = f", with the wrong sign in {percent(moving['sign_errors'])} of clear cases"
        yield (
            f"**Shrugging with moving arms** is judged in {percent(moving['share_judged'])} of "
            f"frames and is {number(moving['mae'])} deg off on average{signs}."
        )


def _by_view(scripts: list[dict[str, Any]]) -> str:
    """The width rule's wrong signs over a row, view by view."""
    found = (
        (seen, find(scripts, calibration="naive", script="row", view=view))
        for view, seen in SEEN_FROM.items()
    )
    return ", ".join(f"{seen} {percent(r['sign_errors'])}" for seen, r in found if r)


def _nuisances(results: Mapping[str, Any]) -> Iterator[str]:
    product = find(results["agreement"], measure="retraction", calibration="own", view="all",
                   condition="nuisance")  # fmt: skip
    naive = find(results["agreement"], measure="naive width rule", view="all",
                 condition="nuisance")  # fmt: skip
    if not product or product["judged"] == 0:
        return
    yield (
        "**What is no shoulder movement at all**: turning, leaning, raising the arms, nodding, "
        f"stepping about. Where scapcoach judges retraction ({percent(product['share_judged'])} of "
        f"these frames) it is {number(product['mae'], 0)} % of the person's range away from zero "
        f"on average; the rule of thumb {number(naive['mae'], 0)} %."
    )


def _posture(rows: list[dict[str, Any]]) -> Iterator[str]:
    some = (
        ("head_forward", "side", "nuisance", "head forward", "deg"),
        ("trunk_lean", "side", "nuisance", "trunk lean", "deg"),
        ("rounding_deg", "side", "nuisance", "upper-back rounding", "deg"),
        ("hunch", "front", "desk", "hunch at the desk, from the front", "points of 100"),
        ("hunch", "side", "desk", "hunch at the desk, from the side", "points of 100"),
    )
    parts = []
    for name, view, condition, title, unit in some:
        r = find(rows, measure=name, calibration="own", view=view, condition=condition)
        if not r:
            continue
        if r["judged"] == 0 or r["share_judged"] < HARDLY:
            parts.append(f"{title}: not judged")
            continue
        parts.append(
            f"{title}: {follows(r['r'])} (r {number(r['r'], 2)}), "
            f"{number(r['mae'])} {unit} off, judged in {percent(r['share_judged'])} of frames"
        )
    if parts:
        yield "**Posture**, from the side where nothing else is said. " + "; ".join(parts) + "."


def _doubt(rows: list[dict[str, Any]]) -> Iterator[str]:
    parts = []
    for name, title in (("retraction_deg", "retraction"), ("elevation_deg", "elevation")):
        for condition in ("arms still", "arms moving"):
            r = find(rows, measure=name, calibration="own", view="all", condition=condition)
            if r and r["judged"]:
                parts.append(f"{title}, {condition}: {percent(r['within_1'])} and "
                             f"{percent(r['within_2'])}")  # fmt: skip
    if parts:
        yield (
            "**Does it know how uncertain it is?** Of the true values, 68 % should lie within one "
            "sigma of the reading and 95 % within two; more means that sigma is too large, "
            "less that it is too small. " + "; ".join(parts) + "."
        )
