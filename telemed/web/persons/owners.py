"""To whom a channel belongs: a family shares a telephone, and carers act for several people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from telemed.care.identity import Person
from telemed.care.patients.channels import normalise
from telemed.care.patients.records import CarerRecord, ChannelRecord, PatientRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.ports import Json
from telemed.care.repositories import Transaction


@dataclass(frozen=True, slots=True)
class Owner:
    """One person who may sign in with a channel: the patient, or a carer while it may act."""

    patient: PatientRecord
    carer: CarerRecord | None
    channel: ChannelRecord

    @property
    def person(self) -> Person:
        """The identity it would have."""
        return Person(self.patient.id, self.carer.id if self.carer else None, self.patient.organisation_id)

    @property
    def id(self) -> str:
        """What the browser names to choose it."""
        return self.carer.id if self.carer else self.patient.id

    @property
    def choice(self) -> Json:
        """As one line to choose from, for somebody who has shown that the channel is theirs."""
        return {"id": self.id, "role": self.person.role.value, "name": self.patient.name}


def parse(typed: str, region: str) -> tuple[ChannelKind, str]:
    """Return what somebody typed as a channel: with an @ an e-mail address, else a number. Raises InvalidInput."""
    kind = ChannelKind.EMAIL if "@" in typed else ChannelKind.PHONE
    return kind, normalise(kind, typed, region)


async def owners_of(tx: Transaction, channels: Iterable[ChannelRecord], now: datetime) -> list[Owner]:
    """Everybody who may sign in with one of the channels: it is verified and in use, a carer's time is not over."""
    found: dict[str, Owner] = {}
    for channel in channels:
        if channel.verified_at is None or channel.revoked_at is not None:
            continue
        patient = await tx.patients.kept(channel.patient_id)
        carer = await tx.carers.get(channel.carer_id) if channel.carer_id is not None else None
        if patient is None or (channel.carer_id is not None and (carer is None or not carer.is_active(now))):
            continue
        owner = Owner(patient, carer, channel)
        found.setdefault(owner.id, owner)
    return list(found.values())
