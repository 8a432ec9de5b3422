"""A reading as plain JSON types: for the browser and for files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.guide.card import card
from scapcoach.guide.steps import TRACE_S
from scapcoach.measures.series import Reason, Status, View
from scapcoach.schema import plain

if TYPE_CHECKING:
    from scapcoach.guide.steps import Guide
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Series
    from scapcoach.session.engine import Reading


def plain_reading(reading: Reading) -> dict[str, Any]:
    """Everything that is shown of one frame; missing values are null."""
    measures, coached, cue = reading.measures, reading.coached, reading.cue
    return {
        "frame": reading.index,
        "t": round(reading.t, 4),
        "subject": int(reading.poses.subject[0]),
        "view": View(int(measures.view[0])).label,
        "yaw": plain(measures.yaw[0], 1),
        "calibration": None if reading.calibration is None else str(reading.calibration),
        "notice": reading.notice,
        "leading": reading.leading,
        "phase": coached.phase.label,
        "rep": coached.rep,
        "count": coached.count,
        "targets": plain(coached.targets, 1),
        "cue": None
        if cue is None
        else {"text": cue.text, "kind": str(cue.kind), "fault": cue.fault, "time": cue.time},
        "measures": {name: _series(series) for name, series in measures.series.items()},
    }


def _series(series: Series) -> dict[str, Any]:
    status, reason = Status(int(series.status[0])), Reason(int(series.reason[0]))
    return {
        "value": plain(series.value[0], 2),
        "sigma": plain(series.sigma[0], 2),
        "deg": None if series.deg is None else plain(series.deg[0], 2),
        "deg_sigma": None if series.deg_sigma is None else plain(series.deg_sigma[0], 2),
        "status": status.label,
        "reason": reason.label,
    }


def plain_points(poses: Poses) -> list[list[int] | None]:
    """33 times [x, y, visibility] in thousandths of width, height and 1; null where missing.

    Args:
        poses: T = 1.
    """
    share = np.rint(1000 * poses.xy[0] / np.asarray(poses.size))
    seen = np.rint(1000 * np.nan_to_num(poses.visibility[0]))
    return [
        [int(x), int(y), int(v)] if math.isfinite(x) and math.isfinite(y) else None
        for (x, y), v in zip(share.tolist(), seen.tolist(), strict=True)
    ]


def plain_guide(guide: Guide) -> dict[str, Any]:
    """A guided calibration of either kind for a page: its card, and whether it is over."""
    shown = card(guide)
    return {
        "step": str(guide.step),
        "over": guide.over,
        **plain(shown, 3),
        "share": round(shown.share, 3) if shown.share >= 0 else None,
        "checks": [{"title": c.title, "good": bool(c.good)} for c in shown.checks],
        "trace": [[round(t / TRACE_S, 3), round(height, 3)] for t, height in shown.trace],
    }
