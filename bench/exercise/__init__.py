"""How accurately a lift is read with an exercise calibration: per repetition and per frame.

`python -m bench.exercise` runs the product over the frozen test set and writes
docs/reference/exercise_accuracy.md.
"""
