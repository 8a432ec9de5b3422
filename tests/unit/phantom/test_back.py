"""Textured backs: fixed to the skin, opt-in, and with blades whose gap is known."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.support.phantom import need_phantom

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", autouse=True)
def _phantom():
    need_phantom()


@pytest.fixture(scope="module")
def body():
    from phantom.body import make_body

    return make_body()


@cache
def actor(body, kind="bare", **cloth):
    from phantom.back.cloth import Cloth
    from phantom.back.render import BackActor
    from phantom.outfit import Look

    return BackActor.wearing(body, Look(), Cloth(kind, **cloth))


def renderer(who, **camera):
    from phantom.back.render import BackRenderer
    from phantom.camera import Camera
    from phantom.scene import Scene

    view = {"yaw": 180, "size": (240, 320), "noise": 0.0, "distance": 1.8, "aim": 1.25, **camera}
    return BackRenderer(who, Camera(**view), Scene(background="plain", wall=(0, 255, 0)))


# ---------------------------------------------------------------- opt-in


def test_untextured_clips_are_what_they_were_before_there_were_textures():
    import cv2

    from tests.support.plain_body import pictures

    file = ROOT / "tests" / "data" / "phantom" / "plain_body.png"
    before = cv2.imread(str(file))[..., ::-1].astype(int)
    apart = np.abs(pictures().astype(int) - before).max(axis=2)
    # To the pixel; a processor that rounds differently may be one level off here and there.
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.001


def test_nothing_that_draws_untextured_clips_knows_of_textures():
    knows = re.compile(r"^\s*(from|import) phantom\.back\b", re.MULTILINE)
    files = {p.name for p in (ROOT / "phantom").glob("*.py") if knows.search(p.read_text("utf-8"))}
    assert files == {"library.py"}  # lists the scripts


def test_drawing_a_textured_body_leaves_the_plain_one_alone(body):
    from phantom.pose import Pose
    from phantom.render import Actor, Renderer

    def plain():
        image = Renderer(Actor.of(body), renderer(None).camera).frame(Pose())
        return hashlib.sha256(image.tobytes()).hexdigest()

    before = plain()
    renderer(actor(body, "shirt")).frame(Pose())
    assert plain() == before


# ---------------------------------------------------------------- the texture


def marked(who, level):
    """The same body all grey, with a red dot where the middle of each level's path is."""
    from phantom.back.blades import gap_of

    image = np.full_like(who.painted.levels[0], 120)
    places = gap_of(who.body).paths[level]
    charts = who.painted.charts
    xy = charts.uv[0, places.corners[[0, -1]]]
    for x, y in np.einsum("kc,kcx->kx", places.shares[[0, -1]], xy):
        rows, columns = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
        image[np.hypot(columns + 0.5 - x, rows + 0.5 - y) < 9] = (255, 0, 0)
    return replace(who, painted=replace(who.painted, levels=(image,)))


@pytest.mark.parametrize("yaw", [180, 150, 210])
def test_the_texture_moves_with_the_skin(body, yaw):
    from phantom.back.truth import followed
    from phantom.lifts import FACE_FINISH, ROW_FINISH
    from phantom.movements import STAND
    from phantom.skeleton import pose_body

    who = marked(actor(body), "middle")
    seated = replace(ROW_FINISH.girdle(18, 5), seated=False, trunk_lean=12, twist=8)
    r = renderer(who, yaw=yaw)
    for pose in (STAND, STAND.girdle(-12, 20), seated, FACE_FINISH):
        image = r.frame(pose).astype(int)
        points, seen = r.where(followed(who, who.vertices(pose_body(body, pose))))
        red = image[..., 0] - image[..., 1] > 40
        for k in (0, 4):
            if not seen[1, k]:
                continue
            x, y = points[1, k]
            rows, columns = np.nonzero(red)
            near = np.hypot(columns - x, rows - y) < 8
            assert near.sum() > 5
            assert columns[near].mean() + 0.5 == pytest.approx(x, abs=0.9)
            assert rows[near].mean() + 0.5 == pytest.approx(y, abs=0.9)
        assert seen[1].any()


