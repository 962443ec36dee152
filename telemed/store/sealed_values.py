"""Values of messages as the outbox keeps them: sealed, so that neither the database nor a copy of it opens anything.

A row of an earlier version holds them in clear and is read as it is.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from telemed.sealing import Sealer, Unsealable

SEALED = "sealed"  # the one key of what is kept; no placeholder of a template is called so
KEY_PURPOSE = "outbox values"  # of the key (`sealing.derive_key`)


class SealedValues:
    """Closes values for one row and opens them. `key`: `sealing.KEY_BYTES` bytes, for nothing else."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key)

    def closed(self, values: Mapping[str, str], row_id: str) -> dict[str, str]:
        """Return what the row keeps; of no values nothing."""
        if not values:
            return {}
        text = json.dumps(dict(values), separators=(",", ":")).encode()
        return {SEALED: urlsafe_b64encode(self._sealer.seal(text, row_id)).decode()}

    def opened(self, kept: Mapping[str, str], row_id: str) -> dict[str, str]:
        """Return the values; none when they cannot be opened (the installation key is another one by now)."""
        if SEALED not in kept:
            return dict(kept)
        try:
            values = json.loads(self._sealer.open(urlsafe_b64decode(kept[SEALED]), row_id))
        except (Unsealable, ValueError):
            return {}
        return {str(name): str(value) for name, value in values.items()}
