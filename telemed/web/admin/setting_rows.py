"""One setting in and out of the rows, whatever it is about: the same way for a change and for taking one back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction
from telemed.care.clinic.records import PolicyRecord, SiteRecord
from telemed.care.clinic.subjects import Kind, Setting, Subject, of_clinic, of_site
from telemed.care.notify.records import TemplateRecord
from telemed.care.policies import check_value, policy_named
from telemed.care.records import OrganisationRecord
from telemed.care.repositories import Transaction
from telemed.errors import NotFound


@dataclass(frozen=True, slots=True)
class Written:
    """What the audit trail is told: the act, and its object where that has an id of its own ("": the change itself)."""

    action: AuditAction
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class SettingRows:
    """The settings of one clinic in one transaction. `by` is the admin's user id."""

    tx: Transaction
    organisation_id: str
    by: str
    now: datetime

    async def read(self, subject: Subject) -> Setting | None:
        """The present value, None when the clinic has decided nothing. Raises NotFound for a site of somebody else."""
        if subject.kind is Kind.ORGANISATION:
            return of_clinic(await self._clinic(subject))
        if subject.kind is Kind.SITE:
            return of_site(await self._site(subject))
        if subject.kind is Kind.POLICY:
            policy = await self.tx.policies.get(self.organisation_id, subject.key)
            return {"value": policy.value} if policy is not None else None
        own = await self.tx.templates.get(self.organisation_id, *subject.template)
        return {"subject": own.subject, "body": own.body} if own is not None else None

    async def write(self, subject: Subject, value: Setting | None) -> Written:
        """Set it; None takes back what the clinic has decided. Raises NotFound, InvalidInput."""
        if subject.kind is Kind.ORGANISATION:
            return await self._write_clinic(subject, value or {})
        if subject.kind is Kind.SITE:
            return await self._write_site(subject, value or {})
        if subject.kind is Kind.POLICY:
            return await self._write_policy(subject, value)
        return await self._write_template(subject, value)

    async def _clinic(self, subject: Subject) -> OrganisationRecord:
        clinic = await self.tx.organisations.get(self.organisation_id)
        if clinic is None or clinic.id != subject.key:
            raise NotFound()
        return clinic

    async def _site(self, subject: Subject) -> SiteRecord:
        site = await self.tx.sites.get(subject.key)
        if site is None or site.organisation_id != self.organisation_id:
            raise NotFound()
        return site

    async def _write_clinic(self, subject: Subject, value: Setting) -> Written:
        clinic = await self._clinic(subject)
        changed = replace(clinic, **value)
        await self.tx.organisations.save(changed)
        return Written(AuditAction.CLINIC_CHANGED, clinic.id)

    async def _write_site(self, subject: Subject, value: Setting) -> Written:
        site = await self._site(subject)
        closed_at = (site.closed_at or self.now) if value["closed"] else None
        await self.tx.sites.save(replace(site, name=value["name"], phone=value["phone"], closed_at=closed_at))
        return Written(AuditAction.SITE_CHANGED, site.id)

    async def _write_policy(self, subject: Subject, value: Setting | None) -> Written:
        policy = policy_named(subject.key)
        if value is None:
            await self.tx.policies.remove(self.organisation_id, policy.value)
        else:
            present = await self.tx.policies.get(self.organisation_id, policy.value)
            revision = present.revision + 1 if present is not None else 1
            checked = check_value(policy, value["value"])
            row = PolicyRecord(self.organisation_id, policy.value, checked, revision, self.now, self.by)
            await self.tx.policies.put(row)
        return Written(AuditAction.POLICY_CHANGED)

    async def _write_template(self, subject: Subject, value: Setting | None) -> Written:
        name, language, medium = subject.template
        if value is None:
            await self.tx.templates.remove(self.organisation_id, name, language, medium)
        else:
            wording = (value["subject"], value["body"])
            await self.tx.templates.put(TemplateRecord(self.organisation_id, name, language, medium, *wording, self.now))
        return Written(AuditAction.TEMPLATE_CHANGED)
