"""Many wishes, few requests."""

from __future__ import annotations

from telemed.media.keyframes import KeyframeRequests


def test_first_wish_is_asked_at_once_and_others_join_it() -> None:
    requests = KeyframeRequests()
    assert requests.wanted(10.0)
    assert not any(requests.wanted(10.0 + number / 100) for number in range(50))
    assert requests.waiting
    assert requests.requests == 1


def test_wish_after_a_keyframe_waits_for_the_spacing_and_is_not_forgotten() -> None:
    requests = KeyframeRequests()
    assert requests.wanted(10.0)
    requests.on_keyframe(10.1)
    assert not requests.waiting
    assert not requests.wanted(10.2)
    assert not requests.due(10.4)
    assert requests.due(10.5)
    assert not requests.due(11.4)
    assert requests.due(11.5)


def test_unanswered_request_is_repeated_each_second() -> None:
    requests = KeyframeRequests()
    assert requests.wanted(0.0)
    asked = [tick for tick in range(1, 51) if requests.due(tick / 10)]
    assert asked == [10, 20, 30, 40, 50]


def test_nobody_waiting_asks_nothing() -> None:
    requests = KeyframeRequests()
    assert not requests.due(100.0)
    assert requests.wanted(100.0)
    requests.on_keyframe(100.2)
    assert not requests.due(200.0)
    assert requests.wanted(200.0)
    requests.cancel()
    assert not requests.due(300.0)


def test_urgent_wish_has_a_shorter_spacing() -> None:
    requests = KeyframeRequests()
    assert requests.wanted(10.0)
    requests.on_keyframe(10.05)
    assert not requests.wanted(10.1, urgent=True)
    assert requests.due(10.21)
    assert not requests.wanted(10.3, urgent=True)
    assert requests.due(11.22)


def test_urgency_ends_with_the_keyframe() -> None:
    requests = KeyframeRequests()
    assert requests.wanted(10.0, urgent=True)
    requests.on_keyframe(10.1)
    assert not requests.wanted(10.3)
    assert requests.wanted(10.5)


def test_spacing_holds_whatever_is_wished() -> None:
    requests = KeyframeRequests()
    asked = []
    for tick in range(1000):
        now = tick / 100
        if requests.wanted(now) or requests.due(now):
            asked.append(now)
        if tick % 7 == 0:
            requests.on_keyframe(now)
    assert all(later - earlier >= 0.5 for earlier, later in zip(asked, asked[1:], strict=False))
    assert len(asked) >= 19
