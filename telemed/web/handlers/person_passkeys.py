"""Passkeys of patients and carers: the door without a code, and those of one's own on Home."""

from __future__ import annotations

from telemed.web.call import Call, Reply
from telemed.web.handlers.person import device_of, language_of, signed_in
from telemed.web.passkey_ceremony import RelyingParty
from telemed.web.request_models_identity import PasskeySignInBody
from telemed.web.request_models_person import NewPersonPasskeyBody


def _party(call: Call) -> RelyingParty:
    return call.services.identity.party(call.request.headers.get("Origin"))


async def ask_person_passkey(call: Call) -> Reply:
    """`POST /person/passkey/options`: nobody is named, and nobody is looked up."""
    token, options = await call.services.persons.passkeys.begin(_party(call))
    return Reply({"token": token, "options": options})


async def show_person_passkey(call: Call) -> Reply:
    """`POST /person/passkey`."""
    body = call.body_as(PasskeySignInBody)
    found = await call.services.persons.passkeys.finish(body.token, body.credential, _party(call), device_of(call))
    return await signed_in(call, found)


async def offer_person_passkey(call: Call) -> Reply:
    """`POST /home/passkeys/options`."""
    token, options = await call.services.persons.passkeys.offer(call.person, _party(call))
    return Reply({"token": token, "options": options})


async def add_person_passkey(call: Call) -> Reply:
    """`POST /home/passkeys`."""
    body, passkeys = call.body_as(NewPersonPasskeyBody), call.services.persons.passkeys
    device, language = device_of(call), language_of(call)
    return Reply(await passkeys.add(call.person, body.token, body.credential, _party(call), device, language))


async def remove_person_passkey(call: Call) -> Reply:
    """`POST /home/passkeys/{person_passkey_id}/remove`."""
    await call.services.persons.passkeys.remove(call.person, call.request.match_info["person_passkey_id"])
    return Reply({})
