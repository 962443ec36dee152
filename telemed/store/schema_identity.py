"""The tables of staff identity: second factors, passkeys, recovery, invitations, other providers, the steps of a sign-in."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from telemed.store.columns import WORD_LENGTH
from telemed.store.schema_base import digest, metadata, need, ref, row_id, time

# One authenticator app per account. The secret is sealed with a key that is not in the database.
totp = Table(
    "totp",
    metadata,
    ref("user_id", "user", index=False),
    need("sealed_secret", LargeBinary()),
    need("last_step", Integer()),  # a code works once: later ones only (RFC 6238 section 5.2)
    time("created_at"),
    time("confirmed_at", null=True),
    PrimaryKeyConstraint("user_id"),
)

passkey = Table(
    "passkey",
    metadata,
    row_id(),
    ref("user_id", "user", null=True),
    ref("patient_id", "patient", null=True),
    ref("carer_id", "carer", null=True),  # beside `patient_id`: the carer's, not the patient's own
    need("credential_id", LargeBinary()),
    need("public_key", LargeBinary()),
    need("sign_count", Integer()),
    need("name", Text()),
    time("created_at"),
    time("last_used_at", null=True),
    time("revoked_at", null=True),
    UniqueConstraint("credential_id"),
    CheckConstraint("(user_id IS NULL) <> (patient_id IS NULL)", name="ck_passkey_owner"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    row_id(),
    ref("user_id", "user"),
    digest("code_hash"),
    time("created_at"),
    time("used_at", null=True),
)

# A password was right and a second factor is owed, or a passkey or another provider was asked: what the next request continues.
sign_in_step = Table(
    "sign_in_step",
    metadata,
    row_id(),
    ref("user_id", "user", null=True),
    need("kind", String(WORD_LENGTH)),
    digest("token_hash", unique=True),
    need("secret", LargeBinary()),  # a challenge or a sealed verifier; empty for a plain second step
    need("attempts", Integer()),
    time("created_at"),
    time("expires_at"),
    time("used_at", null=True),
)

invitation = Table(
    "invitation",
    metadata,
    row_id(),
    ref("user_id", "user"),
    need("kind", String(WORD_LENGTH)),  # invite or reset
    digest("token_hash", unique=True),
    ref("created_by", "user", null=True, index=False),
    time("created_at"),
    time("expires_at"),
    time("used_at", null=True),
    time("revoked_at", null=True),
)

oidc_identity = Table(
    "oidc_identity",
    metadata,
    row_id(),
    ref("user_id", "user"),
    need("issuer", Text()),
    need("subject", Text()),
    time("created_at"),
    UniqueConstraint("issuer", "subject"),
)

# What this browser may unlock quickly after the idle lock; never a way to sign in.
quick_unlock = Table(
    "quick_unlock",
    metadata,
    ref("login_id", "login", index=False),
    need("pin_hash", Text()),
    need("attempts", Integer()),
    need("is_blocked", Boolean()),
    time("created_at"),
    PrimaryKeyConstraint("login_id"),
)
