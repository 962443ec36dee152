"""Nothing that is said, written or typed about a recording lands in logs, in the trail, or in an error."""

from __future__ import annotations

import logging

import pytest

from telemed.care.roles import Role
from tests.adapters.web.recordings.conftest import Reviewed
from tests.adapters.web.recordings_samples import RECORDING_ID, SEGMENT_ID

TYPED = "canary typed here and now"
WORDS = ("canary", "Canary", "Name of", RECORDING_ID, SEGMENT_ID)


async def test_a_whole_review_leaves_no_words(reviewed: Reviewed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    marker = {"start_ms": 1, "category": "finding", "text": TYPED, "command_id": "command-canary"}
    made = (await reviewed.ask("POST", "/markers", marker)).json["marker"]
    done = [
        ("GET", "", None),
        ("GET", "/timeline", None),
        ("GET", "/plots", None),
        ("GET", "/viewers", None),
        ("GET", f"/segments/{SEGMENT_ID}", None),
        ("GET", "/markers", None),
        ("PATCH", f"/markers/{made['id']}", {"revision": 1, "text": TYPED + " again"}),
        ("POST", f"/markers/{made['id']}/remove", {"revision": 2}),
        ("POST", "/tags", {"tags": ["canary tag"]}),
        ("POST", "/status", {"status": "in_review"}),
        ("POST", "/verify", {}),
        ("POST", "/export", {"reason": TYPED}),
        ("POST", "/hold", {"hold": True, "reason": TYPED}),
        ("POST", "/hold", {"hold": False, "reason": TYPED}),
        ("POST", "/erase", {"reason": TYPED}),
        ("POST", "/erase/cancel", {}),
    ]
    for method, path, body in done:
        headers = {"Range": "bytes=0-9"} if "/segments" in path else {}
        assert (await reviewed.ask(method, path, body, headers=headers)).status in (200, 206), path
    assert (await reviewed.site.ask("POST", "/api/v1/recordings/search", {"text": "canary"})).status == 200
    refused = [
        ("POST", "/markers", {**marker, "canary_field": 1}),
        ("POST", "/markers", {**marker, "command_id": "command-other", "start_ms": 10**9}),
        ("POST", "/markers", {**marker, "category": "Canary!"}),
        ("POST", "/tags", {"tags": ["canary\ntag"]}),
        ("POST", "/export", {"reason": "canary"}),
        ("POST", "/decide", {"decision": "canary", "reason": TYPED}),
        ("POST", "/erase/confirm", {}),
        ("PATCH", f"/markers/{made['id']}", {"revision": 9, "text": TYPED}),
        ("GET", "/segments/seg_CanaryCanary", None),
    ]
    answers = [await reviewed.ask(method, path, body) for method, path, body in refused]
    await reviewed.sign_in(Role.ADMIN)
    answers.append(await reviewed.ask("GET", ""))
    assert all(answer.status >= 400 for answer in answers)
    ours = [record for record in caplog.records if record.name.startswith("telemed")]  # `logs` silences the libraries
    logged = "\n".join(record.getMessage() + repr(record.args) for record in ours)
    assert "/recordings/{recording_id" in logged, "the log was heard"
    assert not [word for word in WORDS if word in logged]
    assert not [word for word in WORDS for answer in answers if word in answer.text]
    assert not [word for word in WORDS[:3] for row in await reviewed.trail() if word in repr(row)]
