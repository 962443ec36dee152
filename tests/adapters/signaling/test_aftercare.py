"""After a visit, over a real database: messages to who has no account and to a record's Home, follow-ups on Today."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from telemed.care.aftercare.ports import Letter, Plan
from telemed.care.aftercare.records import FollowUp
from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.clinic.records import SiteRecord
from telemed.care.identity import Staff
from telemed.care.notify.compose import LinkMaker, letter
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.patients.records import ChannelRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.roles import Role
from telemed.care.tokens import derived_token
from telemed.errors import Conflict, Gone, InvalidInput, NotAllowed, NotFound
from telemed.ids import new_id
from telemed.signaling.follow_up_heirs import FollowUpHeirs
from telemed.store.connection import ReaderSql
from telemed.web.patients.aftercare import PatientAftercare
from tests.adapters.signaling.test_queue_deaths import Sends
from tests.adapters.signaling.waiting_rooms import Waiting, make_room
from tests.adapters.signaling.world import World, command_id, until

BORN = date(1980, 2, 29)
SECRET = "Take half a tablet of Examplin."  # what must be in no message out


@pytest.fixture
async def sending(world: World) -> AsyncIterator[World]:
    """A clinic that sends mail and SMS."""
    world.notifier = Sends()
    await world.restart()
    yield world


async def seen(world: World, number: str = "", **fields: Any) -> Waiting:
    """Somebody came by a waiting room, was answered, and the call is over."""
    room = await make_room(world)
    ada = await room.arrive("Ada", **fields)
    if number:
        await ada.page.do("keep_place", phone=number)
    today = await world.today(world.doctor)
    await ada.row(today)
    await today.do("queue_answer", entry_id=ada.entry_id)
    stage = await world.join(world.doctor, ada.session_id)
    await stage.do("end")
    await stage.close()
    await today.close()
    return ada


async def trail(world: World, object_id: str) -> list[tuple[str, str]]:
    async with world.store.read() as tx:
        return [(row.action, row.outcome) for row in await tx.audit.page(limit=5000) if row.object_id == object_id]


async def outbox(world: World, about_id: str) -> list[OutboxMessage]:
    async with world.store.read() as tx:
        return await tx.outbox.about(about_id)


def key_of(world: World) -> bytes:
    key: bytes = world.signaling.visits._desk.settings.link_key
    return key


async def test_who_left_a_number_gets_a_link_and_no_word_of_what_was_written(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world, "030 5550199", birth_date=BORN, language="de")
    assert (await after.read(world.doctor, ada.session_id))["ways"] == [{"way": "link", "shown": "…99"}]
    command = command_id()
    wanted = Letter(SECRET, MessageWay.LINK, command)
    written = await asyncio.gather(*(after.write(world.doctor, ada.session_id, wanted) for _ in range(3)))
    (message,) = {one["message"]["id"]: one["message"] for one in written}.values()
    assert (message["notice"], message["opened_at"]) == ("queued", None)
    (sms,) = await outbox(world, message["id"])
    assert (sms.template, sms.medium, sms.recipient, sms.language) == ("visit_message", Medium.SMS, "+49305550199", "de")
    clinic = world.signaling.live.board.clinic_of(world.doctor.organisation_id)
    out = letter(sms, clinic, None, LinkMaker("https://clinic.example", key_of(world)))
    token = derived_token(key_of(world), world.doctor.user_id, command)
    assert f"https://clinic.example/m#{token}" in out.text and "Examplin" not in out.text
    asked = await after.open(token, None)
    assert (asked["asks"], asked["message"]) == ("birth_date", None)
    wrong = await after.open(token, date(1980, 2, 28))
    assert (wrong["tries_left"], wrong["message"]) == (4, None)
    read = await after.open(token, BORN)
    assert (read["message"]["body"], read["message"]["by"]) == (SECRET, world.doctor.name)
    (shown,) = (await after.read(world.doctor, ada.session_id))["messages"]
    assert shown["opened_at"] is not None
    assert await trail(world, message["id"]) == [
        (AuditAction.VISIT_MESSAGE_WRITTEN, AuditOutcome.DONE),
        (AuditAction.VISIT_MESSAGE_OPENED, AuditOutcome.REFUSED),
        (AuditAction.VISIT_MESSAGE_OPENED, AuditOutcome.DONE),
    ]


async def test_the_number_is_forgotten_when_the_visit_is_sealed(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world, "030 5550199")
    assert (await after.read(world.doctor, ada.session_id))["ways"], "staff may still have to write"
    await world.sweep(24 * 3600.0 + 1)

    async def number() -> str:
        async with world.store.read() as tx:
            entry = await tx.queue_entries.get(ada.entry_id)
        assert entry is not None
        return entry.phone

    for _ in range(400):
        if not await number():
            break
        await asyncio.sleep(0.05)
    assert await number() == ""
    assert (await after.read(world.doctor, ada.session_id))["ways"] == []


async def test_answers_kept_hold_no_words_and_answer_no_command_of_another_kind(sending: World) -> None:
    world, after, actor = sending, sending.signaling.aftercare, sending.doctor
    ada = await seen(world, "030 5550199", birth_date=BORN)
    today = world.clock.utcnow().date()
    wanted, plan = Letter(SECRET, MessageWay.LINK, command_id()), Plan(today, "Ask about Examplin")
    written = await after.write(actor, ada.session_id, wanted)
    with pytest.raises(Conflict) as refused:
        await after.plan(actor, ada.session_id, plan, wanted.command_id)
    assert refused.value.code == "command_repeated"
    command = command_id()
    planned = await after.plan(actor, ada.session_id, plan, command)
    follow_up_id = planned["follow_up"]["id"]
    with pytest.raises(Conflict):
        await after.write(actor, ada.session_id, replace(wanted, command_id=command))
    with pytest.raises(Conflict):
        await after.move(actor, follow_up_id, FollowUpState.DONE, command)
    with pytest.raises(Conflict):
        await world.visits.complete(actor, ada.session_id, "completed", None, command)
    assert await after.write(actor, ada.session_id, wanted) == written
    assert await after.plan(actor, ada.session_id, plan, command) == planned
    moved = command_id()
    done = await after.move(actor, follow_up_id, FollowUpState.DONE, moved)
    assert done["follow_up"]["state"] == "done"
    assert await after.move(actor, follow_up_id, FollowUpState.DONE, moved) == done
    async with world.store.read() as tx:
        kept = [await tx.acks.find(actor.user_id, one) for one in (wanted.command_id, command, moved)]
    assert kept == [{"message_id": written["message"]["id"]}, *[{"follow_up_id": follow_up_id}] * 2]


async def test_a_link_ends_with_guesses_and_unknown_ones_are_not_there(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world, "030 5550199", birth_date=BORN)
    command = command_id()
    await after.write(world.doctor, ada.session_id, Letter(SECRET, MessageWay.LINK, command))
    token = derived_token(key_of(world), world.doctor.user_id, command)
    for left in (4, 3, 2, 1, 0):
        assert (await after.open(token, date(1999, 9, 9)))["tries_left"] == left
    with pytest.raises(Gone) as over:
        await after.open(token, BORN)
    assert over.value.code == "message_over"
    async with world.store.write():  # neither waits for the only writer
        with pytest.raises(NotFound) as unknown:
            await asyncio.wait_for(after.open("A" * 22, BORN), 15)
        with pytest.raises(Gone):
            await asyncio.wait_for(after.open(token, BORN), 15)
    assert unknown.value.code == "message_unknown"


async def test_where_nobody_can_be_reached_no_way_is_offered_and_none_is_taken(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world)
    assert (await after.read(world.doctor, ada.session_id))["ways"] == []
    for way in MessageWay:
        with pytest.raises(Conflict) as refused:
            await after.write(world.doctor, ada.session_id, Letter("Hello", way, command_id()))
        assert refused.value.code == "no_way"
    with pytest.raises(NotAllowed):
        await after.read(world.staff["colleague"], ada.session_id)


async def test_during_the_call_its_chat_is_the_way(sending: World) -> None:
    visit = await sending.start_visit()
    await visit.call()
    with pytest.raises(Conflict) as refused:
        await sending.signaling.aftercare.write(sending.doctor, visit.id, Letter("Hello", MessageWay.HOME, command_id()))
    assert refused.value.code == "not_ended"


async def test_a_message_to_a_record_waits_on_home_and_the_notice_leads_to_the_door(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world)
    await attach(world, ada.session_id)
    assert (await after.read(world.doctor, ada.session_id))["ways"] == [{"way": "home", "shown": "a…@….example"}]
    written = await after.write(world.doctor, ada.session_id, Letter(SECRET, MessageWay.HOME, command_id()))
    (mail,) = await outbox(world, written["message"]["id"])
    assert mail.medium is Medium.MAIL and mail.details["link"].endswith("/my") and "Examplin" not in str(mail.details)


async def test_a_record_of_all_sites_shows_what_was_agreed_at_the_readers_own(sending: World) -> None:
    world, after = sending, sending.signaling.aftercare
    ada = await seen(world)
    patient_id = await attach(world, ada.session_id)
    written = await after.write(world.doctor, ada.session_id, Letter(SECRET, MessageWay.HOME, command_id()))
    plan = Plan(world.clock.utcnow().date() + timedelta(days=7), "Call")
    planned = await after.plan(world.doctor, ada.session_id, plan, command_id())
    async with world.store.write() as tx:
        session = await tx.sessions.get(ada.session_id)
        assert session is not None
        for site_id in ("site_north", "site_south"):
            await tx.sites.create(SiteRecord(site_id, session.organisation_id, site_id, "", world.clock.utcnow()))
        await tx.sessions.save(replace(session, site_id="site_north"))
    shelf = PatientAftercare(world.store, world.clock)

    async def shown(site_id: str | None) -> list[list[str]]:
        read = await shelf.read(replace(world.doctor, site_id=site_id), patient_id)
        return [[one["id"] for one in read["messages"]], [one["id"] for one in read["follow_ups"]]]

    everything = [[written["message"]["id"]], [planned["follow_up"]["id"]]]
    assert [await shown(None), await shown("site_north")] == [everything, everything]
    assert await shown("site_south") == [[], []]


async def attach(world: World, session_id: str) -> str:
    """The visit is one of somebody with a confirmed address."""
    now = world.clock.utcnow()
    patient = PatientRecord(new_id("pat"), world.doctor.organisation_id, "Ada", "ada", world.doctor.user_id, now, now)
    channel = ChannelRecord(new_id("chn"), patient.id, ChannelKind.EMAIL, "ada@mail.example", now, verified_at=now)
    async with world.store.write() as tx:
        await tx.patients.create(patient)
        await tx.channels.create(channel)
        session = await tx.sessions.get(session_id)
        assert session is not None
        await tx.sessions.save(replace(session, patient_id=patient.id))
        await tx.care_teams.add(TeamMemberRecord(new_id("tmm"), patient.id, world.doctor.user_id, world.doctor.user_id, now))
    return patient.id


async def test_a_follow_up_is_on_its_owners_today_alone_until_it_is_done(world: World) -> None:
    after, ada = world.signaling.aftercare, await seen(world)
    today, other = await world.today(world.doctor), await world.today(world.staff["colleague"])
    day = world.clock.utcnow().date() + timedelta(days=7)
    command = command_id()
    plan = Plan(day, "Ask about the fever")
    made = [(await after.plan(world.doctor, ada.session_id, plan, command))["follow_up"] for _ in range(2)]
    assert made[0] == made[1], "said again it is the same one"
    await until(lambda: [row["text"] for row in today.state["follow_ups"]] == ["Ask about the fever"])
    assert (made[0]["due_on"], made[0]["patient_name"], made[0]["state"]) == (day.isoformat(), "Ada", "open")
    assert other.state["follow_ups"] == [], "nobody else's task"
    follow_up_id = made[0]["id"]
    with pytest.raises(NotFound):
        await after.move(world.staff["colleague"], follow_up_id, FollowUpState.DONE, command_id())
    for _ in range(2):
        changed = await after.edit(world.doctor, follow_up_id, Plan(text="Call about the fever"), 1)
        assert changed["follow_up"]["revision"] == 2, "a lost answer is given again"
    with pytest.raises(Conflict) as stale:
        await after.edit(world.doctor, follow_up_id, Plan(text="Something else"), 1)
    assert stale.value.code == "follow_up_changed"
    await world.restart()
    today, after = await world.today(world.doctor), world.signaling.aftercare
    assert [row["text"] for row in today.state["follow_ups"]] == ["Call about the fever"], "after a restart too"
    await after.move(world.doctor, follow_up_id, FollowUpState.DONE, command_id())
    await until(lambda: today.state["follow_ups"] == [])
    await after.move(world.doctor, follow_up_id, FollowUpState.OPEN, command_id())
    await until(lambda: len(today.state["follow_ups"]) == 1, "taken back")
    assert [action for action, _ in await trail(world, follow_up_id)] == [
        AuditAction.FOLLOW_UP_PLANNED,
        AuditAction.FOLLOW_UP_CHANGED,
        AuditAction.FOLLOW_UP_DONE,
        AuditAction.FOLLOW_UP_REOPENED,
    ]


async def change(world: World, staff: Staff, **fields: Any) -> None:
    """The account, as an admin changes it."""
    async with world.store.write() as tx:
        user = await tx.users.get(staff.user_id)
        assert user is not None
        await tx.users.save(replace(user, **fields))
        await tx.audit.append(staff.ref, AuditAction.USER_CHANGED, user.id, AuditOutcome.DONE, world.clock.utcnow())


@pytest.mark.parametrize("gone", [{"is_active": False}, {"role": Role.FRONT_DESK}], ids=["left", "another role"])
async def test_what_somebody_left_behind_is_seen_and_taken_by_one_of_the_team(world: World, gone: dict[str, Any]) -> None:
    after, ada = world.signaling.aftercare, await seen(world)
    colleague, stranger = world.staff["colleague"], world.staff["second"]
    pages = {name: await world.today(world.staff[name]) for name in ("colleague", "second", "desk")}
    day = world.clock.utcnow().date() + timedelta(days=7)
    made = (await after.plan(world.doctor, ada.session_id, Plan(day, "Ask about the fever"), command_id()))["follow_up"]
    await world.sweep(60.0)
    assert all(page.state["follow_ups"] == [] for page in pages.values()), "the owner is there"
    with pytest.raises(NotFound):
        await after.take(colleague, made["id"], command_id())
    await change(world, world.doctor, **gone)
    await world.sweep(60.0)
    row = (await until(lambda: pages["colleague"].state["follow_ups"], "the team sees it"))[0]
    assert (row["id"], row["was"], row["patient_name"]) == (made["id"], world.doctor.name, "Ada")
    assert pages["second"].state["follow_ups"] == pages["desk"].state["follow_ups"] == [], "not of this team, no such role"
    for staff, refusal in ((stranger, NotFound), (world.staff["desk"], NotAllowed)):
        with pytest.raises(refusal):
            await after.take(staff, made["id"], command_id())
    with pytest.raises(NotFound):
        await after.move(colleague, made["id"], FollowUpState.DONE, command_id())
    command = command_id()
    taken = [await after.take(colleague, made["id"], command) for _ in range(2)]
    assert taken[0] == taken[1], "said again because the answer was lost"
    async with world.store.read() as tx:
        kept = await tx.acks.find(colleague.user_id, command)
    assert kept == {"follow_up_id": made["id"]}, "no word of it"
    await until(lambda: ["was" in row for row in pages["colleague"].state["follow_ups"]] == [False], "one's own")
    await world.sweep(60.0)
    await after.move(colleague, made["id"], FollowUpState.DONE, command_id())
    await until(lambda: pages["colleague"].state["follow_ups"] == [])
    assert [action for action, _ in await trail(world, made["id"])] == [
        AuditAction.FOLLOW_UP_PLANNED,
        AuditAction.FOLLOW_UP_TAKEN,
        AuditAction.FOLLOW_UP_DONE,
    ]


async def test_where_nobody_of_the_team_is_left_all_who_care_see_it_until_its_owner_is_back(world: World) -> None:
    after, ada = world.signaling.aftercare, await seen(world)
    second, desk = await world.today(world.staff["second"]), await world.today(world.staff["desk"])
    day = world.clock.utcnow().date() + timedelta(days=7)
    await after.plan(world.doctor, ada.session_id, Plan(day, "Ask about the fever"), command_id())
    for staff in (world.doctor, world.staff["colleague"]):
        await change(world, staff, is_active=False)
    await world.restart()
    second = await world.today(world.staff["second"])
    await world.sweep(60.0)
    await until(lambda: [row["was"] for row in second.state["follow_ups"]] == [world.doctor.name], "after a restart too")
    assert desk.state["follow_ups"] == []
    await change(world, world.doctor, is_active=True)
    await world.sweep(60.0)
    await until(lambda: second.state["follow_ups"] == [], "its owner is back")


async def test_what_a_whole_team_left_behind_is_read_at_once_and_only_after_a_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, now = await seen(world), world.clock.utcnow()
    async with world.store.write() as tx:
        session = await tx.sessions.get(ada.session_id)
        assert session is not None
        for number in range(520):
            if number % 10 == 0:
                session = replace(session, id=new_id("ses"))
                await tx.sessions.create(session)
            day, owner = now.date() + timedelta(days=number), world.doctor
            left = (new_id("fup"), owner.organisation_id, session.id, owner.user_id, day, f"Ask {number}")
            await tx.follow_ups.create(FollowUp(*left, FollowUpState.OPEN, now, now))
    await world.restart()
    statements, rows, own = list[Any](), ReaderSql.rows, asyncio.current_task()

    async def counted(self: ReaderSql, statement: Any, parameters: Any = None) -> Any:
        if asyncio.current_task() is own:  # the server goes on looking meanwhile
            statements.append(statement)
        return await rows(self, statement, parameters)

    colleague = await world.today(world.staff["colleague"])
    await change(world, world.doctor, is_active=False)
    monkeypatch.setattr(ReaderSql, "rows", counted)
    await FollowUpHeirs(world.signaling._desk).run()
    assert len(statements) <= 5, "however many there are"
    texts = await until(lambda: [row["text"] for row in colleague.state["follow_ups"]], "seen by who may take them")
    assert texts == [f"Ask {number}" for number in range(500)], "the earliest days"
    await until(lambda: colleague.state["follow_ups_more"] == 20, "and how many more there are")
    looks = FollowUpHeirs(world.signaling._desk)
    for expected in (len(statements), 1, 1):
        statements.clear()
        world.clock.ahead += 20.0
        await looks.run()
        assert len(statements) == expected, "nothing has changed since"
    first = colleague.state["follow_ups"][0]["id"]
    await world.signaling.aftercare.take(world.staff["colleague"], first, command_id())
    await until(lambda: colleague.state["follow_ups_more"] == 19 and len(colleague.state["follow_ups"]) == 501, "the next")
    assert [row["text"] for row in colleague.state["follow_ups"] if "was" in row][-1] == "Ask 500"


async def test_nobody_opens_more_again_than_one_may_have(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    after, ada = world.signaling.aftercare, await seen(world)
    day = world.clock.utcnow().date() + timedelta(days=7)
    first = (await after.plan(world.doctor, ada.session_id, Plan(day, "Ask"), command_id()))["follow_up"]["id"]
    await after.move(world.doctor, first, FollowUpState.DONE, command_id())
    await after.plan(world.doctor, ada.session_id, Plan(day, "Call"), command_id())
    monkeypatch.setattr("telemed.care.aftercare.states.MAX_OPEN", 1)
    with pytest.raises(Conflict) as full:
        await after.move(world.doctor, first, FollowUpState.OPEN, command_id())
    assert full.value.code == "too_many_follow_ups"


@pytest.mark.parametrize("days", [-2, 5 * 366 + 1])
async def test_a_day_that_is_over_or_far_off_is_a_mistake(world: World, days: int) -> None:
    ada = await seen(world)
    plan = Plan(world.clock.utcnow().date() + timedelta(days=days), "Call")
    with pytest.raises(InvalidInput) as refused:
        await world.signaling.aftercare.plan(world.doctor, ada.session_id, plan, command_id())
    assert refused.value.field == "due_on"
