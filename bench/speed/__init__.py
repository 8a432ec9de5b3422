"""How fast is the product, against the bare model and against itself? Ratios, interleaved.

``python -m bench.speed PART...`` measures parts, ``all`` or ``short`` all of them, ``report``
writes docs/reference/performance.md from what has been measured. Every contestant of a part is run
turn by turn, as a process of its own and whole (start-up, models, report), so that changes of the
machine's speed affect all of them alike; ratios are taken within a turn.
"""
