"""Lists of clips, the order of work, folders of results, and how many workers there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.batch import resources
from scapcoach.batch.listing import read_list
from scapcoach.batch.plan import clips_in, folders_to_avoid, longest_first
from scapcoach.errors import InputError
from scapcoach.recording.places import content_hash, result_folder

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def test_a_list_with_every_column(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", "a")
    write(tmp_path / "sub" / "b.mp4", "b")
    listing = write(
        tmp_path / "list.csv",
        "\ufeffClip, Exercise ,subject,calibration,lifter\n"
        'a.mp4,row,"0.5,0.4",anna home,Anna\n'
        "sub/b.mp4,,320;240,a.mp4,\n",
    )
    first, second = read_list(listing, profiles=frozenset({"anna home"}))
    assert (first.clip, first.exercise, first.lifter) == (tmp_path / "a.mp4", "row", "Anna")
    assert first.subject == (0.5, 0.4)
    assert first.calibration == "anna home"
    assert second.subject == (320, 240)
    assert second.calibration == tmp_path / "a.mp4"


def test_every_fault_of_a_list_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", "a")

    def check(name: str) -> None:
        if name != "row":
            raise InputError(f"There is no exercise {name!r}.")

    listing = write(
        tmp_path / "list.csv",
        "clip,exercise,subject,calibration,lifter\n"
        "a.mp4,row,,,\n"
        'gone.mp4,jump,"1,-1",nobody,\n'
        "./a.mp4,row,,,\n"
        ",,,,\n"
        "a.mp4,row,1,,,too much\n",
    )
    with pytest.raises(InputError) as caught:
        read_list(listing, check_exercise=check)
    text = str(caught.value)
    for fault in (
        "line 3: there is no clip", "line 3: There is no exercise 'jump'", "line 3: subject '1,-1'",
        "line 3: 'nobody' is neither", "line 4: ./a.mp4 is already in line 2",
        "line 5: names no clip", "line 6: more fields than columns",
    ):  # fmt: skip
        assert fault in text, text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "lacks the column clip"),
        ("clip\n", "no lines"),
        ("clip,who\na.mp4,x\n", "no such column 'who'"),
        ("clip,clip\na.mp4,x\n", "is there twice"),
        ("name\na.mp4\n", "lacks the column clip"),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_list(write(tmp_path / "list.csv", content))


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"clip\n\xff\xfe\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_list(tmp_path / "list.csv")


def test_patterns_pick_within_folders_only(tmp_path: Path) -> None:
    for name in ("anna/row 1.mp4", "anna/press.mp4", "ben/deep/row 2.mov", "ben/row.txt"):
        write(tmp_path / name, name)
    named = tmp_path / "anna" / "press.mp4"

    def names(*patterns: str) -> set[str]:
        return {p.relative_to(tmp_path).as_posix() for p in clips_in([tmp_path], patterns)}

    assert names() == {"anna/row 1.mp4", "anna/press.mp4", "ben/deep/row 2.mov"}
    assert names("row*") == {"anna/row 1.mp4", "ben/deep/row 2.mov"}
    assert names("anna/*", "*.mov") == {"anna/row 1.mp4", "anna/press.mp4", "ben/deep/row 2.mov"}
    assert clips_in([named], ["row*"]) == [named]
    with pytest.raises(InputError, match="fits zzz"):
        clips_in([tmp_path], ["zzz"])


def test_only_what_is_hidden_inside_the_named_folder_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / ".own" / "clips"
    clip = write(folder / "row.mp4", "row")
    write(folder / ".trash" / "old.mp4", "old")
    assert clips_in([folder]) == [clip]
    assert clips_in([folder / ".." / "clips"]) == [folder / ".." / "clips" / "row.mp4"]


def test_the_longest_comes_first_and_what_is_not_there_last(tmp_path: Path) -> None:
    sizes = [3, 10, 10, 1]
    clips = [write(tmp_path / f"{n}.mp4", "x" * size) for n, size in enumerate(sizes)]
    assert longest_first([*clips, tmp_path / "gone.mp4"]) == [1, 2, 0, 3, 4]


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["a/row", "b/row", "c/row", "d/row-2", "e/row-2-2", "f/ROW", "g/press",
                         "h/press-3", "i/lift-1", "j/lift-2"]),
        min_size=1, max_size=8, unique=True,
    ),
    data=st.data(),
)  # fmt: skip
def test_workers_never_agree_on_a_folder_and_find_their_old_ones(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    base = tmp_path_factory.mktemp("plan")
    out = base / "out"
    clips = [write(base / f"{name}.mp4", name) for name in names]

    def places(order: list[int]) -> dict[int, Path]:
        avoid = folders_to_avoid(clips, out)
        found = {}
        for n in order:
            found[n] = result_folder(
                clips[n], content_hash(clips[n]), out, {out / f for f in avoid[n]}
            )
            summary = f'{{"settings": {{"content": "{content_hash(clips[n])}"}}}}'
            write(found[n] / "summary.json", summary)
        return found

    order = data.draw(st.permutations(range(len(clips))))
    first = places(list(order))
    assert len(set(first.values())) == len(clips)
    again = places(list(data.draw(st.permutations(range(len(clips))))))
    assert first == again


def test_workers_fit_cores_memory_and_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "available_cores", lambda: 8)
    monkeypatch.setattr(resources, "available_memory", lambda: 4 * resources.WORKER_BYTES + 1)
    assert resources.worker_count(100) == 4
    assert resources.worker_count(3) == 3
    monkeypatch.setattr(resources, "available_memory", lambda: 10)
    assert resources.worker_count(100) == 1
    monkeypatch.setattr(resources, "available_memory", lambda: None)
    assert resources.worker_count(100) == 8


def test_a_container_limits_cores_and_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_CGROUP", tmp_path)
    monkeypatch.setattr(resources, "_MEMINFO", tmp_path / "meminfo")
    write(tmp_path / "meminfo", "MemTotal: 9 kB\nMemAvailable:    8000000 kB\n")
    assert resources.available_memory() == 8_192_000_000
    write(tmp_path / "memory.max", "3000000000\n")
    write(tmp_path / "memory.current", "2500000000\n")
    write(tmp_path / "memory.stat", "anon 1\ninactive_file 400000000\nactive_file 100000000\n")
    assert resources.available_memory() == 1_000_000_000
    write(tmp_path / "memory.max", "max\n")
    assert resources.available_memory() == 8_192_000_000
    write(tmp_path / "cpu.max", "100000 100000\n")
    assert resources.available_cores() == 1
    write(tmp_path / "cpu.max", "max 100000\n")
    assert resources.available_cores() >= 1
