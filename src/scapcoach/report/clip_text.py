"""The written parts of the report: summary, table of shares, settings; all text escaped."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any, Final

from scapcoach.export.summary import percent, reason_words, withheld_advice

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Advice that names less than this share of the recording is left to the table.
_WORTH_SHOWING: Final = 0.03
_TILES: Final = {"retraction": "Retraction", "elevation": "Shrug", "hunch": "Hunch"}


def summary_block(summary: Mapping[str, Any]) -> str:
    """Sentences, three tiles and what to change next time."""
    first, *rest = summary["headline"]
    sentences = "".join(f"<p>{html.escape(text)}</p>" for text in rest)
    tiles = "".join(
        _tile(name, title, summary["measures"][name])
        for name, title in _TILES.items()
        if name in summary["measures"]
    )
    warnings = "".join(
        f'<p class="warning">{html.escape(str(text))}</p>'
        for text in (*summary["source"].get("warnings", ()), summary.get("set", {}).get("reason"))
        if text
    )
    return (
        f'<p class="lead">{html.escape(first)}</p>{sentences}{warnings}'
        f'<div class="tiles">{tiles}</div>{_advice(summary)}'
    )


def table_block(summary: Mapping[str, Any]) -> str:
    """One row per measure: how much of the time it was judged, typical values, reasons."""
    rows = "".join(_row(name, one) for name, one in summary["measures"].items())
    return (
        "<table><thead><tr><th scope=col>Measure</th><th scope=col>Judged</th>"
        "<th scope=col class=n>Typical</th><th scope=col class=n>5 % to 95 %</th>"
        "<th scope=col>Withheld, and why</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def settings_block(summary: Mapping[str, Any]) -> str:
    """Everything that is needed to do it again, as a list."""
    model, source = summary["model"], summary["source"]
    size = " x ".join(str(side) for side in source["size"])
    facts = {
        "Recording": source["name"],
        "Picture": f"{size} pixels",
        "Frames": f"{source['frames_decoded']} in {source['seconds']:.1f} s",
        "Calibration": summary["calibration"],
        "Pose model": model["name"],
        "Model SHA-256": model["sha256"],
        "Software": f"scapcoach {summary['software']['version']}",
    }
    facts |= {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in summary["settings"].items()
    }
    items = "".join(
        f"<div><dt>{html.escape(str(k))}</dt><dd>{html.escape(str(v))}</dd></div>"
        for k, v in facts.items()
    )
    return f"<dl>{items}</dl>"


def _tile(name: str, title: str, one: Mapping[str, Any]) -> str:
    number, unit, note = _key_number(one)
    judged = one["share_ok"] + one["share_relative"]
    share = f"judged in {percent(judged)} of the frames" if judged else ""
    big = (
        f'<div class="big">{number}<small>{unit}</small></div><div class="note">{note}</div>'
        if number
        else f'<div class="big none">Not judged</div><div class="note">{_main_reason(one)}</div>'
    )
    return (
        f'<section class="tile {name}"><h3>{title}</h3>{big}{_bar(one)}'
        f'<div class="share">{share}</div></section>'
    )


def _key_number(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a measure reached (95th percentile), its unit and what it relates to."""
    value, degrees = one["value"], one["degrees"]
    if value is not None and (one["share_ok"] or degrees is None):
        unit = {"%": "%", "deg": "°", "": "of 100"}[one["unit"]]
        note = "of your range" if one["unit"] == "%" else ""
        if one["share_relative"] > one["share_ok"]:
            note = "relative to your neutral"
        typical = _number(value["median"], one["unit"])
        joined = f"reached, {note}" if note else "reached"
        return _number(value["p95"], one["unit"]), unit, f"{joined}; typically {typical}"
    if degrees is not None:
        typical = _number(degrees["median"], "deg")
        note = f"reached, relative to your neutral; typically {typical}°"
        return _number(degrees["p95"], "deg"), "°", note
    return "", "", ""


def _main_reason(one: Mapping[str, Any]) -> str:
    reasons = one["withheld_reasons"]
    return html.escape(reason_words(next(iter(reasons)))) if reasons else ""


def _advice(summary: Mapping[str, Any]) -> str:
    advice = [(a, s) for a, s in withheld_advice(summary) if s >= _WORTH_SHOWING][:3]
    if not advice:
        return ""
    items = "".join(
        f"<li>{html.escape(text)} <small>{percent(share)} of the frames</small></li>"
        for text, share in advice
    )
    return f'<section class="next"><h3>To have more judged</h3><ul>{items}</ul></section>'


def _row(name: str, one: Mapping[str, Any]) -> str:
    judged = one["share_ok"] + one["share_relative"]
    value, unit = one["value"], {"%": " %", "deg": "°", "": ""}[one["unit"]]
    if value is None and one["degrees"] is not None:
        value, unit = one["degrees"], "°"
    kind = "deg" if unit == "°" else one["unit"]
    middle = f"{_number(value['median'], kind)}{unit}" if value else "&ndash;"
    span = (
        f"{_number(value['p05'], kind)} to {_number(value['p95'], kind)}{unit}"
        if value
        else "&ndash;"
    )
    reasons = "".join(
        f"<li><b>{percent(share)}</b> {html.escape(reason_words(label))}</li>"
        for label, share in one["withheld_reasons"].items()
    )
    return (
        f'<tr class="{html.escape(name)}"><th scope=row>{html.escape(one["title"])}'
        f"<small>{html.escape(one['positive'])} is +</small></th>"
        f"<td>{_bar(one)}<small>{percent(judged) if judged else 'never'}</small></td>"
        f"<td class=n>{middle}</td><td class=n>{span}</td>"
        f"<td>{f'<ul>{reasons}</ul>' if reasons else '&ndash;'}</td></tr>"
    )


def _bar(one: Mapping[str, Any]) -> str:
    ok, relative, withheld = one["share_ok"], one["share_relative"], one["share_withheld"]
    label = f"{percent(ok)} absolute, {percent(relative)} relative, {percent(withheld)} withheld"
    return (
        f'<div class="bar" role="img" aria-label="{label}">'
        f'<i class="ok" style="width:{100 * ok:.2f}%"></i>'
        f'<i class="relative" style="width:{100 * relative:.2f}%"></i></div>'
    )


def _number(value: float, unit: str) -> str:
    if not unit and value > 100:
        return "100+"
    plus = "+" if unit and round(value) > 0 else ""
    return f"{plus}{round(value):d}".replace("-", "\u2212")
