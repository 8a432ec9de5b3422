"""Exercise files: those of the package are sound, and faults are reported by line and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scapcoach.coaching import find_exercise, load_exercise, packaged
from scapcoach.coaching.library import parse
from scapcoach.errors import ExerciseError
from scapcoach.measures.registry import SPECS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name = "curl"
title = "Curl"
view = "front"
film = "Film from the front."

[movement]
full = { elbow = 90 }
least = 0.4

[[expect]]
measure = "elevation"
phase = "peak"
high = 20

[[fault]]
key = "shrugged"
title = "Shoulders hiked"
measure = "elevation_peak"
relation = "above"
limit = 40
severity = 2
external = "Long neck."
internal = "Shoulders down."
next_time = "keep the shoulders down"
evidence = "coaching practice"

[[score]]
measure = "elevation_peak"
weight = 1
zero = 60
full = 20
"""


def test_all_packaged_exercises_are_there() -> None:
    assert set(packaged()) >= {
        "row", "high_row", "bent_over_row", "pulldown", "bench_press", "squat",
        "overhead_press", "face_pull", "shrug", "backward_shrug", "retraction_hold",
    }  # fmt: skip


@pytest.mark.parametrize("name", packaged())
def test_packaged_exercises_say_what_a_person_needs(name: str) -> None:
    exercise = packaged()[name]
    assert exercise.name == name
    assert exercise.path == f"{name}.toml"
    assert exercise.summary
    assert exercise.film.endswith(".")
    assert exercise.evidence
    assert exercise.faults or any("not judged" in note for note in exercise.notes)
    for rule in exercise.faults:
        for text in (rule.external, rule.internal, rule.praise):
            assert text.endswith("."), text
            assert len(text) <= 60, "a cue is read from three metres"
        assert not rule.next_time.endswith(".")
        assert "you must" not in f"{rule.external} {rule.internal}".lower()
    assert all(target.measure in SPECS for target in exercise.expected)


