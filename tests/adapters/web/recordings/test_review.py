"""Reviewing: the list, one recording, its timeline, markers with revisions, status, tags, hold, verification, export."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.recording.ports import Broken
from telemed.care.recording.words import RecordingState, ViewKind
from telemed.care.roles import Role
from telemed.clock import SystemClock
from telemed.errors import TooMany
from telemed.store import Store
from telemed.web.recordings import export
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.verifying import RecordingVerifier
from telemed.web.routes import ROUTES
from tests.adapters.web.fake_vault import FakeVault
from tests.adapters.web.recordings.conftest import Reviewed
from tests.adapters.web.recordings_samples import MARKER_ID, REASON, RECORDING_ID, SEGMENT_ID, SPOKEN, VISITOR, seat_of

MARKER = {"start_ms": 5000, "category": "finding", "text": "Look here", "command_id": "command-mark"}


async def found(reviewed: Reviewed, **query: object) -> list[str]:
    answer = await reviewed.site.ask("POST", "/api/v1/recordings/search", query)
    assert answer.status == 200, answer.text
    return [row["id"] for row in answer.json["recordings"]]


async def test_the_list_finds_by_what_it_is_asked(reviewed: Reviewed) -> None:
    doctor = reviewed.people.users[Role.CLINICIAN].id
    hits = [
        {},
        {"text": "canary"},
        {"kind": "group"},
        {"clinician_id": doctor},
        {"status": "unreviewed"},
        {"unread": True},
        {"from": "2026-02-28T00:00:00Z", "to": "2026-03-01T00:00:00+00:00"},
    ]
    misses = [
        {"text": "nobody"},
        {"kind": "urgent"},
        {"clinician_id": "usr_other"},
        {"status": "signed_off"},
        {"from": "2026-03-02T00:00:00Z"},
        {"to": "2026-02-01T00:00:00Z"},
        {"tag": "teaching"},
        {"held": True},
        {"undecided": True},
        {"patient_id": "pat_AbCdEfGhIjKlMnOp"},
    ]
    for query in hits:
        assert await found(reviewed, **query) == [RECORDING_ID], query
    for query in misses:
        assert await found(reviewed, **query) == [], query
    assert "recordings.listed" in [row.action for row in await rows(reviewed)]


async def test_only_what_can_be_watched_waits_to_be_watched(reviewed: Reviewed) -> None:
    before = await reviewed.row()
    for state in (RecordingState.FINALISING, RecordingState.FAILED):
        await reviewed.save(replace(before, state=state))
        listed = (await reviewed.site.ask("POST", "/api/v1/recordings/search", {})).json["recordings"]
        assert [row["unread"] for row in listed] == [False], state
        assert await found(reviewed, unread=True) == [], state


async def test_whose_visits_may_be_looked_for(reviewed: Reviewed) -> None:
    await reviewed.people.change(Role.CLINICIAN, is_active=False)
    await reviewed.sign_in(Role.REVIEWER)
    answer = await reviewed.site.ask("GET", "/api/v1/recordings/clinicians")
    ids = {one["id"] for one in answer.json["clinicians"]}
    assert reviewed.people.users[Role.CLINICIAN].id in ids and reviewed.people.users[Role.DISPATCHER].id in ids
    assert not ids & {reviewed.people.users[role].id for role in (Role.ADMIN, Role.FRONT_DESK, Role.REVIEWER)}
    await reviewed.sign_in(Role.ADMIN)
    assert (await reviewed.site.ask("GET", "/api/v1/recordings/clinicians")).status == 403


async def rows(reviewed: Reviewed) -> list[object]:
    async with reviewed.store.read() as tx:
        return list(await tx.audit.page())


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "yesterday"},
        {"from": "2026-03-01T00:00:00"},
        {"from": 1},
        {"limit": 0},
        {"limit": 101},
        {"kind": "x"},
        {"after": "ses_AbCd"},
        {"surprise": 1},
    ],
)
async def test_wrong_searches_are_refused(reviewed: Reviewed, wrong: dict[str, object]) -> None:
    answer = await reviewed.site.ask("POST", "/api/v1/recordings/search", wrong)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_input")


async def test_pages_follow_each_other_and_a_foreign_place_is_none(reviewed: Reviewed) -> None:
    first = await reviewed.row()
    for number in range(3):
        later = first.started_at + timedelta(hours=number + 1) if first.started_at else None
        async with reviewed.store.write() as tx:
            await tx.recordings.create(replace(first, id=f"rec_More{number}", started_at=later))
    names: list[str] = []
    after: str | None = None
    for _ in range(4):
        query = {"limit": 1, **({"after": after} if after else {})}
        answer = (await reviewed.site.ask("POST", "/api/v1/recordings/search", query)).json
        names += [row["id"] for row in answer["recordings"]]
        after = answer["next"]
    assert names == ["rec_More2", "rec_More1", "rec_More0", RECORDING_ID] and after is None
    await reviewed.save(replace(first, organisation_id=await other_organisation(reviewed)))
    answers = [
        (await reviewed.site.ask("POST", "/api/v1/recordings/search", {"after": place}))
        for place in (RECORDING_ID, "rec_NobodyHasThis")
    ]
    assert [(answer.status, answer.json) for answer in answers] == [(400, answers[0].json)] * 2


async def other_organisation(reviewed: Reviewed) -> str:
    async with reviewed.store.write() as tx:
        home = await tx.organisations.first()
        assert home is not None
        other = replace(home, id="org_OtherOther", created_at=home.created_at + timedelta(days=1))
        await tx.organisations.create(other)
    return other.id


async def test_one_recording_with_what_one_may_do(reviewed: Reviewed) -> None:
    answer = (await reviewed.ask("GET", "")).json
    recording = answer["recording"]
    assert recording["title"] == VISITOR and recording["duration_ms"] == 600_000 and recording["unread"] is True
    assert recording["segments"] == [
        {
            "id": SEGMENT_ID,
            "participant_id": seat_of(Role.CLINICIAN),
            "group": "main",
            "mime": "video/webm",
            "codecs": "vp8,opus",
            "start_ms": 0,
            "end_ms": 600_000,
            "bytes": 1_000_003,
        }
    ]
    assert seat_of(Role.CLINICIAN) in {person["id"] for person in recording["participants"]}
    assert answer["can"] == dict.fromkeys(("watch", "mark", "sign_off", "download", "hold", "erase", "verify"), True) | {
        "decide": False
    }
    await reviewed.sign_in(Role.FRONT_DESK)
    can = (await reviewed.ask("GET", "")).json["can"]
    assert (can["watch"], can["mark"], can["download"], can["erase"], can["verify"]) == (False, False, False, True, True)
    await reviewed.sign_in(Role.CLINICIAN)
    await reviewed.save(replace(await reviewed.row(), state=RecordingState.FINALISING))
    later = (await reviewed.ask("GET", "")).json
    assert later["recording"]["segments"] == [] and later["can"]["watch"] is False and later["can"]["erase"] is False


async def test_what_cannot_be_read_now_has_no_segments_but_stands(reviewed: Reviewed) -> None:
    reviewed.vault.files.clear()
    assert (await reviewed.ask("GET", "")).json["recording"]["segments"] == []
    assert (await reviewed.ask("GET", "/timeline")).json["consent"]


async def test_the_timeline_and_plots(reviewed: Reviewed) -> None:
    line = (await reviewed.ask("GET", "/timeline")).json
    doctor = seat_of(Role.CLINICIAN)
    assert line["duration_ms"] == 600_000
    assert {"participant_id": doctor, "at_ms": 1000, "what": "joined"} in line["joins"]
    assert {"participant_id": doctor, "at_ms": 500_000, "what": "left"} in line["joins"]
    assert line["speaking"] == [{"participant_id": doctor, "start_ms": 1000, "end_ms": 5000}]
    assert line["reads_chat"] is True and [said["body"] for said in line["chat"]] == [SPOKEN]
    assert {"participant_id": doctor, "start_ms": 120_000, "end_ms": 180_000, "what": "sound_poor"} in line["quality"]
    assert {"participant_id": doctor, "start_ms": 0, "end_ms": 300_000, "what": "captured"} in line["consent"]
    assert {"participant_id": doctor, "start_ms": 300_000, "end_ms": 500_000, "what": "not_captured"} in line["consent"]
    assert [gap["why"] for gap in line["gaps"]] == ["muted"]
    plots = (await reviewed.ask("GET", "/plots")).json
    assert plots["speaking"] == [{"participant_id": doctor, "seconds": 4.0}]
    assert {person["quality"] for person in plots["minutes"][-1]["participants"]} == {"poor"}


async def test_a_reviewer_hears_what_was_said_and_does_not_read_along(reviewed: Reviewed) -> None:
    await reviewed.sign_in(Role.REVIEWER)
    answer = await reviewed.ask("GET", "/timeline")
    assert answer.json["chat"] == [] and answer.json["reads_chat"] is False and SPOKEN not in answer.text


async def test_markers_have_revisions_and_authors(reviewed: Reviewed) -> None:
    made = await reviewed.ask("POST", "/markers", MARKER)
    again = await reviewed.ask("POST", "/markers", MARKER)
    marker = made.json["marker"]
    assert made.json == again.json and marker["revision"] == 1 and marker["mine"] is True and marker["end_ms"] is None
    path = f"/markers/{marker['id']}"
    changed = await reviewed.ask("PATCH", path, {"revision": 1, "text": "Look there", "end_ms": 9000})
    assert (changed.json["marker"]["revision"], changed.json["marker"]["end_ms"]) == (2, 9000)
    stale = await reviewed.ask("PATCH", path, {"revision": 1, "text": "Too late"})
    assert (stale.status, stale.json["error"]["code"]) == (409, "marker_changed")
    point = await reviewed.ask("PATCH", path, {"revision": 2, "end_ms": None})
    assert point.json["marker"]["end_ms"] is None and point.json["marker"]["text"] == "Look there"
    await reviewed.sign_in(Role.RESPONDER)
    for method, tail, body in (("PATCH", "", {"revision": 3, "text": "Mine"}), ("POST", "/remove", {"revision": 3})):
        assert (await reviewed.ask(method, path + tail, body)).status == 404, "another's"
    listed = {row["id"]: row for row in (await reviewed.ask("GET", "/markers")).json["markers"]}
    assert listed[marker["id"]]["mine"] is False
    await reviewed.sign_in(Role.CLINICIAN)
    assert (await reviewed.ask("POST", f"{path}/remove", {"revision": 2})).status == 409
    assert (await reviewed.ask("POST", f"{path}/remove", {"revision": 3})).status == 200
    assert (await reviewed.ask("POST", f"{path}/remove", {"revision": 4})).status == 404
    assert [row["id"] for row in (await reviewed.ask("GET", "/markers")).json["markers"]] == [MARKER_ID]
    assert [act for act in await reviewed.acts() if act.startswith("mark")] == [
        "marked",
        "marker_changed",
        "marker_changed",
        "marker_removed",
    ]


async def test_a_private_marker_is_its_authors_alone(reviewed: Reviewed) -> None:
    made = (await reviewed.ask("POST", "/markers", {**MARKER, "visibility": "private", "text": "canary secret"})).json["marker"]
    await reviewed.sign_in(Role.RESPONDER)
    answer = await reviewed.ask("GET", "/markers")
    assert made["id"] not in answer.text and "canary secret" not in answer.text
    assert (await reviewed.site.ask("POST", "/api/v1/recordings/search", {})).json["recordings"][0]["markers"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_ms": 600_001},
        {"end_ms": 5000},
        {"end_ms": 4000},
        {"end_ms": 600_001},
        {"start_ms": -1},
        {"category": "Two Words"},
        {"text": "a\u202eb"},
        {"text": "x" * 2001},
        {"visibility": "all"},
    ],
)
async def test_markers_lie_within_the_recording(reviewed: Reviewed, wrong: dict[str, object]) -> None:
    answer = await reviewed.ask("POST", "/markers", {**MARKER, **wrong})
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_input")


async def test_status_tags_and_hold(reviewed: Reviewed) -> None:
    assert (await reviewed.ask("POST", "/tags", {"tags": ["Teaching", "teaching", "stroke"]})).json == {
        "tags": ["stroke", "teaching"]
    }
    assert await found(reviewed, tag="teaching") == [RECORDING_ID]
    assert (await reviewed.ask("POST", "/status", {"status": "signed_off"})).json == {"review_status": "signed_off"}
    assert (await reviewed.ask("GET", "")).json["recording"]["reviewed_by"] == "Name of clinician"
    await reviewed.ask("POST", "/status", {"status": "unreviewed"})
    assert (await reviewed.row()).reviewed_by is None
    held = await reviewed.ask("POST", "/hold", {"hold": True, "reason": REASON})
    assert held.json == {"hold": True, "hold_reason": REASON} and (await reviewed.row()).held_by is not None
    await reviewed.ask("POST", "/hold", {"hold": False, "reason": REASON})
    row = await reviewed.row()
    assert (row.hold, row.hold_reason, row.held_by) == (False, "", None)
    assert [act for act in await reviewed.acts() if act != "read"] == ["tagged", "reviewed", "reviewed", "held", "released"]
    await reviewed.save(replace(row, state=RecordingState.FINALISING))
    assert (await reviewed.ask("POST", "/status", {"status": "signed_off"})).json["error"]["code"] == "not_ready"


async def test_verifying_says_what_is_broken_and_is_kept(reviewed: Reviewed) -> None:
    good = (await reviewed.ask("POST", "/verify", {})).json
    assert (good["result"], good["broken"]) == ("complete", [])
    reviewed.vault.broken = (Broken("changed", SEGMENT_ID, 3), Broken("manifest"))
    bad = (await reviewed.ask("POST", "/verify", {})).json
    assert bad["result"] == "broken"
    assert bad["broken"] == [
        {"segment_id": SEGMENT_ID, "what": "changed", "block": 3},
        {"segment_id": None, "what": "manifest", "block": None},
    ]
    assert await reviewed.acts() == ["verified", "broken"]
    viewers = (await reviewed.ask("GET", "/viewers")).json["viewers"]
    assert [(line["what"], line["role"]) for line in viewers] == [("verified", "clinician")] * 2


async def test_one_verification_serves_all_who_ask_meanwhile(vault: FakeVault, store: Store) -> None:
    vault.gate = asyncio.Event()
    verifier = RecordingVerifier(RecordingDoor(store, SystemClock()), vault)
    first, others = verifier._check(RECORDING_ID), [verifier._check(RECORDING_ID) for _ in range(3)]
    assert all(task is first for task in others)
    verifier._check("rec_Another")
    with pytest.raises(TooMany):
        verifier._check("rec_ThirdOne")
    vault.gate.set()
    assert (await first).complete
    assert vault.verified == 2
    vault.gate = asyncio.Event()
    waiting = verifier._check(RECORDING_ID)
    await verifier.close()
    assert waiting.cancelled()


async def test_an_export_needs_a_reason_and_is_fetched_once(reviewed: Reviewed) -> None:
    for wrong in ({}, {"reason": ""}, {"reason": "          "}, {"reason": "short"}):
        assert (await reviewed.ask("POST", "/export", wrong)).status == 400
    begun = (await reviewed.ask("POST", "/export", {"reason": REASON})).json
    assert begun["expires_in"] == 600
    path = f"/exports/{begun['export_id']}"
    head = await reviewed.ask("HEAD", path)
    assert head.status == 200 and head.headers["Content-Type"] == "application/zip"
    url = f"{reviewed.site.url}/api/v1/recordings/{RECORDING_ID}{path}"
    cookie = {"Cookie": f"telemed_staff={reviewed.site.cookies['telemed_staff']}"}
    async with reviewed.site.http.get(url, headers=cookie) as answer:
        assert answer.status == 200 and (await answer.read())[:2] == b"PK"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{RECORDING_ID}.zip"'
        assert answer.headers["Cache-Control"] == "no-store, private"
    assert (await reviewed.ask("GET", path)).status == 404
    async with reviewed.store.read() as tx:
        views = await tx.recording_views.of_recording(RECORDING_ID)
    assert [(view.what, view.reason) for view in views] == [(ViewKind.EXPORTED, REASON)]
    assert "exported" in await reviewed.acts()


async def test_an_export_is_its_askers_for_ten_minutes(reviewed: Reviewed) -> None:
    path = f"/exports/{(await reviewed.ask('POST', '/export', {'reason': REASON})).json['export_id']}"
    mine = dict(reviewed.site.cookies)
    await reviewed.sign_in(Role.CLINICIAN)  # the same person elsewhere
    assert (await reviewed.ask("GET", path)).status == 404
    await reviewed.sign_in(Role.REVIEWER)
    assert (await reviewed.ask("GET", path)).status == 404
    reviewed.site.cookies = mine
    reviewed.site.clock.move(export.LIFE.total_seconds() + 1)
    assert (await reviewed.ask("GET", path)).status == 404


async def test_an_export_that_breaks_off_is_no_whole_one(reviewed: Reviewed) -> None:
    begun = (await reviewed.ask("POST", "/export", {"reason": REASON})).json
    reviewed.vault.fault_at = 0
    with pytest.raises(Exception, match=r"(?i)payload|reset|closed|disconnected|chunk"):
        await reviewed.ask("GET", f"/exports/{begun['export_id']}")
    reviewed.vault.fault_at = None
    begun = (await reviewed.ask("POST", "/export", {"reason": REASON})).json
    url = f"{reviewed.site.url}/api/v1/recordings/{RECORDING_ID}/exports/{begun['export_id']}"
    async with reviewed.site.http.get(
        url, headers={"Cookie": f"telemed_staff={reviewed.site.cookies['telemed_staff']}"}
    ) as answer:
        assert len(await answer.read()) > 1_000_000, "its place was given back"


async def test_figures_for_admins_name_nobody(reviewed: Reviewed) -> None:
    await reviewed.sign_in(Role.ADMIN)
    answer = await reviewed.site.ask("GET", "/api/v1/admin/recordings")
    assert answer.json["recordings"]["recordings"] == 1 and answer.json["disk_bytes"] == 1_000_003
    assert "canary" not in answer.text.lower() and RECORDING_ID not in answer.text
    for route in ROUTES:
        if route.path.startswith("/recordings"):
            path = route.path.replace("{recording_id}", RECORDING_ID).replace("{segment_id}", SEGMENT_ID)
            path = path.replace("{marker_id}", MARKER_ID).replace("{export_id}", "exp_AbCdEfGh")
            path = path.replace("{still_id}", "stl_AbCdEfGh").replace("{frame_id}", "frm_AbCdEfGh")
            assert (await reviewed.site.ask(route.method, f"/api/v1{path}", {} if route.method != "GET" else None)).status in (
                400,
                403,
            )
