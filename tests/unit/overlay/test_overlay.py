from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from scapcoach.landmarks import SKELETON
from scapcoach.measures.series import Measures, Reason, Series, Status
from scapcoach.overlay import paint
from scapcoach.overlay.gauges import Panel, lay_out
from scapcoach.overlay.overlay import Overlay
from scapcoach.overlay.prompt import Prompt
from scapcoach.overlay.readings import ZONES, read
from scapcoach.overlay.skeleton import LEFT, RIGHT
from scapcoach.overlay.text import fit, sprite, text_width, wrap
from tests.support.synthetic import synthetic_measures, synthetic_poses

SIZES = [(240, 426), (320, 240), (480, 480), (640, 360), (720, 1280), (1280, 720), (1920, 1080)]


def gray(size: tuple[int, int], level: int = 128) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("calibrated", [True, False])
def test_every_status_can_be_drawn_at_every_size(size, calibrated):
    poses = synthetic_poses(40, size, contour=True)
    measures = synthetic_measures(poses, calibrated=calibrated)
    overlay = Overlay(size)
    for i in range(len(poses)):
        image = gray(size)
        overlay.draw(image, poses, measures, i, prompt=Prompt(cue="Elbows to the wall behind you"))
        assert (image != 128).any()


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_stays_inside_and_leaves_the_body_in_sight(size):
    layout = lay_out(size)
    w, h = size
    assert layout.panel.left >= 0
    assert layout.panel.right <= w
    assert layout.panel.bottom <= h
    assert layout.panel.height <= 0.3 * h
    for card in layout.cards:
        for row in card.rows:
            assert card.box.left <= row.box.left < row.box.right <= card.box.right
            assert row.box.bottom <= card.box.bottom + 0.5


def test_a_withheld_number_never_appears(monkeypatch):
    """A value smuggled in under a withheld status reaches neither text nor marker."""
    poses = synthetic_poses(30)
    good = synthetic_measures(poses)
    for status in (Status.NOT_OBSERVABLE, Status.NO_PERSON, Status.SUBJECT_CHANGED):
        n = len(poses)
        smuggled = {
            name: Series(
                s.spec, np.full(n, 77.0), np.full(n, 3.0), np.full(n, status),
                np.full(n, Reason.HIPS_HIDDEN), np.full(n, 77.0), np.full(n, 3.0),
            )
            for name, s in good.series.items()
        }  # fmt: skip
        measures = Measures(good.t, good.yaw, good.yaw_sigma, good.view, MappingProxyType(smuggled))
        words: list[str] = []
        monkeypatch.setattr(
            paint,
            "sprite",
            lambda text, *a, words=words, **k: words.append(text) or sprite(text, *a, **k),
        )
        monkeypatch.setattr(
            Panel, "_marker", lambda *a: pytest.fail("a marker for a withheld number")
        )
        Panel((640, 360)).draw(paint.Canvas(gray((640, 360))), measures, 0)
        assert words
        assert not any(char.isdigit() for word in words for char in word), words
        if status == Status.NOT_OBSERVABLE:
            assert any("Hips" in word for word in words)


def test_relative_shows_degrees_and_looks_different():
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses)
    i = 80  # in the relative span
    reading = read(measures["retraction_left"], i)
    assert reading.status == Status.RELATIVE
    assert reading.text.endswith("°")
    assert reading.value == measures["retraction_left"].deg[i]
    ok = read(measures["retraction_left"], 20)
    assert ok.text.endswith("%")
    assert np.isnan(measures["retraction_left"].value[i])

    def shown(status: Status) -> np.ndarray:
        n = len(poses)
        one = {
            name: Series(
                s.spec, np.full(n, 70.0), np.full(n, 3.0), np.full(n, status), np.zeros(n, int),
                np.full(n, 70.0), np.full(n, 3.0),
            )
            for name, s in measures.series.items()
        }  # fmt: skip
        image = gray((640, 360))
        same = Measures(measures.t, measures.yaw, measures.yaw_sigma, measures.view, one)
        Panel((640, 360)).draw(paint.Canvas(image), same, 0)
        return image

    hollow, solid = shown(Status.RELATIVE), shown(Status.OK)
    assert coloured(solid, LEFT) > 2 * coloured(hollow, LEFT)


def coloured(image: np.ndarray, color: tuple[int, int, int], tolerance: int = 60) -> int:
    return int((np.abs(image.astype(int) - color).max(axis=-1) <= tolerance).sum())


def test_a_value_that_is_missing_in_spite_of_its_status_is_not_shown():
    poses = synthetic_poses(10)
    measures = synthetic_measures(poses)
    series = measures["retraction_left"]
    series.value[0] = np.nan
    assert not read(series, 0).shown
    assert read(series, 0).text == ""
    assert not read(None, 0).shown


@pytest.mark.parametrize(
    ("value", "text"), [(62.4, "+62 %"), (-7.6, "\u22128 %"), (0.3, "0 %"), (-0.4, "0 %")]
)
def test_numbers_carry_sign_and_unit(value, text):
    poses = synthetic_poses(5)
    series = synthetic_measures(poses)["retraction_left"]
    series.value[0] = value
    assert read(series, 0).text == text


def test_an_index_beyond_its_scale_ends_there():
    poses = synthetic_poses(5)
    series = synthetic_measures(poses)["hunch"]
    series.value[0] = 150.0
    assert read(series, 0).text == "100+"


