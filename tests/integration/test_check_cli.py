"""`scapcoach check` on pictures of rendered people, and before a camera that is a film."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from tests.support.cli import scapcoach
from tests.support.desk import film, pictures

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def people() -> dict[str, dict[str, list[np.ndarray]]]:
    return {"front": pictures(seed=3), "side": pictures(seed=5)}


@pytest.fixture(scope="module")
def folder(people: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("photos")
    for view, poses in people.items():
        for pose, images in poses.items():
            path = found / f"{view}_{pose}.png"
            cv2.imwrite(str(path), cv2.cvtColor(images[-1], cv2.COLOR_RGB2BGR))
    cv2.imwrite(str(found / "wall.png"), np.full((300, 400, 3), 127, np.uint8))
    (found / "notes.txt").write_text("no picture")
    return found


def findings(out: str) -> dict[str, dict[str, Any]]:
    return {
        check["picture"]: {f["name"]: f for f in check["findings"]} | {"view": check["view"]}
        for check in json.loads(out)
    }


def test_a_folder_of_pictures(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "me.html"
    found = scapcoach("check", folder, "--out", page, "--json")
    assert found.returncode == 0, found.stderr
    seen = findings(found.stdout)
    assert list(seen) == ["front_hunched.png", "front_upright.png", "side_hunched.png",
                          "side_upright.png", "wall.png"]  # fmt: skip
    assert seen["front_upright.png"]["view"] == "front"
    assert seen["front_upright.png"]["shoulder_tilt"]["status"] == "ok"
    assert "hunch" not in seen["front_upright.png"]
    up, down = (seen[f"side_{x}.png"]["head_forward"] for x in ("upright", "hunched"))
    assert down["value"] > up["value"] + 10
    assert (down["status"], down["reason"]) == ("relative", "not_calibrated")
    text = page.read_text()
    assert text.count("data:image/jpeg") == 5
    assert "Nobody was found" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_reference_picture_gives_the_score(folder: Path, tmp_path: Path) -> None:
    found = scapcoach("check", folder, "--out", tmp_path / "me.html", "--json", "--reference",
                      folder / "side_upright.png")  # fmt: skip
    seen = findings(found.stdout)
    assert (
        seen["side_hunched.png"]["hunch"]["value"] > seen["side_upright.png"]["hunch"]["value"] + 33
    )
    front = seen["front_upright.png"]["hunch"]
    assert (front["value"], front["reason"]) == (None, "calibration_stale")
    assert "another direction" in front["words"]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("notes.txt", 1, "is not a picture that can be read"),
        ("empty", 2, "There is no picture"),
        ("nothing.jpg", 2, "does not exist"),
    ],
)
def test_what_is_no_picture_is_reported(
    folder: Path, tmp_path: Path, name: str, code: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    path = folder / name if name == "notes.txt" else tmp_path / name
    found = scapcoach("check", path, "--out", tmp_path / "x.html")
    assert found.returncode == code
    assert words in found.stderr
    assert not (tmp_path / "x.html").exists()


def test_a_reference_without_a_person_is_refused(folder: Path, tmp_path: Path) -> None:
    found = scapcoach("check", folder / "side_upright.png", "--out", tmp_path / "x.html",
                      "--reference", folder / "wall.png")  # fmt: skip
    assert found.returncode == 1
    assert "Head and shoulders were seen in only 0 of 1" in found.stderr


def test_before_the_camera(people: dict, tmp_path: Path) -> None:
    plan = [(people["front"]["upright"][:1], 9), (people["side"]["upright"][:1], 25)]
    clip = film(tmp_path / "two.mp4", plan)
    found = scapcoach("check", "--source", clip, "--out", tmp_path / "me.html", "--model", "lite",
                      "--json")  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "turn your chair to the side" in found.stderr
    seen = findings(found.stdout)
    assert seen["as you sit"]["view"] == "front"
    assert seen["from the side"]["view"] == "side"
    assert seen["from the side"]["head_forward"]["value"] is not None


def test_without_a_camera_it_says_so(tmp_path: Path) -> None:
    found = scapcoach("check", "--source", "97", "--out", tmp_path / "x.html")
    assert found.returncode == 1
    assert "camera 97" in found.stderr
