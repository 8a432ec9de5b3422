"""Guided calibration: framing, steps, verdicts; the same before a window and on a page."""
