"""Changes of settings: each with its row of history and of the audit trail in one transaction, and in force at once."""

from __future__ import annotations

from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.clinic.live_settings import LiveSettings, read_settings
from telemed.care.clinic.records import SettingChange, SiteRecord
from telemed.care.clinic.subjects import Kind, Setting, Subject, before_it, of_site
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.notify import texts
from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import Medium
from telemed.care.notify.wording import Wording, check_wording
from telemed.care.policies import check_value, policy_named
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotAllowed, NotFound
from telemed.ids import new_id
from telemed.web.admin.setting_rows import SettingRows

_CREATE = "site.create"  # the kind of answers kept


class SettingsDesk:
    """Writes settings for admins. An admin of one site reads them and changes none: they hold for everybody."""

    def __init__(self, store: Store, clock: Clock, live: LiveSettings) -> None:
        self._store = store
        self._clock = clock
        self._live = live

    async def edit_clinic(self, admin: Staff, values: Setting) -> str | None:
        """Change the clinic's details; -> the id of the change, None when nothing differs."""
        made = await self._edit(admin, Subject(Kind.ORGANISATION, admin.organisation_id), values)
        async with self._store.read() as tx:
            clinic = await tx.organisations.get(admin.organisation_id)
            first = await tx.organisations.first()
        if made is not None and clinic is not None and first is not None and clinic.id != first.id:
            self._live.take_other(clinic)
        return made

    async def edit_site(self, admin: Staff, site_id: str, values: Setting) -> str | None:
        """Change a site, or close and open it. Raises NotFound."""
        return await self._edit(admin, Subject(Kind.SITE, site_id), values)

    async def set_policy(self, admin: Staff, name: str, value: Any) -> str | None:
        """Decide a policy; None goes back to the default. Raises InvalidInput."""
        policy = policy_named(name)
        wanted = None if value is None else {"value": check_value(policy, value)}
        return await self._set(admin, Subject(Kind.POLICY, policy.value), wanted)

    async def set_template(self, admin: Staff, template: Template, language: str, medium: Medium, wording: Wording) -> str | None:
        """Use a wording of the clinic's own. Raises InvalidInput."""
        if texts.built_in(template, medium, language) is None:
            raise InvalidInput("This message cannot travel this way.", field="medium")
        check_wording(template, medium, wording)
        subject = Subject.of_template(template.value, language, medium)
        return await self._set(admin, subject, {"subject": wording.subject, "body": wording.body})

    async def reset_template(self, admin: Staff, template: Template, language: str, medium: Medium) -> str | None:
        """Back to our wording."""
        return await self._set(admin, Subject.of_template(template.value, language, medium), None)

    async def create_site(self, admin: Staff, name: str, phone: str, command_id: str) -> Json:
        """Add a site; -> {id, change_id}."""
        _of_the_whole_clinic(admin)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            done = await tx.acks.find(admin.user_id, command_id, _CREATE)
            if done is not None:
                return kept_answer(done, "change_id")
            site = SiteRecord(new_id("sit"), admin.organisation_id, name, phone, now)
            await tx.sites.create(site)
            change = self._change(admin, Subject(Kind.SITE, site.id), None, of_site(site))
            await tx.setting_changes.create(change)
            await tx.audit.append(admin.ref, AuditAction.SITE_CREATED, site.id, AuditOutcome.DONE, now)
            answer: Json = {"id": site.id, "change_id": change.id}
            await tx.acks.save(admin.user_id, command_id, answer, now, _CREATE)
        return answer

    async def revert(self, admin: Staff, change_id: str) -> str | None:
        """Take a change back; -> the id of the change that does it. Raises NotFound, Conflict `changed_since`."""
        _of_the_whole_clinic(admin)
        async with self._store.write() as tx:
            change = await tx.setting_changes.get(change_id)
            if change is None or change.organisation_id != admin.organisation_id:
                raise NotFound()
            subject = Subject.read(change.subject)
            latest = await tx.setting_changes.latest(admin.organisation_id, change.subject)
            wanted = before_it(change, latest, await self._rows(tx, admin).read(subject))
            made = await self._write(tx, admin, subject, wanted, reverts=change.id)
            live = await read_settings(tx)
        self._live.take(live.clinic, live.policies)
        return made

    async def _edit(self, admin: Staff, subject: Subject, values: Setting) -> str | None:
        """Change some fields of a setting."""
        _of_the_whole_clinic(admin)
        async with self._store.write() as tx:
            present = await self._rows(tx, admin).read(subject) or {}
            made = await self._write(tx, admin, subject, {**present, **values})
            live = await read_settings(tx)
        self._live.take(live.clinic, live.policies)
        return made

    async def _set(self, admin: Staff, subject: Subject, value: Setting | None) -> str | None:
        _of_the_whole_clinic(admin)
        async with self._store.write() as tx:
            made = await self._write(tx, admin, subject, value)
            live = await read_settings(tx)
        self._live.take(live.clinic, live.policies)
        return made

    async def _write(
        self, tx: Transaction, admin: Staff, subject: Subject, value: Setting | None, reverts: str | None = None
    ) -> str | None:
        """Write setting, history and audit; nothing when nothing differs."""
        if subject.kind is Kind.POLICY:
            await _of_the_server(tx, admin)
        rows = self._rows(tx, admin)
        before = await rows.read(subject)
        if before == value:
            return None
        written = await rows.write(subject, value)
        change = self._change(admin, subject, before, value, reverts)
        await tx.setting_changes.create(change)
        action = written.action if reverts is None else AuditAction.SETTING_REVERTED
        await tx.audit.append(admin.ref, action, written.object_id or change.id, AuditOutcome.DONE, change.at)
        return change.id

    def _rows(self, tx: Transaction, admin: Staff) -> SettingRows:
        return SettingRows(tx, admin.organisation_id, admin.user_id, self._clock.utcnow())

    def _change(
        self, admin: Staff, subject: Subject, before: Setting | None, after: Setting | None, reverts: str | None = None
    ) -> SettingChange:
        now = self._clock.utcnow()
        return SettingChange(
            new_id("chg"), admin.organisation_id, subject.text, before, after, admin.user_id, now, reverts
        )


async def _of_the_server(tx: Transaction, admin: Staff) -> None:
    """Raise NotAllowed for an admin of an organisation that is a guest on this server: policies hold for all of it."""
    first = await tx.organisations.first()
    if first is None or first.id != admin.organisation_id:
        raise NotAllowed()


def _of_the_whole_clinic(admin: Staff) -> None:
    """Raise NotAllowed for an admin of one site."""
    if admin.site_id is not None:
        raise NotAllowed()
