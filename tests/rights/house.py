"""Two organisations, one of them with two sites, in one database, before a running server: whose is what, and who asks."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from telemed.care.clinic.records import SiteRecord
from telemed.care.identity import Seat, Staff
from telemed.care.patients.names import fold
from telemed.care.patients.records import CarerRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import CarerScope, Relation
from telemed.care.persons.records import PersonLoginRecord
from telemed.care.records import LoginRecord, OrganisationRecord, UserRecord
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.tokens import token_hash
from telemed.clock import SystemClock
from telemed.ids import new_id, new_secret
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import MasterKeys
from telemed.recording.still_files import StillFiles
from telemed.recording.still_vault import FileStillVault
from telemed.signaling.server import Signaling
from telemed.store import Store
from telemed.web.deps import WebDeps
from telemed.web.server import WebServer, bound_socket, build_app, start_server
from tests.adapters.signaling.fake_media import FakeMediaPlane
from tests.adapters.signaling.world import Clock, make_signaling
from tests.adapters.web.fake_vault import FakeVault
from tests.adapters.web.site import settings_for, write_templates

Json = dict[str, Any]
SOUTH, ABROAD = "Southcanary", "Abroadcanary"  # in every name of the other site and of the other organisation
_numbers = itertools.count(1)


def number() -> str:
    return f"{next(_numbers):08d}"


class LeapingClock(SystemClock):
    """The machine's clock, but with ten minutes between any two looks at it: no rate is ever reached."""

    def __init__(self) -> None:
        self._leaps = itertools.count(1)

    def monotonic(self) -> float:
        return super().monotonic() + 600.0 * next(self._leaps)


@dataclass(frozen=True)
class Place:
    """Where somebody works."""

    organisation_id: str
    site_id: str | None
    word: str


