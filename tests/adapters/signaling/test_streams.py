"""The pure parts: streams, differences of views, rates, packets, JSON, quality, and the bounded outbox of a connection."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.control import Source
from telemed.signaling import wire_json
from telemed.signaling.changes import call_changes, staff_changes
from telemed.signaling.channel import MAX_CHANGES, Channel
from telemed.signaling.clock_steps import ClockSteps
from telemed.signaling.connection import OUTBOX_EVENTS, Connection
from telemed.signaling.counters import Counters
from telemed.signaling.media_room import source_of, track_id
from telemed.signaling.packets import GuardedPacket, ProtocolViolation
from telemed.signaling.quality_views import quality_bars
from telemed.signaling.rate import TokenBucket
from telemed.signaling.stream import RING_EVENTS, Stream
from tests.adapters.signaling.world import reduce_call, reduce_staff, until

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@given(st.integers(0, 1200), st.integers(-5, 1300))
def test_resuming_gives_exactly_what_was_missed_or_nothing(written: int, position: int) -> None:
    stream = Stream("e_1")
    for number in range(written):
        stream.append("chat", {"number": number}, "t")
    missed = stream.missed_since("e_1", position)
    if 0 <= position <= written and written - position <= RING_EVENTS:
        assert missed is not None
        assert [event.sequence for event in missed] == list(range(position + 1, written + 1))
        assert [event.data["number"] for event in missed] == list(range(position, written))
    else:
        assert missed is None
    assert stream.missed_since("e_2", position) is None


def test_after_invalidating_old_positions_need_a_snapshot() -> None:
    stream = Stream("e_1")
    stream.append("chat", {}, "t")
    before = stream.sequence
    stream.invalidate()
    assert stream.missed_since("e_1", before) is None
    assert stream.missed_since("e_1", stream.sequence) == []


rows = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)


@given(rows, rows, rows, rows, st.integers(0, 2), st.integers(0, 2))
def test_changes_lead_from_one_call_view_to_the_next(
    p1: dict[str, int], p2: dict[str, int], m1: dict[str, int], m2: dict[str, int], you: int, policy: int
) -> None:
    def view(people: dict[str, int], moves: dict[str, int], number: int) -> dict[str, Any]:
        return {
            "you": {"n": number},
            "session": {"n": number % 2},
            "policy": {"n": policy * number},
            "participants": [{"id": key, "n": value} for key, value in people.items()],
            "moves": [{"request_id": key, "n": value} for key, value in moves.items()],
            "chat": [],
        }

    before, after = view(p1, m1, 1), view(p2, m2, you)
    state = deepcopy(before)
    for kind, data in call_changes(before, after):
        reduce_call(state, kind, data)
    assert _as_sets(state) == _as_sets(after)
    assert call_changes(after, after) == []


def _as_sets(state: dict[str, Any]) -> dict[str, Any]:
    return {key: sorted(map(repr, value)) if isinstance(value, list) else value for key, value in state.items()}


@given(rows, rows)
def test_changes_lead_from_one_staff_view_to_the_next(first: dict[str, int], second: dict[str, int]) -> None:
    def view(items: dict[str, int]) -> dict[str, Any]:
        return {
            "waiting": [{"participant_id": key, "n": n} for key, n in items.items()],
            "sessions": [{"id": key, "n": n} for key, n in items.items()],
            "tasks": [{"kind": "outcome", "session_id": key, "n": n} for key, n in items.items()],
        }

    state = view(first)
    for kind, data in staff_changes(view(first), view(second)):
        reduce_staff(state, kind, data)
    assert _as_sets(state) == _as_sets(view(second))


def test_a_bucket_allows_its_burst_then_its_rate_and_ignores_a_clock_that_steps_back() -> None:
    bucket = TokenBucket(30, 60, 100.0)
    assert [bucket.take(100.0) for _ in range(61)] == [True] * 60 + [False]
    assert [bucket.take(100.125) for _ in range(4)] == [True] * 3 + [False]
    assert not bucket.take(50.0)
    assert bucket.take(50.1)


@settings(max_examples=300)
@given(st.text(max_size=60) | st.from_regex(r"\A[0-6][0-9]{0,4}-?(/[a-z]{1,5},)?[0-9]{0,4}[\[{\"].{0,30}\Z"))
def test_decoding_any_text_gives_a_well_formed_packet_or_a_violation(text: str) -> None:
    try:
        packet = GuardedPacket(encoded_packet=text)
    except ProtocolViolation:
        return
    assert packet.packet_type in (0, 1, 2)
    if packet.packet_type == 2:
        assert isinstance(packet.data, list) and isinstance(packet.data[0], str) and len(packet.data) <= 2


@pytest.mark.parametrize("data", [b"2[]", bytearray(b"2"), {}, [], 7, ""])
def test_what_is_not_text_is_a_violation(data: Any) -> None:
    with pytest.raises(ProtocolViolation):
        GuardedPacket(encoded_packet=data)


@given(st.text(max_size=80) | st.sampled_from(["[" * 30_000, "9" * 100, "NaN", "-Infinity", '{"a":' * 2000]))
def test_json_is_a_value_or_a_value_error(text: str) -> None:
    try:
        wire_json.loads(text)
    except ValueError:
        pass


def test_track_ids_are_stable_and_tell_their_source() -> None:
    ids = {track_id("par_1", source) for source in Source} | {track_id("par_2", source) for source in Source}
    assert len(ids) == 2 * len(Source) and all(len(track) == 20 for track in ids)
    assert source_of("par_1", track_id("par_1", Source.SCREEN)) is Source.SCREEN
    assert source_of("par_2", track_id("par_1", Source.SCREEN)) is None


@pytest.mark.parametrize(
    ("loss", "rtt", "bars"),
    [(0, 0.05, 3), (0.02, 0.3, 3), (0.05, 0.1, 2), (0.01, 0.45, 2), (0.1, 0.9, 1), (0.2, 0.1, 0)],
)
def test_bars_follow_the_worse_of_loss_and_delay(loss: float, rtt: float, bars: int) -> None:
    assert quality_bars(loss, rtt) == bars


def test_a_clock_set_forward_puts_off_what_began_before_and_nothing_else() -> None:
    steps = ClockSteps(100.0, 5000.0)
    steps.look(101.0, 5001.0)
    assert steps.put_off(4990.0, 5010.0) == 5010.0
    steps.look(102.0, 5002.0 + 86_400)
    assert steps.put_off(4990.0, 5010.0) == 5010.0 + 86_400
    assert steps.put_off(5002.0 + 86_400, 5020.0 + 86_400) == 5020.0 + 86_400
    steps.look(103.0, 5003.0)
    assert steps.put_off(5003.0, 5020.0) == 5020.0, "a step back puts nothing off"


class Wire:
    """What a connection sent, and whether it was closed; it can be stopped."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.closed = False
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def send(self, event: str, payload: dict[str, Any]) -> None:
        await self.flowing.wait()
        self.sent.append((event, payload))

    async def close(self) -> None:
        self.closed = True

    def connection(self) -> Connection:
        return Connection("sid", "engine", self.send, self.close)


