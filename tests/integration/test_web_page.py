"""The page in real Chromium, whose camera plays sample clips."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.calibration.profiles import parse_profile, read_profile
from scapcoach.coaching.library import find_exercise
from scapcoach.sources.video import VideoFile
from tests.support.browser import Served, chromium, write_mjpeg
from tests.support.cli import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

pytest.importorskip("starlette", reason="needs the extra 'web'")

ROW = SAMPLES / "phantom_row_oblique.mp4"
HOLDS = SAMPLES / "phantom_calibration_front.mp4"

REPS = SAMPLES / "phantom_row_calibration_oblique.mp4"

#: Seconds in the sample between which each pose is held.
HELD = {"neutral": (0.4, 2.2), "retract": (3.2, 5.0), "protract": (6.2, 7.8),
        "shrug": (9.0, 10.7), "depress": (12.0, 14.0)}  # fmt: skip
#: What the guided calibration asks for, and then a shrug to look at.
ORDER = ("neutral", "retract", "protract", "shrug", "depress", "neutral", "retract", "shrug")
#: Seconds of the first pose: the page opens, frames, counts down; then one pose every 8.2 s
#: (`guide.holds`: countdown 4, hold 3, verdict 1.2).
FIRST_S, EACH_S, LAST_S = 14.0, 8.2, 30.0


def frames(path: Path) -> list[tuple[float, np.ndarray]]:
    with VideoFile(path) as source:
        return [(frame.t, frame.image) for frame in source]


def following(path: Path) -> Path:
    """Somebody who does what the guided calibration asks for, at its pace."""
    clip = frames(HOLDS)
    held = {name: [image for t, image in clip if a <= t <= b] for name, (a, b) in HELD.items()}

    def pictures() -> Iterator[np.ndarray]:
        done = 0
        for k, pose in enumerate(ORDER):
            end = FIRST_S + k * EACH_S if k < len(ORDER) - 1 else FIRST_S + k * EACH_S + LAST_S
            images = held[pose]
            while done < 30 * end:
                # To and fro, so that nothing jumps.
                place = done % (2 * len(images))
                yield images[min(place, 2 * len(images) - 1 - place)]
                done += 1

    return write_mjpeg(path, pictures())


#: Seconds of the calibration clip that the guided exercise calibration asks for, one kind after
#: the other: arms only twice, a squeeze twice, a shrug, a squeeze to prove it by; then one more.
ARMS, SQUEEZE, SHRUG = (1.3, 4.2), (7.2, 10.1), (13.0, 16.0)
MOVED = ((ARMS, ARMS), (SQUEEZE, SQUEEZE), (SHRUG,), (SQUEEZE,), (SQUEEZE,))
#: Seconds at the start position before the first, while the page opens and frames, and between
#: them (`guide.repetitions`: verdict 1.6, reading 2.5).
OPEN_S, PAUSE_S = 10.0, 5.4


def lifting(path: Path) -> Path:
    """Somebody who does the repetitions that the guided calibration asks for, at its pace."""
    clip = frames(REPS)
    resting = [image for t, image in clip if 0.2 <= t < 1.2]

    def pictures() -> Iterator[np.ndarray]:
        pause = OPEN_S
        for parts in MOVED:
            for k in range(round(30 * pause)):
                place = k % (2 * len(resting))
                yield resting[min(place, 2 * len(resting) - 1 - place)]
            for a, b in parts:
                yield from (image for t, image in clip if a <= t < b)
            pause = PAUSE_S

    return write_mjpeg(path, pictures())


class Page:
    """The page of a running server in a browser."""

    def __init__(self, driver: Any, server: Served) -> None:
        self.driver = driver
        driver.get(server.address)
        self.until(lambda: self.data().get("ready") == "yes", 20)

    def data(self) -> dict[str, str]:
        return json.loads(
            self.driver.execute_script("return JSON.stringify(document.body.dataset)")
        )

    def press(self, key: str) -> None:
        self.driver.find_element("tag name", "body").send_keys(key)

    def click(self, name: str) -> None:
        self.driver.find_element("id", name).click()

    def text(self, name: str) -> str:
        return self.driver.find_element("id", name).get_attribute("textContent")

    def shown(self, name: str) -> bool:
        return self.driver.find_element("id", name).is_displayed()

    def choose(self, name: str, value: str) -> None:
        self.driver.execute_script(
            "const s = document.getElementById(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change'));", name, value,
        )  # fmt: skip

    def until(self, holds: Any, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, (self.data(), self.log())
            time.sleep(0.1)

    def log(self) -> list[str]:
        return [line["message"] for line in self.driver.get_log("browser")]

    def asked_for(self) -> set[str]:
        """Hosts that the page asked for anything."""
        script = "return performance.getEntriesByType('resource').map(e => new URL(e.name).host)"
        return set(self.driver.execute_script(script))


def server(place: Path, *arguments: object) -> Served:
    env = {**os.environ, "SCAPCOACH_DATA_DIR": str(place / "data")}
    return Served(place / "sessions", "--model", "lite", *arguments, env=env)


def test_a_set_is_counted_cued_and_reported(tmp_path: Path) -> None:
    clip = write_mjpeg(tmp_path / "row.mjpeg", (image for _, image in frames(ROW)))
    running = server(tmp_path)
    try:
        with chromium(clip) as driver:
            page = Page(driver, running)
            page.choose("exercise", "row")
            page.click("start")
            page.until(lambda: int(page.data().get("frames", 0)) > 5, 40)
            words = {rule.external for rule in find_exercise("row").faults}
            heard: set[str] = set()

            def enough() -> bool:
                if page.shown("cue"):
                    heard.add(page.text("cue"))
                return int(page.text("count")) >= 5 and bool(heard)

            page.until(enough, 60)
            assert heard <= words
            assert page.shown("badge")
            assert page.text("badge").startswith("OBLIQUE")
            page.press("m")
            page.until(lambda: not page.shown("cue"), 10)
            page.press("p")
            assert page.text("cover-title") == "Paused"
            seen = page.data()["frames"]
            time.sleep(1)
            assert page.data()["frames"] == seen
            page.press("p")
            page.until(lambda: page.data()["frames"] != seen, 20)
            page.press("q")
            page.until(lambda: page.text("cover-title") == "Session finished", 60)
            address = driver.find_element("css selector", "#reports a").get_attribute("href")
            assert page.asked_for() == {f"127.0.0.1:{running.port}"}
            assert [line for line in page.log() if "ERR" in line or "rror" in line] == []
            page.click("tab-past")
            page.until(lambda: "Report: row" in page.text("past-list"), 10)
            driver.get(address)
            assert "Row" in driver.find_element("tag name", "body").text
            assert driver.find_elements("css selector", "svg, canvas")
    finally:
        code, error = running.stop()
    assert code == 0
    assert "Traceback" not in error, error


def test_the_page_calibrates_a_person_who_follows_it(tmp_path: Path) -> None:
    running = server(tmp_path)
    try:
        with chromium(following(tmp_path / "follows.mjpeg"), size=(390, 844)) as driver:
            page = Page(driver, running)
            driver.find_element("id", "save-as").send_keys("anna")
            page.click("start")
            page.until(lambda: page.shown("wizard") or page.data().get("frames"), 40)
            page.press("c")
            page.until(lambda: page.shown("wizard"), 10)
            width = driver.execute_script("return document.documentElement.scrollWidth")
            assert width <= 500  # nothing runs over the side of a phone's screen
            page.until(lambda: page.text("wizard-title") == "Calibrated", 100)
            said = page.text("wizard-text")
            assert "Retraction: " in said
            assert "Check: the last squeeze reads" in said, said
            page.press("\ue007")
            page.until(lambda: not page.shown("wizard"), 10)
            assert page.data()["calibration"] == "profile"

            def shrugged() -> bool:
                rows = driver.find_elements("css selector", ".gauge:nth-child(3) output")
                numbers = [t for t in [r.text for r in rows] if t.endswith("%")]
                values = [float(n.strip("% ").replace("\u2212", "-")) for n in numbers]
                return bool(values) and all(60 < v < 140 for v in values)

            page.until(shrugged, 30)
    finally:
        running.stop()
    path = tmp_path / "data" / "profiles" / "anna.json"
    saved = read_profile(path)
    assert saved.elevation is not None
    assert saved.elevation[0].high > 10


def test_the_page_calibrates_an_exercise_and_manages_its_profile(tmp_path: Path) -> None:
    running = server(tmp_path, "--no-record")
    try:
        with chromium(lifting(tmp_path / "lifts.mjpeg")) as driver:
            page = Page(driver, running)
            driver.find_element("id", "save-as").send_keys("anna row")
            page.click("start")
            page.until(lambda: page.data().get("frames"), 40)
            page.press("x")
            seen: set[str] = set()

            def calibrated() -> bool:
                seen.update((page.text("wizard-title"), page.text("left")))
                assert page.text("wizard-title") != "This did not work", page.text("wizard-text")
                if page.text("accept").startswith("Go on as it is") and page.shown("accept"):
                    page.press("\ue007")  # a busy computer looks at too few pictures
                return page.text("wizard-title") == "Calibrated"

            page.until(calibrated, 80)
            assert {"Arms only", "1/2", "2/2", "Full squeeze", "With a shrug", "1/1"} <= seen
            assert "smallest detectable change" in page.text("wizard-text")
            assert "Check: the last squeeze reads" in page.text("wizard-text")
            page.press("\ue007")

            def squeezed() -> bool:
                rows = driver.find_elements("css selector", ".gauge:nth-child(1) output")
                texts = [r.text for r in rows]  # once: they change meanwhile
                values = [float(t.strip("% ").replace("\u2212", "-")) for t in texts if "%" in t]
                return len(values) == 2 and all(60 < v < 150 for v in values)

            page.until(squeezed, 20)  # while the arms move

            another_tab_takes_over(page, running)
            profile_is_deleted_and_imported(page, tmp_path)
            assert [line for line in page.log() if "ERR" in line or "rror" in line] == []
    finally:
        running.stop()


def another_tab_takes_over(page: Page, running: Served) -> None:
    driver, first = page.driver, page.driver.current_window_handle
    driver.switch_to.new_window("tab")
    second = Page(driver, running)
    assert "anna row" in second.text("profile")
    second.click("start")
    second.until(lambda: second.data().get("frames"), 40)
    driver.switch_to.window(first)
    page.until(lambda: "another tab" in page.text("cover-title"), 10)
    assert page.text("start") == "Continue here"


def profile_is_deleted_and_imported(page: Page, place: Path) -> None:
    def press(text: str) -> None:
        page.driver.find_element("xpath", f"//button[text()='{text}']").click()

    path = place / "data" / "profiles" / "anna row.json"
    saved = json.loads(path.read_text())
    assert parse_profile(saved, "The profile").exercise is not None
    page.click("tab-profiles")
    page.until(lambda: "anna row" in page.text("profile-list"), 10)
    assert "An exercise" in page.text("profile-list")
    for text in ("Delete", "Keep it", "Delete"):
        press(text)
    assert path.exists()
    press("Delete it")
    page.until(lambda: "None yet" in page.text("profile-list"), 10)
    assert not path.exists()
    exported = place / "exported.json"
    exported.write_text(json.dumps(saved))
    page.driver.find_element("id", "profile-file").send_keys(str(exported))
    page.until(lambda: "Imported" in page.text("profile-said"), 10)
    assert json.loads(path.read_text()) == saved


def test_without_a_camera_the_page_says_what_to_do(tmp_path: Path) -> None:
    running = server(tmp_path, "--no-record")
    try:
        with chromium() as driver:
            page = Page(driver, running)
            page.click("start")
            page.until(lambda: page.text("cover-title") == "No camera", 20)
            assert "camera" in page.text("cover-text")
            assert page.text("start") == "Try again"
    finally:
        running.stop()
