"""TRC export: landmarks as the marker file that OpenSim, Pose2Sim and Sports2D read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.files import atomic_path
from scapcoach.landmarks import Landmark, Poses

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.export.results import AnalysisResults

#: MediaPipe's axes (x right in the picture, y down, z away from the camera) to x right, y up,
#: z towards the camera: right-handed with Y up, as OpenSim expects.
_AXES: Final = (1.0, -1.0, -1.0)

_KEYS: Final = (
    "DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units",
    "OrigDataRate", "OrigDataStartFrame", "OrigNumFrames",
)  # fmt: skip

#: Points that Pose2Sim's own BlazePose skeleton names differently.
_NAMES: Final = {"FOOT_INDEX": "BigToe"}


def marker_name(point: Landmark) -> str:
    """The marker's name as in Pose2Sim's skeletons: LShoulder, RBigToe, Nose."""
    words = point.name.split("_")
    side = next((word for word in words if word in {"LEFT", "RIGHT"}), "")
    rest = "_".join(word for word in words if word != side)
    name = _NAMES.get(rest) or "".join(word.title() for word in rest.split("_"))
    return side[:1] + name


MARKERS: Final = tuple(marker_name(point) for point in Landmark)


def write(place: Path, results: AnalysisResults) -> None:
    """Write landmarks.trc.

    Raises:
        OutputError: it cannot be written.
    """
    write_trc(place / "landmarks.trc", results.poses)


def write_trc(path: Path, poses: Poses) -> None:
    """Write the world landmarks of the subject as a TRC file, whole or not at all.

    One row per frame, in metres, X to the right of the picture, Y up, Z towards the camera. The
    origin lies between the hips *on every frame*, since MediaPipe's world landmarks have no
    other: the body turns and bends in them but does not move through space. Depth (Z) is an
    estimate of the network. Times are the recording's own; the rate in the header is their
    median. Where there is nobody, or somebody other than the subject, the fields are blank.

    The layout is the one OpenSim itself writes: five lines of header, a blank one, and a tab
    after every field, also the last, so that a blank last field differs from a missing one.

    Raises:
        OutputError: it could not be written.
    """
    rate = f"{_rate(poses.t):.6g}"
    count = str(len(poses))
    # The name is part of the first line, so it must not contain line breaks or tabs.
    name = re.sub(r"\s+", " ", path.name)
    header = (
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "\t".join(_KEYS),
        "\t".join((rate, rate, count, str(len(MARKERS)), "m", rate, "1", count)),
        "Frame#\tTime\t" + "".join(f"{marker}\t\t\t" for marker in MARKERS),
        "\t\t" + "".join(f"X{k}\tY{k}\tZ{k}\t" for k in range(1, len(MARKERS) + 1)),
        "",
    )
    points = poses.world.astype(np.float64) * np.array(_AXES)
    points[poses.subject != 0] = np.nan
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in header)
        for k, (t, row) in enumerate(zip(poses.t, points, strict=True), start=1):
            out.write(f"{k}\t{t:.6f}\t{_fields(row)}\n")


def _fields(row: npt.NDArray[Any]) -> str:
    """Coordinates to a hundredth of a millimetre, each with its tab; a point is whole or blank."""
    return "".join(
        "".join(f"{value:.5f}\t" for value in point) if np.isfinite(point).all() else "\t\t\t"
        for point in row
    )


def _rate(t: npt.NDArray[Any]) -> float:
    """Frames a second by the median distance in time; 30 where there is only one frame."""
    return float(1 / np.median(np.diff(t))) if len(t) > 1 else 30.0
