"""Problems found in a video file, and sentences about them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.sources.frames import SourceInfo
    from scapcoach.sources.picture import PictureShape

# A readable part that ends this much before the stated end is reported as cut off. Streams usually
# end a frame or two early, and a stated length may be that of the sound.
TAIL_S = 0.5
TAIL_SHARE = 0.02
# No picture for this long, and for this many nominal steps, is reported: some containers skip over
# damage without a sign. Recorders that drop frames in the dark leave gaps of a tenth of that.
GAP_S = 1.0
GAP_STEPS = 5


@dataclass(slots=True)
class Notes:
    """Problems found in one pass over a file; written by the decoding thread, read by the other."""

    mended_times: int = 0
    bad_packets: int = 0
    marked_packets: int = 0
    bad_frames: int = 0
    other_sizes: int = 0
    last_t: float = math.nan
    gaps: int = 0
    longest_gap: float = 0.0
    longest_gap_at: float = 0.0
    complete: bool = False
    stopped_by: str = ""

    def at(self, t: float, interval: float) -> None:
        """Note a picture at `t` seconds."""
        gap = t - self.last_t
        if gap >= max(GAP_S, GAP_STEPS * interval):
            self.gaps += 1
            if gap > self.longest_gap:
                self.longest_gap, self.longest_gap_at = gap, self.last_t
        self.last_t = t


def sentences(
    notes: Notes, info: SourceInfo, shape: PictureShape, stated_end: float
) -> Iterator[str]:
    """One sentence for each problem."""
    if shape.ignored_aspect is not None:
        yield (
            f"The file states pixels {shape.ignored_aspect:.3g} times as wide as high; that "
            "cannot be right and was ignored."
        )
    # Packets that the reader marked as damaged usually fail again in the decoder.
    if damaged := max(notes.marked_packets, notes.bad_packets + notes.bad_frames):
        yield (
            f"{_count(damaged, 'damaged piece')} of the file skipped; pictures near by may be "
            "missing or blurred."
        )
    if notes.other_sizes:
        yield f"{_count(notes.other_sizes, 'picture')} of another size scaled to that of the first."
    if notes.mended_times:
        yield (
            f"{_count(notes.mended_times, 'picture')} without a usable time stamp; the time was "
            "filled in from the neighbours."
        )
    if notes.gaps:
        more = f", the longest of {notes.gaps} such gaps" if notes.gaps > 1 else ""
        yield (
            f"No picture for {notes.longest_gap:.1f} s after {notes.longest_gap_at:.1f} s{more}: "
            "the recording paused there, or that part is damaged."
        )
    if notes.stopped_by:
        yield f"Reading stopped early: {notes.stopped_by}."
    if notes.complete and math.isfinite(stated_end):
        end = notes.last_t + (1 / info.fps if info.fps > 0 else 0.0)
        if not end >= stated_end - max(TAIL_S, TAIL_SHARE * stated_end):
            yield (
                f"Only the first {end:.1f} of {stated_end:.1f} seconds could be read: the file "
                "looks cut off or damaged at its end."
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
