"""What the permission table promises for a cell of role x route x ownership: written out here, not asked of `permissions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telemed.care.actions import Action
from telemed.care.permission_table import PUBLIC, SEAT_SCOPES, TABLE, Scope
from telemed.care.roles import CARE_ROLES, LINK_ROLES, Role
from telemed.web.route import Route


class Kind(StrEnum):
    """Who asks."""

    NOBODY = "nobody"
    STAFF = "staff"
    SEAT = "seat"
    PERSON = "person"


class Whose(StrEnum):
    """Whose is what the path names."""

    OWN = "own"
    COLLEAGUE = "colleague"
    SITE = "other site"
    ORGANISATION = "other organisation"


@dataclass(frozen=True)
class Asker:
    """One column of the matrix."""

    kind: Kind
    role: Role | None = None
    officer: bool = False
    everywhere: bool = False  # staff of the whole organisation, not of one site

    def __str__(self) -> str:
        more = (" (privacy officer)" if self.officer else "") + (" (all sites)" if self.everywhere else "")
        return "nobody" if self.role is None else f"{self.kind} {self.role}{more}"


STAFF = tuple(
    Asker(Kind.STAFF, role)
    for role in (Role.ADMIN, Role.CLINICIAN, Role.DISPATCHER, Role.RESPONDER, Role.FRONT_DESK, Role.REVIEWER)
)
OFFICERS = tuple(Asker(Kind.STAFF, role, officer=True) for role in (Role.ADMIN, Role.CLINICIAN, Role.REVIEWER))
ALL_SITES = tuple(Asker(Kind.STAFF, role, everywhere=True) for role in (Role.ADMIN, Role.CLINICIAN, Role.FRONT_DESK))
SEATS = tuple(Asker(Kind.SEAT, role) for role in sorted(LINK_ROLES))
PERSONS = (Asker(Kind.PERSON, Role.PATIENT), Asker(Kind.PERSON, Role.CARER))
ASKERS = (Asker(Kind.NOBODY), *STAFF, *OFFICERS, *ALL_SITES, *SEATS, *PERSONS)

# These belong to the organisation, to no site of it.
OF_ORGANISATION = ("{change_id}", "{message_id}", "{speciality_id}")
# What an admin of one site reads and does not set: settings of the organisation.
SET_BY_ALL_SITES = {
    "PATCH /admin/clinic",
    "POST /admin/sites",
    "PATCH /admin/sites/{site_id}",
    "PUT /admin/policies",
    "PUT /admin/templates",
    "POST /admin/templates/reset",
    "POST /admin/changes/{change_id}/revert",
    "POST /admin/specialities",
    "PATCH /admin/specialities/{speciality_id}",
    "PUT /admin/specialities/{speciality_id}/shifts",
}

ALLOWED = 200  # reached: the rights let it through, whatever the state of things says then


def wants_whose(route: Route) -> bool:
    """Whether the path names something that may be another's."""
    return "{" in route.path and "{days}" not in route.path


def expected(asker: Asker, route: Route, whose: Whose) -> int:
    """The status: ALLOWED, 401, 403 or 404."""
    action = route.action
    if action in PUBLIC:
        return ALLOWED
    if asker.kind is Kind.NOBODY or asker.role is None:
        return 401
    grants = TABLE[action]
    for_persons = Scope.OWN_RECORD in grants.values()
    for_seats = any(role in LINK_ROLES and scope in SEAT_SCOPES for role, scope in grants.items())
    scope = grants.get(asker.role)
    if asker.kind is Kind.PERSON:
        return _of_person(scope, whose) if for_persons else 401
    if asker.kind is Kind.SEAT:
        return 401 if not for_seats or whose is not Whose.OWN else ALLOWED if scope is not None else 403
    if asker.everywhere and whose is Whose.SITE:
        whose = Whose.COLLEAGUE  # a site is no border to them
    if whose is Whose.SITE and any(name in route.path for name in OF_ORGANISATION):
        whose = Whose.COLLEAGUE
    status = _of_staff(asker, action, scope, whose)
    sets = f"{route.method} {route.path}" in SET_BY_ALL_SITES
    return 403 if status == ALLOWED and sets and not asker.everywhere else status


def _of_person(scope: Scope | None, whose: Whose) -> int:
    if scope is None:
        return 403
    return ALLOWED if whose is Whose.OWN else 404


def _of_staff(asker: Asker, action: Action, scope: Scope | None, whose: Whose) -> int:
    if scope is None or (scope is Scope.PRIVACY and not asker.officer):
        return 403
    if whose in (Whose.SITE, Whose.ORGANISATION):
        return 404
    if whose is Whose.OWN or scope in (Scope.ANYWHERE, Scope.ORGANISATION, Scope.PRIVACY):
        return ALLOWED if not _needs_more(asker, action, whose) else 403
    if scope in (Scope.RECORDED, Scope.RECORDED_OR_PRIVACY):
        return ALLOWED if scope is Scope.RECORDED_OR_PRIVACY and asker.officer else 404  # as if it were not there
    if scope is Scope.OWN_ACCOUNT:
        return _of_account(asker, action)
    if scope is Scope.QUEUE:
        return 404  # a waiting room of others is not there
    return 403  # LED, CARE and the scopes of seats: a colleague's


def _of_account(asker: Asker, action: Action) -> int:
    """A colleague's login or passkey is not there; a colleague's emergency access is, and its privacy officer may end it."""
    if action is Action.CLOSE_GLASS:
        return ALLOWED if asker.officer else 403
    return 404


def _needs_more(asker: Asker, action: Action, whose: Whose) -> bool:
    """Attaching asks two questions: EDIT_SESSION of the visit, and the patient's record."""
    return action is Action.ATTACH_SESSION and whose is not Whose.OWN and asker.role in CARE_ROLES
