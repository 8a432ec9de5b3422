"""Check whether everything that scapcoach needs works on this computer, and advise what to do.

Problems with recorded videos (packages, models, codecs, disk) and packages that send data away fail
a check; problems with live use (camera, display) only give a warning.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scapcoach import installed, system_libraries
from scapcoach.errors import ScapcoachError, SoundError
from scapcoach.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class SystemCheck:
    """The result of one check.

    Attributes:
        name: what was checked, in a word or two.
        state: ok; warn (something is limited); fail (analysing videos does not work, or data is
            sent away).
        message: what was found.
        advice: what to do about it; "" when there is nothing to do.
    """

    name: str
    state: State
    message: str
    advice: str = ""


# Results of an hour of analysed 1080p video, annotated video included, take about this much.
FREE_BYTES_WANTED = 1_000_000_000
# Opening a camera takes one or two seconds; one that another program uses may never answer.
CAMERA_TIMEOUT_S = 15.0


def run_checks() -> tuple[SystemCheck, ...]:
    """Run all checks. Takes a few seconds, and the camera's light may come on briefly."""
    checks: list[SystemCheck] = []
    blamed: dict[str, str] = {}
    for name, run in _CHECKS:
        try:
            checks.extend(run())
        except Exception as error:  # noqa: BLE001 - a broken library may raise anything at all
            check = _broken(name, error)
            # One missing library breaks several checks: give the advice once.
            first = blamed.setdefault(check.advice, name)
            if first != name:
                check = SystemCheck(name, "fail", check.message, f"First do what {first} says.")
            checks.append(check)
    return tuple(checks)


def _broken(name: str, error: Exception) -> SystemCheck:
    """A check that ended in an error."""
    again = f"Try: {installed.install('scapcoach', again=True)}"
    if isinstance(error, ScapcoachError):
        return SystemCheck(name, "fail", str(error), again)
    if isinstance(error, ModuleNotFoundError) and error.name:
        message = f"the package {error.name.partition('.')[0]} is missing or damaged"
        return SystemCheck(name, "fail", message, again)
    if isinstance(error, ImportError | OSError) and (
        found := system_libraries.missing_according_to(error)
    ):
        lacks = f"this system lacks {system_libraries.listed(found)}"
        return SystemCheck(name, "fail", lacks, system_libraries.install_command(found))
    return SystemCheck(name, "fail", " ".join(f"{type(error).__name__}: {error}".split()), again)


def render(checks: Iterable[SystemCheck]) -> str:
    """The checks as plain text: one line each, with its advice below, and a verdict at the end."""
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


def _python() -> Iterator[SystemCheck]:
    found = platform.python_version()
    where = f"Python {found}, {platform.system()} {platform.machine()}"
    lowest = installed.lowest_python()
    if installed.numbers(found) < installed.numbers(lowest):
        yield SystemCheck("python", "fail", where, f"Install Python {lowest} or newer.")
    else:
        yield SystemCheck("python", "ok", where)


def _packages() -> Iterator[SystemCheck]:
    """All declared packages except OpenCV, which has several packages and its own check."""
    needed = installed.declared()
    if needed is None:
        yield SystemCheck(
            "packages",
            "warn",
            "scapcoach is not installed here, so the versions that it needs are not known",
            f"In its source tree: {installed.install('.')}",
        )
        return
    found = {name: installed.version_of(name) for name in needed if name != installed.OPENCV}
    old = [needed[name] for name, v in found.items() if v is None or needed[name].too_old(v)]
    new = [needed[name] for name, v in found.items() if v is not None and needed[name].too_new(v)]
    message = ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
    if new:
        message += f"; newer than any that was tried: {', '.join(package.name for package in new)}"
    state: State = "fail" if old else "warn" if new else "ok"
    wanted = [package.requirement for package in (*old, *new)]
    yield SystemCheck("packages", state, message, installed.install(*wanted) if wanted else "")


