"""The key that signs heads of the audit trail: one file beside the vault's keys, outside the database and its back-ups."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from telemed.errors import ConfigError
from telemed.files import make_private_directory, write_private
from telemed.layout import Layout

KEY_FILE = "audit-head.pem"


def key_path(layout: Layout) -> Path:
    """Where it lies, 0600."""
    return layout.keys / KEY_FILE


def ensure_key(layout: Layout) -> Ed25519PrivateKey:
    """Return the key of this installation; make it when there is none. Raises ConfigError, OSError. Blocking."""
    path = key_path(layout)
    if not path.exists():
        make_private_directory(layout.keys)
        fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            write_private(path, fresh, exclusive=True)
        except FileExistsError:
            pass  # another process was first: its key it is
    return read_key(layout)


def read_key(layout: Layout) -> Ed25519PrivateKey:
    """Return the key that is there. Raises ConfigError. Blocking."""
    try:
        key = load_pem_private_key(key_path(layout).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError("The key that signs the audit trail cannot be read (keys/audit-head.pem).") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("The key that signs the audit trail is of another kind (keys/audit-head.pem).")
    return key


def public_pem(key: Ed25519PublicKey) -> str:
    """The public half, as `openssl pkey -pubin` reads it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
