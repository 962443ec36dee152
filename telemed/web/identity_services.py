"""The services of staff identity, wired once for the application."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.errors import NotAllowed
from telemed.sealing import Sealer
from telemed.web.account_desk import AccountDesk
from telemed.web.deps import WebDeps
from telemed.web.invitation_desk import InvitationDesk
from telemed.web.passkey_ceremony import RelyingParty
from telemed.web.passwords import PasswordChecker
from telemed.web.proof_desk import ProofDesk
from telemed.web.second_factors import SecondFactors
from telemed.web.second_step import SecondStep
from telemed.web.sign_in import SignIn
from telemed.web.staff_desk import StaffDesk


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """What lives as long as the application."""

    steps: SecondStep
    proofs: ProofDesk
    account: AccountDesk
    invitations: InvitationDesk
    staff: StaffDesk
    clinic_name: str
    origins: frozenset[str]

    @classmethod
    def build(cls, deps: WebDeps, sign_in: SignIn, checker: PasswordChecker) -> IdentityServices:
        """Wire them."""
        store, clock, settings, policies = deps.store, deps.clock, deps.settings, deps.policies
        factors = SecondFactors(Sealer(settings.identity_key), settings.clinic_name)
        invitations = InvitationDesk(store, clock, checker, sign_in, settings.base_url, settings.sends_mail)
        return cls(
            SecondStep(store, clock, sign_in, factors),
            ProofDesk(store, clock, checker, factors, policies),
            AccountDesk(store, clock, checker, factors, policies),
            invitations,
            StaffDesk(store, clock, invitations),
            settings.clinic_name,
            settings.origins,
        )

    def party(self, origin: str | None) -> RelyingParty:
        """This server as a browser at `origin` knows it. Raises NotAllowed, InvalidInput `passkeys_unavailable`."""
        if origin not in self.origins or origin is None:
            raise NotAllowed(code="wrong_origin")
        return RelyingParty.of(origin, self.clinic_name)

    def party_or_none(self, origin: str | None, is_needed: bool) -> RelyingParty | None:
        """The same where a passkey is shown, None where it is not."""
        return self.party(origin) if is_needed else None
