"""Hashes of secrets: links, seat tokens, login tokens and device marks are stored only as these.

A plain SHA-256 suffices: each secret carries 128 random bits, so there is nothing to guess and no need for a slow hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

TOKEN_BYTES = 16  # 128 bits: 22 characters of unpadded URL-safe base64


def token_hash(token: str) -> str:
    """Return the hex SHA-256 under which `token` (or a `device` mark) is stored and looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def derived_token(key: bytes, actor_id: str, command_id: str) -> str:
    """Return the link token that belongs to one command: the same again on a retry, and never stored in clear.

    A retried command must get the same answer, and the answer holds the link; deriving the token from a server key (32 random
    bytes, outside the database) lets the stored ack leave it out. The lengths keep ("a", "bc") and ("ab", "c") apart.
    """
    message = f"link|{len(actor_id)}|{actor_id}|{command_id}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode("ascii")
