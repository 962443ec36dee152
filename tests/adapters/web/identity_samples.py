"""One request per route of sign-in steps, own account and staff accounts: well formed, and harmless to the accounts of a test."""

from __future__ import annotations

from typing import Any

from tests.adapters.web.people import PASSWORD

TOKEN = "step-token-0123456789a"  # 22 characters; no step has it
CREDENTIAL: dict[str, Any] = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}
IDENTITY_IDS = {"user_id": "usr_NobodyHasThisId", "login_id": "lgn_NobodyHasThisId", "passkey_id": "psk_NobodyHasThisId"}

IDENTITY_BODIES: dict[str, dict[str, Any]] = {
    "POST /auth/step": {"token": TOKEN, "code": "000000"},
    "POST /auth/step/passkey": {"token": TOKEN},
    "POST /auth/passkey/options": {},
    "POST /auth/passkey": {"token": TOKEN, "credential": CREDENTIAL},
    "POST /auth/enrol/totp": {"token": TOKEN},
    "POST /auth/enrol/totp/confirm": {"token": TOKEN, "code": "000000"},
    "POST /auth/enrol/passkey": {"token": TOKEN},
    "POST /auth/enrol/passkey/confirm": {"token": TOKEN, "credential": CREDENTIAL, "name": "Key"},
    "POST /auth/provider": {},
    "POST /auth/provider/finish": {},
    "POST /me/provider": {},
    "POST /me/provider/finish": {},
    "POST /me/provider/remove": {},
    "POST /invitations/open": {"token": TOKEN},
    "POST /invitations/accept": {"token": TOKEN, "password": PASSWORD},
    "PATCH /me": {"language": "de"},
    "POST /me/password": {"password": "password password"},  # refused: everybody knows it
    "POST /me/totp": {},
    "POST /me/totp/confirm": {"code": "000000"},
    "POST /me/totp/remove": {},
    "POST /me/passkeys/options": {},
    "POST /me/passkeys": {"token": TOKEN, "credential": CREDENTIAL, "name": "Key"},
    "POST /me/passkeys/{passkey_id}/remove": {},
    "POST /me/recovery-codes": {},
    "POST /me/pin": {"pin": "480215"},
    "POST /me/pin/remove": {},
    "POST /me/logins/end": {"keep_this": True},
    "POST /me/logins/{login_id}/end": {},
    "POST /me/proof": {"password": PASSWORD},
    "POST /me/lock": {},
    "POST /me/unlock": {"password": PASSWORD},
    "POST /me/passkey": {},
    "POST /admin/users": {"name": "New Person", "email": "new@clinic.example", "role": "clinician"},
    "POST /admin/users/search": {"text": "name"},
    "POST /admin/users/{user_id}/reset": {},
    "POST /admin/users/{user_id}/invitation/revoke": {},
    "POST /admin/users/{user_id}/deactivate": {},
    "POST /admin/users/{user_id}/activate": {},
    "POST /admin/users/{user_id}/role": {"role": "clinician"},
    "POST /admin/users/{user_id}/site": {"site_id": None},
}
