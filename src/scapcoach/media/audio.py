"""The sound of a recording, copied into the annotated video."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import av
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

#: Codecs that are copied unchanged; everything else becomes AAC.
COPIED: Final = frozenset({"aac", "mp3"})
#: Sound is written this far ahead of the picture, seconds, so that players need not wait for it.
_AHEAD: Final = 0.5
#: Sample rates that AAC knows and browsers play.
AAC_RATES: Final = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})


class AudioCopy:
    """Copies the first sound track of a file into an output container, step by step.

    Time 0 of the output is the first video frame of the source, as for `Frame.t`; sound before
    it is dropped. An error in the sound ends only the sound; it is reported in `warnings`.

    Args:
        source: the recording.
        output: receives the sound; nothing may have been written to it yet.
        warnings: receives a sentence when sound is left out.
    """

    def __init__(self, source: Path, output: OutputContainer, warnings: list[str]) -> None:
        self._source = source
        self._output = output
        self._warnings = warnings
        self._input: InputContainer | None = None
        self._packets: Iterator[tuple[float, av.Packet[Any]]] = iter(())
        self._waiting: tuple[float, av.Packet[Any]] | None = None

    def __enter__(self) -> Self:
        from scapcoach.pyav import av, open_file

        try:
            self._input = open_file(self._source)
            if self._input.streams.audio:
                track = self._input.streams.audio[0]
                name = track.codec_context.codec.canonical_name
                # AAC from a transport stream has no header that MP4 could use.
                bare = name == "aac" and not track.codec_context.extradata
                copied = name in COPIED and not bare
                self._packets = self._copied(track) if copied else self._encoded(track)
        except (av.FFmpegError, OSError, ValueError) as error:
            self._give_up(error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._input is not None:
            self._input.close()

    def copy_until(self, t: float) -> None:
        """Write the sound up to a little after `t` seconds."""
        while True:
            if self._waiting is None:
                self._waiting = self._next()
            if self._waiting is None or self._waiting[0] > t + _AHEAD:
                return
            self._output.mux(self._waiting[1])  # the writer reports disk errors
            self._waiting = None

    def _next(self) -> tuple[float, av.Packet[Any]] | None:
        from scapcoach.pyav import av

        try:
            return next(self._packets, None)
        except (av.FFmpegError, ValueError) as error:
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        self._packets = iter(())
        self._warnings.append(
            f"The sound of {self._source.name} could not be read to its end: {error}."
        )

    def _start(self) -> float:
        """Seconds of the first picture of the source."""
        assert self._input is not None
        for video in self._input.streams.video:
            if video.start_time is not None and video.time_base is not None:
                return float(video.start_time * video.time_base)
        return 0.0

    def _copied(self, track: AudioStream) -> Iterator[tuple[float, av.Packet[Any]]]:
        assert self._input is not None
        out = self._output.add_stream_from_template(track)
        base = track.time_base or Fraction(1, track.codec_context.sample_rate)
        shift = round(self._start() / base)
        return self._shifted(track, out, base, shift)

    def _shifted(
        self, track: AudioStream, out: AudioStream, base: Fraction, shift: int
    ) -> Iterator[tuple[float, av.Packet[Any]]]:
        assert self._input is not None
        for packet in self._input.demux(track):
            if packet.pts is None or packet.pts < shift:
                continue
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = out
            yield float(packet.pts * base), packet

    def _encoded(self, track: AudioStream) -> Iterator[tuple[float, av.Packet[Any]]]:
        rate = track.codec_context.sample_rate
        rate = rate if rate in AAC_RATES else 48_000
        layout = "mono" if track.codec_context.channels == 1 else "stereo"
        out = self._output.add_stream("aac", rate=rate, layout=layout)
        out.codec_context.bit_rate = 128_000
        return self._transcoded(track, out, rate, layout)

    def _transcoded(
        self, track: AudioStream, out: AudioStream, rate: int, layout: str
    ) -> Iterator[tuple[float, av.Packet[Any]]]:
        from scapcoach.pyav import av

        assert self._input is not None
        start = self._start()
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate, frame_size=1024)
        done: int | None = None  # samples written since the first picture
        for frame in chain(self._input.decode(track), (None,)):
            if frame is not None and done is None:
                if frame.time is None or frame.time < start:
                    continue
                done = round((frame.time - start) * rate)
            if done is None:
                return
            for part in resampler.resample(frame):
                part.pts, part.time_base = done, Fraction(1, rate)
                done += part.samples
                for packet in out.encode(part):
                    yield _time(packet), packet
        for packet in out.encode(None):
            yield _time(packet), packet


def _time(packet: av.Packet[Any]) -> float:
    """Seconds at which a packet is heard."""
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return float(packet.pts * packet.time_base)
