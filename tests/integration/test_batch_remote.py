"""`scapcoach analyze` over addresses: a real S3 server, real processes, and what may go wrong."""

from __future__ import annotations

import http.server
import json
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.export.dataset_table import read_index
from tests.support.cli import SAMPLES, OnTerminal, no_traceback
from tests.support.cli import scapcoach as run
from tests.support.stores import environment, s3_server
from tests.support.tiny import write_tiny

pytest.importorskip("s3fs", reason="needs the extra: pip install -e '.[s3]'")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with s3_server() as reach, environment(reach):
        yield reach


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.mp4").read_bytes()


@pytest.fixture
def store(server: dict[str, str], tiny: bytes, request: pytest.FixtureRequest) -> Any:
    """A bucket of the test's own, with five good clips, two of one name, and one that is none."""
    from s3fs import S3FileSystem

    store = S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    store.bucket = f"test-{abs(hash(request.node.name)) % 10**9}"
    store.mkdir(store.bucket)
    for name in ("anna/row 1", "anna/row 2", "ben/row 1", "ben/press", "warm-up"):
        store.pipe(f"{store.bucket}/in/{name}.mp4", tiny + name.encode())
    store.pipe(f"{store.bucket}/in/ben/words.mp4", b"no video")
    store.pipe(f"{store.bucket}/in/notes.txt", b"no video either")
    return store


def uploaded(store: Any, listing: Path) -> str:
    """The address of a list that lies beside the clips and names them from there."""
    words = listing.read_text("utf-8").replace(f"s3://{store.bucket}/in/", "")
    store.pipe(f"{store.bucket}/in/clips.csv", words.encode())
    return f"s3://{store.bucket}/in/clips.csv"


def index(store: Any, tmp_path: Path, out: str) -> dict[str, Any]:
    """Rows of the index at an address, by the last two parts of the clip's address."""
    store.get_file(f"{store.bucket}/{out}/index.parquet", str(tmp_path / "index.parquet"))
    rows = read_index(tmp_path / "index.parquet")
    return {"/".join(row.clip.split("/")[-2:]): row for row in rows}


def changes(store: Any, out: str) -> dict[str, Any]:
    """When each file of results was written."""
    found = store.find(f"{store.bucket}/{out}", detail=True)
    return {
        name: (about["LastModified"], about["ETag"])
        for name, about in found.items()
        if name.count("/") > 2
    }


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_from_a_bucket_into_a_bucket(store: Any, tmp_path: Path, engine: str) -> None:
    if engine == "dask":
        pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    source, out = f"s3://{store.bucket}/in", f"s3://{store.bucket}/out"
    command = ("analyze", source, "-o", out, "--no-video", "--workers", 2, "--engine", engine)
    done = run(*command, cwd=tmp_path, TMPDIR=str(tmp_path))
    assert done.returncode == 1, done.stderr
    no_traceback(done)
    assert "6 clips: 5 done, 1 failed." in done.stdout
    assert f"s3://{store.bucket}/in/ben/words.mp4" in done.stderr
    assert str(tmp_path) not in done.stdout + done.stderr, "a copy is nobody's business"
    rows = index(store, tmp_path, "out")
    assert {rows["anna/row 1.mp4"].folder, rows["ben/row 1.mp4"].folder} == {"row 1", "row 1-2"}
    names = {n.split("/out/")[1] for n in store.find(f"{store.bucket}/out")}
    for row in rows.values():
        if row.status == "done":
            inside = {n.split("/")[1] for n in names if n.startswith(f"{row.folder}/")}
            assert inside >= {
                "summary.json", "landmarks.parquet", "frames.parquet", "report.html",
                "thumbnail.jpg",
            }  # fmt: skip
    assert not [n for n in names if ".partial" in n]
    assert not list(tmp_path.glob("scapcoach-*")), "copies are gone"

    if engine == "dask":
        return
    before = changes(store, "out")
    again = run(*command, "--json", cwd=tmp_path)
    assert changes(store, "out") == before
    found = json.loads(again.stdout)
    assert sorted(c["status"] for c in found["clips"]) == ["failed", *["skipped"] * 5]
    assert found["page"] == f"{out}/summary.html"
    assert all(c["summary"]["schema"] for c in found["clips"] if c["status"] == "skipped")
    page = store.cat(f"{store.bucket}/out/summary.html").decode()
    assert page.count('<tr class="skipped"') == 5
    assert "<title>out" in page


def test_wildcards_a_list_and_a_local_folder(store: Any, tmp_path: Path) -> None:
    found = run("analyze", f"s3://{store.bucket}/in/*/row*.mp4", "-o", tmp_path / "out",
                "--no-video", "-q")  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert {p.parent.name for p in tmp_path.glob("out/*/summary.json")} == {
        "row 1", "row 1-2", "row 2",
    }  # fmt: skip
    listing = tmp_path / "clips.csv"
    listing.write_text(
        "clip,lifter,calibration\n"
        f"s3://{store.bucket}/in/ben/press.mp4,Ben,\n"
        f"s3://{store.bucket}/in/gone.mp4,Ben,\n"
        f"s3://{store.bucket}/in/warm-up.mp4,Anna,s3://{store.bucket}/in/none.mp4\n",
        "utf-8",
    )
    done = run("analyze", "--list", listing, "-o", tmp_path / "out", "--no-video")
    assert done.returncode == 1
    again = run("analyze", "--list", uploaded(store, listing), "-o", tmp_path / "out", "--no-video")
    assert "3 clips: 1 skipped, 2 failed." in again.stdout, again.stderr
    no_traceback(done)
    assert "3 clips: 1 done, 2 failed." in done.stdout, done.stderr
    rows = {r.clip.rsplit("/", 1)[1]: r for r in read_index(tmp_path / "out" / "index.parquet")}
    assert rows["press.mp4"].status == "skipped"
    assert rows["press.mp4"].lifter == "Ben"
    assert "nothing at this address" in rows["gone.mp4"].reason
    assert "none.mp4" in rows["warm-up.mp4"].reason
    assert {"row 1.mp4", "row 2.mp4"} < set(rows), "those of the first run are still there"


