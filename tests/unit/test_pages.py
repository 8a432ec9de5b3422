"""The pages hang together: every link and anchor leads somewhere, every page can be reached."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from scapcoach import errors
from tools import architecture

ROOT = Path(__file__).resolve().parents[2]
INDEX = ROOT / "docs" / "index.md"
PAGES = sorted(
    p for p in ROOT.rglob("*.md") if not {".venv", "results"} & set(p.relative_to(ROOT).parts)
)


def prose(page: Path) -> str:
    """The text without what stands in fences and between backticks."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "``", text)


def links(page: Path) -> list[tuple[Path, str]]:
    """Target and anchor of every relative link; an anchor alone is of the page itself."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", prose(page))
    return [
        ((page.parent / target).resolve() if target else page, anchor)
        for target, anchor in found
        if not re.match(r"[a-z]+:", target)
    ]


def anchors(page: Path) -> set[str]:
    """As the hosting site makes them from the headings: small letters, no marks, dashes."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower().replace("`", "")
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_relative_link_and_anchor_exists(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{page.relative_to(ROOT)}: {target}"
        if anchor:
            assert anchor in anchors(target), f"{page.relative_to(ROOT)}: {target.name}#{anchor}"


def test_every_page_can_be_reached_from_the_index_and_leads_back() -> None:
    reached, ahead = set(), [INDEX]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md" and ROOT / "docs" in page.parents:
            reached.add(page)
            ahead += [target for target, _ in links(page)]
    pages = set((ROOT / "docs").rglob("*.md"))
    assert reached == pages, sorted(p.name for p in pages - reached)
    for page in pages - {INDEX}:
        assert INDEX in {target for target, _ in links(page)}, page.name


def test_the_index_names_every_page_in_one_line() -> None:
    text = INDEX.read_text("utf-8")
    for page in set((ROOT / "docs").rglob("*.md")) - {INDEX}:
        place = page.relative_to(INDEX.parent).as_posix()
        assert len(re.findall(rf"^- \[[^]]+\]\({re.escape(place)}\).+$", text, re.MULTILINE)) == 1


def test_files_of_the_repository_that_pages_name_exist() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        made = {
            f"src/{module.replace('.', '/')}.py"
            for module in re.findall(r"<!-- file: (\S+) -->", text)
        }  # of an example
        for name in re.findall(r"`((?:src|tools|tests|docs)/[\w./-]+)`", text):
            assert name in made or (ROOT / name).exists(), f"{page.relative_to(ROOT)}: {name}"


def test_every_error_is_on_its_page() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\d) \| (.+) \|$",
        (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8"), re.MULTILINE,
    )  # fmt: skip
    expected = [
        (name, str(error.exit_code), (inspect.getdoc(error) or "").splitlines()[0])
        for name, error in vars(errors).items()
        if inspect.isclass(error) and issubclass(error, errors.ScapcoachError)
    ]
    assert rows == expected


def test_the_floors_on_the_page_are_those_of_the_import_contract() -> None:
    page = architecture.PAGE.read_text("utf-8")
    assert architecture.written(page) == architecture.render(), "run: python -m tools.architecture"
    for name in ("cli", "measures", "pyav"):
        assert any(name in floor for floor in architecture.floors())


def test_the_architecture_answers_twelve_questions_each_with_a_file() -> None:
    text = architecture.PAGE.read_text("utf-8").partition("## Twelve questions")[2]
    questions = re.findall(r"^\| (.+\?) \| (.+) \|$", text, re.MULTILINE)
    assert len(questions) == 12
    for question, answer in questions:
        files = re.findall(r"`(src/[\w./]+)`", answer)
        assert files, question
        assert all((ROOT / file).exists() for file in files), question