def test_the_back_contour_is_drawn_only_where_it_is_judged():
    poses = synthetic_poses(300, (640, 360), contour=True)
    measures = synthetic_measures(poses)
    bare = type(poses)(
        poses.t, poses.xy, poses.world, poses.visibility, poses.presence, poses.subject, poses.size
    )

    def differs(i: int) -> bool:
        pictures = []
        for some in (poses, bare):
            pictures.append(gray((640, 360)))
            Overlay((640, 360)).draw(pictures[-1], some, measures, i)
        return bool((pictures[0] != pictures[1]).any())

    assert measures["rounding"].status[10] == Status.OK
    assert measures["rounding"].status[140] == Status.NOT_OBSERVABLE
    assert differs(10)
    assert not differs(140)


def test_left_and_right_are_the_subjects_own():
    poses = synthetic_poses(10, (640, 360))
    measures = synthetic_measures(poses)
    image = gray((640, 360))
    Overlay((640, 360)).draw(image, poses, measures, 0)
    left_elbow = poses.xy[0, 13].round().astype(int)
    right_elbow = poses.xy[0, 14].round().astype(int)
    assert tuple(image[left_elbow[1], left_elbow[0]]) == LEFT
    assert tuple(image[right_elbow[1], right_elbow[0]]) == RIGHT


def test_poses_are_scaled_to_the_picture():
    poses = synthetic_poses(10, (1280, 720))
    measures = synthetic_measures(poses)
    image = gray((640, 360))
    Overlay((640, 360)).draw(image, poses, measures, 0)
    at = (poses.xy[0, 13] / 2).round().astype(int)
    assert tuple(image[at[1], at[0]]) == LEFT


def test_hidden_bones_are_fainter_than_seen_ones():
    poses = synthetic_poses(5, (640, 360))
    measures = synthetic_measures(poses)

    def ink(visibility: float) -> int:
        faint = poses.visibility.copy()
        faint[:] = visibility
        image = gray((640, 360))
        some = type(poses)(poses.t, poses.xy, poses.world, faint, faint, poses.subject, poses.size)
        Overlay((640, 360)).draw(image, some, measures, 0)
        return coloured(image[:280], LEFT)

    assert ink(0.95) > 2 * ink(0.4) > 0
    assert ink(0.05) == 0


def test_wild_or_missing_landmarks_do_no_harm():
    poses = synthetic_poses(5, (640, 360), contour=True)
    measures = synthetic_measures(poses)
    xy = poses.xy.copy()
    xy[0] = 1e9
    xy[1, ::2] = np.nan
    xy[2] = -1e9
    wild = type(poses)(
        poses.t, xy, poses.world, poses.visibility, poses.presence, poses.subject, poses.size,
        poses.contour,
    )  # fmt: skip
    for i in range(3):
        Overlay((640, 360)).draw(gray((640, 360)), wild, measures, i)


def test_a_picture_of_another_size_is_refused():
    poses = synthetic_poses(5)
    with pytest.raises(ValueError, match="640"):
        Overlay((640, 360)).draw(gray((64, 64)), poses, synthetic_measures(poses), 0)


@pytest.mark.parametrize("level", [0, 255])
def test_the_panel_is_dark_enough_to_read_on_any_background(level):
    size = (640, 360)
    poses = synthetic_poses(300, size)
    measures = synthetic_measures(poses)
    image = gray(size, level)
    Overlay(size).draw(image, poses, measures, 299)
    panel = lay_out(size).panel
    x, y = round(panel.left + 3), round((panel.top + panel.bottom) / 2)
    paper = image[y, x].astype(float) / 255
    luminance = float(np.where(paper <= 0.04045, paper / 12.92, ((paper + 0.055) / 1.055) ** 2.4)
                      @ [0.2126, 0.7152, 0.0722])  # fmt: skip
    assert (0.92 + 0.05) / (luminance + 0.05) > 7, "text is nearly white"


def test_text_wraps_fits_and_falls_back_to_the_short_form():
    long = Reason.RANGE_TOO_SMALL.advice
    lines = wrap(long, 14, 120)
    assert " ".join(lines) == long
    assert all(text_width(line, 14) <= 120 for line in lines)
    assert fit((long, "Turn"), (14,), 400, 60)[0] == wrap(long, 14, 400)
    assert fit((long, "Turn"), (14,), 60, 16)[0] == ["Turn"]
    shortened, _ = fit(("Incomprehensibilities",), (14,), 40, 16)
    assert shortened[0].endswith("…")
    assert text_width(shortened[0], 14) <= 40


def test_digits_are_equally_wide_and_the_degree_sign_exists():
    assert len({round(text_width(d * 3, 20), 3) for d in "0123456789"}) == 1
    assert sprite("°", 20).mask.max() > 200
    missing = sprite("\uffff", 20).mask
    for char in "°%+\u2212±\u2013…":
        assert not np.array_equal(sprite(char, 20).mask, missing), char


def test_every_bone_has_a_hue():
    from scapcoach.overlay.skeleton import MIDDLE, hue

    assert {hue(a, b) for a, b in SKELETON} == {LEFT, RIGHT, MIDDLE}


def test_zones_cover_the_scale():
    assert [z[0] for z in ZONES[:2]] == [33, 67]
    assert np.isinf(ZONES[-1][0])
