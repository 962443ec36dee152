"""The tables of running a clinic's server: policies and their history, messages on their way, checkpoints, recurring jobs."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from telemed.care.notify.records import DeliveryState, Fault, Medium, Route
from telemed.store.columns import WORD_LENGTH, Word
from telemed.store.schema_base import digest, metadata, need, ref, row_id, time

DAY_LENGTH = 10  # 2026-11-22

policy = Table(
    "policy",
    metadata,
    ref("organisation_id", "organisation", index=False),
    need("name", String(WORD_LENGTH)),
    need("value", JSON()),
    need("revision", Integer()),
    time("updated_at"),
    ref("updated_by", "user", null=True, index=False),
    PrimaryKeyConstraint("organisation_id", "name"),
)

# Every change an administrator makes to a policy, template or site, with the value before: one click takes it back.
setting_change = Table(
    "setting_change",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    need("subject", String(80)),  # policy:<name>, template:<name>:<language>, site:<id>, user:<id>, organisation:<id>
    Column("before", JSON(none_as_null=True), nullable=True),
    Column("after", JSON(none_as_null=True), nullable=True),
    ref("changed_by", "user", null=True, index=False),
    time("at"),
    ref("reverts", "setting_change", null=True, index=False),
    Index("ix_setting_change_organisation", "organisation_id", "at"),
)

template = Table(
    "template",
    metadata,
    ref("organisation_id", "organisation", index=False),
    need("name", String(WORD_LENGTH)),
    need("language", String(WORD_LENGTH)),
    need("medium", Word(Medium)),  # mail or sms
    need("subject", Text()),
    need("body", Text()),
    time("updated_at"),
    PrimaryKeyConstraint("organisation_id", "name", "language", "medium"),
)

# Messages to gateways: at least once, each with one key for all its attempts. The recipient and values go when it is done.
outbox = Table(
    "outbox",
    metadata,
    row_id(),
    ref("organisation_id", "organisation", index=False),
    need("medium", Word(Medium)),
    need("recipient", Text()),
    need("template", String(WORD_LENGTH)),
    need("language", String(WORD_LENGTH)),
    need("details", JSON()),
    need("about_id", String(WORD_LENGTH)),  # the id it is about: a link, an invitation, a channel
    need("state", Word(DeliveryState)),
    need("attempts", Integer()),
    need("error", Word(Fault)),
    Column("gateway_id", Text, nullable=True),
    need("dedupe_key", String(80)),
    time("created_at"),
    time("due_at"),
    time("expires_at"),
    time("lease_until", null=True),
    time("finished_at", null=True),
    Column("route", Word(Route), nullable=False, server_default="first"),
    UniqueConstraint("dedupe_key"),
    Index("ix_outbox_due", "state", "due_at"),
    Index("ix_outbox_about", "about_id"),
    Index("ix_outbox_organisation", "organisation_id", "created_at"),
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    row_id(),
    Column("day", String(DAY_LENGTH), nullable=False, unique=True),
    digest("origin"),  # hash of the first row: tells this trail from any other
    need("sequence", Integer()),
    digest("hash"),
    need("row_at", String(27)),  # time of the row of that sequence
    need("signature", LargeBinary()),
    need("key_id", String(WORD_LENGTH)),
    time("created_at"),
    time("delivered_at", null=True),
)

job = Table(
    "job",
    metadata,
    Column("name", String(WORD_LENGTH), primary_key=True),
    time("due_at"),
    time("lease_until", null=True),
    time("finished_at", null=True),
    need("outcome", String(WORD_LENGTH)),
)
