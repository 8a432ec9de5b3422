"""Does everything that scapcoach needs work on this computer, and if not, what to do.

What recorded videos need (packages, models, codecs, disk) fails a check; what only live use needs
(camera, display) warns.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scapcoach.errors import ScapcoachError, SoundError
from scapcoach.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two.
        state: ok; warn (something is limited); fail (analysing videos does not work).
        message: what was found.
        advice: what to do about it; "" when all is well.
    """

    name: str
    state: State
    message: str
    advice: str = ""


# The lowest versions that the package declares; a test holds them equal to pyproject.toml.
MINIMUM_VERSIONS = {
    "av": (18,),
    "click": (8, 1),
    "mediapipe": (1, 2),
    "numpy": (2, 0),
    "pillow": (10, 4),
    "platformdirs": (4,),
    "pyarrow": (17,),
    "rich": (13, 7),
    "wakepy": (1, 0),
}
MINIMUM_PYTHON = (3, 11)

# All of these own the one folder `cv2`; mediapipe brings the contrib one.
OPENCV_PACKAGES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)

# System libraries that the wheels of OpenCV and MediaPipe expect, by their Debian packages.
DEBIAN_PACKAGES = {
    "libGL.so": "libgl1",
    "libEGL.so": "libegl1",
    "libGLES": "libgles2",
    "libglib": "libglib2.0-0",
    "libgthread": "libglib2.0-0",
}

# Results of an hour of analysed 1080p video, annotated video included, take about this much.
FREE_BYTES_WANTED = 1_000_000_000
# Opening a camera takes one or two seconds; one that another program holds can hang for ever.
CAMERA_TIMEOUT_S = 15.0

_REINSTALL = "python -m pip install --force-reinstall scapcoach"


def run_checks() -> tuple[Check, ...]:
    """Look at everything. Takes a few seconds, and the camera's light may come on briefly."""
    checks: list[Check] = []
    for name, look in _LOOKS:
        try:
            checks.extend(look())
        except ScapcoachError as error:
            checks.append(Check(name, "fail", str(error), f"Try: {_REINSTALL}"))
        except Exception as error:  # noqa: BLE001 - a broken library may raise anything at all
            text = " ".join(f"{type(error).__name__}: {error}".split())
            checks.append(Check(name, "fail", text, _advice_for(text)))
    return tuple(checks)


def render(checks: Iterable[Check]) -> str:
    """The checks as plain text, one line each, advice below its check, a verdict at the end."""
    checks = tuple(checks)
    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{marks[check.state]}  {check.name:<{width}}  {check.message}")
        if check.advice:
            lines.append(f"{'':6}{'':{width}}  -> {check.advice}")
    failed = sum(check.state == "fail" for check in checks)
    warned = sum(check.state == "warn" for check in checks)
    if failed:
        verdict = f"{failed} of {len(checks)} checks failed: follow the advice, then run it again."
    elif warned:
        verdict = "Recorded videos can be analysed. What is marked warn limits other uses."
    else:
        verdict = "Everything works."
    return "\n".join([*lines, "", verdict])


def _python() -> Iterator[Check]:
    found = platform.python_version()
    where = f"Python {found}, {platform.system()} {platform.machine()}"
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        yield Check("python", "fail", where, f"Install Python {wanted} or newer.")
    else:
        yield Check("python", "ok", where)


def _packages() -> Iterator[Check]:
    found = {name: _version(name) for name in MINIMUM_VERSIONS}
    wrong = [
        f"{name}>={'.'.join(map(str, minimum))}"
        for name, minimum in MINIMUM_VERSIONS.items()
        if (version := found[name]) is None or _numbers(version) < minimum
    ]
    shown = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    if wrong:
        yield Check("packages", "fail", shown, f"python -m pip install {_quoted(wrong)}")
    else:
        yield Check("packages", "ok", shown)


def _opencv() -> Iterator[Check]:
    installed = [name for name in OPENCV_PACKAGES if _version(name) is not None]
    if len(installed) > 1:
        yield Check(
            "opencv",
            "fail",
            f"{' and '.join(installed)} are both installed and overwrite each other's files",
            f"python -m pip uninstall -y {' '.join(installed)} && "
            "python -m pip install opencv-contrib-python",
        )
        return
    import cv2

    yield Check("opencv", "ok", f"cv2 {cv2.__version__} from {', '.join(installed) or 'elsewhere'}")


def _models() -> Iterator[Check]:
    from scapcoach.pose.models import model_file

    files = [model_file(name, mask=mask) for name in ("lite", "full") for mask in (False, True)]
    folders = ", ".join(sorted({str(file.path.parent) for file in files}))
    yield Check("models", "ok", f"{len(files)} model files, unchanged, in {folders}")


def _codecs() -> Iterator[Check]:
    """Write H.264 as the annotated video has it, and read it as an input is read."""
    import numpy as np

    from scapcoach.pyav import av
    from scapcoach.sources.video import VideoFile

    ramp = np.linspace(16, 235, 64, dtype=np.uint8)
    picture = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (48, 64, 3)))
    with tempfile.TemporaryDirectory(prefix="scapcoach-") as folder:
        path = Path(folder) / "check.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for _ in range(2):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        with VideoFile(path) as video:
            frames = [frame.image for frame in video]
    av.Codec("aac", "w")  # for the sound track; raises where it is missing
    error = max((float(np.abs(f.astype(int) - picture).mean()) for f in frames), default=255.0)
    # Ten grey levels are far above what the encoder loses (below 2) and far below a wrong picture.
    if len(frames) != 2 or error > 10:
        yield Check(
            "video",
            "fail",
            f"H.264 does not survive writing and reading ({len(frames)} of 2 frames)",
            "python -m pip install --force-reinstall av",
        )
    else:
        yield Check("video", "ok", "H.264 can be written and read")


