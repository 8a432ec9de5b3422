"""Guided calibration: framing, steps, verdicts; the same in the window and on the page."""
