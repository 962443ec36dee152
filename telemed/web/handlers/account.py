"""The clinic, the server's version, and staff sign-in."""

from __future__ import annotations

from telemed.care.login_rules import LIFE
from telemed.care.ports import Json
from telemed.care.records import UserRecord
from telemed.errors import NotSignedIn
from telemed.web.call import Call, NewCookie, Reply, Services
from telemed.web.origin import is_other_program
from telemed.web.request_models import LoginBody
from telemed.web.sign_in import SignedIn, account_key

PROTOCOL_VERSION = 1
TICKET_SECONDS = 60  # protocol 1.2
# Not "cache": browsers take seconds for it, and nothing of ours is cached. Not "cookies": logins and seats are taken away one by
# one, and the mark of a known browser stays, or strangers could keep its owner from signing in again.
CLEAR_SITE_DATA = '"storage"'


def _user(user: UserRecord) -> Json:
    return {"id": user.id, "name": user.name, "email": user.email, "role": user.role.value}


async def clinic(call: Call) -> Reply:
    """`GET /clinic`."""
    settings = call.services.deps.settings
    return Reply({**call.services.clinic, "languages": list(settings.languages), "version": settings.version})


async def version(call: Call) -> Reply:
    """`GET /version`."""
    return Reply({"version": call.services.deps.settings.version, "protocol": PROTOCOL_VERSION})


async def openapi(call: Call) -> Reply:
    """`GET /openapi.json`."""
    return Reply(call.services.document)


async def login(call: Call) -> Reply:
    """`POST /auth/login`. A login this browser had before is closed: one browser, one login; another user's sockets end too."""
    body = call.body_as(LoginBody)
    services = call.services
    account = account_key(body.email)
    device = services.devices.known(call.request, account, services.deps.clock.utcnow())
    signed_in = await services.sign_in.sign_in(body.email, body.password, call.source, device)
    earlier = services.identifier.staff_token(call.request)
    if earlier is not None:
        await _replace_login(services, earlier, signed_in)
    content: Json = {"user": _user(signed_in.user)}
    if is_other_program(call.request.headers):
        return Reply({**content, "token": signed_in.token})
    cookie = NewCookie(services.jar.staff_name, signed_in.token, int(LIFE.total_seconds()))
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


async def logout(call: Call) -> Reply:
    """`POST /auth/logout`."""
    token = call.services.identifier.staff_token(call.request)
    closed = await call.services.sign_in.sign_out(token) if token is not None else None
    if closed is not None:
        call.services.deps.on_sign_out(closed.user_id, closed.id)
    jar = call.services.jar
    return Reply({}, cleared=(jar.staff_name, *jar.seats(call.request.cookies)), headers={"Clear-Site-Data": CLEAR_SITE_DATA})


async def me(call: Call) -> Reply:
    """`GET /me`."""
    if call.user is None:
        raise NotSignedIn("Please sign in.")
    return Reply({"user": _user(call.user), "clinic": call.services.clinic})


async def today(call: Call) -> Reply:
    """`GET /today`."""
    return Reply(await call.services.deps.visits.today(call.staff))


async def staff_ticket(call: Call) -> Reply:
    """`POST /staff/ticket`."""
    return Reply({"ticket": await call.services.deps.visits.issue_staff_ticket(call.staff), "expires_in": TICKET_SECONDS})
