"""Bodies of requests about the audit trail (protocol section 1.9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, StringConstraints
from pydantic import Field as Limits

from telemed.care.audit_actions import AuditOutcome
from telemed.care.audit_search import MAX_PAGE, AuditQuery
from telemed.web.request_models import Body

AnyId = Annotated[str, StringConstraints(pattern=r"^([a-z]{3}_[A-Za-z0-9_-]{1,36}|system|anonymous)$")]
Group = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
Number = Annotated[int, Limits(ge=1, le=2**53)]
PageLength = Annotated[int, Limits(ge=1, le=MAX_PAGE)]


class OwnAuditBody(Body):
    """`POST /audit/mine`."""

    group: Group | None = None
    outcome: AuditOutcome | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: Number | None = None
    limit: PageLength = 50

    def query(self, actor: str | None = None, object_id: str | None = None) -> AuditQuery:
        """As the rules have it. Raises InvalidInput."""
        return AuditQuery(actor, object_id, self.group, self.outcome, self.since, self.until, self.before, self.limit)


class AuditSearchBody(OwnAuditBody):
    """`POST /audit/search`."""

    actor: AnyId | None = None
    object_id: AnyId | None = None


class AuditExportBody(Body):
    """`POST /audit/export`: as a search, without pages."""

    actor: AnyId | None = None
    object_id: AnyId | None = None
    group: Group | None = None
    outcome: AuditOutcome | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def query(self) -> AuditQuery:
        """As the rules have it. Raises InvalidInput."""
        return AuditQuery(self.actor, self.object_id, self.group, self.outcome, self.since, self.until)


class AccessBody(Body):
    """`POST /patients/{patient_id}/access`."""

    before: Number | None = None
