"""Staff accounts, for admins. Whoever loses logins loses sockets and media with the answer."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.web.call import Call, Reply
from telemed.web.request_models_identity import CreateUserBody, ResetUserBody, RoleBody, SearchUsersBody, SiteBody
from telemed.web.staff_desk import NewPerson, Search


def _user_id(call: Call) -> str:
    return call.request.match_info["user_id"]


def _dropped(call: Call, content: Json) -> Reply:
    call.services.deps.on_removed(_user_id(call))
    return Reply(content)


async def search_users(call: Call) -> Reply:
    """`POST /admin/users/search`."""
    body = call.body_as(SearchUsersBody)
    return Reply(await call.services.identity.staff.search(call.staff, Search(body.text, body.after, body.limit)))


async def create_user(call: Call) -> Reply:
    """`POST /admin/users`."""
    body = call.body_as(CreateUserBody)
    person = NewPerson(body.name, body.email, body.role, body.site_id, body.language, body.is_privacy_officer)
    return Reply(await call.services.identity.staff.create(call.staff, person))


async def reset_user(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/reset`."""
    remove_factors = call.body_as(ResetUserBody).remove_factors
    return _dropped(call, await call.services.identity.staff.reset(call.staff, _user_id(call), remove_factors))


async def revoke_invitation(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/invitation/revoke`."""
    return Reply(await call.services.identity.staff.revoke_invitation(call.staff, _user_id(call)))


async def deactivate_user(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/deactivate`."""
    return _dropped(call, await call.services.identity.staff.deactivate(call.staff, _user_id(call)))


async def activate_user(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/activate`."""
    return Reply(await call.services.identity.staff.activate(call.staff, _user_id(call)))


async def set_role(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/role`."""
    body = call.body_as(RoleBody)
    answer = await call.services.identity.staff.set_role(call.staff, _user_id(call), body.role, body.is_privacy_officer)
    return _dropped(call, answer)


async def set_site(call: Call) -> Reply:
    """`POST /admin/users/{user_id}/site`."""
    return _dropped(call, await call.services.identity.staff.set_site(call.staff, _user_id(call), call.body_as(SiteBody).site_id))
