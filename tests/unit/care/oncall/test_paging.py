"""How a page goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.oncall import handovers, paging
from telemed.care.oncall.paging import Begun, NobodyLeft
from telemed.care.oncall.records import Duty, Handover, PageRecord, PageRing
from telemed.care.oncall.words import HandoverEvent, HandoverState, PageEvent, PageState, RingMode, RingState
from telemed.errors import Conflict

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAGE = PageRecord(
    "pag_1",
    "org_1",
    "ses_1",
    "spc_1",
    "Trauma",
    "+49 30 1",
    RingMode.ESCALATE,
    "30,45,60",
    "leg",
    "usr_r",
    "R",
    "responder",
    PageState.RINGING,
    NOW,
    NOW,
)
OFFER = Handover("hdo_1", "ses_1", "a", "A", "dispatcher", "b", "B", "clinician", "brief", HandoverState.OFFERED, NOW)


@pytest.mark.parametrize("state", list(PageState))
@pytest.mark.parametrize("event", list(PageEvent))
def test_the_table_of_pages(state: PageState, event: PageEvent) -> None:
    page = replace(PAGE, state=state, due_at=NOW)
    if (state, event) not in paging.TABLE:
        with pytest.raises(Conflict) as refused:
            paging.moved(page, event, NOW)
        assert refused.value.code == ("page_taken" if state is PageState.ACCEPTED else "page_over")
        return
    after, action = paging.moved(page, event, NOW)
    assert after.state is paging.TABLE[state, event][0] and after.due_at is None
    assert action.value.startswith("page.")


def test_every_state_is_described() -> None:
    assert set(paging.RULES) == set(PageState)
    reached = {state for state, _ in paging.TABLE.values()} | {PageState.RINGING}
    assert reached == set(PageState)


@pytest.mark.parametrize("state", list(HandoverState))
@pytest.mark.parametrize("event", list(HandoverEvent))
def test_the_table_of_handovers(state: HandoverState, event: HandoverEvent) -> None:
    handover = replace(OFFER, state=state)
    if (state, event) not in handovers.TABLE:
        with pytest.raises(Conflict):
            handovers.moved(handover, event, NOW)
        return
    after, _ = handovers.moved(handover, event, NOW)
    assert (after.released_at is not None) is (event is HandoverEvent.RELEASED)


def test_who_took_the_last_released_handover_leads() -> None:
    first = replace(OFFER, state=HandoverState.RELEASED, released_at=NOW)
    second = replace(OFFER, id="hdo_2", from_user="b", to_user="c", state=HandoverState.RELEASED, released_at=NOW + timedelta(1))
    accepted = replace(OFFER, id="hdo_3", from_user="c", to_user="d", state=HandoverState.ACCEPTED)
    assert handovers.lead_of("a", []) == "a"
    assert handovers.lead_of("a", [first]) == "b"
    assert handovers.lead_of("a", [second, first, accepted]) == "c"


def test_steps_follow_each_other() -> None:
    duties = (Duty("one", 1), Duty("three", 3), Duty("other", 3))
    first = paging.next_step(PAGE, duties, set(), NOW)
    assert first == Begun(1, (duties[0],), NOW + timedelta(seconds=30))
    second = paging.next_step(replace(PAGE, step=1), duties, {"one"}, NOW)
    assert second == Begun(3, duties[1:], NOW + timedelta(seconds=60), (2,)), "nobody is on call at level 2"
    assert paging.next_step(replace(PAGE, step=3), duties, {"one", "three", "other"}, NOW) == NobodyLeft()
    assert paging.next_step(PAGE, (), set(), NOW) == NobodyLeft((1, 2, 3))


def test_all_ring_at_once() -> None:
    page = replace(PAGE, mode=RingMode.ALL)
    duties = (Duty("one", 1), Duty("three", 3))
    assert paging.next_step(page, duties, set(), NOW) == Begun(1, duties, NOW + timedelta(seconds=30))
    assert paging.next_step(replace(page, step=1), duties, {"one", "three"}, NOW) == NobodyLeft()


def test_who_does_not_answer_an_open_page_is_reminded() -> None:
    ring = PageRing("rng_1", "pag_1", "usr_1", "N", 1, 2, RingState.RINGING, reached=True, started_at=NOW)
    others = [replace(ring, reached=False), replace(ring, step=1), replace(ring, state=RingState.DECLINED)]
    assert paging.reminded([ring, *others], 2) == (ring,)


def test_a_handover_does_not_stay_with_somebody_who_went() -> None:
    accepted = replace(OFFER, state=HandoverState.ACCEPTED)
    assert handovers.followed([accepted], {"a", "b"}) is None
    assert handovers.followed([OFFER], {"a"}) is None, "who is asked has not come yet"
    assert handovers.followed([accepted], {"a"}) == (accepted, HandoverEvent.WITHDRAWN)
    assert handovers.followed([accepted], {"b"}) == (accepted, HandoverEvent.RELEASED)
    assert handovers.followed([accepted], set()) == (accepted, HandoverEvent.WITHDRAWN), "nobody came to lead"
    assert handovers.lead_of("a", [handovers.moved(accepted, HandoverEvent.WITHDRAWN, NOW)[0]]) == "a"


def test_who_leads_hands_over_and_when_nobody_does_who_is_there() -> None:
    assert handovers.may_offer("a", "a", {"b"}) and not handovers.may_offer("b", "a", {"a", "b"})
    assert handovers.may_offer("b", "a", {"b"}) and not handovers.may_offer("c", "a", {"b"})


def test_an_ended_ring_stays_as_it_is() -> None:
    ring = PageRing("rng_1", "pag_1", "one", "One", 1, 1, RingState.DECLINED, True, NOW, NOW)
    assert paging.closed_ring(ring, RingState.TAKEN, NOW) == ring
    assert not paging.may_accept(ring) and not paging.may_accept(None)
    assert paging.may_accept(replace(ring, state=RingState.MISSED))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), unique_by=lambda one: one[0]),
    st.lists(st.integers(5, 600), min_size=1, max_size=5),
    st.sampled_from(list(RingMode)),
)
def test_everybody_is_called_at_most_once_and_it_ends(people: list[tuple[int, int]], seconds: list[int], mode: RingMode) -> None:
    page = replace(PAGE, mode=mode, timeouts=",".join(map(str, seconds)))
    duties = tuple(Duty(f"usr_{number}", level) for number, level in people)
    rung: set[str] = set()
    now = NOW
    for _ in range(len(seconds) + 1):
        plan = paging.next_step(page, duties, rung, now)
        if isinstance(plan, NobodyLeft):
            break
        called = {duty.user_id for duty in plan.people}
        assert called and not called & rung
        assert plan.due_at - now == timedelta(seconds=seconds[plan.number - 1]) and plan.number > page.step
        rung |= called
        page, now = replace(page, step=plan.number), plan.due_at
    else:
        raise AssertionError("it goes on for ever")
    reachable = {duty.user_id for duty in duties if mode is RingMode.ALL or duty.level <= len(seconds)}
    assert rung == reachable
