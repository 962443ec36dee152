"""One row of the API's route table."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from telemed.care.actions import Action
from telemed.care.permission_table import PUBLIC, SEAT_SCOPES, TABLE, Scope
from telemed.care.roles import LINK_ROLES
from telemed.web.call import Call, Reply
from telemed.web.request_models import Body, Empty
from telemed.web.response_models import Answer
from telemed.web.settings import WebSettings
from telemed.web.throttle import Rate

API = "/api/v1"
BODY_LIMIT = 64 * 1024  # bytes, protocol section 1
PER_CALLER = Rate(300, 60.0)  # what one person's pages ask at most: autosave, lists, a few retries

# Path parameters and the ids they take; anything else is an unknown path.
_PREFIXES = {
    "id": "ses",
    "link_id": "lnk",
    "patient_id": "pat",
    "channel_id": "chn",
    "carer_id": "car",
    "member_id": "tmm",
    "merge_id": "mrg",
    "break_glass_id": "brk",
    "user_id": "usr",
    "site_id": "sit",
    "change_id": "chg",
    "message_id": "out",
    "login_id": "lgn",
    "passkey_id": "psk",
    "person_login_id": "ptl",
    "person_passkey_id": "psk",
    "incident_id": "inc",
    "frame_id": "frm",
    "recording_id": "rec",
    "segment_id": "seg",
    "marker_id": "mrk",
    "export_id": "exp",
    "speciality_id": "spc",
    "page_id": "pag",
    "handover_id": "hdo",
    "vital_id": "vit",
    "still_id": "stl",
    "queue_id": "que",
    "walk_in_id": "wil",
    "follow_up_id": "fup",
}
PARAMETERS = {name: prefix + r"_[A-Za-z0-9_-]{1,36}" for name, prefix in _PREFIXES.items()} | {"days": "7|30|90"}
_PARAMETER = re.compile(r"\{(\w+)\}")

Handler = Callable[[Call], Awaitable[Reply]]
SecretCheck = Callable[[Mapping[str, str], WebSettings], None]


def may_seats(action: Action) -> bool:
    """Whether the table grants the action to anybody who came by a link, for the seat that person holds."""
    return any(role in LINK_ROLES and scope in SEAT_SCOPES for role, scope in TABLE[action].items())


@dataclass(frozen=True, slots=True)
class Route:
    """Everything about one endpoint. `rate` counts per person, or per address where nobody is known yet."""

    method: str
    path: str  # below API, as docs/protocol.md writes it
    action: Action
    handler: Handler
    answer: type[Answer]
    body: type[Body] = Empty
    body_limit: int = BODY_LIMIT
    rate: Rate = PER_CALLER
    done: int = 200  # the status of a good answer; 204 has no body
    errors: tuple[int, ...] = ()  # statuses beside those every route can give
    needs_proof: bool = False  # only for staff who showed lately who they are (403 `proof_needed`)
    while_locked: bool = False  # also for staff whose pages the idle lock hides
    pages: bool = False  # takes `?after=&limit=` (`paging.Page`)
    secret: SecretCheck | None = None  # asked of the request's head, before its body is read
    files: tuple[str, ...] = ()  # media types of an answer that is no JSON; `answer` is then not used
    raw: tuple[str, ...] = ()  # media types of a body that is no JSON: the handler reads it (`bodies.read_bytes`)
    ranges: bool = False  # parts of the file can be had (RFC 9110 section 14)

    @property
    def is_public(self) -> bool:
        """Needs no identity."""
        return self.action in PUBLIC

    @property
    def is_for_seats(self) -> bool:
        """Someone who came by a link may call it."""
        return not self.is_public and may_seats(self.action)

    @property
    def is_for_persons(self) -> bool:
        """Patients and carers call it, signed in themselves."""
        return not self.is_public and Scope.OWN_RECORD in TABLE[self.action].values()

    @property
    def pattern(self) -> str:
        """The path for aiohttp's router, parameters restricted to the form of our ids."""
        return API + _PARAMETER.sub(lambda match: f"{{{match[1]}:{PARAMETERS[match[1]]}}}", self.path)