def test_names_and_aliases_are_unique() -> None:
    names = [n for e in packaged().values() for n in (e.name, *e.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["row", "Seated Row", "seated-row", "LAT_PULLDOWN", " squat "])
def test_names_are_found_in_any_spelling(name: str) -> None:
    assert find_exercise(name).name in {"row", "pulldown", "squat"}


def test_the_overhead_press_never_cues_its_top() -> None:
    press = find_exercise("overhead_press")
    assert not [r for r in press.faults if r.measure in {"elevation_peak", "elevation_gain"}]


@pytest.mark.parametrize("name", ["row", "face_pull", "retraction_hold"])
def test_more_than_the_full_squeeze_is_never_rewarded(name: str) -> None:
    (part,) = [p for p in find_exercise(name).scores if p.measure == "retraction_peak"]
    assert part.points(100) == part.points(140) == 100


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(ExerciseError, match=r"no exercise 'sqat'. Did you mean 'squat'\?"):
        find_exercise("sqat")


def test_a_users_own_file(tmp_path: Path) -> None:
    file = tmp_path / "curl.toml"
    file.write_text(GOOD)
    exercise = find_exercise(str(file))
    assert exercise.name == "curl"
    assert exercise.fault("shrugged").limit == 40
    assert exercise.movement.seconds == (0.5, 15.0)


FAULTY = {
    "a field is missing": ('title = "Curl"\n', "", r"line 1, title: is missing; .* text"),
    "a typo": ("least = 0.4", "leest = 0.4", r"line 8, .*leest: unknown .* you mean 'least'"),
    "no number": ("limit = 40", 'limit = "many"', r"line 20, fault 1, limit: must be a number"),
    "not finite": ("limit = 40", "limit = nan", r"line 20, fault 1, limit: must be a number"),
    "true is no number": ("limit = 40", "limit = true", r"line 20, fault 1, limit: must be a num"),
    "an unknown measure": (
        'measure = "elevation_peak"\nrelation', 'measure = "elevation_peek"\nrelation',
        r"line 18, fault 1, measure: no such .* did you mean 'elevation_peak'",
    ),
    "an unknown joint": ("elbow = 90", "ankle = 90", r"line 7, movement, full, ankle: unknown"),
    "an unknown view": ('"front"', '"top"', r"line 3, view: must be one of front, oblique"),
    "a severity out of range": ("severity = 2", "severity = 9", r"line 21, .* one of 1, 2, 3"),
    "nothing moves": ("elbow = 90", "elbow = 0", r"line 7, .*elbow: must not be 0"),
    "no table": ("full = { elbow = 90 }", "full = 3", r"line 7, movement, full: must be a table"),
    "weights": ("weight = 1", "weight = 0.5", r"line 27, score: the weights must sum up to 1"),
    "no slope": ("zero = 60", "zero = 20", r"score 1, full: must differ from zero"),
    "a fault in its target": (
        "limit = 40", "limit = 10", r"line 20, .* 10 lies within the target of at most 20",
    ),
    "two faults with one key": (
        "[[score]]", GOOD[GOOD.index("[[fault]]") : GOOD.index("[[score]]")] + "[[score]]",
        r"line 28, fault 2, key: 'shrugged' is used twice",
    ),
    "a range upside down": (
        "least = 0.4", "least = 0.4\nseconds = [9, 2]", r"line 9, .*seconds: the first number",
    ),
    "a fault that is no table": ("[[fault]]", "[fault]", r"line 15, fault: must be a list of tab"),
    "a text that is none": ('title = "Curl"', "title = 5", r"line 2, title: must be text in quot"),
    "a blank text": ('title = "Curl"', 'title = " "', r"line 2, title: must be text in quotes"),
    "texts that are none": (
        'title = "Curl"', 'title = "Curl"\nnotes = "one"', r"line 3, notes: must be a list of te",
    ),
    "a flag that is none": (
        'title = "Curl"', 'title = "Curl"\nauto = 1', r"line 3, auto: must be true or false, not 1",
    ),
    "an unknown kind": (
        'title = "Curl"', 'title = "Curl"\nkind = "rep"', r"line 3, kind: must be one of reps, h",
    ),
    "no phase": ('phase = "peak"', 'phase = "top"', r"line 12, expect 1, phase: must be one of "),
    "no limit": ("high = 20", "", r"line 10, expect 1, low: is missing, and so is high"),
    "three numbers": (
        "least = 0.4", "least = 0.4\nseconds = [1, 2, 3]", r"line 9, .*two numbers: \[low, high\]",
    ),
    "a start of no joint": (
        "least = 0.4", "least = 0.4\nstart = { elbo = [1, 2] }", r"start, elbo: .* mean 'elbow'",
    ),
    "a weight of nothing": ("weight = 1", "weight = 0", r"line 29, .*weight: must be a share"),
    "a peak that sags away": (
        "least = 0.4", "least = 0.4\nsag = 0.9", r"line 9, movement, sag: .* 0 to 0.55",
    ),
    "degrees": (
        'peak"\nrel', 'peak_deg"\nrel', r"line 18, .*'elevation_peak_deg'; .* 'elevation_peak'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_faults_are_reported_by_line_and_field(case: str) -> None:
    old, new, message = FAULTY[case]
    assert old in GOOD
    with pytest.raises(ExerciseError, match=message) as caught:
        parse(GOOD.replace(old, new), "curl.toml")
    assert str(caught.value).startswith("curl.toml cannot be used")


def test_all_faults_are_reported_together_in_the_order_of_their_lines() -> None:
    text = GOOD.replace('"front"', '"top"').replace("severity = 2", "severity = 0")
    with pytest.raises(ExerciseError) as caught:
        parse(text, "curl.toml")
    lines = [line.split(",")[0] for line in str(caught.value).splitlines()[1:]]
    assert lines == ["  line 3", "  line 21"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match=r"nowhere.toml cannot be used: there is no such file"):
        load_exercise(tmp_path / "nowhere.toml")
    with pytest.raises(ExerciseError, match="cannot be read: it is not a regular file"):
        load_exercise(tmp_path)
    broken = tmp_path / "broken.toml"
    broken.write_text('name = "x\n')
    with pytest.raises(ExerciseError, match=r"not valid TOML: .*line 1"):
        load_exercise(broken)
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ExerciseError, match="not text in UTF-8"):
        load_exercise(broken)
    broken.write_text("x = " + "[" * 5_000)
    with pytest.raises(ExerciseError, match="not valid TOML: it is nested too deeply"):
        load_exercise(broken)
    broken.write_text("x = " + "[" * 50 + "]" * 50)
    with pytest.raises(ExerciseError, match="line 1, x: unknown field"):
        load_exercise(broken)
    broken.write_text("x = " + "9" * 5_000)
    with pytest.raises(ExerciseError, match="not valid TOML: a number in it is too long"):
        load_exercise(broken)
    broken.write_text(GOOD.replace("limit = 40", "limit = " + "9" * 400))
    with pytest.raises(ExerciseError, match=r"line 20, fault 1, limit: must be a number, not 9+"):
        load_exercise(broken)
    broken.write_text(GOOD.replace("limit = 40", "limit = 0x" + "f" * 5_000))
    with pytest.raises(ExerciseError, match="limit: must be a number, not a huge number"):
        load_exercise(broken)
    broken.write_text("# " + "x" * 200_000)
    with pytest.raises(ExerciseError, match="larger than 200,000 bytes"):
        load_exercise(broken)
    broken.write_bytes(GOOD.encode("utf-8-sig"))  # as some editors save it
    assert load_exercise(broken).name == "curl"
    broken.write_text("")
    with pytest.raises(ExerciseError, match="name: is missing"):
        load_exercise(broken)
