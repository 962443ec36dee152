"""Every answer about sign-in, the own account and staff accounts has the shape its route describes."""

from __future__ import annotations

from telemed.care.roles import Role
from telemed.web.routes_identity import IDENTITY_ROUTES
from tests.adapters.web.authenticator import Authenticator
from tests.adapters.web.factors import API, code_now, password_of, post, signed_in, step_of, with_totp
from tests.adapters.web.people import PASSWORD, People
from tests.adapters.web.site import Answered, Site

ANSWERS = {(route.method, route.path): route.answer for route in IDENTITY_ROUTES}


def fits(method: str, path: str, answer: Answered) -> None:
    assert answer.status == 200, (path, answer.text)
    ANSWERS[(method, path)].model_validate(answer.json)


async def test_shapes_of_the_own_account(site: Site, people: People) -> None:
    await with_totp(site, people, Role.CLINICIAN)
    await signed_in(site, people, Role.CLINICIAN)
    for path in ("/me/security", "/me/logins", "/me/lock"):
        fits("GET", path, await site.ask("GET", API + path))
    fits("POST", "/me/recovery-codes", await post(site, "/me/recovery-codes"))
    begun = await post(site, "/me/passkeys/options")
    fits("POST", "/me/passkeys/options", begun)
    body = {"token": begun.json["token"], "credential": Authenticator().create(begun.json["options"]), "name": "Key"}
    fits("POST", "/me/passkeys", await post(site, "/me/passkeys", body))
    fits("POST", "/me/passkey", await post(site, "/me/passkey"))
    fits("GET", "/me/security", await site.ask("GET", API + "/me/security"))


async def test_shapes_of_signing_in(site: Site, people: People) -> None:
    secret, _ = await with_totp(site, people, Role.CLINICIAN)
    owed = await post(site, "/auth/login", password_of(Role.CLINICIAN))
    ANSWERS[("POST", "/auth/step")].model_validate(owed.json)
    token = (await step_of(site, Role.CLINICIAN))["token"]
    fits("POST", "/auth/step/passkey", await post(site, "/auth/step/passkey", {"token": token}))
    fits("POST", "/auth/step", await post(site, "/auth/step", {"token": token, "code": code_now(site, secret)}))
    fits("POST", "/auth/passkey/options", await post(site, "/auth/passkey/options"))


async def test_shapes_of_staff_accounts(site: Site, people: People) -> None:
    await signed_in(site, people, Role.ADMIN)
    fits("POST", "/admin/users/search", await post(site, "/admin/users/search", {"limit": 3}))
    new = {"name": "Nora New", "email": "nora@clinic.example", "role": "clinician"}
    made = await post(site, "/admin/users", new)
    fits("POST", "/admin/users", made)
    user_id, token = made.json["user"]["id"], made.json["invitation"]["link"].partition("#")[2]
    fits("POST", "/invitations/open", await post(site, "/invitations/open", {"token": token}))
    for act, body in (("role", {"role": "responder"}), ("site", {"site_id": None}), ("deactivate", {}), ("activate", {})):
        fits("POST", f"/admin/users/{{user_id}}/{act}", await post(site, f"/admin/users/{user_id}/{act}", body))
    fits("POST", "/admin/users/{user_id}/reset", await post(site, f"/admin/users/{user_id}/reset"))
    assert (await post(site, "/me/proof", {"password": PASSWORD})).status == 200
