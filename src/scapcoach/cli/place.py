"""A path or an address on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Place(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3 only
    """A `Path`, or a remote address as text; ``file://`` is a path.

    Args:
        exists: whether a path must be an existing file.
    """

    name = "path or address"

    def __init__(self, *, exists: bool = False) -> None:
        self._exists = exists

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """Convert a value, as click requires."""
        if isinstance(value, Path) or "://" not in value:
            path = Path(value)
        else:
            from scapcoach.batch.remote import is_address, local_path

            if is_address(value):
                return str(value)
            path = local_path(value)
        if self._exists and not path.is_file():
            self.fail(f"There is no file {path}.", param, ctx)
        return path


class Folder(Place):
    """Like `Place`, for results: a path must not be a file."""

    name = "folder"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """Convert a value, as click requires."""
        place = super().convert(value, param, ctx)
        if isinstance(place, Path) and place.exists() and not place.is_dir():
            self.fail(f"{place} is a file, not a folder.", param, ctx)
        return place
