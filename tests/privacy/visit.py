"""A whole visit full of canaries: words that must not be found anywhere they do not belong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pyotp

from tests.adapters.ops.serving import Running, command
from tests.client.seat import Api, RefusedError, SeatClient, command_id, open_link
from tests.media.restarts import come_back, renegotiate
from tests.privacy.tap import Tap

SURNAME = "Canaryson"
PATIENT = f"Ada {SURNAME}-Patient"
GUEST = f"Gus {SURNAME}-Guest"
STAFF_NAME = f"Dr. Clara {SURNAME}"
EMAIL = "clara.canaryson@praxis.example"
WRONG_EMAIL = "eve.canaryson@elsewhere.example"
PASSWORD = "canary horse battery staple"
WRONG_PASSWORD = "canary wrong password guess"
REASON = "canary-reason: chest pain since Tuesday"
EDITED_REASON = "canary-edited-reason: better now"
CHAT = "canary-chat: the pills are blue"
GUEST_CHAT = "canary-chat: I am the interpreter"
NOTE = "canary-note: suspects measles"
LAST_NOTE = "canary-last-note: sent home"
REMOVAL = "canary-removal: was rude"
DENIAL = "canary-denial: unknown person"
GUEST_RTT = 31_337  # of the guest's device report: nobody else's business
PATIENT_DEVICE = "canary-device-" + "p" * 16
THIEF_DEVICE = "canary-device-" + "t" * 16
FIELD = "canary_field_name"
AGENT = "CanaryBrowser/1.0 (canary-user-agent)"

# What a person said, wrote or is called; must stand in no log, no name of a file, no row of the trail, no request line.
WORDS = (SURNAME, EMAIL, WRONG_EMAIL, PASSWORD, WRONG_PASSWORD, "canary-", FIELD, "Ada ", "Gus ", str(GUEST_RTT), "CanaryBrowser")


@dataclass
class Collected:
    """Secrets seen on the way, and what strangers were told."""

    secrets: dict[str, str] = field(default_factory=dict)  # what it is -> value
    error_bodies: list[str] = field(default_factory=list)

    def keep(self, what: str, value: str) -> str:
        self.secrets[f"{what} {len(self.secrets)}"] = value
        return value


def installed(folder: Path) -> Path:
    """A real installation that logs at debug; returns its configuration file."""
    config = folder / "telemed.toml"
    flags = ("--clinic-name", "Praxis", "--phone", "+49 30 1234567", "--base-url", "", "--admin-email", "boss@praxis.example")
    flags += ("--recovery-key-file", str(folder / "recovery.key"))
    made = command("init", "--config", str(config), *flags, "--password-stdin", stdin="a long enough password\n")
    assert made.returncode == 0, made.stderr
    text = config.read_text()
    assert 'level = "info"' in text
    config.write_text(text.replace('level = "info"', 'level = "debug"'))
    account = ("--role", "clinician", "--email", EMAIL, "--name", STAFF_NAME, "--password-stdin")
    added = command("user", "add", "--config", str(config), *account, stdin=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    assert not any(word in made.stdout + made.stderr + added.stdout + added.stderr for word in (PASSWORD, SURNAME))
    return config


@asynccontextmanager
async def browserlike() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client that reads plain bytes and says who it is."""
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as http:
        yield http


