"""The tables of people who are cared for: patients, how to reach them, who acts for them, who may see them.

A patient's row is never deleted by a merge: `merged_into` points to the one that is kept, so that a merge can be undone.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.store.columns import WORD_LENGTH, DateText, Word, Words
from telemed.store.schema_base import digest, metadata, need, ref, row_id, time

GRAM_LENGTH = 3  # characters of a folded name

site = Table(
    "site",
    metadata,
    row_id(),
    ref("organisation_id", "organisation"),
    need("name", Text()),
    need("phone", Text()),
    time("created_at"),
    time("closed_at", null=True),
)

patient = Table(
    "patient",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    ref("site_id", "site", null=True, index=False),
    need("name", Text()),
    need("folded_name", Text()),  # as search compares it
    Column("birth_date", DateText(), nullable=True),
    need("language", Text()),
    need("needs", Words(Need)),
    need("interpreter_language", Text()),
    need("revision", Integer()),
    ref("created_by", "user", index=False),
    time("created_at"),
    time("updated_at"),
    ref("merged_into", "patient", null=True),
    Index("ix_patient_name", "organisation_id", "folded_name"),
    Index("ix_patient_birth_date", "organisation_id", "birth_date"),
)

# Search that forgives misspelling: three-letter pieces of the folded name. Plain rows, so that any SQL database can do it.
patient_gram = Table(
    "patient_gram",
    metadata,
    need("gram", String(GRAM_LENGTH)),
    ref("patient_id", "patient"),
    PrimaryKeyConstraint("gram", "patient_id"),
)

patient_change = Table(
    "patient_change",
    metadata,
    row_id(),
    ref("patient_id", "patient", index=False),
    need("revision", Integer()),
    need("kind", String(WORD_LENGTH)),
    need("change", JSON()),  # field -> [before, after]
    need("actor_id", String(WORD_LENGTH)),
    need("actor_role", String(WORD_LENGTH)),
    time("at"),
    Index("ix_patient_change_patient", "patient_id", "at"),
)

patient_merge = Table(
    "patient_merge",
    metadata,
    row_id(),
    ref("kept_id", "patient"),
    ref("merged_id", "patient"),
    need("moved", JSON()),  # table -> ids, for the way back
    ref("merged_by", "user", index=False),
    time("at"),
    ref("undone_by", "user", null=True, index=False),
    time("undone_at", null=True),
)

carer = Table(
    "carer",
    metadata,
    row_id(),
    ref("patient_id", "patient"),
    need("name", Text()),
    need("relation", Word(Relation)),
    need("scope", Words(CarerScope)),  # what the carer may do for the patient
    ref("created_by", "user", index=False),
    time("created_at"),
    time("ends_at", null=True),
    time("revoked_at", null=True),
)

contact_channel = Table(
    "contact_channel",
    metadata,
    row_id(),
    ref("patient_id", "patient"),
    ref("carer_id", "carer", null=True),  # set: the carer's, not the patient's own
    need("kind", Word(ChannelKind)),
    need("value", Text()),  # normalised: E.164 or a lower-case e-mail address
    time("created_at"),
    time("verified_at", null=True),
    time("revoked_at", null=True),
    Index("ix_contact_channel_value", "kind", "value"),
)

channel_code = Table(
    "channel_code",
    metadata,
    row_id(),
    ref("channel_id", "contact_channel"),
    need("purpose", String(WORD_LENGTH)),
    digest("code_hash"),
    need("attempts", Integer()),
    time("created_at"),
    time("expires_at"),
    time("used_at", null=True),
)

patient_login = Table(
    "patient_login",
    metadata,
    row_id(),
    ref("patient_id", "patient"),
    ref("carer_id", "carer", null=True),
    digest("token_hash", unique=True),
    need("device", Text()),
    time("created_at"),
    time("last_seen_at"),
    time("expires_at"),
    time("revoked_at", null=True),
)

care_team_member = Table(
    "care_team_member",
    metadata,
    row_id(),
    ref("patient_id", "patient"),
    ref("user_id", "user"),
    ref("added_by", "user", index=False),
    time("since"),
    time("until", null=True),
)
Index(
    "uq_care_team_member_present",
    care_team_member.c.patient_id,
    care_team_member.c.user_id,
    unique=True,
    sqlite_where=text("until IS NULL"),
    postgresql_where=text("until IS NULL"),
)

break_glass = Table(
    "break_glass",
    metadata,
    row_id(),
    ref("user_id", "user"),
    ref("patient_id", "patient"),
    need("reason", Text()),
    time("opened_at"),
    time("ends_at"),
    time("closed_at", null=True),
    time("reviewed_at", null=True),
    ref("reviewed_by", "user", null=True, index=False),
)
