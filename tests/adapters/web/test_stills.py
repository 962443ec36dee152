"""Stills over HTTP: uploads that are cut, doubled, forged and killed; what is kept, who opens it, and what is destroyed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from telemed.care.identity import Seat, Staff
from telemed.care.roles import Role
from telemed.care.stills.limits import MOST_BYTES, PIECE_BYTES
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillPart, StillState
from telemed.media.pictures import stripped
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import MasterKeys
from telemed.recording.still_files import StillFiles
from telemed.web.stills.tus import PIECE_TYPE
from tests import pictures
from tests.adapters.signaling.world import Client
from tests.rights.house import House, house, number

PLAIN = pictures.encoded("mjpeg", 640, 480, noise=40)
PHOTO = pictures.jpeg_with(PLAIN, 6)
KEPT = stripped(PHOTO, 40_000_000).data
THUMBNAIL = pictures.encoded("mjpeg", 64, 48)
ORIGIN = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
Json = dict[str, Any]


@dataclass
class Visit:
    """A call with a clinician and a patient in it; requests are the patient's unless said otherwise."""

    house: House
    folder: Path
    leader: Staff
    session_id: str
    seat: Seat
    cookie: str
    clients: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.house.url}/api/v1/sessions/{self.session_id}/stills"

    @property
    def doctor(self) -> Client:
        return self.clients[0]

    @property
    def patient(self) -> Client:
        return self.clients[1]

    async def staff_headers(self, staff: Staff | None = None) -> dict[str, str]:
        async with self.house.store.read() as tx:
            user = await tx.users.get((staff or self.leader).user_id)
        assert user is not None
        return {"Cookie": f"telemed_staff={await self.house.token(user)}"}

    def patient_headers(self) -> dict[str, str]:
        return {"Cookie": f"telemed_seat_{self.session_id[-8:]}={self.cookie}"}

    async def ask(self, method: str, url: str, headers: dict[str, str] | None = None, **more: Any) -> aiohttp.ClientResponse:
        given = {**ORIGIN, "Tus-Resumable": "1.0.0", **self.patient_headers(), **(headers or {})}
        response = await self.house.http.request(method, url, headers=given, **more)
        await response.read()
        return response

    async def begin(self, data: bytes, mime: str = "image/jpeg", **more: str) -> str:
        """-> the upload's URL."""
        response = await self.create(len(data), mime, **more)
        assert response.status == 201, await response.text()
        return self.house.url + response.headers["Location"]

    async def create(self, length: int, mime: str = "image/jpeg", **more: str) -> aiohttp.ClientResponse:
        values = {"command_id": f"command-{number()}", "filetype": mime, **more}
        told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
        return await self.ask("POST", self.url, {"Upload-Length": str(length), "Upload-Metadata": told})

    async def piece(self, url: str, offset: int, piece: bytes, **headers: str) -> aiohttp.ClientResponse:
        given = {"Upload-Offset": str(offset), "Content-Type": PIECE_TYPE, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.ask("PATCH", url, given, data=piece)

    async def send(self, url: str, data: bytes, offset: int = 0) -> aiohttp.ClientResponse:
        """All of it; the answer to the last piece."""
        while True:
            response = await self.piece(url, offset, data[offset : offset + PIECE_BYTES])
            offset += PIECE_BYTES
            if offset >= len(data) or response.status != 204:
                return response

    async def rows(self) -> list[StillRecord]:
        async with self.house.store.read() as tx:
            return await tx.stills.in_session(self.session_id)

    def on_disk(self) -> bytes:
        """Every byte of every file of stills."""
        found = [path for name in ("stills", "keys") for path in sorted((self.folder / name).rglob("*"))]
        return b"".join(path.read_bytes() for path in found if path.is_file())


async def _join(built: House, identity: Any, session_id: str) -> Client:
    client = Client(built.url, "/call")
    await client.connect(await built.signaling.visits.issue_ticket(identity, session_id))
    return await client.ready()


async def visit_in(built: House, folder: Path, kind: str = "group") -> Visit:
    leader = built.staff("north", Role.CLINICIAN)
    made = await built.signaling.visits.create_session(leader, kind, "P", "R", f"command-{number()}")
    session_id = made["session"]["id"]
    doctor = await _join(built, leader, session_id)
    cookie, seat = await built.seat(leader, session_id, Role.PATIENT)
    patient = await _join(built, seat, session_id)
    await patient.do("enter_waiting")
    await doctor.do("admit", participant_id=seat.participant_id)
    return Visit(built, folder, leader, session_id, seat, cookie, [doctor, patient])


@pytest_asyncio.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with house(tmp_path) as built:
        made = await visit_in(built, tmp_path)
        try:
            yield made
        finally:
            for client in made.clients:
                await client.close()


async def test_a_still_is_kept_as_its_picture_alone(visit: Visit) -> None:
    url = await visit.begin(PHOTO, taken_at="2026-11-23T12:00:00Z")
    last = await visit.send(url, PHOTO)
    assert last.status == 204, await last.text()
    assert last.headers["Upload-Offset"] == str(len(PHOTO))
    digest = hashlib.sha256(KEPT).hexdigest()
    assert last.headers["Telemed-Still-Sha256"] == digest
    picture = await visit.ask("GET", url + "/picture")
    assert await picture.read() == KEPT and picture.headers["ETag"] == f'"{digest}"'
    assert picture.headers["Content-Disposition"] == 'inline; filename="still-1.jpg"'
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
    (row,) = await visit.rows()
    assert (row.state, row.sha256, row.width, row.height, row.size) == (StillState.KEPT, digest, 640, 480, len(KEPT))
    for client in visit.clients:
        shown = client.state["stills"][0]
        assert (shown["state"], shown["sha256"]) == ("kept", digest)


async def test_nothing_of_it_lies_on_the_disk_in_clear(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:PIECE_BYTES])
    half = visit.on_disk()
    assert len(half) > PIECE_BYTES and not any(PHOTO[at : at + 24] in half for at in range(0, PIECE_BYTES - 24, 97))
    await visit.send(url, PHOTO, PIECE_BYTES)
    whole = visit.on_disk()
    assert not any(KEPT[at : at + 24] in whole for at in range(0, len(KEPT) - 24, 97))
    assert not list(visit.folder.rglob("upload"))


