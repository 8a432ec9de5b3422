"""MediaPipe without matplotlib: quick, and nothing of it broken. Each in a fresh interpreter."""

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


def test_whoever_wants_to_plot_later_gets_the_real_thing() -> None:
    code = (
        "import os; os.environ['MPLBACKEND'] = 'agg'; "
        "from mediapipe.tasks.python.vision import drawing_utils; "
        "print(drawing_utils.plt.figure().__class__.__name__); "
        "import matplotlib, matplotlib.pyplot as plt; from matplotlib.figure import Figure; "
        "print(matplotlib.__version__ != '', plt.figure is drawing_utils.plt.figure)"
    )
    assert fresh(LEAN + code).split() == ["Figure", "True", "True"]


def test_what_is_loaded_already_stays() -> None:
    code = (
        "import matplotlib; before = matplotlib; "
        f"{LEAN} print(sys.modules['matplotlib'] is before, 'matplotlib.pyplot' in sys.modules)"
    )
    assert fresh(code).split() == ["True", "True"]


def test_the_import_is_quicker_by_far() -> None:
    clock = "import time; begun = time.process_time(); "
    took = "; print(time.process_time() - begun)"
    lean = min(float(fresh(f"{clock}{LEAN.rstrip('; ')}{took}")) for _ in range(2))
    usual = min(float(fresh(f"{clock}import mediapipe{took}")) for _ in range(2))
    assert lean < 0.75 * usual, (lean, usual)
