"""What the web adapter needs from the others; the composition root fills it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from telemed.care.aftercare.ports import Aftercare, NoAftercare
from telemed.care.audit_state import NobodyWatches, TrailWatch
from telemed.care.clinic.live_settings import LiveSettings
from telemed.care.clinic.ports import Health, NoHealth, NoRooms, Rooms
from telemed.care.notify.ports import DeliveryReports, NoNotifier, NoReports, Notifier
from telemed.care.oncall.ports import OnCall
from telemed.care.ports import Store, Visits
from telemed.care.queues.ports import NoWaitingRooms, WaitingRooms
from telemed.care.recording.ports import RecordingVault
from telemed.care.staff.policies import FixedPolicies, SignInPolicies
from telemed.care.stills.ports import NoStillVault, StillShelf, StillUploads, StillVault
from telemed.clock import Clock
from telemed.web.recordings.no_vault import NoVault
from telemed.web.settings import WebSettings
from telemed.web.stills.no_stills import NoStills


def attach_nothing(app: web.Application) -> None:
    """Stand-in for a server without signalling."""


def count_nothing(method: str, route: str, status: int, seconds: float) -> None:
    """Stand-in for a server without metrics."""


def drop_nothing(user_id: str) -> None:
    """Stand-in for a server without open connections of staff."""


def tell_nobody(first: str, second: str) -> None:
    """Stand-in for a server without open connections of staff."""


def show_no_code(recipient: str) -> str | None:
    """Stand-in for a server that is no demo."""
    return None


@dataclass(frozen=True, slots=True)
class WebDeps:
    """The ports behind the handlers.

    `attach` hooks the Socket.IO server into the application before it starts. `on_sign_out` is told the ids of a user who signed
    out and of the login, so that what it opened ends with it; `on_renewed` the ids of the former and the new login of a browser
    whose user signed in again, before the former one ends; `on_locked` those of a user and of the login whose pages were locked.
    `on_removed` is told the id of a user who lost every login: shut out,
    reset, or given another role or site. `policies` are those of sign-in, as they are now.
    """

    store: Store
    visits: Visits
    clock: Clock
    settings: WebSettings
    attach: Callable[[web.Application], None] = attach_nothing
    on_sign_out: Callable[[str, str], None] = tell_nobody
    on_renewed: Callable[[str, str], None] = tell_nobody
    on_locked: Callable[[str, str], None] = tell_nobody
    on_removed: Callable[[str], None] = drop_nothing
    policies: SignInPolicies = FixedPolicies()
    live: LiveSettings | None = None  # None: the clinic and its policies are as `settings` and the defaults say
    health: Health = NoHealth()
    rooms: Rooms = NoRooms()
    notifier: Notifier = NoNotifier()
    reports: DeliveryReports = NoReports()
    trail: TrailWatch = NobodyWatches()
    vault: RecordingVault = NoVault()
    on_call: OnCall | None = None  # None: a server without signalling; nobody can be called
    still_uploads: StillUploads = NoStills()
    still_shelf: StillShelf = NoStills()
    still_vault: StillVault = NoStillVault()
    queues: WaitingRooms = NoWaitingRooms()
    aftercare: Aftercare = NoAftercare()
    recent_code: Callable[[str], str | None] = show_no_code  # of a demo: the code last "sent" to a number or address
    on_request: Callable[[str, str, int, float], None] = count_nothing  # method, route template, status, seconds