def test_half_sent_results_and_a_changed_object_are_done_again(store: Any, tiny: bytes) -> None:
    source, out = f"s3://{store.bucket}/in/warm-up.mp4", f"s3://{store.bucket}/out"
    assert run("analyze", source, "-o", out, "--no-video", "--csv", "-q").returncode == 0
    assert store.exists(f"{store.bucket}/out/warm-up/frames.csv")
    summary = json.loads(store.cat(f"{store.bucket}/out/warm-up/summary.json"))
    # As a process leaves it that is killed while it sends.
    store.rm_file(f"{store.bucket}/out/warm-up/summary.json")
    key = json.dumps({"content": summary["settings"]["content"]}).encode()
    store.pipe(f"{store.bucket}/out/warm-up.partial/key.json", key)
    done = run("analyze", source, "-o", out, "--no-video")
    assert "1 clip: 1 done." in done.stdout, done.stderr
    assert store.exists(f"{store.bucket}/out/warm-up/summary.json")
    assert not store.exists(f"{store.bucket}/out/warm-up/frames.csv"), "older files are gone"
    assert not store.find(f"{store.bucket}/out/warm-up.partial")
    store.pipe(f"{store.bucket}/in/warm-up.mp4", tiny + b"another")
    again = run("analyze", source, "-o", out, "--no-video")
    assert "1 done" in again.stdout
    assert store.exists(f"{store.bucket}/out/warm-up-2/summary.json"), "nothing is written over"


def test_ctrl_c_keeps_landmarks_there(store: Any, tmp_path: Path) -> None:
    store.put_file(str(SAMPLES / "phantom_shrug_front.mp4"), f"{store.bucket}/long/shrug.mp4")
    source, out = f"s3://{store.bucket}/long/shrug.mp4", f"s3://{store.bucket}/out"
    with OnTerminal("analyze", source, "-o", out, "--no-video") as terminal:
        terminal.read_until(r"[1-9]\d\d frames")
        terminal.process.send_signal(2)
        code, shown = terminal.finish()
    assert code == 130, shown
    assert store.exists(f"{store.bucket}/out/shrug.partial/landmarks.parquet")
    assert run("analyze", source, "-o", out, "--no-video", "-q").returncode == 0
    assert store.exists(f"{store.bucket}/out/shrug/summary.json")
    assert not store.find(f"{store.bucket}/out/shrug.partial")


@pytest.mark.parametrize(
    ("places", "environment", "says"),
    [
        (("s3://no-such-bucket/in/", "out"), {}, "nothing at this address"),
        (("s3://{bucket}/none/", "out"), {}, "no video that fits"),
        (("s3://{bucket}/in/", "out"), {"AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": ""},
         "credentials"),
        (("nowhere://bucket/row.mp4", "out"), {}, "nowhere"),
        (("{clip}", "s3://no-such-bucket/out"), {}, "no-such-bucket"),
    ],
)  # fmt: skip
def test_what_cannot_be_reached_is_one_sentence(
    store: Any, tmp_path: Path, places: tuple[str, str], environment: dict[str, str], says: str
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(store.cat(f"{store.bucket}/in/warm-up.mp4"))
    source, out = (p.format(bucket=store.bucket, clip=clip) for p in places)
    done = run("analyze", source, "-o", out, "--no-video", cwd=tmp_path, **environment)
    assert done.returncode in {1, 2}, done.stderr
    no_traceback(done)
    assert says in " ".join(done.stderr.split()), done.stderr


def test_without_the_extra_it_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['s3fs'] = None; sys.argv = ['scapcoach', 'analyze', "
        "'s3://bucket/row.mp4']; from scapcoach.cli import main; main()"
    )
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert 'pip install "scapcoach[s3]"' in done.stderr
    assert "Traceback" not in done.stderr


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_clip_of_a_web_server_shows_no_signature(tiny: bytes, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "row.mp4").write_bytes(tiny)
    handler = partial(_Quiet, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/row.mp4?signature=secret"
        done = run("analyze", url, url.replace("row", "gone"), "-o", tmp_path / "out", "--no-video")
        again = run("analyze", url, "-o", tmp_path / "out", "--no-video")
        server.shutdown()
    assert "2 clips: 1 done, 1 failed." in done.stdout, done.stderr
    assert "1 skipped" in again.stdout
    assert (tmp_path / "out" / "row" / "summary.json").is_file()
    assert "secret" not in done.stdout + done.stderr
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "secret" not in page
    assert "row.mp4" in page
