"""`telemed user add`: one more member of staff."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from telemed import exits
from telemed.cli import people, prompts
from telemed.cli.installation import layout_of, run_there
from telemed.provision import add_staff
from telemed.store import Store


def run(chosen: argparse.Namespace) -> int:
    """Ask for what is missing and add the account."""
    layout = layout_of(chosen)
    role = prompts.ask("Role", chosen.role, "--role", "clinician", people.complaint_about_role)
    name = prompts.ask("Name", chosen.name, "--name", complaint=people.complaint_about_name)
    email = prompts.ask("E-mail", chosen.email, "--email", complaint=people.complaint_about_email)
    person = people.typed(role, name, email, chosen)
    arguments = {"role": person.role.value, "name": person.name, "email": person.email, "password": person.password}

    async def directly(store: Store, now: datetime) -> dict[str, Any]:
        return {"user_id": await add_staff(store, person, now)}

    result = run_there(layout, "user_add", arguments, directly)
    print(f"Added {person.role.value} {person.email} ({result['user_id']}).")
    return exits.OK
