"""MediaPipe without its microphone library: quick, and not broken. In fresh interpreters."""

from __future__ import annotations

import subprocess
import sys

LEAN = "from scapcoach.pose.lean import load_mediapipe; mp = load_mediapipe(); import sys; "


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_neither_plots_nor_microphones_are_loaded() -> None:
    heavy = "{'matplotlib', 'matplotlib.pyplot', 'sounddevice', 'mpl_toolkits'}"
    assert fresh(f"{LEAN} print(sorted({heavy} & set(sys.modules)), mp.Image.__name__)") == (
        "[] Image"
    )


def test_later_users_of_the_microphone_get_the_real_module() -> None:
    code = (
        "from types import ModuleType; "
        "real = ModuleType('sounddevice'); real.InputStream = 'the real one'; "
        "sys.modules['sounddevice'] = real; "  # the true library needs a sound system to import
        "from mediapipe.tasks.python.audio.core import audio_record; "
        "print(audio_record.sd.InputStream)"
    )
    assert fresh(LEAN + code) == "the real one"


def test_what_is_loaded_already_stays() -> None:
    code = (
        "import sys; from types import ModuleType; mine = ModuleType('sounddevice'); "
        f"sys.modules['sounddevice'] = mine; {LEAN} print(sys.modules['sounddevice'] is mine)"
    )
    assert fresh(code) == "True"
