"""The page about many clips, opened in headless Chromium as a person would open the file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  pytest reads the annotations of fixtures
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.export.dataset_table import (
    Row,
    facts_of,
    index_table,
    read_index,
    with_earlier,
    write_index,
)
from scapcoach.export.summary import build_summary
from scapcoach.media.thumbnail import SIZE, best_time, crop_around, write_thumbnail
from scapcoach.report.dataset_page import write_page
from tests.support.pages import chromium, contrast, errors, requests, screen, visit
from tests.support.synthetic import synthetic_measures, synthetic_poses

if TYPE_CHECKING:
    from collections.abc import Iterator

NASTY = "</td><script>window.hacked=1</script> {{rows}} & \"q\" 'ü'.mp4"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


def facts(seconds: float, **more: Any) -> dict[str, Any]:
    poses = synthetic_poses(60, (320, 240))
    summary = build_summary(
        synthetic_measures(poses),
        poses,
        source={"name": "x", "size": (320, 240), "fps": 30.0, "duration": 2.0, "warnings": []},
        model={"name": "full", "sha256": "ab" * 32},
        calibration="clip",
        settings={"content": "cd" * 32},
    )
    return {**facts_of(summary), "seconds": seconds, **more}


def rows() -> list[Row]:
    people, lifts = ("Anna", "Ben", ""), ("row", "face pull")
    done = [
        Row(
            f"monday/clip {n}.mp4", "done", folder=f"clip {n}", lifter=people[n % 3],
            exercise=lifts[n % 2], facts=facts(10.0 + n, elevation_p95=float(10 * n)),
        )
        for n in range(9)
    ]  # fmt: skip
    poor = Row("monday/nobody.mp4", "skipped", folder="nobody", facts={"seconds": 3.0})
    return [*done, poor, Row(NASTY, "failed", f"{NASTY} is no video.")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results ä")
    poses = synthetic_poses(60, (320, 240))
    for row in rows():
        if row.folder:
            image = np.full((240, 320, 3), 90, np.uint8)
            write_thumbnail(folder / row.folder / "thumbnail.jpg", image, poses, 1.0)
    write_page(folder / "summary.html", rows())
    return folder / "summary.html"


def shown(browser: Any) -> list[str]:
    script = (
        "return [...document.querySelectorAll('#clips tbody tr')].filter(r => !r.hidden)"
        ".map(r => r.querySelector('th').firstChild.textContent)"
    )
    return list(browser.execute_script(script))


def click(browser: Any, heading: str) -> None:
    browser.execute_script(
        "[...document.querySelectorAll('#clips thead button')]"
        ".find(b => b.textContent === arguments[0]).click()",
        heading,
    )


def test_it_is_whole_safe_and_asks_no_network(browser: Any, page: Path) -> None:
    visit(browser, page)
    assert len(shown(browser)) == len(rows())
    assert errors(browser) == []
    assert browser.execute_script("return window.hacked") is None
    assert all(url.startswith(("file:", "data:")) for url in requests(browser))
    text = browser.execute_script("return document.body.innerText")
    assert "11 clips, 2 lifters, 2 exercises" in text
    assert "1 clip could not be analysed" in text
    assert "{{" not in text.replace("{{rows}}", "")
    widths = "return [...document.images].map(i => i.loading === 'lazy' || i.naturalWidth)"
    assert all(browser.execute_script(widths))
    browser.execute_script("document.images[0].scrollIntoView()")
    link = browser.execute_script("return document.querySelector('#clips tbody a').href")
    assert link == (page.parent / "clip 0" / "report.html").as_uri()


def test_columns_sort_both_ways_with_what_is_missing_last(browser: Any, page: Path) -> None:
    visit(browser, page)
    click(browser, "Length")
    assert shown(browser)[0] == "clip 8.mp4"
    click(browser, "Length")
    first, *_, last = shown(browser)
    assert first == "nobody.mp4"
    assert "script" in last
    assert browser.execute_script(
        "return document.querySelector('[aria-sort]').textContent + "
        "document.querySelector('[aria-sort]').getAttribute('aria-sort')"
    ) == "Lengthascending"  # fmt: skip
    click(browser, "Shrug, peak")
    assert shown(browser)[:3] == ["clip 8.mp4", "clip 7.mp4", "clip 6.mp4"]
    click(browser, "Lifter")
    assert shown(browser)[:3] == ["clip 0.mp4", "clip 3.mp4", "clip 6.mp4"]


def test_words_find_clips(browser: Any, page: Path) -> None:
    visit(browser, page)
    browser.execute_script(
        "const f = document.getElementById('find'); f.value = 'ANNA row'; "
        "f.dispatchEvent(new Event('input'))"
    )
    assert shown(browser) == ["clip 0.mp4", "clip 6.mp4"]
    assert browser.execute_script("return document.getElementById('shown').value") == "2 of 11"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_can_be_read(
    browser: Any, page: Path, width: int, dark: bool
) -> None:
    screen(browser, width, dark=dark)
    visit(browser, page)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    colours = browser.execute_script(
        "const c = getComputedStyle(document.querySelector('.card')).backgroundColor;"
        "return [...document.querySelectorAll('#clips small, #clips a, .quiet, .groups th')]"
        ".map(e => [getComputedStyle(e).color, c])"
    )
    assert min(contrast(*pair) for pair in colours) >= 4.5


def test_the_index_comes_back(tmp_path: Path) -> None:
    write_index(tmp_path / "index.parquet", rows())
    again = read_index(tmp_path / "index.parquet")
    assert [(r.clip, r.status, r.folder, r.lifter) for r in again] == [
        (r.clip, r.status, r.folder, r.lifter) for r in rows()
    ]
    assert again[3].facts["elevation_p95"] == 30.0
    assert again[3].facts["retraction_ok"] == rows()[3].facts["retraction_ok"]
    assert index_table([]).schema == index_table(rows()).schema
    assert read_index(tmp_path / "none.parquet") == []
    (tmp_path / "bad.parquet").write_text("x", "utf-8")
    assert read_index(tmp_path / "bad.parquet") == []


def test_earlier_clips_stay_while_their_results_do(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").touch()
    earlier = [Row("a.mp4", "done", folder="a"), Row("b.mp4", "done", folder="b"),
               Row("c.mp4", "done", folder="c"), Row("d.mp4", "failed", "why")]  # fmt: skip
    new = [Row("b.mp4", "skipped", folder="b"), Row("e.mp4", "failed", "no")]
    found = with_earlier(new, earlier, lambda name: (tmp_path / name / "summary.json").is_file())
    assert [r.clip for r in found] == ["a.mp4", "b.mp4", "e.mp4"]


def test_a_thumbnail_holds_head_and_trunk_or_the_whole_picture(tmp_path: Path) -> None:
    poses = synthetic_poses(60, (640, 480))
    t = best_time(poses)
    left, top, right, bottom = crop_around(poses, t)
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 480
    assert abs((right - left) / (bottom - top) - SIZE[0] / SIZE[1]) < 0.05
    body = poses.xy[30, [0, 11, 12]]
    assert (body >= (left, top)).all()
    assert (body <= (right, bottom)).all()
    nobody = poses[:0].empty((640, 480))
    assert best_time(nobody) == 0.0
