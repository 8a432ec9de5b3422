"""Unit tests are where the code that they test is: tests/unit/<package>/test_<module>.py."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"

#: Folders of tests whose code is outside the package.
ELSEWHERE = {
    "bench": ROOT / "bench",
    "tools": ROOT / "tools",
    "support": ROOT / "tests" / "support",
}

#: Files of tests that are about more than one module of their package.
WIDER = {"desk/test_parts.py", "geometry/test_geometry.py"}

#: Files of tests about the project as a whole.
PROJECT = {"citation", "hooks", "layout", "native_imports", "pages", "public_surface"}


def modules(folder: Path) -> set[str]:
    return {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()}


def test_every_file_of_tests_is_named_after_a_module_and_beside_it() -> None:
    astray = []
    for file in sorted(UNIT.rglob("test_*.py")):
        place = file.relative_to(UNIT)
        folder = place.parent.as_posix()
        if folder == "phantom" or place.as_posix() in WIDER:
            continue  # the phantom's tests go with what is rendered, not with single modules
        code = ELSEWHERE.get(folder, ROOT / "src" / "scapcoach" / folder)
        name = file.stem.removeprefix("test_")
        known = PROJECT | modules(code) if folder == "." else modules(code) if code.is_dir() else ()
        # More than one file may be about a module: test_reps.py, test_reps_ghosts.py.
        if not any(name == module or name.startswith(f"{module}_") for module in known):
            astray.append(place.as_posix())
    assert not astray, f"no module of that name: {astray}"
