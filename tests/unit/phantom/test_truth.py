"""The phantom's truth against geometry: what joint positions say is what was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phantom.body import BodyShape, make_body
from phantom.camera import Camera
from phantom.pose import Arm, Pose
from phantom.skeleton import pose_body
from phantom.truth import COLUMNS, truth
from tests.support.phantom import need_phantom

SHAPES = (
    BodyShape(),
    BodyShape(sex=0, muscle=0.4, weight=0.3),
    BodyShape(sex=1, muscle=0.9, weight=0.8, height=0.3),
)


@pytest.fixture(scope="module", params=range(len(SHAPES)))
def body(request):
    need_phantom()
    return make_body(SHAPES[request.param])


def random_pose(seed, *, twisted=False):
    rng = np.random.default_rng(seed)

    def arm():
        return Arm(
            elevation=rng.uniform(10, 160), plane=rng.uniform(-30, 100),
            rotation=rng.uniform(-60, 60), elbow=rng.uniform(20, 130),
            forearm=rng.uniform(-80, 80), grip=rng.uniform(0, 1),
        )  # fmt: skip

    pose = Pose(
        retraction_left=rng.uniform(-20, 30), retraction_right=rng.uniform(-20, 30),
        elevation_left=rng.uniform(-10, 40), elevation_right=rng.uniform(-10, 40),
        arm_left=arm(), arm_right=arm(), trunk_lean=rng.uniform(-20, 60),
        lumbar_flexion=rng.uniform(-5, 20), thoracic_flexion=rng.uniform(-5, 40),
        neck_flexion=rng.uniform(-10, 30), head_pitch=rng.uniform(-40, 40),
        turn=rng.uniform(-170, 170), hip_flexion_left=rng.uniform(0, 90),
        knee_flexion_left=rng.uniform(0, 100), knee_flexion_right=rng.uniform(0, 100),
    )  # fmt: skip
    if twisted:
        pose = replace(
            pose, twist=rng.uniform(-25, 25), head_yaw=rng.uniform(-40, 40),
            side_lean=rng.uniform(-15, 15), head_tilt=rng.uniform(-15, 15),
        )  # fmt: skip
    return pose


def known(pose):
    """What `truth` must say, as far as the pose says it directly."""
    names = (
        "retraction_left", "retraction_right", "elevation_left", "elevation_right",
        "thoracic_flexion", "lumbar_flexion", "neck_flexion", "head_pitch", "turn",
    )  # fmt: skip
    return {name: getattr(pose, name) for name in names} | {
        "elbow_left": pose.arm_left.elbow,
        "forearm_left": pose.arm_left.forearm,
        "forearm_right": pose.arm_right.forearm,
        "knee_left": pose.knee_flexion_left,
        "knee_right": pose.knee_flexion_right,
        "retraction": (pose.retraction_left + pose.retraction_right) / 2,
    }


@pytest.mark.parametrize("seed", range(12))
def test_joint_positions_give_back_the_angles(body, seed):
    pose = random_pose(seed)
    found = truth(body, pose_body(body, pose))
    assert tuple(found) == COLUMNS
    # Thigh and shin do not lie in the knee's plane at rest, hence the slack there.
    for name, value in known(pose).items():
        loose = name.startswith("knee")
        assert found[name] == pytest.approx(value, abs=0.2 if loose else 1e-6), name


@pytest.mark.parametrize("seed", range(8))
def test_a_twisted_trunk_leaves_girdle_truth_exact(body, seed):
    pose = random_pose(seed, twisted=True)
    found = truth(body, pose_body(body, pose))
    for name in ("retraction_left", "retraction_right", "elevation_left", "elevation_right"):
        assert found[name] == pytest.approx(getattr(pose, name), abs=1e-6)
    # Sums of turns about different axes do not commute: a few degrees at the ends of the range.
    assert found["twist"] == pytest.approx(pose.twist, abs=3)
    assert found["head_yaw"] == pytest.approx(pose.head_yaw, abs=6)


def angle(points):
    """Direction of the line between two projected points, degrees, counter-clockwise."""
    (x0, y0), (x1, y1) = points
    return np.degrees(np.arctan2(-(y1 - y0), x1 - x0))


def line(body, posed, side="L"):
    return np.stack([posed.joint(f"clavicle.{side}"), posed.joint(f"upperarm01.{side}")])


@pytest.mark.parametrize("degrees", [-18, -6, 9, 25])
def test_retraction_is_what_a_camera_overhead_sees(body, degrees):
    above = Camera(yaw=0, distance=1e-4, height=400, aim=0, fov=0.3)
    seen = [
        angle(above.project(line(body, pose_body(body, pose))))
        for pose in (Pose(), Pose(retraction_left=degrees))
    ]
    # From above with the camera's up along -z, drawing the left shoulder back turns it upwards.
    assert seen[1] - seen[0] == pytest.approx(degrees, abs=0.02)


@pytest.mark.parametrize(("retraction", "elevation"), [(0, 30), (15, 20), (-12, 35), (5, -8)])
def test_elevation_is_what_a_camera_square_to_the_clavicle_sees(body, retraction, elevation):
    def seen(pose):
        posed = pose_body(body, pose)
        start, end = line(body, posed)
        back = np.degrees(np.arctan2(-(end - start)[2], (end - start)[0]))
        square = Camera(yaw=-back, distance=400, height=1.4, aim=1.4, fov=0.3)
        return angle(square.project(np.stack([start, end])))

    change = seen(Pose(retraction_left=retraction, elevation_left=elevation)) - seen(Pose())
    assert change == pytest.approx(elevation, abs=0.05)


def test_lean_and_forward_head_are_what_a_camera_from_the_side_sees(body):
    pose = Pose(trunk_lean=25, thoracic_flexion=20, neck_flexion=15, head_pitch=-30)
    posed = pose_body(body, pose)
    found = truth(body, posed)
    side = Camera(yaw=90, distance=400, height=1.2, aim=1.2, fov=0.3)

    def middle(*points):
        return np.mean(points, axis=0)

    hips = middle(posed.joint("upperleg01.L"), posed.joint("upperleg01.R"))
    shoulders = middle(posed.joint("upperarm01.L"), posed.joint("upperarm01.R"))
    ears = middle(posed.points["ear.L"], posed.points["ear.R"])
    # Seen from the right side (yaw 90) the body faces right in the picture.
    trunk = 90 - angle(side.project(np.stack([hips, shoulders])))
    neck = 90 - angle(side.project(np.stack([shoulders, ears])))
    assert found["trunk_lean"] == pytest.approx(trunk, abs=0.05)
    assert found["head_forward"] == pytest.approx(neck, abs=0.05)
    assert found["trunk_lean"] > 25
    assert found["head_forward"] > 20


@pytest.mark.parametrize(("view", "turn"), [(0, 20), (35, -10), (-40, 0), (90, 5), (180, -15)])
def test_yaw_is_relative_to_the_camera(body, view, turn):
    camera = Camera(yaw=view)
    found = truth(body, pose_body(body, Pose(turn=turn)), camera.eye)
    expected = (view + turn + 180) % 360 - 180
    assert (found["yaw"] - expected + 180) % 360 - 180 == pytest.approx(0, abs=1.5)
    assert found["distance_m"] == pytest.approx(3.0, abs=0.25)


def test_turning_to_the_own_left_moves_the_face_to_the_right_of_the_picture(body):
    camera = Camera()
    nose = [
        camera.project(pose_body(body, Pose(turn=turn)).points["eye.L"])[0] for turn in (-30, 30)
    ]
    assert nose[1] > nose[0] + 10


def test_the_clavicle_rests_as_in_life(body):
    start, end = body.head("clavicle.L"), body.head("upperarm01.L")
    back = np.degrees(np.arctan2(start[2] - end[2], end[0] - start[0]))
    assert 18 <= back <= 20
    assert 0.04 <= start[2] - end[2] <= 0.07
    # Just under the skin of the chest, not before it.
    near = np.abs(body.vertices[:, :2] - start[:2]).max(axis=1) < 0.02
    chest = body.vertices[near, 2].max()
    assert -0.01 < chest - start[2] < 0.06


def test_bones_have_human_lengths(body):
    def length(a, b):
        return np.linalg.norm(body.head(f"{a}.L") - body.head(f"{b}.L"))

    assert 0.13 < length("clavicle", "upperarm01") < 0.22
    assert 0.20 < length("upperarm01", "lowerarm01") < 0.34
    assert 0.18 < length("lowerarm01", "wrist") < 0.32
    assert 0.34 < length("upperleg01", "lowerleg01") < 0.52
    assert 1.45 < body.vertices[:, 1].max() < 2.0


def test_left_and_right_are_mirror_images(body):
    pose = random_pose(5)
    pose = replace(pose, turn=0.0)
    swapped = replace(
        pose,
        **{
            f"{a}_{s}": getattr(pose, f"{a}_{o}")
            for a in ("retraction", "elevation", "arm", "hip_flexion", "knee_flexion")
            for s, o in (("left", "right"), ("right", "left"))
        },
    )
    one, two = pose_body(body, pose), pose_body(body, swapped)
    for bone in ("clavicle", "upperarm01", "lowerarm01", "wrist", "finger2-3", "foot"):
        mirrored = two.joint(f"{bone}.R") * [-1, 1, 1]
        assert one.joint(f"{bone}.L") == pytest.approx(mirrored, abs=2e-3), bone


def test_shoulders_move_as_the_signs_say(body):
    rest = pose_body(body, Pose()).joint("upperarm01.L")
    back = pose_body(body, Pose(retraction_left=20)).joint("upperarm01.L")
    up = pose_body(body, Pose(elevation_left=20)).joint("upperarm01.L")
    assert back[2] < rest[2] - 0.03
    assert back[0] < rest[0]  # from the front retraction narrows the shoulders
    assert up[1] > rest[1] + 0.03
    forward = pose_body(body, Pose(retraction_left=-15)).joint("upperarm01.L")
    assert forward[0] > rest[0]  # and protraction widens them


def test_feet_stand_on_the_floor_and_carried_hips_where_they_are_put(body):
    squat = Pose(trunk_lean=30, hip_flexion_left=80, hip_flexion_right=80,
                 knee_flexion_left=100, knee_flexion_right=100)  # fmt: skip
    posed = pose_body(body, squat)
    for side in "LR":
        assert posed.joint(f"foot.{side}")[1] == pytest.approx(body.head("foot.L")[1], abs=0.02)
    lying = pose_body(body, Pose(recline=90, root_height=0.5))
    assert lying.joint("upperleg01.L")[1] == pytest.approx(0.5, abs=0.02)
    assert lying.points["crown"][2] < lying.joint("upperleg01.L")[2] - 0.4
