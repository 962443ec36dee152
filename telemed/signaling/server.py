"""The Socket.IO server with every option that matters set, and the whole package wired together."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import socketio
from aiohttp import web

from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json, MediaPlane, Store
from telemed.clock import Clock, SystemClock
from telemed.signaling import wire_json
from telemed.signaling.acting import Guest
from telemed.signaling.aftercare_service import AftercareService
from telemed.signaling.counters import Counters
from telemed.signaling.desk import Around, Desk
from telemed.signaling.engine_guard import EngineGuard
from telemed.signaling.entry import CALL_NAMESPACE, STAFF_NAMESPACE, Entry
from telemed.signaling.follow_up_heirs import FollowUpHeirs
from telemed.signaling.holders import Holders
from telemed.signaling.housekeeping import Housekeeping
from telemed.signaling.incident_commands import IncidentCommands
from telemed.signaling.incident_frames import IncidentFrames
from telemed.signaling.incident_messages import IncidentMessages
from telemed.signaling.incident_rehearsal import rehearse
from telemed.signaling.incident_retention import IncidentRetention
from telemed.signaling.lead_commands import LeadCommands
from telemed.signaling.live import LiveVisits
from telemed.signaling.live_rooms import LiveRooms
from telemed.signaling.media_commands import MediaCommands
from telemed.signaling.media_modes import MediaModes
from telemed.signaling.media_offers import MediaOffers
from telemed.signaling.media_placement import Placement
from telemed.signaling.media_probe import MediaProbes
from telemed.signaling.media_rooms import MediaRooms, RoomParts
from telemed.signaling.namespace_call import CallNamespace
from telemed.signaling.namespace_call import Handler as CallHandler
from telemed.signaling.namespace_staff import Handler as StaffHandler
from telemed.signaling.namespace_staff import StaffNamespace
from telemed.signaling.oncall_service import OnCallService
from telemed.signaling.overview import LoadWatch
from telemed.signaling.packets import GuardedPacket
from telemed.signaling.presence import Presence
from telemed.signaling.quality_keeper import QualityKeeper
from telemed.signaling.queue_retention import QueueRetention
from telemed.signaling.queue_service import QueueService
from telemed.signaling.recording_bystanders import RecordingBystanders
from telemed.signaling.recording_clock import RecordingClock
from telemed.signaling.recording_commands import RecordingCommands
from telemed.signaling.recording_consents import RecordingConsents
from telemed.signaling.recording_follower import RecordingFollower
from telemed.signaling.recording_speakers import SpeakingKeeper
from telemed.signaling.recording_watch import RecordingWatch
from telemed.signaling.schemas import OnParticipant
from telemed.signaling.seat_commands import SeatCommands
from telemed.signaling.settings import SignalingSettings
from telemed.signaling.still_commands import StillCommands
from telemed.signaling.still_shelf import StillShelf
from telemed.signaling.still_sweep import StillSweep
from telemed.signaling.still_uploads import StillUploadDesk
from telemed.signaling.talk_commands import TalkCommands
from telemed.signaling.text_commands import TextCommands
from telemed.signaling.tickets import Tickets
from telemed.signaling.transactor import Transactor
from telemed.signaling.upkeep import Upkeep
from telemed.signaling.visits import VisitService

PATH = "/socket.io/"
MAX_PACKET_BYTES = 64 * 1024  # protocol section 2
PING_SECONDS = 5  # a dead client is noticed within ping + time-out, 10 s
PING_TIMEOUT_SECONDS = 5


class Signaling:
    """Everything of this package: made by `app.py`, mounted into its aiohttp application, started and stopped by it."""

    def __init__(
        self,
        settings: SignalingSettings,
        store: Store,
        planes: Sequence[MediaPlane],
        clock: Clock | None = None,
        around: Around | None = None,
    ) -> None:
        clock, around = clock or SystemClock(), around or Around()
        self.counters = Counters()
        self.admission = around.admission
        self.live = LiveVisits(store, clock, self.counters, around.recording.policies)
        self._transactor = Transactor(store, clock, self.live.committed)
        self._desk = desk = Desk(settings, store, clock, self.live, self._transactor, self.counters, around)
        placement = Placement(planes)
        self.entry = Entry(desk, Tickets(clock))
        self.quality = QualityKeeper(store, clock, self.counters)
        self.recordings = _recording_watch(desk, planes, placement)
        parts = RoomParts(MediaModes(store, clock), self.recordings)
        self.media = MediaRooms(planes, self.live, placement, clock, self.quality, parts)
        self.rooms = LiveRooms(self.live, placement, self.quality, planes)
        probes = MediaProbes(self.live, placement, clock)
        offers = MediaOffers(self.live, placement, clock, store)
        self.holders = Holders(desk, placement, self.media.evict)
        self.visits = VisitService(desk, self.entry, offers, probes, self.holders)
        self.on_call = OnCallService(desk)
        self.queues = QueueService(desk)
        self.aftercare = AftercareService(desk)
        chores = Housekeeping(desk, probes, self.holders, self.quality)
        recordings = RecordingClock(desk, around.recording)
        self.text = TextCommands(desk)
        stills = StillSweep(desk)
        sweeps = (
            recordings.run,
            self.recordings.speakers.run,
            self.on_call.clock.forget_old,
            self.queues.clock.run,
            IncidentMessages(desk).run,
            chores.run,
            self.text.run,
            stills.run,
        )
        self.still_uploads, self.still_shelf = StillUploadDesk(desk), StillShelf(desk)
        self.presence = Presence(desk, self.media, sweeps)
        may_wait = (IncidentRetention(desk).run, QueueRetention(desk).run, FollowUpHeirs(desk).run)
        self.upkeep = Upkeep(self.counters, may_wait)
        self._guard = EngineGuard(make_server(settings), settings.allowed_origins, clock, self.counters)
        self._add_namespaces(desk, placement, clock)
        self.media.on_presence = self.presence.poke
        self.media.on_load = LoadWatch(self.live, self.admission, self.counters)
        self.media.on_adopted = self.holders.poke
        self.live.on_moved = self._moved

    def _add_namespaces(self, desk: Desk, placement: Placement, clock: Clock) -> None:
        lead = LeadCommands(desk)

        async def acknowledge(staff: Staff, command: OnParticipant) -> Json:
            return await lead.acknowledge(staff.user_id, command)

        handlers = _call_handlers(desk, lead, placement, self.quality) | _recording_handlers(desk, self.recordings)
        handlers |= _text_handlers(self.text, lead)
        handlers |= _incident_handlers(desk)
        handlers |= _still_handlers(desk)
        calls = self.queues.calls
        handlers |= {"keep_place": calls.keep_place, "drop_place": calls.drop_place}
        handlers["stay_in_line"] = self.queues.answers.stay
        for_staff = {"acknowledge": acknowledge} | _queue_handlers(self.queues)
        call = CallNamespace(self.entry, self.live, handlers, self._guard, clock)
        call.on_attached = self.text.tell
        staff = StaffNamespace(self.entry, self.live, for_staff, self._guard, clock)
        call.on_presence = self.presence.poke

        def settled(engine_id: str) -> None:
            call.settled(engine_id)
            staff.settled(engine_id)

        self._guard.on_settled(settled)
        self._guard.server.register_namespace(call)
        self._guard.server.register_namespace(staff)

    def _moved(self, session_id: str, participant_id: str) -> None:
        self.entry.revoke(participant_id)
        self.media.evict(session_id, participant_id)

    def mount(self, app: web.Application) -> None:
        """Add the route of the sockets."""
        app.router.add_route("GET", PATH, self._guard.handle)
        app.router.add_route("POST", PATH, self._guard.handle)

    async def start(self) -> None:
        """Load the visits and begin to serve; raises Unavailable when the installation has no clinic yet."""
        await self.live.load()
        self._guard.start()
        self.media.start()
        self.presence.start()
        self.upkeep.start()
        self.on_call.clock.start()

    async def rehearse(self) -> None:
        """Once after the start: the first emergency is as fast as all others."""
        await rehearse(self._desk)

    async def stop(self) -> None:
        """End the connections; media and rows stay for the next process."""
        await self._guard.stop()
        await self.on_call.clock.stop()
        await self.presence.stop()
        await self.upkeep.stop()
        await self.text.flush()
        await self._transactor.idle()
        await self.media.stop()
        await self.quality.stop()


def make_server(settings: SignalingSettings) -> socketio.AsyncServer:
    """The Socket.IO server: ordered handlers, own origin only, small packets, quick pings, no binary, no logs of payloads."""
    silent = logging.getLogger("telemed.signaling.library")
    silent.setLevel(logging.CRITICAL + 1)  # both libraries log payloads and stack traces; faults are reported by place instead
    silent.propagate = False
    return socketio.AsyncServer(
        async_mode="aiohttp",
        async_handlers=False,
        always_connect=False,
        namespaces=[CALL_NAMESPACE, STAFF_NAMESPACE],
        serializer=GuardedPacket,
        json=wire_json,
        cors_allowed_origins=sorted(settings.allowed_origins),
        cors_credentials=False,
        max_http_buffer_size=MAX_PACKET_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        http_compression=False,
        logger=silent,
        engineio_logger=silent,
    )


def _call_handlers(desk: Desk, lead: LeadCommands, placement: Placement, quality: QualityKeeper) -> dict[str, CallHandler]:
    seat, talk, media = SeatCommands(desk), TalkCommands(desk, quality), MediaCommands(desk, placement)
    return {
        "set_name": seat.set_name,
        "device_report": seat.device_report,
        "needs": seat.needs,
        "enter_waiting": seat.enter_waiting,
        "visibility": seat.visibility,
        "leave": seat.leave,
        "deny": lead.deny,
        "hold": lead.hold,
        "remove": lead.remove,
        "confirm_identity": lead.confirm_identity,
        "decide_move": lead.decide_move,
        "end": lead.end,
        "media_state": talk.media_state,
        "chat": talk.chat,
        "typing": talk.typing,
        "quality_report": talk.quality_report,
        "negotiated": media.negotiated,
        "set_view": media.set_view,
    }


def _text_handlers(text: TextCommands, lead: LeadCommands) -> dict[str, CallHandler]:
    """With the two commands that let somebody in: what others were writing before is not for them."""

    async def admit(guest: Guest, command: OnParticipant) -> Json:
        await text.close_before(guest, Action.ADMIT, command.participant_id)
        return await lead.admit(guest, command)

    async def resume(guest: Guest, command: OnParticipant) -> Json:
        await text.close_before(guest, Action.HOLD, command.participant_id)
        return await lead.resume(guest, command)

    return {"text": text.text, "text_sync": text.text_sync, "admit": admit, "resume": resume}


def _recording_handlers(desk: Desk, watch: RecordingWatch) -> dict[str, CallHandler]:
    lead, own = RecordingCommands(desk, desk.around.recording), RecordingConsents(desk, watch.sync)
    room = RecordingBystanders(desk)
    return {
        "recording_ask": lead.ask,
        "recording_begin": lead.begin,
        "recording_choose": lead.choose,
        "recording_pause": lead.pause,
        "recording_resume": lead.resume,
        "recording_stop": lead.stop,
        "recording_bystander": room.add,
        "recording_bystander_now": room.change,
        "recording_unrecorded": lead.unrecorded,
        "recording_marker": lead.marker,
        "recording_consent": own.consent,
        "recording_earlier": own.earlier,
    }


def _incident_handlers(desk: Desk) -> dict[str, CallHandler]:
    incident, frames = IncidentCommands(desk), IncidentFrames(desk)
    return {
        "instruct": incident.instruct,
        "instruction_clear": incident.clear,
        "instruction_shown": incident.shown,
        "caller_facts": incident.facts,
        "call_back": incident.call_back,
        "leave_quickly": incident.leave_quickly,
        "caller_silent": incident.silent,
        "draw": frames.draw,
        "draw_undo": frames.undo,
        "draw_clear": frames.clear,
        "frame_resume": frames.resume,
    }


def _still_handlers(desk: Desk) -> dict[str, CallHandler]:
    stills = StillCommands(desk)
    return {"still_ask": stills.ask, "still_cancel": stills.cancel, "still_decline": stills.decline}


def _queue_handlers(queues: QueueService) -> dict[str, StaffHandler]:
    lead, answers = queues.commands, queues.answers
    return {
        "queue_answer": answers.answer,
        "queue_message": lead.message,
        "queue_read": lead.read,
        "queue_hold": lead.hold,
        "queue_resume": lead.resume,
        "queue_put_back": lead.put_back,
        "queue_transfer": lead.transfer,
        "queue_keep_waiting": lead.keep_waiting,
        "queue_no_show": lead.no_show,
        "queue_priority": lead.priority,
        "queue_remove": lead.remove,
        "queue_late": lead.late,
        "queue_acknowledge": lead.acknowledge,
    }


def _recording_watch(desk: Desk, planes: Sequence[MediaPlane], placement: Placement) -> RecordingWatch:
    work = desk.around.recording.work
    follower = RecordingFollower(planes, desk.live, placement, work, desk.clock, desk.counters)
    return RecordingWatch(desk, follower, SpeakingKeeper(desk.store, desk.live, desk.clock, desk.counters))