@dataclass
class House:
    """The server, its database, and the accounts of each place by role."""

    store: Store
    signaling: Signaling
    server: WebServer
    http: aiohttp.ClientSession
    places: dict[str, Place]
    accounts: dict[tuple[str, Role], UserRecord]
    vault: FakeVault
    stills: FileStillVault
    tokens: dict[str, str] = field(default_factory=dict)  # user id -> token of a login

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def staff(self, place: str, role: Role) -> Staff:
        return self.accounts[place, role].staff

    async def token(self, user: UserRecord) -> str:
        """A login of this account that was proved just now."""
        if user.id not in self.tokens:
            token, now = new_secret(), SystemClock().utcnow()
            login = LoginRecord(new_id("lgn"), user.id, token_hash(token), now, now, now + timedelta(hours=12), proved_at=now)
            async with self.store.write() as tx:
                await tx.logins.create(login)
            self.tokens[user.id] = token
        return self.tokens[user.id]

    async def account(self, place: str, role: Role, **changes: Any) -> UserRecord:
        """One more account."""
        where = self.places[place]
        user = UserRecord(
            new_id("usr"),
            where.organisation_id,
            role,
            f"{where.word} {role.value} {number()}",
            f"{number()}@clinic.example",
            "no password",
            SystemClock().utcnow(),
            site_id=where.site_id,
        )
        user = replace(user, **changes)
        async with self.store.write() as tx:
            await tx.users.create(user)
        return user

    async def patient(self, place: str, *team: Staff) -> PatientRecord:
        """A record, with a care team."""
        where, now = self.places[place], SystemClock().utcnow()
        name = f"{where.word} Patient {number()}"
        maker = self.accounts[place, Role.FRONT_DESK].id
        record = PatientRecord(new_id("pat"), where.organisation_id, name, fold(name), maker, now, now, site_id=where.site_id)
        async with self.store.write() as tx:
            await tx.patients.create(record)
            for member in team:
                await tx.care_teams.add(TeamMemberRecord(new_id("tmm"), record.id, member.user_id, maker, now))
        return record

    async def carer(self, patient: PatientRecord, **changes: Any) -> CarerRecord:
        """Somebody who may do everything for a patient."""
        maker, now = patient.created_by, SystemClock().utcnow()
        carer = CarerRecord(new_id("car"), patient.id, "Carer", Relation.FRIEND, tuple(CarerScope), maker, now)
        carer = replace(carer, **changes)
        async with self.store.write() as tx:
            await tx.carers.create(carer)
        return carer

    async def person_token(self, patient: PatientRecord, carer: CarerRecord | None = None) -> str:
        """A sign-in of a patient, or of a carer of theirs."""
        token, now = new_secret(), SystemClock().utcnow()
        carer_id = carer.id if carer else None
        login = PersonLoginRecord(
            new_id("ptl"), patient.id, carer_id, token_hash(token), "Firefox", now, now, now + timedelta(days=1)
        )
        async with self.store.write() as tx:
            await tx.person_logins.create(login)
        return token

    async def session(self, leader: Staff, patient_id: str | None = None) -> str:
        """A visit somebody leads, with the word of its place in its name."""
        where = (leader.organisation_id, leader.site_id)
        word = next((place.word for place in self.places.values() if (place.organisation_id, place.site_id) == where), "Home")
        made = await self.signaling.visits.create_session(
            leader, "urgent", f"{word} Visitor", f"{word} reason", f"command-{number()}"
        )
        return str(made["session"]["id"])

    async def seat(self, leader: Staff, session_id: str, role: Role) -> tuple[str, Seat]:
        """A seat opened by a link; -> (cookie, seat)."""
        made = await self.signaling.visits.create_link(leader, session_id, role.value, "Somebody", None, f"command-{number()}")
        token = made["link"]["url"].split("#")[1]
        opened = await self.signaling.visits.open_link(token, f"device-{number()}-{number()}", None)
        assert opened.seat_token is not None
        seat = await self.signaling.visits.seat(opened.seat_token)
        assert seat is not None
        return opened.seat_token, seat

    async def last_row(self) -> int:
        async with self.store.read() as tx:
            row = await tx.audit.last()
        return row.sequence if row else 0

    async def done_since(self, sequence: int) -> list[str]:
        """What the trail says was done after a row by anybody but timers."""
        async with self.store.read() as tx:
            rows = await tx.audit.page(sequence)
        return [row.action for row in rows if row.outcome == "done" and row.role != "system"]


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """Build it, serve it, and end it."""
    store = await Store.open(folder / "telemed.db")
    places, accounts = await _furnish(store)
    root = folder / "static"
    write_templates(root)
    settings = settings_for(root)
    keys = RecordingKeys(folder / "keys", MasterKeys((b"m" * 32,)))
    stills = FileStillVault(StillFiles(folder / "stills", lambda: keys), lambda: True)
    signaling = make_signaling(store, [FakeMediaPlane()], Clock(), stills=stills)  # type: ignore[list-item]
    visits = signaling.visits
    vault = FakeVault()
    deps = WebDeps(
        store,
        visits,
        LeapingClock(),
        settings,
        attach=signaling.mount,
        on_sign_out=visits.drop_user,
        on_renewed=visits.login_renewed,
        on_locked=visits.hide_today,
        on_call=signaling.on_call,
        vault=vault,
        still_uploads=signaling.still_uploads,
        still_shelf=signaling.still_shelf,
        still_vault=stills,
        queues=signaling.queues,
        aftercare=signaling.aftercare,
    )
    await signaling.start()
    server = await start_server(build_app(deps), settings, [bound_socket("127.0.0.1", 0)], None)
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield House(store, signaling, server, http, places, accounts, vault, stills)
    finally:
        await signaling.stop()
        await server.close()
        await store.close()
        stills.close()


async def _furnish(store: Store) -> tuple[dict[str, Place], dict[tuple[str, Role], UserRecord]]:
    now = SystemClock().utcnow()
    home = OrganisationRecord(new_id("org"), "Home Clinic", "1", "112", is_demo=True, created_at=now)
    abroad = OrganisationRecord(
        new_id("org"), f"{ABROAD} Clinic", "2", "112", is_demo=True, created_at=now + timedelta(seconds=1)
    )
    north = SiteRecord(new_id("sit"), home.id, "North", "1", now)
    south = SiteRecord(new_id("sit"), home.id, f"{SOUTH} Site", "1", now)
    places = {
        "north": Place(home.id, north.id, "North"),
        "south": Place(home.id, south.id, SOUTH),
        "abroad": Place(abroad.id, None, ABROAD),
    }
    accounts = {(name, role): _account(place, role, now) for name, place in places.items() for role in sorted(STAFF_ROLES)}
    async with store.write() as tx:
        for organisation in (home, abroad):
            await tx.organisations.create(organisation)
        for site in (north, south):
            await tx.sites.create(site)
        for user in accounts.values():
            await tx.users.create(user)
    return places, accounts


def _account(place: Place, role: Role, now: datetime) -> UserRecord:
    return UserRecord(
        new_id("usr"),
        place.organisation_id,
        role,
        f"{place.word} {role.value}",
        f"{place.word}.{role.value}@clinic.example".lower(),
        "no password",
        now,
        site_id=place.site_id,
    )
