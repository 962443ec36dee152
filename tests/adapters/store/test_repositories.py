"""Each repository keeps what it is given and refuses what would be a doubled effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.identity import ActorRef
from telemed.care.records import (
    DeviceReport,
    LinkRequest,
    LoginRecord,
    MoveRequest,
    NoteRecord,
    ParticipantEventRecord,
    QualityMinute,
)
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantEvent, ParticipantState, SessionState
from telemed.errors import Conflict, NotFound
from telemed.store import Store
from tests.adapters.store.rows import CLINIC, LINK, NOW, SEAT, SESSION, TOKEN, USER, a_message, fill

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def tx(store: Store) -> AsyncIterator[Transaction]:
    await fill(store)
    async with store.write() as transaction:
        yield transaction


async def test_the_clinic(tx: Transaction) -> None:
    assert await tx.organisations.first() == CLINIC == await tx.organisations.get("org_1")
    changed = replace(CLINIC, phone="+49 30 2")
    await tx.organisations.save(changed)
    assert await tx.organisations.first() == changed
    assert await tx.organisations.get("org_2") is None


async def test_users_are_found_by_email_in_any_case(tx: Transaction) -> None:
    assert await tx.users.by_email(" A@Clinic.Example ") == USER
    assert await tx.users.in_organisation("org_1") == [USER]
    with pytest.raises(Conflict) as caught:
        await tx.users.create(replace(USER, id="usr_2"))
    assert caught.value.code == "email_taken"
    with pytest.raises(ValueError, match="lower case"):
        await tx.users.create(replace(USER, id="usr_2", email="B@clinic.example"))


async def test_logins_are_touched_and_revoked(tx: Transaction) -> None:
    login = LoginRecord("log_1", "usr_1", "d" * 64, NOW, NOW, NOW + timedelta(hours=12))
    await tx.logins.create(login)
    await tx.logins.create(replace(login, id="log_2", token_hash="e" * 64))
    await tx.logins.touch("log_1", LATER)
    await tx.logins.revoke("log_1", LATER)
    await tx.logins.revoke("log_1", LATER + timedelta(hours=1))
    assert await tx.logins.by_token_hash("d" * 64) == replace(login, last_seen_at=LATER, revoked_at=LATER)
    assert await tx.logins.get("log_1") == replace(login, last_seen_at=LATER, revoked_at=LATER)
    assert await tx.logins.get("log_9") is None
    assert await tx.logins.revoke_all("usr_1", LATER) == 1
    assert await tx.logins.delete_expired(NOW + timedelta(hours=13)) == 2
    assert await tx.logins.by_token_hash("d" * 64) is None


async def test_sessions_by_state(tx: Transaction) -> None:
    ended = replace(SESSION, id="ses_2", state=SessionState.ENDED, ended_at=NOW, created_at=LATER, patient_name="Pät", reason="ü")
    await tx.sessions.create(ended)
    assert await tx.sessions.get("ses_2") == ended
    both = [SessionState.ENDED, SessionState.OPEN]
    assert await tx.sessions.in_states(both, "org_1") == [SESSION, ended]
    assert await tx.sessions.in_states(both, since=LATER) == [ended]
    assert await tx.sessions.in_states(both, "org_2") == []
    assert await tx.sessions.in_states([]) == []
    assert await tx.sessions.without_outcome("org_1") == [ended]
    await tx.sessions.save(replace(ended, outcome=Outcome.COMPLETED))
    assert await tx.sessions.without_outcome("org_1") == []
    with pytest.raises(NotFound):
        await tx.sessions.save(replace(SESSION, id="ses_9"))


async def test_seats(tx: Transaction) -> None:
    device = DeviceReport("ok", "none", "untested", "poor", 250)
    waiting = replace(SEAT, state=ParticipantState.WAITING, device=device, held=True, silent_since=LATER, reason="late")
    await tx.participants.save(waiting)
    doctor = replace(SEAT, id="par_2", user_id="usr_1", role=Role.CLINICIAN, created_at=LATER)
    await tx.participants.create(doctor)
    assert await tx.participants.in_session("ses_1") == [waiting, doctor]
    assert await tx.participants.by_user("ses_1", "usr_1") == doctor
    assert await tx.participants.in_states([ParticipantState.WAITING], "org_1") == [waiting]
    assert await tx.participants.in_states([ParticipantState.WAITING], "org_2") == []
    with pytest.raises(Conflict) as caught:
        await tx.participants.create(replace(doctor, id="par_3"))
    assert caught.value.code == "seat_exists"
    await tx.sessions.save(replace(SESSION, state=SessionState.ENDED))
    assert await tx.participants.in_states([ParticipantState.WAITING]) == []


async def test_links_and_wishes_for_new_ones(tx: Transaction) -> None:
    await tx.links.create(LINK)
    await tx.links.create(replace(LINK, id="lnk_2", token_hash="f" * 64))
    opened = replace(LINK, opened_at=LATER)
    await tx.links.save(opened)
    assert await tx.links.by_token_hash("a" * 64) == opened == await tx.links.get("lnk_1")
    assert len(await tx.links.in_session("ses_1")) == 2
    assert await tx.links.revoke_of_participant("par_1", LATER) == 2
    assert await tx.links.revoke_of_participant("par_1", LATER) == 0
    wish = LinkRequest("lrq_1", "ses_1", "par_1", NOW)
    assert await tx.link_requests.ask(wish)
    assert not await tx.link_requests.ask(replace(wish, id="lrq_2"))
    assert await tx.link_requests.open("org_1") == [wish]
    assert await tx.link_requests.open("org_2") == []
    assert await tx.link_requests.handle("par_1", "usr_1", LATER) == 1
    assert await tx.link_requests.open("org_1") == []
    assert await tx.link_requests.ask(replace(wish, id="lrq_3"))


async def test_seat_tokens(tx: Transaction) -> None:
    newer = replace(TOKEN, id="tok_2", token_hash="d" * 64, created_at=LATER)
    await tx.seats.create(TOKEN)
    await tx.seats.create(newer)
    assert await tx.seats.live("par_1", NOW) == [newer, TOKEN]
    assert await tx.seats.live("par_1", NOW + timedelta(days=1)) == []
    assert await tx.seats.revoke_of_participant("par_1", LATER, keep="tok_2") == 1
    assert await tx.seats.live("par_1", NOW) == [newer]
    assert await tx.seats.by_token_hash("b" * 64) == replace(TOKEN, revoked_at=LATER)
    assert await tx.seats.get("tok_2") == newer and await tx.seats.get("tok_9") is None


async def test_a_device_asks_once_until_staff_decide(tx: Transaction) -> None:
    move = MoveRequest("mov_1", "ses_1", "par_1", "d" * 64, NOW)
    assert await tx.moves.ask(move) == move
    assert await tx.moves.ask(replace(move, id="mov_2", at=LATER)) == move
    assert await tx.moves.undecided("ses_1") == [move]
    decided = replace(move, approved=False, decided_by="par_1", decided_at=LATER)
    await tx.moves.save(decided)
    assert await tx.moves.undecided("ses_1") == []
    again = replace(move, id="mov_3", at=LATER)
    assert await tx.moves.ask(again) == again
    assert await tx.moves.latest("par_1", "d" * 64) == again
    assert await tx.moves.get("mov_1") == decided


async def test_chat_is_numbered_and_said_once(tx: Transaction) -> None:
    for number in range(1, 5):
        assert (await tx.messages.append(a_message(number))).sequence == number
    repeated = await tx.messages.append(a_message(9, "command-2"))
    assert (repeated.id, repeated.sequence) == ("msg_2", 2)
    assert [line.sequence for line in await tx.messages.in_session("ses_1")] == [1, 2, 3, 4]
    assert [line.body for line in await tx.messages.in_session("ses_1", limit=2)] == ["line 3", "line 4"]


async def test_notes_keep_their_revisions(tx: Transaction) -> None:
    assert await tx.notes.latest("ses_1") is None
    first = await tx.notes.write(NoteRecord("ses_1", 0, "one", "usr_1", NOW))
    assert first.revision == 1
    await tx.notes.write(replace(first, body="two"))
    with pytest.raises(Conflict) as caught:
        await tx.notes.write(replace(first, body="three"))
    assert caught.value.code == "note_changed"
    latest = await tx.notes.latest("ses_1")
    assert latest is not None and (latest.revision, latest.body) == (2, "two")


async def test_answers_are_kept_once(tx: Transaction) -> None:
    assert await tx.acks.find("par_1", "command-1") is None
    await tx.acks.save("par_1", "command-1", {"ok": True, "result": {"n": [1, "ü"]}}, NOW)
    assert await tx.acks.find("par_1", "command-1") == {"ok": True, "result": {"n": [1, "ü"]}}
    assert await tx.acks.find("par_2", "command-1") is None
    with pytest.raises(Conflict) as caught:
        await tx.acks.save("par_1", "command-1", {}, NOW)
    assert caught.value.code == "command_repeated"
    assert await tx.acks.prune(NOW) == 0
    assert await tx.acks.prune(LATER) == 1


async def test_events_and_quality(tx: Transaction) -> None:
    event = ParticipantEventRecord(
        "evt_1", "ses_1", "par_1", ParticipantEvent.LINK_OPENED, ParticipantState.INVITED, ParticipantState.CHECKING,
        ActorRef("par_1", "patient"), NOW,
    )  # fmt: skip
    later = replace(event, id="evt_0", event=ParticipantEvent.LEFT, at=LATER)
    await tx.events.append(later)
    await tx.events.append(event)
    assert await tx.events.in_session("ses_1") == [event, later]
    minute = QualityMinute("par_1", "ses_1", NOW.replace(second=0, microsecond=0), 2, 40, 0.25)
    assert await tx.quality.record(minute)
    assert not await tx.quality.record(replace(minute, freezes=9))
    assert await tx.quality.in_session("ses_1") == [minute]
