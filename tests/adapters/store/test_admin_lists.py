"""The lists of an admin: pages that leave nothing out, and looks at many accounts that say what looks at one say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.clinic.records import SettingChange
from telemed.care.notify.records import OutboxMessage
from telemed.care.staff.records import InvitationRecord, PasskeyRecord, RecoveryCodeRecord, TotpRecord
from telemed.store import Store
from tests.adapters.store.rows import CLINIC, NOW, USER
from tests.unit.notify.builders import message

# Two at the same moment, the others within the day, across midnight, and some days before.
AGO = [0.0, 0.5, 0.5, 60.0, 3600.0, 9 * 3600.0, 9.5 * 3600.0, 9.51 * 3600.0, 4 * 86400.0]


@pytest.fixture
async def clinic(store: Store) -> Store:
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
        await tx.users.create(USER)
    return store


def a_change(number: int, ago: float) -> SettingChange:
    subject = f"policy:{('login_hours', 'link_days', 'second_factor')[number % 3]}"
    return SettingChange(f"chg_{number}", "org_1", subject, None, {"value": number}, "usr_1", NOW - timedelta(seconds=ago))


def a_message(number: int, ago: float) -> OutboxMessage:
    return replace(message(number), created_at=NOW - timedelta(seconds=ago))


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_pages_of_messages_leave_nothing_out(clinic: Store, length: int) -> None:
    async with clinic.write() as tx:
        for number, ago in enumerate(AGO):
            await tx.outbox.put(a_message(number, ago))
    async with clinic.read() as tx:
        whole = [row.id for row in await tx.usage.messages("org_1", None, 100)]
        paged: list[str] = []
        while found := await tx.usage.messages("org_1", paged[-1] if paged else None, length):
            paged += [row.id for row in found]
    assert len(whole) == len(AGO) and paged == whole


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_pages_of_changes_leave_nothing_out(clinic: Store, length: int) -> None:
    async with clinic.write() as tx:
        for number, ago in enumerate(AGO):
            await tx.setting_changes.create(a_change(number, ago))
    async with clinic.read() as tx:
        whole = [row.id for row in await tx.setting_changes.page("org_1", None, 100)]
        paged: list[str] = []
        while found := await tx.setting_changes.page("org_1", paged[-1] if paged else None, length):
            paged += [row.id for row in found]
    assert len(whole) == len(AGO) and paged == whole


async def test_which_settings_were_changed_again(clinic: Store) -> None:
    changes = [a_change(number, ago) for number, ago in enumerate(AGO)]
    async with clinic.write() as tx:
        for change in changes:
            await tx.setting_changes.create(change)
    subjects = {change.subject for change in changes}
    async with clinic.read() as tx:
        for change in changes:
            again = await tx.setting_changes.changed_after(change, subjects)
            latest = await tx.setting_changes.latest("org_1", change.subject)
            assert (change.subject in again) == (latest != change)
            later = {other.subject for other in changes if (other.at, other.id) > (change.at, change.id)}
            assert again == later


async def test_many_accounts_at_once_are_what_each_is(clinic: Store) -> None:
    ids = ["usr_1", "usr_2", "usr_3"]
    hour = timedelta(hours=1)
    async with clinic.write() as tx:
        for number in (2, 3):
            await tx.users.create(replace(USER, id=f"usr_{number}", email=f"{number}@clinic.example", name=f"Dr. {number}"))
        await tx.totps.put(TotpRecord("usr_1", b"s", 0, NOW, NOW))
        await tx.totps.put(TotpRecord("usr_2", b"s", 0, NOW))
        for number, ended in enumerate((None, None, NOW)):
            key = PasskeyRecord(f"psk_{number}", "usr_2", None, bytes([number]), b"", 0, "key", NOW, revoked_at=ended)
            await tx.passkeys.create(key)
        codes = [RecoveryCodeRecord(f"rec_{number}", "usr_1", str(number) * 64, NOW) for number in range(3)]
        await tx.recovery_codes.replace("usr_1", [*codes, RecoveryCodeRecord("rec_9", "usr_1", "9" * 64, NOW, NOW)])
        for number, (user, created, until, ended) in enumerate(
            (
                ("usr_3", NOW - hour, NOW + hour, None),
                ("usr_3", NOW, NOW + hour, None),
                ("usr_3", NOW + hour / 2, NOW + hour, NOW),
                ("usr_2", NOW - hour, NOW - hour / 2, None),
            )
        ):
            digest = str(number) * 64
            row = InvitationRecord(f"inv_{number}", user, "invite", digest, None, created, until, revoked_at=ended)
            await tx.invitations.create(row)
    async with clinic.read() as tx:
        assert await tx.users.names(ids) == {"usr_1": "Dr. A", "usr_2": "Dr. 2", "usr_3": "Dr. 3"}
        assert await tx.totps.confirmed_of(ids) == {"usr_1"}
        assert await tx.passkeys.counts_of(ids) == {"usr_2": len(await tx.passkeys.of_user("usr_2"))} == {"usr_2": 2}
        assert await tx.recovery_codes.counts_of(ids) == {"usr_1": await tx.recovery_codes.left("usr_1")} == {"usr_1": 3}
        opened = await tx.invitations.open_of_all(ids, NOW)
        assert opened == {"usr_3": await tx.invitations.open_of("usr_3", NOW)} and opened["usr_3"].id == "inv_1"
        assert await tx.users.names([]) == {} and await tx.invitations.open_of_all([], NOW) == {}
