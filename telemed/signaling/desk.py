"""What the parts of the call logic share: the store, the clock, the transactor, the picture in memory, the settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps

from telemed.care.admission import Admission
from telemed.care.identity import Identity
from telemed.care.link_rules import LINK_LIFE
from telemed.care.notify.ports import NoNotifier, Notifier
from telemed.care.ports import Json, Store
from telemed.care.stills.ports import NoStillVault, StillVault
from telemed.clock import Clock
from telemed.signaling.acting import Guest, identity_of
from telemed.signaling.counters import Counters
from telemed.signaling.live import LiveVisits
from telemed.signaling.recording_means import RecordingMeans
from telemed.signaling.settings import SignalingSettings
from telemed.signaling.step import VisitStep
from telemed.signaling.transactor import Transactor

GuestWork = Callable[[VisitStep, Identity], Awaitable[Json]]


def usual_link_life() -> timedelta:
    """Stand-in for an installation without policies."""
    return LINK_LIFE


@dataclass(frozen=True, slots=True)
class Around:
    """What the call logic asks of the rest of the server: whether people may come in, what the clinic decided, ways out."""

    admission: Admission = field(default_factory=Admission)
    link_life: Callable[[], timedelta] = usual_link_life  # as the clinic's policy says now
    notifier: Notifier = NoNotifier()
    video_codec: Callable[[], str] = lambda: "vp8"  # of a visit that begins now
    recording: RecordingMeans = RecordingMeans()
    stills: StillVault = NoStillVault()


@dataclass(frozen=True, slots=True)
class Desk:
    """Shared by every command; owns nothing."""

    settings: SignalingSettings
    store: Store
    clock: Clock
    live: LiveVisits
    transactor: Transactor
    counters: Counters
    around: Around = field(default_factory=Around)

    @property
    def admission(self) -> Admission:
        """Whether people may come in."""
        return self.around.admission

    @property
    def notifier(self) -> Notifier:
        """Ways out."""
        return self.around.notifier

    def link_life(self) -> timedelta:
        """How long a new link works after the planned start."""
        return self.around.link_life()

    async def command(self, guest: Guest, command_id: str, work: GuestWork) -> Json:
        """Carry out a command of a `/call` connection once, under the rights its holder has now."""

        @wraps(work)
        async def run(step: VisitStep) -> Json:
            return await work(step, await identity_of(step.tx, guest))

        actor_id = guest.user_id or guest.participant_id
        return await self.transactor.command(guest.session_id, guest.ref, actor_id, command_id, run)
