"""The recovery key: a secret on paper that opens back-ups. The server keeps its public half only, so it cannot read them itself.

A second key derived from it signs back-ups. The server keeps that one: it can sign, and nothing of the first follows from it. Who
has the recovery key needs nothing else to see that a back-up is of this server.

160 random bits as eight groups of four letters and digits (base 32), and a ninth that shows a slip of the pen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from telemed.errors import InvalidInput

SECRET_BYTES = 20  # 160 bits: beyond guessing, so no slow derivation is needed; 32 characters of base 32
GROUP = 4  # characters between dashes
CHECK_CHARACTERS = 4  # 20 bits of a hash
PREFIX = "telemed-recipient-"
SIGNER_PREFIX = "telemed-signer-"


class RecoveryKey:
    """The secret itself. Never logged, never stored by the server; `repr` does not show it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def new(cls) -> RecoveryKey:
        """A fresh key."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def from_text(cls, text: str) -> RecoveryKey:
        """Read what a person typed: case, spaces and dashes do not matter. Raises InvalidInput."""
        plain = "".join(text.split()).replace("-", "").upper().replace("0", "O").replace("1", "I")
        body, check = plain[:-CHECK_CHARACTERS], plain[-CHECK_CHARACTERS:]
        try:
            secret = base64.b32decode(body)
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES or not hmac.compare_digest(_check(secret).encode(), check.encode()):
            raise InvalidInput("This is no recovery key, or a character of it is wrong. It has nine groups of four characters.")
        return cls(secret)

    @property
    def text(self) -> str:
        """As it is shown and written down."""
        plain = base64.b32encode(self._secret).decode() + _check(self._secret)
        return "-".join(plain[start : start + GROUP] for start in range(0, len(plain), GROUP))

    @property
    def groups(self) -> list[str]:
        """The groups of the text."""
        return self.text.split("-")

    @property
    def private(self) -> X25519PrivateKey:
        """The key that opens."""
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"telemed recovery key 1").derive(self._secret)
        return X25519PrivateKey.from_private_bytes(derived)

    @property
    def recipient(self) -> str:
        """The public half, as it stands in the configuration."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @property
    def signing(self) -> Ed25519PrivateKey:
        """The key that signs."""
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"telemed back-up signer 1").derive(self._secret)
        return Ed25519PrivateKey.from_private_bytes(derived)

    @property
    def signing_key(self) -> str:
        """The same, as it stands in the configuration: a secret."""
        raw = self.signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return SIGNER_PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def __repr__(self) -> str:
        return "RecoveryKey([redacted])"


def public_key(recipient: str) -> X25519PublicKey:
    """The key that seals. Raises InvalidInput."""
    try:
        raw = base64.urlsafe_b64decode(recipient.removeprefix(PREFIX) + "=")
        return X25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise InvalidInput("The recipient of the back-ups is not a public key of ours.") from error


def signing_key(text: str) -> Ed25519PrivateKey:
    """The key of `backup.signing_key`. Raises InvalidInput."""
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(text.removeprefix(SIGNER_PREFIX) + "="))
    except ValueError as error:
        raise InvalidInput("The signing key of the back-ups is none of ours.") from error


def _check(secret: bytes) -> str:
    return base64.b32encode(hashlib.sha256(b"telemed recovery key" + secret).digest()).decode()[:CHECK_CHARACTERS]
