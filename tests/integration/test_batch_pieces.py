"""Long recordings in pieces: as good as uncut, with other people too; resumed by piece."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.export.tables import read_landmarks
from scapcoach.geometry.posture import trunk_length
from scapcoach.recording import Options, analyze_into
from scapcoach.recording.options import landmarks_key
from scapcoach.recording.pieces import (
    WARM_UP,
    Piece,
    Stretch,
    follow,
    joined,
    keep_piece,
    kept_piece,
    last_seen,
    lead_in,
    pieces_of,
)
from scapcoach.recording.places import content_hash, keep_partial, kept_landmarks, partial_folder
from scapcoach.sources.frames import SourceInfo
from scapcoach.sources.video import VideoFile
from tests.support import videos
from tests.support.cli import SAMPLES
from tests.support.cli import scapcoach as run
from tests.support.synthetic import synthetic_poses

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.landmarks import Poses

KEY = landmarks_key("content", Options())


def test_how_a_recording_is_cut() -> None:
    info = SourceInfo("x", (640, 480), 30.0, 3600.0, 108_000)
    assert pieces_of(info, 10) == tuple(
        Piece(600.0 * i, 600.0 * (i + 1) if i < 5 else math.inf) for i in range(6)
    )
    assert pieces_of(replace(info, duration=850.0), 10) == ()
    assert len(pieces_of(replace(info, duration=950.0), 10)) == 2
    assert pieces_of(replace(info, duration=math.nan), 10) == ()


@pytest.mark.parametrize(
    ("name", "gop", "b_frames"),
    [("a.mp4", 250, 0), ("b.mp4", 20, 2), ("c.mkv", 20, 2), ("d.avi", 20, 0), ("e.ts", 20, 2)],
)
def test_frames_from_a_time_on_are_those_of_the_whole_file(
    tmp_path: Path, name: str, gop: int, b_frames: int
) -> None:
    path = videos.write_clip(tmp_path / name, videos.Clip(n=120, gop=gop, b_frames=b_frames))
    whole = [(f.t, videos.read_number(f.image)) for f in VideoFile(path)]
    assert [n for _, n in whole] == list(range(120))
    for since in (0.5, 1.3, 2.0, 3.9, 100.0):
        with VideoFile(path, since=since) as part:
            assert [(f.t, videos.read_number(f.image)) for f in part] == [
                pair for pair in whole if pair[0] >= since
            ]
            assert part.mended_times == 0


def moved(poses: Poses, pixels: float) -> Poses:
    return replace(poses, xy=poses.xy + np.float32(pixels))


def never(*_: object) -> Stretch:
    raise AssertionError("no piece is done again")


def test_pieces_are_joined_to_the_whole(tmp_path: Path) -> None:
    whole = synthetic_poses(900, (640, 480))
    pieces = [Piece(0, 10), Piece(10, 20), Piece(20, math.inf)]
    folder = tmp_path / "row"
    for piece in pieces:
        assert joined(folder, pieces, KEY, never) is None
        part = whole[(whole.t >= piece.start - WARM_UP) & (whole.t < piece.stop)]
        keep_piece(folder, piece, KEY, Stretch(part, ("odd",)))
    found = joined(folder, pieces, KEY, never)
    assert found is not None
    assert (found.poses.t == whole.t).all()
    np.testing.assert_array_equal(found.poses.xy, whole.xy)
    assert found.warnings == ("odd",)
    other = landmarks_key("another", Options())
    assert kept_piece(folder, pieces[0], other) is None


@pytest.mark.parametrize("why", ["another body", "nobody", "another number"])
def test_a_piece_that_follows_somebody_else_is_done_again(tmp_path: Path, why: str) -> None:
    whole = synthetic_poses(600, (640, 480))
    pieces, folder = [Piece(0, 10), Piece(10, math.inf)], tmp_path / "row"
    keep_piece(folder, pieces[0], KEY, Stretch(whole[whole.t < 10]))
    late = whole[whole.t >= 10 - WARM_UP]
    wrong = {
        "another body": moved(late, 200),
        "nobody": replace(late, subject=np.full(len(late), -1)),
        "another number": replace(late, subject=np.ones(len(late))),
    }[why]
    keep_piece(folder, pieces[1], KEY, Stretch(wrong))
    asked: list[tuple[Piece, float]] = []

    def again(piece: Piece, since: float, at: tuple[float, float]) -> Stretch:
        asked.append((piece, since))
        assert np.hypot(*(at - whole.point(11, 12, 23, 24)[np.searchsorted(whole.t, since)])) < 3
        return Stretch(whole[whole.t >= since])

    found = joined(folder, pieces, KEY, again)
    assert found is not None
    np.testing.assert_array_equal(found.poses.xy, whole.xy)
    assert len(asked) == 1
    assert 10 - 1.1 * WARM_UP < asked[0][1] <= 10 - 0.9 * WARM_UP


def test_where_nobody_was_seen_the_next_person_is_the_subject(tmp_path: Path) -> None:
    whole = synthetic_poses(600, (640, 480))
    early = whole[whole.t < 10]
    nobody = replace(early, subject=np.full(len(early), -1))
    assert last_seen(nobody) is None
    pieces, folder = [Piece(0, 10), Piece(10, math.inf)], tmp_path / "row"
    keep_piece(folder, pieces[0], KEY, Stretch(nobody))
    keep_piece(folder, pieces[1], KEY, Stretch(whole[whole.t >= 8]))
    found = joined(folder, pieces, KEY, never)
    assert found is not None
    assert (found.poses.t == whole.t).all()


def test_landmarks_of_another_key_are_not_mixed_up(tmp_path: Path) -> None:
    whole = synthetic_poses(60, (640, 480))
    keep_partial(tmp_path / "row", whole, landmarks_key("old", Options()))
    keep_piece(tmp_path / "row", Piece(0, 1), KEY, Stretch(whole))
    assert kept_landmarks(tmp_path / "row", KEY) is None


def test_a_cut_clip_is_as_good_as_an_uncut_one(tmp_path: Path) -> None:
    """The tolerances of docs/how-to/batch.md; a process does a piece, the last joins them."""
    clip = SAMPLES / "phantom_row_oblique.mp4"
    for name, more in (("whole", ()), ("cut", ("--split-minutes", 0.15, "--workers", 2))):
        done = run("analyze", clip, "-o", tmp_path / name, "--no-video", "--model", "lite", *more)
        assert done.returncode == 0, done.stderr
    whole, cut = (
        read_landmarks(tmp_path / name / "phantom_row_oblique" / "landmarks.parquet")
        for name in ("whole", "cut")
    )
    assert (whole.t == cut.t).all()
    assert (whole.subject == cut.subject).all()
    assert (whole.xy != cut.xy).any(), "it was cut"
    gap = np.linalg.norm(whole.xy - cut.xy, axis=-1)[:, 11:25] / np.median(trunk_length(whole))
    assert np.percentile(gap, 95) < 0.02
    first, second = (
        json.loads((tmp_path / name / "phantom_row_oblique" / "summary.json").read_text("utf-8"))
        for name in ("whole", "cut")
    )
    assert first["settings"] == second["settings"]
    again = run("analyze", clip, "-o", tmp_path / "cut", "--no-video", "--model", "lite",
                "--split-minutes", 0.15)  # fmt: skip
    assert "1 skipped" in again.stdout
    assert not list(tmp_path.glob("cut/*.partial"))


def test_the_one_who_was_followed_is_followed_on(tmp_path: Path) -> None:
    """Two people: the second piece alone would choose again."""
    clip = SAMPLES / "two_people_outdoors.mp4"
    options = Options(model="lite")
    with VideoFile(clip) as source:
        middle = source.info.duration / 2
    first = follow(clip, Piece(0, middle), options, lambda *_: None)
    assert first is not None
    seen = last_seen(first.poses)
    assert seen is not None
    second = follow(clip, Piece(middle, middle + 2), options, lambda *_: None,
                    since=seen[0], subject_at=seen[1])  # fmt: skip
    assert second is not None
    times, a, b = np.intersect1d(first.poses.t, second.poses.t, return_indices=True)
    assert len(times) > 10
    gap = np.linalg.norm(first.poses.xy[a] - second.poses.xy[b], axis=-1)[:, 11:25]
    trunk = np.nanmedian(trunk_length(first.poses))
    assert np.nanmedian(gap) < 0.05 * trunk
    # An interrupted run goes on in the same way.
    folder = tmp_path / clip.stem
    keep_partial(folder, first.poses, landmarks_key("it", options))
    whole = analyze_into(clip, folder, "it", replace(options, video=False)).poses
    np.testing.assert_array_equal(whole.t[: len(first.poses)], first.poses.t)
    later = whole[whole.t >= middle - 0.5]
    assert (later.subject[:25] == 0).all()
    steps = np.linalg.norm(np.diff(later.point(11, 12, 23, 24)[:25], axis=0), axis=1)
    assert steps.max() < 0.2 * trunk, "nobody else is taken up where it goes on"


def test_how_to_go_on() -> None:
    poses = replace(synthetic_poses(300, (640, 480)), subject=np.zeros(300))
    assert lead_in(poses[:0]).first == 0
    lead = lead_in(poses)
    assert poses.t[-1] - 1.1 * WARM_UP < poses.t[lead.first] <= poses.t[-1] - 0.9 * WARM_UP
    assert lead.end == poses.t[-1]
    assert lead.seen == pytest.approx(poses.t[-1], abs=0.05)
    # Somebody who left is looked at where they were last there; nobody says nothing.
    gone = replace(poses, subject=np.where(poses.t < 5, 0, -1))
    lead = lead_in(gone)
    assert poses.t[lead.first] < lead.seen <= 5.05
    nobody = replace(poses, subject=np.full(300, -1))
    assert (lead_in(nobody).first, lead_in(nobody).subject_at) == (300, None)


def test_pieces_that_are_there_are_not_found_again(tmp_path: Path) -> None:
    clip = SAMPLES / "phantom_shrug_front.mp4"
    command = ("analyze", clip, "-o", tmp_path, "--no-video", "--model", "lite",
               "--split-minutes", 0.2, "--workers", 1)  # fmt: skip
    options = Options(model="lite", video=False)
    key, folder = landmarks_key(content_hash(clip), options), tmp_path / clip.stem
    with VideoFile(clip) as source:
        pieces = pieces_of(source.info, 0.2)
    found = follow(clip, pieces[0], options, lambda *_: None)
    assert found is not None
    marked = Stretch(replace(found.poses, visibility=found.poses.visibility * np.float32(0.999)))
    keep_piece(folder, pieces[0], key, marked)
    assert run(*command).returncode == 0
    landmarks = read_landmarks(folder / "landmarks.parquet")
    early = landmarks.t < pieces[0].stop
    np.testing.assert_array_equal(landmarks.visibility[early], marked.poses.visibility)
    assert not partial_folder(folder).exists()
