"""A page in the house's dress: one HTML file, no script, no request, light and dark."""

from __future__ import annotations

import base64
import html
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from scapcoach.files import atomic_path
from scapcoach.overlay.text import font_bytes

if TYPE_CHECKING:
    from pathlib import Path

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'">
<title>{title} · scapcoach</title>
<link rel="icon" href="data:,">
<style>
@font-face {{ font-family: Barlow; font-weight: 500; \
src: url(data:font/woff;base64,{medium}) format("woff"); }}
@font-face {{ font-family: Barlow; font-weight: 700; \
src: url(data:font/woff;base64,{bold}) format("woff"); }}
{css}
</style>
</head>
<body>
<header>
  <span class="mark">scapcoach</span>
  <h1>{title}</h1>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def page(title: str, body: str, *styles: str) -> str:
    """The whole page.

    Args:
        title: heading; any text is safe.
        body: HTML, already escaped where it must be.
        styles: names of style sheets in `assets`, after the house's.
    """
    return _PAGE.format(
        title=html.escape(title),
        body=body,
        css="\n".join(_asset(name) for name in ("base.css", *styles)),
        medium=base64.b64encode(font_bytes("medium")).decode("ascii"),
        bold=base64.b64encode(font_bytes("bold")).decode("ascii"),
    )


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _asset(name: str) -> str:
    return files("scapcoach.report").joinpath("assets", name).read_text(encoding="utf-8")
