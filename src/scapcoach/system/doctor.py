"""Does everything that scapcoach needs work on this computer, and if not, what to do.

What recorded videos need (packages, models, codecs, disk) fails a check, and so does what sends
anything away; what only live use needs (camera, display) warns.
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
class Check:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two.
        state: ok; warn (something is limited); fail (analysing videos does not work, or something
            is sent away).
        message: what was found.
        advice: what to do about it; "" when all is well.
    """

    name: str
    state: State
    message: str
    advice: str = ""


# Results of an hour of analysed 1080p video, annotated video included, take about this much.
FREE_BYTES_WANTED = 1_000_000_000
# Opening a camera takes one or two seconds; one that another program holds can hang for ever.
CAMERA_TIMEOUT_S = 15.0


def run_checks() -> tuple[Check, ...]:
    """Look at everything. Takes a few seconds, and the camera's light may come on briefly."""
    checks: list[Check] = []
    blamed: dict[str, str] = {}
    for name, look in _LOOKS:
        try:
            checks.extend(look())
        except Exception as error:  # noqa: BLE001 - a broken library may raise anything at all
            check = _broken(name, error)
            # One missing library breaks several checks: what to do is said once.
            first = blamed.setdefault(check.advice, name)
            if first != name:
                check = Check(name, "fail", check.message, f"First do what {first} says.")
            checks.append(check)
    return tuple(checks)


def _broken(name: str, error: Exception) -> Check:
    """A check that ended in an error."""
    again = f"Try: {installed.install('scapcoach', again=True)}"
    if isinstance(error, ScapcoachError):
        return Check(name, "fail", str(error), again)
    if isinstance(error, ModuleNotFoundError) and error.name:
        message = f"the package {error.name.partition('.')[0]} is missing or damaged"
        return Check(name, "fail", message, again)
    if isinstance(error, ImportError | OSError) and (found := system_libraries.lacking(error)):
        lacks = f"this system lacks {system_libraries.listed(found)}"
        return Check(name, "fail", lacks, system_libraries.install_command(found))
    return Check(name, "fail", " ".join(f"{type(error).__name__}: {error}".split()), again)


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
    lowest = installed.lowest_python()
    if installed.numbers(found) < installed.numbers(lowest):
        yield Check("python", "fail", where, f"Install Python {lowest} or newer.")
    else:
        yield Check("python", "ok", where)


def _packages() -> Iterator[Check]:
    """Everything that is declared, but for OpenCV: it has several packages, and its own check."""
    needed = installed.declared()
    if needed is None:
        yield Check(
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
    yield Check("packages", state, message, installed.install(*wanted) if wanted else "")


def _privacy() -> Iterator[Check]:
    version = installed.version_of("mediapipe")
    needed = (installed.declared() or {}).get("mediapipe", installed.Needed("mediapipe"))
    back = installed.install(needed.requirement)
    if version is None:
        return  # another check's business
    if installed.numbers(version) >= installed.MEDIAPIPE_REPORTS_FROM:
        yield Check(
            "privacy",
            "fail",
            f"mediapipe {version} sends metrics of its use to Google (play.googleapis.com) "
            "whenever pose estimation starts or ends, and no setting is known that stops it: "
            "pictures stay here, but not the fact that, and when, somebody is watched",
            f"Go back to a version that sends nothing: {back}",
        )
    elif needed.too_new(version):
        yield Check(
            "privacy",
            "warn",
            f"mediapipe {version} is newer than those whose network use is tested",
            f"Go back to one that sends nothing: {back}",
        )
    else:
        yield Check("privacy", "ok", f"mediapipe {version} sends nothing")


def _opencv() -> Iterator[Check]:
    packages = installed.opencv_packages()
    needed = (installed.declared() or {}).get(installed.OPENCV, installed.Needed(installed.OPENCV))
    # Removing one of several takes away files of the others: so all have to go.
    renew = f"{installed.uninstall(*packages)} && {installed.install(needed.requirement)}"
    if len(packages) > 1:
        both = f"{', '.join(list(packages)[:-1])} and {list(packages)[-1]}"
        yield Check("opencv", "fail", f"{both} overwrite each other's files", renew)
        return
    try:
        import cv2
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        message = "cv2 is missing, as it is when one of two OpenCV packages was removed"
        yield Check("opencv", "fail", message, installed.install(needed.requirement, again=True))
        return
    name = next(iter(packages), "elsewhere")
    message = f"cv2 {cv2.__version__} from {name}"
    if name.endswith("headless"):
        yield Check("opencv", "warn", f"{message}: it cannot open the live window", renew)
    elif name not in (installed.OPENCV, "elsewhere"):
        message += f": it does as well, but the next update brings {installed.OPENCV} beside it"
        yield Check("opencv", "warn", message, renew)
    elif needed.too_old(packages.get(name, needed.lowest)):
        yield Check("opencv", "fail", message, installed.install(needed.requirement))
    elif needed.too_new(packages.get(name, needed.lowest)):
        message += ", newer than any that was tried"
        yield Check("opencv", "warn", message, installed.install(needed.requirement))
    else:
        yield Check("opencv", "ok", message)


def _models() -> Iterator[Check]:
    from scapcoach.model_files import model_file

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
            installed.install("av", again=True),
        )
    else:
        yield Check("video", "ok", "H.264 can be written and read")


def _pose() -> Iterator[Check]:
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
        yield Check(
            "pose",
            "fail",
            "the model sees a whole person in pure noise",
            f"Try: {installed.install('scapcoach', again=True)}",
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
            if missing := system_libraries.missing_libraries(window=True):
                yield Check(
                    "display",
                    "warn",
                    f"{variable}={value}, but a window needs {system_libraries.listed(missing)}",
                    system_libraries.install_command(missing),
                )
            else:
                yield Check("display", "ok", f"{variable}={value}")
            return
    yield Check(
        "display",
        "warn",
        "none (neither DISPLAY nor WAYLAND_DISPLAY is set)",
        "Only the live window needs one: run it on a desktop, or log in with ssh -X.",
    )


def _voice() -> Iterator[Check]:
    from scapcoach.system.sound.players import find_player
    from scapcoach.system.sound.voices import find_voice

    try:
        yield Check("voice", "ok", find_voice(find_player(), Path()).name)
    except SoundError as error:
        message, _, advice = str(error).partition(": ")
        yield Check("voice", "warn", message, f"Only spoken cues need one: {advice}")


_LOOKS: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
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
