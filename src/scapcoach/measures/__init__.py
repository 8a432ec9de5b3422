"""Named measures with unit, sign, sigma, status and reason."""

from __future__ import annotations

from scapcoach.measures.compute import measure
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Measures, MeasureSpec, Reason, Series, Status, View

__all__ = ["SPECS", "MeasureSpec", "Measures", "Reason", "Series", "Status", "View", "measure"]