async def test_opening_is_audited_for_each_person(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.send(url, PHOTO)
    before = await visit.house.last_row()
    await visit.ask("GET", url + "/picture")
    await visit.ask("GET", url + "/picture", await visit.staff_headers())
    async with visit.house.store.read() as tx:
        rows = [row for row in await tx.audit.page(before) if row.action == "still.opened"]
    assert [row.actor for row in rows] == [visit.seat.participant_id, visit.leader.user_id]


async def test_a_wrong_offset_is_told_where_to_go_on(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:1000])
    for offset in (0, 999, 1001, 5000):
        refused = await visit.piece(url, offset, PHOTO[offset : offset + 100])
        assert (refused.status, refused.headers.get("Upload-Offset")) == (409, "1000")
    beyond = await visit.piece(url, len(PHOTO) - 50, b"x" * 100)
    assert beyond.status == 413
    told = await visit.ask("HEAD", url)
    assert (told.status, told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (200, "1000", str(len(PHOTO)))
    assert (await visit.send(url, PHOTO, 1000)).status == 204


async def test_two_that_send_the_same_piece_at_once_send_it_once(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    answers = await asyncio.gather(*(visit.piece(url, 0, PHOTO[:PIECE_BYTES]) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [204] + [409] * 7
    last = await visit.send(url, PHOTO, PIECE_BYTES)
    assert last.headers["Telemed-Still-Sha256"] == hashlib.sha256(KEPT).hexdigest()


async def test_the_same_command_begins_one_upload(visit: Visit) -> None:
    first, again = [await visit.begin(PHOTO, command_id="command-again") for _ in range(2)]
    assert first == again and len(await visit.rows()) == 1


async def test_pieces_that_are_too_long_or_changed_are_not_taken(visit: Visit) -> None:
    url = await visit.begin(PHOTO)

    async def long() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b"x" * 4096

    assert (await visit.piece(url, 0, long())).status == 413  # type: ignore[arg-type]
    wrong = await visit.piece(url, 0, PHOTO[:100], Upload_Checksum="sha256 " + base64.b64encode(b"x" * 32).decode())
    assert wrong.status == 460
    right = base64.b64encode(hashlib.sha256(PHOTO[:100]).digest()).decode()
    assert (await visit.piece(url, 0, PHOTO[:100], Upload_Checksum=f"sha256 {right}")).status == 204
    assert (await visit.piece(url, 100, PHOTO[100:200], Upload_Checksum="md5 abcd")).status == 400
    assert (await visit.ask("PATCH", url, {"Upload-Offset": "100", "Content-Type": "image/jpeg"}, data=b"x")).status == 415
    assert (await visit.ask("HEAD", url, {"Tus-Resumable": "0.2.2"})).status == 412
    assert (await visit.ask("HEAD", url)).headers["Upload-Offset"] == "100"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!doctype html><script>alert(1)</script>", "still_not_a_picture"),
        (b"%PDF-1.7 and so on and so on", "still_not_a_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "still_heic"),
        (PHOTO[: len(PHOTO) // 2], "still_damaged"),
        (PLAIN[:4] + b"\0" * 4000, "still_damaged"),
    ],
)
async def test_what_is_no_picture_is_refused_and_destroyed(visit: Visit, data: bytes, code: str) -> None:
    url = await visit.begin(data)
    last = await visit.send(url, data)
    assert last.status == 415 and (await last.json())["error"]["code"] == code
    (row,) = await visit.rows()
    assert (row.state, row.fault) == (StillState.REFUSED, code)
    assert visit.on_disk() == b""
    assert (await visit.ask("HEAD", url)).status == 410
    assert visit.doctor.state["stills"][0]["fault"] == code


async def test_a_bomb_is_refused_by_its_header(visit: Visit) -> None:
    at = PLAIN.index(b"\xff\xc0") + 5
    bomb = PLAIN[:at] + b"\xff\xff\xff\xff" + PLAIN[at + 4 :]
    last = await visit.send(await visit.begin(bomb), bomb)
    assert last.status == 413 and (await last.json())["error"]["code"] == "still_too_many_pixels"


async def test_what_cannot_be_a_still_is_not_begun(visit: Visit) -> None:
    for length, mime, status in ((10, "image/heic", 415), (10, "text/html", 415), (MOST_BYTES + 1, "image/jpeg", 413)):
        assert (await visit.create(length, mime)).status == status
    assert (await visit.create(10, command_id="x")).status == 400
    begun = [(await visit.create(len(PHOTO))).status for _ in range(3)]
    assert begun == [201, 201, 409]


async def test_a_still_that_was_asked_for(visit: Visit) -> None:
    asked = (await visit.doctor.do("still_ask", participant_id=visit.seat.participant_id))["still_id"]
    assert await visit.doctor.refused("still_ask", participant_id=visit.seat.participant_id) == "still_asked"
    assert await visit.patient.refused("still_ask", participant_id=visit.seat.participant_id) == "not_allowed"
    url = await visit.begin(PHOTO, still_id=asked)
    assert url.endswith(asked)
    await visit.send(url, PHOTO)
    shown = visit.doctor.state["stills"]
    assert [(one["id"], one["state"]) for one in shown] == [(asked, "kept")]


async def test_saying_no_and_calling_off(visit: Visit) -> None:
    asked = (await visit.doctor.do("still_ask", participant_id=visit.seat.participant_id))["still_id"]
    assert await visit.doctor.refused("still_decline", still_id=asked) == "not_found"
    await visit.patient.do("still_decline", still_id=asked)
    assert visit.doctor.state["stills"][0]["state"] == "declined"
    again = (await visit.doctor.do("still_ask", participant_id=visit.seat.participant_id))["still_id"]
    assert [one["id"] for one in visit.doctor.state["stills"]] == [again]
    url = await visit.begin(PHOTO, still_id=again)
    await visit.piece(url, 0, PHOTO[:1000])
    await visit.doctor.do("still_cancel", still_id=again)
    assert visit.doctor.state["stills"] == [] and visit.on_disk() == b""
    assert (await visit.piece(url, 1000, PHOTO[1000:2000])).status == 410


async def test_terminating_an_upload_destroys_it(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:1000])
    assert (await visit.ask("DELETE", url)).status == 204
    assert visit.on_disk() == b"" and (await visit.ask("HEAD", url)).status == 410


async def test_what_was_called_off_hides_nothing_that_counts(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.store.repositories.stills.MAX_OF_SESSION", 3)
    for _ in range(4):
        assert (await visit.ask("DELETE", await visit.begin(PHOTO))).status == 204
    for _ in range(2):
        await visit.begin(PHOTO)
    refused = await visit.create(len(PHOTO))
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "too_many_stills")


async def test_a_seat_that_is_taken_away_sends_nothing_more(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:1000])
    await visit.doctor.do("hold", participant_id=visit.seat.participant_id)
    assert (await visit.piece(url, 1000, PHOTO[1000:2000])).status == 403
    await visit.doctor.do("resume", participant_id=visit.seat.participant_id)
    assert (await visit.piece(url, 1000, PHOTO[1000:2000])).status == 204
    await visit.doctor.do("remove", participant_id=visit.seat.participant_id)
    assert (await visit.piece(url, 2000, PHOTO[2000:3000])).status in (401, 403)


async def test_others_and_other_sessions_see_nothing(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.send(url, PHOTO)
    still = url.rpartition("/")[2]
    other = await visit_in(visit.house, visit.folder)
    try:
        for method, path in (("HEAD", ""), ("GET", "/picture"), ("GET", "/thumbnail"), ("DELETE", "")):
            answer = await other.ask(method, f"{other.url}/{still}{path}")
            assert answer.status == 404, (method, path)
        assert (await other.piece(f"{other.url}/{still}", 0, b"x")).status == 404
        doctor = await other.staff_headers()
        assert (await other.ask("GET", f"{other.url}/{still}/picture", doctor)).status == 404
        stranger = await visit.staff_headers(visit.house.staff("abroad", Role.CLINICIAN))
        assert (await visit.ask("GET", url + "/picture", {**stranger})).status == 404
    finally:
        for client in other.clients:
            await client.close()


async def test_thumbnails_are_small_or_nothing(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    image = {"Content-Type": "image/jpeg"}
    large = pictures.encoded("mjpeg", 640, 16, noise=0)
    assert len(large) < 12_000
    assert (await visit.ask("PUT", url + "/thumbnail", image, data=large)).status == 413
    assert (await visit.ask("PUT", url + "/thumbnail", image, data=b"x" * 20_000)).status == 413
    assert (await visit.ask("PUT", url + "/thumbnail", image, data=b"<svg>")).status == 415
    assert (await visit.ask("PUT", url + "/thumbnail", image, data=pictures.jpeg_with(THUMBNAIL))).status == 200
    assert (await visit.ask("PUT", url + "/thumbnail", image, data=THUMBNAIL)).status == 409
    shown = await visit.ask("GET", url + "/thumbnail", await visit.staff_headers())
    assert shown.status == 200 and await shown.read() == stripped(THUMBNAIL, 40_000_000).data


async def test_erasing_destroys_key_and_file(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.send(url, PHOTO)
    doctor = await visit.staff_headers()
    assert (await visit.ask("POST", url + "/erase", json={"reason": "mine"})).status == 401
    done = await visit.ask("POST", url + "/erase", {**doctor, "Cookie": doctor["Cookie"]}, json={"reason": "Taken by mistake"})
    assert done.status == 200 and visit.on_disk() == b""
    assert (await visit.ask("GET", url + "/picture", doctor)).status == 404
    (row,) = await visit.rows()
    assert (row.state, row.erase_reason) == (StillState.ERASED, "Taken by mistake")
    assert visit.doctor.state["stills"] == []


async def test_what_was_whole_when_the_process_died_becomes_a_picture(visit: Visit) -> None:
    """Every byte came, and the end of the request did not: asking how far it is brings it to its end."""
    url = await visit.begin(PHOTO)
    still = url.rpartition("/")[2]
    for at in range(0, len(PHOTO), PIECE_BYTES):
        await visit.house.stills.append(still, at, PHOTO[at : at + PIECE_BYTES])
    told = await visit.ask("HEAD", url)
    assert told.headers["Telemed-Still-Sha256"] == hashlib.sha256(KEPT).hexdigest()
    assert (await visit.piece(url, len(PHOTO), b"")).status == 204  # said again


async def test_a_torn_piece_is_sent_again(visit: Visit) -> None:
    """A kill in the middle of a write leaves half a piece: it does not count."""
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:5000])
    (path,) = visit.folder.rglob("upload")
    with path.open("ab") as file:
        file.write(b"\0\0\x20\0half of it")
    files = StillFiles(visit.folder / "stills", lambda: RecordingKeys(visit.folder / "keys", MasterKeys((b"m" * 32,))))
    assert files.received(url.rpartition("/")[2]) == 5000
    last = await visit.send(url, PHOTO, 5000)
    assert last.headers["Telemed-Still-Sha256"] == hashlib.sha256(KEPT).hexdigest()


async def test_a_patients_pictures_are_for_who_cares_for_the_person(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.send(url, PHOTO)
    patient = await visit.house.patient("north", visit.leader)
    await visit.house.signaling.visits.attach_patient(visit.leader, visit.session_id, patient.id)
    listed = f"{visit.house.url}/api/v1/patients/{patient.id}/stills"
    answer = await visit.ask("GET", listed, await visit.staff_headers())
    (one,) = (await answer.json())["stills"]
    assert one["session_id"] == visit.session_id
    picture = await visit.ask("GET", f"{listed}/{one['id']}/picture", await visit.staff_headers())
    assert await picture.read() == KEPT
    house = visit.house
    async with house.store.write() as tx:  # the record is everybody's, the visit was at one site
        session = await tx.sessions.get(visit.session_id)
        assert session is not None
        at_home, elsewhere = session.site_id, house.places["south"].site_id
        await tx.sessions.save(replace(session, site_id=elsewhere))
    assert at_home is not None and elsewhere not in (None, at_home)
    answer = await visit.ask("GET", listed, await visit.staff_headers())
    assert (await answer.json())["stills"] == []
    for part in ("picture", "thumbnail"):
        assert (await visit.ask("GET", f"{listed}/{one['id']}/{part}", await visit.staff_headers())).status == 404
    for role, status in ((Role.RESPONDER, 403), (Role.FRONT_DESK, 403), (Role.ADMIN, 403)):
        other = await visit.staff_headers(visit.house.staff("north", role))
        assert (await visit.ask("GET", listed, other)).status == status
        assert (await visit.ask("GET", f"{listed}/{one['id']}/picture", other)).status == status


async def test_uploads_of_visits_that_are_over_are_swept(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:1000])
    await visit.doctor.do("end")
    assert (await visit.piece(url, 1000, PHOTO[1000:2000])).status in (401, 403, 410)
    from telemed.signaling.still_sweep import StillSweep

    sweep = StillSweep(visit.house.signaling.still_uploads.desk)
    await sweep.run()
    (row,) = await visit.rows()
    assert row.state is StillState.CANCELLED and visit.on_disk() == b""


async def test_progress_is_told_to_staff_and_the_taker(visit: Visit) -> None:
    url = await visit.begin(PHOTO)
    await visit.piece(url, 0, PHOTO[:1000])
    await visit.doctor.do("typing")  # an answer behind it
    told = [one["data"] for one in visit.doctor.live if one["type"] == "still_progress"]
    assert told == [{"id": url.rpartition("/")[2], "received": 1000, "size": len(PHOTO)}]


def test_parts_have_names() -> None:
    assert {part.value for part in StillPart} == {"picture", "thumbnail"}
