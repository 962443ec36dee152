"""The pacer: video is spread, nothing waits for long, only whole frames are dropped, and sound is never asked about."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.congestion.pacer import MAX_PACKETS, Pacer, Verdict

MS = 1000


def burst(pacer: Pacer, now: int, count: int, keyframe: bool = False, flow: int = 1) -> list[Verdict]:
    """A frame of full packets; held ones are queued with their index as the token."""
    verdicts = []
    for index in range(count):
        verdict = pacer.offer(flow, 1200, now, begins=index == 0, keyframe=keyframe)
        if verdict is Verdict.HOLD:
            pacer.hold(flow, index, 1200, begins=index == 0)
        verdicts.append(verdict)
    return verdicts


def test_a_small_frame_leaves_at_once() -> None:
    assert burst(Pacer(1_000_000), 0, 1) == [Verdict.SEND]


def test_an_ordinary_frame_leaves_at_once() -> None:
    pacer = Pacer(1_500_000)
    for frame in range(30):
        assert set(burst(pacer, frame * 33 * MS, 5)) == {Verdict.SEND}
    pacer.set_rate(1_500_000, queue_is_long=True)
    assert Verdict.HOLD in burst(pacer, 1000 * MS, 5), "not into a queue that is to be drained"


def test_a_keyframe_leaves_at_two_and_a_half_times_the_estimate() -> None:
    pacer = Pacer(1_000_000)
    assert Verdict.DROP not in burst(pacer, 0, 40, keyframe=True)
    released = []
    for now in range(0, 400 * MS, 5 * MS):
        released += [(now, token) for token in pacer.release(now)]
    assert [token for _, token in released] == sorted(token for _, token in released)
    assert pacer.queued == 0
    bits = len(released) * 1200 * 8
    assert 2_200_000 < bits / (released[-1][0] / 1e6) < 2_700_000


def test_sound_passes_and_video_makes_room() -> None:
    pacer = Pacer(100_000)
    pacer.offer(1, 1200, 0, True, True)
    for _ in range(50):
        pacer.passed(200)
    assert burst(pacer, 1 * MS, 1) == [Verdict.HOLD]
    due = pacer.next_release_us(1 * MS)
    assert due is not None and 1 * MS < due < 500 * MS
    assert pacer.release(due) == [0]
    assert pacer.next_release_us(due) is None


def test_overflow_drops_whole_frames_and_starves_until_a_keyframe() -> None:
    pacer = Pacer(200_000)  # 62.5 bytes a millisecond: 15,625 bytes in 250 ms
    verdicts = burst(pacer, 0, 20)
    assert Verdict.DROP not in verdicts
    assert set(burst(pacer, 1 * MS, 3)) == {Verdict.DROP}
    assert pacer.starved == {1}
    assert pacer.queued > 0  # the frame that has begun to leave goes on
    for now in range(1000 * MS, 3000 * MS, 10 * MS):
        pacer.release(now)
    assert pacer.queued == 0
    assert set(burst(pacer, 4000 * MS, 2)) == {Verdict.DROP}
    assert burst(pacer, 4100 * MS, 1, keyframe=True) == [Verdict.SEND]
    assert pacer.starved == set()


def test_what_follows_a_large_keyframe_is_not_dropped_for_it() -> None:
    pacer = Pacer(200_000)
    burst(pacer, 0, 20, keyframe=True)  # 24,000 bytes: 384 ms
    assert Verdict.DROP not in burst(pacer, 1 * MS, 3)
    assert pacer.starved == set()
    burst(pacer, 2 * MS, 35, keyframe=True)  # but a second is the end
    assert set(burst(pacer, 3 * MS, 1)) == {Verdict.DROP}


def test_a_late_timer_is_caught_up_with() -> None:
    pacer = Pacer(1_000_000)
    at_once = burst(pacer, 0, 40, keyframe=True).count(Verdict.SEND)
    released = sum(len(pacer.release(now)) for now in range(20 * MS, 180 * MS, 20 * MS))
    assert at_once <= 4  # what the path carries in the time of a frame
    assert at_once + released == 40  # 312 bytes a millisecond: five packets in 20 ms, not the burst of 5 ms


def test_a_flow_that_ends_leaves_nothing_behind() -> None:
    pacer = Pacer(200_000)
    burst(pacer, 0, 5, flow=1)
    burst(pacer, 0, 2, flow=2)
    assert list(pacer.held(1)) == [2, 3, 4]
    assert pacer.clear(1) == 3, "the frame that has begun to leave too"
    assert list(pacer.held(2)) == [0, 1]


def test_frames_that_have_not_begun_to_leave_go_with_the_overflow() -> None:
    pacer = Pacer(200_000)
    burst(pacer, 0, 2)
    for frame in range(1, 8):
        burst(pacer, frame, 3)
    assert burst(pacer, 10, 1) == [Verdict.DROP]
    assert pacer.queued <= 1  # the rest of the first frame
    assert pacer.dropped >= 19


def test_a_starving_flow_leaves_the_others_alone() -> None:
    pacer = Pacer(200_000)
    burst(pacer, 0, 4, flow=2)
    burst(pacer, 0, 20, flow=1)
    burst(pacer, 1, 2, flow=1)
    assert pacer.starved == {1}
    kept = pacer.queued
    pacer.clear(1)
    assert pacer.starved == set()
    assert 0 < pacer.queued <= kept


def test_a_long_queue_on_the_path_is_drained() -> None:
    pacer = Pacer(1_000_000)
    pacer.set_rate(1_000_000, queue_is_long=True)
    burst(pacer, 0, 5)
    released = sum(len(pacer.release(now)) for now in range(0, 100 * MS, 5 * MS))
    assert released <= 4  # 250 kbit/s for 100 ms is 3 kB


def test_a_queue_that_has_emptied_leaves_no_debt_of_sound() -> None:
    pacer = Pacer(200_000)
    pacer.set_rate(200_000, queue_is_long=True)
    for number in range(100):
        pacer.passed(160)
        pacer.offer(1, 1200, number * 20 * MS, begins=True, keyframe=False)
    pacer.set_rate(200_000, queue_is_long=False, wary=True)
    pacer.clear(1)
    assert pacer.offer(1, 1200, 2010 * MS, begins=True, keyframe=True) is Verdict.SEND


@given(
    frames=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60), st.booleans(), st.integers(1, 3)), max_size=25),
    bitrate=st.sampled_from([30_000.0, 300_000.0, 3_000_000.0]),
)
@settings(max_examples=20)
def test_what_is_held_is_bounded_and_comes_out_once_and_in_order(
    frames: list[tuple[int, int, bool, int]], bitrate: float
) -> None:
    pacer = Pacer(bitrate)
    now = token = 0
    held: list[int] = []
    out: list[int] = []
    for gap, count, keyframe, flow in frames:
        now += gap * MS
        for index in range(count):
            verdict = pacer.offer(flow, 1200, now, index == 0, keyframe)
            if verdict is Verdict.HOLD:
                pacer.hold(flow, token, 1200, index == 0)
                held.append(token)
                token += 1
        assert pacer.queued <= MAX_PACKETS
        out += pacer.release(now)
    while pacer.queued:
        now += 1000 * MS
        out += pacer.release(now)
    assert out == sorted(set(out))
    assert set(out) <= set(held)
