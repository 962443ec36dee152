"""Patients and carers themselves: signing in with a code, Home, their devices, their own contacts."""

from __future__ import annotations

from telemed.care.persons import codes, logins
from telemed.care.ports import Json
from telemed.care.staff.device_words import device_words
from telemed.errors import NotFound
from telemed.web import request_models_person as ask
from telemed.web.call import Call, NewCookie, Reply
from telemed.web.languages import preferred_language
from telemed.web.origin import is_other_program
from telemed.web.paging import Page
from telemed.web.persons.owners import parse
from telemed.web.persons.sign_in import ChoiceOwed, PersonSignedIn


def language_of(call: Call) -> str:
    """The language the browser asks for."""
    return preferred_language(call.request.headers.get("Accept-Language", ""), call.services.deps.settings.languages)


def device_of(call: Call) -> str:
    """The browser in our words."""
    return device_words(call.request.headers.get("User-Agent", ""))


async def ask_code(call: Call) -> Reply:
    """`POST /person/code`: the answer never tells whether anybody is known by this number or address."""
    body = call.body_as(ask.AskCodeBody)
    step = call.services.persons.sign_in.ask(body.contact, language_of(call))
    return Reply({"step": step, "minutes": int(codes.LIFE.total_seconds() // 60)})


async def demo_code(call: Call) -> Reply:
    """`POST /demo/code`: what a demo would have sent. Only a demo has it."""
    deps = call.services.deps
    if not deps.settings.demo:
        raise NotFound()
    _, value = parse(call.body_as(ask.DemoCodeBody).contact, call.services.persons.region)
    return Reply({"code": deps.recent_code(value)})


async def confirm_code(call: Call) -> Reply:
    """`POST /person/confirm`."""
    body = call.body_as(ask.ConfirmCodeBody)
    found = await call.services.persons.sign_in.confirm(body.step, body.code, device_of(call))
    if isinstance(found, ChoiceOwed):
        return Reply({"signed_in": False, "step": found.step, "choices": list(found.choices)})
    return await signed_in(call, found)


async def choose_person(call: Call) -> Reply:
    """`POST /person/choose`."""
    body = call.body_as(ask.ChoosePersonBody)
    return await signed_in(call, await call.services.persons.sign_in.choose(body.step, body.person, device_of(call)))


async def signed_in(call: Call, found: PersonSignedIn) -> Reply:
    """One browser, one login of this kind: the one it had ends."""
    earlier = call.services.identifier.person_token(call.request)
    if earlier is not None:
        await call.services.persons.sign_in.sign_out(earlier)
    content: Json = {"signed_in": True}
    if is_other_program(call.request.headers):
        return Reply({**content, "token": found.token})
    cookie = NewCookie(call.services.jar.person_name, found.token, int(logins.LIFE.total_seconds()))
    return Reply(content, (cookie,))


async def home(call: Call) -> Reply:
    """`GET /home`."""
    return Reply(await call.services.persons.home.read(call.person))


async def access(call: Call) -> Reply:
    """`GET /home/access`: who saw the record."""
    return Reply(await call.services.persons.home.access(call.person, Page.asked(call.request)))


async def join_visit(call: Call) -> Reply:
    """`POST /home/visits/{id}/join`."""
    token = await call.services.deps.visits.join_own_visit(call.person, call.session_id)
    return Reply({"path": f"/j#{token}"})


async def sign_out(call: Call) -> Reply:
    """`POST /home/sign-out`: this device."""
    token = call.services.identifier.person_token(call.request)
    if token is not None:
        await call.services.persons.sign_in.sign_out(token)
    return Reply({}, cleared=(call.services.jar.person_name,))


async def end_logins(call: Call) -> Reply:
    """`POST /home/devices/end`: every device, this one too."""
    await call.services.persons.sign_in.end(call.person, None)
    return Reply({}, cleared=(call.services.jar.person_name,))


async def end_login(call: Call) -> Reply:
    """`POST /home/devices/{person_login_id}/end`: one device of one's own; a second time changes nothing."""
    await call.services.persons.sign_in.end(call.person, call.request.match_info["person_login_id"])
    return Reply({})


async def own_channel_code(call: Call) -> Reply:
    """`POST /home/channel/code`: send a code to a contact of one's own."""
    body = call.body_as(ask.OwnChannelBody)
    person = call.person
    return Reply(await call.services.persons.checks.send(person, person.patient_id, body.channel_id, language_of(call)))


async def verify_own_channel(call: Call) -> Reply:
    """`POST /home/channel/verify`."""
    body = call.body_as(ask.VerifyOwnChannelBody)
    person = call.person
    return Reply(await call.services.persons.checks.verify(person, person.patient_id, body.channel_id, body.code))


async def channel_code(call: Call) -> Reply:
    """`POST /patients/{patient_id}/channels/{channel_id}/code`: staff send a code there."""
    ids = call.request.match_info
    checks = call.services.persons.checks
    return Reply(await checks.send(call.staff, ids["patient_id"], ids["channel_id"], language_of(call)))


async def verify_channel(call: Call) -> Reply:
    """`POST /patients/{patient_id}/channels/{channel_id}/verify`: staff type what the person reads out."""
    ids, body = call.request.match_info, call.body_as(ask.VerifyChannelBody)
    return Reply(await call.services.persons.checks.verify(call.staff, ids["patient_id"], ids["channel_id"], body.code))
