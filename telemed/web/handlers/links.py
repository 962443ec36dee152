"""Links: opening one, asking to move a seat to this device, asking for a new one."""

from __future__ import annotations

from telemed.care.ports import Json, LinkOpened
from telemed.care.tokens import token_hash
from telemed.web.call import Call, NewCookie, Reply
from telemed.web.origin import is_other_program
from telemed.web.request_models import LinkBody, RecoverBody

SEAT_COOKIE_SECONDS = 30 * 24 * 3600  # the server ends a seat; the cookie only has to live long enough


async def open_link(call: Call) -> Reply:
    """`POST /links/open`: exchange a link for a seat."""
    body = call.body_as(LinkBody)
    opened = await call.services.deps.visits.open_link(body.token, body.device, await _held_seat(call, body.token))
    content = _content(opened)
    if opened.seat_token is None or opened.session_id is None:
        return Reply(content)
    if is_other_program(call.request.headers):
        return Reply({**content, "token": opened.seat_token})
    name = call.services.jar.seat_name(opened.session_id)
    return Reply(content, (NewCookie(name, opened.seat_token, SEAT_COOKIE_SECONDS),))


async def ask_move(call: Call) -> Reply:
    """`POST /links/move`."""
    body = call.body_as(LinkBody)
    return Reply(await call.services.deps.visits.ask_move(body.token, body.device))


async def recover_link(call: Call) -> Reply:
    """`POST /links/recover`: the answer never tells whether the link exists."""
    await call.services.deps.visits.recover_link(call.body_as(RecoverBody).token)
    return Reply({})


async def _held_seat(call: Call, link_token: str) -> str | None:
    """Return the seat token this client holds for the session of a link, if any."""
    async with call.services.deps.store.read() as tx:
        link = await tx.links.by_token_hash(token_hash(link_token))
    return call.services.identifier.seat_token(call.request, link.session_id) if link else None


def _content(opened: LinkOpened) -> Json:
    if opened.session_id is None:
        return {"status": opened.status, "clinic": opened.clinic}
    return {
        "status": opened.status,
        "session_id": opened.session_id,
        "participant_id": opened.participant_id,
        "name": opened.name,
        "state": opened.state,
        "clinic": opened.clinic,
    }
