"""Everything staff do with patients' records, in one value for the handlers."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.care.patients.channels import region_of
from telemed.care.ports import Store, Visits
from telemed.care.stills.ports import StillVault
from telemed.clock import Clock
from telemed.web.patients.aftercare import PatientAftercare
from telemed.web.patients.contacts import PatientContacts
from telemed.web.patients.editing import PatientEditing
from telemed.web.patients.reading import PatientReading
from telemed.web.patients.stills import PatientStills


@dataclass(frozen=True, slots=True)
class PatientDesk:
    """The kinds of work."""

    reading: PatientReading
    editing: PatientEditing
    contacts: PatientContacts
    stills: PatientStills
    aftercare: PatientAftercare

    @classmethod
    def build(cls, store: Store, clock: Clock, visits: Visits, clinic_phone: str, stills: StillVault) -> PatientDesk:
        """Wire the parts; numbers typed without a country code are of the clinic's country."""
        contacts = PatientContacts(store, clock, region_of(clinic_phone), visits)
        pictures = PatientStills(store, clock, stills)
        return cls(PatientReading(store, clock), PatientEditing(store, clock), contacts, pictures, PatientAftercare(store, clock))
