"""The timer wheel: whatever one job meets, the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from telemed.sfu.timers import QUIET_TICK, TICK, Job, TimerWheel, falls_due
from tests.adapters.sfu.conftest import until


async def test_a_failing_job_stops_neither_its_neighbours_nor_the_next_tick() -> None:
    ran: list[str] = []

    def broken(_now: float) -> None:
        raise KeyError("a fault of ours")

    def jobs(_before: int, _tick: int) -> Iterator[Job]:
        yield broken
        yield lambda _now: ran.append("neighbour")

    wheel = TimerWheel(jobs)
    wheel.start()
    await until(lambda: len(ran) >= 3)
    wheel.close()
    assert wheel.failed >= 3


async def test_a_tick_whose_work_cannot_be_listed_is_followed_by_the_next() -> None:
    ticks: list[int] = []

    def jobs(_before: int, tick: int) -> Iterator[Job]:
        ticks.append(tick)
        raise KeyError("a fault of ours")
        yield lambda _now: None

    wheel = TimerWheel(jobs)
    wheel.start()
    await until(lambda: len(ticks) >= 2)
    wheel.close()


class Ticks:
    """A wheel that notes when it ticked; `pressing` says whether its jobs leave work behind."""

    def __init__(self, pressing: bool) -> None:
        self.at: list[float] = []
        self.numbers: list[tuple[int, int]] = []
        self.pressing = pressing
        self.wheel = TimerWheel(self._jobs)
        self.wheel.start()

    def _jobs(self, before: int, tick: int) -> Iterator[Job]:
        self.at.append(asyncio.get_running_loop().time())
        self.numbers.append((before, tick))
        self.wheel.pressing = self.pressing
        yield lambda _now: None


async def test_silence_ticks_rarely_and_pressing_work_often() -> None:
    quiet, pressed = Ticks(False), Ticks(True)
    started = asyncio.get_running_loop().time()
    await until(lambda: len(quiet.at) >= 5)
    elapsed = asyncio.get_running_loop().time() - started
    quiet.wheel.close()
    pressed.wheel.close()
    assert all(later - earlier > QUIET_TICK - TICK for earlier, later in zip(quiet.at[1:], quiet.at[2:], strict=False))
    assert len(pressed.at) <= elapsed / TICK + 2
    assert min(b - a for a, b in zip(pressed.at, pressed.at[1:], strict=False)) < QUIET_TICK - TICK


async def test_who_polls_gets_a_tick_each_20_ms_and_no_more() -> None:
    ticks = Ticks(False)
    start = asyncio.get_running_loop().time()
    for n in range(1000):  # a second, read to the millisecond
        ticks.wheel.poll(start + n * 0.001)
    assert 48 <= len(ticks.numbers) <= 50
    assert all(before < tick for before, tick in ticks.numbers)
    ticks.wheel.close()
    ticks.wheel.poll(start + 2.0)
    assert len(ticks.numbers) <= 50


async def test_work_that_presses_in_a_polled_tick_moves_the_timer_forward() -> None:
    ticks = Ticks(False)
    await until(lambda: ticks.at)
    await asyncio.sleep(0)  # the timer is armed for silence now
    ticks.pressing = True
    ticks.wheel.poll(asyncio.get_running_loop().time() + TICK)
    pressed = ticks.at[-1]
    count = len(ticks.at)
    await until(lambda: len(ticks.at) > count)
    ticks.wheel.close()
    assert ticks.at[count] - pressed < QUIET_TICK


@given(st.integers(1, 60), st.integers(0, 70), st.lists(st.integers(1, 130), max_size=60))
def test_nothing_periodic_is_left_out_or_done_twice(period: int, phase: int, steps: list[int]) -> None:
    before = count = 0
    for step in steps:
        tick = before + step
        due = falls_due(period, before + phase, tick + phase)
        crossed = sum((n + phase) % period == 0 for n in range(before + 1, tick + 1))
        assert due == (crossed > 0)
        count += crossed
        before = tick
    assert count == (before + phase) // period - phase // period
