"""What the page needs before a session: exercises, profiles, measures, the skeleton.

Numbers, units and colours of the page come from here, so that none is written twice.
"""

from __future__ import annotations

from typing import Any

from scapcoach._version import __version__
from scapcoach.calibration.profiles import list_profiles
from scapcoach.coaching.library import packaged
from scapcoach.landmarks import SHOULDERS, SKELETON
from scapcoach.measures.leading import BLADE_GAP, RETRACTION
from scapcoach.measures.registry import HUNCH_ZONES, SPECS, degree_range
from scapcoach.measures.series import Reason, Status
from scapcoach.measures.words import CARDS, suffix
from scapcoach.overlay.readings import SHORT
from scapcoach.overlay.skeleton import EDGE, VISIBLE, hue
from scapcoach.web.colors import css_color

#: Advice that names the page's buttons.
_ADVICE_OF_PAGE = {
    Reason.NOT_CALIBRATED: "Not calibrated: press Calibrate.",
    Reason.ARMS_AWAY_FROM_CALIBRATION: (
        "Moving arms hide the blades: rest, or press Calibrate exercise."
    ),
}

#: Shown instead of numbers while the subject is not in the picture.
_NOT_THE_SUBJECT = {
    Status.NO_PERSON: "Nobody is in the picture.",
    Status.SUBJECT_CHANGED: "Somebody else: not judged.",
}


def page_setup(*, camera: bool, film: bool) -> dict[str, Any]:
    """All settings as plain JSON types; they are read at every load of the page.

    Args:
        camera: whether the pictures come from the browser's camera.
        film: whether they are stored.
    """
    from scapcoach.web.app import TAKEN

    return {
        "version": __version__,
        "taken": TAKEN,
        "camera": camera,
        "film": film,
        "exercises": [
            {"name": e.name, "title": e.title, "summary": e.summary, "film": e.film}
            for e in packaged().values()
        ],
        "profiles": list(list_profiles()),
        "measures": {
            s.name: {"title": s.title, "unit": s.unit, "suffix": suffix(s.unit), "low": s.low,
                     "high": s.high, "positive": s.positive}
            for s in SPECS.values()
        },
        "cards": [_card(name, title) for name, title in CARDS.items()],
        "degree": suffix("deg"),
        "advice": {r.label: _ADVICE_OF_PAGE.get(r, r.advice) for r in Reason if r.label}
        | {status.label: words for status, words in _NOT_THE_SUBJECT.items()},
        "body": _body(),
    }  # fmt: skip


def _card(name: str, title: str) -> dict[str, Any]:
    """One main measure: its gauges, and its plot in either unit; some share the first place."""
    spec, (low, high) = SPECS[name], degree_range(name)
    sides = [(f"{name}_{side}", side[0].upper()) for side in ("left", "right")]
    zones = [[edge, word] for edge, word in HUNCH_ZONES[:-1]] if name == "hunch" else []
    own = {"low": spec.low, "high": spec.high, "lines": [edge for edge, _ in zones],
           "words": f"{spec.low:.0f} to {spec.high:.0f}"}  # fmt: skip
    if name == BLADE_GAP:
        own |= {"lines": [0], "words": "% since the stretch"}
    elif spec.unit == "%":
        reach = max(-spec.low, spec.high)
        own = {"low": -reach, "high": reach, "lines": [-100, 0, 100], "words": "% of your range"}
    return {
        "name": name,
        "title": title,
        # Whether it is shown only while a reading names it as leading.
        "leads": name in {RETRACTION, BLADE_GAP},
        "relative": SHORT[Reason.SINCE_STRETCH].lower() if name == BLADE_GAP else "relative",
        "rows": [row for row in sides if row[0] in SPECS] or [(name, "")],
        "degrees": [low, high],
        "range": "% of your range" if spec.unit == "%" else "",
        # Edges with the word below each, and the word above them all.
        "zones": zones,
        "above": HUNCH_ZONES[-1][1] if zones else "",
        "plots": {
            "own": own,
            "degrees": {"low": low, "high": high, "lines": [0], "words": "degrees from rest"},
        },
    }


def _body() -> dict[str, Any]:
    """Bones and joints with their colours; which points are drawn, in thousandths."""
    return {
        "bones": [[int(a), int(b), css_color(hue(a, b))] for a, b in SKELETON],
        "joints": [[int(joint), css_color(hue(joint))] for joint in SHOULDERS],
        "edge": css_color(EDGE),
        "visible": round(1000 * VISIBLE),
    }
