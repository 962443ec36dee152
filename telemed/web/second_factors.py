"""Second factors of staff accounts as rows: made, checked, used up. Every method runs inside the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff import recovery_codes
from telemed.care.staff.records import Factors, PasskeyRecord, RecoveryCodeRecord, TotpRecord
from telemed.care.tokens import token_hash
from telemed.errors import Conflict, InvalidInput
from telemed.ids import new_id
from telemed.sealing import Sealer, Unsealable
from telemed.web import totp
from telemed.web.passkey_ceremony import NewCredential, RelyingParty, credential_id_of, handle_of
from telemed.web.qr import qr_rows

MAX_PASSKEYS = 10  # of one person


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """What one puts into an authenticator app."""

    secret: str
    uri: str
    qr: list[str]


async def factors_of(tx: Transaction, user_id: str) -> Factors:
    """What a member of staff can show besides the password."""
    app = await tx.totps.get(user_id)
    keys = await tx.passkeys.of_user(user_id)
    return Factors(app is not None and app.confirmed_at is not None, len(keys), await tx.recovery_codes.left(user_id))


async def factors_of_all(tx: Transaction, user_ids: Collection[str]) -> dict[str, Factors]:
    """The same of many, in three look-ups however many there are."""
    apps, keys = await tx.totps.confirmed_of(user_ids), await tx.passkeys.counts_of(user_ids)
    codes = await tx.recovery_codes.counts_of(user_ids)
    return {id_: Factors(id_ in apps, keys.get(id_, 0), codes.get(id_, 0)) for id_ in user_ids}


class SecondFactors:
    """Authenticator apps, passkeys and recovery codes. `issuer` names the clinic in the app."""

    def __init__(self, sealer: Sealer, issuer: str) -> None:
        self._sealer = sealer
        self._issuer = issuer

    async def offer_totp(self, tx: Transaction, user: UserRecord, now: datetime) -> TotpOffer:
        """Make a secret that counts once a code of it was shown. Raises Conflict `totp_there`."""
        present = await tx.totps.get(user.id)
        if present is not None and present.confirmed_at is not None:
            raise Conflict("There is an authenticator app already.", code="totp_there")
        secret = totp.new_secret()
        await tx.totps.put(TotpRecord(user.id, self._sealer.seal(secret.encode(), user.id), 0, now))
        uri = totp.provisioning_uri(secret, user.email, self._issuer)
        return TotpOffer(secret, uri, qr_rows(uri))

    async def confirm_totp(self, tx: Transaction, user: UserRecord, code: str, now: datetime) -> bool:
        """Make the offered secret count; False for a wrong code."""
        offered = await tx.totps.get(user.id)
        if offered is None or offered.confirmed_at is not None:
            raise Conflict("There is no authenticator app to confirm.", code="totp_not_offered")
        step = self._matching(offered, code, now)
        if step is None:
            return False
        await tx.totps.put(replace(offered, last_step=step, confirmed_at=now))
        await tx.audit.append(user.staff.ref, AuditAction.TOTP_ADDED, user.id, AuditOutcome.DONE, now)
        return True

    async def use_totp(self, tx: Transaction, user: UserRecord, code: str, now: datetime) -> bool:
        """Check a code and use it up."""
        app = await tx.totps.get(user.id)
        step = self._matching(app, code, now) if app is not None and app.confirmed_at is not None else None
        if app is None or step is None:
            return False
        await tx.totps.put(replace(app, last_step=step))
        return True

    async def use_recovery_code(self, tx: Transaction, user: UserRecord, typed: str, now: datetime) -> bool:
        """Check a recovery code and use it up."""
        if not await tx.recovery_codes.use(user.id, _code_hash(user.id, typed), now):
            return False
        await tx.audit.append(user.staff.ref, AuditAction.RECOVERY_CODE_USED, user.id, AuditOutcome.DONE, now)
        return True

    async def make_recovery_codes(self, tx: Transaction, user: UserRecord, now: datetime) -> list[str]:
        """Return new codes, to be shown once; the former ones are worthless."""
        count, size = recovery_codes.CODES, recovery_codes.LENGTH
        codes = [recovery_codes.code_from(secrets.token_bytes(size)) for _ in range(count)]
        rows = [RecoveryCodeRecord(new_id("rec"), user.id, _code_hash(user.id, code), now) for code in codes]
        await tx.recovery_codes.replace(user.id, rows)
        await tx.audit.append(user.staff.ref, AuditAction.RECOVERY_CODES_MADE, user.id, AuditOutcome.DONE, now)
        return codes

    async def first_recovery_codes(self, tx: Transaction, user: UserRecord, now: datetime) -> list[str]:
        """Return new codes when the account has none left, else none: with the first factor comes the way back."""
        return [] if await tx.recovery_codes.left(user.id) else await self.make_recovery_codes(tx, user, now)

    async def add_passkey(
        self, tx: Transaction, user: UserRecord, added: NewCredential, name: str, now: datetime
    ) -> PasskeyRecord:
        """Keep a verified passkey. Raises Conflict `too_many_passkeys`, `passkey_there`."""
        if len(await tx.passkeys.of_user(user.id)) >= MAX_PASSKEYS:
            raise Conflict("That are too many passkeys.", code="too_many_passkeys")
        if await tx.passkeys.by_credential(added.credential_id) is not None:
            raise Conflict("This passkey is known already.", code="passkey_there")
        passkey = PasskeyRecord(
            id=new_id("psk"),
            user_id=user.id,
            patient_id=None,
            credential_id=added.credential_id,
            public_key=added.public_key,
            sign_count=added.sign_count,
            name=name,
            created_at=now,
        )
        await tx.passkeys.create(passkey)
        await tx.audit.append(user.staff.ref, AuditAction.PASSKEY_ADDED, user.id, AuditOutcome.DONE, now)
        return passkey

    def _matching(self, app: TotpRecord, code: str, now: datetime) -> int | None:
        try:
            secret = self._sealer.open(app.sealed_secret, app.user_id).decode()
        except Unsealable:
            return None  # another installation key: the code cannot be right, and an admin's reset helps
        return totp.matching_step(secret, code, now, app.last_step)


async def shown_passkey(
    tx: Transaction, party: RelyingParty, credential: Mapping[str, Any], challenge: bytes, must_verify: bool
) -> PasskeyRecord:
    """Return the passkey that was shown, checked. Raises InvalidInput `passkey_refused`, the same for unknown ones."""
    passkey = await tx.passkeys.by_credential(credential_id_of(credential))
    if passkey is None or passkey.revoked_at is not None:
        raise InvalidInput("This passkey was not accepted.", code="passkey_refused")
    handle = handle_of(credential)
    if handle is not None and not await _is_handle(tx, passkey, handle):
        raise InvalidInput("This passkey was not accepted.", code="passkey_refused")
    count = party.verify_shown(credential, challenge, passkey, must_verify)
    return replace(passkey, sign_count=count)


async def _is_handle(tx: Transaction, passkey: PasskeyRecord, handle: str) -> bool:
    """Whether the authenticator keeps a passkey under this handle: the id of its owner when it was made.

    A patient's own keeps the id of a record that was merged since, while the passkey went over to the record that is kept.
    """
    if passkey.user_id is not None or passkey.carer_id is not None:
        return handle in (passkey.user_id, passkey.carer_id)
    made_for = await tx.patients.kept(handle)
    return made_for is not None and made_for.id == passkey.patient_id


async def note_use(tx: Transaction, passkey: PasskeyRecord, now: datetime) -> None:
    """Write down that a shown passkey was used."""
    await tx.passkeys.save(replace(passkey, last_used_at=now))


def _code_hash(user_id: str, typed: str) -> str:
    return token_hash(f"{user_id}|{recovery_codes.normalised(typed)}")
