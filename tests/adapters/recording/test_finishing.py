"""Journals become files that play: each codec, whole, in sync, with holes where something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.media.control import Source
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import Written
from tests.adapters.recording.packetised import Sender, SenderClock
from tests.adapters.recording.played import content, finished, play

SECOND = 1_000_000
CLOCK = SenderClock(offset_us=3_900_000_000_000_000)
EVERY_SECOND = range(SECOND, 9 * SECOND, SECOND)


def camera(codec: str, seconds: float = 8, person: str = "par_a", start_us: int = SECOND) -> Written:
    sender = Sender(codec, 0x1111, start_us)
    written = Written(person, Source.CAMERA, codec, begin_us=start_us)
    return written.packets(sender.packets(pictures(codec, seconds))).reports(sender, CLOCK, EVERY_SECOND)


def microphone(seconds: float = 8, person: str = "par_a", start_us: int = SECOND) -> Written:
    sender = Sender("opus", 0x2222, start_us)
    written = Written(person, Source.MICROPHONE, "opus", begin_us=start_us)
    return written.packets(sender.packets(sound(seconds))).reports(sender, CLOCK, EVERY_SECOND)


@pytest.mark.parametrize("codec", ["vp8", "vp9", "h264", "av1"])
def test_a_call_plays(tmp_path: Path, codec: str) -> None:
    camera(codec).write(tmp_path)
    microphone().write(tmp_path)
    result, manifest = finished(tmp_path, "par_a")
    (entry,) = manifest.segments
    segment = entry.segment
    assert (segment.mime, segment.codecs) == ("video/mp4" if codec == "h264" else "video/webm", f"{codec},opus")
    assert result.segments == 1 and result.gaps == 0 and not manifest.gaps
    played = play(content(tmp_path, segment), segment.start_us)
    assert len(played.pictures) == 200 and played.samples == 8 * 48_000
    assert abs(played.seconds - 8) < 0.1 and abs(segment.end_us - segment.start_us - 8 * SECOND) < 50_000
    assert len(played.flashes) == len(played.beeps) == 4
    for flash, beep in zip(played.flashes, played.beeps, strict=True):
        assert abs(flash - beep) <= 40_000
        assert min(abs(flash - at) for at in range(2 * SECOND, 10 * SECOND, 2 * SECOND)) <= 80_000
