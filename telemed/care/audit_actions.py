"""The words of the audit trail. A closed list: an audit row can hold no free text."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    """What was done. The object of each is the id named in the comment of its group."""

    # object: user
    SIGN_IN = "user.sign_in"
    SIGN_IN_REFUSED = "user.sign_in_refused"
    SIGN_OUT = "user.sign_out"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - a word, not a password
    USER_INVITED = "user.invited"
    USER_RESET = "user.reset"
    USER_DEACTIVATED = "user.deactivated"
    USER_ACTIVATED = "user.activated"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_SITE_CHANGED = "user.site_changed"
    USERS_LISTED = "users.listed"
    INVITATION_REVOKED = "user.invitation_revoked"
    INVITATION_ACCEPTED = "user.invitation_accepted"
    SIGN_IN_STEP = "user.sign_in_step"  # the password was right, more is owed
    FACTOR_REFUSED = "user.factor_refused"
    TOTP_ADDED = "user.totp_added"
    TOTP_REMOVED = "user.totp_removed"
    PASSKEY_ADDED = "user.passkey_added"
    PASSKEY_REMOVED = "user.passkey_removed"
    RECOVERY_CODES_MADE = "user.recovery_codes_made"
    RECOVERY_CODE_USED = "user.recovery_code_used"
    FACTORS_REMOVED = "user.factors_removed"
    PROVIDER_LINKED = "user.provider_linked"
    PROVIDER_UNLINKED = "user.provider_unlinked"
    PROVED = "user.proved"
    PROOF_REFUSED = "user.proof_refused"
    # object: login
    LOGIN_ENDED = "login.ended"
    LOGIN_LOCKED = "login.locked"
    LOGIN_UNLOCKED = "login.unlocked"
    UNLOCK_REFUSED = "login.unlock_refused"
    PIN_SET = "login.pin_set"
    PIN_REMOVED = "login.pin_removed"
    # object: organisation
    CLINIC_CREATED = "clinic.created"
    CLINIC_CHANGED = "clinic.changed"
    # object: site
    SITE_CREATED = "site.created"
    SITE_CHANGED = "site.changed"
    # object: the row of the change
    POLICY_CHANGED = "policy.changed"
    TEMPLATE_CHANGED = "template.changed"
    SETTING_REVERTED = "setting.reverted"
    # object: message to a gateway
    MESSAGE_SENT_AGAIN = "outbox.sent_again"
    # object: organisation
    DEMO_CREATED = "demo.created"
    # object: session
    SESSION_CREATED = "session.created"
    SESSION_READ = "session.read"
    SESSION_EDITED = "session.edited"
    SESSION_OPENED = "session.opened"
    SESSION_STARTED = "session.started"
    SESSION_EMPTY = "session.empty"
    SESSION_RETURNED = "session.returned"
    SESSION_ENDED = "session.ended"
    SESSION_COMPLETED = "session.completed"
    SESSION_SEALED = "session.sealed"
    SESSION_CANCELLED = "session.cancelled"
    SESSION_EXPIRED = "session.expired"
    SESSION_FAILED = "session.failed"
    NOTE_READ = "note.read"
    NOTE_WRITTEN = "note.written"
    AFTERCARE_READ = "session.aftercare_read"  # its messages to the patient and its follow-ups
    # object: message to the patient
    VISIT_MESSAGE_WRITTEN = "visit_message.written"
    VISIT_MESSAGE_OPENED = "visit_message.opened"  # by the patient; refused: behind its link without the date of birth
    # object: follow-up
    FOLLOW_UP_PLANNED = "follow_up.planned"
    FOLLOW_UP_CHANGED = "follow_up.changed"
    FOLLOW_UP_DONE = "follow_up.done"
    FOLLOW_UP_CANCELLED = "follow_up.cancelled"
    FOLLOW_UP_REOPENED = "follow_up.reopened"
    FOLLOW_UP_TAKEN = "follow_up.taken"  # its owner is gone
    # object: patient
    PATIENT_AFTERCARE_READ = "patient.aftercare_read"
    # object: patient
    PATIENT_CREATED = "patient.created"
    PATIENT_READ = "patient.read"
    PATIENT_TIMELINE_READ = "patient.timeline_read"
    PATIENT_HISTORY_READ = "patient.history_read"
    PATIENT_EDITED = "patient.edited"
    PATIENT_CHANNEL_ADDED = "patient.channel_added"
    PATIENT_CHANNEL_REVOKED = "patient.channel_revoked"
    PATIENT_CARER_ADDED = "patient.carer_added"
    PATIENT_CARER_EDITED = "patient.carer_edited"
    PATIENT_CARER_REVOKED = "patient.carer_revoked"
    PATIENT_TEAM_ADDED = "patient.team_added"
    PATIENT_TEAM_ENDED = "patient.team_ended"
    PATIENT_SESSION_ATTACHED = "patient.session_attached"
    PATIENT_SESSION_DETACHED = "patient.session_detached"
    PATIENT_MERGED = "patient.merged"  # one row for each of the two records
    PATIENT_MERGE_UNDONE = "patient.merge_undone"  # the same
    GLASS_BROKEN = "patient.glass_broken"
    GLASS_CLOSED = "patient.emergency_closed"
    GLASS_REVIEWED = "patient.emergency_reviewed"
    PATIENT_CHANNEL_VERIFIED = "patient.channel_verified"  # refused: a wrong code
    PERSON_SIGNED_IN = "person.signed_in"  # a patient or carer itself; refused: the object is the channel, or "unknown"
    PERSON_SIGNED_OUT = "person.signed_out"
    PERSON_HOME_READ = "person.home_read"
    PERSON_PASSKEY_ADDED = "person.passkey_added"
    PERSON_PASSKEY_REMOVED = "person.passkey_removed"  # by staff: with a channel, a carer, or a merge undone
    # object: channel, or "unknown"
    PERSON_CODE_SENT = "person.code_sent"
    # object: organisation
    PATIENTS_SEARCHED = "patients.searched"
    GLASSES_LISTED = "emergencies.listed"
    # object: participant
    PARTICIPANT_CREATED = "participant.created"
    PARTICIPANT_ARRIVED = "participant.arrived"
    PARTICIPANT_WAITING = "participant.waiting"
    PARTICIPANT_ASLEEP = "participant.asleep"
    PARTICIPANT_AWAKE = "participant.awake"
    PARTICIPANT_ADMITTED = "participant.admitted"
    PARTICIPANT_DENIED = "participant.denied"
    PARTICIPANT_CONNECTED = "participant.connected"
    PARTICIPANT_RECONNECTING = "participant.reconnecting"
    PARTICIPANT_HELD = "participant.held"
    PARTICIPANT_RESUMED = "participant.resumed"
    PARTICIPANT_SENT_BACK = "participant.sent_back"
    PARTICIPANT_REMOVED = "participant.removed"
    PARTICIPANT_LEFT = "participant.left"
    PARTICIPANT_LOST = "participant.lost"
    PARTICIPANT_RETURNED = "participant.returned"
    PARTICIPANT_REINVITED = "participant.reinvited"
    PARTICIPANT_RENAMED = "participant.renamed"
    PARTICIPANT_NEEDS_SAID = "participant.needs_said"
    ARRIVAL_ACKNOWLEDGED = "participant.acknowledged"
    IDENTITY_CONFIRMED = "participant.identity_confirmed"
    IDENTITY_UNCONFIRMED = "participant.identity_unconfirmed"  # taken back
    MOVE_ASKED = "move.asked"
    MOVE_APPROVED = "move.approved"
    MOVE_DENIED = "move.denied"
    # object: link
    LINK_CREATED = "link.created"
    LINK_OPENED = "link.opened"
    LINK_REVOKED = "link.revoked"
    LINK_REFUSED = "link.refused"
    LINK_WANTED = "link.wanted"
    # object: waiting room
    QUEUE_CREATED = "queue.created"
    QUEUE_CHANGED = "queue.changed"
    QUEUE_LATE_TOLD = "queue.late_told"
    QUEUE_ALERTS_CHANGED = "queue.alerts_changed"  # a member wants messages, or no longer
    QUEUE_ALERTED = "queue.alerted"  # members without an open page were sent a message
    # object: walk-in link
    WALK_IN_CREATED = "walk_in.created"
    WALK_IN_REVOKED = "walk_in.revoked"
    # object: entry of a waiting room
    ENTRY_JOINED = "entry.joined"
    ENTRY_ASLEEP = "entry.asleep"
    ENTRY_AWAKE = "entry.awake"
    ENTRY_ANSWERED = "entry.answered"
    ENTRY_HELD = "entry.held"
    ENTRY_RESUMED = "entry.resumed"
    ENTRY_PUT_BACK = "entry.put_back"
    ENTRY_TRANSFERRED = "entry.transferred"
    ENTRY_LEFT = "entry.left"
    ENTRY_RETURNED = "entry.returned"
    ENTRY_NO_SHOW = "entry.no_show"
    ENTRY_REMOVED = "entry.removed"
    ENTRY_DONE = "entry.done"
    ENTRY_PRIORITY = "entry.priority"
    ENTRY_ACKNOWLEDGED = "entry.acknowledged"
    ENTRY_KEPT_WAITING = "entry.kept_waiting"
    ENTRY_READ = "entry.read"  # its chat
    ENTRY_PLACE_KEPT = "entry.place_kept"  # the person left a number
    ENTRY_PLACE_DROPPED = "entry.place_dropped"
    ENTRY_PULLED_IN = "entry.pulled_in"  # into the call of another patient
    ENTRY_FOLLOWED = "entry.followed"
    ENTRY_DECLINED = "entry.declined"  # the person would rather wait than be in a call with somebody else
    ENTRY_FORGOTTEN = "entry.forgotten"  # what was said at the door was deleted: nobody needs it any more
    ENTRY_BEGUN_ANEW = "entry.begun_anew"  # somebody else took a place with the device of who had left
    # object: message
    CHAT_SENT = "chat.sent"
    # object: recording
    RECORDING_ASKED = "recording.asked"
    RECORDING_BEGAN = "recording.began"
    RECORDING_EMERGENCY = "recording.emergency_began"  # without prior consent
    RECORDING_BLEED_CHOSEN = "recording.bleed_chosen"  # somebody within earshot refused, and who records chose what follows
    RECORDING_PAUSED = "recording.paused"
    RECORDING_RESUMED = "recording.resumed"
    RECORDING_STOPPED = "recording.stopped"
    RECORDING_CANCELLED = "recording.cancelled"
    RECORDING_FINALISED = "recording.finalised"
    RECORDING_FAILED = "recording.failed"
    RECORDING_TRIED_AGAIN = "recording.tried_again"
    RECORDING_PART_WITHDRAWN = "recording.part_withdrawn"  # somebody's part of a finished one is about to be destroyed
    RECORDING_PART_DESTROYED = "recording.part_destroyed"  # and is; the manifest that is signed next says whose
    RECORDING_READ = "recording.read"  # people, times and markers, no media
    RECORDING_WATCHED = "recording.watched"
    RECORDING_DOWNLOADED = "recording.downloaded"
    RECORDING_EXPORTED = "recording.exported"
    RECORDING_VIEWERS_READ = "recording.viewers_read"
    RECORDING_MARKED = "recording.marked"
    RECORDING_MARKER_CHANGED = "recording.marker_changed"
    RECORDING_MARKER_REMOVED = "recording.marker_removed"
    RECORDING_TAGGED = "recording.tagged"
    RECORDING_REVIEWED = "recording.reviewed"  # its review status was set
    RECORDING_VERIFIED = "recording.verified"  # everything as it was signed
    RECORDING_BROKEN = "recording.broken"  # a verification found something changed or missing
    RECORDING_HELD = "recording.held"
    RECORDING_RELEASED = "recording.released"  # the legal hold was taken off
    RECORDING_ERASE_ASKED = "recording.erase_asked"
    RECORDING_ERASE_CONFIRMED = "recording.erase_confirmed"
    RECORDING_ERASE_CANCELLED = "recording.erase_cancelled"
    RECORDING_EXPIRED = "recording.expired"  # its time is over: erased by the server
    RECORDING_EMERGENCY_KEPT = "recording.emergency_kept"
    RECORDING_EMERGENCY_DESTROYED = "recording.emergency_destroyed"  # by a decision, or by the server for want of one
    RECORDING_KEY_DESTROYED = "recording.key_destroyed"
    RECORDING_ERASED = "recording.erased"
    # object: recording, a colon, SHA-256 of its manifest as URL-safe base64 (`recording.policy.manifest_object`)
    RECORDING_SIGNED = "recording.manifest_signed"
    # object: organisation
    RECORDINGS_LISTED = "recordings.listed"
    # object: the server's own id
    RECORDING_KEYS_ROTATED = "recordings.keys_rotated"
    # object: participant or bystander
    CONSENT_AGREED = "consent.agreed"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_EARLIER_KEPT = "consent.earlier_kept"
    CONSENT_EARLIER_DESTROYED = "consent.earlier_destroyed"
    CONSENT_UNABLE = "consent.unable"  # of a bystander who could not be asked
    # object: bystander
    BYSTANDER_LISTED = "bystander.listed"
    BYSTANDER_LEFT = "bystander.left"
    # object: session
    SESSION_UNRECORDED = "session.unrecorded"  # the policy requires a recording, and a reason why there is none was noted
    # object: incident
    INCIDENT_CREATED = "incident.created"  # an emergency, with the link for its caller
    INCIDENT_READ = "incident.read"
    INCIDENT_TRACK_READ = "incident.track_read"  # the whole track
    INCIDENT_MESSAGE = "incident.message_wanted"  # a message with the link was put into the outbox, the first or one more
    INCIDENT_SECOND_ROUTE = "incident.second_route"  # unconfirmed, the link went out once more by itself, over the second route
    INCIDENT_SENT = "incident.sent"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_LIVE = "incident.live"
    INCIDENT_HANDED_OVER = "incident.handed_over"
    INCIDENT_TAKEN_BACK = "incident.taken_back"
    INCIDENT_CLOSED = "incident.closed"
    INCIDENT_FALSE_ALARM = "incident.false_alarm"
    INCIDENT_UNREACHABLE = "incident.unreachable"
    INCIDENT_REOPENED = "incident.reopened"
    INCIDENT_CODE_SHOWN = "incident.code_shown"  # a caller's link, to be scanned, once more
    INCIDENT_SILENCED = "incident.silenced"  # nothing may be heard at the caller from now on
    INCIDENT_UNSILENCED = "incident.unsilenced"
    INCIDENT_FORGOTTEN = "incident.forgotten"  # names, numbers, places and tracks were deleted: their time is over
    INCIDENT_TEXTS_FORGOTTEN = "incident.texts_forgotten"  # so were reason and note
    # object: link of an incident
    INCIDENT_SHARED = "incident.shared"  # with a crew
    INCIDENT_CALLER_ADDED = "incident.caller_added"  # one caller more, with a link of its own
    INCIDENT_LINK_REVOKED = "incident.link_revoked"
    INCIDENT_PIN_REFUSED = "incident.pin_refused"
    # object: participant, the caller
    CALLER_LOCATED = "incident.located"  # the first fix of a device; the others are rows of the track
    CALLER_PLACE = "incident.place_typed"
    CALLER_FACTS = "incident.device_told"  # what the device can do: the first time
    CALLER_CALL_BACK = "incident.call_back_asked"
    CALLER_LEFT_QUICKLY = "incident.left_quickly"
    # object: frame, a frozen picture of a caller or of a responder at a scene
    FRAME_SHOWN = "incident.frame_shown"
    FRAME_DRAWN = "incident.frame_drawn"  # the first line on it
    FRAME_RESUMED = "incident.frame_resumed"
    FRAME_OPENED = "incident.frame_opened"  # of a recording
    FRAME_ERASED = "incident.frame_erased"  # its key is destroyed, its lines are gone
    # object: instruction
    INSTRUCTION_GIVEN = "incident.instruction_given"
    INSTRUCTION_SHOWN = "incident.instruction_shown"
    INSTRUCTION_CLEARED = "incident.instruction_cleared"
    # object: still
    STILL_ASKED = "still.asked"
    STILL_BEGUN = "still.begun"
    STILL_DECLINED = "still.declined"
    STILL_CANCELLED = "still.cancelled"
    STILL_KEPT = "still.kept"
    STILL_REFUSED = "still.refused"  # what was sent is no picture we keep
    STILL_OPENED = "still.opened"
    STILL_ERASED = "still.erased"  # its key is destroyed
    # object: patient
    PATIENT_STILLS_LISTED = "patient.stills_listed"
    PERSON_RECORDINGS_READ = "person.recordings_read"
    # object: speciality
    SPECIALITY_CREATED = "speciality.created"
    SPECIALITY_CHANGED = "speciality.changed"
    ROSTER_CHANGED = "roster.changed"
    # object: page for somebody on call
    PAGE_BEGAN = "page.began"
    PAGE_STEP_BEGAN = "page.step_began"
    PAGE_STEP_OVER = "page.step_over"
    PAGE_ACCEPTED = "page.accepted"
    PAGE_DECLINED = "page.declined"
    PAGE_UNANSWERED = "page.unanswered"
    PAGE_CANCELLED = "page.cancelled"
    # object: handover
    HANDOVER_OFFERED = "handover.offered"
    HANDOVER_ACCEPTED = "handover.accepted"
    HANDOVER_DECLINED = "handover.declined"
    HANDOVER_WITHDRAWN = "handover.withdrawn"
    HANDOVER_RELEASED = "handover.released"
    # object: measurement
    VITAL_NOTED = "vital.noted"
    VITAL_REMOVED = "vital.removed"
    # object: session
    VITALS_READ = "vitals.read"
    # object: what was searched for, or the organisation
    AUDIT_SEARCHED = "audit.searched"
    AUDIT_EXPORTED = "audit.exported"
    # object: patient
    PATIENT_ACCESS_READ = "patient.access_read"  # who saw the record
    # object: checkpoint
    AUDIT_HEAD_SIGNED = "audit.head_signed"
    # object: the server's own id
    SERVER_STARTED = "server.started"
    SERVER_STOPPED = "server.stopped"
    SERVER_DRAINING = "server.draining"  # nothing new begins
    SERVER_DRAIN_CANCELLED = "server.drain_cancelled"
    SERVER_RELOADED = "server.reloaded"  # the configuration was read again; refused: it had faults and nothing changed
    # object: the back-up, bak_ and the time of its name
    BACKUP_MADE = "backup.made"
    BACKUP_FAILED = "backup.failed"
    BACKUP_RESTORED = "backup.restored"  # the first row after a restore
    # object: rev_, the revision before, a dash, the revision since
    DATABASE_UPGRADED = "database.upgraded"


class AuditOutcome(StrEnum):
    """How it went."""

    DONE = "done"
    REFUSED = "refused"
