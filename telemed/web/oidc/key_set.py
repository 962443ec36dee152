"""The provider's public keys (RFC 7517), as far as they may sign ID tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

# What an ID token may be signed with, and the form of key each takes. No secret is among them: a public key is never an HMAC key
# (RFC 8725 sections 2.1 and 3.1).
ALGORITHMS = {"RS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
MAX_KEYS = 32  # of one set; further ones are ignored
MIN_RSA_BITS = 2048  # RFC 7518 section 3.3


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key."""

    key_id: str | None
    algorithm: str
    key: jwt.PyJWK


class KeySet:
    """The keys of one JWKS document; those of other uses, forms and strengths are left out."""

    def __init__(self, document: dict[str, Any]) -> None:
        entries = document.get("keys")
        listed = entries[:MAX_KEYS] if isinstance(entries, list) else []
        read = (_signing_key(entry) for entry in listed if isinstance(entry, dict))
        self._keys = [key for key in read if key is not None]

    def __len__(self) -> int:
        """How many keys may sign."""
        return len(self._keys)

    def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key a token names; a token that names none fits when exactly one key can be meant."""
        fitting = [key for key in self._keys if key.algorithm == algorithm and (key_id is None or key.key_id == key_id)]
        return fitting[0].key if len(fitting) == 1 else None


def _signing_key(entry: dict[str, Any]) -> SigningKey | None:
    form = (entry.get("kty"), entry.get("crv"))
    algorithm = next((name for name, wanted in ALGORITHMS.items() if form == wanted), None)
    if algorithm is None or "d" in entry or entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return None
    key_id = entry.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        return None
    try:
        key = jwt.PyJWK.from_dict(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < MIN_RSA_BITS:
        return None
    return SigningKey(key_id, algorithm, key)
