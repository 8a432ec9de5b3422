"""The coaching bench: rendered sets with known repetitions, faults and angles of pull."""
