"""The written parts of the report: summary, table of shares, settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scapcoach.export.summary import percent, reason_words, withheld_advice
from scapcoach.measures.leading import BLADE_GAP
from scapcoach.measures.words import NOTHING, TITLES, figure, suffix, symbol
from scapcoach.report.parts import Bar, Tile

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Advice about less than this share of the recording is shown in the table only.
_WORTH_SHOWING: Final = 0.03


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A row of the table: how much of the time a measure was judged, and what it was.

    Attributes:
        title: of the measure; positive: what a positive value means.
        bar: how much could be judged; judged: the same in words.
        typical: the median; span: 5th to 95th percentile.
        reasons: share of the frames, and why they were withheld.
    """

    title: str
    positive: str
    bar: Bar
    judged: str
    typical: str
    span: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClipView:
    """The content of the report's summary and table.

    Attributes:
        lead: the first sentence; sentences: the others.
        warnings: problems of the recording.
        tiles: the best squeeze where there is one, and one for each main measure.
        advice: what to change next time, and the share of the frames that it would gain.
        lines: one for each measure.
    """

    lead: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    tiles: tuple[Tile, ...]
    advice: tuple[tuple[str, str], ...]
    lines: tuple[MeasureLine, ...]


def clip_view(summary: Mapping[str, Any]) -> ClipView:
    """The words of the report about a recording.

    Args:
        summary: as `scapcoach.export.summary.build_summary` makes it.
    """
    measures = summary["measures"]
    lead, *sentences = summary["headline"]
    warnings = (*summary["source"].get("warnings", ()), summary.get("set", {}).get("reason"))
    advice = [(a, s) for a, s in withheld_advice(summary) if s >= _WORTH_SHOWING][:3]
    return ClipView(
        lead=lead,
        sentences=tuple(sentences),
        warnings=tuple(str(text) for text in warnings if text),
        tiles=(
            *_squeeze(measures.get(BLADE_GAP), measures.get("squeeze_share")),
            *(_tile(title, measures[name]) for name, title in TITLES.items() if name in measures),
        ),
        advice=tuple((text, f"{percent(share)} of the frames") for text, share in advice),
        lines=tuple(_line(one) for one in measures.values()),
    )  # fmt: skip


def clip_facts(summary: Mapping[str, Any]) -> dict[str, str]:
    """Everything that is needed to repeat the analysis, by its name."""
    model, source = summary["model"], summary["source"]
    facts = {
        "Recording": str(source["name"]),
        "Picture": f"{' x '.join(str(side) for side in source['size'])} pixels",
        "Frames": f"{source['frames_decoded']} in {source['seconds']:.1f} s",
        "Calibration": str(summary["calibration"]),
        "Pose model": str(model["name"]),
        "Model SHA-256": str(model["sha256"]),
        "Software": f"scapcoach {summary['software']['version']}",
    }
    return facts | {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in summary["settings"].items()
    }


def _bar(one: Mapping[str, Any]) -> Bar:
    return Bar(one["share_ok"], one["share_relative"], one["share_withheld"])


def _squeeze(gap: Mapping[str, Any] | None, share: Mapping[str, Any] | None) -> tuple[Tile, ...]:
    """How far the blades were drawn together (5th percentile), where a squeeze stood out."""
    value = None if gap is None else gap["value"]
    if gap is None or value is None or share is None or not share["share_relative"]:
        return ()
    typical = _number(value["median"], gap["unit"])
    return (
        Tile(
            "Best squeeze", _number(value["p05"], gap["unit"]), symbol(gap["unit"]),
            "gap between the blades, relative to the stretch of the repetition; "
            f"typically {typical}",
            f"judged in {percent(gap['share_ok'] + gap['share_relative'])} of the frames",
            _bar(gap),
        ),
    )  # fmt: skip


def _tile(title: str, one: Mapping[str, Any]) -> Tile:
    """The highest value of a measure (95th percentile), and what that is relative to."""
    judged = one["share_ok"] + one["share_relative"]
    share = f"judged in {percent(judged)} of the frames" if judged else ""
    value, unit = one["value"], one["unit"]
    if value is None or not (one["share_ok"] or one["degrees"] is None):
        value, unit = one["degrees"], "deg"
    if value is None:
        reasons = one["withheld_reasons"]
        why = reason_words(next(iter(reasons))) if reasons else ""
        return Tile(title, "Not judged", note=why, share=share, bar=_bar(one), judged=False)
    note = "of your range" if unit == "%" else ""
    if value is one["degrees"] or one["share_relative"] > one["share_ok"]:
        note = "change from your starting position"
    typical = _number(value["median"], unit) + ("°" if value is one["degrees"] else "")
    words = f"{f'highest, {note}' if note else 'highest'}; usually {typical}"
    sign = symbol(unit) or "of 100"
    return Tile(title, _number(value["p95"], unit), sign, words, share, _bar(one))


def _line(one: Mapping[str, Any]) -> MeasureLine:
    judged = one["share_ok"] + one["share_relative"]
    value, unit = one["value"], one["unit"]
    if value is None and one["degrees"] is not None:
        value, unit = one["degrees"], "deg"
    after = suffix(unit)
    typical = span = NOTHING
    if value:
        low, middle, high = (_number(value[key], unit) for key in ("p05", "median", "p95"))
        typical, span = f"{middle}{after}", f"{low} to {high}{after}"
    return MeasureLine(
        title=one["title"],
        positive=f"+ {one['positive']}",
        bar=_bar(one),
        judged=percent(judged) if judged else "not judged",
        typical=typical,
        span=span,
        reasons=tuple(
            (percent(share), reason_words(label))
            for label, share in one["withheld_reasons"].items()
        ),
    )


def _number(value: float, unit: str) -> str:
    """Without its unit; an index is capped at the end of its scale."""
    return "100+" if not unit and value > 100 else figure(value, plus=bool(unit))
