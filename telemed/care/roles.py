"""Who a person is to the server. One role per staff account and one per seat; rights live in `permissions.py` alone."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles of the product."""

    ADMIN = "admin"
    CLINICIAN = "clinician"
    FRONT_DESK = "front_desk"
    DISPATCHER = "dispatcher"
    RESPONDER = "responder"
    PATIENT = "patient"
    CARER = "carer"
    EXTERNAL_CLINICIAN = "external_clinician"
    INTERPRETER = "interpreter"
    REVIEWER = "reviewer"
    OBSERVER = "observer"
    GUEST = "guest"


# Roles that may lead a session: admit, hold, remove, end.
CARE_ROLES = frozenset({Role.CLINICIAN, Role.DISPATCHER, Role.RESPONDER})

# Roles with an account. Everyone else comes by a link.
STAFF_ROLES = CARE_ROLES | {Role.ADMIN, Role.FRONT_DESK, Role.REVIEWER}

# Roles a link may give (protocol section 1.2, POST /sessions/{id}/links).
LINK_ROLES = frozenset({Role.PATIENT, Role.GUEST, Role.INTERPRETER, Role.EXTERNAL_CLINICIAN, Role.OBSERVER})
