"""Where files begin: at key frames, at another codec or parameter set, at consent, and before they grow too large."""

from __future__ import annotations

from telemed.media.frames.cuts import (
    BEGIN_US,
    BURST,
    HARD_BYTES,
    HOLE_US,
    MAX_SEGMENT_US,
    OVER_US,
    SOFT_BYTES,
    SOUND_HOLE_US,
    Cut,
    Cutter,
    PictureForm,
)
from telemed.media.frames.gaps import MERGE_US, GapLog
from telemed.media.frames.records import Frame

VP8 = PictureForm("vp8")
SECOND = 1_000_000


def picture(at_us: int, key: bool = False, after_loss: bool = False) -> Frame:
    return Frame(0, 0, 0, 0, key, b"x", after_loss=after_loss, time_us=at_us)


def sound(at_us: int, after_loss: bool = False) -> Frame:
    return Frame(0, 0, 0, 0, True, b"x", after_loss=after_loss, samples=960, time_us=at_us)


def begun(form: PictureForm = VP8) -> Cutter:
    cutter = Cutter()
    assert cutter.picture(picture(0, key=True), form, 0) is Cut.BEGIN
    return cutter


def test_pictures_begin_at_key_frames_only() -> None:
    cutter = Cutter()
    assert cutter.picture(picture(0), VP8, 0) is Cut.LEAVE_OUT
    assert cutter.picture(picture(1, key=True), VP8, 0) is Cut.BEGIN
    assert cutter.picture(picture(2), VP8, 0) is Cut.GO_ON
    assert cutter.picture(picture(3, key=True), VP8, 0) is Cut.GO_ON


def test_another_codec_set_or_consent_begins_a_file() -> None:
    cutter = begun(PictureForm("h264", b"one"))
    assert cutter.picture(picture(1, key=True), PictureForm("h264", b"two"), 0) is Cut.BEGIN
    assert cutter.picture(picture(2), PictureForm("vp8"), 0) is Cut.LEAVE_OUT
    assert cutter.picture(picture(3, key=True), VP8, 0) is Cut.BEGIN
    assert cutter.picture(picture(4), VP8, 1) is Cut.LEAVE_OUT
    assert cutter.sound(sound(5), 1) is Cut.BEGIN
    assert cutter.picture(picture(6, key=True), VP8, 1) is Cut.BEGIN


