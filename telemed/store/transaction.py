"""All repositories bound to one transaction."""

from __future__ import annotations

from telemed.store.connection import SqlConnection
from telemed.store.repositories.acks import AckRows
from telemed.store.repositories.aftercare import FollowUpRows, VisitMessageRows
from telemed.store.repositories.audit import AuditRows
from telemed.store.repositories.audit_search import AuditSearchRows
from telemed.store.repositories.break_glass import BreakGlassRows, PlaceRows
from telemed.store.repositories.calls import EventRows, ParticipantRows, QualityRows, SessionRows
from telemed.store.repositories.checkpoints import CheckpointRows, JobRows
from telemed.store.repositories.clinic_settings import PolicyRows, SettingChangeRows, SiteRows
from telemed.store.repositories.entry import LinkRequestRows, LinkRows, MoveRows, SeatTokenRows
from telemed.store.repositories.identity_factors import PasskeyRows, RecoveryCodeRows, TotpRows
from telemed.store.repositories.identity_provider import OidcIdentityRows
from telemed.store.repositories.identity_steps import InvitationRows, QuickUnlockRows, SignInStepRows
from telemed.store.repositories.incidents import IncidentRows
from telemed.store.repositories.oncall import HandoverRows, PageRows, RosterRows, VitalRows
from telemed.store.repositories.outbox import OutboxRows, TemplateRows
from telemed.store.repositories.patient_contacts import CarerRows, CareTeamRows, ChannelRows
from telemed.store.repositories.patient_history import PatientHistoryRows, PatientMergeRows, PatientSessionRows
from telemed.store.repositories.patient_standing import PatientStandingRows
from telemed.store.repositories.patients import PatientRows
from telemed.store.repositories.people import LoginRows, OrganisationRows, UserRows
from telemed.store.repositories.persons import ChannelCodeRows, PersonLoginRows, PersonVisitRows
from telemed.store.repositories.queues import QueueEntryRows, QueueMemberRows, QueueRows, WalkInLinkRows
from telemed.store.repositories.recordings import RecordingRows
from telemed.store.repositories.recordings_words import (
    ConsentRows,
    EraseRequestRows,
    MarkerRows,
    RecordingViewRows,
    SpeakingRows,
)
from telemed.store.repositories.stills import StillRows
from telemed.store.repositories.usage import UsageRows
from telemed.store.repositories.words import MessageRows, NoteRows
from telemed.store.sealed_values import SealedValues


class StoreTransaction:
    """What `Store.write()` and `Store.read()` hand out; fulfils `care.repositories.Transaction`."""

    def __init__(self, sql: SqlConnection, sealed: SealedValues) -> None:
        self.organisations = OrganisationRows(sql)
        self.users = UserRows(sql)
        self.logins = LoginRows(sql)
        self.sessions = SessionRows(sql)
        self.participants = ParticipantRows(sql)
        self.links = LinkRows(sql)
        self.link_requests = LinkRequestRows(sql)
        self.seats = SeatTokenRows(sql)
        self.moves = MoveRows(sql)
        self.messages = MessageRows(sql)
        self.notes = NoteRows(sql)
        self.acks = AckRows(sql)
        self.audit = AuditRows(sql)
        self.audit_search = AuditSearchRows(sql)
        self.checkpoints = CheckpointRows(sql)
        self.jobs = JobRows(sql)
        self.events = EventRows(sql)
        self.quality = QualityRows(sql)
        self.outbox = OutboxRows(sql, sealed)
        self.templates = TemplateRows(sql)
        self.policies = PolicyRows(sql)
        self.setting_changes = SettingChangeRows(sql)
        self.sites = SiteRows(sql)
        self.usage = UsageRows(sql)
        self.totps = TotpRows(sql)
        self.passkeys = PasskeyRows(sql)
        self.recovery_codes = RecoveryCodeRows(sql)
        self.sign_in_steps = SignInStepRows(sql)
        self.invitations = InvitationRows(sql)
        self.quick_unlocks = QuickUnlockRows(sql)
        self.oidc_identities = OidcIdentityRows(sql)
        self.places = PlaceRows(sql)
        self.break_glasses = BreakGlassRows(sql)
        self.incidents = IncidentRows(sql)
        self._add_patients(sql)
        self._add_recordings(sql)
        self._add_on_call(sql)
        self._add_queues(sql)
        self.visit_messages = VisitMessageRows(sql)
        self.follow_ups = FollowUpRows(sql)

    def _add_queues(self, sql: SqlConnection) -> None:
        """The repositories of waiting rooms."""
        self.queues = QueueRows(sql)
        self.queue_members = QueueMemberRows(sql)
        self.walk_in_links = WalkInLinkRows(sql)
        self.queue_entries = QueueEntryRows(sql)

    def _add_recordings(self, sql: SqlConnection) -> None:
        """The repositories of what is recorded of visits."""
        self.recordings = RecordingRows(sql)
        self.consents = ConsentRows(sql)
        self.markers = MarkerRows(sql)
        self.recording_views = RecordingViewRows(sql)
        self.speaking = SpeakingRows(sql)
        self.erase_requests = EraseRequestRows(sql)
        self.stills = StillRows(sql)

    def _add_patients(self, sql: SqlConnection) -> None:
        """The repositories of people who are cared for."""
        self.patients = PatientRows(sql)
        self.standings = PatientStandingRows(sql)
        self.channels = ChannelRows(sql)
        self.carers = CarerRows(sql)
        self.care_teams = CareTeamRows(sql)
        self.patient_history = PatientHistoryRows(sql)
        self.patient_merges = PatientMergeRows(sql)
        self.patient_sessions = PatientSessionRows(sql)
        self.channel_codes = ChannelCodeRows(sql)
        self.person_logins = PersonLoginRows(sql)
        self.person_visits = PersonVisitRows(sql)

    def _add_on_call(self, sql: SqlConnection) -> None:
        """The repositories of on-call duty."""
        self.rosters = RosterRows(sql)
        self.pages = PageRows(sql)
        self.handovers = HandoverRows(sql)
        self.vitals = VitalRows(sql)