def test_points_behind_an_arm_or_outside_the_picture_are_not_seen(body):
    from phantom.back.truth import followed
    from phantom.movements import STAND
    from phantom.skeleton import pose_body

    who = actor(body)
    places = followed(who, who.vertices(pose_body(body, STAND)))
    for camera, seen in (({}, True), ({"yaw": 0}, False), ({"aim": 3.5}, False)):
        r = renderer(who, **camera)
        r.frame(STAND)
        assert r.where(places)[1].all() == r.where(places)[1].any() == seen


def patch(who):
    """(H, W, 3) the skin or cloth between and over the blades, of a standing body."""
    from phantom.movements import STAND

    r = renderer(who, size=(480, 640), distance=1.2)
    x, y = r.camera.project(np.array([0.0, 1.30, -0.08])).astype(int)
    return r.frame(STAND).astype(float)[y - 60 : y + 60, x - 70 : x + 70]


def test_cloth_is_determined_by_its_seed_and_differs_between_seeds_and_kinds(body):
    from phantom.back.cloth import KINDS

    images = {(kind, 1): patch(actor(body, kind, seed=1)) for kind in KINDS}
    images |= {(kind, 2): patch(actor(body, kind, seed=2)) for kind in ("bare", "shirt")}
    again = actor.__wrapped__(body, "shirt", seed=1)
    assert np.array_equal(images["shirt", 1], patch(again))
    keys = list(images)
    for n, one in enumerate(keys):
        for other in keys[n + 1 :]:
            assert np.abs(images[one] - images[other]).mean() > 1, (one, other)


def test_there_is_detail_to_follow_and_little_of_it_on_a_dark_shirt(body):
    import cv2

    def detail(kind):
        grey = patch(actor(body, kind, seed=1, printed=False)).mean(axis=2)
        return float((grey - cv2.GaussianBlur(grey, (0, 0), 8)).std())

    bare, shirt, dark = (detail(kind) for kind in ("bare", "shirt", "dark"))
    assert 1.5 < bare < 12
    assert 1.5 < shirt < 15
    assert 0.1 < dark < 0.3 * shirt


def test_clothes_cover_what_they_should(body):
    from phantom.back.cloth import Cloth, Surface, arm_share, inside, tailor
    from phantom.outfit import _along_arm

    rest = body.vertices
    normal_z = np.where(rest[:, 2] < 0, -1, 1)
    at = Surface(rest, normal_z < 0, _along_arm(body, rest), arm_share(body))
    covered = {cut: inside(cut, body, at) > 0 for cut in ("bare", "bra", "racer", "straps", "tee")}
    assert not covered["bare"].any()
    head = rest[:, 1] > body.joints["neck"][1] + 0.05
    legs = rest[:, 1] < 0.7
    for cut, mask in covered.items():
        assert not mask[head | legs].any(), cut
    sizes = [covered[cut].sum() for cut in ("bra", "racer", "straps", "tee")]
    assert sizes == sorted(sizes)
    blade = at.behind & (np.abs(np.abs(rest[:, 0]) - 0.10) < 0.02)
    blade &= np.abs(rest[:, 1] - body.head("upperarm01.L")[1] + 0.05) < 0.02
    assert covered["tee"][blade].all()
    assert not covered["racer"][blade].any()
    assert {tailor(Cloth("tank", seed=k), 1.0).cut for k in range(9)} == {"racer", "straps"}
    assert tailor(Cloth("bare"), 0.0).cut == "bra"
    assert tailor(Cloth("shirt", colour=(1, 2, 3), printed=True), 1.0).ink is not None
    assert tailor(Cloth("dark", printed=True), 1.0).ink is None


# ---------------------------------------------------------------- the blades


def gap(body, pose, level="middle", rhythm=0.0):
    from phantom.back.blades import across, blade_skin, gap_of, matrices
    from phantom.back.charts import skinned
    from phantom.skeleton import pose_body

    posed = pose_body(body, pose)
    index, weight = blade_skin(body)
    vertices = body.vertices.astype(np.float32)
    vertices = skinned(vertices, index, weight, matrices(body, posed, rhythm))
    return across(gap_of(body).paths[level], vertices, posed)