def _privacy() -> Iterator[SystemCheck]:
    version = installed.version_of("mediapipe")
    needed = (installed.declared() or {}).get("mediapipe", installed.Needed("mediapipe"))
    back = installed.install(needed.requirement)
    if version is None:
        return  # the check of the packages reports that
    if installed.numbers(version) >= installed.MEDIAPIPE_REPORTS_FROM:
        yield SystemCheck(
            "privacy",
            "fail",
            f"mediapipe {version} sends metrics of its use to Google (play.googleapis.com) "
            "whenever pose estimation starts or ends, and no setting is known that stops it: "
            "pictures stay here, but not the fact that, and when, somebody is watched",
            f"Go back to a version that sends nothing: {back}",
        )
    elif needed.too_new(version):
        yield SystemCheck(
            "privacy",
            "warn",
            f"mediapipe {version} is newer than those whose network use is tested",
            f"Go back to one that sends nothing: {back}",
        )
    else:
        yield SystemCheck("privacy", "ok", f"mediapipe {version} sends nothing")


def _opencv() -> Iterator[SystemCheck]:
    packages = installed.opencv_packages()
    needed = (installed.declared() or {}).get(installed.OPENCV, installed.Needed(installed.OPENCV))
    # Removing one of several also removes files of the others, so all must be removed.
    renew = f"{installed.uninstall(*packages)} && {installed.install(needed.requirement)}"
    if len(packages) > 1:
        both = f"{', '.join(list(packages)[:-1])} and {list(packages)[-1]}"
        yield SystemCheck("opencv", "fail", f"{both} overwrite each other's files", renew)
        return
    try:
        import cv2
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        message = "cv2 is missing, as it is when one of two OpenCV packages was removed"
        yield SystemCheck(
            "opencv", "fail", message, installed.install(needed.requirement, again=True)
        )
        return
    name = next(iter(packages), "elsewhere")
    message = f"cv2 {cv2.__version__} from {name}"
    if name.endswith("headless"):
        yield SystemCheck("opencv", "warn", f"{message}: it cannot open the live window", renew)
    elif name not in (installed.OPENCV, "elsewhere"):
        message += f": it does as well, but the next update brings {installed.OPENCV} beside it"
        yield SystemCheck("opencv", "warn", message, renew)
    elif needed.too_old(packages.get(name, needed.lowest)):
        yield SystemCheck("opencv", "fail", message, installed.install(needed.requirement))
    elif needed.too_new(packages.get(name, needed.lowest)):
        message += ", newer than any that was tried"
        yield SystemCheck("opencv", "warn", message, installed.install(needed.requirement))
    else:
        yield SystemCheck("opencv", "ok", message)


def _models() -> Iterator[SystemCheck]:
    from scapcoach.model_files import model_file

    files = [model_file(name, mask=mask) for name in ("lite", "full") for mask in (False, True)]
    folders = ", ".join(sorted({str(file.path.parent) for file in files}))
    yield SystemCheck("models", "ok", f"{len(files)} model files, unchanged, in {folders}")


def _codecs() -> Iterator[SystemCheck]:
    """Write H.264 as for annotated videos, and read it as an input is read."""
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
        yield SystemCheck(
            "video",
            "fail",
            f"H.264 does not survive writing and reading ({len(frames)} of 2 frames)",
            installed.install("av", again=True),
        )
    else:
        yield SystemCheck("video", "ok", "H.264 can be written and read")


def _pose() -> Iterator[SystemCheck]:
    import numpy as np

    from scapcoach.pose.engines import open_engine

    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    started = time.perf_counter()
    with open_engine("full") as pose:
        ready = time.perf_counter()
        found = pose.detect(noise, 0.0)
        done = time.perf_counter()
    message = (
        f"the full model starts in {ready - started:.1f} s, "
        f"a first look takes {1000 * (done - ready):.0f} ms"
    )
    if found is not None and bool((found.visibility > 0.9).all()):
        yield SystemCheck(
            "pose",
            "fail",
            "the model sees a whole person in pure noise",
            f"Try: {installed.install('scapcoach', again=True)}",
        )
    else:
        yield SystemCheck("pose", "ok", message)


