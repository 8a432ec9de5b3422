"""The coaching bench: rendered sets with known repetitions, faults, grips and angles of pull."""
