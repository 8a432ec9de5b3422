"""Orientation, pixel shape and colour of single pictures."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame

from scapcoach.pyav import av
from scapcoach.sources.picture import Orientation, PictureMaker, orientation, picture_shape
from tests.support.videos import display_matrix

# Luma weights of red and blue: ITU-R BT.601 and BT.709.
WEIGHTS = {5: (0.299, 0.114), 1: (0.2126, 0.0722)}
COLOURS = [(220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250), (5, 5, 5), (180, 140, 120)]


def yuv(rgb, matrix, full):
    """Y'CbCr by the standards' own formula, not libav's."""
    kr, kb = WEIGHTS[matrix]
    r, g, b = (v / 255 for v in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    cb, cr = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    if full:
        return round(255 * y), round(128 + 255 * cb), round(128 + 255 * cr)
    return round(16 + 219 * y), round(128 + 224 * cb), round(128 + 224 * cr)


def flat_frame(rgb, matrix, full, size=(64, 48), stated=True):
    y, cb, cr = yuv(rgb, matrix, full)
    width, height = size
    planes = np.empty((height * 3 // 2, width), np.uint8)
    planes[:height] = y
    planes[height : height * 5 // 4] = cb
    planes[height * 5 // 4 :] = cr
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    if stated:
        frame.colorspace, frame.color_range = matrix, 2 if full else 1
    return frame


@pytest.mark.parametrize("rgb", COLOURS)
@pytest.mark.parametrize("matrix", [1, 5])
@pytest.mark.parametrize("full", [False, True])
def test_colour_is_that_of_the_stated_standard(rgb, matrix, full):
    maker = PictureMaker(picture_shape((64, 48), None, Orientation()))
    image = maker.make(flat_frame(rgb, matrix, full))
    assert np.abs(image.astype(int) - rgb).max() <= 4


@pytest.mark.parametrize(("size", "matrix"), [((640, 480), 5), ((1280, 720), 1)])
def test_unstated_colour_is_taken_as_players_do(size, matrix):
    maker = PictureMaker(picture_shape(size, None, Orientation()))
    image = maker.make(flat_frame((30, 200, 30), matrix, False, size, stated=False))
    assert np.abs(image.astype(int) - (30, 200, 30)).max() <= 4


@pytest.mark.parametrize("width", [64, 66, 70, 102])
def test_pictures_are_contiguous_writable_and_the_receivers_own(width):
    maker = PictureMaker(picture_shape((width, 48), None, Orientation()))
    frame = flat_frame((180, 140, 120), 5, False, (width, 48))
    first = maker.make(frame)
    assert first.flags.c_contiguous
    first[:] = 0
    assert abs(int(maker.make(frame)[10, 10, 0]) - 180) <= 4


def test_an_rgb_frame_is_copied_unchanged():
    array = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    frame = VideoFrame.from_ndarray(array, format="rgb24")
    image = PictureMaker(picture_shape((64, 48), None, Orientation())).make(frame)
    assert np.array_equal(image, array)
    image[:] = 0
    assert np.array_equal(frame.to_ndarray(), array)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_orientation_reads_every_display_matrix(rotation, mirrored):
    matrix = struct.pack("=9i", *display_matrix(rotation, mirrored=mirrored))
    assert orientation(matrix) == Orientation(rotation, mirrored)


@pytest.mark.parametrize("matrix", [None, b"", b"\0" * 36, b"\1" * 12])
def test_rubbish_in_place_of_a_display_matrix_means_as_stored(matrix):
    assert orientation(matrix) == Orientation()


def test_a_tilted_display_matrix_goes_to_the_nearest_right_angle():
    one = 1 << 16
    cos, sin = int(0.17 * one), int(0.985 * one)  # 80 degrees clockwise
    matrix = struct.pack("=9i", cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30)
    assert orientation(matrix).rotation == 90


@pytest.mark.parametrize(
    ("size", "aspect", "rotation", "upright", "ignored"),
    [
        ((1920, 1080), 1.0, 0, (1920, 1080), None),
        ((1920, 720), 3 / 8, 0, (720, 720), None),
        ((720, 576), 16 / 15, 0, (768, 576), None),
        ((1920, 1080), 3 / 8, 90, (1080, 720), None),
        ((1920, 1088), 1088 / 1084, 0, (1920, 1088), None),
        ((320, 240), 100.0, 0, (320, 240), 100.0),
        ((320, 240), 0.01, 270, (240, 320), 0.01),
        ((320, 240), 0.0, 0, (320, 240), None),
        ((320, 240), None, 180, (320, 240), None),
        ((1, 1), 0.25, 0, (1, 1), None),
    ],
)
def test_picture_shape(size, aspect, rotation, upright, ignored):
    shape = picture_shape(size, aspect, Orientation(rotation))
    assert shape.upright == upright
    assert shape.ignored_aspect == ignored


def test_libav_agrees_on_the_meaning_of_the_rotation(tmp_path):
    """The matrix of the test support is the one libav writes for a quarter turn clockwise."""
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(-90)  # counter-clockwise positive
        container.mux(stream.encode(VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    matrix = bytes(frame.side_data.get("DISPLAYMATRIX"))
    assert orientation(matrix) == Orientation(90)
