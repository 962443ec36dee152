"""The state table walked, and what each decision keeps of a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.notify import backoff, delivery
from telemed.care.notify.delivery import FINISHED, KEEP, LEASE, MAX_ATTEMPTS, TABLE, Happening
from telemed.care.notify.records import DeliveryState, Fault, OutboxMessage, Outcome, Verdict
from telemed.care.notify.reports import STATES, DeliveryReport, Reported
from tests.unit.notify.builders import NOW, message

S = DeliveryState
SECOND = timedelta(seconds=1)


def sending(attempts: int = 1) -> OutboxMessage:
    return replace(message(), state=S.SENDING, attempts=attempts, lease_until=NOW + LEASE)


def test_every_state_is_reached_and_only_by_the_table() -> None:
    reached, edge = {S.QUEUED}, {S.QUEUED}
    while edge:
        edge = {TABLE[(state, what)] for state, what in TABLE if state in edge} - reached
        reached |= edge
    assert reached == set(S)
    assert {state for state, _ in TABLE} == set(S) - {S.DELIVERED, S.EXPIRED}, "the others are final"


@pytest.mark.parametrize(("state", "what"), list(product(S, Happening)))
def test_each_pair_of_state_and_happening(state: DeliveryState, what: Happening) -> None:
    """Decisions go where the table says, and nowhere else."""
    start = replace(message(), state=state, attempts=1, lease_until=NOW, finished_at=NOW if state in FINISHED else None)
    late = start.expires_at + SECOND
    acts = {
        Happening.TAKEN: lambda: delivery.take(start, NOW),
        Happening.ACCEPTED: lambda: delivery.settle(start, Outcome(Verdict.ACCEPTED), NOW, 0.5),
        Happening.POSTPONED: lambda: delivery.settle(start, Outcome(Verdict.RETRY, Fault.BUSY), NOW, 0.5),
        Happening.REFUSED: lambda: delivery.settle(start, Outcome(Verdict.REFUSED, Fault.RECIPIENT), NOW, 0.5),
        Happening.UNSURE: lambda: delivery.settle(start, Outcome(Verdict.UNSURE, Fault.NO_ANSWER), NOW, 0.5),
        Happening.TOO_LATE: lambda: delivery.settle(start, Outcome(Verdict.RETRY, Fault.BUSY), late, 0.5),
        Happening.DELIVERED: lambda: delivery.report(start, Reported.DELIVERED, NOW),
        Happening.UNDELIVERABLE: lambda: delivery.report(start, Reported.FAILED, NOW),
        Happening.UNCERTAIN: lambda: delivery.report(start, Reported.UNKNOWN, NOW),
    }
    if what is Happening.TOO_LATE and state is S.QUEUED:
        assert delivery.take(start, late).state is S.EXPIRED
        return
    expected = TABLE.get((state, what))
    if expected is None and what in (Happening.DELIVERED, Happening.UNDELIVERABLE, Happening.UNCERTAIN):
        assert acts[what]() is None
    elif expected is None:
        with pytest.raises(ValueError, match="no step"):
            acts[what]()
    else:
        after = acts[what]()
        assert after is not None and after.state is expected
        assert (after.finished_at is not None) == (expected in FINISHED)
        assert (after.lease_until is not None) == (expected is S.SENDING)


def test_a_crash_is_tried_again_and_never_called_expired() -> None:
    again = delivery.take(sending(), NOW + LEASE)
    assert (again.state, again.attempts, again.id) == (S.SENDING, 2, sending().id)
    late = delivery.take(sending(), sending().expires_at)
    assert (late.state, late.error) == (S.UNKNOWN, Fault.INTERRUPTED)
    worn_out = delivery.take(sending(MAX_ATTEMPTS), NOW + LEASE)
    assert (worn_out.state, worn_out.error) == (S.UNKNOWN, Fault.ATTEMPTS)


def test_due_is_what_a_worker_may_take() -> None:
    assert delivery.is_due(message(), NOW)
    assert not delivery.is_due(replace(message(), due_at=NOW + SECOND), NOW)
    assert delivery.is_due(replace(message(), due_at=NOW + 3 * SECOND, expires_at=NOW), NOW), "to be ended"
    assert not delivery.is_due(sending(), NOW + LEASE - SECOND)
    assert delivery.is_due(sending(), NOW + LEASE)


def test_a_retry_that_would_come_too_late_ends_the_message_now() -> None:
    code = replace(sending(), expires_at=NOW + SECOND)
    after = delivery.settle(code, Outcome(Verdict.RETRY, Fault.UNREACHABLE), NOW, 0.0)
    assert (after.state, after.error, after.details) == (S.EXPIRED, Fault.UNREACHABLE, {})


def test_secrets_go_with_the_message_unless_it_may_be_sent_again() -> None:
    sent = delivery.settle(sending(), Outcome(Verdict.ACCEPTED, gateway_id="g"), NOW, 0.5)
    assert (sent.details, sent.gateway_id, delivery.values_kept_until(sent)) == ({}, "g", None)
    unknown = delivery.settle(sending(), Outcome(Verdict.UNSURE, Fault.CUT_OFF), NOW, 0.5)
    assert unknown.details and delivery.values_kept_until(unknown) == unknown.expires_at
    old = replace(unknown, expires_at=NOW + 10 * KEEP)
    assert delivery.values_kept_until(old) == NOW + KEEP
    arrived = delivery.report(unknown, Reported.DELIVERED, NOW)
    assert arrived is not None and arrived.details == {}


@pytest.mark.parametrize("said", [list(order) for count in (1, 2, 3) for order in permutations(Reported, count)], ids=str)
def test_reports_in_any_order_and_twice_come_to_the_same(said: list[Reported]) -> None:
    message_then = delivery.settle(sending(), Outcome(Verdict.ACCEPTED), NOW, 0.5)
    for step, word in enumerate([*said, *said]):
        message_then = delivery.report(message_then, word, NOW + step * SECOND) or message_then
    best = next(word for word in (Reported.DELIVERED, Reported.FAILED, Reported.UNKNOWN) if word in said)
    assert message_then.state is STATES[best]
    assert message_then.finished_at == NOW + said.index(best) * SECOND, "the first time it was said"
    assert message_then.error is (Fault.UNDELIVERABLE if best is Reported.FAILED else Fault.NONE)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("delivered", Reported.DELIVERED),
        (" DELIVRD", Reported.DELIVERED),
        ("Not delivered", Reported.FAILED),
        ("not-delivered", Reported.FAILED),
        ("UNDELIV", Reported.FAILED),
        ("EXPIRED", Reported.FAILED),
        ("unknown", Reported.UNKNOWN),
        ("accepted", None),
        ("enroute", None),
        ("delivered?", None),
        ("", None),
    ],
)
def test_the_words_of_gateways(word: str, said: Reported | None) -> None:
    assert DeliveryReport("out_1", "", word).said is said


@given(st.text(max_size=60))
def test_no_word_breaks_a_report(word: str) -> None:
    report = DeliveryReport("canary", "canary", word)
    assert report.said in (None, *Reported) and "canary" not in repr(report)


def test_records_show_nothing_in_their_text() -> None:
    shown = repr(message())
    assert "pat.doe" not in shown and "care.example" not in shown


@given(attempts=st.integers(1, 100_000), chance=st.floats(0, 1))
def test_backoff_grows_to_a_bound_and_spreads(attempts: int, chance: float) -> None:
    delay = backoff.delay_before(attempts, chance)
    middle = min(backoff.CAP_SECONDS, backoff.BASE_SECONDS * 2 ** min(attempts - 1, 30))
    assert 0.75 * middle - 1e-6 <= delay <= 1.25 * middle + 1e-6


@given(attempts=st.integers(1, 60), chance=st.floats(0, 1), asked=st.floats(allow_nan=True, allow_infinity=True))
def test_a_gateway_is_never_asked_sooner_than_it_wished(attempts: int, chance: float, asked: float) -> None:
    delay = backoff.delay_before(attempts, chance, asked)
    assert delay >= backoff.delay_before(attempts, chance)
    if 0 < asked <= backoff.LONGEST_ASKED_SECONDS:
        assert delay >= asked
    assert delay <= 1.25 * backoff.LONGEST_ASKED_SECONDS


def test_attempts_last_more_than_a_day() -> None:
    assert sum(backoff.delay_before(n, 0.5) for n in range(1, MAX_ATTEMPTS)) > 24 * 3600
    assert sum(backoff.delay_before(n, 0.0) for n in range(1, 4)) < 60, "a code that somebody waits for"
