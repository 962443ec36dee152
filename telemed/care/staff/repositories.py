"""What may be asked of the store about staff identity, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from telemed.care.staff.records import (
    InvitationRecord,
    OidcIdentityRecord,
    PasskeyRecord,
    QuickUnlockRecord,
    RecoveryCodeRecord,
    SignInStepRecord,
    TotpRecord,
)


class Totps(Protocol):
    """Authenticator apps, one per account."""

    async def get(self, user_id: str) -> TotpRecord | None: ...
    async def put(self, totp: TotpRecord) -> None:
        """Add or replace it."""
        ...

    async def remove(self, user_id: str) -> bool: ...
    async def confirmed_of(self, user_ids: Collection[str]) -> Collection[str]:
        """Those of these accounts whose app has shown a code."""
        ...


class Passkeys(Protocol):
    """Passkeys of staff and of patients. `get` and `by_credential` find revoked ones too."""

    async def get(self, passkey_id: str) -> PasskeyRecord | None: ...
    async def by_credential(self, credential_id: bytes) -> PasskeyRecord | None: ...
    async def of_user(self, user_id: str) -> list[PasskeyRecord]:
        """Those that work, oldest first."""
        ...

    async def counts_of(self, user_ids: Collection[str]) -> Mapping[str, int]:
        """How many work, of those of these accounts that have any."""
        ...

    async def of_person(self, patient_id: str, carer_id: str | None) -> list[PasskeyRecord]:
        """Those of a patient's own (None), or of a carer, that work, oldest first."""
        ...

    async def create(self, passkey: PasskeyRecord) -> None: ...
    async def save(self, passkey: PasskeyRecord) -> None: ...
    async def revoke_of_user(self, user_id: str, at: datetime) -> int: ...
    async def revoke_of_person(self, patient_id: str, carer_id: str | None, at: datetime) -> int:
        """End all of a patient's own (None), or of a carer; the number ended."""
        ...


class RecoveryCodes(Protocol):
    """Codes on paper."""

    async def left(self, user_id: str) -> int: ...
    async def counts_of(self, user_ids: Collection[str]) -> Mapping[str, int]:
        """How many unused ones, of those of these accounts that have any."""
        ...

    async def replace(self, user_id: str, codes: list[RecoveryCodeRecord]) -> None:
        """Forget the former codes and keep these."""
        ...

    async def use(self, user_id: str, code_hash: str, at: datetime) -> bool:
        """Use one up; False when there is no such unused code."""
        ...


class SignInSteps(Protocol):
    """Begun sign-ins."""

    async def by_token_hash(self, token_hash: str) -> SignInStepRecord | None: ...
    async def create(self, step: SignInStepRecord) -> None: ...
    async def save(self, step: SignInStepRecord) -> None: ...
    async def end_of_user(self, user_id: str, at: datetime) -> int:
        """Make all open steps of a user worthless."""
        ...

    async def delete_expired(self, before: datetime) -> int: ...


class Invitations(Protocol):
    """Links by which staff set their password."""

    async def get(self, invitation_id: str) -> InvitationRecord | None: ...
    async def by_token_hash(self, token_hash: str) -> InvitationRecord | None: ...
    async def open_of(self, user_id: str, now: datetime) -> InvitationRecord | None:
        """The newest that still works."""
        ...

    async def open_of_all(self, user_ids: Collection[str], now: datetime) -> Mapping[str, InvitationRecord]:
        """The newest that still works, of those of these accounts that have one."""
        ...

    async def create(self, invitation: InvitationRecord) -> None: ...
    async def save(self, invitation: InvitationRecord) -> None: ...
    async def revoke_of_user(self, user_id: str, at: datetime) -> int: ...


class OidcIdentities(Protocol):
    """Who the holders of accounts are at the clinic's sign-in provider."""

    async def by_subject(self, issuer: str, subject: str) -> OidcIdentityRecord | None: ...
    async def of_user(self, user_id: str, issuer: str) -> OidcIdentityRecord | None: ...
    async def create(self, identity: OidcIdentityRecord) -> None: ...
    async def remove_of_user(self, user_id: str) -> int:
        """Part an account from all its identities; the number."""
        ...


class QuickUnlocks(Protocol):
    """PINs of logins."""

    async def get(self, login_id: str) -> QuickUnlockRecord | None: ...
    async def put(self, unlock: QuickUnlockRecord) -> None:
        """Add or replace it."""
        ...

    async def remove(self, login_id: str) -> bool: ...
    async def delete_of_logins(self, before: datetime) -> int:
        """Forget those of logins that expired before; call it ahead of `Logins.delete_expired`."""
        ...


class IdentityTransaction(Protocol):
    """The repositories of staff identity, bound to one transaction."""

    @property
    def totps(self) -> Totps: ...
    @property
    def passkeys(self) -> Passkeys: ...
    @property
    def recovery_codes(self) -> RecoveryCodes: ...
    @property
    def sign_in_steps(self) -> SignInSteps: ...
    @property
    def invitations(self) -> Invitations: ...
    @property
    def quick_unlocks(self) -> QuickUnlocks: ...
    @property
    def oidc_identities(self) -> OidcIdentities: ...
