"""Making and changing records: what is checked, and what the history keeps of a change."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from telemed.care.patients.names import fold
from telemed.care.patients.records import PatientRecord
from telemed.care.patients.search_dates import OLDEST
from telemed.care.patients.words import Need
from telemed.errors import Conflict, InvalidInput

MAX_NAME = 80  # characters, as everywhere names are typed
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, as far as clinics need it
_HISTORY_FIELDS = ("name", "birth_date", "language", "needs", "interpreter_language")


@dataclass(frozen=True, slots=True)
class Details:
    """What staff may say of a person."""

    name: str
    birth_date: date | None = None
    language: str = ""
    needs: tuple[Need, ...] = ()
    interpreter_language: str = ""


def details_of(patient: PatientRecord) -> Details:
    """The details a record has."""
    return Details(patient.name, patient.birth_date, patient.language, patient.needs, patient.interpreter_language)


def checked(details: Details, today: date) -> Details:
    """Return details as they are kept. Raises InvalidInput naming the field at fault."""
    name = clean_name(details.name)
    if not fold(name):
        raise InvalidInput("A name has letters.", field="name")
    born = details.birth_date
    if born is not None and not (born <= today and today.year - born.year <= OLDEST):
        raise InvalidInput("Nobody alive was born then.", field="birth_date")
    needs = tuple(need for need in Need if need in details.needs)  # in one order, each once
    spoken = details.interpreter_language if Need.INTERPRETER in needs else ""
    for field, language in (("language", details.language), ("interpreter_language", spoken)):
        if language and not _LANGUAGE.fullmatch(language):
            raise InvalidInput("This is no language tag.", field=field)
    return Details(name, born, details.language, needs, spoken)


def clean_name(name: str) -> str:
    """One line without control characters. Raises InvalidInput when nothing is left or it is too long."""
    kept = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign) not in ("Cc", "Cs"))
    clean = " ".join(kept.split())
    if not 1 <= len(clean) <= MAX_NAME:
        raise InvalidInput(f"A name has 1 to {MAX_NAME} characters.", field="name")
    return clean


def edited(patient: PatientRecord, details: Details, revision: int, now: datetime) -> PatientRecord:
    """Return the next revision. Raises Conflict `patient_changed` unless made on the present one, and `patient_merged`."""
    if patient.merged_into is not None:
        raise Conflict("This record was joined with another.", code="patient_merged")
    if patient.revision != revision:
        raise Conflict("Somebody changed this record meanwhile.", code="patient_changed")
    if details == details_of(patient):
        return patient
    return replace(
        patient,
        name=details.name,
        folded_name=fold(details.name),
        birth_date=details.birth_date,
        language=details.language,
        needs=details.needs,
        interpreter_language=details.interpreter_language,
        revision=patient.revision + 1,
        updated_at=now,
    )


def difference(before: PatientRecord | None, after: PatientRecord) -> dict[str, list[Any]]:
    """Return what the history keeps: field -> [before, after], for the fields that changed. `before` None: a new record."""
    pairs = {name: (getattr(before, name, None), getattr(after, name)) for name in _HISTORY_FIELDS}
    return {
        name: [plain(old), plain(new)]
        for name, (old, new) in pairs.items()
        if old != new and (before is not None or new not in ("", (), None))
    }


def plain(value: Any) -> Any:
    """Return a value as JSON takes it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return [plain(part) for part in value] if isinstance(value, tuple) else value
