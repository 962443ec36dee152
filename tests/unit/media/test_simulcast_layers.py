"""Which layer a subscriber gets, when it changes, and that pictures stay in step with the capture clock while it does."""

from __future__ import annotations

import pytest

from telemed.media.simulcast import MAX_EXTRA_OFFSET, NO_LAYER
from telemed.media.simulcast_source import LAYER_GONE, MAX_PROOF, PROOF, RELAPSE, SimulcastSource, wish_for
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.sequence import timestamp_delta
from tests.unit.media.layered import RATE, Camera, Subscriber

FRAME = 1 / 30


def run(camera: Camera, seconds: float, layers: tuple[int, ...] = (0, 1, 2), answers: bool = True) -> list[tuple[float, int]]:
    """Pass time at 30 frames/s with a report a second; key frames come 60 ms after they are asked for. The requests made."""
    asked: list[tuple[float, int]] = []
    due: dict[int, float] = {}
    for number in range(round(seconds / FRAME)):
        camera.now += FRAME
        for index in layers:
            if number % 30 == 5 * index:
                camera.report(index)
            camera.frame(index, key=answers and due.get(index, 1e12) <= camera.now)
            if due.get(index, 1e12) <= camera.now:
                del due[index]
        if number % 3 == 0:
            for layer in camera.aim():
                asked.append((camera.now, layer))
                due.setdefault(layer, camera.now + 0.06)
    return asked


def test_the_first_key_frame_of_any_layer_is_shown_and_the_best_follows() -> None:
    camera = Camera()
    subscriber = camera.join()
    camera.frame(0, key=True)
    assert subscriber.forwarder.current == 0, "a small picture now beats a large one later"
    asked = run(camera, 2.0)
    assert subscriber.forwarder.current == 2 and subscriber.forwarder.waiting_for == NO_LAYER
    assert len(asked) <= 3 and {layer for _, layer in asked} == {2}


def test_without_sender_reports_it_waits_but_not_for_ever() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.frame(0, key=True)
    camera.frame(1)
    camera.aim()
    for refused in range(3):
        camera.now += 0.5
        camera.frame(1, key=True)
        assert subscriber.forwarder.current == 0, refused
    camera.now += 0.5
    camera.frame(1, key=True)
    assert subscriber.forwarder.current == 1


@pytest.mark.parametrize("behind", [0.0, 0.030, 0.070])
def test_timestamps_follow_the_capture_clock_over_a_thousand_switches(behind: float) -> None:
    """The larger layer's encoder is slower by `behind`. What it costs stays within 75 ms and never adds up."""
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.report(0)
    camera.report(1)
    camera.frame(0, key=True)
    assert subscriber.timestamp is not None
    zero = subscriber.timestamp - round(camera.now * RATE)
    for number in range(1_000):
        camera.now += FRAME
        subscriber.forwarder.wish = number & 1
        camera.aim()
        camera.frame(0, key=True)
        camera.frame(1, key=True, behind=behind)
        offset = timestamp_delta(subscriber.timestamp, (zero + round(camera.now * RATE)) & 0xFFFFFFFF) / RATE
        assert -behind - 0.0011 <= offset <= MAX_EXTRA_OFFSET + 0.0011
        if number % 30 == 0:
            camera.report(0)
            camera.report(1)
    assert subscriber.runs >= 500


def test_a_layer_too_far_behind_waits_for_a_newer_key_frame_then_is_taken_as_it_comes() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.report(0)
    camera.report(1)
    camera.frame(0, key=True)
    camera.frame(1)
    camera.aim()
    for number in range(4):
        camera.now += FRAME
        camera.frame(0)
        camera.frame(1, key=True, behind=0.2)
        assert subscriber.forwarder.current == (1 if number == 3 else 0)
    camera.now += FRAME
    camera.report(1)
    assert subscriber.forwarder.last_sent[0] == 1


def test_a_sender_report_out_of_this_world_moves_no_picture_into_the_future() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.report(0)
    camera.source.clocks[1].on_sender_report(to_ntp64(5.0), 77, camera.now)
    camera.frame(0, key=True)
    camera.frame(1)
    camera.aim()
    before = subscriber.timestamp
    camera.now += 0.04
    camera.frame(1, key=True)
    assert subscriber.forwarder.current == 1
    assert before is not None and abs(timestamp_delta(subscriber.timestamp or 0, before) - 0.04 * RATE) <= 1


def test_a_layer_that_ends_gives_way_to_a_live_one_and_comes_back() -> None:
    camera = Camera()
    subscriber = camera.join()
    run(camera, 2.0)
    assert subscriber.forwarder.current == 2
    started = camera.now
    run(camera, 1.0, layers=(0, 1))
    assert subscriber.forwarder.current == 1
    assert LAYER_GONE < camera.now - started
    run(camera, PROOF + 0.5)
    assert subscriber.forwarder.current == 2


def test_a_layer_that_its_publishers_link_ended_has_to_last_before_it_is_taken_again() -> None:
    camera = Camera()
    subscriber = camera.join()

    run(camera, 1.0)
    assert subscriber.forwarder.current == 2, "at first nothing has to be shown"
    for _ in range(5):
        run(camera, 3.0, (0, 1))
        run(camera, PROOF - 0.2)
        assert subscriber.forwarder.current == 1, "it comes and goes"
    run(camera, 1.0)
    assert subscriber.forwarder.current == 2
    camera.wanted = False
    run(camera, 3.0, (0, 1))
    run(camera, 0.6)
    assert subscriber.forwarder.current == 2, "it was switched off because nobody took it"


