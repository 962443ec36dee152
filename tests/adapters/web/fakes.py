"""What stands in for the parts behind the HTTP adapter: a clock one can turn, and call logic that remembers what it was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.ports import Json, LinkOpened, OfferRequest, RecordWork, Store
from tests.adapters.web.fake_incidents import RememberedIncidents

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CLINIC = {"name": "Clinic", "phone": "1", "emergency_number": "112", "demo": True}
SESSION_ID = "ses_AbCdEfGhIjKlMnOp"
OTHER_SESSION_ID = "ses_ZyXwVuTsRqPoNmLk"
LINK_ID = "lnk_AbCdEfGhIjKlMnOp"
SEAT_TOKEN = "seat-token-0123456789a"  # 22 characters
LINK_TOKEN = "link-token-0123456789a"


class TurnableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def utcnow(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)

    def move(self, seconds: float) -> None:
        self.seconds += seconds


class RememberedVisits:
    """Answers every question of the `Visits` port with a fixed good answer, keeps the arguments, and raises `fault` if set."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.fault: BaseException | None = None
        self.status = "seat"
        self.signed_out: list[str] = []
        self.removed: list[str] = []  # users who lost every login
        self.renewed: list[tuple[str, str]] = []
        self.calls_in_progress: set[str] = set()  # session ids
        self.store: Store | None = None  # where changes of carers are written
        self.ended_carers: list[str] = []
        self.incidents = RememberedIncidents(self._note, CLINIC, SESSION_ID, SEAT_TOKEN)

    def _note(self, name: str, *arguments: Any) -> None:
        self.calls.append((name, arguments))
        if self.fault is not None:
            raise self.fault

    @property
    def session(self) -> Json:
        return {"id": SESSION_ID, "kind": "urgent", "state": "open"}

    @property
    def participant(self) -> Json:
        return {"id": "par_1", "name": "A", "role": "clinician", "state": "admitted", "since": "2026-03-01T08:00:00Z"}

    @property
    def link(self) -> Json:
        return {"id": LINK_ID, "url": "http://x/j#t", "qr": ["01"], "participant_id": "par_2", "role": "patient"}

    async def create_session(
        self, actor: Staff, kind: str, patient_name: str, reason: str, command_id: str, patient_id: str | None = None
    ) -> Json:
        self._note("create_session", actor, kind, patient_name, reason, command_id, patient_id)
        return {"session": self.session, "participant": self.participant, "link": self.link}

    async def attach_patient(self, actor: Staff, session_id: str, patient_id: str | None) -> Json:
        self._note("attach_patient", actor, session_id, patient_id)
        return {"session": self.session}

    async def session_quality(self, actor: Staff, session_id: str) -> Json:
        self._note("session_quality", actor, session_id)
        return {"participants": [], "more": False}

    async def session_detail(self, actor: Staff, session_id: str) -> Json:
        self._note("session_detail", actor, session_id)
        return {"session": self.session, "participants": [self.participant], "links": []}

    async def edit_session(self, actor: Staff, session_id: str, patient_name: str | None, reason: str | None) -> Json:
        self._note("edit_session", actor, session_id, patient_name, reason)
        return {"session": self.session}

    async def take_seat(self, actor: Staff, session_id: str) -> Json:
        self._note("take_seat", actor, session_id)
        return {"participant": self.participant}

    async def create_link(
        self, actor: Staff, session_id: str, role: str, name: str, participant_id: str | None, command_id: str
    ) -> Json:
        self._note("create_link", actor, session_id, role, name, participant_id, command_id)
        return {"link": self.link}

    async def revoke_link(self, actor: Staff, session_id: str, link_id: str) -> None:
        self._note("revoke_link", actor, session_id, link_id)

    async def read_note(self, actor: Staff, session_id: str) -> Json:
        self._note("read_note", actor, session_id)
        return {"body": "", "revision": 0, "updated_at": None}

    async def write_note(self, actor: Staff, session_id: str, body: str, revision: int) -> Json:
        self._note("write_note", actor, session_id, body, revision)
        return {"revision": revision + 1, "updated_at": "2026-03-01T08:00:00Z"}

    async def complete(self, actor: Staff, session_id: str, outcome: str, note: str | None, command_id: str) -> Json:
        self._note("complete", actor, session_id, outcome, note, command_id)
        return {"session": self.session}

    async def open_link(self, token: str, device: str, seat_token: str | None) -> LinkOpened:
        self._note("open_link", token, device, seat_token)
        if self.status != "seat":
            return LinkOpened(self.status, CLINIC)
        return LinkOpened("seat", CLINIC, SESSION_ID, "par_2", "B", "checking", SEAT_TOKEN)

    async def ask_move(self, token: str, device: str) -> Json:
        self._note("ask_move", token, device)
        return {"status": "asked"}

    async def recover_link(self, token: str) -> None:
        self._note("recover_link", token)

    async def check_connection(self, source: str, sdp: str) -> str:
        self._note("check_connection", source, sdp)
        return "v=0"

    async def join_own_visit(self, person: Person, session_id: str) -> str:
        self._note("join_own_visit", person, session_id)
        return LINK_TOKEN

    async def change_carer(self, work: RecordWork) -> Json:
        assert self.store is not None
        async with self.store.write() as tx:
            changed = await work(tx)
        if changed.ended_carer_id is not None:
            self.ended_carers.append(changed.ended_carer_id)
        return changed.answer

    async def seat(self, token: str) -> Seat | None:
        return Seat("par_2", SESSION_ID) if token == SEAT_TOKEN else None

    def in_call(self, login_id: str, session_id: str) -> bool:
        return session_id in self.calls_in_progress

    def drop_user(self, user_id: str, login_id: str) -> None:
        assert login_id
        self.signed_out.append(user_id)

    def login_renewed(self, before: str, after: str) -> None:
        self.renewed.append((before, after))

    async def today(self, actor: Staff) -> Json:
        self._note("today", actor)
        rooms: Json = {"queues": [], "entries": []}
        return {"clinic": CLINIC, "waiting": [], "sessions": [], "tasks": [], "incidents": [], **rooms}

    async def issue_ticket(self, identity: Identity, session_id: str) -> str:
        self._note("issue_ticket", identity, session_id)
        return "ticket"

    async def check_seat(self, identity: Identity, session_id: str) -> None:
        self._note("check_seat", identity, session_id)

    async def issue_staff_ticket(self, actor: Staff) -> str:
        self._note("issue_staff_ticket", actor)
        return "staff-ticket"

    async def offer(self, identity: Identity, session_id: str, offer: OfferRequest) -> Json:
        self._note("offer", identity, session_id, offer)
        return {"attempt": offer.attempt, "offer": offer.offer, "sdp": "v=0", "publish": [], "refused": [], "mode": "speech"}

    async def probe(self, identity: Identity, session_id: str, sdp: str) -> str:
        self._note("probe", identity, session_id, sdp)
        return "v=0"
