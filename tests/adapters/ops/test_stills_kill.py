"""kill -9 of control: an upload goes on where it was, a frozen picture keeps its bytes and lines, and what is kept is whole."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp

from telemed.care.stills.limits import PIECE_BYTES
from telemed.media.pictures import stripped
from tests import pictures
from tests.adapters.ops.serving import Running, serving, wait_until
from tests.client.seat import Api, SeatClient, command_id

PHOTO = pictures.jpeg_with(pictures.encoded("mjpeg", 1600, 1200, noise=24), 6)
TUS = {"Tus-Resumable": "1.0.0", "X-Telemed-Client": "1"}


async def begun(api: Api) -> str:
    """A visit with the clinician in it, and an upload: its URL."""
    made = await api.post("/sessions", kind="group", command_id=command_id())
    values = {"command_id": command_id(), "filetype": "image/jpeg"}
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())
    headers = {**TUS, "Authorization": f"Bearer {api.token}", "Upload-Length": str(len(PHOTO)), "Upload-Metadata": told}
    async with api.http.post(f"{api.base_url}/api/v1/sessions/{made['session']['id']}/stills", headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return api.base_url + answer.headers["Location"]


async def ask(api: Api, method: str, url: str, data: bytes | None = None, **more: str) -> tuple[int, Any]:
    headers = {**TUS, "Authorization": f"Bearer {api.token}", **{name.replace("_", "-"): text for name, text in more.items()}}
    async with api.http.request(method, url, headers=headers, data=data) as answer:
        await answer.read()
        return answer.status, answer.headers


async def append(api: Api, url: str, offset: int) -> tuple[int, Any]:
    piece = PHOTO[offset : offset + PIECE_BYTES]
    return await ask(api, "PATCH", url, piece, Upload_Offset=str(offset), Content_Type="application/offset+octet-stream")


def kill_control(server: Running) -> None:
    """End control without a word; its successor serves when this returns."""
    former = server.pids()["control"]
    os.kill(former, signal.SIGKILL)

    def reborn() -> bool:
        try:
            return server.pids().get("control", former) != former
        except (OSError, json.JSONDecodeError):
            return False

    wait_until(reborn, 60.0)


async def insist(api: Api, url: str) -> int:
    """How far it is, once the new control answers."""
    for _ in range(600):
        try:
            status, headers = await ask(api, "HEAD", url)
        except (aiohttp.ClientError, TimeoutError):
            continue
        if status == 200:
            return int(headers["Upload-Offset"])
    raise AssertionError("control did not come back")


async def a_drawing_outlives_control(api: Api, server: Running) -> None:
    jpeg = pictures.encoded("mjpeg", 640, 480)
    about = {"reason": "A fall", "kinds": ["location", "video"], "language": "en", "script_version": "2026-11"}
    incident = (await api.post("/incidents", **about, caller_agreed=True, command_id=command_id()))["incident"]
    visit = f"/sessions/{incident['session_id']}"
    picture = {"participant_id": incident["callers"][0]["participant_id"], "width": 640, "height": 480}
    sent = base64.b64encode(jpeg).decode()
    frame = (await api.post(f"{visit}/frames", **picture, jpeg=sent, command_id=command_id()))["frame"]
    seat = SeatClient(api, incident["session_id"], "staff")
    await seat.connect()
    await seat.command("draw", frame_id=frame["id"], shape={"id": "a", "kind": "arrow", "points": [[0, 0], [0.25, 1]]})
    kill_control(server)
    await seat.drop_socket()
    url, own = f"{api.base_url}/api/v1{visit}/frames/{frame['id']}", {"Authorization": f"Bearer {api.token}"}
    for _ in range(600):
        try:
            status, _headers = await ask(api, "GET", url)
        except (aiohttp.ClientError, TimeoutError):
            continue
        if status == 200:
            break
    async with api.http.get(url, headers=own) as answer:
        assert await answer.read() == jpeg
    again = SeatClient(api, incident["session_id"], "staff")
    await again.connect()
    assert [shape["id"] for shape in again.state["frame"]["shapes"]] == ["a"]
    await again.drop_socket()


async def test_an_upload_outlives_control(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--var", str(tmp_path / "var"), "--port", "0") as server:
        account = next(entry for entry in server.ready["accounts"] if entry["role"] == "clinician")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            api = Api(server.base_url, http)
            api.token = (await api.post("/auth/login", email=account["email"], password=account["password"]))["token"]
            url, offset, kills = await begun(api), 0, 0
            while offset < len(PHOTO):
                status, headers = await append(api, url, offset)
                assert status == 204
                offset = int(headers["Upload-Offset"])
                if offset < len(PHOTO) and offset // PIECE_BYTES in (2, 9) and kills < 2:
                    kill_control(server)
                    kills += 1
                    assert await insist(api, url) == offset
            assert kills == 2
            status, headers = await ask(api, "HEAD", url)
            digest = hashlib.sha256(stripped(PHOTO, 40_000_000).data).hexdigest()
            assert headers["Telemed-Still-Sha256"] == digest
            async with http.get(url + "/picture", headers={"Authorization": f"Bearer {api.token}"}) as answer:
                assert hashlib.sha256(await answer.read()).hexdigest() == digest
            await a_drawing_outlives_control(api, server)
        assert not [path for path in (tmp_path / "var" / "stills").rglob("*") if path.name == "upload"]
