"""The two ceremonies of passkeys (WebAuthn level 3, section 7): adding one, and showing one.

The relying party is the host one has typed; a passkey of another host cannot be used here, which is what makes passkeys proof
against imitations of our page. Hosts that are addresses have none (WebAuthn section 5.1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, generate_challenge, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from telemed.care.ports import Json
from telemed.care.staff.records import PasskeyRecord
from telemed.errors import InvalidInput

TIMEOUT_MS = 5 * 60 * 1000  # as long as the step that waits for it
MAX_CREDENTIAL_ID = 1023  # bytes, WebAuthn section 4


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose passkey it is to be. `handle` is what the authenticator keeps: an id of ours, no name."""

    handle: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A verified new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This server as the browser of one request knows it."""

    origin: str
    host: str
    name: str

    @classmethod
    def of(cls, origin: str, name: str) -> RelyingParty:
        """From an origin already known to be one of ours. Raises InvalidInput `passkeys_unavailable` when it has no host name."""
        host = urlsplit(origin).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            if host:
                return cls(origin, host, name)
        raise InvalidInput("Passkeys need a host name.", code="passkeys_unavailable")

    def options_to_add(self, holder: Holder, present: Iterable[PasskeyRecord], must_verify: bool = False) -> tuple[bytes, Json]:
        """Return the challenge and what `navigator.credentials.create` takes, as JSON.

        `must_verify`: it is to sign in alone, so the device keeps it by itself (discoverable) and asks for finger, face or PIN.
        """
        challenge, resident = generate_challenge(), ResidentKeyRequirement
        kept = resident.REQUIRED if must_verify else resident.PREFERRED
        options = generate_registration_options(
            rp_id=self.host,
            rp_name=self.name,
            user_name=holder.name,
            user_id=holder.handle.encode(),
            user_display_name=holder.display_name,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=kept, user_verification=_verification(must_verify)
            ),
            exclude_credentials=_descriptors(present),
        )
        return challenge, dict(options_to_json_dict(options))

    def verify_added(self, credential: Mapping[str, Any], challenge: bytes, must_verify: bool = False) -> NewCredential:
        """Check what the browser made. Raises InvalidInput `passkey_refused`."""
        try:
            added = verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=must_verify,
            )
        except Exception as error:  # noqa: BLE001 - parsers of a library, fed by strangers: whatever they raise is a refusal
            raise _refused() from error
        return NewCredential(added.credential_id, added.credential_public_key, added.sign_count)

    def options_to_show(self, allowed: Iterable[PasskeyRecord], must_verify: bool) -> tuple[bytes, Json]:
        """Return the challenge and what `navigator.credentials.get` takes; none allowed by name: any."""
        challenge = generate_challenge()
        options = generate_authentication_options(
            rp_id=self.host,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=_descriptors(allowed),
            user_verification=_verification(must_verify),
        )
        return challenge, dict(options_to_json_dict(options))

    def verify_shown(self, credential: Mapping[str, Any], challenge: bytes, passkey: PasskeyRecord, must_verify: bool) -> int:
        """Check a shown passkey; returns its new counter. Raises InvalidInput `passkey_refused`, also for a copied one."""
        try:
            shown = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=must_verify,
            )
        except Exception as error:  # noqa: BLE001 - parsers of a library, fed by strangers: whatever they raise is a refusal
            raise _refused() from error
        return shown.new_sign_count


def credential_id_of(credential: Mapping[str, Any]) -> bytes:
    """Return the id a shown passkey claims. Raises InvalidInput `passkey_refused`."""
    raw = credential.get("rawId")
    if not isinstance(raw, str) or len(raw) > 2 * MAX_CREDENTIAL_ID:
        raise _refused()
    try:
        return base64url_to_bytes(raw)
    except ValueError as error:
        raise _refused() from error


def handle_of(credential: Mapping[str, Any]) -> str | None:
    """Return the user handle a shown passkey brings (a discoverable one always does), None when it brings none."""
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, Mapping) else None
    if not isinstance(handle, str) or not handle:
        return None
    try:
        return base64url_to_bytes(handle).decode("ascii")
    except ValueError:
        return ""


def _verification(must_verify: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if must_verify else UserVerificationRequirement.PREFERRED


def _descriptors(passkeys: Iterable[PasskeyRecord]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]


def _refused() -> InvalidInput:
    return InvalidInput("This passkey was not accepted.", code="passkey_refused")
