"""PyAV comes after OpenCV, and files with odd metadata open in every version of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scapcoach.pyav import av, open_file

if TYPE_CHECKING:
    from pathlib import Path


def test_opencv_is_loaded_first_in_every_order_of_imports() -> None:
    code = (
        "import sys; from scapcoach.sources.video import probe; "
        "probe('sample_videos/walking_front_portrait.mp4'); "
        "names = list(sys.modules); print(names.index('cv2') < names.index('av'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


def test_metadata_in_another_encoding_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Uebung"
        stream = container.add_stream("mjpeg", rate=5)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(16, 16, "yuvj420p")))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"Uebung", b"\xdcbung!"))  # Latin-1
    with open_file(path) as container:
        assert len(list(container.decode(video=0))) == 1


def test_a_playlist_reaches_no_address_and_no_other_protocol(tmp_path: Path) -> None:
    listing = tmp_path / "list.m3u8"
    listing.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "utf-8",
    )
    with pytest.raises(av.error.FFmpegError):
        open_file(listing)
