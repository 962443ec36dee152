"""Journals become files that play: each codec, whole, in sync, with holes where something is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from telemed.media.control import Source
from telemed.recording import places, signature
from telemed.recording.job import RecordedPerson
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import UTC_US, Written
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


def test_sound_alone_and_a_camera_that_comes_and_goes(tmp_path: Path) -> None:
    microphone(16).write(tmp_path)
    camera("vp8", 4, start_us=8 * SECOND).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    segments = [entry.segment for entry in manifest.segments]
    assert [segment.codecs for segment in segments] == ["opus", "vp8,opus", "opus"]
    assert [segment.mime for segment in segments] == ["audio/webm", "video/webm", "audio/webm"]
    for segment, following in zip(segments, segments[1:], strict=False):
        assert abs(following.start_us - segment.end_us) <= 60_000
    beeps = [at for segment in segments for at in play(content(tmp_path, segment), segment.start_us).beeps]
    starts = [at for before, at in zip([0, *beeps], beeps, strict=False) if at - before > SECOND]  # one goes on in the next file
    assert len(starts) == 8 and not manifest.gaps


def test_without_sound(tmp_path: Path) -> None:
    camera("vp9", 4).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    (entry,) = manifest.segments
    assert entry.segment.codecs == "vp9"
    assert len(play(content(tmp_path, entry.segment), 0).pictures) == 100


def test_the_screen_is_a_file_of_its_own(tmp_path: Path) -> None:
    camera("vp8", 4).write(tmp_path)
    screen = Sender("vp8", 0x3333, 3 * SECOND)
    Written("par_a", Source.SCREEN, "vp8", 3 * SECOND).packets(screen.packets(pictures("vp8", 2))).write(tmp_path)
    heard = Sender("opus", 0x4444, 3 * SECOND)
    Written("par_a", Source.SCREEN_AUDIO, "opus", 3 * SECOND).packets(heard.packets(sound(2))).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    assert [(entry.segment.group, entry.segment.codecs) for entry in manifest.segments] == [
        ("main", "vp8"),
        ("screen", "vp8,opus"),
    ]
    assert manifest.segments[1].segment.start_us == pytest.approx(3 * SECOND, abs=60_000)


def test_who_is_not_named_is_not_in_it(tmp_path: Path) -> None:
    microphone(4).write(tmp_path)
    camera("vp8", 4, person="par_b").write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    assert {entry.segment.participant_id for entry in manifest.segments} == {"par_a"}
    assert b"par_b" not in manifest.raw


def test_what_was_not_agreed_to_is_a_gap(tmp_path: Path) -> None:
    """Withdrawn from 4 s to 6 s: nothing of it is in any file, though the journal has it."""
    camera("vp8").write(tmp_path)
    microphone().write(tmp_path)
    spans = ((0, 4 * SECOND), (6 * SECOND, None))
    _, manifest = finished(tmp_path, "par_a", people=(RecordedPerson("par_a", "patient", spans),))
    first, *rest = (entry.segment for entry in manifest.segments)
    assert first.end_us <= 4 * SECOND + 60_000 and min(segment.start_us for segment in rest) >= 6 * SECOND
    played = [play(content(tmp_path, segment), segment.start_us) for segment in (first, *rest)]
    assert not any(4_060_000 < at < 6_000_000 for one in played for at, _ in (*one.pictures, *one.sounds))
    gaps = {(gap.source, gap.why) for gap in manifest.gaps}
    assert gaps == {("camera", "withheld"), ("microphone", "withheld")}
    for gap in manifest.gaps:
        assert abs(gap.from_us - 4 * SECOND) <= 60_000 and 6 * SECOND <= gap.to_us <= 8 * SECOND + 60_000


def test_times_without_anybodys_sound(tmp_path: Path) -> None:
    camera("vp8").write(tmp_path)
    microphone().write(tmp_path)
    _, manifest = finished(tmp_path, "par_a", silent=((3 * SECOND, 7 * SECOND),))
    (entry,) = manifest.segments
    played = play(content(tmp_path, entry.segment), entry.segment.start_us)
    assert not any(loud for at, loud in played.sounds if 3_030_000 < at < 6_990_000)
    assert len(played.flashes) == 4 and len(played.beeps) == 2  # of 2, 4, 6 and 8 s
    assert abs(played.flashes[3] - played.beeps[1]) <= 40_000
    ((source, why),) = {(gap.source, gap.why) for gap in manifest.gaps}
    assert (source, why) == ("microphone", "withheld")


def test_lost_packets_are_gaps_and_the_rest_plays_in_sync(tmp_path: Path) -> None:
    sender, voice = Sender("vp8", 1, SECOND), Sender("opus", 2, SECOND)
    seen = [packet for packet in sender.packets(pictures("vp8", 8)) if not 4_500_000 < packet.at_us < 4_700_000]
    heard = [packet for packet in voice.packets(sound(8)) if not 5_300_000 < packet.at_us < 5_700_000]
    Written("par_a", Source.CAMERA, "vp8", SECOND).packets(seen).reports(sender, CLOCK, EVERY_SECOND).write(tmp_path)
    Written("par_a", Source.MICROPHONE, "opus", SECOND).packets(heard).reports(voice, CLOCK, EVERY_SECOND).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    (entry,) = manifest.segments
    gaps = {gap.source: gap for gap in manifest.gaps}
    assert {gap.why for gap in manifest.gaps} == {"lost"} and set(gaps) == {"camera", "microphone"}
    assert abs(gaps["camera"].from_us - 4_560_000) <= 60_000 and abs(gaps["camera"].to_us - 5_020_000) <= 60_000
    assert abs(gaps["microphone"].from_us - 5_320_000) <= 60_000 and abs(gaps["microphone"].to_us - 5_720_000) <= 60_000
    played = play(content(tmp_path, entry.segment), entry.segment.start_us)
    times = [at for at, _ in played.pictures]
    assert not any(gaps["camera"].from_us + 20_000 < at < gaps["camera"].to_us - 20_000 for at in times)
    for flash, beep in zip(played.flashes, played.beeps, strict=True):
        assert abs(flash - beep) <= 40_000


def test_packets_that_came_late_or_twice_change_nothing(tmp_path: Path) -> None:
    whole, mixed = tmp_path / "whole", tmp_path / "mixed"
    for directory in (whole, mixed):
        directory.mkdir()
        sender = Sender("vp8", 1, SECOND)
        packets = list(sender.packets(pictures("vp8", 4)))
        written = Written("par_a", Source.CAMERA, "vp8", SECOND).reports(sender, CLOCK, EVERY_SECOND)
        if directory is whole:
            written.packets(packets)
        else:
            written.packets(packets[:1] + [packet for n, packet in enumerate(packets) if n % 7 != 3 and n])
            written.packets((packet for n, packet in enumerate(packets) if n % 7 == 3), delay_us=900_000)
            written.packets((packet for n, packet in enumerate(packets) if n % 5 == 0), delay_us=1_200_000)
        written.write(directory)
    segments = [finished(directory, "par_a")[1].segments[0].segment for directory in (whole, mixed)]
    assert segments[0].sha256 == segments[1].sha256


def test_layers_are_one_picture(tmp_path: Path) -> None:
    low, high = Sender("vp8", 1, SECOND), Sender("vp8", 2, SECOND, first_timestamp=12345)
    small, large = pictures("vp8", 6), pictures("vp8", 6, size=(320, 240))
    written = Written("par_a", Source.CAMERA, "vp8", SECOND, rids=("q", "f"))
    written.packets((packet for packet in low.packets(small) if packet.at_us < 3 * SECOND), lane=0)
    written.packets((packet for packet in high.packets(large) if 3 * SECOND <= packet.at_us < 5 * SECOND), lane=1)
    again = Sender("vp8", 1, SECOND)
    written.packets((packet for packet in again.packets(small) if packet.at_us >= 5 * SECOND), lane=0)
    for sender, lane in ((low, 0), (high, 1)):
        written.reports(sender, CLOCK, EVERY_SECOND, lane)
    for at in (3 * SECOND, 5 * SECOND):
        written.event("layer", at + 19_999)
    written.write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    (entry,) = manifest.segments
    played = play(content(tmp_path, entry.segment), entry.segment.start_us)
    assert played.sizes == [(160, 120)] * 50 + [(320, 240)] * 50 + [(160, 120)] * 50
    times = [at for at, _ in played.pictures]
    assert all(20_000 <= after - before <= 60_000 for before, after in zip(times, times[1:], strict=False))
    assert not manifest.gaps


def test_another_codec_and_another_size_of_h264_begin_files(tmp_path: Path) -> None:
    camera("vp8", 2).write(tmp_path)
    small, large = Sender("h264", 5, 4 * SECOND), pictures("h264", 2, size=(320, 240))
    written = Written("par_a", Source.CAMERA, "h264", 4 * SECOND)
    written.packets(small.packets(pictures("h264", 2)))
    small.start_us = 6 * SECOND
    small.first_timestamp = (small.first_timestamp + 2 * 90_000) & 0xFFFFFFFF
    written.packets(small.packets(large)).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    segments = [entry.segment for entry in manifest.segments]
    assert [segment.codecs for segment in segments] == ["vp8", "h264", "h264"]
    assert [{*play(content(tmp_path, segment), 0).sizes} for segment in segments] == [{(160, 120)}, {(160, 120)}, {(320, 240)}]
    assert [(gap.source, gap.why) for gap in manifest.gaps] == [("camera", "interrupted")]


@pytest.mark.parametrize("drift", [-2e-4, 2e-4])
def test_people_with_different_clocks_are_together(tmp_path: Path, drift: float) -> None:
    """Both see the same flash; their machines disagree by years and drift apart, their links differ by 30 ms."""
    reported = range(SECOND, 61 * SECOND, SECOND)
    scene = pictures("vp8", 60, size=(64, 48), key_every=250, flash=(10_000_000, 200_000))
    beeps = sound(60, flash=(10_000_000, 200_000))
    for number, (person, clock) in enumerate(
        (("par_a", SenderClock(10**15, drift)), ("par_b", SenderClock(5 * 10**14, -drift / 2)))
    ):
        delay = 20_000 + 30_000 * number
        error = drift if number else -drift
        eye = Sender("vp8", 100 + number, SECOND, first_sequence=number * 777, rate_error=error)
        ear = Sender("opus", 200 + number, SECOND, first_timestamp=number * 999, rate_error=-error)
        seen = Written(person, Source.CAMERA, "vp8", SECOND).packets(eye.packets(scene), delay_us=delay)
        heard = Written(person, Source.MICROPHONE, "opus", SECOND).packets(ear.packets(beeps), delay_us=delay + 40_000)
        seen.reports(eye, clock, reported, delay_us=delay).write(tmp_path)
        heard.reports(ear, clock, reported, delay_us=delay).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a", "par_b")
    played = [play(content(tmp_path, entry.segment), entry.segment.start_us) for entry in manifest.segments]
    assert len(played) == 2 and [len(one.flashes) for one in played] == [6, 6] == [len(one.beeps) for one in played]
    for one in played:
        for flash, beep in zip(one.flashes, one.beeps, strict=True):
            assert abs(flash - beep) <= 40_000
    for mine, theirs in zip(played[0].flashes, played[1].flashes, strict=True):
        assert abs(mine - theirs) <= 80_000


def test_a_worker_that_died_leaves_a_gap_and_its_packets(tmp_path: Path) -> None:
    path = camera("vp8", 2).write(tmp_path, closed=False)
    path.write_bytes(path.read_bytes()[:-100])  # a torn tail: the last chunk is gone
    again = Sender("vp8", 9, 5 * SECOND)
    written = Written("par_a", Source.CAMERA, "vp8", 5 * SECOND).packets(again.packets(pictures("vp8", 2)))
    written.write(tmp_path)
    result, manifest = finished(tmp_path, "par_a")
    assert result.faults == () and result.segments == len(manifest.segments)
    assert manifest.segments[-1].segment.start_us == pytest.approx(5 * SECOND, abs=60_000)


def test_damage_in_a_journal_is_said(tmp_path: Path) -> None:
    sender = Sender("vp8", 1, SECOND)
    scene = pictures("vp8", 8, size=(320, 240), key_every=5)
    path = Written("par_a", Source.CAMERA, "vp8", SECOND, chunk_bytes=4096).packets(sender.packets(scene)).write(tmp_path)
    microphone().write(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    result, manifest = finished(tmp_path, "par_a")
    (fault,) = result.faults
    assert (fault.participant_id, fault.source, fault.kind) == ("par_a", "camera", "damaged") and fault.chunk > 0
    (gap,) = manifest.gaps
    assert gap.why == "damaged" and gap.to_us == pytest.approx(9 * SECOND, abs=60_000)
    segment = manifest.segments[0].segment
    last = max(at for at, _ in play(content(tmp_path, segment), segment.start_us).pictures)
    assert last == pytest.approx(gap.from_us, abs=60_000)  # what stood before the damage is there


def test_a_machine_that_was_started_anew_in_between(tmp_path: Path) -> None:
    """The second journal's monotonic clock begins again; the calendar says where it belongs."""
    camera("vp8", 2, start_us=1000 * SECOND).write(tmp_path)
    sender = Sender("vp8", 9, 5 * SECOND)
    second = Written("par_a", Source.CAMERA, "vp8", 5 * SECOND, utc_us=UTC_US + 1100 * SECOND)
    second.packets(sender.packets(pictures("vp8", 2))).write(tmp_path)
    _, manifest = finished(tmp_path, "par_a")
    starts = [entry.segment.start_us for entry in manifest.segments]
    assert starts == [pytest.approx(1000 * SECOND, abs=60_000), pytest.approx(1105 * SECOND, abs=60_000)]


def test_garbage_hurts_nobody_else(tmp_path: Path) -> None:
    """What says it is H.264 or AV1 and is not makes no file, and takes no other with it."""
    for number, codec in enumerate(("h264", "av1", "vp9", "vp8")):
        sender = Sender(codec, 50 + number, SECOND)
        good = list(sender.packets(pictures(codec, 2)))
        bad = [replace(packet, data=packet.data[:20] + bytes(len(packet.data) - 20)) for packet in good]
        Written("par_bad", Source.CAMERA, codec, SECOND + number, track_id=f"trk_{codec}").packets(bad).write(tmp_path)
    camera("vp8", 2).write(tmp_path)
    _, manifest = finished(tmp_path, "par_bad", "par_a")
    mine = [entry.segment for entry in manifest.segments if entry.segment.participant_id == "par_a"]
    assert len(mine) == 1 and len(play(content(tmp_path, mine[0]), 0).pictures) == 50


def test_nothing_at_all_is_a_recording_too(tmp_path: Path) -> None:
    result, manifest = finished(tmp_path, "par_a")
    assert (result.segments, result.octets, manifest.segments) == (0, 0, ())
    assert signature.decode((tmp_path / places.SIGNATURE).read_bytes()).is_good(manifest.raw)
