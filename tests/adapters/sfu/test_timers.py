"""The timer wheel: whatever one job meets, the others go on."""

from __future__ import annotations

from collections.abc import Iterator

from telemed.sfu.timers import Job, TimerWheel
from tests.adapters.sfu.conftest import until


async def test_a_failing_job_stops_neither_its_neighbours_nor_the_next_tick() -> None:
    ran: list[str] = []

    def broken(_now: float) -> None:
        raise KeyError("a fault of ours")

    def jobs(_tick: int) -> Iterator[Job]:
        yield broken
        yield lambda _now: ran.append("neighbour")

    wheel = TimerWheel(jobs)
    wheel.start()
    await until(lambda: len(ran) >= 3)
    wheel.close()
    assert wheel.failed >= 3


async def test_a_tick_whose_work_cannot_be_listed_is_followed_by_the_next() -> None:
    ticks: list[int] = []

    def jobs(tick: int) -> Iterator[Job]:
        ticks.append(tick)
        raise KeyError("a fault of ours")
        yield lambda _now: None

    wheel = TimerWheel(jobs)
    wheel.start()
    await until(lambda: len(ticks) >= 2)
    wheel.close()
