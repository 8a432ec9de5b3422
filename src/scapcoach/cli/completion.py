"""Shell completion. Names are read from file names, so nothing heavy is imported."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from scapcoach.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click
    from click.shell_completion import CompletionItem


def profiles(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of saved profiles."""
    return _proposed(
        (path.stem for path in (data_folder() / "profiles").glob("*.json")), incomplete
    )


def exercises(_ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of exercises; files where no name matches."""
    from click.shell_completion import CompletionItem

    folder = files("scapcoach").joinpath("coaching", "exercises")
    names = [file.name.removesuffix(".toml") for file in folder.iterdir()
             if file.name.endswith(".toml")]  # fmt: skip
    if "auto" in str(param.metavar):
        names.append("auto")
    return _proposed(names, incomplete) or [CompletionItem(incomplete, type="file")]


def _proposed(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    fitting = sorted(name for name in names if name.startswith(incomplete))
    if os.environ.get("_SCAPCOACH_COMPLETE", "").startswith("bash"):
        # The other shells quote inserted text themselves.
        fitting = [re.sub(r"([^\w.-])", r"\\\1", name) for name in fitting]
    return [CompletionItem(name) for name in fitting]
