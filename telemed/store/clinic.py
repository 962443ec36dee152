"""The clinic's own data: name, phone number and the emergency number that stand on every page."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.clinic.records import PolicyRecord
from telemed.care.identity import ActorRef
from telemed.care.records import OrganisationRecord
from telemed.care.repositories import Transaction
from telemed.errors import InvalidInput
from telemed.ids import new_id

MAX_LENGTH = 200  # characters of each value: they stand in headings
CONFIGURED = "configured_clinic"  # under this name the policies keep what the configuration said last


@dataclass(frozen=True, slots=True)
class ClinicDetails:
    """What an operator sets with `telemed init` or in the configuration."""

    name: str
    phone: str
    emergency_number: str

    def __post_init__(self) -> None:
        """Raise InvalidInput when a value is empty or longer than MAX_LENGTH."""
        for field in ("name", "phone", "emergency_number"):
            value = getattr(self, field)
            if not value.strip() or len(value) > MAX_LENGTH:
                raise InvalidInput("The clinic's details must be filled in.", field=field)


async def set_clinic(
    tx: Transaction, details: ClinicDetails, actor: ActorRef, at: datetime, *, is_demo: bool = False
) -> OrganisationRecord:
    """Create the clinic or bring it up to `details`; nothing is written when nothing differs. Returns it.

    `is_demo` counts at creation only: a real clinic never becomes a demo, nor a demo a real one.
    """
    present = await tx.organisations.first()
    if present is None:
        made = OrganisationRecord(
            new_id("org"), details.name, details.phone, details.emergency_number, is_demo=is_demo, created_at=at
        )
        await tx.organisations.create(made)
        await tx.audit.append(actor, AuditAction.CLINIC_CREATED, made.id, AuditOutcome.DONE, at)
        return made
    wanted = replace(
        present, name=details.name, phone=details.phone, emergency_number=details.emergency_number
    )
    if wanted != present:
        await tx.organisations.save(wanted)
        await tx.audit.append(actor, AuditAction.CLINIC_CHANGED, wanted.id, AuditOutcome.DONE, at)
    return wanted


async def configure_clinic(
    tx: Transaction, details: ClinicDetails, actor: ActorRef, at: datetime, *, is_demo: bool = False
) -> OrganisationRecord:
    """Bring the clinic up to the configuration, if that has changed since it was read last. Returns the clinic.

    An administrator may change the details later; a restart with the same configuration must not take that back.
    """
    present = await tx.organisations.first()
    wanted = asdict(details)
    seen = await tx.policies.get(present.id, CONFIGURED) if present is not None else None
    if present is not None and seen is not None and seen.value == wanted:
        return present
    clinic = await set_clinic(tx, details, actor, at, is_demo=is_demo)
    revision = seen.revision + 1 if seen is not None else 1
    await tx.policies.put(PolicyRecord(clinic.id, CONFIGURED, wanted, revision, at, None))
    return clinic