async def test_a_full_outbox_ends_the_connection_and_live_events_give_way_first() -> None:
    wire, counters = Wire(), Counters()
    channel = Channel("e_1", lambda: {"state": 1}, counters)
    connection = wire.connection()
    channel.attach(connection, None)
    wire.flowing.clear()
    for number in range(OUTBOX_EVENTS // 2 + 2):
        channel.emit("chat", {"number": number}, NOW)
    channel.live("typing", {})
    assert counters.get("stream.live_dropped") == 1
    for number in range(OUTBOX_EVENTS):
        channel.emit("chat", {"number": number}, NOW)
    assert counters.get("stream.outbox_full") > 0 and connection.ending
    wire.flowing.set()
    await until(lambda: wire.closed)
    again = Wire()
    back = again.connection()
    channel.attach(back, ("e_1", 3))
    await until(lambda: again.sent)
    assert again.sent[0][0] == "snapshot", "too far behind: a snapshot"
    await back.abandon()


async def test_very_many_changes_travel_as_one_snapshot() -> None:
    wire = Wire()
    channel = Channel("e_1", lambda: {"state": 2}, Counters())
    connection = wire.connection()
    channel.attach(connection, None)
    position = channel.stream.sequence
    channel.send([("chat", {"n": number}) for number in range(MAX_CHANGES + 1)], NOW)
    await until(lambda: len(wire.sent) == 2)
    assert wire.sent[1] == ("snapshot", {"epoch": "e_1", "sequence": position + 1, "state": {"state": 2}})
    assert channel.stream.missed_since("e_1", position) is None
    await connection.abandon()


async def test_closing_waits_for_the_answer_of_the_command_that_caused_it() -> None:
    wire = Wire()
    connection = wire.connection()
    connection.start()
    connection.begin_command()
    connection.offer("stream", {"type": "goodbye"})
    connection.finish()
    await until(lambda: wire.sent)
    assert not wire.closed and not connection.offer("stream", {})
    connection.end_command()
    await until(lambda: wire.closed)
    await connection.abandon()
