"""Secrets that must be read again are kept sealed: AES-256-GCM with a key that is not in the database.

Each use has a key of its own, derived from the installation's by HKDF (RFC 5869). What is sealed for one row does not open in
another: the row's id is authenticated with it.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D section 5.2.1.1; random, for far fewer than 2^32 seals


class Unsealable(Exception):
    """What was kept cannot be opened: another installation key, another row, or damage."""


def derive_key(installation_key: bytes, purpose: str) -> bytes:
    """Return the key of one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"telemed {purpose}".encode()).derive(installation_key)


class Sealer:
    """Seals and opens. `key`: KEY_BYTES bytes, for nothing else."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, row_id: str) -> bytes:
        """Return `secret` sealed for one row."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, row_id.encode())

    def open(self, sealed: bytes, row_id: str) -> bytes:
        """Return the secret. Raises Unsealable."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row_id.encode())
        except (InvalidTag, ValueError) as error:
            raise Unsealable from error
