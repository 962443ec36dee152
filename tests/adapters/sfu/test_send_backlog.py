"""What waits for a slow connection: bounded, whole, sound before pictures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.sfu.send_backlog import OTHER_BYTES, VIDEO_BYTES, SendBacklog

FRAMES = st.lists(st.tuples(st.integers(3, 1502), st.booleans()), max_size=600)


def numbered(number: int, size: int, is_video: bool) -> bytes:
    return (b"V" if is_video else b"A") + number.to_bytes(2, "big") + bytes(size - 3)


def drained(backlog: SendBacklog) -> list[bytes]:
    found = []
    while chunk := backlog.next():
        found.append(chunk)
    return found


@given(frames=FRAMES)
def test_it_is_bounded_and_keeps_order_and_whole_frames(frames: list[tuple[int, bool]]) -> None:
    backlog = SendBacklog()
    given_in, dropped = [], 0
    for number, (size, is_video) in enumerate(frames):
        given_in.append(numbered(number, size, is_video))
        dropped += backlog.add(given_in[-1], is_video)
        assert backlog.waiting <= VIDEO_BYTES + OTHER_BYTES
    found = drained(backlog)
    assert len(found) + dropped == len(given_in)
    for kind, bound in ((b"A", OTHER_BYTES), (b"V", VIDEO_BYTES)):
        sent = [entry for entry in given_in if entry[:1] == kind]
        kept = [entry for entry in found if entry[:1] == kind]
        assert kept == sent[len(sent) - len(kept) :], "the newest stay, in their order"
        assert sum(map(len, kept)) <= bound
    assert sorted(found, key=lambda entry: entry[:1]) == found, "sound goes first"
    assert backlog.waiting == 0


def test_pictures_are_dropped_long_before_sound() -> None:
    backlog = SendBacklog()
    for number in range(2000):
        backlog.add(numbered(number, 1200, is_video=True), is_video=True)
        if number % 4 == 0:
            assert backlog.add(numbered(number, 120, is_video=False), is_video=False) == 0
    found = drained(backlog)
    assert sum(entry[:1] == b"A" for entry in found) == 500
    assert sum(entry[:1] == b"V" for entry in found) == VIDEO_BYTES // 1200


def test_a_begun_frame_is_finished_first_whatever_comes() -> None:
    backlog = SendBacklog()
    backlog.add(b"A1", is_video=False)
    backlog.begin(b"rest")
    for _ in range(1000):
        backlog.add(bytes(1500), is_video=True)
    assert backlog.next() == b"rest"
    assert backlog.next() == b"A1"
