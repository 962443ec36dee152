"""The further steps of a sign-in, passkeys alone, and invitations. Nobody is known yet in any of them."""

from __future__ import annotations

from telemed.web.call import Call, Reply
from telemed.web.handlers.signed_in import opened_reply, signed_in_reply, words_of
from telemed.web.passkey_ceremony import RelyingParty
from telemed.web.request_models_identity import (
    AcceptInvitationBody,
    AnswerStepBody,
    InvitationBody,
    NewPasskeyBody,
    PasskeySignInBody,
    StepBody,
    StepCodeBody,
)
from telemed.web.second_step import Shown


def _party(call: Call) -> RelyingParty:
    return call.services.identity.party(call.request.headers.get("Origin"))


def _device(call: Call, account: str) -> str | None:
    return call.services.devices.known(call.request, account, call.services.deps.clock.utcnow())


async def answer_step(call: Call) -> Reply:
    """`POST /auth/step`."""
    body, services = call.body_as(AnswerStepBody), call.services
    shown = Shown(body.code, body.recovery_code, body.credential)
    party = _party(call) if body.credential is not None else None
    signed_in = await services.identity.steps.answer(
        body.token, shown, party, lambda account: _device(call, account), words_of(call)
    )
    return await signed_in_reply(call, signed_in)


async def ask_step_passkey(call: Call) -> Reply:
    """`POST /auth/step/passkey`."""
    return Reply({"options": await call.services.identity.steps.ask_passkey(call.body_as(StepBody).token, _party(call))})


async def ask_passkey(call: Call) -> Reply:
    """`POST /auth/passkey/options`."""
    token, options = await call.services.identity.steps.begin_passkey(_party(call))
    return Reply({"token": token, "options": options})


async def show_passkey(call: Call) -> Reply:
    """`POST /auth/passkey`."""
    body = call.body_as(PasskeySignInBody)
    steps = call.services.identity.steps
    return await signed_in_reply(call, await steps.finish_passkey(body.token, body.credential, _party(call), words_of(call)))


async def offer_totp(call: Call) -> Reply:
    """`POST /auth/enrol/totp`."""
    offer = await call.services.identity.steps.offer_totp(call.body_as(StepBody).token)
    return Reply({"secret": offer.secret, "uri": offer.uri, "qr": offer.qr})


async def enrol_totp(call: Call) -> Reply:
    """`POST /auth/enrol/totp/confirm`."""
    body = call.body_as(StepCodeBody)
    enrolled = await call.services.identity.steps.enrol_totp(body.token, body.code, words_of(call))
    return await signed_in_reply(call, enrolled.signed_in, {"recovery_codes": enrolled.recovery_codes})


async def offer_passkey(call: Call) -> Reply:
    """`POST /auth/enrol/passkey`."""
    return Reply({"options": await call.services.identity.steps.offer_passkey(call.body_as(StepBody).token, _party(call))})


async def enrol_passkey(call: Call) -> Reply:
    """`POST /auth/enrol/passkey/confirm`."""
    body = call.body_as(NewPasskeyBody)
    enrolled = await call.services.identity.steps.enrol_passkey(
        body.token, body.credential, body.name, _party(call), words_of(call)
    )
    return await signed_in_reply(call, enrolled.signed_in, {"recovery_codes": enrolled.recovery_codes})


async def open_invitation(call: Call) -> Reply:
    """`POST /invitations/open`."""
    return Reply(await call.services.identity.invitations.open(call.body_as(InvitationBody).token))


async def accept_invitation(call: Call) -> Reply:
    """`POST /invitations/accept`."""
    body, identity = call.body_as(AcceptInvitationBody), call.services.identity
    accepted = await identity.invitations.accept(body.token, body.password, identity.clinic_name, words_of(call))
    call.services.deps.on_removed(accepted.user.id)  # what former logins opened
    return await opened_reply(call, accepted.opened)
