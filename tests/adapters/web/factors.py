"""Shortcuts to accounts with second factors."""

from __future__ import annotations

from typing import Any

import pyotp

from telemed.care.roles import Role
from tests.adapters.web.authenticator import Authenticator
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.site import Answered, Site

API = "/api/v1"


def password_of(role: Role) -> dict[str, str]:
    return {"email": email_of(role), "password": PASSWORD}


def code_now(site: Site, secret: str, steps: int = 0) -> str:
    """The code of an app whose clock is that of the server, `steps` of 30 s away."""
    return pyotp.TOTP(secret).at(int(site.clock.utcnow().timestamp()) + 30 * steps)


async def post(site: Site, path: str, body: dict[str, Any] | None = None, **more: Any) -> Answered:
    return await site.ask("POST", API + path, body or {}, **more)


async def signed_in(site: Site, people: People, role: Role) -> None:
    """Hold a fresh, proved login of this role."""
    site.cookies = {"telemed_staff": await people.token_of(role)}


async def with_totp(site: Site, people: People, role: Role) -> tuple[str, list[str]]:
    """Give an account an authenticator app; -> its secret and the recovery codes. Nobody is signed in afterwards."""
    await signed_in(site, people, role)
    secret = (await post(site, "/me/totp")).json["secret"]
    answer = await post(site, "/me/totp/confirm", {"code": code_now(site, secret)})
    assert answer.status == 200, answer.text
    site.cookies = {}
    site.clock.move(60)
    return secret, answer.json["recovery_codes"]


async def with_passkey(site: Site, people: People, role: Role, **options: Any) -> Authenticator:
    """Give an account a passkey. Nobody is signed in afterwards."""
    await signed_in(site, people, role)
    authenticator = Authenticator(**options)
    begun = (await post(site, "/me/passkeys/options")).json
    body = {"token": begun["token"], "credential": authenticator.create(begun["options"]), "name": "Key"}
    answer = await post(site, "/me/passkeys", body)
    assert answer.status == 200, answer.text
    site.cookies = {}
    return authenticator


async def step_of(site: Site, role: Role) -> dict[str, Any]:
    """Give the right password; -> the step that is owed."""
    answer = await post(site, "/auth/login", password_of(role))
    assert answer.status == 200 and "user" not in answer.json and not answer.cookies, answer.text
    step: dict[str, Any] = answer.json["step"]
    return step


def staff_token(answer: Answered) -> str:
    """The login in an answer's cookie."""
    (name,) = [name for name in answer.cookies if name.endswith("telemed_staff")]
    return str(answer.cookies[name].value)
