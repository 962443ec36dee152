"""The closed lists of a patient record: communication needs, kinds of contact, what carers are and may do, kinds of change."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """What talking with this person takes."""

    CANNOT_HEAR = "cannot_hear"
    CANNOT_SPEAK = "cannot_speak"
    SIGN_LANGUAGE = "sign_language"
    INTERPRETER = "interpreter"


class ChannelKind(StrEnum):
    """How somebody is reached."""

    PHONE = "phone"
    EMAIL = "email"


class Relation(StrEnum):
    """What a carer is to the patient."""

    PARENT = "parent"
    PARTNER = "partner"
    CHILD = "child"
    SIBLING = "sibling"
    RELATIVE = "relative"
    FRIEND = "friend"
    GUARDIAN = "guardian"  # appointed by law
    CARE_WORKER = "care_worker"
    OTHER = "other"


class CarerScope(StrEnum):
    """What a carer may do for the patient."""

    JOIN_VISITS = "join_visits"  # come to consultations
    SEE_VISITS = "see_visits"  # past and coming ones
    SEE_DETAILS = "see_details"  # name, birth date, needs, contacts
    SEE_ACCESS = "see_access"  # who saw the record
    EDIT_CONTACTS = "edit_contacts"


class ChangeKind(StrEnum):
    """What a line of the history is about."""

    CREATED = "created"
    EDITED = "edited"
    CHANNEL_ADDED = "channel_added"
    CHANNEL_VERIFIED = "channel_verified"
    CHANNEL_REVOKED = "channel_revoked"
    CARER_ADDED = "carer_added"
    CARER_EDITED = "carer_edited"
    CARER_REVOKED = "carer_revoked"
    TEAM_ADDED = "team_added"
    TEAM_ENDED = "team_ended"
    SESSION_ATTACHED = "session_attached"
    SESSION_DETACHED = "session_detached"
    MERGED = "merged"
    MERGE_UNDONE = "merge_undone"
