"""The resend budget of one subscriber."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.resend_budget import ASKING, BURST, FLOOR, SHARE, ResendBudget


def drain(budget: ResendBudget, size: int = 1000) -> int:
    """Spend packets of `size` until the budget is empty; return the bytes."""
    spent = 0
    while budget.is_open:
        budget.spend(size)
        spent += size or int(ASKING)
    return spent


def test_a_burst_then_only_the_floor() -> None:
    budget = ResendBudget()
    budget.earn(0, 100.0)
    assert BURST <= drain(budget) < BURST + 1000
    budget.earn(0, 101.0)
    assert drain(budget) <= FLOOR + 1000


def test_traffic_earns_half_of_itself() -> None:
    budget = ResendBudget()
    budget.earn(0, 100.0)
    drain(budget)
    budget.earn(200_000, 100.0)
    assert abs(drain(budget) - 200_000 * SHARE) <= 2000


def test_fruitless_asking_is_charged() -> None:
    budget = ResendBudget()
    budget.earn(0, 0.0)
    assert drain(budget, 0) <= BURST + ASKING
    assert not budget.is_open


def test_fewer_tracks_take_nothing_away_and_count_from_there() -> None:
    budget = ResendBudget()
    budget.earn(1_000_000, 1.0)
    drain(budget)
    budget.earn(400_000, 1.0)
    assert not budget.is_open
    budget.earn(500_000, 1.0)
    assert abs(drain(budget) - 100_000 * SHARE) <= 2000


@given(st.lists(st.tuples(st.integers(0, 50_000), st.floats(0.0, 0.5), st.integers(0, 40)), max_size=60))
def test_no_pattern_of_asking_draws_more_than_the_share(steps: list[tuple[int, float, int]]) -> None:
    budget = ResendBudget()
    budget.earn(0, 0.0)
    sent, now, resent = 0, 0.0, 0
    for fresh, wait, asks in steps:
        sent += fresh
        now += wait
        budget.earn(sent, now)
        for _ in range(asks):
            if budget.is_open:
                budget.spend(1200)
                resent += 1200
    assert resent <= BURST + sent * SHARE + now * FLOOR + 1200
