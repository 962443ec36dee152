"""Erasing takes two people, or one and a week; emergencies are decided on; nothing is said that was not done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.recording.words import Basis, RecordingState
from telemed.care.roles import STAFF_ROLES, Role
from tests.adapters.web.fakes import START
from tests.adapters.web.recordings.conftest import Reviewed
from tests.adapters.web.recordings_samples import REASON, RECORDING_ID

WEEK = 7 * 24 * 3600.0


async def code(reviewed: Reviewed, path: str, body: object | None = None) -> tuple[int, str]:
    answer = await reviewed.ask("POST", path, body if body is not None else {})
    return answer.status, answer.json.get("error", {}).get("code", "")


async def mails(reviewed: Reviewed) -> list[str]:
    """To whom notices wait, in order of address."""
    organisation_id = reviewed.people.users[Role.ADMIN].organisation_id
    async with reviewed.store.read() as tx:
        found = await tx.usage.messages(organisation_id, None, 100)
    return sorted(message.recipient for message in found if message.template == "recording_erase_notice")


async def only_officer(reviewed: Reviewed, role: Role) -> None:
    for other in STAFF_ROLES - {role}:
        await reviewed.people.change(other, is_privacy_officer=False)


async def test_two_different_people_erase(reviewed: Reviewed) -> None:
    asked = (await reviewed.ask("POST", "/erase", {"reason": REASON})).json["erase"]
    assert asked == {"asked_by": "Name of clinician", "at": asked["at"], "reason": REASON, "confirm_after": None, "mine": True}
    assert await code(reviewed, "/erase/confirm") == (409, "own_request")
    assert await code(reviewed, "/erase", {"reason": REASON}) == (409, "erase_asked")
    officers = ["clinician", "dispatcher", "front_desk", "responder", "reviewer"]
    assert await mails(reviewed) == [f"{role}@clinic.example" for role in officers]
    await reviewed.sign_in(Role.FRONT_DESK)
    assert (await reviewed.ask("GET", "")).json["recording"]["erase"]["mine"] is False
    assert await code(reviewed, "/erase/confirm") == (200, "")
    assert reviewed.vault.erased == [RECORDING_ID]
    row = await reviewed.row()
    assert (row.state, row.size_bytes, row.erased_at) == (RecordingState.ERASED, 0, START)
    assert len(await mails(reviewed)) == 10, "told of both steps"
    assert await reviewed.acts() == ["erase_asked", "read", "erase_confirmed", "erased", "key_destroyed"]
    await reviewed.sign_in(Role.CLINICIAN)
    for path in ("", "/timeline", "/viewers"):
        assert (await reviewed.ask("GET", path)).status == 404
    assert (await reviewed.site.ask("POST", "/api/v1/recordings/search", {})).json["recordings"] == []


async def test_a_single_officer_waits_a_week(reviewed: Reviewed) -> None:
    await only_officer(reviewed, Role.CLINICIAN)
    await reviewed.people.change(Role.ADMIN, is_privacy_officer=True)  # counts for nothing here
    asked = (await reviewed.ask("POST", "/erase", {"reason": REASON})).json["erase"]
    assert asked["confirm_after"] == "2026-03-08T08:00:00.000Z"
    assert await code(reviewed, "/erase/confirm") == (409, "too_early")
    reviewed.site.clock.move(WEEK - 1)
    await renew(reviewed)
    assert await code(reviewed, "/erase/confirm") == (409, "too_early")
    reviewed.site.clock.move(1)
    assert await code(reviewed, "/erase/confirm") == (200, "")
    assert reviewed.vault.erased == [RECORDING_ID]


async def renew(reviewed: Reviewed) -> None:
    """A login that is open at the time the clock shows."""
    from telemed.care.records import LoginRecord
    from telemed.care.tokens import token_hash
    from telemed.ids import new_id, new_secret

    token, now = new_secret(), reviewed.site.clock.utcnow()
    user_id = reviewed.people.users[Role.CLINICIAN].id
    async with reviewed.store.write() as tx:
        await tx.logins.create(LoginRecord(new_id("lgn"), user_id, token_hash(token), now, now, now + timedelta(hours=12)))
    reviewed.site.cookies = {"telemed_staff": token}


async def test_a_second_officer_who_came_meanwhile_has_to_confirm(reviewed: Reviewed) -> None:
    await only_officer(reviewed, Role.CLINICIAN)
    await reviewed.ask("POST", "/erase", {"reason": REASON})
    await reviewed.people.change(Role.REVIEWER, is_privacy_officer=True)
    reviewed.site.clock.move(WEEK)
    await renew(reviewed)
    assert await code(reviewed, "/erase/confirm") == (409, "own_request")


async def test_a_wish_can_be_taken_back(reviewed: Reviewed) -> None:
    assert await code(reviewed, "/erase/cancel") == (409, "erase_over")
    await reviewed.ask("POST", "/erase", {"reason": REASON})
    assert await code(reviewed, "/erase/cancel") == (200, "")
    assert (await reviewed.ask("GET", "")).json["recording"]["erase"] is None
    assert await code(reviewed, "/erase/confirm") == (409, "erase_over")
    assert await code(reviewed, "/erase", {"reason": REASON}) == (200, "")


async def test_a_legal_hold_and_an_unfinished_recording_stay(reviewed: Reviewed) -> None:
    await reviewed.ask("POST", "/erase", {"reason": REASON})
    await reviewed.ask("POST", "/hold", {"hold": True, "reason": REASON})
    await reviewed.sign_in(Role.REVIEWER)
    assert await code(reviewed, "/erase/confirm") == (409, "recording_held")
    await reviewed.save(replace(await reviewed.row(), hold=False, state=RecordingState.FINALISING))
    assert await code(reviewed, "/erase/confirm") == (409, "recording_in_use")
    assert not reviewed.vault.erased


async def test_what_cannot_be_destroyed_is_not_called_erased(reviewed: Reviewed) -> None:
    reviewed.vault.erase_fails = True
    await reviewed.ask("POST", "/erase", {"reason": REASON})
    await reviewed.sign_in(Role.REVIEWER)
    assert (await code(reviewed, "/erase/confirm"))[0] == 503
    assert (await reviewed.row()).state is RecordingState.READY
    assert await reviewed.acts() == ["erase_asked"]
    reviewed.vault.erase_fails = False
    assert await code(reviewed, "/erase/confirm") == (200, "")


async def test_who_is_no_privacy_officer_may_neither_hold_nor_erase(reviewed: Reviewed) -> None:
    await reviewed.people.change(Role.CLINICIAN, is_privacy_officer=False)
    for path, body in (("/erase", {"reason": REASON}), ("/erase/confirm", {}), ("/hold", {"hold": True, "reason": REASON})):
        assert await code(reviewed, path, body) == (403, "not_allowed")
    can = (await reviewed.ask("GET", "")).json["can"]
    assert (can["hold"], can["erase"], can["watch"]) == (False, False, True)


async def test_an_emergency_is_kept_or_destroyed(reviewed: Reviewed) -> None:
    decide = {"decision": "keep", "reason": REASON}
    assert await code(reviewed, "/decide", decide) == (409, "not_emergency")
    undecided = replace(await reviewed.row(), basis=Basis.EMERGENCY, decide_by=START + timedelta(days=7))
    await reviewed.save(undecided)
    assert (await reviewed.ask("GET", "")).json["can"]["decide"] is True
    assert await code(reviewed, "/decide", decide) == (200, "")
    assert (await reviewed.row()).decide_by is None
    await reviewed.save(undecided)
    assert await code(reviewed, "/decide", {"decision": "destroy", "reason": REASON}) == (200, "")
    assert reviewed.vault.erased == [RECORDING_ID] and (await reviewed.row()).state is RecordingState.ERASED
    assert [act for act in await reviewed.acts() if act != "read"] == [
        "emergency_kept",
        "emergency_destroyed",
        "erased",
        "key_destroyed",
    ]
