"""Coaching: repetitions, faults, cues and a set's summary; exercises are data."""
