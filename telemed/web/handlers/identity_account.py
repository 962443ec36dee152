"""One's own account: factors, devices, the idle lock, and showing again who one is."""

from __future__ import annotations

from telemed.errors import NotSignedIn
from telemed.web.account_desk import passkey_json
from telemed.web.call import Call, Reply
from telemed.web.passkey_ceremony import RelyingParty
from telemed.web.proof_desk import Proof, Proven
from telemed.web.request_models_identity import (
    CodeBody,
    EditMeBody,
    EndLoginsBody,
    NewPasskeyBody,
    NewPasswordBody,
    PinBody,
    ProofBody,
    UnlockBody,
)


def _who(call: Call) -> Proven:
    if call.user is None or call.login is None:
        raise NotSignedIn("Please sign in.")
    return Proven(call.user, call.login)


def _party(call: Call) -> RelyingParty:
    return call.services.identity.party(call.request.headers.get("Origin"))


def _close(call: Call, login_ids: list[str]) -> None:
    """Close what ended logins had opened."""
    for login_id in login_ids:
        call.services.deps.on_sign_out(_who(call).user.id, login_id)


async def edit_me(call: Call) -> Reply:
    """`PATCH /me`."""
    await call.services.identity.account.set_language(_who(call).user, call.body_as(EditMeBody).language)
    return Reply({})


async def security(call: Call) -> Reply:
    """`GET /me/security`."""
    who = _who(call)
    return Reply(await call.services.identity.account.security(who.user, who.login))


async def change_password(call: Call) -> Reply:
    """`POST /me/password`."""
    who, identity = _who(call), call.services.identity
    password = call.body_as(NewPasswordBody).password
    _close(call, await identity.account.change_password(who.user, who.login, password, identity.clinic_name))
    return Reply({})


async def offer_own_totp(call: Call) -> Reply:
    """`POST /me/totp`."""
    offer = await call.services.identity.account.offer_totp(_who(call).user)
    return Reply({"secret": offer.secret, "uri": offer.uri, "qr": offer.qr})


async def confirm_own_totp(call: Call) -> Reply:
    """`POST /me/totp/confirm`."""
    codes = await call.services.identity.account.confirm_totp(_who(call).user, call.body_as(CodeBody).code)
    return Reply({"recovery_codes": codes})


async def remove_own_totp(call: Call) -> Reply:
    """`POST /me/totp/remove`."""
    await call.services.identity.account.remove_totp(_who(call).user)
    return Reply({})


async def offer_own_passkey(call: Call) -> Reply:
    """`POST /me/passkeys/options`."""
    token, options = await call.services.identity.account.offer_passkey(_who(call).user, _party(call))
    return Reply({"token": token, "options": options})


async def add_own_passkey(call: Call) -> Reply:
    """`POST /me/passkeys`."""
    body = call.body_as(NewPasskeyBody)
    account = call.services.identity.account
    passkey, codes = await account.add_passkey(_who(call).user, body.token, body.credential, body.name, _party(call))
    return Reply({"passkey": passkey_json(passkey), "recovery_codes": codes})


async def remove_own_passkey(call: Call) -> Reply:
    """`POST /me/passkeys/{passkey_id}/remove`."""
    await call.services.identity.account.remove_passkey(_who(call).user, call.request.match_info["passkey_id"])
    return Reply({})


async def new_recovery_codes(call: Call) -> Reply:
    """`POST /me/recovery-codes`."""
    return Reply({"recovery_codes": await call.services.identity.account.new_recovery_codes(_who(call).user)})


async def set_pin(call: Call) -> Reply:
    """`POST /me/pin`."""
    await call.services.identity.proofs.set_pin(_who(call), call.body_as(PinBody).pin)
    return Reply({})


async def remove_pin(call: Call) -> Reply:
    """`POST /me/pin/remove`."""
    await call.services.identity.proofs.remove_pin(_who(call))
    return Reply({})


async def logins(call: Call) -> Reply:
    """`GET /me/logins`."""
    who = _who(call)
    return Reply(await call.services.identity.account.logins(who.user, who.login))


async def end_own_login(call: Call) -> Reply:
    """`POST /me/logins/{login_id}/end`."""
    login_id = call.request.match_info["login_id"]
    await call.services.identity.account.end_login(_who(call).user, login_id)
    _close(call, [login_id])
    return Reply({})


async def end_own_logins(call: Call) -> Reply:
    """`POST /me/logins/end`."""
    who, keep_this = _who(call), call.body_as(EndLoginsBody).keep_this
    _close(call, await call.services.identity.account.end_logins(who.user, who.login.id if keep_this else None))
    return Reply({}, cleared=() if keep_this else (call.services.jar.staff_name,))


async def prove(call: Call) -> Reply:
    """`POST /me/proof`."""
    body = call.body_as(ProofBody)
    proof = Proof(password=body.password, code=body.code, credential=body.credential, token=body.token)
    party = _party(call) if body.credential is not None else None
    await call.services.identity.proofs.prove(_who(call), proof, party)
    return Reply({})


async def lock_state(call: Call) -> Reply:
    """`GET /me/lock`."""
    return Reply(await call.services.identity.proofs.lock_state(_who(call)))


async def lock(call: Call) -> Reply:
    """`POST /me/lock`."""
    who = _who(call)
    await call.services.identity.proofs.lock(who)
    call.services.deps.on_locked(who.user.id, who.login.id)
    return Reply({})


async def unlock(call: Call) -> Reply:
    """`POST /me/unlock`."""
    body = call.body_as(UnlockBody)
    proof = Proof(body.password, body.code, body.pin, body.credential, body.token)
    party = _party(call) if body.credential is not None else None
    await call.services.identity.proofs.unlock(_who(call), proof, party)
    return Reply({})


async def ask_own_passkey(call: Call) -> Reply:
    """`POST /me/passkey`."""
    token, options = await call.services.identity.proofs.ask_passkey(_who(call), _party(call))
    return Reply({"token": token, "options": options})
