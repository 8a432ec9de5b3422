"""The summary of one recording: what was judged or withheld and why, in numbers and words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach._version import __version__
from scapcoach.export.summary_types import Measure, entry
from scapcoach.files import atomic_path
from scapcoach.measures.series import Reason, Status, View
from scapcoach.measures.words import TITLES
from scapcoach.schema import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures, Series

SCHEMA: Final = "scapcoach.summary/1"
#: Of the numbers in it.
DECIMALS: Final = 6

#: Views as sentences name them.
VIEW_WORDS: Final = {
    View.FRONT: "from the front",
    View.OBLIQUE: "diagonally from the front",
    View.SIDE: "from the side",
    View.BACK_OBLIQUE: "diagonally from behind",
    View.BACK: "from behind",
    View.UNKNOWN: "from an unclear direction",
}

#: A measure withheld in less than this share of the frames is not worth a sentence.
_WORTH_SAYING: Final = 0.1


def build_summary(
    measures: Measures,
    poses: Poses,
    *,
    source: Mapping[str, Any],
    model: Mapping[str, Any],
    calibration: str,
    settings: Mapping[str, Any],
    lifting: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that summary.json holds, made of plain JSON types (NaN is null).

    Args:
        measures: of every frame.
        poses: of the same frames.
        source: what is known of the recording: ``name``, ``size``, ``fps``, ``duration``,
            ``warnings`` and anything else a source reports.
        model: ``name`` and ``sha256`` of the pose model.
        calibration: its kind, e.g. "profile", "clip", "auto" or "none".
        settings: how the analysis was run.
        lifting: the set (`rep_tables.set_summary`), or why there is none (``exercise`` null,
            ``reason``); None leaves out the key ``set``.

    Returns:
        A dict that fits summary.schema.json. Shares are of all frames, 0..1.
    """
    n = len(measures)
    changes = int(np.count_nonzero(np.diff(poses.subject[poses.present])))
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "software": {"name": "scapcoach", "version": __version__},
        "headline": [],
        "source": {**source, "frames_decoded": n, "seconds": _span(measures.t)},
        "model": dict(model),
        "calibration": calibration,
        "settings": dict(settings),
        "subject": {
            "frames_with_person": int(np.count_nonzero(poses.present)),
            "share_with_person": _share(poses.present),
            "changes": changes,
            "share_of_another": _share(poses.subject > 0),
        },
        "views": _views(measures, poses),
        "yaw": _statistics(measures.yaw[poses.present]),
        "measures": {name: _measure(series) for name, series in measures.series.items()},
    }
    if lifting is not None:
        found["set"] = lifting
    whole: dict[str, Any] = plain(found, DECIMALS)
    whole["headline"] = headline(whole)
    return whole


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write summary.json, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    text = json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False)
    with atomic_path(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def headline(summary: Mapping[str, Any]) -> list[str]:
    """One to three plain sentences: what was seen, what was found, what to change next time."""
    subject = summary["subject"]
    if not subject["frames_with_person"]:
        return [
            "No person was found in this recording.",
            "Film one person, lit well, with head, shoulders and hips in the picture.",
        ]
    return [_seen(summary), _found(summary), *_withheld(summary)]


def percent(share: float) -> str:
    """A share in words: "all", "36 %", never "0 %" for something or "100 %" for less."""
    if share >= 0.995:
        return "all"
    return "under 1 %" if 0 < share < 0.01 else f"{min(99, round(100 * share))} %"


def withheld_advice(summary: Mapping[str, Any]) -> list[tuple[str, float]]:
    """What to change, with the largest share of frames a main measure lost to it, worst first."""
    worst: dict[str, float] = {}
    for name in TITLES:
        for label, share in summary["measures"].get(name, {}).get("withheld_reasons", {}).items():
            worst[label] = max(worst.get(label, 0.0), share)
    advice = [(reason_words(label), share) for label, share in worst.items()]
    return sorted(((a, s) for a, s in advice if a), key=lambda pair: -pair[1])


def reason_words(label: str) -> str:
    """The sentence for a key of ``withheld_reasons``."""
    if label == Status.NO_PERSON.label:
        return "Nobody was in the picture."
    if label == Status.SUBJECT_CHANGED.label:
        return "Another person was in the subject's place."
    known = {reason.label: reason.advice for reason in Reason if reason is not Reason.NONE}
    return known.get(label, "No reason was given.")


def _seen(summary: Mapping[str, Any]) -> str:
    views = sorted(summary["views"].items(), key=lambda pair: -pair[1])
    by_label = {view.label: words for view, words in VIEW_WORDS.items()}
    words = [by_label.get(label, by_label[""]) for label, share in views[:2] if share >= 0.15]
    words = words or [by_label[views[0][0]] if views else by_label[""]]
    seen = words[0] if len(words) == 1 else f"partly {words[0]}, partly {words[1]}"
    share = percent(summary["subject"]["share_with_person"])
    length = _duration(summary["source"]["seconds"])
    if share == "all":
        return f"Filmed {seen} for {length}, with the person always in the picture."
    return f"Filmed {seen} for {length}, with the person in the picture for {share} of the time."


def _found(summary: Mapping[str, Any]) -> str:
    """How far it went: 95th percentiles, so that a single wrong frame makes no peak."""
    absolute, relative = [], []
    for name, words in TITLES.items():
        one = summary["measures"].get(name)
        if one is None:
            continue
        if one["share_ok"] > 0.05 and one["value"] is not None:
            absolute.append(f"{words.lower()} {_highest(one['value']['p95'], one)}")
        elif one["share_relative"] > 0.05 and one["degrees"] is not None:
            relative.append(f"{words.lower()} {_signed(one['degrees']['p95'], one)}°")
        elif one["share_relative"] > 0.05 and one["value"] is not None:
            relative.append(f"{words.lower()} {_highest(one['value']['p95'], one)}")
    parts = [_listed(absolute)] if absolute else []
    if relative:
        parts.append(f"{_listed(relative)} (not calibrated: changes since the stillest moment)")
    if not parts:
        return "None of retraction, shrug and hunch could be judged."
    return f"Highest values: {'; '.join(parts)}."


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _withheld(summary: Mapping[str, Any]) -> list[str]:
    lost = {
        name: summary["measures"][name]
        for name in TITLES
        if name in summary["measures"]
        and summary["measures"][name]["share_withheld"] >= _WORTH_SAYING
    }
    if not lost:
        return []
    none = len(lost) == len(TITLES) and all(v["share_withheld"] == 1 for v in lost.values())
    name = max(lost, key=lambda k: lost[k]["share_withheld"])
    reasons = lost[name]["withheld_reasons"]
    main = max(reasons, key=lambda k: reasons[k]) if reasons else ""
    share = percent(lost[name]["share_withheld"])
    when = "at all" if share == "all" else f"for {share} of the time"
    why = reason_words(main)
    reason = f"Main reason: {why[0].lower()}{why[1:]}"
    return [reason if none else f"{TITLES[name]} could not be judged {when}. {reason}"]


def _measure(series: Series) -> dict[str, Any]:
    ok, relative = series.status == Status.OK, series.status == Status.RELATIVE
    judged = ok | relative
    return entry(
        Measure, series.spec,
        n=len(series),
        share_ok=_share(ok),
        share_relative=_share(relative),
        share_withheld=_share(~judged),
        withheld_reasons=_reasons(series),
        value=_statistics(series.value[judged]),
        degrees=None if series.deg is None else _statistics(series.deg[judged]),
    )  # fmt: skip


def _reasons(series: Series) -> dict[str, float]:
    shares = {}
    for status in (Status.NO_PERSON, Status.SUBJECT_CHANGED):
        shares[status.label] = _share(series.status == status)
    for reason in Reason:
        here = (series.status == Status.NOT_OBSERVABLE) & (series.reason == reason)
        shares[reason.label or "none"] = _share(here)
    return _largest_first(shares)


def _views(measures: Measures, poses: Poses) -> dict[str, float]:
    present = measures.view[poses.present]
    return _largest_first({view.label: _share(present == view) for view in View})


def _largest_first(shares: Mapping[str, float]) -> dict[str, float]:
    """Without those that are 0."""
    return dict(sorted(((k, v) for k, v in shares.items() if v > 0), key=lambda kv: -kv[1]))


def _statistics(values: npt.NDArray[Any]) -> dict[str, float] | None:
    """Median, 5th and 95th percentile, extremes of the finite values; None where there are none."""
    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return None
    p05, median, p95 = np.percentile(finite, [5, 50, 95])
    return {
        "n": len(finite), "median": median, "p05": p05, "p95": p95,
        "min": finite.min(), "max": finite.max(),
    }  # fmt: skip


def _share(mask: npt.NDArray[Any]) -> float:
    return float(np.mean(mask)) if len(mask) else 0.0


def _span(t: npt.NDArray[Any]) -> float:
    """Seconds that the frames cover; the last one lasts as long as the others on average."""
    if len(t) < 2:
        return 0.0
    return float((t[-1] - t[0]) * len(t) / (len(t) - 1))


def _signed(value: float, measure: Mapping[str, Any]) -> str:
    number = f"{round(value):+d}" if measure["unit"] and round(value) else f"{round(value):d}"
    return number.replace("-", "\u2212")


def _highest(value: float, measure: Mapping[str, Any]) -> str:
    """A value in a sentence: an index is "of 100", and never above its scale."""
    if measure["unit"] == "":
        return "over 100" if value > 100 else f"{_signed(value, measure)} of 100"
    return f"{_signed(value, measure)} % of your range"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} seconds" if seconds >= 10 else f"{seconds:.1f} seconds"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"
