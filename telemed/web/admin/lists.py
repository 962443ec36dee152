"""What an admin reads of the settings: each with its default, its bounds and who changed it last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from telemed.care.clinic.live_settings import LiveSettings
from telemed.care.clinic.records import SettingChange
from telemed.care.clinic.subjects import Kind, Subject, of_clinic
from telemed.care.identity import Staff
from telemed.care.notify import catalogue, texts
from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import Medium, TemplateRecord
from telemed.care.notify.wording import MAX_BODY, MAX_SMS, MAX_SUBJECT, Wording, check_wording, render
from telemed.care.policies import RULES, Policy, default_of
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.care.times import iso_or_none, iso_utc
from telemed.web.paging import Page

SMS_PART = 160  # characters of one SMS in the basic alphabet (3GPP TS 23.038); others make shorter parts


class SettingLists:
    """Reads settings for admins."""

    def __init__(self, store: Store, live: LiveSettings) -> None:
        self._store = store
        self._live = live

    async def clinic(self, admin: Staff) -> Json:
        """-> {clinic, may_change}."""
        async with self._store.read() as tx:
            clinic = await tx.organisations.get(admin.organisation_id) or self._live.clinic
        return {"clinic": {**of_clinic(clinic), "demo": clinic.is_demo}, "may_change": admin.site_id is None}

    async def sites(self, admin: Staff) -> Json:
        """-> {sites}."""
        async with self._store.read() as tx:
            sites = await tx.sites.of_organisation(admin.organisation_id)
            people = await tx.sites.staff_counts(admin.organisation_id)
        rows = [
            {
                "id": site.id,
                "name": site.name,
                "phone": site.phone,
                "closed_at": iso_or_none(site.closed_at),
                "people": people.get(site.id, 0),
            }
            for site in sites
            if admin.works_at(site.id)
        ]
        return {"sites": rows}

    async def policies(self, admin: Staff) -> Json:
        """-> {policies}."""
        async with self._store.read() as tx:
            rows = [await self._policy(tx, admin, policy) for policy in Policy]
        return {"policies": rows}

    async def _policy(self, tx: Transaction, admin: Staff, policy: Policy) -> Json:
        stored = await tx.policies.get(admin.organisation_id, policy.value)
        by = await tx.users.get(stored.updated_by) if stored is not None and stored.updated_by else None
        rule = RULES[policy]
        return {
            "name": policy.value,
            "value": self._live.policies.value_of(policy),
            "default": default_of(policy, self._live.clinic.is_demo),
            "is_set": stored is not None,
            "choices": list(rule.choices),
            "low": rule.low,
            "high": rule.high,
            "may_be_off": rule.may_be_off,
            "updated_at": iso_or_none(stored.updated_at if stored is not None else None),
            "updated_by": by.name if by is not None else "",
        }

    async def templates(self, admin: Staff) -> Json:
        """-> {templates, limits}."""
        async with self._store.read() as tx:
            own = {(row.name, row.language, row.medium): row for row in await tx.templates.all(admin.organisation_id)}
        rows = [
            _template(template, language, medium, wording, own.get((template.value, language, medium)))
            for language, wordings in texts.BUILT_IN.items()
            for (template, medium), wording in sorted(wordings.items())
        ]
        return {"templates": rows, "limits": {"subject": MAX_SUBJECT, "mail": MAX_BODY, "sms": MAX_SMS}}

    def preview(self, template: Template, medium: Medium, wording: Wording) -> Json:
        """-> {subject, text, parts} with example values. Raises InvalidInput with the field at fault."""
        check_wording(template, medium, wording)
        clinic = self._live.clinic
        values = catalogue.samples(template) | {"clinic": clinic.name, "phone": clinic.phone}
        rendered = render(wording, values)
        parts = -(-len(rendered.text) // SMS_PART) if medium is Medium.SMS else 0
        return {"subject": rendered.subject, "text": rendered.text, "parts": parts}

    async def changes(self, admin: Staff, page: Page) -> Json:
        """-> {changes, next}, newest first."""
        async with self._store.read() as tx:
            found = await tx.setting_changes.page(admin.organisation_id, page.after, page.limit + 1)
            shown = found[: page.limit]
            changed_since = set(await self._changed_since(tx, shown))
            people = await tx.users.names({change.changed_by for change in shown if change.changed_by})
            sites = await _site_names(tx, {Subject.read(change.subject) for change in shown})
        rows = []
        for change in shown:
            row = _change(change, people.get(change.changed_by or "", ""), sites)
            rows.append({**row, "can_revert": change.subject not in changed_since and admin.site_id is None})
            changed_since.add(change.subject)
        return {"changes": rows, "next": page.next_of(found, lambda change: change.id)}

    async def _changed_since(self, tx: Transaction, shown: list[SettingChange]) -> Collection[str]:
        """Settings of a page, newest first, that were changed after all of it."""
        if not shown:
            return ()
        return await tx.setting_changes.changed_after(shown[0], {change.subject for change in shown})


async def _site_names(tx: Transaction, subjects: Iterable[Subject]) -> dict[str, str]:
    sites = [await tx.sites.get(subject.key) for subject in subjects if subject.kind is Kind.SITE]
    return {site.id: site.name for site in sites if site is not None}


def _change(change: SettingChange, by: str, sites: Mapping[str, str]) -> Json:
    subject = Subject.read(change.subject)
    return {
        "id": change.id,
        "kind": subject.kind.value,
        "key": subject.key,
        "site_name": sites.get(subject.key, "") if subject.kind is Kind.SITE else "",
        "before": change.before,
        "after": change.after,
        "changed_by": by,
        "at": iso_utc(change.at),
        "reverts": change.reverts,
    }


def _template(template: Template, language: str, medium: Medium, ours: Wording, own: TemplateRecord | None) -> Json:
    return {
        "name": template.value,
        "language": language,
        "medium": medium.value,
        "subject": own.subject if own else ours.subject,
        "body": own.body if own else ours.body,
        "is_own": own is not None,
        "updated_at": iso_or_none(own.updated_at if own else None),
        "placeholders": sorted(catalogue.allowed_in(template)),
        "required": sorted(catalogue.required_in(template)),
    }
