"""AES-256-GCM as the recording uses it: one key for each journal and each segment, derived from the recording's data key."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32  # AES-256; the data key of a recording has as many


def subkey(data_key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """Return the key of one part of a recording (HKDF-SHA256, RFC 5869): `journal:<id in hex>`, `segment:<id>`, `manifest`."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode()).derive(data_key)


class GcmCipher:
    """The cipher that journals and sealed files ask for. `key`: KEY_BYTES bytes, for one file alone."""

    __slots__ = ("_gcm", "seal")

    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)
        self.seal = self._gcm.encrypt  # (nonce, plain, bound) -> ciphertext and tag

    def open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Return what was sealed; None when it was not sealed so."""
        try:
            return self._gcm.decrypt(nonce, sealed, bound)
        except InvalidTag:
            return None


def journal_cipher(data_key: bytes, journal_id: bytes) -> GcmCipher:
    """The cipher of one journal."""
    return GcmCipher(subkey(data_key, f"journal:{journal_id.hex()}"))


def segment_cipher(data_key: bytes, segment_id: str, salt: bytes) -> GcmCipher:
    """The cipher of one sealed file. `salt`: of this file, so that a segment made anew has a key of its own."""
    return GcmCipher(subkey(data_key, f"segment:{segment_id}", salt))
