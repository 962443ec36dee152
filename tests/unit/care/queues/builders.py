"""Waiting rooms and entries for tests of rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from telemed.care.queues.records import EntryRecord, QueueRecord
from telemed.care.queues.words import EntryState

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin


def a_queue(**fields: Any) -> QueueRecord:
    return replace(QueueRecord("que_1", "org_1", "Walk-in", "usr_1", NOW), **fields)


def an_entry(**fields: Any) -> EntryRecord:
    entry = EntryRecord("ent_1", "que_1", "que_1", "ses_1", "par_1", "hash", EntryState.WAITING, NOW, NOW)
    return replace(entry, **fields)
