"""The answer to every way of signing in: the cookie, the mark of a known browser, and the end of the login before."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.care.records import UserRecord
from telemed.care.staff.device_words import device_words
from telemed.web.call import Call, NewCookie, Reply, Services
from telemed.web.new_device import tell_of_new_device
from telemed.web.origin import is_other_program
from telemed.web.sign_in import SignedIn, StepOwed, account_key


def user_json(user: UserRecord) -> Json:
    """A member of staff as it sees itself."""
    own = {"id": user.id, "name": user.name, "email": user.email, "role": user.role.value}
    return {**own, "is_privacy_officer": user.is_privacy_officer}


def words_of(call: Call) -> str:
    """What the browser of a request is, in words."""
    return device_words(call.request.headers.get("User-Agent", ""))


async def opened_reply(call: Call, opened: SignedIn | StepOwed, more: Json | None = None) -> Reply:
    """Answer with the login, or with the step that is owed."""
    if isinstance(opened, SignedIn):
        return await signed_in_reply(call, opened, more)
    step = {
        "token": opened.token,
        "kind": opened.kind.value,
        "methods": list(opened.methods),
        "expires_in": int(opened.life.total_seconds()),
    }
    return Reply({"step": step})


async def signed_in_reply(call: Call, signed_in: SignedIn, more: Json | None = None) -> Reply:
    """Answer with the login. One this browser had before is closed: one browser, one login; another user's sockets end too."""
    services = call.services
    account = account_key(signed_in.user.email)
    services.sign_in.limits.remember(account, call.source)
    if services.devices.known(call.request, account, services.deps.clock.utcnow()) is None:
        await tell_of_new_device(services, signed_in, words_of(call))
    earlier = services.identifier.staff_token(call.request)
    if earlier is not None:
        await _replace_login(services, earlier, signed_in)
    content: Json = {"user": user_json(signed_in.user), **(more or {})}
    if is_other_program(call.request.headers):
        return Reply({**content, "token": signed_in.token})
    cookie = NewCookie(services.jar.staff_name, signed_in.token, int(signed_in.life.total_seconds()))
    return Reply(content, (cookie,), known_account=account)


async def _replace_login(services: Services, earlier: str, signed_in: SignedIn) -> None:
    """Close the login a browser had; the same person's calls go over to the new one first, so that none is cut."""
    before = await services.sign_in.login_of(earlier)
    is_same = before is not None and before.user_id == signed_in.user.id
    if before is not None and is_same:
        services.deps.on_renewed(before.id, signed_in.login_id)
    closed = await services.sign_in.sign_out(earlier)
    if closed is not None and not is_same:
        services.deps.on_sign_out(closed.user_id, closed.id)
