"""`scapcoach check`: pictures in, a page with lines and plain words out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scapcoach.cli import options

if TYPE_CHECKING:
    from scapcoach.desk.check import PhotoCheck
    from scapcoach.desk.posture import Baseline
    from scapcoach.pose.landmarker import Landmarker

_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})

#: People looked for in a picture.
_PEOPLE: Final = 4


@click.command("check")
@click.argument("pictures", nargs=-1, metavar="[PICTURE...]",
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="check.html",
              show_default=True, help="The page to write.")  # fmt: skip
@click.option("--reference", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A picture of you sitting as you want to sit, from the same direction: gives "
              "the hunch score.")  # fmt: skip
@click.option("--source", default="0", show_default=True, metavar="CAMERA|FILE",
              help="Camera for the check without pictures.")  # fmt: skip
@options.model
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(
    pictures: tuple[Path, ...],
    out: Path,
    reference: Path | None,
    source: str,
    model: str,
    as_json: bool,
) -> int:
    """Check posture in PICTUREs or a folder of them, or before the webcam.

    Without PICTURE the webcam is used: sit as you do, then turn to the side; it takes under a
    minute. The page shows each picture with its lines and says what it cannot show. Pictures
    stay on this computer.

    \b
    Examples:
      scapcoach check
      scapcoach check front.jpg side.jpg --out me.html
      scapcoach check photos/ --reference upright.jpg --json
    """  # noqa: D301 - click reads the \\b
    from scapcoach.desk.check import to_plain
    from scapcoach.model_files import model_file
    from scapcoach.pose.landmarker import Landmarker
    from scapcoach.report.check_page import check_page
    from scapcoach.report.page import write_page

    files = _files(pictures)
    landmarker = Landmarker(model_file(model, mask=False), people=_PEOPLE)
    try:
        rest = _reference(reference, landmarker)
        checks = (
            [_check(f, landmarker, rest) for f in files]
            if pictures
            else _camera(source, landmarker, rest)
        )
    finally:
        landmarker.close()
    write_page(out, check_page(checks))
    if as_json:
        click.echo(json.dumps(to_plain(checks), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(line for c in checks for line in _lines(c)))
    click.echo(f"Written: {out}", err=as_json)
    return 0 if any(c.found for c in checks) else 1


def _files(pictures: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in pictures:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in _ENDINGS)
            if not inside:
                raise click.UsageError(f"There is no picture (JPEG, PNG, WebP) in {path}.")
            found += inside
        else:
            found.append(path)
    return found


def _reference(path: Path | None, landmarker: Landmarker) -> Baseline | None:
    if path is None:
        return None
    from scapcoach.desk.check import find_largest_person, read_picture, reference_baseline

    return reference_baseline(find_largest_person(read_picture(path), landmarker)[0], path.name)


def _check(path: Path, landmarker: Landmarker, rest: Baseline | None) -> PhotoCheck:
    from scapcoach.desk.check import check_picture, find_largest_person, read_picture

    image = read_picture(path)
    return check_picture(path.name, image, *find_largest_person(image, landmarker), rest)


def _camera(source: str, landmarker: Landmarker, rest: Baseline | None) -> list[PhotoCheck]:
    from scapcoach.desk.photo import take_two_pictures

    return take_two_pictures(source, landmarker, rest, lambda text: click.echo(text, err=True))


def _lines(check: PhotoCheck) -> list[str]:
    lines = [f"{check.name}: {check.view.label or 'nobody was found'}"]
    for f in check.findings:
        value: Any = "not shown" if f.value is None else f"{f.value:.0f} {f.unit}".strip()
        lines.append(f"  {f.title}: {value}. {f.words}")
    return lines
