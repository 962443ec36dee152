"""Sign-in by the clinic's provider, and joining and parting an account and the identity it has there.

An account is found by the provider's own id of the person (issuer and subject), never by a name or address that may change hands;
only the first sign-in may go by a verified address, where the operator allowed that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS
from telemed.care.ports import Json, Store
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.records import OidcIdentityRecord, SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import is_open
from telemed.care.times import iso_utc
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import Conflict, NotFound, NotSignedIn
from telemed.ids import new_id, new_secret
from telemed.sealing import Sealer, derive_key
from telemed.web.oidc.begun import Answer, Begun, BegunRows, Purpose
from telemed.web.oidc.id_token import Claims
from telemed.web.oidc.provider import Provider
from telemed.web.oidc.refusals import mistrusted, refused, unreachable
from telemed.web.oidc.settings import OidcSettings
from telemed.web.passwords import NO_PASSWORD
from telemed.web.sign_in import KEEP_STEPS, UNKNOWN_ACCOUNT, SignedIn, SignIn, StepOwed

RETURN_SECONDS = 12.0  # for all the provider is asked when somebody comes back; a request of ours may take 15 s
METHOD = "provider"  # how the login says it was opened


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the secret it keeps meanwhile."""

    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back. `email`: verified, and looked for only where it may count."""

    claims: Claims
    email: str | None = None


class OidcDesk:
    """Begins, parks and finishes. With `settings` None there is no provider, and everything is NotFound."""

    def __init__(self, store: Store, clock: Clock, sign_in: SignIn, settings: OidcSettings | None, key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._sign_in = sign_in
        self._settings = settings
        self._provider = Provider(settings, clock) if settings is not None else None
        self._rows = BegunRows(Sealer(derive_key(key, "single sign-on")))

    async def close(self) -> None:
        """Close the connections to the provider."""
        if self._provider is not None:
            await self._provider.close()

    async def begin(self) -> Departure:
        """Send somebody there to sign in. Raises NotFound, Unavailable `provider_unreachable`."""
        return await self._depart(Begun.new(Purpose.SIGN_IN), None)

    async def begin_link(self, user: UserRecord, login: LoginRecord) -> Departure:
        """Send the holder of an account there to join the two. Raises Conflict `identity_there`, NotFound, Unavailable."""
        async with self._store.read() as tx:
            await self._check_free(tx, user)
        return await self._depart(Begun.new(Purpose.LINK, login.id), user.id)

    async def park(self, token: str | None, state: str, answer: Answer) -> Purpose:
        """Keep the provider's answer until the page asks for it. What does not belong together is left out without a word."""
        async with self._store.write() as tx:
            step = await tx.sign_in_steps.by_token_hash(token_hash(token)) if token else None
            begun = self._rows.read(step) if self._is_open(step) and step is not None else None
            if step is None or begun is None:
                return Purpose.SIGN_IN
            if begun.is_answer(state):
                await tx.sign_in_steps.save(self._rows.changed(step, begun.answered(answer)))
        return begun.purpose

    async def finish(self, token: str | None, words: str) -> SignedIn | StepOwed:
        """Sign in who came back. Raises NotSignedIn `step_over`, `provider_refused`, `provider_mistrusted`, `account_unknown`;
        Unavailable `provider_unreachable`; NotFound.
        """
        begun = await self._take(token, Purpose.SIGN_IN, None)
        person = await self._person(begun)
        now = self._clock.utcnow()
        opened: SignedIn | StepOwed | None = None
        async with self._store.write() as tx:
            user = await self._account(tx, person)
            if user is not None and user.is_active:
                opened = await self._opened(tx, user, person.claims, words)
            else:
                object_id = user.id if user else UNKNOWN_ACCOUNT
                await tx.audit.append(ANONYMOUS, AuditAction.SIGN_IN_REFUSED, object_id, AuditOutcome.REFUSED, now)
        if opened is None:
            raise NotSignedIn("No account here belongs to this sign-in.", code="account_unknown")
        return opened

    async def finish_link(self, user: UserRecord, login: LoginRecord, token: str | None) -> None:
        """Join the holder's account and who came back. Raises Conflict `identity_there`, `identity_taken`; and as `finish`."""
        begun = await self._take(token, Purpose.LINK, user.id)
        if begun.login_id != login.id:
            raise _over()
        claims = (await self._person(begun)).claims
        async with self._store.write() as tx:
            await self._check_free(tx, user)
            if await tx.oidc_identities.by_subject(self._known.issuer, claims.subject) is not None:
                raise Conflict("Another account is joined with this identity.", code="identity_taken")
            await self._join(tx, user, claims)

    async def unlink(self, user: UserRecord) -> None:
        """Part them. Raises NotFound, Conflict `last_way` when nothing else would open the account."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            if not await tx.oidc_identities.remove_of_user(user.id):
                raise NotFound()
            if user.password_hash == NO_PASSWORD and not await tx.passkeys.of_user(user.id):
                raise Conflict("Nothing else opens this account.", code="last_way")
            await tx.audit.append(user.staff.ref, AuditAction.PROVIDER_UNLINKED, user.id, AuditOutcome.DONE, now)

    async def state(self, user: UserRecord) -> Json:
        """-> {is_on, label, since}: for the account page."""
        if self._settings is None:
            return {"is_on": False, "label": "", "since": None}
        async with self._store.read() as tx:
            identity = await tx.oidc_identities.of_user(user.id, self._settings.issuer)
        return {"is_on": True, "label": self._settings.label, "since": iso_utc(identity.created_at) if identity else None}

    @property
    def _known(self) -> OidcSettings:
        if self._settings is None:
            raise NotFound()
        return self._settings

    @property
    def _asked(self) -> Provider:
        if self._provider is None:
            raise NotFound()
        return self._provider

    async def _depart(self, begun: Begun, user_id: str | None) -> Departure:
        described = await self._asked.describe()
        now, token = self._clock.utcnow(), new_secret()
        async with self._store.write() as tx:
            await tx.sign_in_steps.delete_expired(now - KEEP_STEPS)
            await tx.sign_in_steps.create(self._rows.row(begun, user_id, token, now))
        asked = {"state": begun.state, "nonce": begun.nonce, "code_challenge": begun.challenge}
        return Departure(self._asked.authorization_url(described, asked), token)

    async def _take(self, token: str | None, purpose: Purpose, user_id: str | None) -> Begun:
        """Use an answered sign-in up: whatever comes of it, it is over. Raises NotSignedIn `step_over`, NotFound."""
        _ = self._known
        async with self._store.write() as tx:
            step = await tx.sign_in_steps.by_token_hash(token_hash(token)) if token else None
            begun = self._rows.read(step) if self._is_open(step) and step is not None else None
            if step is None or begun is None or begun.code is None or begun.purpose is not purpose or step.user_id != user_id:
                raise _over()
            await tx.sign_in_steps.save(replace(step, used_at=self._clock.utcnow()))
        return begun

    def _is_open(self, step: SignInStepRecord | None) -> bool:
        return is_open(step, StepKind.PROVIDER, self._clock.utcnow())

    async def _person(self, begun: Begun) -> Person:
        """Who came back. Raises NotSignedIn, Unavailable `provider_unreachable` when all of it takes too long."""
        try:
            async with asyncio.timeout(RETURN_SECONDS):
                return await self._returned(begun)
        except TimeoutError:
            raise unreachable("too_slow") from None

    async def _returned(self, begun: Begun) -> Person:
        """Who came back, with the address if the account is yet to be found by it."""
        await self._check_issuer(begun)
        redeemed = await self._asked.redeem(begun.code or "", begun.verifier)
        claims = await self._asked.claims(redeemed.id_token, begun.nonce)
        if not self._known.link_by_email or begun.purpose is Purpose.LINK:
            return Person(claims)
        async with self._store.read() as tx:
            if await tx.oidc_identities.by_subject(self._known.issuer, claims.subject) is not None:
                return Person(claims)
        return Person(claims, claims.email or await self._asked.email(redeemed.access_token, claims.subject))

    async def _check_issuer(self, begun: Begun) -> None:
        """The answer is a yes and comes from this provider and no other (RFC 9207 section 2.4)."""
        described = await self._asked.describe()
        if begun.issuer is None and described.sends_issuer:
            raise mistrusted("no_issuer")
        if begun.issuer is not None and begun.issuer != self._known.issuer:
            raise mistrusted("other_issuer")
        if not begun.code:
            raise refused("answer")

    async def _account(self, tx: Transaction, person: Person) -> UserRecord | None:
        """Whose identity it is; a verified address joins an account that has none yet."""
        identity = await tx.oidc_identities.by_subject(self._known.issuer, person.claims.subject)
        if identity is not None:
            return await tx.users.get(identity.user_id)
        user = await tx.users.by_email(person.email) if person.email and self._known.link_by_email else None
        if user is None or not user.is_active or await tx.oidc_identities.of_user(user.id, self._known.issuer) is not None:
            return None
        await self._join(tx, user, person.claims)
        return user

    async def _opened(self, tx: Transaction, user: UserRecord, claims: Claims, words: str) -> SignedIn | StepOwed:
        if claims.is_multi_factor or self._known.trust_factors:
            return await self._sign_in.open(tx, user, METHOD, words)
        return await self._sign_in.after_first(tx, user, words, METHOD)

    async def _join(self, tx: Transaction, user: UserRecord, claims: Claims) -> None:
        now = self._clock.utcnow()
        await tx.oidc_identities.create(OidcIdentityRecord(new_id("idn"), user.id, self._known.issuer, claims.subject, now))
        await tx.audit.append(user.staff.ref, AuditAction.PROVIDER_LINKED, user.id, AuditOutcome.DONE, now)

    async def _check_free(self, tx: Transaction, user: UserRecord) -> None:
        if await tx.oidc_identities.of_user(user.id, self._known.issuer) is not None:
            raise Conflict("The account is joined with an identity already.", code="identity_there")


def _over() -> NotSignedIn:
    return NotSignedIn("This took too long. Please begin again.", code="step_over")
