"""The set as a part of the report."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from scapcoach.coaching.exercise import Expected, Phase
from scapcoach.coaching.results import SetResult, Value
from scapcoach.measures.series import Reason, Status
from scapcoach.report.page import render
from scapcoach.report.rep_curves import Curve
from scapcoach.report.set_section import SetPage, Snapshot, set_view, show, table_columns
from tests.support.sets import SHRUG, sample_set

T = np.arange(750) / 30


class Tags(HTMLParser):
    """Collects start tags; ends what it opens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"img", "line", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += f"{data}\n"


def page_of(result: SetResult) -> Tags:
    image = np.full((48, 64, 3), 90, np.uint8)
    curves = [
        Curve("Retraction", "%", "blades back", 50 * np.sin(T), "retraction"),
        Curve("Rounding", "deg", "rounder", np.full(len(T), np.nan), why="Turn side-on."),
    ]
    shots = [Snapshot(result.summary.best, 2.0, image), Snapshot(result.summary.worst, 11.0, image)]
    return Tags(render("set.html", lifting=set_view(SetPage(result, T, curves, shots))))


def test_the_page_shows_every_repetition_the_pair_and_the_next_sentence() -> None:
    found = page_of(sample_set())
    times = [float(a["data-t"]) for tag, a in found.seen if tag == "button"]
    assert set(times) >= {r.rep.start for r in sample_set().reps} | {2.0, 11.0, 13.0, 19.0}
    assert "Start each pull with the shoulder blades." in found.words
    assert "Best: repetition 1" in found.words
    assert "Weakest: repetition 4" in found.words
    assert "Turn side-on." in found.words
    lines = [
        a for tag, a in found.seen if tag == "path" and (a.get("class") or "").startswith("rep")
    ]
    assert len(lines) == 7
    assert sum("best" in (line["class"] or "") for line in lines) == 1
    assert [tag for tag, a in found.seen if tag == "rect" and a.get("class") == "target"] == [
        "rect"
    ]


def test_where_nothing_can_be_judged_there_is_how_to_film_and_no_score() -> None:
    found = page_of(sample_set(judged=False))
    assert "Not judged" in found.words
    assert "Film from 30 degrees off the front." in found.words
    assert "of 100" not in found.words
    assert "not judged" in found.words  # the rule that needs the blades
    assert "0 of 0" not in found.words


def test_no_repetitions_make_a_page_all_the_same() -> None:
    found = page_of(sample_set(reps=0))
    assert "none was seen" in found.words
    assert not [a for tag, a in found.seen if tag == "path"]


def test_hostile_words_stay_text() -> None:
    nasty = "</section><script>alert(1)</script>\"'&"
    result = sample_set(title=nasty)
    cue = replace(result.cues[0], text=nasty)
    count = replace(result.summary.faults[1], rule=replace(SHRUG, title=nasty))
    summary = replace(result.summary, faults=(count,), next_time=nasty, score=np.nan)
    exercise = replace(result.exercise, film=nasty)
    found = page_of(replace(result, exercise=exercise, cues=(cue,), summary=summary))
    assert not [tag for tag, _ in found.seen if tag == "script"]
    assert found.words.count("<script>") >= 4


def test_numbers_in_words() -> None:
    assert show("retraction_peak", Value(62.4, 3.0)) == "+62 %"
    assert show("retraction_peak", Value(-0.3, 1.0)) == "0 %"
    assert show("lean_peak", Value(-12.0, 1.0)) == "\u221212°"
    assert show("hold", Value(1.25, 0.1)) == "1.2 s"
    assert show("trunk_swing", Value(8.0, 1.0, Status.RELATIVE)) == "8° rel."
    assert show("trunk_swing", Value.withheld(Reason.SUPINE)) == "\u2013"


def test_squeezes_name_what_they_are_compared_with_and_how_sure_they_are() -> None:
    result = sample_set()
    squeeze = Value(-31.2, 4.4, Status.RELATIVE, Reason.SINCE_STRETCH)
    reps = tuple(
        replace(r, values={**r.values, "blade_squeeze": squeeze} if r.rep.number == 3 else r.values)
        for r in result.reps
    )
    expected = (*result.exercise.expected[1:], Expected("retraction", Phase.PEAK, 60.0, np.inf))
    about = replace(result.exercise, expected=expected)
    summary = replace(result.summary, blades=("Blades: 1 of 7 repetitions judged.",))
    found = page_of(replace(result, exercise=about, reps=reps, summary=summary))
    assert "Blades: 1 of 7 repetitions judged." in found.words
    assert "Blade gap since the stretch" in found.words
    assert "\N{MINUS SIGN}31 \N{PLUS-MINUS SIGN} 4 % rel." in found.words
    assert "rel. of a squeeze: compared with what the column's title names" in found.words


def test_the_table_shows_degrees_only_where_per_cent_is_unknown() -> None:
    result = sample_set()

    def with_value(result: SetResult, name: str, value: Value) -> SetResult:
        reps = tuple(replace(r, values={**r.values, name: value}) for r in result.reps)
        return replace(result, reps=reps)

    both = with_value(result, "retraction_peak_deg", Value(9.0, 1.0, Status.RELATIVE))
    names = [c.name for c in table_columns(both)]
    assert "retraction_peak" in names
    assert "retraction_peak_deg" not in names
    degrees = with_value(both, "retraction_peak", Value.withheld(Reason.NOT_CALIBRATED))
    names = [c.name for c in table_columns(degrees)]
    assert "retraction_peak" not in names
    assert "retraction_peak_deg" in names


def test_a_fade_says_how_sure_it_is() -> None:
    assert "99 % sure that it is not chance" in page_of(sample_set()).words
