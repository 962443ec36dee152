"""Accounts by invitation and by an admin's hand: links once and in time, no last admin lost, nothing left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.audit_chain import verify
from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.care.staff.policies import FixedPolicies, SecondFactor
from telemed.web.invitation_desk import MAIL_LIFE
from tests.adapters.web.factors import password_of, post, signed_in, staff_token, with_totp
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.site import Answered, Site, running_site, settings_for

NEW = {"name": "Nora New", "email": "Nora.New@clinic.example", "role": "clinician"}
CHOSEN = "seven lamps over the river"


@pytest.fixture
async def mailing(store: Store, static_root: Path) -> AsyncIterator[Site]:
    """A clinic with a mail server that requires a second factor."""
    ports = {"policies": FixedPolicies(second_factor=SecondFactor.REQUIRED)}
    async with running_site(store, settings_for(static_root, sends_mail=True), ports=ports) as running:
        yield running


async def as_admin(site: Site, people: People, path: str, body: dict[str, Any] | None = None) -> Answered:
    """Ask as a proved admin, and be nobody afterwards."""
    await signed_in(site, people, Role.ADMIN)
    answer = await post(site, path, body)
    site.cookies = {}
    return answer


def user_path(people: People, role: Role, act: str) -> str:
    return f"/admin/users/{people.users[role].id}/{act}"


async def test_a_new_person_sets_a_password_once(site: Site, people: People, store: Store) -> None:
    made = await as_admin(site, people, "/admin/users", NEW)
    assert made.status == 200, made.text
    user, invitation = made.json["user"], made.json["invitation"]
    assert user["email"] == "nora.new@clinic.example" and not user["has_password"] and user["invitation"]["kind"] == "invite"
    address, _, token = invitation["link"].partition("#")
    assert address == "http://localhost:8080/invitation" and len(token) == 22
    opened = await post(site, "/invitations/open", {"token": token})
    assert opened.json == {"kind": "invite", "name": "Nora New", "email": "nora.new@clinic.example"}
    for weak, code in (("short", "password_length"), ("nora new nora new 1", "password_common")):
        refused = await post(site, "/invitations/accept", {"token": token, "password": weak})
        assert (refused.status, refused.json["error"]["code"]) == (400, code)
    accepted = await post(site, "/invitations/accept", {"token": token, "password": CHOSEN})
    assert accepted.status == 200 and accepted.json["user"]["id"] == user["id"]
    site.cookies = {"telemed_staff": staff_token(accepted)}
    assert (await site.ask("GET", "/api/v1/me")).status == 200
    site.cookies = {}
    for path, body in (("/invitations/open", {}), ("/invitations/accept", {"password": CHOSEN})):
        again = await post(site, path, {"token": token, **body})
        assert (again.status, again.json["error"]["code"]) == (410, "invitation_over")
    unknown = await post(site, "/invitations/open", {"token": "a" * 22})
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "invitation_unknown")
    async with store.read() as tx:
        rows = await tx.audit.page()
    assert {AuditAction.USER_CREATED, AuditAction.USER_INVITED, AuditAction.INVITATION_ACCEPTED} <= {r.action for r in rows}
    assert verify(rows).complete


async def test_before_the_invitation_nobody_signs_in(site: Site, people: People) -> None:
    await as_admin(site, people, "/admin/users", NEW)
    for password in ("!", "", "x" * 20):
        body = {"email": "nora.new@clinic.example", "password": password or " "}
        assert (await post(site, "/auth/login", body)).status == 401


async def test_with_a_mail_server_the_link_goes_out_and_a_factor_is_owed(mailing: Site, people: People, store: Store) -> None:
    made = await as_admin(mailing, people, "/admin/users", {**NEW, "language": "de"})
    assert made.json["invitation"]["link"] is None
    async with store.read() as tx:
        (message,) = await tx.outbox.about(made.json["invitation"]["id"])
    assert (message.template, message.language, message.recipient) == ("invitation", "de", "nora.new@clinic.example")
    link = message.details["link"]
    assert message.details["hours"] == "168" and message.expires_at - message.created_at == MAIL_LIFE
    token = link.partition("#")[2]
    answer = await post(mailing, "/invitations/accept", {"token": token, "password": CHOSEN})
    assert answer.json["step"]["kind"] == "enrol" and not answer.cookies


async def test_links_end_with_time_a_newer_one_and_by_hand(site: Site, people: People) -> None:
    first = (await as_admin(site, people, "/admin/users", NEW)).json
    user_id = first["user"]["id"]
    second = (await as_admin(site, people, f"/admin/users/{user_id}/reset")).json["invitation"]
    assert second["kind"] == "invite", "no password was set yet"
    over = await post(site, "/invitations/open", {"token": first["invitation"]["link"].partition("#")[2]})
    assert over.status == 410
    token = second["link"].partition("#")[2]
    assert (await post(site, "/invitations/open", {"token": token})).status == 200
    assert (await as_admin(site, people, f"/admin/users/{user_id}/invitation/revoke")).status == 200
    assert (await post(site, "/invitations/open", {"token": token})).status == 410
    assert (await as_admin(site, people, f"/admin/users/{user_id}/invitation/revoke")).status == 404
    reset = (await as_admin(site, people, user_path(people, Role.CLINICIAN, "reset"))).json["invitation"]
    assert reset["kind"] == "reset"
    site.clock.move(24 * 3600)
    assert (await post(site, "/invitations/open", {"token": reset["link"].partition("#")[2]})).status == 410


async def test_a_reset_ends_logins_and_keeps_factors_unless_asked(site: Site, people: People) -> None:
    await with_totp(site, people, Role.CLINICIAN)
    login = await people.token_of(Role.CLINICIAN)
    kept = await as_admin(site, people, user_path(people, Role.CLINICIAN, "reset"))
    assert kept.json["user"]["totp"] and site.visits.removed == [people.users[Role.CLINICIAN].id]
    site.cookies = {"telemed_staff": login}
    assert (await site.ask("GET", "/api/v1/me")).status == 401
    site.cookies = {}
    token = kept.json["invitation"]["link"].partition("#")[2]
    answer = await post(site, "/invitations/accept", {"token": token, "password": CHOSEN})
    assert answer.json["step"]["kind"] == "factor", "the link alone opens no account with a second factor"
    assert (await post(site, "/auth/login", password_of(Role.CLINICIAN))).status == 401, "the former password"
    removed = await as_admin(site, people, user_path(people, Role.CLINICIAN, "reset"), {"remove_factors": True})
    account = removed.json["user"]
    assert (account["totp"], account["passkeys"], account["recovery_codes"]) == (False, 0, 0)


@pytest.mark.parametrize(
    ("act", "body"),
    [("deactivate", {}), ("role", {"role": "front_desk"}), ("reset", {})],
)
async def test_who_is_shut_out_or_demoted_loses_everything_at_once(site: Site, people: People, act: str, body: Any) -> None:
    login, step_user = await people.token_of(Role.CLINICIAN), people.users[Role.CLINICIAN].id
    assert (await as_admin(site, people, user_path(people, Role.CLINICIAN, act), body)).status == 200
    assert site.visits.removed == [step_user]
    site.cookies = {"telemed_staff": login}
    assert (await site.ask("GET", "/api/v1/me")).status == 401


async def test_an_account_is_shut_and_opened(site: Site, people: People) -> None:
    await as_admin(site, people, user_path(people, Role.CLINICIAN, "deactivate"))
    assert (await post(site, "/auth/login", password_of(Role.CLINICIAN))).status == 401
    opened = await as_admin(site, people, user_path(people, Role.CLINICIAN, "activate"))
    assert opened.json["user"]["is_active"]
    assert (await post(site, "/auth/login", password_of(Role.CLINICIAN))).status == 200


async def test_an_admin_shuts_neither_itself_nor_the_last_one_out(site: Site, people: People) -> None:
    for act, body in (("deactivate", {}), ("role", {"role": "clinician"}), ("site", {"site_id": None})):
        answer = await as_admin(site, people, user_path(people, Role.ADMIN, act), body)
        assert (answer.status, answer.json["error"]["code"]) == (409, "own_account")
    assert (await as_admin(site, people, user_path(people, Role.CLINICIAN, "role"), {"role": "patient"})).status == 400
    assert (await as_admin(site, people, "/admin/users/usr_nobody/deactivate")).status == 404
    for path, body in ((user_path(people, Role.CLINICIAN, "site"), {}), ("/admin/users", NEW)):
        assert (await as_admin(site, people, path, {**body, "site_id": "sit_nowhere"})).status == 404
    taken = await as_admin(site, people, "/admin/users", {**NEW, "email": email_of(Role.REVIEWER)})
    assert (taken.status, taken.json["error"]["code"]) == (409, "email_taken")


async def test_changes_of_others_need_a_fresh_proof(site: Site, people: People) -> None:
    await signed_in(site, people, Role.ADMIN)
    site.clock.move(601)
    path = user_path(people, Role.CLINICIAN, "role")
    refused = await post(site, path, {"role": "responder"})
    assert (refused.status, refused.json["error"]["code"]) == (403, "proof_needed")
    wrong = await post(site, "/me/proof", {"password": "wrong"})
    assert (wrong.status, wrong.json["error"]["code"]) == (403, "wrong_proof")
    assert (await post(site, path, {"role": "responder"})).status == 403
    assert (await post(site, "/me/proof", {"password": PASSWORD})).status == 200
    assert (await post(site, path, {"role": "responder"})).status == 200


async def test_accounts_are_listed_in_pages_and_found_by_name(site: Site, people: People) -> None:
    await signed_in(site, people, Role.ADMIN)
    first = (await post(site, "/admin/users/search", {"limit": 4})).json
    second = (await post(site, "/admin/users/search", {"limit": 4, "after": first["next"]})).json
    assert len(first["users"]) == 4 and second["next"] is None
    assert {user["id"] for user in first["users"] + second["users"]} == {user.id for user in people.users.values()}
    found = (await post(site, "/admin/users/search", {"text": "FRONT_desk"})).json["users"]
    assert [user["role"] for user in found] == ["front_desk"]
    assert "password_hash" not in str(first) and "$argon2" not in str(first)


async def test_a_failed_invitation_leaves_no_account(mailing: Site, people: People, store: Store) -> None:
    answer = await as_admin(mailing, people, "/admin/users", {**NEW, "email": "nörgler@clinic.example"})
    assert (answer.status, answer.json["error"]["field"]) == (400, "email")
    async with store.read() as tx:
        assert await tx.users.by_email("nörgler@clinic.example") is None


async def test_a_link_taken_twice_at_the_same_time_is_taken_once(site: Site, people: People) -> None:
    made = await as_admin(site, people, "/admin/users", NEW)
    token = made.json["invitation"]["link"].partition("#")[2]
    sent = [
        post(site, "/invitations/accept", {"token": token, "password": f"{number} lamps over the river"}) for number in range(3)
    ]
    assert sorted(answer.status for answer in await asyncio.gather(*sent)) == [200, 410, 410]


async def test_two_admins_who_demote_each_other_leave_one(site: Site, people: People, store: Store) -> None:
    promoted = await as_admin(site, people, user_path(people, Role.REVIEWER, "role"), {"role": "admin"})
    assert promoted.status == 200, promoted.text
    tokens = {role: await people.token_of(role) for role in (Role.ADMIN, Role.REVIEWER)}
    others = ((Role.ADMIN, Role.REVIEWER), (Role.REVIEWER, Role.ADMIN))
    sent = []
    for actor, target in others:
        headers = {"Cookie": f"telemed_staff={tokens[actor]}"}
        sent.append(post(site, user_path(people, target, "role"), {"role": "clinician"}, headers=headers))
    answers = await asyncio.gather(*sent)
    assert 200 in [answer.status for answer in answers] and [answer.status for answer in answers] != [200, 200]
    async with store.read() as tx:
        assert await tx.users.active_with(people.users[Role.ADMIN].organisation_id, Role.ADMIN) == 1


async def test_the_owner_hears_of_a_browser_the_account_does_not_know(store: Store, people: People, static_root: Path) -> None:
    async with running_site(store, settings_for(static_root, sends_mail=True)) as site:
        first = await post(site, "/auth/login", password_of(Role.CLINICIAN))
        site.cookies = {name: entry.value for name, entry in first.cookies.items() if "device" in name}
        assert (await post(site, "/auth/login", password_of(Role.CLINICIAN))).status == 200
    async with store.read() as tx:
        logins = await tx.logins.of_user(people.users[Role.CLINICIAN].id, site.clock.utcnow())
        mails = [message for login in logins for message in await tx.outbox.about(login.id)]
    assert [(mail.template, mail.recipient) for mail in mails] == [("new_device", email_of(Role.CLINICIAN))]
