"""The callback by which long work reports how far it is."""

from __future__ import annotations

from collections.abc import Callable

#: Called as ``progress(stage, done, total)``; the total is None where it is not known.
Progress = Callable[[str, int, int | None], None]


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""