class Visit:
    """Everything that can happen in a visit, once."""

    def __init__(self, server: Running, http: aiohttp.ClientSession, staff_tap: Tap, patient_tap: Tap, guest_tap: Tap) -> None:
        self.server = server
        self.http = http
        self.staff_tap, self.patient_tap, self.guest_tap = staff_tap, patient_tap, guest_tap
        self.found = Collected()
        self.people: list[SeatClient] = []

    async def run(self) -> None:
        """From sign-in to the last note, with accidents and wrong requests on the way."""
        staff = await self._sign_in()
        made = await staff.post("/sessions", kind="group", patient_name=PATIENT, reason=REASON, command_id=command_id())
        doctor = await self._seat(SeatClient(staff, made["session"]["id"], seat="staff"))
        patient = await self._arrive(self.patient_tap, made["link"]["url"], PATIENT, PATIENT_DEVICE)
        guest = await self._guest(doctor)
        await self._wrong_requests(doctor, made["link"]["url"], patient)
        await doctor.command("admit", participant_id=patient.participant_id)
        await self._call(doctor, patient)
        await self._words(staff, doctor, patient, guest)
        await self._second_device(doctor, made["link"]["url"])
        await self._accidents(doctor, patient)
        await doctor.command("hold", participant_id=guest.participant_id)
        await doctor.command("remove", participant_id=guest.participant_id, reason=REMOVAL)
        await doctor.command("end")
        await patient.until(lambda: patient.goodbye == "ended")
        session = f"/sessions/{doctor.session_id}"
        await staff.post(f"{session}/complete", outcome="completed", note=LAST_NOTE, command_id=command_id())
        for person in self.people:
            await person.close()

    async def _sign_in(self) -> Api:
        staff = Api(self.staff_tap.base_url, self.http)
        await self._refused(staff.post("/auth/login", email=WRONG_EMAIL, password=WRONG_PASSWORD))
        await self._refused(staff.post("/auth/login", email=EMAIL, password=WRONG_PASSWORD))
        owed = (await staff.post("/auth/login", email=EMAIL, password=PASSWORD))["step"]["token"]
        offer = await staff.post("/auth/enrol/totp", token=owed)
        code = pyotp.TOTP(offer["secret"]).now()
        opened = await staff.post("/auth/enrol/totp/confirm", token=owed, code=code)
        staff.token = opened["token"]
        self.found.keep("sign-in step", owed)
        self.found.keep("authenticator secret", offer["secret"])
        for recovery_code in opened["recovery_codes"]:
            self.found.keep("recovery code", recovery_code)
        self.found.keep("staff token", staff.token)
        return staff

    async def _seat(self, seat: SeatClient) -> SeatClient:
        self.people.append(seat)
        await seat.connect()
        return seat

    async def _arrive(self, tap: Tap, url: str, name: str, device: str) -> SeatClient:
        self.found.keep("link token", url.rsplit("#", 1)[1])
        seat = await self._seat(await open_link(tap.base_url, self.http, url, device))
        self.found.keep("seat token", str(seat.api.token))
        await seat.command("set_name", name=name)
        report = {"camera": "ok", "microphone": "none", "speaker": "ok", "network": "poor"}
        await seat.command("device_report", **report, rtt_ms=GUEST_RTT if name == GUEST else 20)
        await seat.command("enter_waiting")
        return seat

    async def _guest(self, doctor: SeatClient) -> SeatClient:
        """A second visitor, denied first and asked back."""
        path = f"/sessions/{doctor.session_id}/links"
        made = (await doctor.api.post(path, role="interpreter", name=GUEST, command_id=command_id()))["link"]
        guest = await self._arrive(self.guest_tap, made["url"], GUEST, secrets.token_urlsafe(18))
        await doctor.command("deny", participant_id=guest.participant_id, reason=DENIAL)
        await guest.until(lambda: guest.goodbye == "denied")
        seat = {"participant_id": made["participant_id"], "role": "interpreter"}
        again = (await doctor.api.post(path, **seat, command_id=command_id()))["link"]
        guest = await self._arrive(self.guest_tap, again["url"], GUEST, secrets.token_urlsafe(18))
        await doctor.command("admit", participant_id=guest.participant_id)
        return guest

    async def _wrong_requests(self, doctor: SeatClient, url: str, patient: SeatClient) -> None:
        """Errors must not repeat what they were given, nor tell a stranger what they protect."""
        stranger = Api(self.guest_tap.base_url, self.http)
        session = f"/sessions/{doctor.session_id}"
        await self._refused(stranger.post("/links/open", token=url.rsplit("#", 1)[1][::-1], device=PATIENT_DEVICE))
        await self._refused(stranger.post("/links/open", token="x", device=PATIENT_DEVICE, **{FIELD: CHAT}))
        await self._refused(stranger.call("GET", session))
        await self._refused(stranger.call("GET", f"{session}/note"))
        for api in (patient.api, doctor.api):
            await self._refused(api.post(f"{session}/offer", attempt=1, offer=1, sdp=f"v=0\r\na=x:{CHAT}", **{FIELD: 1}))
            await self._refused(api.post(f"{session}/offer", attempt=1, offer=1, sdp=f"v=0\r\na=ice-pwd:{CHAT}\r\n"))
            await self._refused(api.post(f"{session}/links", role=CHAT, name=PATIENT, command_id=command_id()))
        for name, fields in (
            ("chat", {"body": CHAT}),
            ("admit", {"participant_id": GUEST}),
            ("set_name", {"name": CHAT + "\x00"}),
        ):
            with contextlib.suppress(RefusedError):
                await patient.command(name, **fields)
        with contextlib.suppress(RefusedError):
            await patient.command(FIELD, **{FIELD: CHAT})

    async def _refused(self, request: Any) -> None:
        """Keep what the answer says."""
        try:
            await request
        except RefusedError as error:
            self.found.error_bodies.append(str(error))
            return
        raise AssertionError("it was not refused")

    async def _call(self, doctor: SeatClient, patient: SeatClient) -> None:
        for person in (doctor, patient):
            await person.negotiate()
        for person in (doctor, patient):
            await person.until(lambda p=person: len(p.tracks()) == 2)
            await person.negotiate()
            self._keep_sdp(person)
        await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (doctor, patient)))

    def _keep_sdp(self, person: SeatClient) -> None:
        assert person.peer is not None
        for description in (person.peer.localDescription, person.peer.remoteDescription):
            for line in description.sdp.splitlines():
                if line.startswith(("a=ice-pwd:", "a=ice-ufrag:", "a=fingerprint:")):
                    self.found.keep("sdp", line.partition(":")[2].split()[-1])

    async def _words(self, staff: Api, doctor: SeatClient, patient: SeatClient, guest: SeatClient) -> None:
        session = f"/sessions/{doctor.session_id}"
        edit = {"at": 0, "erase": 0, "insert": CHAT}
        await patient.command("text", line="line-of-patient", sequence=1, edits=[edit])
        with contextlib.suppress(RefusedError):
            await patient.command("text", line="line-of-patient", sequence=9, edits=[edit])
        await patient.command("chat", body=CHAT)
        await guest.command("chat", body=GUEST_CHAT)
        await patient.until(lambda: any(m["body"] == GUEST_CHAT for m in patient.state["chat"]))
        await staff.call("PATCH", session, {"reason": EDITED_REASON})
        await staff.call("PUT", f"{session}/note", {"body": NOTE, "revision": 0})
        await staff.call("GET", f"{session}/note")
        await staff.call("GET", session)
        await staff.call("GET", "/today")

    async def _second_device(self, doctor: SeatClient, url: str) -> None:
        thief = Api(self.guest_tap.base_url, self.http)
        body = {"token": url.rsplit("#", 1)[1], "device": THIEF_DEVICE}
        assert (await thief.post("/links/open", **body))["status"] == "approval_needed"
        await thief.post("/links/move", **body)
        await thief.post("/links/recover", token=body["token"])

    async def _accidents(self, doctor: SeatClient, patient: SeatClient) -> None:
        """Control and the media worker die: their last words are kept somewhere."""
        pids = self.server.pids()
        os.kill(pids["media-0"], signal.SIGKILL)
        for person in (doctor, patient):
            await person.until(lambda p=person: p.state.get("media_reset", 0) >= 1)
        await asyncio.gather(*(renegotiate(person) for person in (doctor, patient)))
        os.kill(pids["control"], signal.SIGABRT)  # leaves a trace of every thread, as a hang does
        for person in self.people:
            await person.until(lambda p=person: not p.socket.connected)
        for person in (doctor, patient, self.people[-1]):
            await come_back(person)
        await patient.command("chat", body=CHAT)
