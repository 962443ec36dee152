"""Plays finished segments as a browser would: decodes all of them, and looks for flashes and beeps."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from telemed.media.manifest import Manifest, Segment, decode
from telemed.recording import places
from telemed.recording.finishing import finish
from telemed.recording.job import FinaliseJob, FinaliseResult, RecordedPerson
from telemed.recording.sealed_file import SealedReader
from tests.adapters.recording.journalled import KEY, RECORDING, UTC_US

SEED = bytes(range(32))
BRIGHT = 128  # luma
LOUD = 0.05  # of full scale


def job_of(directory: Path, *people: str, **changes: Any) -> FinaliseJob:
    """Everybody from the beginning to the end, unless told otherwise."""
    facts = {
        "session_id": "ses_1",
        "kind": "scheduled",
        "basis": "consent",
        "started_at": "2027-01-15T08:00:00Z",
        "ended_at": "2027-01-15T08:10:00Z",
        "finalised_at": "2027-01-15T08:10:05Z",
        "consent": [],
    }
    fields: dict[str, Any] = {
        "recording_id": RECORDING,
        "directory": directory,
        "key": KEY,
        "signing_key": SEED,
        "started_utc_us": UTC_US,
        "people": tuple(RecordedPerson(name, "patient", ((0, None),)) for name in people),
        "facts": facts,
    }
    return FinaliseJob(**{**fields, **changes})


def finished(directory: Path, *people: str, **changes: Any) -> tuple[FinaliseResult, Manifest]:
    """Finish in this process."""
    result = finish(job_of(directory, *people, **changes))
    return result, decode((directory / places.MANIFEST).read_bytes())


def content(directory: Path, segment: Segment, key: bytes = KEY) -> bytes:
    """A segment in clear."""
    with SealedReader(places.segment_path(directory, segment.id), segment.id, key) as reader:
        return b"".join(reader.chunks())


@dataclass
class Played:
    """What was seen and heard. Times: microseconds on the recording's clock."""

    pictures: list[tuple[int, bool]]  # (time, bright)
    sounds: list[tuple[int, bool]]  # (time of each millisecond, loud)
    sizes: list[tuple[int, int]]
    seconds: float  # what the container says
    samples: int

    @property
    def flashes(self) -> list[int]:
        return _rises(self.pictures)

    @property
    def beeps(self) -> list[int]:
        return _rises(self.sounds)


def _rises(states: list[tuple[int, bool]]) -> list[int]:
    return [at for (_, before), (at, now) in zip(states, states[1:], strict=False) if now and not before]


def play(data: bytes, start_us: int) -> Played:
    """Decode everything; an error of the decoder is an error of the test. Sound runs on by its samples, as players do it."""
    pictures: list[tuple[int, bool]] = []
    sounds: list[tuple[int, bool]] = []
    sizes: list[tuple[int, int]] = []
    samples = 0
    with av.open(io.BytesIO(data)) as container:
        seconds = (container.duration or 0) / 1_000_000
        for stream in container.streams:
            stream.codec_context.options = {"err_detect": "explode"}
        for frame in (frame for packet in container.demux() for frame in packet.decode()):
            at = start_us + int(frame.pts * frame.time_base * 1_000_000)
            if isinstance(frame, av.VideoFrame):
                luma = bytes(frame.planes[0])
                middle = frame.planes[0].line_size * (frame.height // 2) + frame.width // 2
                pictures.append((at, luma[middle] > BRIGHT))
                sizes.append((frame.width, frame.height))
                continue
            if not sounds:
                begin = at
            _hear(frame, begin, samples, sounds)
            samples += frame.samples
    return Played(pictures, sounds, sizes, seconds, samples)


def _hear(frame: av.AudioFrame, begin: int, position: int, sounds: list[tuple[int, bool]]) -> None:
    plane = memoryview(bytes(frame.planes[0])).cast("f")[: frame.samples]
    for at in range(0, frame.samples, 48):
        loud = max(abs(value) for value in plane[at : at + 48]) > LOUD
        sounds.append((begin + (position + at) * 1000 // 48, loud))
