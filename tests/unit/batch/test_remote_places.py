"""Addresses of clips and results: what they stand for, and what is there (a store in memory)."""

from __future__ import annotations

import errno
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.batch import remote
from scapcoach.batch.listing import read_list
from scapcoach.batch.plan import folders_to_avoid, remote_clips
from scapcoach.batch.remote import (
    RemoteFile,
    fetch,
    is_address,
    local_path,
    looked_up,
    shown,
    store_errors,
    with_versions,
)
from scapcoach.batch.remote_results import RemoteFolder
from scapcoach.errors import InputError, MissingExtraError, OutputError
from scapcoach.recording.places import content_hash, result_folder

pytest.importorskip("fsspec", reason="needs the extra: pip install -e '.[s3]'")

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def memory() -> Iterator[Any]:
    import fsspec

    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("s3://bucket/row.mp4", True), ("https://x.org/row.mp4", True), ("gs://b/", True),
        ("row.mp4", False), ("C:\\\\clips\\\\row.mp4", False), ("c://row.mp4", False),
        ("file:///home/row.mp4", False), ("local://row.mp4", False), ("./s3:/row.mp4", False),
    ],
)  # fmt: skip
def test_what_is_elsewhere(text: str, elsewhere: bool) -> None:
    assert is_address(text) == elsewhere


def test_a_file_address_is_a_path() -> None:
    assert local_path("file:///home/an%20na/row.mp4") == Path("/home/an na/row.mp4")
    assert local_path("a b/100%.mp4") == Path("a b/100%.mp4")


def test_no_password_or_signature_is_shown() -> None:
    assert shown("https://x.org/row.mp4?X-Signature=abc") == "https://x.org/row.mp4"
    assert shown("ftp://anna:secret@x.org/row.mp4") == "ftp://x.org/row.mp4"
    assert shown("s3://bucket/what?.mp4") == "s3://bucket/what?.mp4"
    file = RemoteFile("https://x.org/monday/row%201.mp4?key=abc")
    assert (file.name, file.stem, str(file)) == (
        "row 1.mp4", "row 1", "https://x.org/monday/row%201.mp4",
    )  # fmt: skip
    assert RemoteFile("s3://b/100%25.mp4").name == "100%25.mp4", "a store's names are as they are"


def test_folders_wildcards_and_patterns(memory: Any) -> None:
    for name in ("anna/row 1.mp4", "anna/press.mp4", "ben/row 1.mov", "ben/notes.txt", "x/.h.mp4"):
        memory.pipe(f"/in/{name}", name.encode())

    def names(url: str, *patterns: str) -> list[str]:
        return [
            "/" + clip.url.removeprefix("memory://").lstrip("/")
            for clip in remote_clips([url], patterns)
        ]

    assert names("memory://in") == ["/in/anna/press.mp4", "/in/anna/row 1.mp4", "/in/ben/row 1.mov"]
    assert names("memory://in/*/row*") == ["/in/anna/row 1.mp4", "/in/ben/row 1.mov"]
    assert names("memory://in/", "anna/*") == ["/in/anna/press.mp4", "/in/anna/row 1.mp4"]
    assert names("memory://in/ben/notes.txt") == ["/in/ben/notes.txt"], "named is named"
    assert names("memory://in/gone.mp4") == ["/in/gone.mp4"], "reported when its turn comes"
    with pytest.raises(InputError, match="no video that fits"):
        names("memory://in", "zzz*")
    memory.pipe("/odd/row [1].mp4", b"x")
    assert names("memory://odd/row [1].mp4") == ["/odd/row [1].mp4"]
    clips = remote_clips(["memory://in/anna", "memory://in/ben"])
    assert [clip.size for clip in clips] == [14, 14, 13]


