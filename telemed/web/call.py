"""What a handler gets and gives: one request whose origin, rate, identity, permission and body are already checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web

from telemed.care.identity import Identity, Person, Staff
from telemed.care.oncall.ports import OnCall
from telemed.care.ports import Json
from telemed.care.records import LoginRecord, UserRecord
from telemed.errors import NotSignedIn, Unavailable
from telemed.web.admin.desk import AdminDesk
from telemed.web.break_glass_desk import BreakGlassDesk
from telemed.web.cookies import CookieJar
from telemed.web.deps import WebDeps
from telemed.web.device_cookie import DeviceCookies
from telemed.web.familiar import Familiar
from telemed.web.identify import Identifier
from telemed.web.identity_services import IdentityServices
from telemed.web.oidc.desk import OidcDesk
from telemed.web.on_call.roster_desk import RosterDesk
from telemed.web.passwords import PasswordChecker
from telemed.web.patients import PatientDesk
from telemed.web.persons import PersonDesk
from telemed.web.recordings.desk import RecordingDesk
from telemed.web.request_models import Body
from telemed.web.sign_in import SignIn

Model = TypeVar("Model", bound=Body)


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the application."""

    deps: WebDeps
    jar: CookieJar
    devices: DeviceCookies
    checker: PasswordChecker
    sign_in: SignIn
    identifier: Identifier
    document: Json  # OpenAPI
    admin: AdminDesk
    patients: PatientDesk
    persons: PersonDesk
    break_glass: BreakGlassDesk
    identity: IdentityServices
    oidc: OidcDesk
    familiar: Familiar
    recordings: RecordingDesk
    rosters: RosterDesk

    @classmethod
    def build(cls, deps: WebDeps, document: Json) -> Services:
        """Wire the parts of this package."""
        jar = CookieJar(deps.settings.secure)
        checker = PasswordChecker()
        sign_in = SignIn(deps.store, deps.clock, checker, deps.policies)
        identity = IdentityServices.build(deps, sign_in, checker)
        devices = DeviceCookies(deps.settings.device_key, deps.settings.secure)
        persons = PersonDesk.build(deps.store, deps.clock, deps.notifier, deps.settings.clinic_phone)
        identifier = Identifier(jar, sign_in, deps.visits, persons.sign_in)
        patients = PatientDesk.build(deps.store, deps.clock, deps.visits, deps.settings.clinic_phone, deps.still_vault)
        break_glass = BreakGlassDesk(deps.store, deps.clock, deps.settings.base_url)
        admin = AdminDesk.of(deps)
        oidc = OidcDesk(deps.store, deps.clock, sign_in, deps.settings.oidc, deps.settings.identity_key)
        first = (deps, jar, devices, checker, sign_in, identifier, document)
        people = (admin, patients, persons, break_glass, identity, oidc, Familiar())
        return cls(*first, *people, RecordingDesk.of(deps), RosterDesk(deps.store, deps.clock))

    @property
    def on_call(self) -> OnCall:
        """Paging, handover and vital signs. Raises Unavailable without signalling."""
        if self.deps.on_call is None:
            raise Unavailable()
        return self.deps.on_call

    @property
    def clinic(self) -> Json:
        """The clinic as every answer names it."""
        settings = self.deps.settings
        return {
            "name": settings.clinic_name,
            "phone": settings.clinic_phone,
            "emergency_number": settings.emergency_number,
            "demo": settings.demo,
        }


@dataclass(frozen=True, slots=True)
class NewCookie:
    """A cookie to set; `max_age` in seconds."""

    name: str
    token: str
    max_age: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer with what goes beside it; or `stream`, sent as it is, in its place."""

    content: Json = field(default_factory=dict)
    cookies: tuple[NewCookie, ...] = ()
    cleared: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    known_account: str | None = None  # the account this browser is known to from now on
    stream: web.StreamResponse | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API."""

    request: web.Request
    services: Services
    body: Body
    source: str  # who is asking, as limits count it
    identity: Identity | None = None
    user: UserRecord | None = None  # the account, when the identity is a member of staff
    login: LoginRecord | None = None  # what proves it

    def body_as(self, model: type[Model]) -> Model:
        """Return the body with its type; the route table and the handler agree on it."""
        assert isinstance(self.body, model)
        return self.body

    @property
    def who(self) -> Identity:
        """The identity. Raises NotSignedIn."""
        if self.identity is None:
            raise NotSignedIn("Please sign in.")
        return self.identity

    @property
    def staff(self) -> Staff:
        """The member of staff. Raises NotSignedIn."""
        if not isinstance(self.identity, Staff):
            raise NotSignedIn("Please sign in.")
        return self.identity

    @property
    def person(self) -> Person:
        """The patient or carer. Raises NotSignedIn."""
        if not isinstance(self.identity, Person):
            raise NotSignedIn("Please sign in.")
        return self.identity

    @property
    def session_id(self) -> str:
        """The session of the path."""
        return self.request.match_info["id"]
