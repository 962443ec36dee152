"""One emergency played through after the start and taken back, so that the first real one is as fast as all others.

The first of a process compiles some forty statements and reads numbering plans: measured, its link left a second later than every
other on a busy machine. Everything happens in one transaction that is rolled back: nothing is stored, sent or told.
"""

from __future__ import annotations

from telemed.care.identity import Staff
from telemed.care.incidents.ports import IncidentOrder
from telemed.care.incidents.words import Allowed
from telemed.care.notify import delivery
from telemed.care.notify.lanes import Lane
from telemed.care.notify.numbers import texted
from telemed.care.notify.records import Medium, Outcome, Verdict
from telemed.care.patients.channels import region_of
from telemed.care.records import OrganisationRecord
from telemed.care.repositories import Transaction
from telemed.care.tokens import token_hash
from telemed.errors import TelemedError
from telemed.ids import new_id, new_secret
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.incident_making import Invited, add_incident, begin_visit, invite_caller

NUMBER = "+493012345678"  # nobody is called or written to
ORDER = IncidentOrder(NUMBER, "-", (Allowed.LOCATION, Allowed.VIDEO), "en", "-", False, False, "rehearsal")


class _TakenBack(Exception):  # noqa: N818 - no error: the end of every rehearsal
    """Rolls the transaction back."""


async def rehearse(desk: Desk) -> None:
    """Play it, if there is a clinic with people. What goes wrong is left to the real one."""
    try:
        async with desk.store.read() as tx:
            clinic = await tx.organisations.first()
            people = await tx.users.page(clinic.id, limit=1) if clinic is not None else []
            if clinic is None or not people:
                return
            await tx.templates.get(clinic.id, "", "en", Medium.SMS)
        actor = people[0].staff
        async with desk.store.write() as tx:
            await _play(desk, tx, actor, clinic)
            raise _TakenBack
    except _TakenBack:
        return
    except TelemedError:
        desk.counters.add("incidents.not_rehearsed")
    except Exception as error:  # noqa: BLE001 - a server that cannot rehearse still has to serve
        report_fault("rehearsal", error)
        desk.counters.add("incidents.not_rehearsed")


async def _play(desk: Desk, tx: Transaction, actor: Staff, clinic: OrganisationRecord) -> None:
    command_id = new_id("cmd")
    await tx.acks.find(actor.user_id, command_id)
    step = await begin_visit(desk, tx, actor, ORDER.reason)
    await add_incident(step, actor, ORDER)
    whom = Invited(texted(NUMBER, region_of(clinic.phone)))
    await invite_caller(step, desk, token_hash(new_secret()), (actor.user_id, command_id), whom)
    await step.settle()
    await tx.acks.save(actor.user_id, command_id, {}, step.now)
    for message in await tx.outbox.take(step.now, 1, Lane.EMERGENCY):
        await tx.outbox.settle(delivery.settle(message, Outcome(Verdict.ACCEPTED), step.now, 0.0))
