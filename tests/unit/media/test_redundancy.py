"""When the packets of a voice repeat earlier frames: on lossy paths with room, and not on full ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.redundancy import AGAIN, CALM, FULL, ROOM, ROOM_KEPT, TEST, RedundancyChoice
from tests.unit.media.redundant_path import play as play_voice

PLENTY = 1_000_000.0  # bit/s


def run(choice: RedundancyChoice, losses: Iterable[float], room: float = PLENTY, start: int = 0) -> list[int]:
    """What is repeated in each second of these losses."""
    return [choice.look(loss, room, float(second)) for second, loss in enumerate(losses, start)]


def test_nothing_is_repeated_while_little_is_lost() -> None:
    assert not any(run(RedundancyChoice(), [0.03] * 60))


def test_one_bad_second_is_no_lossy_path() -> None:
    assert not any(run(RedundancyChoice(), [0.0] * 5 + [0.10] + [0.0] * 30))


def test_a_tenth_lost_is_repeated_once_and_a_third_twice_within_seconds() -> None:
    once = run(RedundancyChoice(), [0.0] * 5 + [0.10] * 30)
    assert set(once[8:]) == {1}
    twice = run(RedundancyChoice(), [0.0] * 5 + [0.30] * 30)
    assert twice[6] > 0 and set(twice[20:]) == {2}


def test_it_ends_when_the_path_has_been_good_for_a_while() -> None:
    choice = RedundancyChoice()
    run(choice, [0.10] * 20)
    after = run(choice, [0.0] * 40, start=20)
    assert CALM <= after.index(0) <= CALM + 8 and not any(after[after.index(0) :])


def test_without_room_nothing_is_repeated_and_it_ends_at_once_when_room_goes() -> None:
    choice = RedundancyChoice()
    assert not any(run(choice, [0.10] * 20, ROOM - 1))
    assert run(choice, [0.10] * 3, ROOM, start=20)[-1] == 1
    assert run(choice, [0.10] * 3, ROOM_KEPT, start=23) == [1, 1, 1], "a little less is no reason to change"
    assert run(choice, [0.10], ROOM_KEPT - 1, start=26) == [0]
    back = run(choice, [0.10] * 20, PLENTY, start=27)
    assert back.index(1) >= AGAIN - 1


def play(loss_of: Callable[[int, int], float], seconds: int) -> list[int]:
    """A path whose loss depends on the second and on what is repeated at the time."""
    choice = RedundancyChoice()
    chosen: list[int] = []
    for second in range(seconds):
        chosen.append(choice.look(loss_of(second, choice.repeats), PLENTY, float(second)))
    return chosen


def test_a_full_link_is_left_alone_after_a_test() -> None:
    """A voice of 58 kbit/s on a link of 54; with repetitions 85 kbit/s."""
    chosen = play(lambda _second, repeats: 0.36 if repeats else 0.07, 300)
    assert 0 < sum(map(bool, chosen)) < 300 * (TEST + 3) / FULL, "a few seconds a minute"


def test_a_path_that_became_worse_by_itself_is_repeated_on_after_a_test() -> None:
    chosen = play(lambda second, _repeats: 0.06 if second < 20 else 0.30, 120)
    assert 0 < chosen[20:60].count(0) <= TEST + 1
    assert set(chosen[60:]) == {2}


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1e7), st.floats(0.1, 100)), max_size=60))
def test_whatever_is_reported_there_are_none_to_two_and_none_without_room(reports: list[tuple[float, float, float]]) -> None:
    choice, now = RedundancyChoice(), 0.0
    for loss, room, elapsed in reports:
        now += elapsed
        assert 0 <= choice.look(loss, room, now) <= (2 if room >= ROOM_KEPT else 0)


def test_with_repetitions_less_has_to_be_made_up_than_with_requests_alone() -> None:
    """The figures of docs/audio.md, of a minute instead of an hour: loss both ways, 60 ms round trip, 0.2 s to playout."""
    for loss, most in ((0.10, (0.02, 0.004, 0.002)), (0.30, (0.15, 0.05, 0.025))):
        heard = [play_voice(loss, repeats, seconds=60) for repeats in range(3)]
        shares = [one.concealed for one in heard]
        assert shares == sorted(shares, reverse=True)
        assert all(share <= limit for share, limit in zip(shares, most, strict=True)), shares
        assert heard[2].longest_gap <= heard[0].longest_gap


def test_what_a_queue_could_not_hold_is_no_reason_to_send_more() -> None:
    choice = RedundancyChoice()
    assert not any(choice.look(0.30, PLENTY, float(second), queued=True) for second in range(5))
    assert not any(run(choice, [0.0] * 30, start=5))
    run(choice, [0.10] * 20, start=40)
    assert choice.look(0.10, PLENTY, 60.0, queued=True), "what was begun on a lossy path goes on"
