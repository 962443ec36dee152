"""Codes sent to telephones and mailboxes: how long they live, how often they may be tried, how many may be sent.

A code is tied to a key only the asking browser holds (sign-in), or to its row (verification, where the person and the clinic both
may type it). So a stranger who asks for codes can neither try them in somebody else's step nor use up its attempts.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted
from telemed.care.notify.records import Medium
from telemed.care.patients.records import ChannelRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.persons.records import ChannelCodeRecord

DIGITS = 6
LIFE = timedelta(minutes=10)
ATTEMPTS = 5  # of a million codes: 5 in 1,000,000 for each code, 50 a day with the limits below
# How many codes one telephone or mailbox may be sent, whoever asks for them.
QUARTER, PER_QUARTER = timedelta(minutes=15), 3
DAY, PER_DAY = timedelta(days=1), 10
_STEP = re.compile(r"(chc_[A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22})")
MEDIA = {ChannelKind.PHONE: Medium.SMS, ChannelKind.EMAIL: Medium.MAIL}


def digits(number: int) -> str:
    """Return a random number as a code."""
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def hashed(key: str, code: str) -> str:
    """Return the hex SHA-256 under which a code is kept. `key`: the secret of the step, or the id of the row."""
    return hashlib.sha256(f"channel code|{len(key)}|{key}|{code}".encode()).hexdigest()


def step_of(row_id: str, secret: str) -> str:
    """Return what a browser keeps between asking for a code and typing it."""
    return f"{row_id}.{secret}"


def parts_of(step: str) -> tuple[str, str]:
    """Return row id and secret of a step; of something else two texts that belong to no row."""
    found = _STEP.fullmatch(step)
    return (found[1], found[2]) if found else ("chc_none", "")


def is_right(record: ChannelCodeRecord | None, key: str, code: str, now: datetime) -> bool:
    """Whether a code, tried for the `record.attempts`-th time, opens what it was made for."""
    expected = record.code_hash if record is not None else hashed("", "")
    same = hmac.compare_digest(expected, hashed(key, code))
    return record is not None and same and record.used_at is None and now < record.expires_at and record.attempts <= ATTEMPTS


def seconds_to_wait(sent: Iterable[datetime], now: datetime) -> float:
    """Return 0.0 when one more may be sent to a channel that got some at the times `sent`, else the seconds until then."""
    times = sorted((at for at in sent if now - at < DAY), reverse=True)
    waits = [0.0]
    for limit, span in ((PER_QUARTER, QUARTER), (PER_DAY, DAY)):
        if len(times) >= limit:
            waits.append((times[limit - 1] + span - now).total_seconds())
    return max(waits)


def code_message(
    record: ChannelCodeRecord, channel: ChannelRecord, code: str, organisation_id: str, language: str, message_id: str
) -> Wanted:
    """Return the message that carries a code. It names neither person nor reason."""
    return Wanted(
        id=message_id,
        organisation_id=organisation_id,
        medium=MEDIA[channel.kind],
        recipient=channel.value,
        template=Template.CHANNEL_CODE,
        language=language,
        about_id=channel.id,
        dedupe_key=f"channel_code:{record.id}",
        expires_at=record.expires_at,
        details={"code": code, "minutes": str(int(LIFE.total_seconds() // 60))},
    )