def test_a_clip_is_fetched_whole_or_not_at_all(memory: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 80_000  # more than two chunks
    memory.pipe("/in/row.mp4", content)
    heard: list[tuple[str, int, int | None]] = []
    file = looked_up(RemoteFile("memory://in/row.mp4"))
    fetch(file, tmp_path / "row.mp4", lambda *word: heard.append(word))
    assert (tmp_path / "row.mp4").read_bytes() == content
    assert [word[1] for word in heard] == sorted({word[1] for word in heard})
    assert heard[-1] == ("fetching", len(content), len(content))
    with pytest.raises(InputError, match="ended after 20480000 of 20480001 bytes"):
        fetch(RemoteFile(file.url, file.size + 1), tmp_path / "other.mp4")
    with pytest.raises(InputError, match="nothing at this address"):
        fetch(RemoteFile("memory://in/gone.mp4"), tmp_path / "gone.mp4")


def test_what_goes_wrong_is_one_sentence() -> None:
    class OddError(Exception):
        """As a store's library has them."""

    for error, says in (
        (PermissionError(), "credentials"), (OddError("timed\nout"), r"\(timed out\)"),
        (OddError(), r"\(OddError\)"), (OSError(errno.EIO, "broken pipe"), "broken pipe"),
        (OddError("no ftp://anna:secret@x.org/row.mp4 here"), "no ftp://x.org/row.mp4 here"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=says), store_errors("ftp://anna:secret@x.org/row.mp4"):
            raise error
    with pytest.raises(OutputError, match="No space"), store_errors("s3://b/row.mp4"):
        raise OSError(errno.ENOSPC, "full")
    with pytest.raises(KeyboardInterrupt), store_errors("s3://b/row.mp4"):
        raise KeyboardInterrupt


def test_unknown_kinds_of_addresses() -> None:
    with pytest.raises((InputError, MissingExtraError), match="nowhere"):
        looked_up(RemoteFile("nowhere://bucket/row.mp4"))


def test_a_silent_store_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def silent(file: RemoteFile) -> RemoteFile:
        asked.append(file.url)
        with store_errors(file.url):
            raise ConnectionError("no route")
        raise AssertionError

    monkeypatch.setattr(remote, "looked_up", silent)
    files = [RemoteFile(f"s3://far/{n}.mp4") for n in range(1000)]
    assert with_versions(files) == files
    assert len(asked) <= 64


def test_a_list_with_addresses(tmp_path: Path) -> None:
    (tmp_path / "here.mp4").touch()
    listing = tmp_path / "list.csv"
    listing.write_text(
        "clip,calibration\ns3://b/row.mp4,gs://b/me.mp4\nhere.mp4,\n"
        f"file://{tmp_path}/here.mp4,\ns3://b/row.mp4,\n"
    )
    with pytest.raises(InputError) as caught:
        read_list(listing)
    assert "line 4" in str(caught.value)
    assert "line 5: s3://b/row.mp4 is already in line 2" in str(caught.value)
    listing.write_text("clip,calibration\ns3://b/row.mp4,gs://b/me.mp4\nhere.mp4,\n")
    first, second = read_list(listing)
    assert first.clip == RemoteFile("s3://b/row.mp4")
    assert first.calibration == RemoteFile("gs://b/me.mp4")
    assert second.clip == tmp_path / "here.mp4"


def test_a_list_at_an_address_names_clips_from_its_own_folder(tmp_path: Path) -> None:
    import fsspec

    place, none = "memory://bucket/lists/clips.csv", tmp_path / "none.mp4"
    words = (
        "clip,calibration\nrow.mp4,me.mp4\nsub/row.mp4,anna\ns3://b/row.mp4,gs://b/me.mp4\n"
        f"{none},nobody\n"
    )
    fsspec.filesystem("memory").pipe("/bucket/lists/clips.csv", words.encode())
    with pytest.raises(InputError) as caught:
        read_list(place, profiles=frozenset({"anna"}))
    assert f"line 5: there is no clip {none}" in str(caught.value)
    assert "line 5: 'nobody' is neither" in str(caught.value)
    none.touch()
    words = words.replace("nobody", "")
    fsspec.filesystem("memory").pipe("/bucket/lists/clips.csv", words.encode())
    first, second, third, fourth = read_list(place, profiles=frozenset({"anna"}))
    assert first.clip == RemoteFile("memory://bucket/lists/row.mp4")
    assert first.calibration == RemoteFile("memory://bucket/lists/me.mp4")
    assert second.clip == RemoteFile("memory://bucket/lists/sub/row.mp4")
    assert second.calibration == "anna"
    assert third.clip == RemoteFile("s3://b/row.mp4")
    assert third.calibration == RemoteFile("gs://b/me.mp4")
    assert fourth.clip == none
    with pytest.raises(InputError, match="nothing at this address"):
        read_list("memory://bucket/lists/other.csv")


def results(place: Path, name: str, content: str, *more: str) -> Path:
    folder = place / name
    folder.mkdir(parents=True)
    for file in ("landmarks.parquet", "report.html", *more):
        (folder / file).write_text(file, "utf-8")
    (folder / "summary.json").write_text(json.dumps({"settings": {"content": content}}), "utf-8")
    return folder


def test_results_are_sent_whole_and_found_again(memory: Any, tmp_path: Path) -> None:
    out = RemoteFolder("memory://out/deep")
    out.check()
    assert out.finished() == frozenset()
    out.send(results(tmp_path / "a", "row", "one", "frames.csv"))
    assert out.finished() == {"row"}
    out.send(results(tmp_path / "b", "row", "one"))
    there = sorted(PurePosixPath(n).name for n in memory.find("/out/deep"))
    assert there == ["landmarks.parquet", "report.html", "summary.json"], "older files are gone"
    out.look("row", tmp_path / "c", frozenset())
    assert result_folder(Path("row.mp4"), "one", tmp_path / "c", set()).name == "row"
    assert result_folder(Path("row.mp4"), "two", tmp_path / "c", set()).name == "row-2"
    out.landmarks("row", tmp_path / "c")
    assert (tmp_path / "c" / "row" / "landmarks.parquet").read_text() == "landmarks.parquet"
    assert out.summary("row") == {"settings": {"content": "one"}}


def test_the_summary_comes_last_and_goes_first(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = RemoteFolder("memory://out")
    out.send(results(tmp_path / "a", "row", "one"))
    put = memory.put_file
    sent: list[str] = []

    def breaks(here: str, there: str) -> None:
        sent.append(PurePosixPath(there).name)
        if sent != ["key.json"]:
            assert "row" not in out.finished(), "while files are sent nothing is finished"
        if len(sent) == 3:
            raise ConnectionError("the line is cut")
        put(here, there)

    monkeypatch.setattr(type(memory), "put_file", lambda self, a, b, **_: breaks(a, b))
    with pytest.raises(OutputError, match="the line is cut"):
        out.send(results(tmp_path / "b", "row", "one"))
    monkeypatch.undo()
    assert out.finished() == frozenset()
    # Whose it is, is known: the same clip goes there again, another does not.
    out.look("row", tmp_path / "c", frozenset())
    assert result_folder(Path("row.mp4"), "one", tmp_path / "c", set()).name == "row"
    assert result_folder(Path("row.mp4"), "two", tmp_path / "c", set()).name == "row-2"
    out.send(results(tmp_path / "d", "row", "one"))
    assert out.finished() == {"row"}
    assert not memory.find("/out/row.partial")


def test_what_is_not_ours_is_not_written_over(memory: Any, tmp_path: Path) -> None:
    memory.pipe("/out/row/holiday.jpg", b"x")
    out = RemoteFolder("memory://out")
    out.look("row", tmp_path, frozenset())
    assert result_folder(Path("row.mp4"), "one", tmp_path, set()).name == "row-2"


def test_folders_of_clips_of_one_name_are_settled_before(memory: Any, tmp_path: Path) -> None:
    clips = []
    for n, name in enumerate(("anna", "ben", "cleo")):
        memory.pipe(f"/in/{name}/row.mp4", name.encode())
        version = f"etag:{name}" if n else ""
        clips.append(RemoteFile(f"memory://in/{name}/row.mp4", 4, version))
    out = RemoteFolder("memory://out")
    first = folders_to_avoid([*clips, RemoteFile("memory://in/press.mp4")], out)
    assert first == [{"row-2", "row-3"}, {"row", "row-3"}, {"row", "row-2"}, frozenset()]
    # Known by what the store says, or by what is in it.
    (tmp_path / "anna").write_bytes(b"anna")
    out.send(results(tmp_path / "r", "row-2", content_hash(tmp_path / "anna")))
    again = folders_to_avoid(clips, out)
    assert again[0] == {"row", "row-3"} or "row-2" not in again[0]
    assert len({name for names in again for name in names}) == 3
