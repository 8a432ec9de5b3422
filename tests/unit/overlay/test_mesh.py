"""The mesh on the back: where it lies, how it tightens, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from scapcoach.landmarks import Landmark, Poses
from scapcoach.live.painter import mirror
from scapcoach.measures.series import Measures, Reason, Status
from scapcoach.overlay.gauges import Panel
from scapcoach.overlay.mesh import ACROSS, MeshPainter, columns
from scapcoach.overlay.paint import Canvas
from scapcoach.overlay.readings import GOOD
from scapcoach.surface.patch import ZONES, body_axes
from tests.support.synthetic import synthetic_measures, synthetic_poses

SIZE = (640, 360)


def back(left: float, right: float, **changes: int) -> tuple[Poses, Measures]:
    """One person seen from behind, and one value of the gap on each side."""
    poses = synthetic_poses(10, SIZE, scale=0.5)[:3]
    poses = mirror(poses)  # from behind, the person's left is on the left of the picture
    measures, series = synthetic_measures(poses), {}
    for name, value in (("blade_gap_left", left), ("blade_gap_right", right)):
        n = len(poses)
        series[name] = replace(
            measures[name],
            value=np.full(n, value), sigma=np.full(n, 2.0),
            status=np.full(n, changes.get("status", Status.RELATIVE)),
            reason=np.full(n, changes.get("reason", Reason.SINCE_STRETCH)),
        )  # fmt: skip
    return poses, replace(measures, series=MappingProxyType({**measures.series, **series}))


def drawn(
    poses: Poses, measures: Measures, *, mirrored: bool = False, level: int = 90
) -> np.ndarray:
    image = np.full((SIZE[1], SIZE[0], 3), level, np.uint8)
    MeshPainter(SIZE).draw(image, poses, measures, 0, mirrored=mirrored)
    return image


def test_the_columns_follow_their_own_side() -> None:
    rest, squeezed = columns((0.0, 0.0)), columns((-0.2, 0.0))
    assert len(rest) == 2 * ACROSS + 1
    assert rest[0] == ZONES["left"][0]
    assert rest[-1] == ZONES["right"][1]
    np.testing.assert_allclose(np.diff(rest), rest[1] - rest[0])
    np.testing.assert_allclose(squeezed[ACROSS:], rest[ACROSS:])
    assert squeezed[0] == rest[0]
    assert (np.abs(squeezed[1:ACROSS]) < np.abs(rest[1:ACROSS])).all()


@pytest.mark.parametrize("gaps", [(-3.0, -0.1), (5.0, 0.4), (-0.3, -0.3)])
def test_the_columns_never_cross(gaps: tuple[float, float]) -> None:
    assert (np.diff(columns(gaps)) > 0).all()


def test_the_mesh_lies_on_the_upper_back() -> None:
    poses, measures = back(-10, -10)
    painted = np.argwhere((drawn(poses, measures) != 90).any(axis=2))
    axes = body_axes(poses.xy[0].astype(float))
    assert axes is not None
    left, right, top, bottom = ZONES["left"][0], ZONES["right"][1], *ZONES["blades"][2:]
    corners = axes.at(np.array([[left, top], [right, bottom]]))
    np.testing.assert_allclose(painted.min(axis=0)[::-1], corners.min(axis=0), atol=4)
    np.testing.assert_allclose(painted.max(axis=0)[::-1], corners.max(axis=0), atol=4)
    shoulders = poses.xy[0, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], 0]
    assert shoulders[0] < painted[:, 1].min() < painted[:, 1].max() < shoulders[1]


def green(image: np.ndarray) -> tuple[float, float]:
    """Greenness of the left and of the right half of the picture."""
    excess = image[..., 1].astype(float) - image[..., 0]
    half = SIZE[0] // 2
    return float(excess[:, :half].sum()), float(excess[:, half:].sum())


def test_the_side_that_is_drawn_together_takes_the_colour() -> None:
    assert GOOD[1] > GOOD[0]
    poses, measures = back(-25, 0)
    left, right = green(drawn(poses, measures))
    assert left > 5 * max(right, 1)
    left, right = green(drawn(mirror(poses), measures, mirrored=True))
    assert right > 5 * max(left, 1), "in a mirror the person's left is on the right"


@pytest.mark.parametrize("level", [20, 200])
def test_the_mesh_shows_on_dark_shirts_and_on_light_skin(level: int) -> None:
    image = drawn(*back(0, 0), level=level).astype(int)
    assert np.abs(image - level).max() > 40


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.NOT_OBSERVABLE, "reason": Reason.BACK_NOT_SEEN},
        {"status": Status.NOT_OBSERVABLE, "reason": Reason.NO_STRETCH},
        {"status": Status.NO_PERSON, "reason": Reason.NONE},
    ],
)
def test_nothing_is_drawn_where_the_gap_is_withheld(changes: dict[str, int]) -> None:
    assert (drawn(*back(-20, -20, **changes)) == 90).all()


def test_nothing_is_drawn_on_somebody_else_or_without_hips() -> None:
    poses, measures = back(-20, -20)
    for number in (1, -1):
        other = replace(poses, subject=np.full(len(poses), number, np.int32))
        assert (drawn(other, measures) == 90).all()
    xy = poses.xy.copy()
    xy[:, Landmark.LEFT_HIP] = np.nan
    assert (drawn(replace(poses, xy=xy), measures) == 90).all()


def test_a_person_partly_or_wholly_out_of_the_picture_can_be_drawn() -> None:
    poses, measures = back(-20, -20)
    for shift in ((-300, 0), (5000, 0), (0, -250)):
        moved = replace(poses, xy=poses.xy + np.array(shift, np.float32))
        drawn(moved, measures)


def test_the_first_card_shows_the_gap_or_the_retraction() -> None:
    panel = Panel(SIZE)
    _, measures = back(-20, -20)
    assert panel.layout.shown("blade_gap")[0].title == "blade_gap"
    assert panel.layout.shown("retraction")[0].title == "retraction"
    pictures = []
    for leading in ("retraction", "blade_gap"):
        image = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        panel.draw(Canvas(image), measures, 0, leading=leading)
        pictures.append(image)
    differs = (pictures[0] != pictures[1]).any(axis=2).any(axis=0)
    first = panel.layout.cards[0].box
    assert differs.any()
    assert np.flatnonzero(differs).max() <= first.right
