from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from msgspec import UNSET, ValidationError, convert
from msgspec.json import decode as decode_json

from scapcoach.export.rep_tables import set_summary
from scapcoach.export.summary import build_summary, percent, plain, reason_words, write_summary
from scapcoach.export.summary_types import Summary
from scapcoach.landmarks import Poses
from scapcoach.measures.series import Reason, Status
from scapcoach.overlay.readings import SHORT
from scapcoach.report.plots import MAX_POINTS, MAX_SPANS, plot_groups, thin, withheld_spans
from tests.support.sets import sample_set
from tests.support.synthetic import synthetic_measures, synthetic_poses
from tools import summary_schema

SOURCE = {
    "name": "clip.mp4", "size": (640, 360), "fps": float("nan"), "duration": np.float64(10),
    "n_frames": None, "warnings": (),
}  # fmt: skip


def summary_of(n: int = 300, **how: Any) -> dict[str, Any]:
    poses = synthetic_poses(n)
    measures = synthetic_measures(poses, **how)
    return build_summary(
        measures, poses, source=SOURCE, model={"name": "full", "sha256": "ab"},
        calibration="clip", settings={"subject": None},
    )  # fmt: skip


KEYWORDS = {
    "$defs", "$schema", "additionalProperties", "anyOf", "description", "enum", "items", "maxItems",
    "maximum", "minItems", "minimum", "prefixItems", "properties", "required", "title", "type",
}  # fmt: skip


