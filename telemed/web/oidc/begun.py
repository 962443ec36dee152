"""A sign-in that is under way at the provider: one row of `sign_in_step`, found by a secret in the browser's cookie.

What the row keeps is sealed. The provider's answer is parked in it until the page, which is at a clean address by then, asks for
it to be used: opening an address alone changes nothing for anybody, and no page of another site can make a browser ask.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.staff.records import SignInStepRecord, StepKind
from telemed.care.tokens import token_hash
from telemed.ids import new_id, new_secret
from telemed.sealing import Sealer, Unsealable

BEGUN_LIFE = timedelta(minutes=10)  # to sign in over there, with a second factor
VERIFIER_BYTES = 32  # 43 characters: RFC 7636 section 4.1
MAX_CODE = 3000  # characters; our request line takes 4096 bytes
MAX_STATE = 64
MAX_ISSUER = 512


class Purpose(StrEnum):
    """What the person wants over there."""

    SIGN_IN = "sign_in"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider sent the browser back with. `code` is "" for a no."""

    code: str = field(default="", repr=False)
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """What the row keeps sealed."""

    purpose: Purpose
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    login_id: str | None = None  # whose holder links an identity
    code: str | None = field(default=None, repr=False)  # "": the provider said no; None: it has not answered
    issuer: str | None = None  # as the answer named it (RFC 9207)

    @classmethod
    def new(cls, purpose: Purpose, login_id: str | None = None) -> Begun:
        """Draw the secrets of one sign-in."""
        return cls(purpose, new_secret(), new_secret(), secrets.token_urlsafe(VERIFIER_BYTES), login_id)

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier (RFC 7636 section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def answered(self, answer: Answer) -> Begun:
        """The same with what the provider said."""
        return replace(self, code=answer.code, issuer=answer.issuer)

    def is_answer(self, state: str) -> bool:
        """Whether an answer belongs to this sign-in and is the first."""
        return self.code is None and hmac.compare_digest(self.state.encode(), state.encode())


class BegunRows:
    """Between rows and what they keep."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def row(self, begun: Begun, user_id: str | None, token: str, now: datetime) -> SignInStepRecord:
        """A new row; `token` goes into the cookie."""
        step_id = new_id("stp")
        end = now + BEGUN_LIFE
        return SignInStepRecord(
            step_id, user_id, StepKind.PROVIDER.value, token_hash(token), self._sealed(begun, step_id), 0, now, end
        )

    def changed(self, step: SignInStepRecord, begun: Begun) -> SignInStepRecord:
        """The row with other contents."""
        return replace(step, secret=self._sealed(begun, step.id))

    def read(self, step: SignInStepRecord) -> Begun | None:
        """What a row keeps; None when another installation key sealed it."""
        try:
            kept = json.loads(self._sealer.open(step.secret, step.id))
        except Unsealable:
            return None
        return Begun(**{**kept, "purpose": Purpose(kept["purpose"])})

    def _sealed(self, begun: Begun, step_id: str) -> bytes:
        return self._sealer.seal(json.dumps(asdict(begun)).encode(), step_id)


def read_answer(query: Mapping[str, list[str]]) -> tuple[str, Answer] | None:
    """State and answer of a redirect back (RFC 6749 section 4.1.2), None for what is none. No parameter may come twice."""
    if any(len(query.get(name, ())) > 1 for name in ("state", "code", "error", "iss")):
        return None
    state, code, error, issuer = (_only(query, name) for name in ("state", "code", "error", "iss"))
    if not state or len(state) > MAX_STATE or bool(code) == bool(error) or len(issuer or "") > MAX_ISSUER:
        return None
    if code and (len(code) > MAX_CODE or not code.isascii() or not code.isprintable()):
        return None
    return state, Answer(code or "", issuer)


def _only(query: Mapping[str, list[str]], name: str) -> str | None:
    values = query.get(name)
    return values[0] if values else None
