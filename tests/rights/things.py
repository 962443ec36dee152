"""What paths name, made fresh for a cell: something of one's own, a colleague's, another site's, another organisation's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from telemed.care.aftercare.records import FollowUp
from telemed.care.aftercare.words import FollowUpState
from telemed.care.break_glass import BreakGlassRecord
from telemed.care.clinic.records import SettingChange, SiteRecord
from telemed.care.identity import Seat, Staff
from telemed.care.incidents.ports import IncidentOrder, NewCaller
from telemed.care.incidents.records import FrameRecord
from telemed.care.incidents.words import Allowed
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium
from telemed.care.oncall.records import Handover, PageRecord, PageRing, Speciality, Vital
from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, VitalKind
from telemed.care.patients.records import ChannelRecord, MergeRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.queues.records import QueueMember, QueueRecord, WalkInLink
from telemed.care.recording.records import ConsentEvent, Marker, RecordingRecord
from telemed.care.recording.words import ConsentAct, Visibility
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.roles import CARE_ROLES, Role
from telemed.care.staff.records import PasskeyRecord
from telemed.care.states import ParticipantState
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillState
from telemed.care.tokens import token_hash
from telemed.clock import SystemClock
from telemed.ids import new_id, new_secret
from telemed.web.route import Route
from tests import pictures
from tests.adapters.web.recordings_samples import a_recording
from tests.adapters.web.samples import BODIES
from tests.rights.expectations import Asker, Kind, Whose
from tests.rights.house import ABROAD, House, number

PICTURE = pictures.encoded("mjpeg", 64, 48)
PLACE = {Whose.OWN: "north", Whose.COLLEAGUE: "north", Whose.SITE: "south", Whose.ORGANISATION: "abroad"}
PARTS = {"link_id", "channel_id", "carer_id", "member_id", "merge_id", "segment_id", "marker_id", "export_id", "vital_id"}
PARTS |= {"still_id", "walk_in_id"}
PARTS |= {"frame_id"}


@dataclass
class Someone:
    """An asker with what it needs to ask: an account, a seat, a record."""

    asker: Asker
    user: UserRecord | None = None
    patient: PatientRecord | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    carer_id: str = ""

    @property
    def staff(self) -> Staff:
        assert self.user is not None
        return self.user.staff


async def somebody(house: House, asker: Asker) -> Someone:
    """Settle an asker in the north of the home organisation."""
    if asker.kind is Kind.STAFF:
        assert asker.role is not None
        where = {"site_id": None} if asker.everywhere else {}
        user = await house.account("north", asker.role, is_privacy_officer=asker.officer, **where)
        return Someone(asker, user)
    if asker.kind is Kind.PERSON:
        patient = await house.patient("north")
        carer = await house.carer(patient) if asker.role is Role.CARER else None
        cookies = {"telemed_person": await house.person_token(patient, carer)}
        return Someone(asker, patient=patient, cookies=cookies, carer_id=carer.id if carer else "")
    return Someone(asker)


class Things:
    """Makes what a request names."""

    def __init__(self, house: House, someone: Someone) -> None:
        self.house = house
        self.someone = someone

    def leader(self, whose: Whose) -> Staff:
        """Who leads a visit, or cares for a patient, of this kind."""
        user = self.someone.user
        if whose is Whose.OWN and user is not None and user.role in CARE_ROLES:
            return user.staff
        return self.house.staff(PLACE[whose], Role.DISPATCHER)

    async def ids(self, route: Route, whose: Whose) -> dict[str, str]:
        """Ids for the parameters of a route."""
        names = set(re.findall(r"\{(\w+)\}", route.path))
        found: dict[str, str] = {}
        for name in sorted(names - PARTS):
            found[name] = await getattr(self, f"_{name}")(whose)
        for name in sorted(names & PARTS):
            found[name] = await getattr(self, f"_{name}")(whose, found)
        return found

    async def body(self, route: Route) -> Any:
        """A good body, naming things within reach."""
        name = f"{route.method} {route.path}"
        body = dict(BODIES.get(name, {}))
        if "command_id" in body:
            body["command_id"] = f"command-{number()}"
        staff = self.leader(Whose.OWN)
        if name in ("POST /sessions/{id}/patient",):
            body["patient_id"] = (await self.house.patient("north", staff)).id
        elif name == "POST /patients/{patient_id}/merge":
            body["merged_id"] = (await self.house.patient("north", staff)).id
        elif name == "POST /patients/{patient_id}/team":
            body["user_id"] = (await self.house.account("north", Role.RESPONDER, site_id=None)).id
        elif name == "POST /sessions/{id}/offer" and self.someone.asker.role is Role.OBSERVER:
            body["publish"] = []  # it may not send: the next test
        elif name.startswith("POST /home/channel/") and self.someone.patient is not None:
            body["channel_id"] = await self._own_channel(self.someone.patient.id)
        elif name == "POST /pages":
            body["speciality_id"] = await self._speciality_id(Whose.OWN)
        elif name == "POST /sessions/{id}/handovers":
            body["to_user_id"] = (await self.house.account("north", Role.RESPONDER)).id
        elif name == "POST /admin/specialities":
            body["name"] = f"Speciality {number()}"
        elif name == "POST /admin/users":
            body["email"] = f"new-{number()}@clinic.example"
        return body

    async def _id(self, whose: Whose) -> str:
        session_id = await self.house.session(self.leader(whose))
        asker = self.someone.asker
        if asker.kind is Kind.SEAT and asker.role is not None:
            token, seat = await self.house.seat(self.leader(whose), session_id, asker.role)
            await self._admit(seat)
            if whose is Whose.OWN:
                self.someone.cookies = {f"telemed_seat_{session_id[-8:]}": token}
        elif asker.kind is Kind.PERSON:
            await self._attach(session_id, await self._patient_id(whose))
        return session_id

    async def _attach(self, session_id: str, patient_id: str) -> None:
        """A visit of that person."""
        async with self.house.store.write() as tx:
            session = await tx.sessions.get(session_id)
            assert session is not None
            await tx.sessions.save(replace(session, patient_id=patient_id))

    async def _admit(self, seat: Seat) -> None:
        now = SystemClock().utcnow()
        async with self.house.store.write() as tx:
            row = await tx.participants.get(seat.participant_id)
            assert row is not None
            row = replace(row, state=ParticipantState.ADMITTED, since=now, admitted_at=now)
            await tx.participants.save(row)
        self.house.signaling.live.get(seat.session_id).seats[row.id] = row

    async def _patient_id(self, whose: Whose) -> str:
        if whose is Whose.OWN and self.someone.patient is not None:
            return self.someone.patient.id
        return (await self.house.patient(PLACE[whose], self.leader(whose))).id

    async def _user_id(self, whose: Whose) -> str:
        return (await self.house.account(PLACE[whose], Role.CLINICIAN)).id

    async def _site_id(self, whose: Whose) -> str:
        place = self.house.places[PLACE[whose]]
        if place.site_id is not None:
            return place.site_id
        site = SiteRecord(new_id("sit"), place.organisation_id, f"{place.word} {number()}", "1", SystemClock().utcnow())
        async with self.house.store.write() as tx:
            await tx.sites.create(site)
        return site.id

    async def _change_id(self, whose: Whose) -> str:
        place = self.house.places[PLACE[whose]]
        by = self.house.accounts[PLACE[whose], Role.ADMIN].id
        wanted = {"value": 8}
        change = SettingChange(
            new_id("chg"), place.organisation_id, f"policy:nothing{number()}", None, wanted, by, SystemClock().utcnow()
        )
        async with self.house.store.write() as tx:
            await tx.setting_changes.create(change)
        return change.id

    async def _message_id(self, whose: Whose) -> str:
        place, now = self.house.places[PLACE[whose]], SystemClock().utcnow()
        wanted = Wanted(
            new_id("out"),
            place.organisation_id,
            Medium.MAIL,
            "somebody@mail.example",
            Template.TEST,
            "en",
            place.organisation_id,
            f"test:{number()}",
            now + timedelta(days=7),
        )
        async with self.house.store.write() as tx:
            await tx.outbox.put(compose(wanted, now))
        return wanted.id

    async def _login_id(self, whose: Whose) -> str:
        now = SystemClock().utcnow()
        owner = self._owner(whose)
        login = LoginRecord(new_id("lgn"), owner, token_hash(new_secret()), now, now, now + timedelta(hours=1))
        async with self.house.store.write() as tx:
            await tx.logins.create(login)
        return login.id

    async def _passkey_id(self, whose: Whose) -> str:
        key = PasskeyRecord(new_id("psk"), self._owner(whose), None, number().encode(), b"key", 0, "Key", SystemClock().utcnow())
        async with self.house.store.write() as tx:
            await tx.passkeys.create(key)
        return key.id

    def _owner(self, whose: Whose) -> str:
        user = self.someone.user
        return user.id if whose is Whose.OWN and user is not None else self.house.accounts[PLACE[whose], Role.CLINICIAN].id

    async def _break_glass_id(self, whose: Whose) -> str:
        now = SystemClock().utcnow()
        patient = await self.house.patient(PLACE[whose])
        user_id = self._owner(whose)
        access = BreakGlassRecord(new_id("brk"), user_id, patient.id, f"{PLACE[whose]} emergency", now, now + timedelta(hours=1))
        async with self.house.store.write() as tx:
            await tx.break_glasses.create(access)
        return access.id

    async def _queue_id(self, whose: Whose) -> str:
        """A waiting room; one's own is one where one works, if one may."""
        place, now = self.house.places[PLACE[whose]], SystemClock().utcnow()
        maker = self.house.accounts[PLACE[whose], Role.ADMIN].id
        queue = QueueRecord(new_id("que"), place.organisation_id, f"{place.word} {number()}", maker, now, place.site_id)
        member = self.someone.user if whose is Whose.OWN else self.house.accounts[PLACE[whose], Role.CLINICIAN]
        async with self.house.store.write() as tx:
            await tx.queues.create(queue)
            if member is not None:
                await tx.queue_members.replace(queue.id, [QueueMember(queue.id, member.id)])
        return queue.id

    async def _walk_in_id(self, whose: Whose, found: dict[str, str]) -> str:
        maker = self.house.accounts[PLACE[whose], Role.ADMIN].id
        link = WalkInLink(new_id("wil"), found["queue_id"], token_hash(new_secret()), maker, SystemClock().utcnow())
        async with self.house.store.write() as tx:
            await tx.walk_in_links.create(link)
        return link.id

    async def _days(self, whose: Whose) -> str:
        return "30"

    async def _person_login_id(self, whose: Whose) -> str:
        patient = self.someone.patient if whose is Whose.OWN else None
        patient = patient or await self.house.patient(PLACE[whose])
        token = await self.house.person_token(patient)
        async with self.house.store.read() as tx:
            login = await tx.person_logins.by_token_hash(token_hash(token))
        assert login is not None
        return str(login.id)

    async def _person_passkey_id(self, whose: Whose) -> str:
        patient = self.someone.patient if whose is Whose.OWN else None
        patient = patient or await self.house.patient(PLACE[whose])
        carer_id = (self.someone.carer_id or None) if whose is Whose.OWN else None
        made = SystemClock().utcnow()
        key = PasskeyRecord(new_id("psk"), None, patient.id, number().encode(), b"key", 0, "Key", made, carer_id=carer_id)
        async with self.house.store.write() as tx:
            await tx.passkeys.create(key)
        return key.id

    async def _recording_id(self, whose: Whose) -> str:
        """A finished recording of a visit somebody leads; a patient's own is of a visit of that patient."""
        leader = self.leader(whose)
        session_id = await self.house.session(leader)
        if whose is Whose.OWN and self.someone.patient is not None:
            async with self.house.store.write() as tx:
                visit = await tx.sessions.get(session_id)
                assert visit is not None
                await tx.sessions.save(replace(visit, patient_id=self.someone.patient.id))
        recording = a_recording(
            leader.organisation_id, leader.user_id, id=new_id("rec"), session_id=session_id, site_id=leader.site_id
        )
        async with self.house.store.write() as tx:
            await tx.recordings.create(recording)
        return recording.id

    async def _speciality_id(self, whose: Whose) -> str:
        place, now = self.house.places[PLACE[whose]], SystemClock().utcnow()
        word = ABROAD if place.word == ABROAD else "Speciality"  # of every site of the organisation
        made = Speciality(new_id("spc"), place.organisation_id, f"{word} {number()}", RingMode.ALL, "1", "UTC", "30", now)
        async with self.house.store.write() as tx:
            await tx.rosters.create(made)
        return made.id

    async def _page_id(self, whose: Whose) -> str:
        """A page for a visit of whoever it is, which rings whoever it is."""
        leader = self.leader(whose)
        session_id, now = await self.house.session(leader), SystemClock().utcnow()
        speciality_id, word = await self._speciality_id(whose), self.house.places[PLACE[whose]].word
        page = PageRecord(
            id=new_id("pag"),
            organisation_id=leader.organisation_id,
            session_id=session_id,
            speciality_id=speciality_id,
            speciality=word,
            phone="1",
            mode=RingMode.ALL,
            timeouts="600",
            brief=word,
            asked_by=leader.user_id,
            asked_name=word,
            asked_role=leader.role.value,
            state=PageState.RINGING,
            state_since=now,
            created_at=now,
        )
        ring = PageRing(new_id("rng"), page.id, leader.user_id, word, 1, 1, RingState.RINGING, True, now)
        async with self.house.store.write() as tx:
            await tx.pages.create(page)
            await tx.pages.add_ring(ring)
        return page.id

    async def _handover_id(self, whose: Whose) -> str:
        leader = self.leader(whose)
        session_id, now = await self.house.session(leader), SystemClock().utcnow()
        word, role = self.house.places[PLACE[whose]].word, leader.role.value
        names = (leader.user_id, word, role, leader.user_id, word, role)
        handover = Handover(new_id("hdo"), session_id, *names, word, HandoverState.OFFERED, now)
        async with self.house.store.write() as tx:
            await tx.handovers.create(handover)
        return handover.id

    async def _follow_up_id(self, whose: Whose) -> str:
        """A follow-up of whoever it is, for a visit of theirs."""
        leader, now = self.leader(whose), SystemClock().utcnow()
        session_id, word = await self.house.session(leader), self.house.places[PLACE[whose]].word
        day = now.date() + timedelta(days=3)
        made = FollowUp(
            new_id("fup"), leader.organisation_id, session_id, leader.user_id, day, word, FollowUpState.OPEN, now, now
        )
        async with self.house.store.write() as tx:
            await tx.follow_ups.create(made)
        return made.id

    async def _vital_id(self, whose: Whose, found: dict[str, str]) -> str:
        leader, now = self.leader(whose), SystemClock().utcnow()
        async with self.house.store.write() as tx:
            seats = await tx.participants.in_session(found["id"])
            vital = Vital(new_id("vit"), found["id"], seats[0].id, leader.user_id, "N", VitalKind.PULSE, 880, None, now, now)
            await tx.vitals.create(vital)
        return vital.id

    async def _segment_id(self, whose: Whose, found: dict[str, str]) -> str:
        segment_id = new_id("seg")
        self.house.vault.put(found["recording_id"], segment_id, b"a small file")
        return segment_id

    async def _marker_id(self, whose: Whose, found: dict[str, str]) -> str:
        """A marker of the asker's, where the asker may have one."""
        author = self.someone.user or self.house.accounts[PLACE[whose], Role.CLINICIAN]
        at = SystemClock().utcnow()
        marker = Marker(
            new_id("mrk"), found["recording_id"], 0, "finding", author.id, author.name, Visibility.TEAM, at, revision=0
        )
        async with self.house.store.write() as tx:
            await tx.markers.write(marker)
        return marker.id

    async def _export_id(self, whose: Whose, found: dict[str, str]) -> str:
        """What the asker asked for, if it may."""
        if self.someone.user is None:
            return new_id("exp")
        url = f"{self.house.url}/api/v1/recordings/{found['recording_id']}/export"
        headers = {"Cookie": f"telemed_staff={await self.house.token(self.someone.user)}", "Origin": "http://localhost:8080"}
        async with self.house.http.post(url, json={"reason": "A reason long enough"}, headers=headers) as response:
            answer = await response.json()
        return str(answer["export_id"]) if response.status == 200 else new_id("exp")

    async def _incident_id(self, whose: Whose) -> str:
        """An incident somebody leads; a responder does not make one, and joins it."""
        leader = self.leader(whose)
        maker = leader if leader.role is not Role.RESPONDER else self.house.staff(PLACE[whose], Role.DISPATCHER)
        word = self.house.places[PLACE[whose]].word
        order = IncidentOrder(None, f"{word} fell", tuple(Allowed), "en", "2026-11", True, False, f"command-{number()}")
        made = await self.house.signaling.visits.incidents.create(maker, order)
        if maker is not leader:
            await self.house.signaling.visits.take_seat(leader, made["incident"]["session_id"])
        return str(made["incident"]["id"])

    async def _still_id(self, whose: Whose, found: dict[str, str]) -> str:
        """A picture that was kept: the asker's own where it sits there, or of a visit of the patient, or within a recording."""
        recording = await self._recorded(found["recording_id"]) if "recording_id" in found else None
        session_id = recording.session_id if recording else found.get("id") or await self.house.session(self.leader(whose))
        if "patient_id" in found:
            await self._attach(session_id, found["patient_id"])
        async with self.house.store.write() as tx:
            taker = (await tx.participants.in_session(session_id))[-1]
            now, digest = (recording and recording.started_at) or SystemClock().utcnow(), "0" * 64
            if recording is not None:
                said = (session_id, ConsentAct.AGREED, self.leader(whose).ref, "2026-11", "en", now, None, taker.id)
                await tx.consents.append(ConsentEvent(new_id("con"), *said))
            still = StillRecord(new_id("stl"), session_id, taker.id, 0, StillState.KEPT, now, now, length=len(PICTURE))
            still = replace(still, kept_at=now, mime="image/jpeg", size=len(PICTURE), sha256=digest, has_thumbnail=True)
            await tx.stills.create(still)
        await self.house.stills.begin(still.id)
        await self.house.stills.append(still.id, 0, PICTURE)
        await self.house.stills.finish(still.id)
        await self.house.stills.put_thumbnail(still.id, PICTURE)
        return still.id

    async def _recorded(self, recording_id: str) -> RecordingRecord:
        async with self.house.store.read() as tx:
            found = await tx.recordings.get(recording_id)
        assert found is not None
        return found

    async def _frame_id(self, whose: Whose, found: dict[str, str]) -> str:
        """A frozen picture that was put away: of the asker's visit, or within a recording."""
        recording = await self._recorded(found["recording_id"]) if "recording_id" in found else None
        session_id = recording.session_id if recording else found["id"]
        leader, now = self.leader(whose), (recording and recording.started_at) or SystemClock().utcnow()
        async with self.house.store.write() as tx:
            shown = (await tx.participants.in_session(session_id))[-1]
            if recording is not None:
                said = (session_id, ConsentAct.AGREED, leader.ref, "2026-11", "en", now, None, shown.id)
                await tx.consents.append(ConsentEvent(new_id("con"), *said))
            frame = FrameRecord(new_id("frm"), None, session_id, shown.id, leader.user_id, leader.name, now, 1, now)
            await tx.incidents.add_frame(replace(frame, width=640, height=480, size=len(PICTURE)))
        await self.house.stills.keep(frame.id, PICTURE)
        return frame.id

    async def _link_id(self, whose: Whose, found: dict[str, str]) -> str:
        staff = self.leader(whose)
        if "incident_id" in found:
            incidents = self.house.signaling.visits.incidents
            wanted = NewCaller(None, "Somebody else", None, f"command-{number()}")
            return str((await incidents.add_caller(staff, found["incident_id"], wanted))["link"]["id"])
        made = await self.house.signaling.visits.create_link(staff, found["id"], "guest", "Guest", None, f"command-{number()}")
        return str(made["link"]["id"])

    async def _channel_id(self, whose: Whose, found: dict[str, str]) -> str:
        now = SystemClock().utcnow()
        channel = ChannelRecord(new_id("chn"), found["patient_id"], ChannelKind.EMAIL, f"{number()}@mail.example", now)
        async with self.house.store.write() as tx:
            await tx.channels.create(channel)
        return channel.id

    async def _own_channel(self, patient_id: str) -> str:
        channel_id = await self._channel_id(Whose.OWN, {"patient_id": patient_id})
        async with self.house.store.write() as tx:
            channel = await tx.channels.get(channel_id)
            assert channel is not None
            await tx.channels.save(replace(channel, carer_id=self.someone.carer_id or None))
        return channel_id

    async def _carer_id(self, whose: Whose, found: dict[str, str]) -> str:
        async with self.house.store.read() as tx:
            patient = await tx.patients.get(found["patient_id"])
        assert patient is not None
        return (await self.house.carer(patient)).id

    async def _member_id(self, whose: Whose, found: dict[str, str]) -> str:
        user = await self.house.account(PLACE[whose], Role.RESPONDER)
        member = TeamMemberRecord(new_id("tmm"), found["patient_id"], user.id, user.id, SystemClock().utcnow())
        async with self.house.store.write() as tx:
            await tx.care_teams.add(member)
        return member.id

    async def _merge_id(self, whose: Whose, found: dict[str, str]) -> str:
        merged = await self.house.patient(PLACE[whose], self.leader(whose))
        merge = MergeRecord(new_id("mrg"), found["patient_id"], merged.id, {}, merged.created_by, SystemClock().utcnow())
        async with self.house.store.write() as tx:
            await tx.patients.save(replace(merged, merged_into=found["patient_id"]))
            await tx.patient_merges.create(merge)
        return merge.id