def _disk() -> Iterator[SystemCheck]:
    folder = data_folder()
    try:
        existing = next(p for p in (folder, *folder.parents) if p.is_dir())
        # This leaves nothing behind, not even a new folder.
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        yield SystemCheck(
            "data folder",
            "fail",
            f"{folder} cannot be written: {error.strerror}",
            "Profiles and history are kept there. Give yourself write permission, or set "
            "SCAPCOACH_DATA_DIR to a folder of yours.",
        )
    else:
        yield SystemCheck("data folder", "ok", str(folder))
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    message = f"{free / 1e9:.1f} GB free in {here}"
    if free < FREE_BYTES_WANTED:
        yield SystemCheck(
            "disk", "warn", message, "Free some space, or choose another --out folder."
        )
    else:
        yield SystemCheck("disk", "ok", message)


def _camera() -> Iterator[SystemCheck]:
    if sys.platform.startswith("linux"):
        devices = sorted(str(path) for path in Path("/dev").glob("video*"))
        if not devices:
            yield SystemCheck(
                "camera",
                "warn",
                "no camera found (no /dev/video*)",
                "Only live coaching needs one: plug it in, or hand it to this container or "
                "virtual machine.",
            )
            return
        if not any(os.access(device, os.R_OK | os.W_OK) for device in devices):
            yield SystemCheck(
                "camera",
                "warn",
                f"{', '.join(devices)} may not be opened by you",
                "sudo usermod -aG video $USER, then log out and in again.",
            )
            return
    yield _try_camera()


# Run in a child process, so that a driver that hangs or crashes does not affect this one.
_CAMERA_SCRIPT = """
import cv2
camera = cv2.VideoCapture(0)
ok, picture = camera.read()
print("picture", *picture.shape[1::-1]) if ok else print("none")
"""


def _try_camera() -> SystemCheck:
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
        return SystemCheck(
            "camera", "warn", f"the camera did not answer in {CAMERA_TIMEOUT_S:.0f} s", advice
        )
    words = done.stdout.split()
    if words[:1] == ["picture"]:
        return SystemCheck("camera", "ok", f"gives pictures of {words[1]} x {words[2]}")
    return SystemCheck("camera", "warn", "a camera is there but gives no picture", advice)


def _display() -> Iterator[SystemCheck]:
    if not sys.platform.startswith("linux"):
        yield SystemCheck("display", "ok", "the system's own")
        return
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if value := os.environ.get(variable):
            if missing := system_libraries.missing_libraries(window=True):
                yield SystemCheck(
                    "display",
                    "warn",
                    f"{variable}={value}, but a window needs {system_libraries.listed(missing)}",
                    system_libraries.install_command(missing),
                )
            else:
                yield SystemCheck("display", "ok", f"{variable}={value}")
            return
    yield SystemCheck(
        "display",
        "warn",
        "none (neither DISPLAY nor WAYLAND_DISPLAY is set)",
        "Only the live window needs one: run it on a desktop, or log in with ssh -X.",
    )


def _voice() -> Iterator[SystemCheck]:
    from scapcoach.system.sound.players import find_player
    from scapcoach.system.sound.voices import find_voice

    try:
        yield SystemCheck("voice", "ok", find_voice(find_player(), Path()).name)
    except SoundError as error:
        message, _, advice = str(error).partition(": ")
        yield SystemCheck("voice", "warn", message, f"Only spoken cues need one: {advice}")


_CHECKS: tuple[tuple[str, Callable[[], Iterator[SystemCheck]]], ...] = (
    ("python", _python),
    ("packages", _packages),
    ("privacy", _privacy),
    ("opencv", _opencv),
    ("models", _models),
    ("video", _codecs),
    ("pose", _pose),
    ("disk", _disk),
    ("camera", _camera),
    ("display", _display),
    ("voice", _voice),
)