@pytest.mark.parametrize("level", ["upper", "middle", "lower"])
@pytest.mark.parametrize(
    "start", ["STAND", "ROW_FINISH", "FACE_START", "FACE_FINISH", "PULL_START"]
)
def test_retraction_narrows_the_gap_whatever_the_arms_do(body, level, start):
    from phantom import lifts, movements

    pose = getattr(movements, start, None) or getattr(lifts, start)
    widths = [gap(body, pose.girdle(r), level) for r in (-15, -8, 0, 6, 12, 18)]
    assert widths == sorted(widths, reverse=True)
    # A full squeeze narrows the zone by a fifth to a third.
    assert -0.35 < widths[-1] / widths[2] - 1 < -0.18
    # Arms alone leave it: within 2 % of a body that stands.
    assert widths[2] / gap(body, movements.STAND, level) == pytest.approx(1, abs=0.02)


def test_between_the_blades_the_skin_narrows_evenly(body):
    from phantom.back.blades import blade_skin, gap_of, matrices
    from phantom.back.charts import skinned
    from phantom.movements import STAND
    from phantom.skeleton import pose_body

    index, weight = blade_skin(body)

    def steps(pose):
        posed = matrices(body, pose_body(body, pose))
        vertices = skinned(body.vertices.astype(np.float32), index, weight, posed)
        return np.diff(gap_of(body).paths["middle"].on(vertices)[:, 0])

    local = steps(STAND.girdle(18)) / steps(STAND)
    assert (local > 0.4).all()
    assert (local < 0.85).all()


def test_a_shrug_raises_the_blades_and_keeps_the_gap(body):
    from phantom.back.blades import blade_matrix, gap_of
    from phantom.movements import STAND
    from phantom.skeleton import pose_body

    up = STAND.girdle(0, 25)
    assert gap(body, up) / gap(body, STAND) == pytest.approx(1, abs=0.01)
    point = gap_of(body).bone["middle"][1]
    low, high = (blade_matrix(body, pose_body(body, p), "L") @ [*point, 1] for p in (STAND, up))
    assert 0.03 < high[1] - low[1] < 0.09


def test_raised_arms_part_the_lower_ends_of_the_blades_only_with_rhythm(body):
    from phantom.lifts import PULL_FINISH, PULL_START

    apart = [gap(body, PULL_START, "lower", r) / gap(body, PULL_FINISH, "lower", r) for r in (0, 1)]
    assert apart[0] == pytest.approx(1, abs=0.02)
    assert apart[1] > 1.2


def test_blades_are_mirrored_and_turn_with_their_own_collar_bone(body):
    from phantom.back.blades import blade_matrix, girdle
    from phantom.movements import STAND
    from phantom.skeleton import pose_body

    posed = pose_body(body, replace(STAND, retraction_left=12, elevation_right=9))
    assert girdle(body, posed, "L") == pytest.approx((12, 0), abs=1e-6)
    assert girdle(body, posed, "R") == pytest.approx((0, 9), abs=1e-6)
    both = pose_body(body, replace(STAND.girdle(14, 6), hip_abduction=0))
    left, right = (blade_matrix(body, both, side, 1.0) for side in "LR")
    flip = np.diag([-1.0, 1, 1])
    assert flip @ left[:, :3] @ flip == pytest.approx(right[:, :3], abs=1e-3)


def test_the_rest_pose_keeps_the_skin_and_weights_add_up(body):
    from phantom import raster
    from phantom.back.blades import blade_skin
    from phantom.body import BONES

    index, weight = blade_skin(body)
    assert weight.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert index.max() == len(BONES) + 1
    identity = np.tile(np.eye(3, 4, dtype=np.float32), (len(BONES) + 2, 1, 1))
    rest = body.vertices.astype(np.float32)
    out = np.empty_like(rest)
    raster.skin(rest, index, weight, identity, out)
    assert np.abs(out - rest).max() < 1e-5
    # Head, legs and hands have nothing to do with the blades.
    far = (rest[:, 1] > 1.55) | (rest[:, 1] < 1.0)
    assert not ((index[far] >= len(BONES)) & (weight[far] > 0)).any()


@pytest.mark.parametrize("name", ["row_mixed", "face_pull", "pulldown", "pure_shrug"])
def test_the_skin_does_not_tear(body, name):
    from phantom.library import SCRIPTS
    from phantom.person import Person
    from phantom.skeleton import pose_body

    who = actor(body, "shirt")
    edges = np.unique(np.sort(body.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)

    def lengths(vertices):
        return np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)

    rest, script = lengths(who.dressed.vertices), SCRIPTS[name](Person())
    for t in np.linspace(0, script.duration, 15):
        posed = pose_body(body, script.pose(float(t)))
        stretched = lengths(who.vertices(posed, float(script.couple_arms))) - rest
        assert stretched.max() < 0.09, t
        assert np.mean(stretched > 0.02) < 0.01, t


