"""Role x act in a waiting room x whose room, asked of a running server: members act as far as their role goes, nobody else."""

from __future__ import annotations

import pytest

from telemed.care.identity import Staff
from telemed.care.permission_table import EVENTS, TABLE
from telemed.care.queues.ports import Arrival, QueueChange
from telemed.care.queues.records import QueueMember
from telemed.care.roles import STAFF_ROLES, Role
from tests.adapters.signaling.test_hostile import STAFF_VALID
from tests.rights.expectations import Whose
from tests.rights.house import SOUTH, House, number
from tests.rights.test_events_matrix import Cells, today
from tests.rights.things import PLACE

ACTS = sorted(name.split()[1] for name in EVENTS if name.startswith("/staff queue_"))
# The state of the person, or the target of a transfer: beyond the question of rights.
MEETS = {"", "conflict", "entry_taken", "entry_over", "confirm_needed", "invalid_input"}


async def room(house: House, place: str, *members: Staff) -> tuple[str, str]:
    """A waiting room of this place with these members, and its token."""
    admin = house.staff(place, Role.ADMIN)
    people = tuple(QueueMember("", one.user_id) for one in members)
    change = QueueChange({"name": f"{house.places[place].word} room {number()}"}, people)
    made = await house.signaling.queues.create(admin, change, f"command-{number()}")
    link = await house.signaling.queues.create_link(admin, made["queue"]["id"], f"command-{number()}")
    return made["queue"]["id"], link["link"]["url"].split("#")[1]


async def comes(house: House, token: str, place: str) -> str:
    """Somebody walks in; -> entry id."""
    device = f"device-{number()}-{number()}"
    return (await house.signaling.queues.enter(Arrival(token, device, f"{house.places[place].word} Walker", "a cough"))).entry_id


@pytest.mark.timeout(120)
async def test_every_act_in_every_role_for_everybodys_rooms(house: House) -> None:
    cells = Cells()
    for role in sorted(STAFF_ROLES):
        staff = (await house.account("north", role)).staff
        client = await today(house, staff)
        if client is None:
            continue
        for whose in Whose:
            members = (staff,) if whose is Whose.OWN else (house.staff(PLACE[whose], Role.CLINICIAN),)
            queue_id, token = await room(house, PLACE[whose], *members)
            for act in ACTS:
                fields = dict(STAFF_VALID[act])
                if "entry_id" in fields:
                    fields["entry_id"] = await comes(house, token, PLACE[whose])
                fields = {**fields, **({"queue_id": queue_id, "user_id": None} if act == "queue_transfer" else {})}
                fields = {**fields, **({"queue_id": queue_id} if act in ("queue_late", "queue_acknowledge") else {})}
                fields = {**fields, **({"into": None} if act == "queue_answer" else {})}
                if act == "queue_transfer":
                    del fields["user_id"]
                answer = await client.send(act, **fields)
                code = "" if answer["ok"] else answer["error"]["code"]
                allowed = role in TABLE[EVENTS[f"/staff {act}"]]
                wanted = MEETS if whose is Whose.OWN and allowed else {"not_allowed"} if whose is Whose.OWN else {"not_found"}
                cells.note(code in wanted, f"{role} {act}, {whose}: {code or 'done'}")
        own = {row["id"] for row in client.state["queues"]}
        cells.note(len(own) == 1, f"{role} sees {len(own)} waiting rooms")
        cells.note(SOUTH not in str(client.heard), f"{role} hears of another site")
        await client.close()
    assert not cells.wrong, "\n".join(cells.wrong)
    assert cells.tried >= 4 * len(Whose) * len(ACTS)
