"""Routes of the clinic's settings and of the running server, for admins."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_admin as ask
from telemed.web import response_models_admin as give
from telemed.web.handlers import admin
from telemed.web.route import Route
from telemed.web.throttle import Rate

WRITE_RATE = Rate(60, 60.0)  # a person at a form; each is a row of history
SEND_RATE = Rate(20, 60.0)  # each costs money with a provider of SMS

_SET = Action.MANAGE_CLINIC
_READ = Action.READ_OPERATION

ADMIN_ROUTES: tuple[Route, ...] = (
    Route("GET", "/admin/clinic", _SET, admin.clinic_settings, give.ClinicSettings),
    Route("PATCH", "/admin/clinic", _SET, admin.edit_clinic, give.Changed, ask.EditClinicBody, rate=WRITE_RATE),
    Route("GET", "/admin/sites", _SET, admin.sites, give.Sites),
    Route("POST", "/admin/sites", _SET, admin.create_site, give.SiteCreated, ask.CreateSiteBody, rate=WRITE_RATE, errors=(409,)),
    Route("PATCH", "/admin/sites/{site_id}", _SET, admin.edit_site, give.Changed, ask.EditSiteBody, rate=WRITE_RATE),
    Route("GET", "/admin/policies", _SET, admin.policies, give.Policies),
    Route("PUT", "/admin/policies", _SET, admin.set_policy, give.Changed, ask.SetPolicyBody, rate=WRITE_RATE),
    Route("GET", "/admin/templates", _SET, admin.templates, give.Templates),
    Route("PUT", "/admin/templates", _SET, admin.set_template, give.Changed, ask.TemplateBody, rate=WRITE_RATE),
    Route(
        "POST", "/admin/templates/reset", _SET, admin.reset_template, give.Changed, ask.WhichTemplateBody, rate=WRITE_RATE
    ),
    Route("POST", "/admin/templates/preview", _SET, admin.preview_template, give.Preview, ask.TemplateBody),
    Route("GET", "/admin/changes", _SET, admin.changes, give.Changes, pages=True),
    Route("POST", "/admin/changes/{change_id}/revert", _SET, admin.revert, give.Changed, rate=WRITE_RATE, errors=(409,)),
    Route("GET", "/admin/health", _READ, admin.health, give.HealthAnswer),
    Route("GET", "/admin/rooms", _READ, admin.rooms, give.RoomsAnswer),
    Route("GET", "/admin/usage/{days}", _READ, admin.usage, give.UsageAnswer),
    Route("GET", "/admin/outbox", _READ, admin.outbox, give.Outbox, pages=True),
    Route(
        "POST", "/admin/outbox/{message_id}/again", _SET, admin.send_again, give.SentAgain, rate=SEND_RATE, errors=(409,)
    ),
    Route("GET", "/admin/sign-in", _READ, admin.sign_in_facts, give.SignInFacts),
)