def test_a_layer_that_ends_soon_after_it_was_taken_again_has_to_last_longer() -> None:
    camera = Camera()
    subscriber = camera.join()
    run(camera, 1.0)
    waited = []
    for _ in range(4):
        run(camera, 2.0, (0, 1))
        begun = camera.now
        while subscriber.forwarder.current != 2:
            run(camera, 0.2)
        waited.append(camera.now - begun)
        run(camera, 1.0)
    assert waited == pytest.approx([PROOF, 3 * PROOF, 9 * PROOF, MAX_PROOF], abs=0.5)
    run(camera, RELAPSE)
    run(camera, 2.0, (0, 1))
    run(camera, PROOF + 0.5)
    assert subscriber.forwarder.current == 2, "that was long ago"


def test_the_end_of_a_layer_shows_sooner_the_more_fluent_the_picture_is() -> None:
    source = SimulcastSource(2, RATE)
    silences = []
    for frames in (30.0, 20.0, 12.5, 5.0, 0.0):
        source.on_frame_rate(frames)
        source.on_packet(1, 1.0)
        source.on_packet(0, 1.0)
        silent = 0.0
        while source.is_live(1):
            silent += 0.01
            source.on_packet(0, 1.0 + silent)
        silences.append(silent)
    assert silences == pytest.approx([0.21, 0.21, 0.33, 0.51, 0.51], abs=0.011)


def test_silence_of_all_layers_changes_nothing() -> None:
    camera = Camera()
    subscriber = camera.join()
    run(camera, 2.0)
    camera.now += 20.0
    assert camera.aim() == ()
    assert (subscriber.forwarder.current, subscriber.forwarder.wanted) == (2, 2)


def test_the_smallest_above_the_wish_is_better_than_none() -> None:
    source = SimulcastSource(3, RATE)
    assert source.choose(2) == NO_LAYER
    source.on_packet(1, 1.0)
    source.on_packet(2, 1.0)
    assert [source.choose(wish) for wish in (-1, 0, 1, 2)] == [NO_LAYER, 1, 1, 2]


def test_a_small_layer_that_is_silent_for_a_moment_is_no_reason_for_a_larger_one() -> None:
    source = SimulcastSource(2, RATE)
    source.on_frame_rate(30.0)
    source.on_packet(0, 1.0)
    source.on_packet(1, 1.4)
    assert not source.is_live(0) and source.choose(0) == 0
    source.on_packet(1, 1.6)
    assert source.choose(0) == 1


def test_no_wish_stops_the_picture_at_once_and_a_wish_brings_it_back() -> None:
    camera = Camera()
    subscriber = camera.join()
    run(camera, 2.0)
    subscriber.forwarder.wish = NO_LAYER
    camera.aim()
    before = subscriber.monitor.packets
    assert run(camera, 1.0) == [] and subscriber.monitor.packets == before
    subscriber.forwarder.wish = 0
    run(camera, 1.0)
    assert subscriber.forwarder.current == 0 and subscriber.monitor.packets > before
    assert subscriber.largest_gap == 0


def test_key_frame_requests_are_merged_and_spaced_however_often_minds_change() -> None:
    camera = Camera()
    subscribers = [camera.join() for _ in range(20)]
    asked: list[tuple[float, int]] = run(camera, 2.0)
    for number in range(100):  # ten seconds of wishes that flap, and of a publisher that does not answer
        for subscriber in subscribers:
            subscriber.forwarder.wish = number % 3
        asked += run(camera, 0.1, answers=False)
    for layer in range(3):
        times = [at for at, which in asked if which == layer]
        assert len(times) <= 2 + 12.0 / 0.5
        assert all(later - earlier >= 0.19 for earlier, later in zip(times, times[1:], strict=False))


def test_nobody_is_asked_about_a_layer_that_does_not_come() -> None:
    camera = Camera(layers=2)
    camera.join()
    camera.frame(1, key=True)
    run(camera, 2.0, layers=(0, 1))
    asked = run(camera, 5.0, layers=(0,), answers=False)
    assert {layer for _, layer in asked[-3:]} == {0}


def test_subscribers_of_one_source_do_not_touch_each_other() -> None:
    camera = Camera()
    low, high = camera.join(), camera.join()
    low.forwarder.wish = 0
    run(camera, 3.0)
    assert (low.forwarder.current, high.forwarder.current) == (0, 2)
    assert isinstance(low, Subscriber) and low.runs == 1


def test_wishes_by_tile() -> None:
    heights = (180, 360, 720)
    assert [wish_for(tile, heights) for tile in (-1, 0, 100, 240, 241, 480, 481, 2000)] == [-1, -1, 0, 0, 1, 1, 2, 2]
    assert wish_for(300, (0, 0)) == 1


def test_a_source_has_one_to_three_layers() -> None:
    for layers in (0, 4):
        with pytest.raises(ValueError, match="layers"):
            SimulcastSource(layers, RATE)
