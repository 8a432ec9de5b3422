"""MediaPipe `.task` bundles: uncompressed zips with aligned members, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: MediaPipe maps the file into memory: members at a multiple of 16 need no copy on load.
_ALIGNMENT = 16
#: Tag of the extra field that pads; the one Android's zipalign uses for the same purpose.
_PADDING_TAG = 0xD935
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(members: Mapping[str, bytes]) -> bytes:
    """A bundle of `members`, by file name, in the order given."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.create_system = 3  # not the machine's own: the bytes must not depend on it
            info.external_attr = 0o644 << 16
            # A local header is 30 bytes, the name and the extra field; the latter starts with
            # a tag and a length of two bytes each.
            start = stream.tell() + 30 + len(name.encode()) + 4
            padding = -start % _ALIGNMENT
            info.extra = (
                _PADDING_TAG.to_bytes(2, "little") + padding.to_bytes(2, "little") + bytes(padding)
            )
            bundle.writestr(info, data)
    return stream.getvalue()


def unpack(bundle: bytes) -> dict[str, bytes]:
    """Members of a bundle by file name."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def member_offsets(bundle: bytes) -> dict[str, int]:
    """Where each member's data starts in the file."""
    offsets = {}
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        for info in archive.infolist():
            at = info.header_offset
            name, extra = (int.from_bytes(bundle[at + i : at + i + 2], "little") for i in (26, 28))
            offsets[info.filename] = at + 30 + name + extra
    return offsets
