"""The clinic, the server's version, and staff sign-in."""

from __future__ import annotations

from telemed.errors import NotSignedIn
from telemed.web.call import Call, Reply
from telemed.web.handlers.signed_in import opened_reply, user_json, words_of
from telemed.web.request_models import LoginBody
from telemed.web.sign_in import account_key

PROTOCOL_VERSION = 1
TICKET_SECONDS = 60  # protocol 1.2
# Not "cache": browsers take seconds for it, and nothing of ours is cached. Not "cookies": logins and seats are taken away one by
# one, and the mark of a known browser stays, or strangers could keep its owner from signing in again.
CLEAR_SITE_DATA = '"storage"'


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
    """`POST /auth/login`: the login, or the step that is owed."""
    body = call.body_as(LoginBody)
    services = call.services
    account = account_key(body.email)
    device = services.devices.known(call.request, account, services.deps.clock.utcnow())
    return await opened_reply(
        call, await services.sign_in.sign_in(body.email, body.password, call.source, device, words_of(call))
    )


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
    return Reply({"user": user_json(call.user), "clinic": call.services.clinic})


async def today(call: Call) -> Reply:
    """`GET /today`."""
    return Reply(await call.services.deps.visits.today(call.staff))


async def staff_ticket(call: Call) -> Reply:
    """`POST /staff/ticket`."""
    return Reply({"ticket": await call.services.deps.visits.issue_staff_ticket(call.staff), "expires_in": TICKET_SECONDS})
