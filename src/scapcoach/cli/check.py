"""`scapcoach check`: pictures in, a page with lines and plain words out."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scapcoach.cli import options
from scapcoach.cli.streams import to_stderr

if TYPE_CHECKING:
    from scapcoach.pose.landmarker import Landmarker
    from scapcoach.report.check_page import PhotoCheck

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
    with closing(Landmarker(model_file(model, mask=False), people=_PEOPLE)) as landmarker:
        checks = _checks(files, reference, source, landmarker)
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


def _checks(
    files: list[Path], reference: Path | None, source: str, landmarker: Landmarker
) -> list[PhotoCheck]:
    from scapcoach.desk.check import (
        check_picture,
        find_largest_person,
        read_picture,
        reference_baseline,
    )
    from scapcoach.desk.photo import take_two_pictures

    rest = None
    if reference is not None:
        person, _ = find_largest_person(read_picture(reference), landmarker)
        rest = reference_baseline(person, reference.name)
    if not files:
        return take_two_pictures(source, landmarker, rest, to_stderr)
    checks = []
    for path in files:
        image = read_picture(path)
        found = find_largest_person(image, landmarker)
        checks.append(check_picture(path.name, image, *found, rest))
    return checks


def _lines(check: PhotoCheck) -> list[str]:
    lines = [f"{check.name}: {check.view.label or 'nobody was found'}"]
    for f in check.findings:
        value: Any = "not shown" if f.value is None else f"{f.value:.0f} {f.unit}".strip()
        lines.append(f"  {f.title}: {value}. {f.words}")
    return lines
