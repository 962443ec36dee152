"""Pages with time_marks.js: what their microphone hears, and reading back when a decoded picture was drawn and a tone began."""

from __future__ import annotations

import io
import math
import statistics
import wave
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import av

MARKS = (Path(__file__).parent / "time_marks.js").read_text()
BITS = 16  # as in the script
TURN_MS = 2 ** (BITS - 1)  # the pictures' time comes round
BEEP_MS = 500
WHITE = 128  # luma
LOUD = 0.1  # of full scale; tones have half of it
QUIET_MS = 100  # before a tone
RATE = 48_000  # samples per second
DECODER = {"err_detect": "explode"}


@dataclass
class Media:
    """One file, decoded whole. Times: milliseconds on the recording's clock."""

    complaints: list[str] = field(default_factory=list)  # of the decoders and of who took the file apart
    pictures: list[tuple[float, int | None]] = field(default_factory=list)  # when shown, when drawn (None: not readable)
    tones: list[float] = field(default_factory=list)
    sizes: set[tuple[int, int]] = field(default_factory=set)

    def drawn(self, began_ms: float) -> list[tuple[float, float]]:
        """When each picture was drawn on the machine's clock, and how much later than that it is shown. `began_ms`: when the
        recording's clock began, on the machine's."""
        found = []
        for at, mark in self.pictures:
            if mark is not None:
                late = _signed(began_ms + at - mark, TURN_MS)
                found.append((began_ms + at - late, late))
        return found

    def sounded(self, began_ms: float) -> list[tuple[float, float]]:
        """The same of tones."""
        lates = [(at, _signed(began_ms + at, BEEP_MS)) for at in self.tones]
        return [(began_ms + at - late, late) for at, late in lates]


def steady_tone(path: Path) -> str:
    """Write a sound of 1 kHz without an end to be heard, and return Chromium's argument for a microphone that hears it. Firefox's
    has one of its own."""
    samples = array("h", (round(16_000 * math.sin(2 * math.pi * place / 48)) for place in range(RATE)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return f"--use-file-for-fake-audio-capture={path}"


def lateness(marks: list[tuple[float, float]]) -> float:
    """How much later than they were made marks are on the clock, in the middle of all. Milliseconds."""
    return statistics.median(late for _, late in marks)


def _signed(value: float, turn: float) -> float:
    """Between minus half a turn and half a turn."""
    return (value + turn / 2) % turn - turn / 2


def decoded(content: bytes, start_us: int) -> Media:
    """Decode everything as strictly as FFmpeg can; raises its errors. Sound runs on by its samples, as players do it."""
    media = Media()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture(local=False) as logged, av.open(io.BytesIO(content), options=DECODER) as container:
            _decode(container, start_us / 1000, media)
        media.complaints = [f"{name}: {text.strip()}" for _, name, text in logged]
    finally:
        av.logging.set_level(None)
    return media


def _decode(container: av.container.InputContainer, start_ms: float, media: Media) -> None:
    for stream in container.streams:
        stream.codec_context.options = DECODER
    begin, samples, quiet = None, 0, float("inf")
    for packet in container.demux():
        for frame in packet.decode():
            at = start_ms + float(frame.pts * frame.time_base * 1000)
            if isinstance(frame, av.VideoFrame):
                media.pictures.append((at, _mark(frame)))
                media.sizes.add((frame.width, frame.height))
                continue
            begin = at if begin is None else begin
            quiet = _listen(frame, begin + samples * 1000 / RATE, quiet, media.tones)
            samples += frame.samples


def _mark(frame: av.VideoFrame) -> int | None:
    """The moment a picture was drawn, in milliseconds; None when its bars cannot be read."""
    plane = frame.planes[0]
    luma, row = memoryview(plane), plane.line_size * (frame.height // 3)
    bars = [luma[row + int((place + 0.5) * frame.width / BITS)] > WHITE for place in range(BITS)]
    bits = sum(bar << (BITS - 1 - place) for place, bar in enumerate(bars))
    return bits >> 1 if sum(bars) % 2 else None


def _listen(frame: av.AudioFrame, at_ms: float, quiet: float, tones: list[float]) -> float:
    """Note where tones begin. `quiet`: milliseconds of silence before the frame; returns those at its end."""
    plane = memoryview(bytes(frame.planes[0])).cast("f")[: frame.samples]
    for position in range(0, frame.samples, 48):
        loud = max(abs(value) for value in plane[position : position + 48]) > LOUD
        if loud and quiet >= QUIET_MS:
            tones.append(at_ms + position / 48)
        quiet = 0 if loud else quiet + 1
    return quiet