def _pose() -> Iterator[Check]:
    import numpy as np

    from scapcoach.pose.mediapipe import MediaPipePose

    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    started = time.perf_counter()
    with MediaPipePose("full") as pose:
        ready = time.perf_counter()
        found = pose.detect(noise, 0.0)
        done = time.perf_counter()
    message = (
        f"the full model starts in {ready - started:.1f} s, "
        f"a first look takes {1000 * (done - ready):.0f} ms"
    )
    if found is not None and bool((found.visibility > 0.9).all()):
        yield Check(
            "pose", "fail", "the model sees a whole person in pure noise", f"Try: {_REINSTALL}"
        )
    else:
        yield Check("pose", "ok", message)


def _disk() -> Iterator[Check]:
    folder = data_folder()
    try:
        existing = next(p for p in (folder, *folder.parents) if p.is_dir())
        # A probe that leaves nothing behind: not even the folder, if it is not there yet.
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        yield Check(
            "data folder",
            "fail",
            f"{folder} cannot be written: {error.strerror}",
            "Profiles and history are kept there. Give yourself write permission, or set "
            "SCAPCOACH_DATA_DIR to a folder of yours.",
        )
    else:
        yield Check("data folder", "ok", str(folder))
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    message = f"{free / 1e9:.1f} GB free in {here}"
    if free < FREE_BYTES_WANTED:
        yield Check("disk", "warn", message, "Free some space, or choose another --out folder.")
    else:
        yield Check("disk", "ok", message)


def _camera() -> Iterator[Check]:
    if sys.platform.startswith("linux"):
        devices = sorted(str(path) for path in Path("/dev").glob("video*"))
        if not devices:
            yield Check(
                "camera",
                "warn",
                "no camera found (no /dev/video*)",
                "Only live coaching needs one: plug it in, or hand it to this container or "
                "virtual machine.",
            )
            return
        if not any(os.access(device, os.R_OK | os.W_OK) for device in devices):
            yield Check(
                "camera",
                "warn",
                f"{', '.join(devices)} may not be opened by you",
                "sudo usermod -aG video $USER, then log out and in again.",
            )
            return
    yield _try_camera()


# Printed by a child process, so that a driver that hangs or crashes takes nothing with it.
_CAMERA_SCRIPT = """
import cv2
camera = cv2.VideoCapture(0)
ok, picture = camera.read()
print("picture", *picture.shape[1::-1]) if ok else print("none")
"""


def _try_camera() -> Check:
    advice = (
        "Close other programs that use the camera and, in the system's privacy settings, allow "
        "this terminal to use it. Only live coaching needs a camera."
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CAMERA_SCRIPT],
            capture_output=True,
            text=True,
            timeout=CAMERA_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Check(
            "camera", "warn", f"the camera did not answer in {CAMERA_TIMEOUT_S:.0f} s", advice
        )
    words = done.stdout.split()
    if words[:1] == ["picture"]:
        return Check("camera", "ok", f"gives pictures of {words[1]} x {words[2]}")
    return Check("camera", "warn", "a camera is there but gives no picture", advice)


def _display() -> Iterator[Check]:
    if not sys.platform.startswith("linux"):
        yield Check("display", "ok", "the system's own")
        return
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if value := os.environ.get(variable):
            yield Check("display", "ok", f"{variable}={value}")
            return
    yield Check(
        "display",
        "warn",
        "none (neither DISPLAY nor WAYLAND_DISPLAY is set)",
        "Only the live window needs one: run it on a desktop, or log in with ssh -X.",
    )


def _voice() -> Iterator[Check]:
    from scapcoach.sound.players import find_player
    from scapcoach.sound.voices import find_voice

    try:
        yield Check("voice", "ok", find_voice(find_player(), Path()).name)
    except SoundError as error:
        message, _, advice = str(error).partition(": ")
        yield Check("voice", "warn", message, f"Only spoken cues need one: {advice}")


_LOOKS: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
    ("python", _python),
    ("packages", _packages),
    ("opencv", _opencv),
    ("models", _models),
    ("video", _codecs),
    ("pose", _pose),
    ("disk", _disk),
    ("camera", _camera),
    ("display", _display),
    ("voice", _voice),
)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The release numbers at the head of a version: "1.2.3rc1" gives (1, 2, 3)."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def _quoted(requirements: list[str]) -> str:
    return " ".join(f'"{requirement}"' for requirement in requirements)


def _advice_for(text: str) -> str:
    """What to do about an exception of a third-party library, as far as its text tells."""
    if ".so" in text and sys.platform.startswith("linux"):
        packages = sorted({deb for lib, deb in DEBIAN_PACKAGES.items() if lib in text})
        if packages:
            return (
                f"A system library is missing. Debian, Ubuntu: sudo apt-get install "
                f"{' '.join(packages)}; elsewhere the package that holds it."
            )
    if missing := re.search(r"No module named '([\w]+)", text):
        return f"The package {missing[1]} is missing. {_REINSTALL}"
    return f"Try: {_REINSTALL}"
