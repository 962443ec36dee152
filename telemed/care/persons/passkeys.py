"""Passkeys of patients and carers: what the device keeps them under, whom one stands for, and who is told of a new one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from telemed.care.identity import Person
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted
from telemed.care.patients.records import CarerRecord, ChannelRecord, PatientRecord
from telemed.care.persons import views
from telemed.care.persons.codes import MEDIA
from telemed.care.staff.records import PasskeyRecord
from telemed.care.tokens import token_hash

MAX_PASSKEYS = 10  # of one person
MAX_TOLD = 4  # numbers and addresses a new passkey is told to
MESSAGE_LIFE = timedelta(hours=24)  # later it warns of nothing that could still be stopped


def handle(person: Person) -> str:
    """Return what the authenticator keeps the passkey under (WebAuthn user handle): an id of ours, no name."""
    return person.ref.id


def label(patient: PatientRecord, carer: CarerRecord | None) -> str:
    """Return how the own device lists the passkey; a carer of several people tells them apart by it."""
    return patient.name if carer is None else f"{carer.name} ({patient.name})"


def step_hash(person: Person, token: str) -> str:
    """Return the hash under which the step of adding one is kept: it is of no use to another login."""
    return token_hash(f"{person.login_id}|{token}")


def told(channels: Iterable[ChannelRecord], person: Person) -> list[ChannelRecord]:
    """Return the verified channels of the person itself, where a new passkey is told."""
    return [channel for channel in views.own_channels(channels, person) if channel.verified_at is not None][:MAX_TOLD]


def added_message(
    passkey: PasskeyRecord, channel: ChannelRecord, organisation_id: str, language: str, message_id: str
) -> Wanted:
    """Return "a passkey was added" for one channel. It names neither person nor reason."""
    return Wanted(
        id=message_id,
        organisation_id=organisation_id,
        medium=MEDIA[channel.kind],
        recipient=channel.value,
        template=Template.PASSKEY_ADDED,
        language=language,
        about_id=passkey.id,
        dedupe_key=f"passkey_added:{passkey.id}:{channel.id}",
        expires_at=passkey.created_at + MESSAGE_LIFE,
        details={"device": passkey.name, "when": _when(passkey.created_at)},
    )


def _when(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