def test_parameter_sets_that_change_with_each_picture_fill_no_disk() -> None:
    cutter, seconds = Cutter(), 600
    cuts = [
        cutter.picture(picture(number * SECOND // 30, key=True), PictureForm("h264", b"%d" % number), 0)
        for number in range(30 * seconds)
    ]
    files = cuts.count(Cut.BEGIN)
    assert BURST <= files <= BURST + seconds * SECOND // BEGIN_US and cuts.count(Cut.LEAVE_OUT) == len(cuts) - files


def test_a_frame_of_which_no_file_can_be_made_counts_and_begins_nothing() -> None:
    cutter = Cutter()
    for number in range(BURST):
        assert cutter.picture(picture(number, key=True), VP8, 0) is Cut.BEGIN
        cutter.abandon()
        assert cutter.picture(picture(number), VP8, 0) is Cut.LEAVE_OUT
    assert cutter.picture(picture(BURST, key=True), VP8, 0) is Cut.LEAVE_OUT
    assert cutter.picture(picture(BURST + BEGIN_US, key=True), VP8, 0) is Cut.BEGIN


def test_size_and_length() -> None:
    cutter = begun()
    cutter.octets = SOFT_BYTES
    assert cutter.picture(picture(1), VP8, 0) is Cut.GO_ON
    assert cutter.sound(sound(2), 0) is Cut.GO_ON
    cutter.octets = HARD_BYTES
    assert cutter.picture(picture(3), VP8, 0) is Cut.LEAVE_OUT
    assert cutter.picture(picture(4, key=True), VP8, 0) is Cut.BEGIN and cutter.octets == 0
    assert cutter.picture(picture(MAX_SEGMENT_US), VP8, 0) is Cut.GO_ON
    assert cutter.picture(picture(MAX_SEGMENT_US + 5, key=True), VP8, 0) is Cut.BEGIN


def test_holes() -> None:
    cutter = begun()
    assert cutter.picture(picture(HOLE_US + 1), VP8, 0) is Cut.GO_ON
    assert cutter.picture(picture(2 * HOLE_US + 2, key=True), VP8, 0) is Cut.BEGIN
    assert cutter.sound(sound(2 * HOLE_US + 3), 0) is Cut.GO_ON
    cutter.pictures_over(2 * HOLE_US + 4)
    assert cutter.sound(sound(2 * HOLE_US + 5), 0) is Cut.GO_ON
    assert cutter.sound(sound(2 * HOLE_US + OVER_US + 6), 0) is Cut.BEGIN
    assert cutter.sound(sound(2 * HOLE_US + OVER_US + SOUND_HOLE_US + 6), 0) is Cut.GO_ON
    assert cutter.sound(sound(2 * HOLE_US + OVER_US + 2 * SOUND_HOLE_US + 7), 0) is Cut.BEGIN


def gaps_of(frames: list[tuple[Frame, int, int]], events: list[tuple[int, str]] | None = None) -> list[tuple[int, int, str]]:
    log = GapLog("par_a", "camera", events or [])
    for frame, journal, span in frames:
        log.frame(frame, journal, span)
    return [(gap.from_us, gap.to_us, gap.why) for gap in log.gaps]


def test_reasons_of_gaps() -> None:
    first = (picture(0), 0, 0)
    end = 40_000
    assert gaps_of([first, (picture(5 * SECOND), 0, 0)]) == []  # a picture that stands still
    assert gaps_of([first, (picture(SECOND, after_loss=True), 0, 0)]) == [(end, SECOND, "lost")]
    assert gaps_of([first, (picture(SECOND), 1, 0)]) == [(end, SECOND, "interrupted")]
    assert gaps_of([first, (picture(SECOND), 1, 1)]) == [(end, SECOND, "withheld")]
    assert gaps_of([first, (picture(SECOND), 0, 0)], [(9, "muted")]) == [(end, SECOND, "muted")]
    assert gaps_of([first, (picture(SECOND, after_loss=True), 0, 0)], [(9, "overflow")]) == [(end, SECOND, "overflow")]
    assert gaps_of([(sound(0), 0, 0), (sound(60_000, after_loss=True), 0, 0)]) == []  # two packets: concealed
    assert gaps_of([(sound(0), 0, 0), (sound(200_000, after_loss=True), 0, 0)]) == [(20_000, 200_000, "lost")]
    assert gaps_of([(sound(0), 0, 0), (sound(5 * SECOND), 0, 0)]) == []  # nothing was said


def test_sound_that_was_held_back_for_somebody_else_says_so() -> None:
    log = GapLog("par_a", "microphone", [], ((SECOND, 2 * SECOND), (8 * SECOND, None)))
    for at, journal in ((0, 0), (3 * SECOND, 1), (5 * SECOND, 2), (7 * SECOND, 2), (9 * SECOND, 3)):
        log.frame(sound(at), journal, 0)
    said = [(gap.from_us, gap.to_us, gap.why) for gap in log.gaps]
    end = 20_000
    assert said == [
        (end, 3 * SECOND, "withheld"),
        (3 * SECOND + end, 5 * SECOND, "interrupted"),
        (7 * SECOND + end, 9 * SECOND, "withheld"),
    ]


def test_gaps_near_each_other_are_one() -> None:
    frames = [(picture(n * 500_000, after_loss=n > 0), 0, 0) for n in range(5)]
    assert gaps_of(frames) == [(40_000, 2 * SECOND, "lost")]
    far = 2 * SECOND + 40_000 + MERGE_US
    assert len(gaps_of([*frames, (picture(far - 40_000), 0, 0), (picture(far + SECOND, after_loss=True), 0, 0)])) == 2
    log = GapLog("par_a", "camera", [])
    log.broken_off(5, "damaged")
    log.frame(picture(0), 0, 0)
    log.broken_off(SECOND, "damaged")
    assert [(gap.from_us, gap.to_us, gap.why) for gap in log.gaps] == [(40_000, SECOND, "damaged")]
