"""The clinic's settings, how the server is, and how much it is used."""

from __future__ import annotations

from telemed.care.notify.wording import Wording
from telemed.web import request_models_admin as ask
from telemed.web.call import Call, Reply
from telemed.web.paging import Page


def _changed(change_id: str | None) -> Reply:
    return Reply({"change_id": change_id})


async def clinic_settings(call: Call) -> Reply:
    """`GET /admin/clinic`."""
    return Reply(await call.services.admin.lists.clinic(call.staff))


async def edit_clinic(call: Call) -> Reply:
    """`PATCH /admin/clinic`."""
    values = call.body_as(ask.EditClinicBody).model_dump(exclude_none=True)
    return _changed(await call.services.admin.settings.edit_clinic(call.staff, values))


async def sites(call: Call) -> Reply:
    """`GET /admin/sites`."""
    return Reply(await call.services.admin.lists.sites(call.staff))


async def create_site(call: Call) -> Reply:
    """`POST /admin/sites`."""
    body = call.body_as(ask.CreateSiteBody)
    return Reply(await call.services.admin.settings.create_site(call.staff, body.name, body.phone, body.command_id))


async def edit_site(call: Call) -> Reply:
    """`PATCH /admin/sites/{site_id}`."""
    values = call.body_as(ask.EditSiteBody).model_dump(exclude_none=True)
    return _changed(await call.services.admin.settings.edit_site(call.staff, call.request.match_info["site_id"], values))


async def policies(call: Call) -> Reply:
    """`GET /admin/policies`."""
    return Reply(await call.services.admin.lists.policies(call.staff))


async def set_policy(call: Call) -> Reply:
    """`PUT /admin/policies`."""
    body = call.body_as(ask.SetPolicyBody)
    return _changed(await call.services.admin.settings.set_policy(call.staff, body.name.value, body.value))


async def templates(call: Call) -> Reply:
    """`GET /admin/templates`."""
    return Reply(await call.services.admin.lists.templates(call.staff))


async def set_template(call: Call) -> Reply:
    """`PUT /admin/templates`."""
    body = call.body_as(ask.TemplateBody)
    wording = Wording(body.subject, body.body)
    desk = call.services.admin.settings
    return _changed(await desk.set_template(call.staff, body.name, body.language, body.medium, wording))


async def reset_template(call: Call) -> Reply:
    """`POST /admin/templates/reset`."""
    body = call.body_as(ask.WhichTemplateBody)
    return _changed(await call.services.admin.settings.reset_template(call.staff, body.name, body.language, body.medium))


async def preview_template(call: Call) -> Reply:
    """`POST /admin/templates/preview`."""
    body = call.body_as(ask.TemplateBody)
    return Reply(call.services.admin.lists.preview(body.name, body.medium, Wording(body.subject, body.body)))


async def changes(call: Call) -> Reply:
    """`GET /admin/changes`."""
    return Reply(await call.services.admin.lists.changes(call.staff, Page.asked(call.request)))


async def revert(call: Call) -> Reply:
    """`POST /admin/changes/{change_id}/revert`."""
    return _changed(await call.services.admin.settings.revert(call.staff, call.request.match_info["change_id"]))


async def health(call: Call) -> Reply:
    """`GET /admin/health`."""
    return Reply(await call.services.admin.reports.health())


async def rooms(call: Call) -> Reply:
    """`GET /admin/rooms`."""
    return Reply(call.services.admin.reports.rooms(call.staff))


async def usage(call: Call) -> Reply:
    """`GET /admin/usage/{days}`."""
    return Reply(await call.services.admin.reports.usage(call.staff, int(call.request.match_info["days"])))


async def outbox(call: Call) -> Reply:
    """`GET /admin/outbox`."""
    return Reply(await call.services.admin.reports.outbox(call.staff, Page.asked(call.request)))


async def send_again(call: Call) -> Reply:
    """`POST /admin/outbox/{message_id}/again`."""
    return Reply(await call.services.admin.reports.send_again(call.staff, call.request.match_info["message_id"]))


async def sign_in_facts(call: Call) -> Reply:
    """`GET /admin/sign-in`."""
    return Reply(await call.services.admin.reports.sign_in(call.staff))