def check(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> None:
    """The part of JSON Schema that summary.schema.json uses."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            with suppress(AssertionError):
                check(value, choice, root, at)
                return
        raise AssertionError(f"{at}: {value!r} is none of {schema['anyOf']}")
    unknown = set(schema) - KEYWORDS
    assert not unknown, f"{at}: the checker does not know {unknown}"
    kinds = {
        "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
        "null": type(None),
        "boolean": bool,
    }  # fmt: skip
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, kinds[k]) for k in names), f"{at}: {value!r} is no {names}"
    if "enum" in schema:
        assert value in schema["enum"], at
    if isinstance(value, int | float):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), (at, value)
    if isinstance(value, list):
        assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1e9), at
        first = schema.get("prefixItems", [])
        for k, item in enumerate(value):
            check(item, first[k] if k < len(first) else schema["items"], root, f"{at}[{k}]")
    if isinstance(value, dict):
        missing = set(schema.get("required", ())) - set(value)
        assert not missing, f"{at} lacks {missing}"
        for key, item in value.items():
            known = schema.get("properties", {}).get(key)
            extra = schema.get("additionalProperties", {})
            assert known is not None or extra is not False, f"{at}.{key} is not in the schema"
            check(item, known if known is not None else extra, root, f"{at}.{key}")


@pytest.mark.parametrize("n", [0, 1, 300])
@pytest.mark.parametrize("calibrated", [True, False])
def test_the_summary_fits_its_schema_and_is_plain_json(tmp_path, n, calibrated):
    schema = json.loads(files("scapcoach.export").joinpath("summary.schema.json").read_text())
    found = summary_of(n, calibrated=calibrated)
    write_summary(tmp_path / "summary.json", found)
    back = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert back == found
    check(back, schema, schema)
    assert decode_json(json.dumps(back), type=Summary).source.frames_decoded == n
    assert back["source"]["fps"] is None
    assert back["source"]["frames_decoded"] == n


@pytest.mark.parametrize("lifting", ["judged", "unjudged", "none", "nothing"])
def test_a_set_in_the_summary_fits_the_schema(lifting):
    schema = json.loads(files("scapcoach.export").joinpath("summary.schema.json").read_text())
    sets = {
        "judged": set_summary(sample_set()),
        "unjudged": set_summary(sample_set(judged=False)),
        "none": set_summary(sample_set(reps=0)),
        "nothing": {"exercise": None, "reason": "Not recognised."},
    }
    poses = synthetic_poses(50)
    found = build_summary(
        synthetic_measures(poses), poses, source=SOURCE, model={"name": "full", "sha256": "ab"},
        calibration="clip", settings={}, lifting=sets[lifting],
    )  # fmt: skip
    assert decode_json(json.dumps(found, allow_nan=False), type=Summary).set is not UNSET
    check(found, schema, schema)
    assert "set" not in summary_of(50)


def test_the_schema_is_that_of_the_types():
    assert summary_schema.SCHEMA.read_text("utf-8") == summary_schema.text(), (
        "write it again: python -m tools.summary_schema"
    )


def test_what_is_no_summary_does_not_fit_the_schema():
    schema = json.loads(summary_schema.text())
    good = {**summary_of(50), "set": plain(set_summary(sample_set()))}
    check(good, schema, schema)
    for broken in (
        {**good, "more": 1},
        {**good, "schema": "scapcoach.summary/2"},
        {**good, "headline": []},
        {**good, "views": {"front": 1.5}},
        {**good, "yaw": {}},
        {**good, "source": {**good["source"], "size": [1]}},
        {**good, "set": {**good["set"], "reps": -1}},
        {**good, "set": {**good["set"], "repetitions": [{}]}},
        {name: value for name, value in good.items() if name != "measures"},
    ):
        with pytest.raises(AssertionError):
            check(broken, schema, schema)
        with pytest.raises(ValidationError):
            convert(broken, Summary)


def test_the_checker_can_fail():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"enum": [1]}}}
    with pytest.raises(AssertionError):
        check({"a": 2}, schema, schema)
    with pytest.raises(AssertionError):
        check({}, schema, schema)


def test_shares_and_statistics_are_those_of_the_frames():
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses)
    found = summary_of()["measures"]
    for name, series in measures.series.items():
        one = found[name]
        assert one["share_ok"] == pytest.approx(np.mean(series.status == Status.OK), abs=1e-6)
        total = one["share_ok"] + one["share_relative"] + one["share_withheld"]
        assert total == pytest.approx(1, abs=1e-5)
        assert sum(one["withheld_reasons"].values()) == pytest.approx(
            one["share_withheld"], abs=1e-5
        )
        assert one["value"]["max"] == pytest.approx(np.nanmax(series.value), abs=1e-6)
        assert one["value"]["p95"] == pytest.approx(np.nanpercentile(series.value, 95), abs=1e-5)
    assert found["retraction"]["degrees"]["n"] > found["retraction"]["value"]["n"]


def test_headlines_say_what_was_seen_found_and_lost():
    first, second, third = summary_of()["headline"]
    assert first.startswith("Filmed partly diagonally from the front, partly from the front")
    assert "for 10 seconds, with the person in the picture for 90 % of the time" in first
    assert "% of your range" in second
    assert "could not be judged for 33 % of the time" in third
    relative = summary_of(calibrated=False)["headline"][1]
    assert "(not calibrated: changes since the stillest moment)" in relative
    assert "°" in relative
    assert "% of your range" not in relative


def test_nobody_in_the_picture_is_said_first():
    poses = synthetic_poses(20)[18:]
    found = build_summary(
        synthetic_measures(poses), poses, source=SOURCE, model={"name": "lite", "sha256": ""},
        calibration="none", settings={},
    )  # fmt: skip
    assert found["headline"][0] == "No person was found in this recording."
    empty = Poses.empty((4, 4))
    assert build_summary(
        synthetic_measures(empty), empty, source=SOURCE, model={"name": "lite", "sha256": ""},
        calibration="none", settings={},
    )["headline"][0].startswith("No person")  # fmt: skip


def test_shares_in_words_never_round_to_all_or_nothing():
    assert [percent(s) for s in (0, 0.001, 0.5, 0.994, 0.996, 1)] == [
        "0 %", "under 1 %", "50 %", "99 %", "all", "all",
    ]  # fmt: skip


def test_every_reason_has_words_long_and_short():
    for reason in Reason:
        assert reason in SHORT
        if reason is not Reason.NONE:
            assert SHORT[reason]
            assert len(SHORT[reason]) <= 18
            assert reason_words(reason.label) == reason.advice


def test_long_recordings_are_thinned_but_keep_extremes_and_gaps():
    n = 60_000
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=n), rng.normal(size=n)
    a[12_345], b[54_321] = 99.0, -99.0
    a[30_000:30_002] = np.nan
    keep = thin([a, b], MAX_POINTS)
    assert len(keep) <= MAX_POINTS
    assert {0, 12_345, 54_321, 30_000, 30_001, n - 1} <= set(keep.tolist())
    assert (np.diff(keep) > 0).all()


def test_plots_of_a_flickering_recording_stay_small():
    poses = synthetic_poses(9000)
    measures = synthetic_measures(poses)
    for series in measures.series.values():
        series.status[::2] = Status.NOT_OBSERVABLE
        series.value[::2] = np.nan
        if series.deg is not None:
            series.deg[::2] = np.nan
    for group in plot_groups(measures):
        assert len(group["t"]) <= MAX_POINTS
        assert len(group["spans"]) <= MAX_SPANS + 1
        for mode in group["modes"]:
            for trace in mode["traces"]:
                assert len(trace["v"]) == len(trace["s"]) == len(trace["k"]) == len(group["t"])


def test_spans_cover_exactly_what_was_not_judged():
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses)
    spans = withheld_spans([measures["hunch"]], measures.t)
    inside = np.any([(measures.t >= a - 1e-3) & (measures.t < b - 1e-3) for a, b, *_ in spans], 0)
    np.testing.assert_array_equal(inside, ~measures["hunch"].judged)
    assert [s[2] for s in spans[1:]] == ["Another person", "No person"]
