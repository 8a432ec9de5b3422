"""Rerun export: one .rrd recording with landmarks, measures, repetitions and cues over time.

Needs the extra ``rerun``. Writing a file uses no network and starts no viewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import MissingExtraError, OutputError
from scapcoach.files import atomic_path
from scapcoach.installed import install_extra
from scapcoach.landmarks import SKELETON, Landmark
from scapcoach.overlay.skeleton import BONES, hue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray
    from scapcoach.export.results import AnalysisResults
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures


#: The name of the time axis in the viewer.
TIMELINE: Final = "time"

_LABELS: Final = np.array([point.name.lower() for point in Landmark])
_COLORS: Final = np.array([hue(point) for point in Landmark], np.uint8)
_BONE_COLORS: Final = np.array([hue(a, b) for a, b in SKELETON], np.uint8)


def need_rerun() -> Any:
    """The module `rerun`.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import rerun
    except ImportError as error:
        raise MissingExtraError(
            "Writing .rrd files needs the Rerun SDK, which is not installed: "
            f"{install_extra('rerun')}"
        ) from error
    return rerun


def write(place: Path, results: AnalysisResults) -> None:
    """Write recording.rrd.

    Raises:
        MissingExtraError: the Rerun SDK is not installed.
        OutputError: it cannot be written.
    """
    write_rrd(
        place / "recording.rrd",
        results.poses,
        results.measures,
        name=results.name,
        video=results.video,
        notes=results.notes,
    )


def write_rrd(
    path: Path,
    poses: Poses,
    measures: Measures,
    *,
    name: str,
    video: Path | None = None,
    notes: Iterable[tuple[float, str]] = (),
) -> None:
    """Write a recording for the Rerun viewer, whole or not at all.

    It holds ``picture/points`` and ``picture/bones`` (pixels of the video, or of the recording
    without one), ``world/points`` and ``world/bones`` (metres, x right, y down, z away from the
    camera, as MediaPipe gives them), ``measures/<name>`` and ``measures/<name>_deg`` with their
    sigmas under ``sigma/``, ``notes`` (text) and, if there is a video, the video itself.

    Args:
        path: the file to write.
        poses: landmarks of every frame; frames without a person show nothing.
        measures: of the same frames.
        name: title of the recording.
        video: an MP4 to store inside; points are scaled to its pictures.
        notes: (seconds, text) of what was said or counted.

    Raises:
        MissingExtraError: the Rerun SDK is not installed.
        OutputError: it could not be written.
    """
    rr = need_rerun()
    # Through memory: on a full disk the SDK's own file writer only logs, and leaves half a file.
    with rr.RecordingStream("scapcoach") as stream:
        memory = stream.binary_stream()
        stream.set_log_time_enabled(False)  # only the recording's own time
        stream.set_log_tick_enabled(False)
        stream.send_recording_name(name)
        scale = np.ones(2)
        if video is not None:
            scale = np.array(_picture_size(video)) / np.array(poses.size)
            _send_video(rr, stream, video)
        _send_points(rr, stream, "picture", poses.t, poses.xy * scale)
        _send_points(rr, stream, "world", poses.t, poses.world)
        _send_measures(rr, stream, measures)
        for t, text in notes:
            stream.set_time(TIMELINE, duration=t)
            stream.log("notes", rr.TextLog(text))
        data = memory.read()
    if not data:
        raise OutputError(f"{path} could not be written: the Rerun SDK gave no data.")
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def _send_points(rr: Any, stream: Any, where: str, t: FloatArray, points: FloatArray) -> None:
    """Joints and bones of every frame; (T, 33, 2) or (T, 33, 3), NaN is left out."""
    flat = points.shape[-1] == 2
    dots, strips = (rr.Points2D, rr.LineStrips2D) if flat else (rr.Points3D, rr.LineStrips3D)
    width = 3.0 if flat else 0.008
    if not flat:
        stream.log(where, rr.ViewCoordinates.RIGHT_HAND_Y_DOWN, static=True)
    seen: npt.NDArray[np.bool_] = np.all(np.isfinite(points), axis=-1)
    frame, point = np.nonzero(seen)
    times = [rr.TimeColumn(TIMELINE, duration=t)]
    joints = dots.columns(
        positions=points[frame, point],
        colors=_COLORS[point],
        labels=_LABELS[point],
        radii=np.full(len(frame), width),
    )
    stream.send_columns(f"{where}/points", times, joints.partition(seen.sum(axis=1)))
    stream.log(f"{where}/points", dots.from_fields(show_labels=False), static=True)
    whole: npt.NDArray[np.bool_] = np.all(seen[:, BONES], axis=-1)
    frame, bone = np.nonzero(whole)
    lines = strips.columns(
        strips=points[frame[:, None], BONES[bone]],
        colors=_BONE_COLORS[bone],
        radii=np.full(len(frame), width / 2),
    )
    stream.send_columns(f"{where}/bones", times, lines.partition(whole.sum(axis=1)))


def _send_measures(rr: Any, stream: Any, measures: Measures) -> None:
    """Value and sigma of every measure; frames that are not judged have no point."""
    for name, series in measures.series.items():
        columns = {f"measures/{name}": series.value, f"sigma/{name}": series.sigma}
        if series.deg is not None and series.deg_sigma is not None:
            columns |= {f"measures/{name}_deg": series.deg, f"sigma/{name}_deg": series.deg_sigma}
        for entity, values in columns.items():
            known = np.isfinite(values)
            if known.any():
                stream.send_columns(
                    entity,
                    indexes=[rr.TimeColumn(TIMELINE, duration=measures.t[known])],
                    columns=rr.Scalars.columns(scalars=values[known].astype(np.float64)),
                )


def _send_video(rr: Any, stream: Any, video: Path) -> None:
    asset = rr.AssetVideo(path=video)
    stream.log("picture/video", asset, static=True)
    at = np.asarray(asset.read_frame_timestamps_nanos())
    stream.send_columns(
        "picture/video",
        indexes=[rr.TimeColumn(TIMELINE, duration=1e-9 * at)],
        columns=rr.VideoFrameReference.columns_nanos(at),
    )


def _picture_size(video: Path) -> tuple[int, int]:
    from scapcoach.pyav import av

    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height
