"""Counter, cue banner and target ranges on the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.measures.series import Status
from scapcoach.overlay import paint
from scapcoach.overlay.gauges import Panel, lay_out
from scapcoach.overlay.overlay import Overlay
from scapcoach.overlay.prompt import BANNER_SHARE, COUNTER_SHARE, Prompt, PromptPainter, prompt_at
from scapcoach.overlay.readings import GOOD, TO_DO
from scapcoach.overlay.text import sprite
from tests.support.sets import sample_set
from tests.support.synthetic import synthetic_measures, synthetic_poses

if TYPE_CHECKING:
    from scapcoach.overlay.paint import Box

SIZES = [(240, 426), (320, 240), (480, 480), (640, 360), (720, 1280), (1280, 720), (1920, 1080)]
LONG = "Keep your chest facing the same spot on the wall, and the shoulders away from the ears"


def gray(size: tuple[int, int], level: int = 128) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


def changed(image: np.ndarray, level: int = 128) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what was painted."""
    rows, cols = np.nonzero((image != level).any(axis=2))
    return int(cols.min()), int(rows.min()), int(cols.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("size", SIZES)
def test_counter_and_banner_stay_in_the_picture_and_apart(size: tuple[int, int]) -> None:
    painter = PromptPainter(size)
    box = painter.counter_box()
    assert 0 < box.left < box.right <= size[0]
    assert 0 < box.top < box.bottom < lay_out(size).panel.top
    image = gray(size)
    painter.draw(image, Prompt(count=12, phase="stretch"))
    left, top, right, bottom = changed(image)
    assert left >= np.floor(box.left) - 1
    assert top >= np.floor(box.top) - 1
    assert right <= np.ceil(box.right) + 1
    assert bottom <= np.ceil(box.bottom) + 1
    alone = gray(size)
    painter._banner(LONG, praise=False).onto(alone)
    left, top, right, bottom = changed(alone)
    assert top >= box.bottom, "the banner covers the counter"
    assert bottom < lay_out(size).panel.top, "the banner covers the gauges"
    assert top > 0.4 * size[1], "the banner covers the head"
    assert right <= size[0]


@pytest.mark.parametrize("size", [(640, 480), (480, 854), (1280, 720), (1920, 1080)])
def test_cue_and_count_can_be_read_from_three_metres(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full screen of 30 cm height (24 inches) letters must be 12 mm: 4 % of it, at least."""
    sizes: dict[str, int] = {}

    def noted(text: str, em: int, *a: object, **k: object) -> object:
        sizes[text] = em
        return sprite(text, em, *a, **k)  # type: ignore[arg-type]

    monkeypatch.setattr(paint, "sprite", noted)
    PromptPainter(size).draw(gray(size), Prompt(count=7, cue="Elbows to the wall behind you"))
    short = min(size)
    assert sizes["7"] == max(24, round(COUNTER_SHARE * short))
    words = [em for text, em in sizes.items() if "Elbows" in text or "wall" in text]
    assert words
    assert min(words) >= 0.55 * BANNER_SHARE * short - 1
    assert 0.55 * BANNER_SHARE >= 0.04


def test_seconds_of_a_held_peak_are_counted_from_one_on(monkeypatch: pytest.MonkeyPatch) -> None:
    record = sample_set()
    first = record.reps[0]
    rep = replace(first, rep=replace(first.rep, peak_end=first.rep.peak_start + 12.0))
    phase = np.where(np.arange(750) / 30 < rep.rep.peak_start, 2, 3)
    held = replace(record, reps=(rep,), phase=phase, rep=np.ones(750, int))
    at = [prompt_at(held, i, i / 30).held for i in (30, 58, 87, 88, 400)]
    assert at == [0, 0, 1, 1, 11]  # the peak begins at 1.9 s
    words: list[str] = []
    monkeypatch.setattr(
        paint, "sprite", lambda text, *a, **k: words.append(text) or sprite(text, *a, **k)
    )
    painter = PromptPainter((640, 480))
    for seconds in (0, 7):
        painter.draw(gray((640, 480)), Prompt(count=1, phase="peak", held=seconds))
    assert [w for w in words if "PEAK" in w] == ["PEAK", "PEAK 7 s"]


def test_a_correction_is_yellow_and_praise_is_green() -> None:
    for praise, color in ((False, TO_DO), (True, GOOD)):
        image = gray((640, 480))
        PromptPainter((640, 480)).draw(image, Prompt(cue="Good", praise=praise))
        colors = image.reshape(-1, 3)[(image.reshape(-1, 3) != 128).any(axis=1)].astype(int)
        commonest = np.unique(colors, axis=0, return_counts=True)
        most = commonest[0][np.argmax(commonest[1])]
        assert np.abs(most - color).max() <= 12


def test_a_frame_without_anything_to_say_is_left_alone() -> None:
    image = gray((640, 480))
    PromptPainter((640, 480)).draw(image, Prompt())
    assert (image == 128).all()


def test_target_ranges_appear_only_on_absolute_gauges(monkeypatch: pytest.MonkeyPatch) -> None:
    poses = synthetic_poses(40)
    measures = synthetic_measures(poses)
    panel, drawn = Panel((640, 360)), []
    monkeypatch.setattr(
        Panel,
        "_target_range",
        lambda _self, _p, _track, reading, target: drawn.append((reading, target)),
    )
    targets = {"retraction": (60.0, np.inf)}
    for i in range(len(poses)):
        drawn.clear()
        panel.draw(paint.Canvas(gray((640, 360))), measures, i, targets)
        status = measures["retraction_left"].status[i]
        assert len(drawn) == (2 if status == Status.OK else 0)
        assert all(target == (60.0, np.inf) for _, target in drawn)


def test_the_target_range_is_where_the_marker_should_be() -> None:
    """An infinite side ends with the gauge, and the bracket begins at its limit."""
    poses = synthetic_poses(40, (1280, 720))
    measures = synthetic_measures(poses)
    i = int(np.flatnonzero(measures["retraction_left"].status == Status.OK)[0])
    with_target, without = gray((1280, 720)), gray((1280, 720))
    panel = Panel((1280, 720))
    panel.draw(paint.Canvas(with_target), measures, i, {"retraction": (60.0, np.inf)})
    panel.draw(paint.Canvas(without), measures, i)
    differs = (with_target != without).any(axis=2)
    card = panel.layout.cards[0]
    track = panel._track_box(card, card.rows[0])
    cols = np.nonzero(differs)[1]
    em = panel.layout.em
    limit = track.left + (60 + 100) / 220 * track.width  # the gauge spans -100 to 120
    assert abs(cols.min() - limit) <= 0.35 * em
    assert abs(cols.max() - track.right) <= 0.35 * em


def test_a_set_is_drawn_frame_by_frame() -> None:
    size = (640, 480)
    poses = synthetic_poses(750, size)
    measures, record, overlay = synthetic_measures(poses), sample_set(), Overlay(size)
    corner = PromptPainter(size).counter_box()
    seen = set()
    for i in (30, 62, 100, 130, 420):
        image = gray(size)
        overlay.draw(image, poses, measures, i, prompt=prompt_at(record, i, float(poses.t[i])))
        seen.add(crop(image, corner).tobytes())
    assert len(seen) == 5  # every one of them has another count or phase


def crop(image: np.ndarray, box: Box) -> np.ndarray:
    return image[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]


def test_the_prompt_of_a_frame_is_what_the_set_says_there() -> None:
    record = sample_set()
    at = prompt_at(record, 62, 62 / 30)  # 2.07 s: peak of the first
    assert (at.count, at.phase, at.cue) == (0, "peak", "")
    assert at.targets == {"retraction": (60.0, np.inf), "elevation": (-np.inf, 25.0)}
    said = prompt_at(record, 420, 420 / 30)
    assert (said.count, said.cue, said.praise) == (4, "Elbows to the wall behind you", False)
    assert prompt_at(record, 600, 600 / 30).praise
