"""The timer of what leaves later: a fault of one subscriber's is nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telemed.sfu.counters import Counters
from telemed.sfu.paced_send import Departures
from tests.adapters.sfu.conftest import until


class Control:
    """Stands for a subscriber's congestion control: counts its turns, or fails in them."""

    def __init__(self, fault: type[Exception] | None = None) -> None:
        self.fault = fault
        self.turns = 0

    def depart(self, _now_us: int) -> bool:
        self.turns += 1
        if self.fault is not None:
            raise self.fault
        return False


@pytest.mark.parametrize("fault", [ZeroDivisionError, OverflowError, AttributeError, RuntimeError])
async def test_everybody_else_goes_on_after_a_fault(fault: type[Exception]) -> None:
    seen: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context))
    departures = Departures(counters := Counters())
    broken: Any = Control(fault)
    other: Any = Control()
    departures.wake(broken)
    await until(lambda: broken.turns)
    departures.wake(other)
    await until(lambda: other.turns)
    departures.close()
    assert counters.fail_packet_path == 1 and not seen
