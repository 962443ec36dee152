"""The signature of a manifest: Ed25519 (RFC 8032) over its bytes, kept beside it as `manifest.sig`.

JSON: algorithm, key_id (first 16 hex digits of the public key's SHA-256), public_key and signature (base64). The public key says
which key signed; whether that is ours, the one who checks must know from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from telemed.errors import InvalidInput

ALGORITHM = "Ed25519"
KEY_ID_DIGITS = 16
MAX_BYTES = 4096  # ours have about 300
UNREADABLE = "The signature of the recording cannot be read."


@dataclass(frozen=True, slots=True)
class ManifestSignature:
    """What stands in manifest.sig."""

    public_key: bytes
    signature: bytes

    @property
    def key_id(self) -> str:
        """Short name of the key that signed."""
        return key_id(self.public_key)

    def encode(self) -> bytes:
        """As it lies on the disk."""
        table = {
            "algorithm": ALGORITHM,
            "key_id": self.key_id,
            "public_key": base64.b64encode(self.public_key).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }
        return json.dumps(table, indent=1, sort_keys=True).encode() + b"\n"

    def is_good(self, content: bytes) -> bool:
        """Whether this key signed `content`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


def sign(content: bytes, seed: bytes) -> ManifestSignature:
    """Sign with the private key of this seed (32 bytes)."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return ManifestSignature(raw_public(private), private.sign(content))


def decode(raw: bytes) -> ManifestSignature:
    """Read manifest.sig. Raises InvalidInput."""
    try:
        table = json.loads(raw[: MAX_BYTES + 1])
        if table["algorithm"] != ALGORITHM:
            raise InvalidInput(UNREADABLE)
        public = base64.b64decode(table["public_key"], validate=True)
        found = ManifestSignature(public, base64.b64decode(table["signature"], validate=True))
        if table["key_id"] != found.key_id or raw != found.encode():
            raise InvalidInput(UNREADABLE)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput(UNREADABLE) from error
    return found


def key_id(public_key: bytes) -> str:
    """Short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_DIGITS]


def raw_public(private: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def seed_of(private: Ed25519PrivateKey) -> bytes:
    """The 32 bytes from which a private key is made, for a job."""
    return private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
