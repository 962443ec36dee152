"""What the signaling layer must be told by the installation."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

MIN_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignalingSettings:
    """`base_url` begins every link and is an allowed Origin; `origins` are further ones (a LAN address besides localhost).

    `secret` is the installation's key (32 bytes or more, kept outside the database): link tokens are derived from it.
    """

    base_url: str
    secret: bytes
    origins: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a secret that is too short."""
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError("the secret is shorter than 32 bytes")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Origins of our own pages."""
        return self.origins | {self.base_url.rstrip("/")}

    @property
    def link_key(self) -> bytes:
        """The key of link tokens: separate from every other use of the secret (RFC 8725 section 3.8)."""
        return hmac.new(self.secret, b"telemed link tokens", hashlib.sha256).digest()
