"""docs/rights.md, written from the permission table: who may do what, for whoever answers for privacy in a clinic.

Write it anew with `python -m telemed.care.rights_document > docs/rights.md`; a rule test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from telemed.care.actions import Action
from telemed.care.break_glass import MAX_REASON, MIN_REASON, OPEN_FOR
from telemed.care.permission_table import BY_SECRET, PUBLIC, TABLE, Scope
from telemed.care.recording.erasing import SINGLE_ERASE_DAYS
from telemed.care.roles import LINK_ROLES, STAFF_ROLES, Role

_ORDER = (
    Role.ADMIN,
    Role.CLINICIAN,
    Role.DISPATCHER,
    Role.RESPONDER,
    Role.FRONT_DESK,
    Role.REVIEWER,
    Role.PATIENT,
    Role.CARER,
    Role.EXTERNAL_CLINICIAN,
    Role.INTERPRETER,
    Role.OBSERVER,
    Role.GUEST,
)
_ABOUT: Mapping[Role, str] = {
    Role.ADMIN: "runs the installation: accounts, sites, settings, health. Sees no patient's name, no reason, message or media.",
    Role.CLINICIAN: "treats people: leads visits, keeps notes and records of those cared for.",
    Role.DISPATCHER: "takes emergency and urgent calls; in a visit and with records as a clinician.",
    Role.RESPONDER: "is at the scene; in a visit and with records as a clinician.",
    Role.FRONT_DESK: "receives people: waiting list, links, contacts and carers of records. No notes, no calls.",
    Role.REVIEWER: "watches, marks and signs off recordings of the organisation and site, and nothing else of visits.",
    Role.PATIENT: "is cared for: comes by a link for one visit, or signs in with a code or passkey for the own record.",
    Role.CARER: "acts for one patient within the scope agreed and until its end.",
    Role.EXTERNAL_CLINICIAN: "a colleague from elsewhere, invited into one visit by a link.",
    Role.INTERPRETER: "is invited into one visit by a link.",
    Role.OBSERVER: "watches one visit, sends nothing, and stands on everybody's list of people from the first second.",
    Role.GUEST: "anybody else invited into one visit by a link.",
}
_SHORT: Mapping[Scope, str] = {
    Scope.ANYWHERE: "yes",
    Scope.ORGANISATION: "site",
    Scope.LED: "led",
    Scope.RECORDED: "recorded",
    Scope.RECORDED_OR_PRIVACY: "recorded, officer",
    Scope.CARE: "care",
    Scope.QUEUE: "member",
    Scope.OWN_ACCOUNT: "self",
    Scope.PRIVACY: "officer",
    Scope.OWN_RECORD: "own",
    Scope.SEAT: "seat",
    Scope.BEFORE_CALL: "before",
    Scope.ADMITTED: "admitted",
    Scope.CALL: "in call",
    Scope.TALK: "talking",
}
_MEANING: Mapping[Scope, str] = {
    Scope.ANYWHERE: "yes; what it shows or changes is that of the own organisation and site",
    Scope.ORGANISATION: "visits and records of the own organisation, and of the own site or of no site",
    Scope.LED: "of these visits, those that one made or holds a seat in, unless one only wrote to somebody in a waiting room",
    Scope.RECORDED: "recordings of visits that one led and that took place, and of people one cares for",
    Scope.RECORDED_OR_PRIVACY: "the same; for privacy officers all recordings of their organisation and site",
    Scope.CARE: "of these records, those of people one cares for: in the team, leading a visit, or by breaking the glass",
    Scope.QUEUE: "waiting rooms one works in, and people there who were handed to oneself",
    Scope.OWN_ACCOUNT: "the own account, or what one did oneself",
    Scope.PRIVACY: "people who are a privacy officer besides their role, for their organisation and site",
    Scope.OWN_RECORD: "the own record; a carer: the record named, as far as the scope agreed goes",
    Scope.SEAT: "the own seat in one visit, until denied or removed",
    Scope.BEFORE_CALL: "the own seat while it has not been let in",
    Scope.ADMITTED: "the own seat once let in, on hold too",
    Scope.CALL: "the own seat in the call, not on hold",
    Scope.TALK: "the own seat while it waits, and in the call, not on hold",
}


def rights_document() -> str:
    """Return the whole document."""
    return "\n".join([*_head(), *_matrix(), *_borders()]) + "\n"


def _head() -> Iterator[str]:
    yield "# Roles and rights"
    yield ""
    yield "Written from the permission table (`telemed/care/permission_table.py`); a test compares. What stands in no line below"
    yield "is allowed to nobody. Every HTTP route and every socket event names one of the actions, and a test asks the running"
    yield "server for each of them in each role, for the own, a colleague's, another site's and another organisation's things."
    yield ""
    yield "## Roles"
    yield ""
    for role in _ORDER:
        way = "account" if role in STAFF_ROLES else "link" if role in LINK_ROLES else "link or code"
        yield f"* **{_plain(role.value)}** ({way}): {_ABOUT[role]}"
    yield ""
    yield "*Privacy officer* is no role but a duty given to a member of staff besides it. It gives nothing to an admin over"
    yield "patients: who could give the duty to itself must not see names and reasons by it."
    yield ""
    yield "## Words of the table"
    yield ""
    for scope in Scope:
        yield f"* `{_SHORT[scope]}`: {_MEANING[scope]}."
    yield ""


def _matrix() -> Iterator[str]:
    public = ", ".join(_plain(action.value) for action in Action if action in PUBLIC - BY_SECRET)
    servers = ", ".join(_plain(action.value) for action in Action if action in BY_SECRET)
    yield "## The table"
    yield ""
    yield f"Open to everybody, guarded by limits: {public}."
    yield ""
    yield f"Of another server, by a secret of its own, and of nobody while none is configured: {servers} (the SMS gateway)."
    yield ""
    yield "| action | " + " | ".join(_plain(role.value) for role in _ORDER) + " |"
    yield "|---|" + "---|" * len(_ORDER)
    for action in Action:
        if action not in PUBLIC:
            cells = (TABLE[action].get(role) for role in _ORDER)
            yield f"| {_plain(action.value)} | " + " | ".join(_SHORT[cell] if cell else "" for cell in cells) + " |"
    yield ""


def _borders() -> Iterator[str]:
    minutes = int(OPEN_FOR.total_seconds()) // 60
    yield "## Borders"
    yield ""
    yield "* *Organisations* share nothing: to staff of one, everything of another is not there (404)."
    yield "* *Sites* part an organisation: people with a site see visits and records of that site and those of no site; people"
    yield "  without one see all sites. Both are asked before any handler runs, for everything a path can name."
    yield f"* *Breaking the glass*: a care role opens a record it has no part in, for {minutes} minutes, with a reason of"
    yield f"  {MIN_REASON} to {MAX_REASON} characters. A further time takes a further reason. Privacy officers and the care team"
    yield "  are told by mail, without name or reason; the patient sees it among those who looked; a privacy officer"
    yield "  who is somebody else reviews it."
    yield "* *Recordings*: who may watch them reads, marks, signs off and exports them, an export with a reason. A privacy"
    yield "  officer finds all of them to hold, erase and decide on, and watches none for that. Erasing takes two different"
    yield f"  people with the right, or one and {SINGLE_ERASE_DAYS} days where there is only one. A recording that is not there"
    yield "  and one that is not one's to see give the same answer."
    yield "* *Links* open one seat in one visit. Nothing that lasts hangs on a link."
    yield "* *An observer* is on the list of people of everybody let into the visit, from the moment its seat is made."


def _plain(word: str) -> str:
    return word.replace("_", " ")


if __name__ == "__main__":
    sys.stdout.write(rights_document())
