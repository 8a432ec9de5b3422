"""What all pages share: templates that escape and miss nothing, numbers that stand in one place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from jinja2 import UndefinedError

from scapcoach.desk.policy import THRESHOLDS, DeskState, PostureSample
from scapcoach.measures.registry import HUNCH_ZONES, MARKED, MILD, SPECS, degree_range
from scapcoach.measures.words import CARDS, NOTHING, figure, suffix
from scapcoach.overlay.readings import ZONES
from scapcoach.report.page import render
from scapcoach.report.plots import tick_step, ticks, time_marks
from scapcoach.web.colors import picture_colors
from scapcoach.web.setup import page_setup

CHECK = {"title": "x", "checks": []}


def test_every_text_is_escaped() -> None:
    nasty = "</title><script>alert(1)</script>\"'&"
    finding = {"title": nasty, "number": "", "within": "", "words": nasty}
    shot = {"name": nasty, "source": "data:,", "lead": nasty, "findings": [finding]}
    page = render("posture_check.html", title=nasty, checks=[shot])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 7
    assert f'alt="{nasty[:8]}' not in page


def test_a_value_that_is_missing_is_an_error_not_a_gap() -> None:
    assert "Posture" not in render("posture_check.html", **CHECK)
    with pytest.raises(UndefinedError, match="checks"):
        render("posture_check.html", title="x")


def test_data_for_a_script_cannot_end_it() -> None:
    shown = {"t": "</script><!--", "n": None}
    clip = {"lead": "", "sentences": (), "warnings": (), "tiles": (), "advice": (), "lines": ()}
    page = render(
        "clip.html", title="x", clip=clip, facts={}, lifting=None, has_video=False,
        embedded="", beside="", tall=False, aspect="1 / 1", data=shown,
    )  # fmt: skip
    inside = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert inside
    assert json.loads(inside[1]) == shown


def test_templates_are_loaded_when_a_page_is_laid_out_and_not_before() -> None:
    code = (
        "import sys; import scapcoach.report.clip_page, scapcoach.report.dataset_page, "
        "scapcoach.report.history_page; assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_numbers_are_written_the_same_everywhere() -> None:
    assert figure(62.4, "%") == "62 %"
    assert figure(12, "deg", plus=True) == "+12°"
    assert figure(-3.6, "deg") == "\u22124°"
    assert figure(-0.4, "%", plus=True) == "0 %"
    assert figure(1.25, "s", decimals=1) == "1.2 s"
    assert figure(np.nan, "%") == NOTHING
    assert [suffix(unit) for unit in ("", "deg", "%", "kg")] == ["", "°", " %", " kg"]


def test_ticks_are_few_and_round() -> None:
    assert ticks(-40.0, 110.0, "%") == [(0.0, "0"), (50.0, "+50"), (100.0, "+100")]
    assert ticks(-10.0, 20.0, "deg")[0] == (-10.0, "\u221210°")
    assert tick_step(4.0) == 1
    assert [words for _, words in time_marks(1.0)] == ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s"]
    assert all(2 <= len(ticks(-low, 100.0, "%")) <= 5 for low in np.arange(0.0, 500.0, 7))


def test_the_edges_of_the_hunch_score_stand_in_one_place() -> None:
    assert [edge for edge, *_ in ZONES] == [edge for edge, _ in HUNCH_ZONES]
    assert THRESHOLDS == {"low": MARKED, "normal": 50, "high": MILD}
    assert PostureSample(0, True, MARKED).state is DeskState.MARKED
    assert f"mild from {MILD:.0f}, marked from {MARKED:.0f}" in SPECS["hunch"].positive
    number = re.compile(rf"(?<![\w.#-])({MILD:.0f}|{MARKED:.0f})(?![\w.%])")
    for place in ("report/assets", "report/templates", "web/assets"):
        for file in files("scapcoach").joinpath(place).iterdir():
            if file.name.endswith((".js", ".html")):
                assert not number.search(file.read_text("utf-8")), f"{place}/{file.name}"


def test_the_browser_gets_its_numbers_and_colours_from_here(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))
    setup = json.loads(json.dumps(page_setup(camera=True, film=False), allow_nan=False))
    cards = {card["name"]: card for card in setup["cards"]}
    assert {name: card["title"] for name, card in cards.items()} == CARDS
    assert [name for name, card in cards.items() if card["leads"]] == ["retraction", "blade_gap"]
    assert cards["blade_gap"]["relative"] == "since stretch"
    assert cards["hunch"]["zones"] == [[MILD, "ok"], [MARKED, "mild"]]
    assert cards["hunch"]["plots"]["own"]["lines"] == [MILD, MARKED]
    assert cards["elevation"]["degrees"] == list(degree_range("elevation_left"))
    assert cards["retraction"]["rows"] == [["retraction_left", "L"], ["retraction_right", "R"]]
    assert all(row[0] in setup["measures"] for card in cards.values() for row in card["rows"])
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for *_, color in setup["body"]["bones"])
    defined = set(re.findall(r"(--[\w-]+):", picture_colors().decode()))
    defined |= set(re.findall(r"(--[\w-]+):", _text("report", "palette.css")))
    style = _text("web", "app.css")
    defined |= set(re.findall(r"(--[\w-]+):", style))
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= defined


def _text(package: str, name: str) -> str:
    return files("scapcoach").joinpath(package, "assets", name).read_text("utf-8")
