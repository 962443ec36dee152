"""The pages of protocol section 1.3. They hold nothing personal; scripts fetch that through the API."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from telemed.care.roles import Role
from telemed.web.call import Services
from telemed.web.error_answers import new_incident
from telemed.web.languages import preferred_language
from telemed.web.templates import DEMO_BANNER, TemplateMissing, Templates, plain_page

SIGN_IN = "/sign-in"
TODAY = "/today"
SCENE = "/scene"
QUEUES = "/queues"
ADMIN = "/admin"
RECORDINGS = "/recordings"
PERSON_SIGN_IN = "/my"
HOME = "/home"
_NOT_DIALLED = re.compile(r"[^+\d]")  # RFC 3966: a tel: URI has no spaces
SESSION_PATTERN = r"ses_[A-Za-z0-9_-]{1,36}"
PATIENT_PATTERN = r"pat_[A-Za-z0-9_-]{1,36}"
RECORDING_PATTERN = r"rec_[A-Za-z0-9_-]{1,36}"
# Where people begin whose work is not on Today.
_PLACES = {Role.ADMIN: ADMIN, Role.REVIEWER: RECORDINGS}
# Where they are led first. Today is a responder's too; but the phone in the vehicle opens on its one button.
_BEGIN = {**_PLACES, Role.RESPONDER: SCENE}


class Pages:
    """Serves the templates. A GET changes nothing here, so preview robots may fetch what they like."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._templates = Templates(services.deps.settings.static_root)

    def add_to(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/", self.root)
        app.router.add_get(SIGN_IN, self.sign_in)
        app.router.add_get("/invitation", self.invitation)
        app.router.add_get("/account", self.account)
        app.router.add_get(TODAY, self.today)
        app.router.add_get(QUEUES, self.queues)
        app.router.add_get(ADMIN, self.admin)
        app.router.add_get(SCENE, self.scene)
        app.router.add_get(f"/call/{{id:{SESSION_PATTERN}}}", self.call)
        app.router.add_get("/j", self.join)
        app.router.add_get("/w", self.walk_in)
        app.router.add_get("/m", self.message)
        app.router.add_get("/e", self.caller)
        app.router.add_get("/v", self.crew)
        app.router.add_get("/clock", self.clock)
        app.router.add_get("/urgent", self.urgent)
        app.router.add_get("/check", self.check)
        app.router.add_get("/my", self.person_sign_in)
        app.router.add_get("/home", self.home)
        app.router.add_get("/audit", self.audit)
        app.router.add_get("/privacy", self.privacy)
        app.router.add_get("/patients", self.patients)
        app.router.add_get(f"/patients/{{patient_id:{PATIENT_PATTERN}}}", self.patient)
        app.router.add_get(RECORDINGS, self.recordings)
        app.router.add_get(f"{RECORDINGS}/{{recording_id:{RECORDING_PATTERN}}}", self.recording)

    async def root(self, request: web.Request) -> web.Response:
        """`/`: on to where this person works."""
        return _redirect(await self._place(request, _BEGIN))

    async def sign_in(self, request: web.Request) -> web.Response:
        """`/sign-in`."""
        return self._page(request, "sign-in.html")

    async def invitation(self, request: web.Request) -> web.Response:
        """`/invitation`: the page behind every invitation; the token is in the fragment and never comes here."""
        return self._page(request, "invitation.html")

    async def account(self, request: web.Request) -> web.Response:
        """`/account`, for staff."""
        return self._page(request, "account.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def today(self, request: web.Request) -> web.Response:
        """`/today`, for staff. Admins and reviewers have no patients and are sent to where they work."""
        place = await self._place(request)
        return self._page(request, "today.html") if place == TODAY else _redirect(place)

    async def queues(self, request: web.Request) -> web.Response:
        """`/queues`: waiting rooms, for staff; the page itself says so to those whose role has none."""
        return self._page(request, "queues.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def admin(self, request: web.Request) -> web.Response:
        """`/admin`, for staff; the page itself says so to those who may not see it."""
        return self._page(request, "admin.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def scene(self, request: web.Request) -> web.Response:
        """`/scene`: getting a doctor from the scene. The page itself sends those who are not signed in to the door."""
        return self._page(request, "scene.html")

    async def call(self, request: web.Request) -> web.Response:
        """`/call/{id}`, for staff. The page itself sends those who are not signed in to the door and brings them back."""
        return self._page(request, "call.html")

    async def audit(self, request: web.Request) -> web.Response:
        """`/audit`, for staff; the page itself says so to those who are no privacy officer."""
        return self._page(request, "audit.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def person_sign_in(self, request: web.Request) -> web.Response:
        """`/my`: the door for patients and carers; on to Home for who is signed in."""
        return _redirect(HOME) if await self._is_person(request) else self._page(request, "my.html")

    async def home(self, request: web.Request) -> web.Response:
        """`/home`, for patients and carers who signed in themselves; a link to a visit does not open it."""
        return self._page(request, "home.html") if await self._is_person(request) else _redirect(PERSON_SIGN_IN)

    async def privacy(self, request: web.Request) -> web.Response:
        """`/privacy`: emergency accesses, for staff; the page itself says so to those who are no privacy officer."""
        return self._page(request, "privacy.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def patients(self, request: web.Request) -> web.Response:
        """`/patients`: search, for staff. What is looked for is typed into the page and never part of an address."""
        return self._page(request, "patients.html")

    async def patient(self, request: web.Request) -> web.Response:
        """`/patients/{patient_id}`: a record, for staff. The page itself sends those who are not signed in to the door."""
        return self._page(request, "patient.html")

    async def recordings(self, request: web.Request) -> web.Response:
        """`/recordings`: the list, for staff; the page itself says so to those who may not see it."""
        return self._page(request, "recordings.html")

    async def recording(self, request: web.Request) -> web.Response:
        """`/recordings/{recording_id}`: one recording to watch, for staff. The moment asked for is in the fragment."""
        return self._page(request, "recording.html")

    async def join(self, request: web.Request) -> web.Response:
        """`/j`: the page behind every link; the token is in the fragment and never comes here."""
        return self._page(request, "join.html")

    async def walk_in(self, request: web.Request) -> web.Response:
        """`/w`: the page behind every queue's link; the token is in the fragment and never comes here."""
        return self._page(request, "walk-in.html")

    async def message(self, request: web.Request) -> web.Response:
        """`/m`: the page behind the link of a message to a patient; the token is in the fragment and never comes here."""
        return self._page(request, "message.html")

    async def caller(self, request: web.Request) -> web.Response:
        """`/e`: the page behind every link of an incident; the token is in the fragment and never comes here."""
        return self._page(request, "caller.html")

    async def crew(self, request: web.Request) -> web.Response:
        """`/v`: the page behind the link of a crew that watches an incident; the token is in the fragment."""
        return self._page(request, "crew.html")

    async def clock(self, request: web.Request) -> web.Response:
        """`/clock`: what a caller's page becomes who must not be seen on it. It names nobody, and shows the time."""
        return self._page(request, "clock.html")

    async def urgent(self, request: web.Request) -> web.Response:
        """`/urgent`: the dispatcher's board, for staff; the page itself says so to those who may not see it."""
        return self._page(request, "urgent.html") if await self._is_staff(request) else _redirect(SIGN_IN)

    async def check(self, request: web.Request) -> web.Response:
        """`/check`: which ways lead here from a network; for everybody, before anybody needs a call."""
        return self._page(request, "check.html")

    def not_found(self, request: web.Request) -> web.Response:
        """The page for unknown addresses."""
        return self._page(request, "not-found.html", status=404)

    def fault(self, request: web.Request, error: BaseException) -> web.Response:
        """The page for a fault of ours, with a code to quote."""
        incident = new_incident(error)
        text = plain_page("Something went wrong", f"Please try again, or quote the code {incident}.", self._values(request))
        return web.Response(text=text, status=500, content_type="text/html")

    async def _place(self, request: web.Request, places: Mapping[Role, str] = _PLACES) -> str:
        """Where this person begins."""
        staff = (await self._services.identifier.staff(request)).staff
        if staff is None:
            return SIGN_IN
        return places.get(staff.role, TODAY)

    async def _is_person(self, request: web.Request) -> bool:
        return (await self._services.identifier.person(request)).person is not None

    async def _is_staff(self, request: web.Request) -> bool:
        return (await self._services.identifier.staff(request)).staff is not None

    def _page(self, request: web.Request, name: str, status: int = 200) -> web.Response:
        values = self._values(request)
        try:
            text = self._templates.render(name, values)
        except TemplateMissing:
            text = plain_page(values["clinic_name"], "This page is not here.", values)
            status = 404
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def _values(self, request: web.Request) -> dict[str, str]:
        settings = self._services.deps.settings
        return {
            "clinic_name": settings.clinic_name,
            "clinic_phone": settings.clinic_phone,
            "clinic_dial": _NOT_DIALLED.sub("", settings.clinic_phone),
            "emergency_number": settings.emergency_number,
            "demo_banner": DEMO_BANNER if settings.demo else "",
            "provider": "on" if settings.oidc else "",
            "provider_label": settings.oidc.label if settings.oidc else "",
            "lang": preferred_language(request.headers.get("Accept-Language", ""), settings.languages),
        }


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})
