"""The public surface is frozen: a change here is a change for users, and goes into CHANGELOG."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import scapcoach

SURFACE = {
    "Analysis", "Calibration", "Landmark", "Measures", "OneEuro", "Options", "Poses", "Reason",
    "ScapcoachError", "Segment", "Series", "Status", "View", "ZeroPhase", "__version__", "analyze",
    "calibrate", "calibrate_automatically", "calibrate_clip", "measure", "smooth_poses",
}  # fmt: skip


def test_the_public_names() -> None:
    assert set(scapcoach.__all__) == SURFACE
    for name in SURFACE:
        assert getattr(scapcoach, name) is not None
    assert set(dir(scapcoach)) == SURFACE


def test_the_signatures() -> None:
    def parameters(function: object) -> list[str]:
        return list(inspect.signature(function).parameters)  # type: ignore[arg-type]

    assert parameters(scapcoach.analyze) == [
        "path", "out", "options", "calibration", "progress", "taken",
    ]  # fmt: skip
    assert parameters(scapcoach.measure) == ["poses", "calibration", "blades"]
    assert parameters(scapcoach.calibrate) == [
        "poses", "segments", "model_sha256", "name", "estimator",
    ]  # fmt: skip
    assert parameters(scapcoach.calibrate_automatically) == ["poses", "model_sha256", "estimator"]
    assert parameters(scapcoach.smooth_poses) == ["poses", "smoother", "max_gap"]
    assert parameters(scapcoach.Poses) == [
        "t", "xy", "world", "visibility", "presence", "subject", "size", "contour",
        "surface",
    ]  # fmt: skip


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = scapcoach.nonsense


def test_importing_costs_no_heavy_library() -> None:
    code = (
        "import sys, scapcoach, scapcoach.cli; "
        "heavy = {'mediapipe', 'cv2', 'scipy', 'av', 'pyarrow', 'matplotlib', 'numpy', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
