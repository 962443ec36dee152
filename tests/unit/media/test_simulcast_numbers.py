"""Whatever layers do, a subscriber's numbers only grow, none is used twice, and each can be traced back for a resend."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.simulcast import MAX_LEAP, NO_LAYER
from tests.unit.media.layered import Camera

LAYER = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(st.just("frame"), LAYER, st.integers(1, 4)),
    st.tuples(st.just("frame"), LAYER, st.integers(1, 4)),
    st.tuples(st.just("key"), LAYER, st.integers(1, 4)),
    st.tuples(st.just("lossy"), LAYER, st.integers(0, 3)),
    st.tuples(st.just("lossy_key"), LAYER, st.integers(0, 3)),
    st.tuples(st.just("cut"), LAYER, st.integers(1, 3)),
    st.tuples(st.just("late"), st.integers(0, 50), st.just(0)),
    st.tuples(st.just("leap"), LAYER, st.integers(2, 30_000)),
    st.tuples(st.just("padding"), LAYER, st.integers(1, 3)),
    st.tuples(st.just("report"), LAYER, st.just(0)),
    st.tuples(st.just("wish"), st.integers(-1, 2), st.just(0)),
    st.tuples(st.just("stop"), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), LAYER, st.integers(0, 65_535)),
    st.tuples(st.just("pause"), st.integers(0, 900), st.just(0)),
)


def play(camera: Camera, kind: str, first: int, second: int) -> None:
    """One step of a story."""
    camera.now += 0.010
    if kind in ("frame", "key"):
        camera.frame(first, kind == "key", second)
    elif kind in ("lossy", "lossy_key"):
        camera.frame(first, kind == "lossy_key", 4, lose=second)
    elif kind == "cut":
        camera.frame(first, False, second + 1, lose=second)
    elif kind == "late":
        camera.late(first)
    elif kind == "leap":
        camera.layers[first].ext += second
    elif kind == "padding":
        camera.padding(first, second)
    elif kind == "report":
        camera.report(first)
    elif kind == "wish":
        camera.subscribers[0].forwarder.wish = first
    elif kind == "stop":
        camera.subscribers[0].forwarder.stop()
    elif kind == "restart":
        camera.layers[first].ext = 65_536 + second
        camera.lost = [packet for packet in camera.lost if packet[0] != first]
        camera.source.restart(first, [one.forwarder for one in camera.subscribers])
    else:
        camera.now += first / 1000
    camera.aim()


@settings(max_examples=150)
@given(st.lists(STEP, max_size=80), st.integers(0, 0xFFFF), st.integers(0, 0x7FFF))
def test_no_number_is_used_twice_or_steps_back(steps: list[tuple[str, int, int]], first: int, first_out: int) -> None:
    camera = Camera(first=first)
    subscriber = camera.join(first_sequence=first_out)
    for kind, one, two in steps:
        play(camera, kind, one, two)  # the subscriber checks each packet by itself
    assert subscriber.largest_gap <= MAX_LEAP
    assert len(subscriber.sent) == subscriber.monitor.packets


def story(chance: random.Random) -> None:
    """One seeded call of up to 400 steps; in half of them layers rarely stop, leap or restart."""
    steady = chance.random() < 0.5
    camera = Camera(first=chance.randrange(1 << 16))
    subscriber = camera.join(first_sequence=chance.randrange(1 << 15))
    for _ in range(chance.randrange(10, 400)):
        kind = chance.choice(KINDS)
        if not steady or kind not in ("restart", "stop", "leap") or chance.random() < 0.1:
            play(camera, kind, *numbers_for(kind, chance))
    assert subscriber.largest_gap <= MAX_LEAP
    assert len(subscriber.sent) == subscriber.monitor.packets


KINDS = ["frame"] * 4 + ["key"] * 2 + ["late"] * 2
KINDS += ["lossy", "lossy_key", "cut", "leap", "padding", "report", "wish", "stop", "restart", "pause"]
LARGEST = {"cut": 3, "padding": 3, "leap": 30_000, "restart": 65_535, "frame": 4, "key": 4, "lossy": 3, "lossy_key": 3}


def numbers_for(kind: str, chance: random.Random) -> tuple[int, int]:
    """Arguments of a step of this kind."""
    if kind == "wish":
        return chance.randrange(-1, 3), 0
    if kind in ("late", "pause"):
        return chance.randrange(50 if kind == "late" else 900), 0
    lowest = 0 if kind.startswith("lossy") else 1
    return chance.randrange(3), chance.randint(lowest, LARGEST.get(kind, 1))


def test_a_hundred_stories() -> None:
    for seed in range(100):
        story(random.Random(seed))


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_two_minutes_of_new_stories() -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        seed = time.time_ns()
        try:
            story(random.Random(seed))
        except AssertionError as fault:
            raise AssertionError(f"story {seed}") from fault


def test_fifteen_hundred_switches_wrap_around_and_leave_only_intended_holes() -> None:
    camera = Camera(first=65_000)
    subscriber = camera.join(first_sequence=60_000)
    for index in range(3):
        camera.report(index)
    for round_number in range(1_500):
        camera.now += 0.033
        subscriber.forwarder.wish = round_number % 3
        for index in range(3):
            camera.frame(index, key=True, packets=5)
        camera.aim()
        if not round_number % 30:
            camera.report(round_number % 3)
    assert subscriber.runs > 1_450
    assert subscriber.highest > 65_536 and subscriber.largest_gap == 0


def test_a_frame_that_was_cut_short_is_followed_by_one_unused_number() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.report(0)
    camera.report(1)
    camera.frame(1, key=True)
    camera.frame(0)
    camera.now += 0.03
    camera.frame(1, packets=3, lose=2)  # its end will not come before the switch
    highest = subscriber.highest
    subscriber.forwarder.wish = 0
    camera.aim()
    camera.now += 0.03
    camera.frame(0, key=True)
    assert subscriber.highest == highest + 3 and highest + 1 not in subscriber.sent
    assert subscriber.forwarder.find_sent(highest + 1 & 0xFFFF) is None, "there is nothing to resend"
    before = subscriber.monitor.packets
    camera.late(0)
    assert subscriber.monitor.packets == before, "the old layer's late packet is of no use"


def test_late_packets_and_resends_keep_their_numbers_within_a_run() -> None:
    camera = Camera(layers=1)
    subscriber = camera.join()
    camera.frame(0, key=True, packets=3, lose=1)
    camera.padding(0, 2)
    camera.frame(0)
    assert subscriber.largest_gap == 1, "the lost one; padding leaves no hole"
    camera.late(0)
    assert sorted(subscriber.sent) == list(range(min(subscriber.sent), subscriber.highest + 1))
    run, ext = subscriber.forwarder.find_sent(min(subscriber.sent) + 3 & 0xFFFF) or (None, 0)
    assert run is not None and (run.layer, ext) == (0, camera.layers[0].ext - 1), "behind the padding"


def test_after_a_restart_of_its_encoder_old_packets_cannot_be_resent_and_the_layer_begins_anew() -> None:
    camera = Camera(layers=1, first=20_000)
    subscriber = camera.join()
    camera.frame(0, key=True)
    last = subscriber.highest & 0xFFFF
    camera.source.restart(0, [subscriber.forwarder])
    assert subscriber.forwarder.find_sent(last) is None
    camera.layers[0].ext = 65_536
    camera.now += 0.5
    camera.frame(0)
    assert subscriber.forwarder.current == NO_LAYER
    camera.aim()
    camera.frame(0, key=True)
    assert subscriber.runs == 2 and subscriber.largest_gap == 0


def test_a_publisher_that_comes_back_is_followed_under_the_same_numbers() -> None:
    camera, again = Camera(layers=3), Camera(layers=2)
    subscriber = camera.join()
    camera.frame(2, key=True)
    camera.frame(2)
    before = subscriber.forwarder.out_timestamp
    assert subscriber.forwarder.next_sequence == subscriber.highest + 1
    again.subscribers.append(subscriber)
    subscriber.forwarder.follow(again.source.clocks)
    assert subscriber.forwarder.next_sequence == subscriber.highest + 1
    again.now = camera.now + 2.0
    camera.frame(2, key=False)
    again.frame(1, key=True)
    assert subscriber.forwarder.current == 1 and subscriber.largest_gap == 0
    assert (subscriber.forwarder.out_timestamp - before) & 0xFFFFFFFF == 180_000


def test_packets_of_an_earlier_run_do_not_come_late_into_this_one() -> None:
    """They were numbered for other timestamps and pictures, and their pictures are over."""
    camera = Camera(layers=1)
    subscriber = camera.join()
    camera.frame(0, key=True, packets=4, lose=1)
    camera.frame(0, packets=4, lose=1)
    subscriber.forwarder.stop()
    camera.now += 0.5
    camera.frame(0, key=True)
    before = subscriber.monitor.packets
    camera.late(0)
    camera.late(0)
    assert subscriber.monitor.packets == before


def test_a_key_frame_that_comes_late_does_not_begin_a_run_where_one_has_been() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.report(0)
    camera.report(1)
    camera.frame(0, key=True)
    camera.frame(0, key=True, lose=0)
    camera.frame(0)
    camera.frame(1, key=True)
    camera.aim()
    camera.now += 0.02
    camera.frame(1, key=True)
    subscriber.forwarder.wish = 0
    camera.aim()
    assert (subscriber.forwarder.current, subscriber.forwarder.waiting_for) == (1, 0)
    camera.late(0)
    assert subscriber.forwarder.current == 1


def test_a_leap_of_the_layer_is_not_passed_on_and_late_packets_before_it_still_fit() -> None:
    camera = Camera(layers=1)
    subscriber = camera.join()
    camera.frame(0, key=True, packets=4, lose=1)
    camera.layers[0].ext += 20_000
    camera.frame(0)
    assert subscriber.largest_gap == 1
    camera.late(0)
    assert len(subscriber.sent) == 6 and max(subscriber.sent) - min(subscriber.sent) == 5
    assert subscriber.forwarder.find_sent(subscriber.highest + 1 & 0xFFFF) is None, "not sent yet"


def test_a_new_encoder_has_another_clock() -> None:
    camera = Camera(layers=1)
    subscriber = camera.join()
    camera.frame(0, key=True)
    before = subscriber.forwarder.out_timestamp
    camera.source.restart(0, [subscriber.forwarder])
    camera.now += 0.5
    camera.layers[0].timestamp_zero -= 44_000  # by chance it seems to go on 11 ms later
    camera.frame(0, key=True)
    assert (subscriber.forwarder.out_timestamp - before) & 0xFFFFFFFF == 45_000


def test_a_packet_that_comes_late_before_padding_is_still_the_newest_picture() -> None:
    camera = Camera(layers=1)
    subscriber = camera.join()
    camera.frame(0, key=True)
    camera.frame(0, packets=1, lose=0)
    camera.padding(0, 2)
    camera.late(0)
    subscriber.forwarder.stop()
    camera.frame(0, key=True)  # the subscriber checks that numbers, timestamps and pictures follow the late packet's
    assert subscriber.runs == 2


def test_numbers_of_packets_that_never_left_are_taken_back() -> None:
    camera = Camera()
    one = camera.join()
    camera.source.aim([one.forwarder], camera.now)
    one.forwarder.aim(2, False)
    camera.frame(2, key=True, packets=4)
    forwarder = one.forwarder
    last = one.highest - 2
    forwarder.cut(last)
    assert forwarder.current < 0 and forwarder.next_sequence == last + 2, "one number stays unused"
    assert forwarder.find_sent(last & 0xFFFF) is not None
    assert forwarder.find_sent((last + 1) & 0xFFFF) is None
