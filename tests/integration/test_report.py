"""The HTML report, opened in headless Chromium as a person would open the file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  pytest reads the annotations of fixtures
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.errors import OutputError
from scapcoach.export.summary import build_summary
from scapcoach.media.video import AnnotatedVideoWriter
from scapcoach.overlay.overlay import Overlay
from scapcoach.report import clip_page as report_module
from scapcoach.report.clip_page import write_report
from tests.support.pages import chromium, contrast, errors, luminance, requests, visit, wait_for
from tests.support.synthetic import synthetic_measures, synthetic_poses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.landmarks import Poses

SIZE = (320, 180)
NASTY = "</script><script>window.hacked=1</script><b>x</b> {{data}} & \"q\" 'ü'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


def make_video(path: Path, poses: Poses, measures: Any) -> Path:
    overlay = Overlay(SIZE)
    with AnnotatedVideoWriter(path, SIZE) as writer:
        for i in range(len(poses)):
            image = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
            overlay.draw(image, poses, measures, i)
            writer.write(image, float(poses.t[i]))
    return path


def make_report(
    folder: Path, *, title: str = "clip", n: int = 150, video: bool = True, **how: Any
) -> Path:
    poses = synthetic_poses(n, SIZE)
    measures = synthetic_measures(poses, **how)
    summary = build_summary(
        measures,
        poses,
        source={"name": title, "size": SIZE, "fps": 30.0, "duration": 5.0, "warnings": [title]},
        model={"name": "full", "sha256": "ab" * 32},
        calibration="clip",
        settings={"subject": title},
    )
    clip = make_video(folder / "anno täted #1?.mp4", poses, measures) if video else None
    path = folder / "report.html"
    write_report(path, title=title, measures=measures, poses=poses, summary=summary, video=clip)
    picture = '<button class="still" data-t="1.000">as in the section of a set</button>'
    board = '<div class="board">'
    path.write_text(path.read_text("utf-8").replace(board, picture + board), "utf-8")
    return path


def ready(browser: Any) -> None:
    wait_for(browser, "document.querySelector('video').readyState >= 2")


def now(browser: Any) -> float:
    return float(browser.execute_script("return document.getElementById('now').value").split()[0])


def video_time(browser: Any) -> float:
    wait_for(browser, "!document.querySelector('video').seeking")
    return float(browser.execute_script("return document.querySelector('video').currentTime"))


@pytest.mark.parametrize("embedded", [True, False])
def test_it_opens_offline_and_asks_no_network(tmp_path, browser, monkeypatch, embedded):
    if not embedded:
        monkeypatch.setattr(report_module, "EMBED_LIMIT", 1000)
    visit(browser, make_report(tmp_path))
    ready(browser)
    asked = requests(browser)
    assert asked, "the log of requests is not being read"
    assert not [url for url in asked if url.startswith(("http:", "https:", "ws:"))]
    assert any("anno" in url for url in asked) == (not embedded)
    assert errors(browser) == []
    inside = browser.execute_script("return document.getElementById('video-data').text.length")
    assert (inside > 10_000) == embedded
    assert browser.execute_script("return document.querySelector('video').duration") > 4.9


def test_a_click_on_a_plot_moves_the_video_and_the_video_moves_the_cursor(tmp_path, browser):
    from selenium.webdriver import ActionChains

    visit(browser, make_report(tmp_path))
    ready(browser)
    area = browser.find_element("css selector", ".area")
    browser.execute_script("arguments[0].scrollIntoView({block: 'end'})", area)
    width = area.size["width"]
    ActionChains(browser).move_to_element_with_offset(area, int(0.2 * width), 10).click().perform()
    duration = 149 / 30
    assert video_time(browser) == pytest.approx(0.7 * duration, abs=0.05)
    assert now(browser) == pytest.approx(0.7 * duration, abs=0.05)
    browser.execute_script("document.querySelector('video').currentTime = 1.0")
    wait_for(browser, "Math.abs(parseFloat(document.getElementById('now').value) - 1) < 0.02")
    left = browser.execute_script("return document.querySelector('.cursor').style.left")
    assert float(left.rstrip("%")) == pytest.approx(100 * 1.0 / duration, abs=0.5)


def test_playing_moves_the_cursor_and_keys_step_frames(tmp_path, browser):
    from selenium.webdriver import ActionChains, Keys

    visit(browser, make_report(tmp_path))
    ready(browser)
    for frames in (1, 2, 3):  # one after the other: the video seeks
        ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
        at = "document.querySelector('video').currentTime"
        wait_for(browser, f"Math.abs({at} - {frames} / 30) < 0.006")
    assert now(browser) == pytest.approx(3 / 30, abs=0.006)
    assert video_time(browser) == pytest.approx(3 / 30, abs=0.006)
    ActionChains(browser).send_keys(Keys.ARROW_LEFT).perform()
    assert now(browser) == pytest.approx(2 / 30, abs=0.006)
    browser.find_element("id", "play").click()
    wait_for(browser, "parseFloat(document.getElementById('now').value) > 0.5")
    assert browser.find_element("id", "play").get_attribute("aria-label") == "Pause"
    browser.execute_script("document.querySelector('video').pause()")
    browser.find_element("css selector", ".still").click()
    assert now(browser) == pytest.approx(1.0, abs=0.001)


def test_the_time_slider_is_a_native_one_that_keys_and_screen_readers_know(tmp_path, browser):
    from selenium.webdriver import Keys

    visit(browser, make_report(tmp_path))
    ready(browser)
    slider = browser.find_element("id", "scrub")
    slider.send_keys(Keys.END)
    assert now(browser) == pytest.approx(149 / 30, abs=0.006)
    assert slider.get_attribute("aria-valuetext") == "4.97 seconds"
    slider.send_keys(Keys.HOME)
    slider.send_keys(Keys.ARROW_RIGHT)
    assert now(browser) == pytest.approx(1 / 30, abs=0.006)
    assert float(slider.get_attribute("value")) == pytest.approx(1 / 30, abs=0.006)
    unnamed = browser.execute_script(
        "return [...document.querySelectorAll('button, input')].filter(b =>"
        " !(b.getAttribute('aria-label') || b.textContent.trim())).length"
    )
    assert unnamed == 0


def test_withheld_spans_are_shaded_with_their_reason_and_never_bridged(tmp_path, browser):
    path = make_report(tmp_path)
    visit(browser, path)
    gap, plot = browser.find_elements("css selector", ".plot")[:2]
    assert gap.find_element("css selector", ".name").text == "Gap between the blades"
    assert plot.find_element("css selector", ".name").text == "Retraction"
    spans = plot.find_elements("css selector", ".span:not(.hint)")
    words = [span.get_attribute("title") for span in spans]
    assert len(words) == 3
    assert words[-1] == "Nobody is in the picture."
    assert all(words)
    # 150 frames: ok 0-37, relative 38-59 (no % value), withheld 60-81, ok 82-122, then nobody.
    shapes = browser.execute_script(
        "return [...document.querySelectorAll('.plot')[1].querySelectorAll('.curve')]"
        ".map(c => c.getAttribute('d').match(/[ML]?[0-9.]+ /g).map(x => parseFloat(x.slice(1))))"
    )
    assert len(shapes) == 4, "two stretches each for left and right"
    per_frame = 1000 / 149
    for xs in shapes:
        assert np.diff(xs).max() < 1.5 * per_frame
    plot.find_element("css selector", ".unit").click()
    assert browser.execute_script(
        "return [...document.querySelectorAll('.plot')[1].querySelectorAll('.curve.rel')]"
        ".every(c => getComputedStyle(c).strokeDasharray !== 'none')"
    )
    assert len(plot.find_elements("css selector", ".curve.rel")) == 2


def test_hostile_names_stay_text(tmp_path, browser):
    visit(browser, make_report(tmp_path, title=NASTY))
    ready(browser)
    assert browser.execute_script("return window.hacked") is None
    assert browser.find_element("tag name", "h1").text == NASTY
    assert browser.title.startswith(NASTY)
    assert errors(browser) == []


def test_without_a_video_the_plots_still_work(tmp_path, browser):
    from selenium.webdriver import ActionChains, Keys

    visit(browser, make_report(tmp_path, video=False))
    assert browser.find_elements("tag name", "video") == []
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    assert now(browser) == pytest.approx(1 / 30, abs=0.006)
    assert not browser.find_element("id", "play").is_displayed()
    assert errors(browser) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_out_of_the_screen(tmp_path, browser, width):
    browser.set_window_size(width, 844)
    path = make_report(tmp_path, title="averyveryverylongnamewithoutanyspace" * 4)
    try:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        visit(browser, path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.set_window_size(1280, 900)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_light_and_dark(tmp_path, browser, scheme):
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    visit(browser, make_report(tmp_path))
    found = browser.execute_script(
        "const at = q => getComputedStyle(document.querySelector(q));"
        "const card = at('.card').backgroundColor;"
        "return ['.lead', '.summary p:not(.lead)', '.share', '.note', '.about', '.tick',"
        " '.read .l', '.read .r', 'td', 'tbody small'].map(q => [q, at(q).color, card]);"
    )
    for where, ink, paper in found:
        assert contrast(ink, paper) >= 4.5, (where, ink, paper)
    assert (luminance(found[0][2]) < 0.1) == (scheme == "dark")


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    poses = synthetic_poses(10, SIZE)
    measures = synthetic_measures(poses)
    summary = build_summary(
        measures, poses, source={"name": "x", "size": SIZE, "warnings": []},
        model={"name": "full", "sha256": ""}, calibration="none", settings={},
    )  # fmt: skip
    with pytest.raises(OutputError, match=r"report\.html"):
        write_report(
            tmp_path / "file" / "report.html", title="x", measures=measures, poses=poses,
            summary=summary, video=None,
        )  # fmt: skip
