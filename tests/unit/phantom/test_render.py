"""The renderer: geometry of the rasteriser, skinning, clothes; and what random set-ups are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.phantom import need_phantom


@pytest.fixture(scope="module", autouse=True)
def _phantom():
    need_phantom()


def quad(x0, y0, x1, y1, w):
    """Screen points and faces of a rectangle that faces the lens, at inverse depth `w`."""
    points = np.array([[x0, y0, w], [x1, y0, w], [x1, y1, w], [x0, y1, w]], np.float32)
    return points, np.array([[0, 2, 1], [0, 3, 2]], np.int32)


def drawn(*quads, size=(40, 60)):
    from phantom import raster

    depth, picture = np.zeros(size, np.float32), np.zeros((*size, 3), np.uint8)
    for (points, faces), colour in quads:
        albedo = np.full((len(faces), 3, 3), colour, np.float32)
        lit = np.tile(np.array([1.0, 0.0], np.float32), (len(points), 1))
        raster.draw(points, faces, albedo, lit, depth, picture)
    return picture, depth


def test_a_rectangle_covers_exactly_its_pixels():
    picture, depth = drawn((quad(10, 5, 30, 25, 1.0), 200))
    expected = np.zeros((40, 60), bool)
    expected[5:25, 10:30] = True
    assert np.array_equal(depth > 0, expected)
    assert np.array_equal(picture[..., 1] == 200, expected)


def test_nearer_hides_farther_whatever_the_order():
    near, far = (quad(10, 5, 30, 25, 1.0), 200), (quad(20, 10, 50, 30, 0.5), 90)
    one, two = drawn(near, far)[0], drawn(far, near)[0]
    assert np.array_equal(one, two)
    assert one[12, 25, 0] == 200
    assert one[12, 40, 0] == 90


def test_faces_that_look_away_and_points_behind_the_lens_are_not_drawn():
    points, faces = quad(10, 5, 30, 25, 1.0)
    assert not drawn(((points, faces[:, ::-1].copy()), 200))[1].any()
    behind = points.copy()
    behind[0, 2] = 0
    assert not (drawn(((behind, faces[:1]), 200))[1] > 0).any()


def test_rectangles_beyond_the_border_are_cut():
    picture, depth = drawn((quad(-500, -500, 900, 900, 1.0), 120))
    assert (depth > 0).all()
    assert (picture == 120).all()


def test_resolving_blends_partial_cover():
    from phantom import raster

    fine, depth = np.full((4, 4, 3), 100, np.uint8), np.zeros((4, 4), np.float32)
    depth[:2, :1] = 1  # half of the first pixel
    behind, out = np.full((2, 2, 3), 20, np.uint8), np.zeros((2, 2, 3), np.uint8)
    raster.resolve(fine, depth, behind, out)
    assert out[0, 0, 0] == 60
    assert out[1, 1, 0] == 20


def renderer(**camera):
    from phantom.body import make_body
    from phantom.camera import Camera
    from phantom.render import Actor, Renderer
    from phantom.scene import Scene

    view = Camera(size=(160, 200), noise=0.0, **camera)
    return Renderer(Actor.of(make_body()), view, Scene(background="plain", wall=(0, 255, 0)))


@pytest.mark.parametrize("yaw", [0, 60, 180])
def test_the_body_is_drawn_where_its_joints_project(yaw):
    from phantom.pose import Pose
    from phantom.skeleton import pose_body

    r = renderer(yaw=yaw)
    pose = Pose(trunk_lean=10, turn=15).arms(elevation=40)
    image = r.frame(pose).astype(int)
    body = ~((image[..., 1] > 150) & (image[..., 0] < 60))
    posed = pose_body(r.actor.body, pose)
    for bone in ("head", "spine02", "upperarm01.L", "lowerarm01.R", "upperleg01.L"):
        x, y = r.camera.project(posed.joint(bone))
        assert body[int(y), int(x)], bone
    # And nothing above the crown.
    crown = r.camera.project(posed.points["crown"])[1]
    assert not body[: int(crown) - 6].any()


def test_the_rest_pose_leaves_vertices_where_they_are():
    from phantom import raster
    from phantom.body import BONES, make_body
    from phantom.outfit import Look, dress

    d = dress(make_body(), Look())
    identity = np.tile(np.eye(3, 4, dtype=np.float32), (len(BONES), 1, 1))
    out = np.empty_like(d.vertices)
    raster.skin(d.vertices, d.bone_index, d.bone_weight, identity, out)
    assert np.abs(out - d.vertices).max() < 1e-5


@pytest.mark.parametrize("name", ["calibration", "row", "overhead_press", "squat_stable"])
def test_the_skin_does_not_tear(name):
    from phantom import raster
    from phantom.body import make_body
    from phantom.library import SCRIPTS
    from phantom.outfit import Look, dress
    from phantom.person import Person
    from phantom.render import skin_matrices
    from phantom.skeleton import pose_body

    body = make_body()
    d = dress(body, Look(looseness=0.5))
    edges = np.unique(np.sort(d.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)

    def lengths(vertices):
        return np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)

    rest = lengths(d.vertices)
    script = SCRIPTS[name](Person())
    for t in np.linspace(0, script.duration, 25):
        out = np.empty_like(d.vertices)
        matrices = skin_matrices(body, pose_body(body, script.pose(float(t))))
        raster.skin(d.vertices, d.bone_index, d.bone_weight, matrices, out)
        stretched = lengths(out) - rest
        # The armpit of an arm overhead stretches by 7 cm; a tear would be a gap of decimetres.
        assert stretched.max() < 0.09, t
        assert np.mean(stretched > 0.02) < 0.01


def test_frames_depend_on_nothing_but_their_set_up():
    from phantom.pose import Pose
    from phantom.render import Renderer

    r = renderer()
    noisy = replace(r.camera, noise=3.0)
    one, two = (Renderer(r.actor, noisy, r.scene, seed=4).frame(Pose()) for _ in range(2))
    other = Renderer(r.actor, noisy, r.scene, seed=5).frame(Pose())
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.flags.c_contiguous
    assert one.dtype == np.uint8


def test_clothes_skin_and_brightness_show():
    from phantom.body import make_body
    from phantom.outfit import Look
    from phantom.pose import Pose
    from phantom.render import Actor, Renderer
    from phantom.scene import Scene

    r = renderer()
    chest = r.camera.project(np.array([0.0, 1.2, 0.12])).astype(int)

    def colour(look, scene):
        image = Renderer(Actor.of(make_body(), look), r.camera, scene).frame(Pose())
        return image[chest[1], chest[0]].astype(int)

    red = colour(Look(top=(200, 20, 20)), Scene())
    blue = colour(Look(top=(20, 20, 200)), Scene())
    dark = colour(Look(top=(200, 20, 20)), Scene(brightness=0.35))
    assert red[0] > 3 * red[2]
    assert blue[2] > 3 * blue[0]
    assert dark[0] < 0.5 * red[0]


@pytest.mark.parametrize("framing", ["body", "upper", "desk"])
def test_random_set_ups_keep_the_shoulders_in_the_picture(framing):
    from phantom.body import make_body
    from phantom.camera import VIEWS
    from phantom.pose import Pose
    from phantom.sampling import Framing, random_setup
    from phantom.skeleton import pose_body

    for seed in range(12):
        view = list(VIEWS)[seed % len(VIEWS)]
        setup = random_setup(seed, view, Framing(framing=framing))
        assert setup == random_setup(seed, view, Framing(framing=framing))
        posed = pose_body(make_body(setup.shape), Pose())
        points = ["upperarm01.L", "upperarm01.R", "head"]
        if framing == "body":
            points += ["foot.L", "foot.R"]
        xy = setup.camera.project(np.array([posed.joint(p) for p in points]))
        width, height = setup.camera.size
        assert ((xy > 0) & (xy < (width, height))).all(), seed
        off = (abs(setup.camera.yaw) - VIEWS[view] + 180) % 360 - 180
        assert abs(off) <= 10.01
