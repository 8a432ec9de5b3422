"""Pictures in, stretch of the skin out: known movements of a textured back are found."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scapcoach.landmarks import N_SURFACE, SURFACE, Followed, Landmark, Poses
from scapcoach.surface.blades import BladeReader, Blades, Withheld
from scapcoach.surface.follow import MAX_BREAK, MAX_UNMATCHED, BackFollower
from tests.support.back import SIZE, Look, followed, landmarks, picture, pictures, pulls, squeezes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FPS = 20.0
#: How narrow the skin between the blades gets, and how far off the gap may be read: the edges of
#: the zone lie where the stretch already ends, so the fit is a little low.
NARROW, OFF = 0.85, 0.05
#: The same for movements that draw nothing together.
STILL = 0.015


def film(
    look: Callable[[float, float], Look], *, seconds: float = 4.4, fps: float = FPS
) -> tuple[Poses, list[Look]]:
    """Landmarks and looks over repetitions; `look` is called with time and squeeze, 0 to 1."""
    t = np.arange(round(seconds * fps)) / fps
    pull = pulls(t)
    looks = [look(float(s), float(q)) for s, q in zip(t, squeezes(pull), strict=True)]
    return landmarks(t, looks, pull), looks


def squeezed(squeeze: float, **more: float) -> Look:
    width = 1 - (1 - NARROW) * squeeze
    return Look(**{"left": width, "right": width, **more})


def read(poses: Poses, images: Iterable[np.ndarray]) -> Blades:
    return BladeReader()(followed(poses, images))


def peaks(blades: Blades, fps: float = FPS) -> np.ndarray:
    """(3, 2) the gap at both squeezes."""
    return blades.gap[:, [round(fps), round(3 * fps)]]


@cache
def plain() -> Blades:
    poses, looks = film(lambda _, q: squeezed(q))
    return read(poses, pictures(looks))


def test_a_squeeze_is_read_and_its_way_back() -> None:
    assert peaks(plain()) == pytest.approx(np.full((3, 2), np.log(NARROW)), abs=OFF)
    assert plain().gap[:, 40] == pytest.approx([0, 0, 0], abs=0.02)
    assert plain().best[-1] == pytest.approx(np.log(NARROW), abs=OFF)
    assert (np.abs(peaks(plain()) - np.log(NARROW))[0] < plain().sigma[0, [20, 60]]).all()


def wander(t: float) -> dict[str, object]:
    """A phone that moves, turns and comes nearer."""
    return {
        "at": (200 + 25 * np.sin(1.7 * t), 110 + 15 * np.sin(2.3 * t)),
        "length": 190 * (1 + 0.12 * np.sin(1.1 * t)),
        "angle": 12 * np.sin(1.3 * t),
    }


def test_it_is_the_same_while_the_camera_moves_turns_and_comes_nearer() -> None:
    poses, looks = film(lambda t, q: squeezed(q, noise=3, **wander(t)))
    assert peaks(read(poses, pictures(looks))) == pytest.approx(peaks(plain()), abs=STILL)


def jpeg(images: Iterable[np.ndarray], quality: int = 40) -> Iterable[np.ndarray]:
    for image in images:
        code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        yield np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))


@pytest.mark.parametrize(
    "look",
    [
        lambda t, _: Look(noise=3, **wander(t)),
        lambda t, _: Look(at=(200 + 40 * np.sin(3 * t), 110 + 20 * np.sin(4 * t))),
        lambda t, _: Look(length=190 * (1 + 0.2 * np.sin(2 * t))),
        lambda t, _: Look(angle=25 * np.sin(2 * t)),
        lambda _, q: Look(light=1 - 0.4 * q),
        lambda t, q: Look(contrast=8.0, noise=4, light=1 - 0.2 * q, angle=5 * np.sin(t)),
    ],
    ids=["all", "moving", "nearer", "turning", "darker", "faint"],
)
def test_what_is_no_squeeze_reads_as_none(look: Callable[[float, float], Look]) -> None:
    poses, looks = film(look)
    blades = read(poses, jpeg(pictures(looks)))
    assert (blades.withheld == Withheld.NO).mean() > 0.8
    assert np.nanmax(np.abs(blades.gap)) < 0.035  # of the faint one; 0.01 of the others
    assert np.isnan(blades.best).all()


def test_one_side_moves_without_the_other() -> None:
    poses, looks = film(lambda _, q: Look(left=1 - (1 - NARROW) * q))
    mean, left, right = peaks(read(poses, pictures(looks)))
    assert left == pytest.approx([np.log(NARROW)] * 2, abs=OFF)
    assert right == pytest.approx([0, 0], abs=0.02)
    assert mean == pytest.approx(left / 2, abs=0.03)
    poses, looks = film(lambda _, q: Look(right=1 - (1 - NARROW) * q))
    _, left, right = peaks(read(poses, pictures(looks)))
    assert right == pytest.approx([np.log(NARROW)] * 2, abs=OFF)
    assert left == pytest.approx([0, 0], abs=0.02)


def test_the_gap_is_width_over_height() -> None:
    """Skin that only gets shorter reads as blades apart."""
    poses, looks = film(lambda _, q: Look(height=1 - (1 - NARROW) * q))
    blades = read(poses, pictures(looks))
    assert peaks(blades) == pytest.approx(np.full((3, 2), -np.log(NARROW)), abs=0.02)


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_frames_a_second_do_not_matter(fps: int) -> None:
    poses, looks = film(lambda _, q: squeezed(q, noise=2), fps=fps)
    assert peaks(read(poses, pictures(looks)), fps) == pytest.approx(peaks(plain()), abs=STILL)


def test_too_few_frames_a_second_give_nothing_and_no_gap_of_zero() -> None:
    poses, looks = film(lambda _, q: squeezed(q), fps=2, seconds=8)
    blades = read(poses, pictures(looks))
    assert set(blades.withheld.tolist()) == {Withheld.NO_STRETCH}


def states(poses: Poses) -> list[Followed]:
    assert poses.surface is not None
    return [Followed(int(code)) for code in poses.surface[:, 0]]


@pytest.mark.parametrize(
    "look",
    [Look(contrast=0.0), Look(contrast=0.0, light=0.0), Look(contrast=0.0, noise=0.5)],
    ids=["grey", "black", "little noise"],
)
def test_a_back_without_texture_is_withheld(look: Look) -> None:
    poses, looks = film(lambda *_: look, seconds=2.5)
    poses = followed(poses, pictures(looks))
    assert set(states(poses)) == {Followed.NO_TEXTURE}
    assert poses.surface is not None
    assert np.isnan(poses.surface[:, 1:]).all()
    assert set(BladeReader()(poses).withheld.tolist()) == {Withheld.NO_TEXTURE}


def test_half_a_back_without_texture_has_a_gap_on_the_other_side_only() -> None:
    poses, looks = film(lambda _, q: squeezed(q))

    def half(image: np.ndarray) -> np.ndarray:
        image = image.copy()
        image[:, : SIZE[0] // 2] = 90
        return image

    _, left, right = peaks(read(poses, map(half, pictures(looks))))
    assert np.isnan(left).all()
    assert right == pytest.approx([np.log(NARROW)] * 2, abs=OFF)


def test_a_cut_begins_again_and_forgets_the_stretch() -> None:
    poses, looks = film(lambda t, q: squeezed(q, seed=int(t >= 3.0)))
    poses = followed(poses, pictures(looks))
    found = states(poses)
    assert found[0] is Followed.BEGINS
    assert set(found[1:60]) == {Followed.YES}
    begins = 60 + found[60:].index(Followed.BEGINS)
    assert begins / FPS - 3.0 <= MAX_UNMATCHED + 2 / FPS
    assert set(found[60:begins]) == {Followed.COVERED}
    blades = BladeReader()(poses)
    assert blades.withheld[59] == Withheld.NO
    assert np.isnan(blades.gap[:, 60 : begins + 5]).all()
    assert blades.withheld[begins] == Withheld.NO_STRETCH


def test_a_jump_of_the_landmarks_is_no_movement_of_the_skin() -> None:
    poses, looks = film(lambda _, q: squeezed(q))
    xy = poses.xy.copy()
    xy[62:64] += 150.0
    found = followed(replace(poses, xy=xy), pictures(looks))
    assert states(found)[61:65] == [Followed.YES, Followed.COVERED, Followed.COVERED, Followed.YES]
    assert BladeReader()(found).gap[0, 66] == pytest.approx(plain().gap[0, 66], abs=STILL)


@pytest.mark.parametrize(
    ("hidden", "code"),
    [(0.2, Followed.YES), (0.7 * MAX_BREAK, Followed.RESUMES), (2.0, Followed.BEGINS)],
)
def test_hidden_for_a_moment_a_while_or_long(hidden: float, code: Followed) -> None:
    start, end = 45, 45 + round(hidden * FPS)
    poses, looks = film(lambda *_: Look(), seconds=5)
    images = list(pictures(looks))
    rng = np.random.default_rng(0)
    for image in images[start:end]:
        image[:] = rng.integers(0, 255, (SIZE[1], SIZE[0], 1))  # something else before the lens
    found = followed(poses, images)
    assert set(states(found)[start:end]) <= {Followed.COVERED, Followed.BEGINS, Followed.YES}
    absent = poses.subject.copy()
    absent[start:end] = -1
    gone = followed(replace(poses, subject=absent), pictures(looks))
    assert set(states(gone)[start:end]) == {Followed.NOT_BEHIND}
    assert states(gone)[end] is code
    sigma = BladeReader()(gone).sigma[0]
    if code is Followed.RESUMES:
        assert sigma[end] > sigma[start - 1] + 0.01
    if code is Followed.BEGINS:
        assert np.isnan(sigma[end])


def test_a_trunk_of_few_pixels_is_too_small() -> None:
    poses, looks = film(lambda *_: Look(length=50.0), seconds=1)
    assert set(states(followed(poses, pictures(looks)))) == {Followed.TOO_SMALL}


def test_a_front_is_not_followed_and_single_swapped_frames_change_nothing() -> None:
    poses, looks = film(lambda _, q: squeezed(q))
    front = landmarks(poses.t, looks, pulls(poses.t), front=True)
    found = followed(front[:30], pictures(looks[:30]))
    assert set(states(found)) == {Followed.NOT_BEHIND}
    xy, world = poses.xy.copy(), poses.world.copy()
    swapped = np.arange(7, len(poses), 9)
    xy[swapped], world[swapped] = front.xy[swapped], front.world[swapped]
    blades = read(replace(poses, xy=xy, world=world), pictures(looks))
    np.testing.assert_allclose(blades.gap, plain().gap, atol=1e-6)
    np.testing.assert_array_equal(blades.withheld, plain().withheld)


def test_a_trunk_seen_from_the_side_is_not_followed() -> None:
    poses, looks = film(lambda *_: Look(), seconds=2)
    xy = poses.xy.copy()
    xy[10:, :, 0] = 200 + 0.2 * (xy[10:, :, 0] - 200)
    found = states(followed(replace(poses, xy=xy), pictures(looks)))
    assert found[5] is Followed.YES
    assert found[-1] is Followed.NOT_BEHIND


def test_another_person_begins_again() -> None:
    poses, looks = film(lambda *_: Look(), seconds=2)
    subject = poses.subject.copy()
    subject[20:] = 1
    found = states(followed(replace(poses, subject=subject), pictures(looks)))
    assert found[19:22] == [Followed.YES, Followed.BEGINS, Followed.YES]


def test_frames_without_usable_landmarks_give_rows_without_numbers() -> None:
    poses, _ = film(lambda *_: Look(), seconds=0.2)
    xy = poses.xy.copy()
    xy[1, Landmark.LEFT_HIP] = np.nan
    xy[2] += 5000.0
    found = followed(replace(poses, xy=xy), [picture(Look())] * 4)
    assert found.surface is not None
    assert found.surface.shape == (4, N_SURFACE)
    assert found.surface.dtype == np.float32
    assert np.isnan(found.surface[1:3, 1:]).all()
    assert states(found)[3] is Followed.YES


def test_the_result_depends_on_the_frames_alone() -> None:
    poses, looks = film(lambda t, q: squeezed(q, noise=3, **wander(t)), seconds=1)
    images = list(pictures(looks))
    one, other = (followed(poses, images).surface for _ in range(2))
    np.testing.assert_array_equal(one, other)


def size_of(thing: object, seen: set[int]) -> int:
    """Bytes of all arrays that can be reached from an object."""
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    parts = thing if isinstance(thing, list | tuple) else getattr(thing, "__dict__", {}).values()
    names = getattr(type(thing), "__slots__", ())
    return sum(size_of(part, seen) for part in (*parts, *(getattr(thing, n, None) for n in names)))


def test_the_follower_remembers_no_more_with_every_frame() -> None:
    follower, look = BackFollower(), Look()
    image, one = picture(look), landmarks(np.zeros(1), [look], np.zeros(1))
    sizes = []
    for k in range(200):
        row = follower.step(image, replace(one, t=np.array([k / FPS])))
        sizes.append(size_of(follower, set()))
    assert row[0] == Followed.YES
    assert row[1 : len(SURFACE) - 1] == pytest.approx(np.zeros(len(SURFACE) - 2), abs=1e-6)
    assert max(sizes[100:]) <= max(sizes[:20])