def test_a_loose_shirt_slips_and_a_bare_back_does_not(body):
    from phantom.back.blades import blade_skin, slipping

    nothing, everything = np.zeros(len(body.vertices), bool), np.ones(len(body.vertices), bool)
    for covered, looseness in ((nothing, 0.9), (everything, 0.0)):
        for one, other in zip(slipping(body, covered, looseness), blade_skin(body), strict=True):
            assert np.array_equal(one, other)
    joint = body.head("upperarm01.L")
    # Well over the blade, and on the ribs below it.
    spots = np.array([[0.10, joint[1] - 0.05, -0.08], [0.08, joint[1] - 0.27, -0.08]])
    over, below = (int(np.linalg.norm(body.vertices - s, axis=1).argmin()) for s in spots)

    def held(looseness, vertex):
        from phantom.body import BONES

        index, weight = slipping(body, everything, looseness)
        return float(weight[vertex][index[vertex] == len(BONES)].sum())

    assert held(0.0, over) > held(0.4, over) > held(0.9, over) > 0.3
    assert held(0.0, below) < held(0.9, below)


# ---------------------------------------------------------------- clips


def test_nuisances_keep_the_blades_where_they_are(body):
    from phantom.back.sets import NUISANCES
    from phantom.library import SCRIPTS
    from phantom.person import Person
    from phantom.skeleton import pose_body
    from phantom.truth import truth

    for name in sorted({script for script, _ in NUISANCES}):
        script = SCRIPTS[name](Person.random(5))
        widths = []
        for t in np.linspace(0, script.duration - 1e-3, 20):
            pose = script.pose(float(t))
            found = truth(body, pose_body(body, pose))
            assert found["retraction"] == pytest.approx(0, abs=1e-6), name
            if name != "pure_shrug":
                assert found["elevation"] == pytest.approx(0, abs=1e-6), name
            widths.append(gap(body, pose, rhythm=float(script.couple_arms)))
        assert np.ptp(widths) / widths[0] < 0.025, name


@pytest.mark.parametrize("name", ["approach", "hand", "nudge"])
def test_cameras_move_smoothly_and_are_determined_by_their_seed(name):
    from phantom.back.phone import MOTIONS
    from phantom.camera import Camera

    def place(t, seed=4):
        c = MOTIONS[name](Camera(yaw=180), t, 10.0, seed)
        return c, np.concatenate([c.eye, c.rotation().ravel()])

    path = np.array([place(t)[1] for t in np.arange(0, 10, 0.04)])
    assert np.ptp(path, axis=0).max() > 0.02
    assert np.abs(np.diff(path, axis=0)).max() < 0.05
    assert place(3.3)[0] == place(3.3)[0]
    if name != "approach":
        assert place(6.0, 4)[0] != place(6.0, 5)[0]
    else:
        assert place(5.0)[0].distance == pytest.approx(0.75 * place(0.0)[0].distance)


def test_the_lamp_stays_when_the_camera_moves(body):
    from phantom.scene import key_direction

    r = renderer(actor(body))
    before = key_direction(r.scene, r.camera)
    r.move(replace(r.camera, yaw=170.0, distance=1.5))
    assert key_direction(r.scene, r.camera) == pytest.approx(before, abs=1e-9)
    assert r.camera.distance == 1.5


def test_jobs_put_the_camera_behind_the_back(body):
    from phantom.back.sets import Job
    from phantom.body import make_body
    from phantom.skeleton import pose_body

    for seed in range(6):
        job = Job("row", seed, yaw=(180.0, 150.0, 210.0)[seed % 3], kind="tank", size=(320, 400))
        setup = job.setup()
        assert setup == job.setup()
        assert setup.base.camera.yaw == job.yaw
        posed = pose_body(make_body(setup.base.shape), job.movement().pose(0.0))
        xy = setup.base.camera.project(np.array([posed.joint(b) for b in ("head", "spine02")]))
        assert ((xy > 20) & (xy < np.array([300, 380]))).all()
    assert Job("row", 1, motion="hand").name != Job("row", 1).name
