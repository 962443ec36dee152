"""Paging somebody on call: ringing, answering, escalating, restarts in between, and who sees what of it."""

from __future__ import annotations

import asyncio
import time

import pytest

from telemed.care.identity import Staff
from telemed.care.notify.ports import NoNotifier
from telemed.care.notify.records import Medium
from telemed.care.oncall.records import Duty, PageRecord
from telemed.care.oncall.requests import NewPage
from telemed.care.oncall.words import PageState, RingMode, StepEnd
from telemed.care.roles import Role
from telemed.errors import Conflict, NotFound
from telemed.signaling import page_clock
from telemed.signaling.page_ladder import PageLadder
from telemed.signaling.page_messages import PageMessages
from telemed.signaling.step import VisitStep
from tests.adapters.signaling.ack_kinds import check_kind
from tests.adapters.signaling.on_call import colleague, page, speciality
from tests.adapters.signaling.world import Client, Json, World, command_id, until


def the_page(client: Client, page_id: str) -> Json:
    return next((row for row in client.state["pages"] if row["id"] == page_id), {})


async def responder(world: World) -> Staff:
    return await colleague(world, Role.RESPONDER, "Responder")


@pytest.mark.real_time
async def test_the_first_yes_takes_it_and_the_others_see_who(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    wanted = await speciality(world, [world.doctor, second])
    one, two = await world.today(world.doctor), await world.today(second)
    began = time.monotonic()
    made = await page(world, asker, wanted)
    page_id = made["page"]["id"]
    await until(lambda: the_page(one, page_id).get("ring") == "ringing" and the_page(two, page_id).get("ring") == "ringing")
    assert time.monotonic() - began < 1.0, "somebody rings within a second"
    assert [(ring["reached"], ring["state"]) for ring in made["page"]["rings"]] == [(True, "ringing")] * 2
    desk = world.signaling.on_call.paging
    racing = (world.doctor, second) * 25
    answers = await asyncio.gather(*(desk.accept(one, page_id, command_id()) for one in racing), return_exceptions=True)
    taken = next(answer for answer in answers if isinstance(answer, dict))
    for person, answer in zip(racing, answers, strict=True):  # who took it may come again, the other never
        if person.user_id == taken["page"]["taken_by"]["user_id"]:
            assert isinstance(answer, dict) and answer["participant_id"] == taken["participant_id"]
        else:
            assert isinstance(answer, Conflict) and answer.code == "page_taken"
    async with world.store.read() as tx:
        assert [str(row.action) for row in await tx.audit.page() if row.object_id == page_id].count("page.accepted") == 1
    loser = two if taken["page"]["taken_by"]["user_id"] == world.doctor.user_id else one
    await until(lambda: the_page(loser, page_id).get("state") == "accepted")
    assert the_page(loser, page_id)["ring"] == "taken" and the_page(loser, page_id)["taken_by"] == taken["page"]["taken_by"]
    seat = world.signaling.live.get(made["session_id"]).seats[taken["participant_id"]]
    assert seat.state.value == "admitted" and seat.user_id == taken["page"]["taken_by"]["user_id"]
    await world.sweep(ahead=61)
    await until(lambda: not one.state["pages"] and not two.state["pages"], "a minute later it is gone")


async def test_a_retry_gets_the_same_answer(world: World) -> None:
    asker = await responder(world)
    wanted = NewPage(await speciality(world, [world.doctor]), None, "brief", command_id())
    desk = world.signaling.on_call.paging
    first, again = await desk.begin(asker, wanted), await desk.begin(asker, wanted)
    assert first == again
    check_kind(world, wanted.command_id, "POST /pages")
    command = command_id()
    assert await desk.accept(world.doctor, first["page"]["id"], command) == await desk.accept(
        world.doctor, first["page"]["id"], command
    )
    retaken = await desk.accept(world.doctor, first["page"]["id"], command_id())
    assert retaken["participant_id"], "who took it may come again"


async def test_it_escalates_in_time_and_says_the_number_at_the_end(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    wanted = await speciality(world, [world.doctor], [], [second])
    asking = await world.today(asker)
    made = await page(world, asker, wanted)
    page_id, started = made["page"]["id"], world.clock.utcnow()
    clock = world.signaling.on_call.clock
    world.clock.ahead += 20  # and what a busy machine makes of it
    await clock.run_due()
    assert the_page(asking, page_id)["step"] == 1
    world.clock.ahead += 10.01
    await clock.run_due()
    await until(lambda: the_page(asking, page_id).get("step") == 3, "nobody at the second level")
    assert [ring["state"] for ring in the_page(asking, page_id)["rings"]] == ["missed", "ringing"]
    world.clock.ahead += 60.01
    await clock.run_due()
    await until(lambda: the_page(asking, page_id).get("state") == "unanswered")
    assert the_page(asking, page_id)["phone"] == "+49 30 112233"
    async with world.store.read() as tx:
        steps = await tx.pages.steps(page_id)
        trail = [str(row.action) for row in await tx.audit.page() if row.object_id == page_id]
    assert [step.end for step in steps] == [StepEnd.TIMED_OUT, StepEnd.NOBODY, StepEnd.TIMED_OUT]
    assert 0 <= (steps[0].started_at - started).total_seconds() + 1 <= 2
    assert trail == [
        *("page.began", "page.step_began", "page.step_over", "page.step_began", "page.step_over", "page.unanswered"),
    ]
    await world.sweep(ahead=14 * 60)
    missed = await world.today(second)
    assert the_page(missed, page_id)["ring"] == "missed", "whom a message reaches late finds it"
    late = await world.signaling.on_call.paging.accept(second, page_id, command_id())
    assert late["page"]["state"] == "accepted", "a late yes is a yes"


async def test_a_clock_that_is_set_moves_no_step(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    wanted = await speciality(world, [world.doctor], [second])
    asking = await world.today(asker)
    page_id, clock = (await page(world, asker, wanted))["page"]["id"], world.signaling.on_call.clock
    await clock.run_due()

    async def after(seconds: float, hours: float) -> int:
        world.clock.stepped = hours * 3600.0
        world.clock.ahead += seconds
        await clock.run_due()
        async with world.store.read() as tx:
            found = await tx.pages.get(page_id)
            assert found is not None
            return found.step if found.state is PageState.RINGING else 0

    assert await after(20, hours=24) == 1, "a day on is no time gone"
    assert await after(10.01, hours=-3) == 2, "nor does it ring for three hours"
    assert await after(35, hours=-3) == 2
    assert await after(10.01, hours=5) == 0
    await until(lambda: the_page(asking, page_id)["state"] == "unanswered")


async def test_a_page_that_cannot_go_on_keeps_no_other_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asker, second = await responder(world), await colleague(world)
    broken = await page(world, asker, await speciality(world, [world.doctor], [second], steps="5,45"))
    sound = await page(world, asker, await speciality(world, [world.doctor], [second], steps="6,45"))
    ladder, clock = PageLadder.time_out, world.signaling.on_call.clock

    async def time_out(self: PageLadder, step: VisitStep, record: PageRecord) -> None:
        if record.id == broken["page"]["id"]:
            raise RuntimeError
        await ladder(self, step, record)

    monkeypatch.setattr(PageLadder, "time_out", time_out)
    asking = await world.today(asker)
    world.clock.ahead += 7
    await clock.run_due()
    await until(lambda: the_page(asking, sound["page"]["id"])["step"] == 2)
    assert the_page(asking, broken["page"]["id"])["step"] == 1
    monkeypatch.undo()
    await until(lambda: the_page(asking, broken["page"]["id"])["step"] == 2, "and is tried again")


async def test_a_page_that_fails_again_and_again_is_tried_ever_more_seldom(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waits are doubled up to a bound, each failure is counted, and steps of others end when they are over."""
    asker, second = await responder(world), await colleague(world)
    broken = await page(world, asker, await speciality(world, [world.doctor], [second], steps="5,45"))
    sound = await page(world, asker, await speciality(world, [world.doctor], [second], steps="60,45"))
    ladder, clock, tries = PageLadder.time_out, world.signaling.on_call.clock, 0

    async def time_out(self: PageLadder, step: VisitStep, record: PageRecord) -> None:
        nonlocal tries
        if record.id == broken["page"]["id"]:
            tries += 1
            raise RuntimeError
        await ladder(self, step, record)

    monkeypatch.setattr(PageLadder, "time_out", time_out)
    await clock.stop()  # this test looks itself
    for _ in range(600):  # a minute
        world.clock.ahead += 0.1
        await clock.run_due()
    assert 7 <= tries <= 9, "after 5 s, and 0.5, 1, 2, 4, 8, 15, 15 s after each other"
    assert world.signaling.counters.get("page_clock.put_off") == tries
    world.clock.ahead += 2
    await clock.run_due()
    async with world.store.read() as tx:
        going_on = await tx.pages.get(sound["page"]["id"])
    assert going_on is not None and going_on.step == 2
    assert [page_clock.patience(failures) for failures in (0, 1, 4, 5, 10_000)] == [0.5, 1, 8, 15, 15]


async def test_steps_end_by_themselves_to_the_second(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    wanted = await speciality(world, [world.doctor], [second], steps="1,1")
    asking = await world.today(asker)
    made = await page(world, asker, wanted)
    await until(lambda: the_page(asking, made["page"]["id"]).get("state") == "unanswered", seconds=6)
    async with world.store.read() as tx:
        for step in await tx.pages.steps(made["page"]["id"]):
            assert step.ended_at is not None
            assert 0 <= (step.ended_at - step.due_at).total_seconds() <= 1


async def test_a_restart_in_between_changes_nothing(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    wanted = await speciality(world, [world.doctor], [second])
    made = await page(world, asker, wanted)
    page_id = made["page"]["id"]
    await world.halt()
    world.clock.ahead += 40  # the first step was over ten seconds ago
    await world.restart_after_halt()
    ringing = await world.today(second)
    await until(lambda: the_page(ringing, page_id).get("ring") == "ringing", seconds=2)
    async with world.store.read() as tx:
        steps = await tx.pages.steps(page_id)
    assert (steps[0].end, steps[1].number) == (StepEnd.TIMED_OUT, 2)
    assert abs((steps[1].due_at - steps[1].started_at).total_seconds() - 45) < 0.001
    left = (steps[1].due_at - world.clock.utcnow()).total_seconds()
    await world.halt()
    world.clock.ahead += left - 3
    await world.restart_after_halt()
    async with world.store.read() as tx:
        assert (await tx.pages.steps(page_id))[1].end is StepEnd.RUNNING, "not before its time"


async def test_when_all_say_no_the_next_step_begins_at_once(world: World) -> None:
    asker, second, third = await responder(world), await colleague(world), await colleague(world, name="Dr. Third")
    wanted = await speciality(world, [world.doctor, second], [third])
    desk = world.signaling.on_call.paging
    made = await page(world, asker, wanted)
    page_id = made["page"]["id"]
    assert (await desk.decline(world.doctor, page_id, command_id()))["page"]["step"] == 1
    after = (await desk.decline(second, page_id, command_id()))["page"]
    assert after["step"] == 2 and [ring["state"] for ring in after["rings"]] == ["declined", "declined", "ringing"]
    with pytest.raises(NotFound):
        await desk.accept(second, page_id, command_id())
    gone = (await desk.decline(third, page_id, command_id()))["page"]
    assert gone["state"] == "unanswered" and gone["due_at"] is None


async def test_nobody_on_call_is_said_at_once(world: World) -> None:
    made = await page(world, await responder(world), await speciality(world))
    assert made["page"]["state"] == "unanswered" and made["page"]["phone"] == "+49 30 112233"


async def test_only_who_may_come_is_called(world: World) -> None:
    asker = await responder(world)
    desk_clerk = await colleague(world, Role.FRONT_DESK, "Desk")
    wanted = await speciality(world, [asker, desk_clerk, world.doctor], mode=RingMode.ALL)
    made = await page(world, asker, wanted)
    assert [ring["user_id"] for ring in made["page"]["rings"]] == [world.doctor.user_id]


async def test_calling_off_ends_the_ringing(world: World) -> None:
    asker = await responder(world)
    made = await page(world, asker, await speciality(world, [world.doctor]))
    ringing = await world.today(world.doctor)
    desk, page_id = world.signaling.on_call.paging, made["page"]["id"]
    stranger = await colleague(world, name="Dr. Stranger")
    for attempt in (desk.cancel(stranger, page_id, command_id()), desk.read(stranger, page_id)):
        with pytest.raises(NotFound):
            await attempt
    await desk.cancel(asker, page_id, command_id())
    await until(lambda: the_page(ringing, page_id).get("state") == "cancelled")
    with pytest.raises(Conflict) as refused:
        await desk.accept(world.doctor, page_id, command_id())
    assert refused.value.code == "page_over"


async def test_the_end_of_the_session_ends_the_page(world: World) -> None:
    asker = await responder(world)
    made = await page(world, asker, await speciality(world, [world.doctor]))
    client = await world.join(asker, made["session_id"])
    assert client.state["scene"]["pages"][0]["state"] == "ringing"
    await client.do("end")
    ringing = await world.today(world.doctor)
    assert the_page(ringing, made["page"]["id"])["state"] == "cancelled"


async def test_a_visit_goes_by_its_scene_where_it_began_with_the_page_alone(world: World) -> None:
    asker, wanted = await responder(world), await speciality(world, [world.doctor])
    made = await page(world, asker, wanted)
    begun = {"speciality": made["page"]["speciality"], "by": asker.name}
    client, today = await world.join(asker, made["session_id"]), await world.today(asker)
    assert client.state["scene"]["begun"] == begun
    row = next(one for one in today.state["sessions"] if one["id"] == made["session_id"])
    assert (row["patient_name"], row["begun"]) == ("", begun)
    await client.do("end")
    await until(lambda: [(one["kind"], one["begun"]) for one in today.state["tasks"]] == [("outcome", begun)])


async def test_a_page_from_a_visit_that_goes_on_is_not_what_it_goes_by(world: World) -> None:
    wanted = await speciality(world, [await colleague(world, name="Dr. Second")])
    visit = await world.start_visit()
    client = await world.join(world.doctor, visit.id)
    await page(world, world.doctor, wanted, session_id=visit.id)
    await until(lambda: len(client.state["scene"]["pages"]) == 1)
    assert client.state["scene"]["begun"] is None


async def test_one_page_for_a_speciality_and_session_and_so_many_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asker, wanted = await responder(world), await speciality(world, [world.doctor])
    made = await page(world, asker, wanted)
    with pytest.raises(Conflict) as refused:
        await page(world, asker, wanted, made["session_id"])
    assert refused.value.code == "page_open"
    monkeypatch.setattr("telemed.care.oncall.paging.MAX_OPEN", 1)
    with pytest.raises(Conflict) as refused:
        await page(world, asker, wanted)
    assert refused.value.code == "too_many_pages"


async def test_guests_hear_nothing_of_it(world: World) -> None:
    visit = await world.start_visit()
    _doctor, patient, _seat = await visit.call()
    await page(world, world.doctor, await speciality(world, [await colleague(world)]), visit.id, brief="secret brief")
    await until(lambda: _doctor.state["scene"]["pages"])
    assert patient.state["scene"] is None and "secret brief" not in str(patient.heard)


class Sends(NoNotifier):
    """Every way out is there."""

    def can_send(self, medium: Medium) -> bool:
        return True


async def test_who_has_no_page_open_is_written_to_once_and_never_why(world: World) -> None:
    asker = await responder(world)
    made = await page(world, asker, await speciality(world, [world.doctor]), brief="secret brief")
    messages = PageMessages(Sends(), "https://care.example")
    async with world.store.write() as tx:
        user, (ring,) = await tx.users.get(world.doctor.user_id), await tx.pages.rings([made["page"]["id"]])
        assert user is not None and not ring.reached
        for _ in range(2):
            await messages.put(tx, user, Duty(user.id, 1, "+491701234567"), ring)
        sent = await tx.outbox.about(made["page"]["id"])
    assert {(one.medium, one.recipient) for one in sent} == {(Medium.SMS, "+491701234567"), (Medium.MAIL, user.email)}
    assert len(sent) == 2 and all(one.details == {"link": "https://care.example/today"} for one in sent)
    assert "secret brief" not in str([dict(one.details) for one in sent])


async def test_who_has_a_page_open_and_does_not_answer_is_written_to_after_a_while(world: World) -> None:
    asker, second = await responder(world), await colleague(world)
    open_page = await world.today(world.doctor)
    world.signaling.on_call.clock.ladder.messages = PageMessages(Sends(), "https://care.example")
    made = await page(world, asker, await speciality(world, [world.doctor, second]))
    page_id, clock = made["page"]["id"], world.signaling.on_call.clock

    async def written_to() -> list[str]:
        async with world.store.read() as tx:
            return sorted(one.recipient for one in await tx.outbox.about(page_id))

    async with world.store.read() as tx:
        mails = {user.id: user.email for user in await tx.users.in_organisation(asker.organisation_id)}
    assert await written_to() == [mails[second.user_id]], "who has none open, at once"
    await clock.run_due()
    assert await written_to() == [mails[second.user_id]]
    world.clock.ahead += 15.01
    for _ in range(3):
        await clock.run_due()
    assert await written_to() == sorted([mails[second.user_id], mails[world.doctor.user_id]]), "once"
    assert the_page(open_page, page_id)["ring"] == "ringing"
