"""A layer nobody wants goes off after five seconds, comes on at once, and the publisher is told of changes only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.simulcast import LayerForwarder
from telemed.media.simulcast_demand import OFF_AFTER, LayerDemand
from telemed.media.simulcast_source import SimulcastSource
from tests.unit.media.layered import Camera


def viewer(wish: int) -> LayerForwarder:
    forwarder = LayerForwarder(SimulcastSource(3, 90_000).clocks, 1, 1)
    forwarder.wish = wish
    return forwarder


def test_layers_go_off_late_and_on_at_once() -> None:
    demand, low = LayerDemand(3), viewer(0)
    assert demand.update([low], 10.0) is None
    assert demand.update([low], 14.9) is None
    assert demand.update([low], 15.0) == (True, False, False)
    assert demand.update([low], 60.0) is None
    low.wish = 2
    assert demand.update([low], 60.1) == (True, False, True)
    low.wish = -1
    assert demand.update([low], 65.0) is None
    assert demand.update([low], 65.2) == (False, False, True)
    assert demand.update([], 70.0) == (False, False, False)


def test_a_layer_shown_in_place_of_the_one_wished_for_stays_on() -> None:
    camera = Camera(layers=2)
    subscriber = camera.join()
    camera.frame(0, key=True)
    demand = LayerDemand(2)
    for second in range(20):
        assert demand.update([subscriber.forwarder], float(second)) is None


@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2), st.floats(0.1, 4.0)), max_size=60))
def test_what_somebody_wishes_for_is_never_off(steps: list[tuple[int, int, float]]) -> None:
    demand, viewers = LayerDemand(3), [viewer(2), viewer(2)]
    now, told, changes = 0.0, demand.active, []
    for first, second, pause in steps:
        now += pause
        viewers[0].wish, viewers[1].wish = first, second
        change = demand.update(viewers, now)
        assert change != told
        told = change or told
        assert all(told[layer] for layer in (first, second) if layer >= 0)
        if change is not None:
            changes.append(now)
    assert len(changes) <= 2 + 2 * 3 * now / OFF_AFTER, "however wishes flap"
