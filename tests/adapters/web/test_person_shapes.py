"""The answers to patients and carers have the described shape."""

from __future__ import annotations

from telemed.care.states import SessionState
from telemed.web import response_models_person as give
from tests.adapters.web.people import People
from tests.adapters.web.test_person_home import add_visit
from tests.adapters.web.test_person_sign_in import API, PHONE, Door, add_carer, door

__all__ = ["door"]


async def test_answers_are_as_the_document_describes_them(door: Door, people: People) -> None:
    await add_carer(people)
    await add_visit(people, "ses_open", SessionState.OPEN)
    asked = await door.ask(PHONE)
    give.CodeAsked.model_validate(asked.json)
    step = asked.json["step"]
    confirmed = await door.confirm(step, await door.code(step))
    assert give.PersonConfirmed.model_validate(confirmed.json).choices
    await door.enter()
    home = give.Home.model_validate((await door.site.ask("GET", f"{API}/home")).json)
    assert home.visits and home.visits[0].with_ == "Name of clinician"
    give.AccessLines.model_validate((await door.site.ask("GET", f"{API}/home/access")).json)
    give.DemoCode.model_validate((await door.site.ask("POST", f"{API}/demo/code", {"contact": PHONE})).json)
