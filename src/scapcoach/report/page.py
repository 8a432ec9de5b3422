"""Pages: each a template, rendered into one HTML file that opens offline and uses no network."""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from scapcoach.files import atomic_path
from scapcoach.overlay.text import font_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from scapcoach.arrays import Image
    from scapcoach.overlay.text import Weight


def render(template: str, **values: Any) -> str:
    """Render a template of this package with `values`; every text in them is escaped.

    Raises:
        jinja2.UndefinedError: the template needs a value that is missing.
    """
    return _templates().get_template(template).render(values)


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def jpeg(image: Image) -> str:
    """A picture as a data URL.

    Args:
        image: (H, W, 3) uint8 RGB.
    """
    import cv2

    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return f"data:image/jpeg;base64,{base64_text(data.tobytes())}"


def base64_text(data: bytes) -> str:
    """Bytes as Base64, for a page."""
    return base64.b64encode(data).decode("ascii")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("scapcoach.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False, "separators": (",", ":"), "allow_nan": False,
    }  # fmt: skip
    made.globals |= {"asset": _asset, "font": _font}
    return made


def _asset(name: str) -> str:
    """A style sheet or a script of this package."""
    return files("scapcoach.report").joinpath("assets", name).read_text(encoding="utf-8")


def _font(weight: Weight) -> str:
    return base64_text(font_bytes(weight))
