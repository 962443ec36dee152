"""Emergency access: opening it, giving it back, and the privacy officer's list."""

from __future__ import annotations

from telemed.web.call import Call, Reply
from telemed.web.request_models_rights import BreakGlassBody, SearchGlassBody


async def open_access(call: Call) -> Reply:
    """`POST /patients/{patient_id}/break-glass`."""
    reason = call.body_as(BreakGlassBody).reason
    desk = call.services.break_glass
    return Reply(await desk.break_glass(call.staff, call.request.match_info["patient_id"], reason))


async def own_access(call: Call) -> Reply:
    """`GET /patients/{patient_id}/break-glass`."""
    return Reply(await call.services.break_glass.own(call.staff, call.request.match_info["patient_id"]))


async def close_access(call: Call) -> Reply:
    """`POST /break-glass/{break_glass_id}/close`."""
    return Reply(await call.services.break_glass.close(call.staff, call.request.match_info["break_glass_id"]))


async def search_accesses(call: Call) -> Reply:
    """`POST /break-glass/search`."""
    body = call.body_as(SearchGlassBody)
    return Reply(await call.services.break_glass.search(call.staff, body.show, body.after, body.limit))


async def review_access(call: Call) -> Reply:
    """`POST /break-glass/{break_glass_id}/review`."""
    return Reply(await call.services.break_glass.review(call.staff, call.request.match_info["break_glass_id"]))
